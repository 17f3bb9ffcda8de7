"""The firm's mailbox and the inbox: what a real server holds comes in once, and stays there while we cannot keep it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plait.kernel.problems import UNAVAILABLE, Problem
from plait.kernel.settings import Mailbox
from plait.manufacturing.desk.inbox.mailing import MailRoom, config_of
from tests.manufacturing.desk.inbox.desk import Desk
from tests.manufacturing.desk.inbox.test_attachments import mail
from tests.manufacturing.house import ME
from tests.support.dovecot import USER, server


@pytest.fixture
def imap() -> Iterator[Any]:
    """A mail server with one mail."""
    with server() as made:
        made.put(mail())
        yield made


def settings(imap: Any, **more: Any) -> Mailbox:
    """Settings for that server."""
    given = {"host": "127.0.0.1", "user": USER, "password_file": str(imap.password_file), "port": imap.port, "ca_file": str(imap.certificate)}
    return Mailbox(**{**given, **more})


async def test_a_mail_comes_in_once(desk: Desk, imap: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a mail is left unseen while it cannot be kept, is then kept with its sender and attachments, and does not come again."""
    room = MailRoom(desk.inbox, config_of(settings(imap), tmp_path))

    async def closed(*_: Any, **__: Any) -> None:
        raise Problem(UNAVAILABLE, "the store is closed")

    monkeypatch.setattr(desk.inbox, "take", closed)
    with pytest.raises(RuntimeError, match="closed"):
        await room.look()
    assert imap.numbers("UNSEEN") == 1
    monkeypatch.undo()
    assert await room.look() == 1
    assert await room.look() == 0
    (item,) = await desk.inbox.items(ME)
    item = await desk.inbox.process(item.id)
    assert (item.via, item.sender) == ("mail", "buy@meridian.example")
    assert len(await desk.inbox.items(ME, parent=item.id)) == 1


@pytest.mark.parametrize("wrong", [{"user": ""}, {"port": 0}, {"security": "plain", "host": "mail.example"}, {"every_minutes": 0.0}])
def test_settings_that_cannot_be(wrong: dict[str, Any], tmp_path: Path) -> None:
    """Tests that a mailbox without user, port or protection is refused, naming the setting."""
    given = {"host": "127.0.0.1", "user": USER, "password_file": "secret", **wrong}
    with pytest.raises(Problem) as refused:
        config_of(Mailbox(**given), tmp_path)
    assert refused.value.code == "mailbox-setting"
    assert next(iter(wrong)) in refused.value.detail


def test_files_are_relative_to_the_data_folder(tmp_path: Path) -> None:
    """Tests that the password's file is looked for in the data folder."""
    made = config_of(Mailbox(host="127.0.0.1", user=USER, password_file="keys/mail"), tmp_path)
    assert made.password_file == str(tmp_path / "keys" / "mail")
