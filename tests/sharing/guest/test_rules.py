"""Codes, links and what guests send, without a node."""

import email
import email.policy
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.sharing.guest.model import Choice, Deed, Field, Form, GuestFile, Link, Need, NeedLine, NewLink
from plait.sharing.guest.rules import check, errors, fingerprint, letter, mark, new_code, number

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
SAY = Texts("en")
FORM = Form(
    "quote",
    "Quote",
    "Send",
    (
        Field("price", "Price", "number", needed=True, most=20),
        Field("day", "Day", "date"),
        Field("reason", "Reason", "choice", choices=(Choice("a", "A"),)),
        Field("text", "Text", "long", most=10),
        Field("files", "Files", "files"),
    ),
)


def made(name: str) -> Link:
    return Link("0", "request", "RQ-00001", name, "en", AT, AT, "person:x")


def test_codes_are_long_and_never_twice() -> None:
    """Tests that a code has 128 random bits, in signs that an address may hold, and that its fingerprint does not show it."""
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert {len(code) for code in codes} == {22}
    assert all(code.replace("-", "").replace("_", "").isalnum() for code in codes)
    assert not any(code in fingerprint(code) for code in codes)


@pytest.mark.parametrize(
    "new",
    [
        NewLink("offer", "Meridian"),  # which one?
        NewLink("offer", "\u202e\n", "R-00001"),  # nobody
        NewLink("request", "Meridian"),  # what?
        NewLink("order", "Meridian", "SO-1", need=Need((NeedLine("Bar", Decimal(1)),))),
        NewLink("request", "Meridian", need=Need((NeedLine("Bar", Decimal(0)),))),
        NewLink("request", "Meridian", need=Need((NeedLine("Bar", Decimal("nan")),))),
    ],
)
def test_links_that_cannot_be_made(new: NewLink) -> None:
    """Tests that a link needs a thing and a guest, and a request what is needed."""
    with pytest.raises(Problem) as refused:
        check(new)
    assert refused.value.code == "invalid"


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"price": "12.50"}, set()),
        ({"price": "1 200,5", "day": "2027-03-14", "reason": "a", "text": "yes"}, set()),
        ({}, {"price"}),
        ({"price": "-1"}, {"price"}),
        ({"price": "NaN"}, {"price"}),
        ({"price": "1e99"}, {"price"}),
        ({"price": "1", "day": "14.3.2027"}, {"day"}),
        ({"price": "1", "reason": "b"}, {"reason"}),
        ({"price": "1", "text": "x" * 11}, {"text"}),
    ],
)
def test_each_mistake_is_named_at_its_field(values: dict[str, str], wrong: set[str]) -> None:
    """Tests that what a field cannot hold is named there, alone."""
    assert set(errors(FORM, Deed("quote", values=values), SAY)) == wrong


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_none(text: str) -> None:
    """Tests that no text trips the reading of a number."""
    value = number(text)
    assert value is None or value >= 0


NAME = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)


@given(NAME, NAME, st.text(st.characters(exclude_categories=("Cs",)), max_size=200))
def test_whatever_a_guest_sends_is_one_mail(name: str, file: str, text: str) -> None:
    """Tests that no name or text adds a head or a part to the mail, that it reads back, and that the same is the same bytes."""
    deed = Deed("quote", values={"text": text}, files=(GuestFile(f"{file}.pdf", b"%PDF"),))
    content = letter(made(name), FORM, deed, f"firm {name}")
    assert content == letter(made(name), FORM, deed, f"firm {name}")
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert set(mail.keys()) == {"From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type"}
    assert mail["From"].addresses[0].addr_spec == "guest@link.invalid"
    assert len(mail["From"].addresses) == 1
    (attached,) = mail.iter_attachments()
    assert attached.get_content() == b"%PDF"


def test_marks_tell_acts_apart() -> None:
    """Tests that the same content from the same page has the same mark, and that page, act, text and files all count."""
    deeds = [
        Deed("ask", "1", "t", {"text": "a"}),
        Deed("ask", "1", "u", {"text": "a"}),
        Deed("ask", "1", "t", {"text": "b"}),
        Deed("accept", "1", "t", {"text": "a"}),
        Deed("ask", "1", "t", {"text": "a"}, (GuestFile("f", b"1"),)),
        Deed("ask", "1", "t", {"text": "a"}, (GuestFile("f", b"2"),)),
    ]
    assert len({mark(deed) for deed in deeds}) == len(deeds)
    assert mark(deeds[0]) == mark(Deed("ask", "1", "t", {"text": "a"}))
