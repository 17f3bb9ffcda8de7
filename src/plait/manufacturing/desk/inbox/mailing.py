"""The firm's mailbox: looked into again and again, each new mail put into the inbox before it is marked as seen."""

from pathlib import Path

import msgspec
import structlog

from plait.kernel.actor import system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem
from plait.kernel.settings import Mailbox
from plait.manufacturing.desk.inbox.imap import MAILBOX_SETTING, MailBox, check, fetch
from plait.manufacturing.desk.inbox.service import InboxService

__all__ = ["MailRoom", "config_of"]

_log = structlog.get_logger("plait.mailbox")


def config_of(settings: Mailbox, folder: Path) -> MailBox:
    """Return the mailbox that is set, its files relative to the data ``folder``; raise ``mailbox-setting``."""
    values = msgspec.to_builtins(settings)
    for name in ("password_file", "ca_file"):
        if values[name]:
            values[name] = str(folder / Path(values[name]).expanduser())
    try:
        config = msgspec.convert(values, MailBox)
    except msgspec.ValidationError as error:
        raise Problem(MAILBOX_SETTING, f"mailbox: {error}") from error
    check(config)
    return config


class NotNow(RuntimeError):
    """A mail cannot be kept at the moment through no fault of its own: it stays unseen and is fetched again."""


class MailRoom:
    """Fetches mails into the inbox; ``trouble`` says why the mailbox could not be read when it was last looked into, "" when it could."""

    def __init__(self, inbox: InboxService, config: MailBox) -> None:
        self.inbox = inbox
        self.config = config
        self.trouble = ""

    async def run(self) -> None:
        """Look again and again until cancelled; what goes wrong is said once and tried again."""
        while True:
            try:
                await self.look()
                self.trouble = ""
            except (Problem, NotNow) as error:
                reason = error.detail if isinstance(error, Problem) else str(error)
                if self.trouble != reason:
                    _log.warning("the mailbox cannot be read; it is tried again", reason=reason)
                self.trouble = reason
            await SYSTEM.sleep(self.config.every_minutes * 60)

    async def look(self) -> int:
        """Fetch what is new and return how many mails were taken; raise why the mailbox cannot be read."""
        return await fetch(self.config, self._take)

    async def _take(self, name: str, content: bytes) -> None:
        me = system_actor(self.inbox.guard.firm().party_id, "mail")
        try:
            await self.inbox.take(me, name, content, via="mail")
        except Problem as problem:
            if problem.status >= 500:
                raise NotNow(f"{problem.code}: {problem.detail}") from problem
            raise
