"""Mail fetched from a folder of an IMAP server; a message is marked as seen only after it has been taken in."""

import asyncio
import imaplib
import re
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import structlog

from plait.kernel.os import read_text
from plait.kernel.problems import Problem, register

__all__ = ["MAILBOX_LOGIN", "MAILBOX_SETTING", "MAILBOX_UNREACHABLE", "MailBox", "Take", "check", "fetch"]

MAILBOX_SETTING = register("mailbox-setting", 422, "The mailbox is not set up as it must be", "Correct the setting that is named.")
MAILBOX_LOGIN = register(
    "mailbox-login", 502, "The mail server does not let us in", "Check user and password file; some servers want a password of its own for programs."
)
MAILBOX_UNREACHABLE = register("mailbox-unreachable", 502, "The mail server cannot be reached", "Check host, port and certificate; it is tried again.")

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
Take = Callable[[str, bytes], Awaitable[None]]
_log = structlog.get_logger("plait.inbox")


class MailBox(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mailbox that is looked into ``every_minutes``.

    ``password_file`` holds the password, readable by the node's user only. Messages in ``folder`` that nobody has seen are fetched, at most ``most``
    at once, none larger than ``largest`` bytes; then they are marked as seen, and moved to ``done_folder`` when one is named. ``security``: ``tls``,
    ``starttls``, or ``plain`` to this computer only. ``ca_file`` holds the certificates of the firm's own authority.
    """

    host: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")]
    user: Annotated[str, msgspec.Meta(min_length=1, max_length=320)]
    password_file: Annotated[str, msgspec.Meta(min_length=1)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 993
    folder: Annotated[str, msgspec.Meta(min_length=1)] = "INBOX"
    done_folder: str = ""
    every_minutes: Annotated[float, msgspec.Meta(ge=0.5, le=1440)] = 5.0
    security: Literal["tls", "starttls", "plain"] = "tls"
    ca_file: str = ""
    most: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 200
    largest: Annotated[int, msgspec.Meta(ge=1)] = 25_000_000
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=300)] = 30.0


def check(config: MailBox) -> None:
    """Raise ``mailbox-setting`` when a password would go over a network in the clear."""
    if config.security == "plain" and config.host.lower() not in LOOPBACK:
        raise Problem(MAILBOX_SETTING, f"security: plain is for this computer only, not for {config.host}")


async def fetch(config: MailBox, take: Take) -> int:
    """Hand each new message to ``take`` (name and bytes) and return how many were taken.

    What ``take`` refuses (a ``Problem``), and what is too large, stays unseen and is flagged for a person; any other error of ``take`` ends the
    fetching, the message staying as it was. Raise ``mailbox-unreachable``, ``mailbox-login`` or ``mailbox-setting``.
    """
    check(config)
    box = _Box(config)
    taken = 0
    try:
        await asyncio.to_thread(box.open)
        for uid in await asyncio.to_thread(box.unseen):
            content = await asyncio.to_thread(box.message, uid)
            if content is None:
                continue
            try:
                await take(f"mail-{uid}.eml", content)
            except Problem as refused:
                _log.warning("message refused", uid=uid, code=refused.code)
                await asyncio.to_thread(box.flag, uid)
                continue
            await asyncio.to_thread(box.done, uid)
            taken += 1
    finally:
        await asyncio.shield(asyncio.to_thread(box.close))
    return taken


class _Box:
    """The connection; each verb blocks and is called in a thread, one after the other."""

    def __init__(self, config: MailBox) -> None:
        self._config = config
        self._box: Any = None
        self._moves = False

    def _connect(self) -> Any:
        import imap_tools

        config = self._config
        if config.security == "plain":
            return imap_tools.MailBoxUnencrypted(config.host, config.port, timeout=config.timeout_s)
        context = ssl.create_default_context(cafile=config.ca_file or None)
        kind = imap_tools.MailBox if config.security == "tls" else imap_tools.MailBoxStartTls
        return kind(config.host, config.port, timeout=config.timeout_s, ssl_context=context)

    def open(self) -> None:
        """Connect, log in, choose the folder; make ``done_folder`` when it is not there."""
        import imap_tools

        config = self._config
        try:
            password = read_text(Path(config.password_file)).strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(MAILBOX_SETTING, f"password_file: {config.password_file} cannot be read: {type(error).__name__}") from error
        try:
            self._box = self._connect()
        except FileNotFoundError as error:
            raise Problem(MAILBOX_SETTING, f"ca_file: {config.ca_file} is not there") from error
        except (OSError, imap_tools.ImapToolsError) as error:
            raise self._lost(error) from error
        try:
            login = self._box.login if (config.user + password).isascii() else self._box.login_utf8
            login(config.user, password, initial_folder=None)
        # the library's error may repeat what was sent
        except (imap_tools.MailboxLoginError, imaplib.IMAP4.error):
            raise Problem(MAILBOX_LOGIN, f"{config.user} at {config.host}") from None
        except OSError as error:
            raise self._lost(error) from error
        self._guarded(self._folders)

    def _folders(self) -> None:
        import imap_tools

        config = self._config
        try:
            self._box.folder.set(config.folder)
        except imap_tools.MailboxFolderSelectError as error:
            raise Problem(MAILBOX_SETTING, f"folder: there is none called {config.folder!r}") from error
        self._moves = "MOVE" in self._box.client.capabilities or "MOVE" in (self._capabilities() if config.done_folder else "")
        if config.done_folder and not self._box.folder.exists(config.done_folder):
            self._box.folder.create(config.done_folder)

    def _capabilities(self) -> str:
        _, said = self._box.client.capability()
        return " ".join(each.decode("ascii", "replace") for each in said).upper()

    def _lost(self, error: Exception) -> Problem:
        return Problem(MAILBOX_UNREACHABLE, f"{self._config.host}:{self._config.port}: {error}")

    def _guarded(self, call: Callable[[], Any]) -> Any:
        """Call; a connection that breaks is ``mailbox-unreachable``."""
        import imap_tools

        try:
            return call()
        except (OSError, imap_tools.ImapToolsError, imaplib.IMAP4.error) as error:
            raise self._lost(error) from error

    def unseen(self) -> list[str]:
        """Return the numbers of the messages nobody has seen, oldest first, those flagged before last."""

        def look() -> list[str]:
            flagged = set(self._box.uids("UNSEEN FLAGGED"))
            found = sorted(self._box.uids("UNSEEN"), key=lambda uid: (uid in flagged, int(uid)))
            return found[: self._config.most]

        found: list[str] = self._guarded(look)
        return found

    def message(self, uid: str) -> bytes | None:
        """Return a message as it is, without marking it; None when it is gone or too large, which flags it."""

        def get() -> bytes | None:
            _, said = self._box.client.uid("FETCH", uid, "(RFC822.SIZE)")
            size = re.search(rb"RFC822\.SIZE (\d+)", said[0] if said and isinstance(said[0], bytes) else b"")
            if size is None:
                return None
            if int(size.group(1)) > self._config.largest:
                _log.warning("message too large", uid=uid, bytes=int(size.group(1)))
                self.flag(uid)
                return None
            _, parts = self._box.client.uid("FETCH", uid, "(BODY.PEEK[])")
            return next((part[1] for part in parts or () if isinstance(part, tuple)), None)

        found: bytes | None = self._guarded(get)
        return found

    def flag(self, uid: str) -> None:
        """Mark a message for a person."""
        self._guarded(lambda: self._box.flag(uid, ["\\Flagged"], True))

    def done(self, uid: str) -> None:
        """Mark a message as seen and move it; a server that cannot move keeps it where it is."""

        def put() -> None:
            self._box.flag(uid, ["\\Seen"], True)
            if self._config.done_folder and self._moves:
                self._box.move(uid, self._config.done_folder)

        self._guarded(put)

    def close(self) -> None:
        """Leave the server; a connection that is gone is no error."""
        import imap_tools

        if self._box is None:
            return
        box, self._box = self._box, None
        try:
            box.logout()
        except (OSError, imap_tools.ImapToolsError, imaplib.IMAP4.error):
            box.client.shutdown()
