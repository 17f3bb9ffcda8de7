"""What the broker knows of one client beyond its connection: subscriptions, what waits for it, what it has sent lately."""

from array import array
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from plait.infrastructure.mqtt.packets import publish

if TYPE_CHECKING:
    from plait.infrastructure.mqtt.connection import Connection

__all__ = ["Kept", "Session", "Waiting"]

RECENT = 1024
QUEUE_MESSAGES = 1_000
QUEUE_BYTES = 4_000_000
WINDOW = 100


class Waiting(NamedTuple):
    """A message for a client, at QoS 1."""

    topic: bytes
    payload: bytes
    retain: bool


class Kept(msgspec.Struct, array_like=True):
    """A session as it is kept on disk; ``left`` (ms since 1970): since when nobody is connected."""

    key: bytes
    expiry: int
    filters: dict[str, int]
    waiting: list[tuple[bytes, bytes, bool]]
    dropped: int
    left: int


class Session:
    """One client's session. ``key`` is the user and the client identifier; ``expiry`` in seconds after it left (2^32 - 1: never).

    ``recent`` are marks of the messages it has sent at QoS 1 and 2 on this connection, ``before`` of those on the one before: by these a message that
    is sent again is known.
    """

    __slots__ = ("before", "conn", "dropped", "expiry", "filters", "flight", "key", "left", "number", "queue", "queued", "recent", "unreleased", "window")

    def __init__(self, key: bytes, expiry: int) -> None:
        self.key = key
        self.expiry = expiry
        self.conn: Connection | None = None
        self.filters: dict[str, int] = {}
        self.queue: deque[Waiting] = deque()
        self.queued = 0
        self.flight: OrderedDict[int, Waiting] = OrderedDict()
        self.number = 0
        self.window = WINDOW
        self.dropped = 0
        self.left = 0
        self.recent = array("q")
        self.before: set[int] = set()
        self.unreleased: set[int] = set()

    def seen(self, marks: list[int]) -> None:
        """Remember what was sent, the last thousand or so."""
        self.recent.extend(marks)
        if len(self.recent) > 2 * RECENT:
            del self.recent[:-RECENT]

    def known(self, mark: int) -> bool:
        """Tell whether a message marked as sent again is here already; one from the connection before is known once."""
        if mark in self.before:
            self.before.discard(mark)
            return True
        return mark in self.recent

    def forget_sent(self) -> None:
        """Know nothing of what was sent: it may not be on disk."""
        self.recent = array("q")
        self.before.clear()
        self.unreleased.clear()

    def begin(self) -> None:
        """A new connection takes the session over: what was on its way goes again, first of all."""
        self.before.update(self.recent[-RECENT:])
        self.recent = array("q")

    def take(self, message: Waiting) -> bool:
        """Queue a message; False when there is no room, and it is counted as dropped."""
        size = len(message.topic) + len(message.payload)
        if len(self.queue) >= QUEUE_MESSAGES or self.queued + size > QUEUE_BYTES:
            self.dropped += 1
            return False
        self.queue.append(message)
        self.queued += size
        return True

    def again(self, level: int) -> list[bytes]:
        """Return what was on its way when the connection broke, marked as repeated."""
        return [publish(one.topic, one.payload, level, number=number, again=True, retain=one.retain) for number, one in self.flight.items()]

    def due(self, level: int, largest: int) -> list[bytes]:
        """Return what may go out now; a packet larger than the client takes is dropped."""
        out: list[bytes] = []
        while self.queue and len(self.flight) < self.window:
            one = self.queue.popleft()
            self.queued -= len(one.topic) + len(one.payload)
            number = self._next()
            packet = publish(one.topic, one.payload, level, number=number, retain=one.retain)
            if len(packet) > largest:
                self.dropped += 1
                continue
            self.flight[number] = one
            out.append(packet)
        return out

    def _next(self) -> int:
        while True:
            self.number = self.number % 65535 + 1
            if self.number not in self.flight:
                return self.number

    def acknowledged(self, number: int) -> bool:
        """The client has message ``number``; False when none is on its way under it."""
        return self.flight.pop(number, None) is not None

    def kept(self) -> Kept:
        """Return the session as it is kept on disk."""
        return Kept(
            self.key,
            self.expiry,
            dict(self.filters),
            [(one.topic, one.payload, one.retain) for one in (*self.flight.values(), *self.queue)],
            self.dropped,
            self.left,
        )

    @classmethod
    def back(cls, kept: Kept) -> "Session":
        """Return a session as it was kept."""
        session = cls(kept.key, kept.expiry)
        session.filters, session.dropped, session.left = dict(kept.filters), kept.dropped, kept.left
        for topic, payload, retain in kept.waiting:
            session.queue.append(Waiting(topic, payload, retain))
            session.queued += len(topic) + len(payload)
        return session
