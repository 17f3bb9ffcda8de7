"""A job order on a cell, and what has become of it."""

from enum import IntEnum
from typing import Any

import msgspec

from plait.plant.pieces import Piece, Run
from plait.wire.isa95 import Prepare, State

__all__ = ["LIVE", "Job", "Order"]

LIVE = frozenset({State.RUNNING, State.INTERRUPTED})


class Order(msgspec.Struct, frozen=True):
    """What is asked for. Times in minutes (``cycle_min`` a piece, median); ``not_before`` in ms of the plant's kernel."""

    id: str
    setup_min: float
    cycle_min: float
    quantity: int
    lot: str = ""
    part: str = ""
    program: str = ""
    priority: int = 0
    not_before: int = 0


class Job:
    """One entry of a cell's job list. ``raw`` is the order as the client sent it; ``move_for``: a robot's errand for another job."""

    def __init__(self, order: Order, cell: str, raw: Any = None, move_for: "Job | None" = None) -> None:
        self.order = order
        self.cell = cell
        self.raw = raw
        self.move_for = move_for
        self.state = State.ALLOWED_TO_START
        self.sub: IntEnum | None = Prepare.WAITING
        self.pieces: list[Piece] = []
        self.setup_left = 0
        self.setup_end = 0
        self.run: Run | None = None
        self.good = 0
        self.scrap = 0
        self.energy_kwh = 0.0
        self.started: int | None = None
        self.ended: int | None = None
        self.reason = ""
        self.fetching = False

    @property
    def id(self) -> str:
        """The job order id."""
        return self.order.id

    @property
    def lot(self) -> str:
        """The batch that is worked on; a job without a lot is a batch of its own."""
        return self.order.lot or self.order.id

    @property
    def rank(self) -> tuple[int, int, str]:
        """Jobs that could start are taken in this order: priority, planned start, id; never the order of arrival."""
        return (-self.order.priority, self.order.not_before, self.order.id)

    def settle(self, now: int) -> int | None:
        """Count the pieces finished by ``now`` and keep the others; return the tool's cutting time if any was finished."""
        self.setup_left = max(0, self.setup_end - now)
        if self.run is None:
            return None
        finished = self.run.finished(now)
        bad = sum(self.run.scrapped[:finished])
        self.scrap += bad
        self.good += finished - bad
        worn = self.run.wear[finished - 1] if finished else None
        self.pieces = self.pieces[finished:]
        self.run = None
        return worn

    def counts(self, now: int) -> tuple[int, int]:
        """Return (good, scrap) as of ``now``."""
        if self.run is None:
            return self.good, self.scrap
        finished = self.run.finished(now)
        bad = sum(self.run.scrapped[:finished])
        return self.good + finished - bad, self.scrap + bad
