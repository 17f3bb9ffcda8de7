"""What the broker does from time to time: cut off who is silent, put snapshots on disk, drop what of the log nobody needs."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from plait.kernel.clock import SYSTEM

if TYPE_CHECKING:
    from plait.infrastructure.mqtt.broker import Broker

__all__ = ["LOOK_S", "Care"]

QUEUES_BYTES = 64_000_000
LOOK_S = 1.0
SAVE_S, SAVE_BYTES = 30.0, 16 << 20
CLOSING_S = 10.0
_log = structlog.get_logger("plait.mqtt")


class Care:
    """Looks after ``broker`` once a second."""

    def __init__(self, broker: "Broker") -> None:
        self._broker = broker
        self._saved_at = SYSTEM.monotonic()
        self._saving = asyncio.Lock()
        self._writing: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Look after everything, until cancelled."""
        while True:
            await SYSTEM.sleep(LOOK_S)
            self.sweep()
            if self._broker.behind or self._broker.journal.size > self._broker.settings.keep_mb << 20:
                await self.drop()
            much = self._broker.journal.end[0] != self._broker.state.saved[0] or self._broker.journal.end[1] - self._broker.state.saved[1] > SAVE_BYTES
            if self._broker.journal.end != self._broker.state.saved and (much or SYSTEM.monotonic() - self._saved_at > SAVE_S) and not self._broker.trouble:
                try:
                    await self.save()
                except OSError as error:
                    _log.warning("the state of the MQTT listener cannot be saved", why=str(error))

    def sweep(self) -> None:
        """End connections that have been silent for too long, and sessions that nobody has come back to."""
        now = SYSTEM.monotonic()
        for connection in list(self._broker.connections):
            if connection.closing:
                if now - connection.heard > CLOSING_S:
                    connection.transport.abort()
            elif not connection.paused and now - connection.heard > connection.patience:
                connection.heard = now
                connection.turn_away(0x8D, "nothing was heard of it for one and a half keep alive times")
                connection.transport.abort()
        present = self._broker.ms()
        queued = 0
        for session in list(self._broker.state.sessions.values()):
            queued += session.queued
            if session.conn is None and session.expiry != 0xFFFFFFFF and present - session.left > session.expiry * 1000:
                self._broker.end(session)
        if queued > QUEUES_BYTES:
            for session in sorted((each for each in self._broker.state.sessions.values() if each.conn is None), key=lambda each: -each.queued)[:10]:
                session.dropped += len(session.queue)
                session.queue.clear()
                session.queued = 0
                _log.warning("messages that waited for a device that is away are dropped: too many wait", session=session.key.decode("utf-8", "replace"))

    async def save(self) -> None:
        """Put a snapshot on disk, one at a time; then drop what of the log nobody needs any more."""
        async with self._saving:
            if self._writing is not None:  # a save that was called off writes to its end all the same
                await asyncio.wait({self._writing})
            at, snapshot = self._broker.journal.end, self._broker.state.capture()
            self._writing = asyncio.ensure_future(asyncio.to_thread(self._broker.state.save, snapshot))
            await asyncio.shield(self._writing)
            self._broker.state.before, self._broker.state.saved = self._broker.state.saved, at
            self._saved_at = SYSTEM.monotonic()
            await self.drop()

    async def drop(self) -> None:
        """Drop segments that all listeners have passed. What is beyond ``keep_mb`` goes too, unless somebody who listens now is still to read it.

        Nothing goes while the log is copied.
        """
        if self._broker.copied:
            return
        safe = min(self._broker.state.saved, self._broker.state.before)[0]
        places = {name: each.at[0] for name, each in self._broker.state.listeners.items()}
        if places:
            self._broker.journal.drop(min(safe, *places.values()))
        most = self._broker.settings.keep_mb << 20
        if self._broker.journal.size > most:
            needed = min([safe, *(number for name, number in places.items() if name in self._broker.inboxes)])
            over = [each for each in self._broker.journal.segments.numbers() if each < needed]
            while over and self._broker.journal.size > most:
                self._broker.journal.drop(over.pop(0) + 1)
                _log.warning("the oldest of what came by MQTT is dropped: nobody has read it and there is no more room", keep_mb=self._broker.settings.keep_mb)
        self._broker.behind = self._broker.journal.size > most + self._broker.limit
        if self._broker.behind:
            self._broker.hush_all()
        elif self._broker.full and self._broker.journal.pending < self._broker.limit // 2:
            self._broker.go_on_reading()
