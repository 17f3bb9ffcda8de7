"""Settings and figures of OEE, by the words of ISO 22400-2."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from plait.apps.model import Period
from plait.kernel.facts import fact
from plait.kernel.money import Money

__all__ = ["LOSSES", "DayClosed", "Elements", "Loss", "OeeConfig", "OeeDetail", "OeeRow", "Rates"]

Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Minutes = Annotated[float, msgspec.Meta(ge=0, le=1440)]

LOSSES = ("breakdown", "setup", "minor", "speed", "startup", "rejects", "no_work", "no_data", "uncounted")
"""The six big losses, then what is none of the machine's: no job was there, nothing was heard of it, its pieces are not counted."""


class OeeConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the app.

    ``goal``: the OEE wished for; ``minor_stop_min``: a shorter stop counts as a minor stop, not as a breakdown; ``startup_min``: scrap this long after a
    set-up counts as start-up loss (0: none does); ``planned_stops``: a stop whose reason holds one of these words is no planned time; ``ideal_s``: seconds
    a piece by machine, where no job says it; ``note_days``: write a fact a day and machine.
    """

    goal: Share = 0.85
    minor_stop_min: Minutes = 5.0
    startup_min: Minutes = 0.0
    planned_stops: Annotated[tuple[str, ...], msgspec.Meta(max_length=50)] = ()
    ideal_s: dict[str, Annotated[float, msgspec.Meta(gt=0, le=604800)]] = {}
    note_days: bool = False


class Elements(msgspec.Struct, frozen=True, order=True):
    """The time elements and quantities of ISO 22400-2 (clause 4) that figures are made of; times in milliseconds, sums over machines.

    ``pbt`` planned busy time, ``apt`` production, ``aust`` set-up, ``breakdown`` and ``minor`` delays (ADET), ``idle_job`` standing with a job there,
    ``no_work``, ``no_data``; ``calendar`` all time; ``aoet`` execution of orders; ``unplanned`` production outside planned time. ``pq`` pieces produced,
    ``sq`` scrap; ``ideal`` the planned run time of all pieces (PRI x PQ), ``ideal_good`` and ``ideal_startup`` of the good ones and of start-up scrap;
    ``apt_counted`` is production of machines whose pieces are counted and have a planned time. ``failures``: breakdowns that began.
    """

    pbt: int = 0
    apt: int = 0
    aust: int = 0
    breakdown: int = 0
    minor: int = 0
    idle_job: int = 0
    no_work: int = 0
    no_data: int = 0
    calendar: int = 0
    aoet: int = 0
    unplanned: int = 0
    apt_counted: int = 0
    pq: float = 0.0
    sq: float = 0.0
    ideal: float = 0.0
    ideal_good: float = 0.0
    ideal_startup: float = 0.0
    speed: float = 0.0
    rejects: float = 0.0
    startup: float = 0.0
    failures: int = 0
    machines: int = 0
    uncounted: int = 0
    fast: int = 0

    def __add__(self, other: "Elements") -> "Elements":
        mine, more = msgspec.structs.astuple(self), msgspec.structs.astuple(other)
        return Elements(*(a + b for a, b in zip(mine, more, strict=True)))


class Rates(msgspec.Struct, frozen=True):
    """Key figures of ISO 22400-2 (clause 6); shares of 1, None when they cannot be said. ``throughput``: pieces an hour; ``mtbf`` and ``mttr``: minutes.

    ``coverage``: share of planned time in which the machine's state was known. There is no word of rework, so first pass equals quality.
    """

    oee: float | None
    availability: float | None
    effectiveness: float | None
    quality: float | None
    nee: float | None
    teep: float | None
    allocation: float | None
    utilisation: float | None
    technical: float | None
    setup: float | None
    throughput: float | None
    scrap: float | None
    first_pass: float | None
    mtbf: float | None
    mttr: float | None
    coverage: float | None


class Loss(msgspec.Struct, frozen=True):
    """Planned time that made no good piece: ``minutes``, their share of planned time, and what they cost (None: no rate is known)."""

    name: str
    minutes: float
    share: float
    cost: Money | None = None


class OeeRow(msgspec.Struct, frozen=True):
    """One machine, group or the firm in one period. ``good_min`` and the minutes of ``losses`` add up to ``planned_min``.

    ``flags``: fast (pieces came faster than planned: the planned time is wrong), uncounted (pieces are not counted, or have no planned time), no-hours
    (nobody has said when the machine is meant to work), blind (less than nine tenths of planned time is known), empty (no planned time at all).
    """

    period: Period
    subject: str
    name: str
    kind: Literal["machine", "group", "firm"]
    rates: Rates
    planned_min: float
    good_min: float
    losses: tuple[Loss, ...]
    produced: float
    good: float
    scrap: float
    failures: int
    unplanned_min: float
    flags: tuple[str, ...] = ()
    machines: int = 1


class OeeDetail(msgspec.Struct, frozen=True):
    """All rows, by period, the firm first, then groups, then machines; ``goal`` as set."""

    goal: float
    rows: tuple[OeeRow, ...]


@fact("oee.day_closed", key="machine_id")
class DayClosed(msgspec.Struct, frozen=True):
    """OEE of a machine over one local day, as far as it was known the day after."""

    machine_id: str
    since: datetime
    until: datetime
    oee: float | None
    availability: float | None
    effectiveness: float | None
    quality: float | None
    coverage: float | None
