"""The latest value of each series, in memory; what has changed since it was last written down."""

from collections.abc import Iterable, Iterator

from plait.infrastructure.signals.block import Block, joined, raws
from plait.infrastructure.signals.record import Raw

__all__ = ["Latest"]

FOLD_ROWS = 50_000


class Latest:
    """Of equal times the one that came last counts. Blocks are looked through together, when somebody asks or they have become many."""

    def __init__(self) -> None:
        self._known: dict[int, Raw] = {}
        self._unsaved: dict[int, Raw] = {}
        self._waiting: list[Block] = []
        self._rows = 0
        self.points = 0

    def load(self, points: Iterable[Raw]) -> None:
        """Learn what is written down."""
        self._known.update((point.series, point) for point in points)

    def keep(self, points: Iterable[Raw]) -> None:
        """Take in points one by one."""
        self._fold()
        for point in points:
            self.points += 1
            self._one(point)

    def keep_block(self, block: Block) -> None:
        """Take in a block."""
        if not len(block.ms):
            return
        self._waiting.append(block)
        self._rows += len(block.ms)
        self.points += len(block.ms)
        if self._rows >= FOLD_ROWS:
            self._fold()

    def get(self, series: int) -> Raw | None:
        """Return the latest point of a series."""
        self._fold()
        return self._known.get(series)

    def all(self) -> Iterator[Raw]:
        """Yield the latest point of each series."""
        self._fold()
        yield from self._known.values()

    def unsaved(self) -> list[Raw]:
        """Return what is to be written down, and count anew."""
        self._fold()
        changed, self._unsaved, self.points = self._unsaved, {}, 0
        return list(changed.values())

    def back(self, points: Iterable[Raw]) -> None:
        """Take back what could not be written down."""
        for point in points:
            self._unsaved.setdefault(point.series, point)

    def _one(self, point: Raw) -> None:
        known = self._known.get(point.series)
        if known is None or point.ms >= known.ms:
            self._known[point.series] = self._unsaved[point.series] = point

    def _fold(self) -> None:
        if not self._waiting:
            return
        import numpy as np

        block, self._waiting, self._rows = joined(self._waiting), [], 0
        order = np.lexsort((block.ms, block.series))
        series = block.series[order]
        last = order[np.append(series[1:] != series[:-1], True)]
        for point in raws(block.take(last)):
            self._one(point)
