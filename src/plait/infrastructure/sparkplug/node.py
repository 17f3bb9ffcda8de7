"""What a host application knows of one edge node: its session, its devices, its metrics, what came out of order."""

from typing import Any

import msgspec

from plait.infrastructure.sparkplug.shape import Known, Shape
from plait.wire.sparkplug import Topic

__all__ = ["Device", "EdgeNode", "Waiting"]


REMEMBERED = 256


class Waiting(msgspec.Struct, frozen=True):
    """A message that came before others that it follows."""

    topic: Topic
    payload: Any
    ms: int
    size: int


class Device(msgspec.Struct):
    """A device of an edge node, or the edge node itself (``name`` empty).

    ``slots``: all it has, ``shape``: that of its last message; ``told``: its birth, ``dead_ms``: since when its values were stale.
    """

    name: str
    born: bool = False
    metrics: dict[str, Known] = {}
    slots: list[int] = []
    shape: Shape | None = None
    told: bytes = b""
    told_ms: int = 0
    dead_ms: int = 0


class EdgeNode(msgspec.Struct):
    """One edge node. ``seq``: number of the last message (None: not known, the next one is believed); ``bd_seq`` of its birth.

    ``since``: when a gap was noticed (monotonic seconds, None: there is none), ``since_ms``: and by the messages' receipt.
    ``birth_at``: when by its own clock it was born, ``restored_ms``: when by ours, as far as known from before a restart.
    """

    group: str
    edge: str
    born: bool = False
    seq: int | None = None
    bd_seq: int = -1
    devices: dict[str, Device] = {}
    aliases: dict[int, Known] = {}
    waiting: dict[int, Waiting] = {}
    since: float | None = None
    since_ms: int = 0
    asked: float | None = None
    lost: int = 0
    away_ms: int = 0
    birth_at: int = 0
    restored_ms: int = 0
    recent: dict[int, None] = {}

    @property
    def waiting_bytes(self) -> int:
        """How much waits, in bytes of payloads."""
        return sum(each.size for each in self.waiting.values())

    def remember(self, mark: int) -> bool:
        """Tell whether a message (``mark``: a hash of topic and payload) came among the last; remember it."""
        if mark in self.recent:
            return True
        self.recent[mark] = None
        if len(self.recent) > REMEMBERED:
            del self.recent[next(iter(self.recent))]
        return False
