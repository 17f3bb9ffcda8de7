"""What listeners in the node get of what came by MQTT: read from the log, from where each had come to, in batches."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from plait.infrastructure.machines.model import LinkLost, Message
from plait.infrastructure.mqtt.broker import Broker
from plait.infrastructure.mqtt.journal import FORGOT, LISTENED, OUTSIDE, PUBLISHED, Entry, Place, entries, entry
from plait.infrastructure.mqtt.packets import messages
from plait.infrastructure.mqtt.state import Listener
from plait.infrastructure.mqtt.topics import any_match, is_topic
from plait.kernel.problems import INVALID, Problem
from plait.store import from_ms

__all__ = ["BrokerInbox", "BrokerIngest"]

BATCH_BYTES = 256 << 10
MOST_TOPICS = 100_000
MOST_RECENT, LATELY = 5_000, 4 << 20
NODE = b"\0node"


class BrokerInbox:
    """What comes for one listener. Asking again confirms what was handed over before; one that is closed ends ``next`` with ``LinkLost``."""

    def __init__(self, broker: Broker, name: str, listener: Listener, first: list[Message], source: bytes = b"") -> None:
        self._broker = broker
        self._name = name
        self._listener = listener
        self._first = first
        self._next: Place = listener.at
        self._due = False
        self._closed = False
        self._source = source
        self._why = "the node's MQTT listener no longer listens"
        self._news = asyncio.Event()
        self._topics: dict[bytes, str] = {}
        broker.inboxes[name] = self

    def wake(self) -> None:
        """Something may have come."""
        self._news.set()

    @property
    def closed(self) -> bool:
        """Whether nobody listens any more."""
        return self._closed

    @property
    def idle(self) -> bool:
        """Whether the listener has all there is, and what was made of it is on disk."""
        return not self._first and not self._due and self._next >= self._broker.journal.end

    async def next(self) -> Sequence[Message]:
        """Wait for messages; the former ones are confirmed, and not given again after a restart."""
        self.confirm()
        if self._first:
            first, self._first = self._first, []
            self._due = True
            return first
        journal = self._broker.journal
        while not self._closed:
            self._news.clear()
            end = journal.end
            if self._next >= end:
                self._broker.settle()
                await self._news.wait()
                continue
            found, self._next = await asyncio.to_thread(self._read, self._next, end)
            if self._closed:
                break
            if found:
                self._due = True
                return found
            self._listener.at = self._next
        raise LinkLost(self._why)

    def confirm(self) -> None:
        """What was handed over is on disk: it is not given again."""
        if self._due:
            self._due = False
            self._listener.at = self._next
            self._broker.journal.put(entry(LISTENED, 0, self._name.encode(), msgspec.msgpack.encode(self._listener), 0), lazy=True)
            self._broker.save_places()

    def _read(self, at: Place, end: Place) -> tuple[list[Message], Place]:
        """Take messages out of the log (a thread of its own)."""
        found: list[Message] = []
        topics, filters, source = self._topics, self._listener.filters, self._source
        blocks, after = self._broker.journal.read(at, end, BATCH_BYTES)
        for block in blocks:
            for one in entries(block):
                if one.kind != PUBLISHED or (one.key != source if source else one.key.startswith(OUTSIDE)):
                    continue
                user, _, client = one.key.decode("utf-8", "replace").partition("\0")
                who, body, ms = user or client, one.body, one.ms
                for first, topic, _, start, stop in messages(body, one.level):
                    text = topics.get(topic)
                    if text is None:
                        text = topic.decode()
                        if len(topics) >= MOST_TOPICS:
                            topics.clear()
                        topics[topic] = text = text if any_match(filters, text) else ""
                    if text:
                        found.append(Message(text, body[start:stop], ms, bool(source and first & 1), who))
        return found, after

    def end(self, why: str) -> None:
        """End ``next`` with ``LinkLost``, which says why."""
        self._closed = True
        self._why = why
        self._news.set()

    async def close(self) -> None:
        """Listen no more; what was not confirmed comes again to who listens under the same name."""
        self._closed = True
        self._news.set()
        if self._broker.inboxes.get(self._name) is self:
            del self._broker.inboxes[self._name]
            self._broker.settle()


class BrokerIngest:
    """The node's own listener, as adapters see it (``Ingest``)."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker

    def now(self) -> datetime:
        """Return the time a message is said to come."""
        return from_ms(self.broker.ms())

    async def listen(self, name: str, filters: Sequence[str], *, source: bytes = b"") -> BrokerInbox:
        """Return what comes under ``filters`` from where ``name`` had come to; a new one, or new filters, begin with what is retained.

        Who listens under the name already is cut off. ``source`` is the broker elsewhere from which it comes (empty: our own devices).
        """
        broker = self.broker
        if broker.stopped:
            raise LinkLost("the node's MQTT listener is stopped")
        await broker.open()
        old = broker.inboxes.get(name)
        if old is not None:
            await old.close()
        state = broker.state
        known = state.listeners.get(name)
        fresh = [each for each in filters if known is None or each not in known.filters]
        first = self._retained(fresh) if not source else []
        listener = Listener(list(filters), known.at if known is not None else broker.journal.end)
        if known is None or known.filters != listener.filters:
            stored = asyncio.get_running_loop().create_future()
            broker.journal.put(entry(LISTENED, 0, name.encode(), msgspec.msgpack.encode(listener), 0), _resolve(stored))
            state.listeners[name] = listener
            await stored
        state.listeners[name] = listener
        inbox = BrokerInbox(broker, name, listener, first, source)
        if not inbox.idle:
            broker.hold()
        return inbox

    async def keep(self, name: str) -> None:
        """Keep what comes from now on for who will listen under ``name``, if nobody has yet."""
        broker = self.broker
        await broker.open()
        if name not in broker.state.listeners:
            listener = broker.state.listeners[name] = Listener([], broker.journal.end)
            broker.journal.put(entry(LISTENED, 0, name.encode(), msgspec.msgpack.encode(listener), 0))

    def _retained(self, filters: Sequence[str]) -> list[Message]:
        found: dict[bytes, Message] = {}
        for each in filters:
            for topic, payload, ms in self.broker.state.retained.under(each):
                found[topic] = Message(topic.decode(), payload, ms, True, "")
        return list(found.values())

    async def recent(self, filters: Sequence[str]) -> list[Message]:
        """Return the last message of each topic under ``filters``: what is retained, and what came lately (the last few megabytes)."""
        if self.broker.stopped:
            raise LinkLost("the node's MQTT listener is stopped")
        await self.broker.open()
        journal = self.broker.journal
        found = {each.topic: each for each in self._retained(filters)}
        number, offset = journal.end
        at = (number, 0) if offset > LATELY or number < 2 else (number - 1, 0)
        while at < journal.end:
            blocks, at = await asyncio.to_thread(journal.read, at, journal.end, BATCH_BYTES)
            for block in blocks:
                for one in entries(block):
                    if one.kind == PUBLISHED and not one.key.startswith(OUTSIDE):
                        _last(found, one, filters)
        return list(found.values())

    async def forget(self, name: str) -> None:
        """Keep nothing more for a listener that does not come again."""
        await self.broker.open()
        inbox = self.broker.inboxes.get(name)
        if inbox is not None:
            await inbox.close()
        if self.broker.state.listeners.pop(name, None) is not None:
            self.broker.journal.put(entry(FORGOT, 0, name.encode(), b"", 0))

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message to whoever has subscribed to its topic; return when it is on disk. Raise ``invalid`` for what is no topic, ``unavailable``."""
        if not is_topic(topic):
            raise Problem(INVALID, f"{topic[:80]!r} is no topic that can be published to.")
        await self.broker.open()
        stored = asyncio.get_running_loop().create_future()
        self.broker.publish(NODE, topic.encode(), payload, retain=retain, then=_resolve(stored))
        await stored


def _last(found: dict[str, Message], one: Entry, filters: Sequence[str]) -> None:
    user, _, client = one.key.decode("utf-8", "replace").partition("\0")
    for _, topic, _, start, stop in messages(one.body, one.level):
        text = topic.decode()
        if (text in found or len(found) < MOST_RECENT) and any_match(filters, text):
            found[text] = Message(text, one.body[start:stop], one.ms, False, user or client)


def _resolve(future: "asyncio.Future[None]") -> Callable[[Exception | None], None]:
    def stored(error: Exception | None) -> None:
        if future.cancelled():
            return
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)

    return stored
