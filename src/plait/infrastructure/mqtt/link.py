"""A link to machines that speak in topics: each message is read for the machines it concerns, wherever it comes from."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from plait.infrastructure.machines.model import Batch, Inbox, Ingest, LinkLost, Listening, Machine, Message, Reading, Status
from plait.infrastructure.mqtt.client import ClientIngest
from plait.infrastructure.mqtt.ingest import BrokerInbox, BrokerIngest
from plait.infrastructure.mqtt.topics import any_match
from plait.kernel.clock import SYSTEM
from plait.store import from_ms

__all__ = ["Reader", "TopicLink"]

MOST_TOPICS = 50_000


class Reader(Protocol):
    """What one machine says: which topics it uses, what a message on one of them means."""

    filters: tuple[str, ...]
    silence_s: float

    def first(self, at: datetime) -> Status:
        """Return the state as long as nothing is heard."""
        ...

    def read(self, message: Message, at: datetime) -> tuple[list[Status], list[Reading]]:
        """Return what a message says, in order of time; what it does not say is nothing."""
        ...

    def forget(self) -> None:
        """Say the state again with the next message, also when it is the same as before."""
        ...


class TopicLink(Listening):
    """Hears all machines behind one ingest. ``join`` gives the ingest, ``read`` a machine's reader; ``listener`` is where its place is kept."""

    def __init__(
        self,
        listener: str,
        join: Callable[[], Awaitable[Ingest]],
        read: Callable[[Machine], Reader],
        leave: Callable[[], Awaitable[None]] | None = None,
        now: Callable[[], datetime] = SYSTEM.now,
    ) -> None:
        self.name = listener
        self._listener = listener
        self._join = join
        self._read = read
        self._leave = leave
        self._now = now
        self._ingest: Ingest | None = None
        self._inbox: Inbox | None = None
        self._readers: dict[str, Reader] = {}
        self._heard: dict[str, float] = {}
        self._new: list[str] = []
        self._routes: dict[str, tuple[str, ...]] = {}
        self._changed = asyncio.Event()
        self._closed = False
        self._waiting = False

    async def connect(self) -> None:
        """Join the ingest."""
        self._ingest = await self._join()

    async def watch(self, machine: Machine) -> None:
        """Hear this machine too."""
        self._readers[machine.id] = self._read(machine)
        self._new.append(machine.id)
        await self._change()

    async def unwatch(self, machine_id: str) -> None:
        """Hear it no more."""
        self._readers.pop(machine_id, None)
        await self._change()
        if not self._readers and isinstance(self._ingest, BrokerIngest | ClientIngest):
            # Nothing more is kept for a link without machines.
            await self._ingest.forget(self._listener)

    async def _change(self) -> None:
        """Listen anew: to other topics from now on, from where the link had come to."""
        self._routes.clear()
        self._changed.set()
        if self._waiting and self._inbox is not None:
            await self._inbox.close()

    async def next(self) -> Batch:
        """Return what came next."""
        while not self._closed:
            if self._changed.is_set() or self._inbox is None:
                self._changed.clear()
                if isinstance(self._inbox, BrokerInbox):
                    # Whoever asks again has kept what was given before.
                    self._inbox.confirm()
                    await self._inbox.close()
                if not self._readers:
                    await self._changed.wait()
                    continue
                assert self._ingest is not None
                self._inbox = await self._ingest.listen(self._listener, sorted({each for reader in self._readers.values() for each in reader.filters}))
            if self._new:
                new, self._new = self._new, []
                return Batch(statuses={each: [self._readers[each].first(self._now())] for each in new if each in self._readers})
            batch = await self._take(self._inbox)
            if batch is not None:
                return batch
        raise LinkLost("the link was closed")

    async def _take(self, inbox: Inbox) -> Batch | None:
        """Return what came, or who is silent; None when it is to be listened anew."""
        try:
            self._waiting = True
            async with asyncio.timeout(self._until_silence()):
                messages = await inbox.next()
        except TimeoutError:
            return self._silent()
        except LinkLost:
            if self._changed.is_set() and not self._closed:
                return None
            raise
        finally:
            self._waiting = False
        return self._read_all(messages)

    def _until_silence(self) -> float | None:
        """Return in how many seconds the next machine counts as silent, None when none may."""
        now = SYSTEM.monotonic()
        ends = [self._heard[each] + reader.silence_s - now for each, reader in self._readers.items() if reader.silence_s and each in self._heard]
        return max(0.0, min(ends)) if ends else None

    def _silent(self) -> Batch:
        now, at = SYSTEM.monotonic(), self._now()
        batch = Batch()
        for machine_id, reader in self._readers.items():
            if reader.silence_s and machine_id in self._heard and now - self._heard[machine_id] >= reader.silence_s:
                del self._heard[machine_id]
                reader.forget()
                batch.statuses[machine_id] = [Status("silent", at, f"nothing was heard for {reader.silence_s:g} s")]
        return batch

    def _read_all(self, messages: Sequence[Message]) -> Batch:
        batch = Batch()
        now = SYSTEM.monotonic()
        for message in messages:
            machines = self._routes.get(message.topic)
            if machines is None:
                if len(self._routes) > MOST_TOPICS:
                    self._routes.clear()
                found = tuple(each for each, reader in self._readers.items() if any_match(reader.filters, message.topic))
                machines = self._routes[message.topic] = found
            at = from_ms(message.ms)
            for machine_id in machines:
                statuses, readings = self._readers[machine_id].read(message, at)
                if statuses:
                    batch.statuses.setdefault(machine_id, []).extend(statuses)
                if readings:
                    batch.readings.setdefault(machine_id, []).extend(readings)
                self._heard[machine_id] = now
        return batch

    async def close(self) -> None:
        """Leave; never raises."""
        self._closed = True
        self._changed.set()
        if self._inbox is not None:
            await self._inbox.close()
        if self._leave is not None:
            await self._leave()
