"""What is said of open orders: dates, reasons, remedies; and the changes that can be tried on them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from plait.kernel.money import Money
from plait.manufacturing.schedule.model import Moment

__all__ = [
    "AddedLine",
    "Adopted",
    "Applied",
    "Cancel",
    "CauseKind",
    "Change",
    "Changed",
    "DateAnswer",
    "DateQuestion",
    "Down",
    "Effect",
    "ExtraShift",
    "LateLine",
    "LateReport",
    "LineDetail",
    "Overtime",
    "PlannedStep",
    "Remedy",
    "Share",
    "Wait",
    "WhatIf",
    "WhatIfAnswer",
]

CauseKind: TypeAlias = Literal["overdue", "time", "closed", "supplier", "material", "machine", "down", "booked"]
"""Why an order is late. ``overdue``: its date is past; ``time``: even working round the clock on an empty shop it takes too long;
``closed``: closed time; ``supplier``: a step outside; ``material``: it comes too late; ``machine``: busy with other orders; ``down``: out
of service; ``booked``: its bookings are fixed."""


class Share(msgspec.Struct, frozen=True):
    """How much of the time until an order is ready is due to one thing, in hours; ``work`` is the work itself round the clock."""

    kind: Literal["work", "closed", "supplier", "material", "machine"]
    hours: float


class Wait(msgspec.Struct, frozen=True):
    """What an operation waits for: ``machine`` (busy with ``order``), ``own`` (with another batch of its order), ``down``, ``closed``, ``gap`` (too short)."""

    kind: Literal["machine", "own", "down", "closed", "gap"]
    since: datetime
    until: datetime
    order: str = ""
    reason: str = ""


class PlannedStep(msgspec.Struct, frozen=True):
    """One operation of one batch: when it could begin, begins and ends, and what it waits for meanwhile."""

    batch: int
    seq: int
    name: str
    group: str
    work_centre: str
    pieces: int
    ready: datetime
    start: datetime
    end: datetime
    outside: bool = False
    supplier: str = ""
    waits: tuple[Wait, ...] = ()
    critical: bool = False


class Effect(msgspec.Struct, frozen=True):
    """What a change does to an order: its date before and after, and whether it is late then."""

    line: str
    was: date | None
    now: date | None
    was_late: bool
    late: bool


class Overtime(msgspec.Struct, frozen=True, tag="overtime", forbid_unknown_fields=True):
    """A work centre stays open ``hours`` longer on ``day``, or, where it is closed all day, from 06:00 on."""

    work_centre: str
    day: date
    hours: float


class ExtraShift(msgspec.Struct, frozen=True, tag="extra_shift", forbid_unknown_fields=True):
    """A work centre or a group (empty: all) works from ``start`` to ``end`` (local ``HH:MM``) on each day from ``day`` to ``until``."""

    day: date
    start: str
    end: str
    until: date | None = None
    work_centre: str = ""
    group: str = ""


class Down(msgspec.Struct, frozen=True, tag="down", forbid_unknown_fields=True):
    """A work centre is out of service."""

    work_centre: str
    start: Moment
    end: Moment
    reason: str = "what if"


class AddedLine(msgspec.Struct, frozen=True, tag="new_line", forbid_unknown_fields=True):
    """One more order, called ``id`` in the answer."""

    part_id: str
    quantity: Decimal
    due: date
    priority: int = 0
    id: str = "new"


class Changed(msgspec.Struct, frozen=True, tag="changed", forbid_unknown_fields=True):
    """An order line has another date, priority or quantity."""

    line: str
    due: date | None = None
    priority: int | None = None
    quantity: Decimal | None = None


class Cancel(msgspec.Struct, frozen=True, tag="cancel", forbid_unknown_fields=True):
    """An order line falls away."""

    line: str


Change: TypeAlias = Overtime | ExtraShift | Down | AddedLine | Changed | Cancel


class Remedy(msgspec.Struct, frozen=True):
    """Something that would help: what (``text``), when the order is ready then, what it costs (None: no rate is known), whom it hurts.

    ``hurts`` has every other order whose date changes. ``changes`` can be tried on the whole plan with what-if.
    """

    kind: Literal["overtime", "alternative", "split", "swap", "subcontract", "new_date"]
    text: str
    finish: datetime
    day: date
    on_time: bool
    cost: Money | None = None
    hurts: tuple[Effect, ...] = ()
    changes: tuple[Change, ...] = ()


class LateLine(msgspec.Struct, frozen=True):
    """One open order line with its date and verdict.

    ``due`` is kept when it is ready by the end of that day (local time of our place); ``day`` is the day it is ready.
    Slack to the due date in calendar days, working days and open hours of its last work centre, negative when late. ``reason`` says why
    in words; an ``unplanned`` line has ``todo``, what to do about it. ``shares`` add up to the time from now until it is ready;
    ``remedy`` is the cheapest that makes it on time, else telling the customer; ``notes`` are what was assumed.
    """

    id: str
    customer: str
    order_no: str
    line_no: str
    part_id: str
    part_no: str
    name: str
    quantity: Decimal
    due: date
    verdict: Literal["on_time", "late", "unplanned"]
    reason: str
    priority: int = 0
    promised: datetime | None = None
    start: datetime | None = None
    finish: datetime | None = None
    day: date | None = None
    slack_days: int | None = None
    slack_work_days: int | None = None
    slack_hours: float | None = None
    cause: CauseKind | None = None
    todo: str = ""
    shares: tuple[Share, ...] = ()
    remedy: Remedy | None = None
    notes: tuple[str, ...] = ()


class LateReport(msgspec.Struct, frozen=True):
    """All open lines, the late first; ``rule`` is the dispatch rule whose plan was the best."""

    computed: datetime
    zone: str
    total: int
    on_time: int
    late: int
    unplanned: int
    rule: str
    lines: list[LateLine]


class LineDetail(msgspec.Struct, frozen=True):
    """One line with its operations and everything that would help, the cheapest that makes it on time first."""

    line: LateLine
    steps: list[PlannedStep]
    remedies: list[Remedy]


class WhatIf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Changes to be tried together; nothing is written."""

    changes: tuple[Change, ...]


class WhatIfAnswer(msgspec.Struct, frozen=True):
    """What the changes would do: lines that become late or on time, and every line whose date moves."""

    computed: datetime
    late_before: int
    late_after: int
    become_late: list[str]
    become_on_time: list[str]
    effects: list[Effect]


class DateQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What date may be promised for ``quantity`` pieces of a part; ``due`` is the date asked for, if any."""

    part_id: str
    quantity: Decimal
    due: date | None = None
    not_before: Moment | None = None


class DateAnswer(msgspec.Struct, frozen=True):
    """The earliest date that disturbs no open order, and why not sooner; nothing is held."""

    part_id: str
    quantity: Decimal
    day: date
    finish: datetime
    reason: str
    on_time: bool | None
    shares: tuple[Share, ...]
    steps: list[PlannedStep]
    notes: tuple[str, ...] = ()


class Adopted(msgspec.Struct, frozen=True):
    """The plan is in the schedule: how many lines and operations were booked, how many lines moved, fell away or cannot be planned."""

    lines: int
    operations: int
    moved: int
    freed: int
    unplanned: int


class Applied(msgspec.Struct, frozen=True):
    """Changes that were made: which work centres have other hours, which order lines are different."""

    work_centres: list[str]
    lines: list[str]
