"""The schedule in a window of time: rows of work centres with their bars, closed time, outages and promise flags."""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from plait.manufacturing.desk.late.model import LateLine

__all__ = ["Bar", "BarState", "Chart", "Flag", "Lane", "Span"]

BarState: TypeAlias = Literal["proposed", "held", "planned", "started", "ended"]


class Span(msgspec.Struct, frozen=True):
    """A stretch of time in which a work centre is closed, or (with a ``reason``) out of service."""

    start: datetime
    end: datetime
    reason: str = ""


class Bar(msgspec.Struct, frozen=True):
    """One batch at one operation. ``order`` is the id of its page, ``number`` what people call it; ``why`` says why it stands where it stands.

    ``proposed``: in the plan of all open orders, but booked nowhere yet. ``held``: kept free for an offer. ``frozen``: a person put it there.
    """

    job_id: str
    order: str
    number: str
    customer: str
    part_id: str
    name: str
    batch: int
    seq: int
    quantity: int
    start: datetime
    end: datetime
    state: BarState
    late: bool = False
    frozen: bool = False
    outside: bool = False
    why: str = ""


class Flag(msgspec.Struct, frozen=True):
    """The date of an order, on the row of its last operation. ``late``: the plan is ready after it."""

    order: str
    number: str
    at: datetime
    late: bool


class Lane(msgspec.Struct, frozen=True):
    """One row: a work centre with what lies on it, or (``id`` empty) the steps done by other firms. ``others`` are ids of the same group."""

    id: str
    group: str
    site: str
    machine_id: str
    bars: list[Bar]
    closed: list[Span]
    down: list[Span]
    flags: list[Flag]
    others: list[str]
    booked: float = 0.0
    """The share of its open time in the window that is taken, from 0 to 1."""


class Chart(msgspec.Struct, frozen=True):
    """The schedule from ``since`` to ``until``. ``left_out`` counts bars and ``more_rows`` rows that are there but were not asked for.

    ``late``: late orders of the whole plan, the worst first (at most 20), ``late_count`` all of them; None while the plan is worked out.
    ``unbooked``: open orders that are planned but not in the schedule.
    """

    since: datetime
    until: datetime
    now: datetime
    lanes: list[Lane]
    sites: list[str]
    left_out: int
    more_rows: int
    late_count: int | None
    unplanned: int
    unbooked: int
    late: list[LateLine]
