"""The request form of the firm's card: what may be asked, how often, and what reaches the inbox."""

import csv
import email
import email.policy
import io
from datetime import UTC, date, datetime

import pytest

from plait.kernel.problems import Problem
from plait.public.asking import errors, message, tidy
from plait.public.form import read_form
from plait.public.model import Asked, AskedFile
from plait.public.spam import REMEMBERED, SpamGuard

FORM = "multipart/form-data; boundary=x"
TODAY = date(2026, 3, 2)
GOOD = Asked(firm="Meridian", email="buying@meridian.example", item="Gear", quantity="120", due="2026-03-20")


def asked(**changes) -> Asked:
    return Asked(**{name: getattr(GOOD, name) for name in GOOD.__struct_fields__} | changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"firm": ""}, "firm"),  # nobody
        ({"email": ""}, "email"),  # no way to answer
        ({"email": "buying"}, "email"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email"),
        ({"item": ""}, "item"),  # nothing asked for
        ({"quantity": ""}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-3"}, "quantity"),
        ({"quantity": "nan"}, "quantity"),
        ({"quantity": "1e30"}, "quantity"),
        ({"quantity": "many"}, "quantity"),
        ({"due": "2026-02-31"}, "due"),
        ({"due": "2026-03-01"}, "due"),  # yesterday
        ({"note": "x" * 4001}, "note"),
        ({"note": "http://a http://b http://c http://d"}, "note"),
        ({"files": (AskedFile("virus.exe", b"MZ"),)}, "files"),
        ({"files": (AskedFile("drawing.pdf", b""),)}, "files"),
        ({"files": tuple(AskedFile(f"{n}.pdf", b"x") for n in range(11))}, "files"),
    ],
)
def test_what_cannot_be_asked(changes, field):
    """Tests that each thing that cannot be taken is named at its field, alone."""
    assert set(errors(asked(**changes), TODAY)) == {field}


@pytest.mark.parametrize("changes", [{}, {"email": "", "phone": "+49 711 1"}, {"item": "", "quantity": "", "files": (AskedFile("d.STEP", b"x"),)}])
def test_what_can_be_asked(changes):
    """Tests that a telephone number is enough, and a drawing without words too."""
    assert errors(asked(**changes), TODAY) == {}


def test_text_stays_text():
    """Tests that control characters and directions of writing are taken out, and only the note keeps its lines."""
    assert tidy("item", " a\tb\x00\u202e\r\nc ") == "a b c"
    assert tidy("note", "a\r\nb\x07") == "a\nb"


def test_mail_holds_everything():
    """Tests that the mail bears the line as a table and each file as it was, and that nothing typed becomes a header."""
    content = b"%PDF-1.7 \x00\xff"
    hostile = asked(
        firm='A" <x@y.example>\r\nBcc: z@z.example', item="Gear\nSubject: other", number="47,11", note="x;y\nz", files=(AskedFile("d.pdf", content),)
    )
    mail = email.message_from_bytes(message(hostile, "Q-1", datetime(2026, 3, 2, tzinfo=UTC), "helix"), policy=email.policy.default)
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Request Q-1: Gear Subject: other"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["request.csv", "d.pdf"]
    table, drawing = (part.get_content() for part in mail.iter_attachments())
    rows = list(csv.reader(io.StringIO(table.lstrip("\ufeff"))))
    assert rows[1][:8] == ["47,11", "47,11", "Gear\nSubject: other", "", "120", "pcs", "2026-03-20", "x;y z"]
    assert all("\n" not in cell for cell in rows[1][7:])
    assert drawing == content


async def test_form_is_read():
    """Tests that fields and files come out of what a browser sends, files under their bare names."""
    parts = (
        b'--x\r\nContent-Disposition: form-data; name="item"\r\n\r\nGear \xe9\xbd\xbf\r\n'
        b'--x\r\nContent-Disposition: form-data; name="ticket"\r\n\r\nt\r\n'
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="C:\\\\a\\\\..\\\\d.pdf"\r\nContent-Type: application/pdf\r\n\r\nabc\r\n'
        b'--x\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n--x--\r\n'
    )
    got, rest = await read_form("multipart/form-data; boundary=x", parts)
    assert (got.item, rest, got.files) == ("Gear 齿", {"ticket": "t"}, (AskedFile("d.pdf", b"abc"),))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b"nonsense"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: x\r\n\r\n1"),
    ],
)
async def test_broken_forms_are_refused(kind, content):
    """Tests that what is no form is refused as such, or read as an empty one."""
    try:
        got, _ = await read_form(kind, content)
    except Problem as problem:
        assert problem.code == "malformed"
    else:
        assert got == Asked()


class Watch:
    """A clock set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_tickets():
    """Tests that a form needs a ticket of ours, not younger than three seconds, not older than half a day."""
    watch = Watch()
    guard = SpamGuard(now=watch)
    ticket = guard.ticket()
    for wrong in ("", "x", ticket[:-1], ticket.replace("0.000", "9.000"), f"{ticket}é", SpamGuard(now=watch).ticket()):
        with pytest.raises(Problem, match="form-stale"):
            guard.admit(wrong, "a")
    with pytest.raises(Problem, match="form-too-fast"):
        guard.admit(ticket, "a")
    watch.now = 4
    guard.admit(ticket, "a")
    watch.now = 43_300
    with pytest.raises(Problem, match="form-stale"):
        guard.admit(ticket, "a")


def test_counts():
    """Tests that one address may send six an hour, another is not hindered by it, and that little is remembered."""
    watch = Watch()
    guard = SpamGuard(now=watch)
    ticket = guard.ticket()
    watch.now = 10
    for _ in range(6):
        guard.admit(ticket, "a")
    with pytest.raises(Problem, match="rate-limited") as refused:
        guard.admit(ticket, "a")
    assert 0 < refused.value.extra["retry_after"] <= 3600
    guard.admit(ticket, "b")
    watch.now = 3700
    guard.admit(ticket, "a")
    for number in range(REMEMBERED + 10):
        guard.done(str(number), "Q")
    assert (guard.answered("0"), guard.answered(str(REMEMBERED))) == ("", "Q")
