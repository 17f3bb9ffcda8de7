"""An edge node in words: what it would send, message by message."""

from plait.infrastructure.sparkplug import write
from plait.infrastructure.sparkplug.host import Host
from plait.infrastructure.sparkplug.write import Told
from plait.wire.sparkplug import Kind, Topic

NOW = 1_767_600_000_000


class Edge:
    """Edge node ``hall/edge`` with one device ``saw`` and its metrics."""

    def __init__(self, *metrics: Told, bd_seq: int = 0) -> None:
        self.metrics = metrics or (Told("load", NOW, 1.5, alias=7), Told("parts", NOW, 3, 8, alias=8))
        self.bd_seq = bd_seq
        self.seq = 0

    def next(self) -> int:
        self.seq = (self.seq + 1) % 256
        return self.seq

    def born(self, ms: int = NOW) -> list[tuple[str, bytes]]:
        self.seq = 0
        first = (self.topic(Kind.NBIRTH), write.birth(0, ms, (), self.bd_seq))
        return [first, (self.topic(Kind.DBIRTH), write.birth(self.next(), ms, self.metrics))]

    def topic(self, kind: Kind) -> str:
        return str(Topic("hall", kind, "edge", "saw" if kind.startswith("D") else ""))

    def data(self, *told: Told, ms: int = NOW) -> tuple[str, bytes]:
        return self.topic(Kind.DDATA), write.data(self.next(), ms, told)

    def load(self, value: float | None, ms: int = NOW + 1, *, past: bool = False) -> tuple[str, bytes]:
        return self.data(Told("load", ms, value, alias=7, past=past), ms=ms)

    def died(self, bd_seq: int | None = None) -> tuple[str, bytes]:
        return self.topic(Kind.NDEATH), write.will(self.bd_seq if bd_seq is None else bd_seq)


def feed(host: Host, *messages: tuple[str, bytes], ms: int = NOW + 10) -> None:
    """Let the host take messages."""
    for topic, content in messages:
        host.take(topic, content, ms)


def values(host: Host) -> dict[str, list[tuple[int, float | str, int]]]:
    """Return by metric what the host has heard since it was last asked: time, value, quality."""
    heard = host.heard()
    found: dict[str, list[tuple[int, float | str, int]]] = {}
    columns = heard.joined()
    if columns is not None:
        for slot, ms, value, quality in zip(*(each.tolist() for each in columns[:4]), strict=True):
            found.setdefault(host.slots[slot].name, []).append((ms, value, quality))
    for word in heard.words:
        found.setdefault(host.slots[word.slot].name, []).append((word.ms, word.text, word.quality))
    return found
