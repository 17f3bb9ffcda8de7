"""Messages on their way out: by webhook (signed) and by mail, each tried until it arrives or a day is over; alarms never wait for them."""

import asyncio
import hashlib
import hmac
from pathlib import Path

import structlog

from plait.infrastructure.alarms import tables
from plait.infrastructure.alarms.mail import MailFailed, letter, send_mail
from plait.infrastructure.alarms.service import AlarmService
from plait.kernel.actor import Scope
from plait.kernel.clock import SYSTEM, iso
from plait.kernel.os import read_text
from plait.kernel.problems import Problem
from plait.store import Tx, ms_of
from plait.web.client import PartnerClient

__all__ = ["Messenger", "signature"]

ALL = Scope(everything=True)
MOST_TRIES = 20
LOOK_S = 30.0
FIRST_MS, LAST_MS = 5_000, 3_600_000
_log = structlog.get_logger("plait.alarms")


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return what the header ``Plait-Signature`` says: HMAC-SHA256 with the secret over time stamp, a dot and the body."""
    return "sha256=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


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
        """Send what is due, the channels side by side; return in how many seconds to look again."""
        due = await self._store.read(lambda conn: tables.waiting(conn, ALL, ms_of(SYSTEM.now())))
        async with asyncio.TaskGroup() as group:
            for channel in sorted({row.channel for row in due}):
                group.create_task(self._send_all([row for row in due if row.channel == channel]))
        following = await self._store.read(lambda conn: tables.notice_due(conn, ALL))
        return LOOK_S if following is None else min(LOOK_S, max(0.05, (following - ms_of(SYSTEM.now())) / 1000))

    async def _send_all(self, due: list[tables.Due]) -> None:
        for row in due:
            arrived, said = await self._send(row)
            state = "sent" if arrived else "failed" if row.tries + 1 >= MOST_TRIES else "waiting"
            again = ms_of(SYSTEM.now()) + min(LAST_MS, self._first_ms * 2 ** min(row.tries, 10))
            if said:
                _log.warning("a message of an alarm did not arrive", channel=row.channel, tries=row.tries + 1, reason=said)

            def work(tx: Tx, row: tables.Due = row, state: str = state, again: int = again, said: str = said) -> None:
                tables.settle(tx.conn, row.id, state, row.tries + 1, again, said)
                tables.put_aside(tx.conn)

            await self._store.write(self._alarms.stream.me, work)

    async def _send(self, row: tables.Due) -> tuple[bool, str]:
        """Send one message; return whether it arrived, and what went wrong ("" when nothing)."""
        settings = self._alarms.settings
        try:
            if row.channel == "mail":
                message = letter(settings, row.subject, row.body, row.id, SYSTEM.now())
                return True, await asyncio.to_thread(send_mail, settings, self._folder, message)
            content, stamp = row.body.encode(), iso(SYSTEM.now())
            headers = {"Content-Type": "application/json", "Plait-Message": str(row.id), "Plait-Timestamp": stamp}
            if settings.webhook_secret_file:
                secret = read_text(self._folder / settings.webhook_secret_file).splitlines()[0]
                headers["Plait-Signature"] = signature(secret, stamp, content)
            answer = await self._client.request("POST", settings.webhook, headers=headers, content=content, limit=65_536)
        except Problem as problem:
            return False, problem.detail
        except MailFailed as failed:
            return False, str(failed)
        except (OSError, IndexError, ValueError) as error:
            return False, f"{type(error).__name__}: {error}"
        return answer.status < 300, "" if answer.status < 300 else f"The answer was {answer.status}."
