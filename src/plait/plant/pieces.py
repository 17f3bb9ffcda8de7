"""What a batch takes, piece by piece: times drawn once from the job's own stream, tool wear, scrap."""

import random
from bisect import bisect_right
from typing import NamedTuple

from plait.plant.config import CellConfig
from plait.plant.kernel import minutes

__all__ = ["Piece", "Run", "draw", "plan"]


class Piece(NamedTuple):
    """A piece's processing time (ms) and the number in [0, 1) that decides whether it is scrap."""

    span: int
    luck: float


class Run(NamedTuple):
    """Pieces one after another from ``start`` (ms): when each ends, whether it is scrap, the tool's cutting time after it (ms)."""

    start: int
    ends: tuple[int, ...]
    scrapped: tuple[bool, ...]
    wear: tuple[int, ...]

    @property
    def end(self) -> int:
        """When the last piece is finished (ms)."""
        return self.ends[-1] if self.ends else self.start

    def finished(self, now: int) -> int:
        """Return how many pieces are finished at ``now``."""
        return bisect_right(self.ends, now)


def draw(quantity: int, cycle_min: float, spread: float, stream: random.Random) -> list[Piece]:
    """Draw the pieces of a job: lognormal times with median ``cycle_min``, at least one millisecond each."""
    return [Piece(max(1, minutes(cycle_min * stream.lognormvariate(0.0, spread))), stream.random()) for _ in range(quantity)]


def plan(pieces: list[Piece], start: int, worn: int, cell: CellConfig, speed: float = 100.0) -> Run:
    """Lay ``pieces`` out from ``start`` with a tool that has cut for ``worn`` ms; a worn tool is changed before the next piece.

    ``speed`` is in percent of the design speed.
    """
    life, change = minutes(cell.tool_life_min), minutes(cell.tool_change_min)
    ends, scrapped, wear = [], [], []
    now = start
    for piece in pieces:
        if life and worn >= life:
            now += change
            worn = 0
        span = piece.span if speed == 100.0 else round(piece.span * 100 / speed)
        now += span
        worn += span
        risk = cell.scrap + (cell.scrap_wear * min(1.0, worn / life) if life else 0.0)
        ends.append(now)
        scrapped.append(piece.luck < risk)
        wear.append(worn)
    return Run(start, tuple(ends), tuple(scrapped), tuple(wear))
