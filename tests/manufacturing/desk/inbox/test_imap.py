"""Mail fetched from a real IMAP server."""

import msgspec
import pytest

from plait.kernel.os import free_port
from plait.kernel.problems import Problem
from plait.manufacturing.desk.inbox.imap import MAILBOX_SETTING, MailBox, check, fetch
from tests.support.dovecot import SECRET, USER, server

MAIL = b"From: a@oakmill.example\r\nSubject: Anfrage %d\r\nDate: Mon, 02 Mar 2026 08:00:00 +0100\r\n\r\n10 St\xc3\xbcck\r\n"


@pytest.fixture(scope="module")
def imap():
    with server() as made:
        yield made


@pytest.fixture
def config(imap):
    with imap.client() as client:
        _, (number,) = client.select("INBOX")
        if number != b"0":
            client.store("1:*", "+FLAGS", "\\Deleted")
            client.expunge()
    return MailBox("127.0.0.1", USER, str(imap.password_file), port=imap.port, ca_file=str(imap.certificate), timeout_s=10)


class Shelf:
    """What was taken, and on which message to refuse or to break."""

    def __init__(self, refuse=b"", breaks=b""):
        self.kept = {}
        self.refuse, self.breaks = refuse, breaks

    async def take(self, name, content):
        """Keep a message."""
        if self.refuse and self.refuse in content:
            raise Problem(MAILBOX_SETTING, "not this one")
        if self.breaks and self.breaks in content:
            raise OSError("the disk is full")
        self.kept[name] = content


async def test_new_mail_is_fetched_once(imap, config):
    """Tests that unseen messages come byte by byte and are seen afterwards, so that nothing comes twice."""
    imap.put(MAIL % 1, MAIL % 2)
    shelf = Shelf()
    assert await fetch(config, shelf.take) == 2
    assert sorted(shelf.kept.values()) == [MAIL % 1, MAIL % 2]
    assert all(name.endswith(".eml") for name in shelf.kept)
    assert imap.numbers("UNSEEN") == 0
    assert await fetch(config, shelf.take) == 0


async def test_mail_is_moved_when_asked(imap, config):
    """Tests that what was taken lies in the folder for it, which is made, also with a name outside ASCII."""
    imap.put(MAIL % 1)
    done = msgspec.structs.replace(config, done_folder="Erledigt für plait")
    assert await fetch(done, Shelf().take) == 1
    assert imap.numbers("ALL") == 0
    assert imap.numbers("ALL", '"Erledigt f&APw-r plait"') == 1


async def test_mail_stays_unseen_until_it_is_kept(imap, config):
    """Tests that a message whose keeping fails is not marked, and comes again; what was kept before it does not."""
    imap.put(MAIL % 1, MAIL % 2)
    with pytest.raises(OSError, match="full"):
        await fetch(config, Shelf(breaks=b"Anfrage 2").take)
    assert imap.numbers("UNSEEN") == 1
    shelf = Shelf()
    assert await fetch(config, shelf.take) == 1
    assert list(shelf.kept.values()) == [MAIL % 2]


async def test_refused_and_large_mail_is_flagged(imap, config):
    """Tests that a refused message and one that is too large are flagged for a person, stay unseen, and hold up nobody."""
    imap.put(MAIL % 1, MAIL % 2, MAIL % 3 + b"x" * 5000)
    shelf = Shelf(refuse=b"Anfrage 1")
    small = msgspec.structs.replace(config, largest=2000)
    assert await fetch(small, shelf.take) == 1
    assert list(shelf.kept.values()) == [MAIL % 2]
    assert imap.numbers("UNSEEN FLAGGED") == 2
    imap.put(MAIL % 4)
    assert await fetch(msgspec.structs.replace(small, most=1), shelf.take) == 1
    assert MAIL % 4 in shelf.kept.values()


async def test_no_more_than_allowed(imap, config):
    """Tests that at most so many messages are fetched at once, the oldest first."""
    imap.put(*(MAIL % number for number in range(5)))
    shelf = Shelf()
    assert await fetch(msgspec.structs.replace(config, most=3), shelf.take) == 3
    assert sorted(shelf.kept.values()) == [MAIL % number for number in range(3)]


async def test_starttls_and_plain_on_this_computer(imap, config):
    """Tests that the connection may begin in the clear and be secured, or stay plain on this computer, and nowhere else."""
    imap.put(MAIL % 1)
    assert await fetch(msgspec.structs.replace(config, port=imap.plain_port, security="starttls"), Shelf().take) == 1
    imap.put(MAIL % 2)
    assert await fetch(msgspec.structs.replace(config, port=imap.plain_port, security="plain"), Shelf().take) == 1
    with pytest.raises(Problem, match="mailbox-setting"):
        check(msgspec.structs.replace(config, host="mail.oakmill.example", security="plain"))


async def test_a_certificate_nobody_vouches_for_is_refused(imap, config):
    """Tests that the server must prove who it is, by authority and by name."""
    with pytest.raises(Problem, match="mailbox-unreachable"):
        await fetch(msgspec.structs.replace(config, ca_file=""), Shelf().take)
    with pytest.raises(Problem, match="mailbox-unreachable"):
        await fetch(msgspec.structs.replace(config, host="127.0.0.2"), Shelf().take)


async def test_what_is_wrong_is_said(imap, config, tmp_path, caplog, capfd):
    """Tests that a wrong password, folder, file or address is said in words that do not repeat the password."""
    wrong = tmp_path / "wrong"
    wrong.write_text("my secret 4711 ü")
    for change, code in (
        ({"password_file": str(wrong)}, "mailbox-login"),
        ({"password_file": str(tmp_path / "none")}, "mailbox-setting"),
        ({"folder": "Nowhere"}, "mailbox-setting"),
        ({"ca_file": str(tmp_path / "none")}, "mailbox-setting"),
        ({"port": free_port()}, "mailbox-unreachable"),
    ):
        with pytest.raises(Problem) as refused:
            await fetch(msgspec.structs.replace(config, **change), Shelf().take)
        assert refused.value.code == code, change
        said = f"{refused.value.detail} {refused.value!r} {refused.value.__cause__!r} {caplog.text} {capfd.readouterr()}"
        assert "4711" not in said
        assert SECRET not in said


@pytest.mark.parametrize("raw", [{"host": "a b"}, {"host": "h", "port": 0}, {"host": "h", "security": "none"}, {"host": "h", "password": "x"}])
def test_the_setting_refuses_what_it_does_not_know(raw):
    """Tests that a wrong or unknown setting is an error; a password itself is none."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"user": "u", "password_file": "p", **raw}, MailBox)
