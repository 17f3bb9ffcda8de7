"""Messages on their way out: by webhook (signed) and by mail, each tried until it arrives or a day is over; alarms never wait for them."""

import asyncio
import hashlib
import hmac
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import structlog

from plait.infrastructure.alarms import tables
from plait.infrastructure.alarms.service import AlarmService
from plait.kernel.actor import Scope
from plait.kernel.clock import SYSTEM, iso
from plait.kernel.os import read_text
from plait.kernel.problems import Problem
from plait.kernel.settings import Alarms
from plait.store import Tx, ms_of
from plait.web.client import PartnerClient

if TYPE_CHECKING:
    from email.message import EmailMessage

__all__ = ["Messenger", "letter", "send_mail", "signature"]

ALL = Scope(everything=True)
MOST_TRIES = 20
LOOK_S = 30.0
FIRST_MS, LAST_MS = 5_000, 3_600_000
_log = structlog.get_logger("plait.alarms")


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return what the header ``Plait-Signature`` says: HMAC-SHA256 with the secret over time stamp, a dot and the body."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def letter(settings: Alarms, subject: str, body: str, id: int) -> "EmailMessage":
    """Return a mail as it goes out."""
    from email.message import EmailMessage

    said = msgspec.json.decode(body)
    made = EmailMessage()
    sender = settings.mail_from or settings.mail_user or settings.mail_to[0]
    made["From"], made["To"], made["Subject"] = sender, ", ".join(settings.mail_to), subject
    made["Message-ID"] = f"<plait-alarm-{id}@{sender.rpartition('@')[2] or 'localhost'}>"
    made["Auto-Submitted"] = "auto-generated"
    rows = [str(said.get("text", "")), "", *(f"{name}: {said[name]}" for name in ("name", "severity", "value", "at") if said.get(name) is not None)]
    if said.get("advice"):
        rows += ["", str(said["advice"])]
    made.set_content("\n".join(rows) + "\n")
    return made


def send_mail(settings: Alarms, folder: Path, message: "EmailMessage") -> None:
    """Hand a mail to the server (blocks; on a thread); raise OSError (which SMTPException is)."""
    import smtplib
    import ssl

    context = ssl.create_default_context(cafile=settings.mail_ca_file or None)
    port = settings.mail_port
    made = (
        smtplib.SMTP_SSL(settings.mail_host, port, timeout=20, context=context)
        if settings.mail_security == "tls"
        else smtplib.SMTP(settings.mail_host, port, timeout=20)
    )
    with made as server:
        if settings.mail_security == "starttls":
            server.starttls(context=context)
        if settings.mail_user:
            server.login(settings.mail_user, read_text(folder / settings.mail_password_file).splitlines()[0])
        server.send_message(message)


class Messenger:
    """Sends what waits, from the store, so that a restart loses nothing; ``folder`` holds the files with secrets.

    ``first_ms``: after which time a message that did not arrive is tried again; each further wait is twice as long.
    """

    def __init__(self, alarms: AlarmService, client: PartnerClient, folder: Path, *, first_ms: int = FIRST_MS) -> None:
        self._alarms = alarms
        self._store = alarms.store
        self._client = client
        self._folder = folder
        self._first_ms = first_ms
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Send messages until cancelled."""
        leave = self._store.listen(lambda fact: self._news.set() if fact.kind.startswith("alarm.") else None)
        try:
            while True:
                self._news.clear()
                wait = await self.send_due()
                try:
                    async with asyncio.timeout(wait):
                        await self._news.wait()
                except TimeoutError:
                    continue
        finally:
            leave()

    async def send_due(self) -> float:
        """Send what is due; return in how many seconds to look again."""
        now = ms_of(SYSTEM.now())
        due = await self._store.read(lambda conn: tables.waiting(conn, ALL, now))
        for id, alarm_id, channel, subject, body, tries in due:
            error = await self._send(id, alarm_id, channel, subject, body)
            state = "sent" if not error else "failed" if tries + 1 >= MOST_TRIES else "waiting"
            again = ms_of(SYSTEM.now()) + min(LAST_MS, self._first_ms * 2 ** min(tries, 10))
            if error:
                _log.warning("a message of an alarm did not arrive", channel=channel, tries=tries + 1, reason=error)

            def work(tx: Tx, id: int = id, state: str = state, tries: int = tries, again: int = again, error: str = error) -> None:
                tables.settle(tx.conn, id, state, tries + 1, again, error)
                tables.put_aside(tx.conn)

            await self._store.write(self._alarms.stream.me, work)
        following = await self._store.read(lambda conn: tables.notice_due(conn, ALL))
        return LOOK_S if following is None else min(LOOK_S, max(0.05, (following - ms_of(SYSTEM.now())) / 1000))

    async def _send(self, id: int, alarm_id: str, channel: str, subject: str, body: str) -> str:
        """Send one message; return what went wrong, "" when nothing."""
        settings = self._alarms.settings
        del alarm_id
        try:
            if channel == "mail":
                await asyncio.to_thread(send_mail, settings, self._folder, letter(settings, subject, body, id))
                return ""
            content, stamp = body.encode(), iso(SYSTEM.now())
            headers = {"Content-Type": "application/json", "Plait-Message": str(id), "Plait-Timestamp": stamp}
            if settings.webhook_secret_file:
                secret = read_text(self._folder / settings.webhook_secret_file).splitlines()[0]
                headers["Plait-Signature"] = signature(secret, stamp, content)
            answer = await self._client.request("POST", settings.webhook, headers=headers, content=content, limit=65_536)
        except Problem as problem:
            return problem.detail
        except (OSError, IndexError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        return "" if answer.status < 300 else f"The answer was {answer.status}."
