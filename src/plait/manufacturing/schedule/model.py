"""Work centres, promises, bookings and repairs, and the facts of the schedule."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec

from plait.kernel.facts import fact
from plait.kernel.money import Money
from plait.manufacturing.part.model import Operation

__all__ = [
    "Booking",
    "Calendar",
    "Confirmed",
    "DayHours",
    "Moment",
    "Move",
    "Moved",
    "Outage",
    "OutageNoted",
    "Promise",
    "PromiseRequest",
    "Repair",
    "ScheduleBooked",
    "ScheduleCancelled",
    "ScheduleHeld",
    "ScheduleReleased",
    "ScheduleRepaired",
    "Shift",
    "ShiftHours",
    "WorkCentre",
    "WorkCentreGone",
    "WorkCentrePut",
]

Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its offset from UTC."""


class ShiftHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Working hours on some days: ``days`` 0 (Monday) to 6, ``start`` and ``end`` as local ``HH:MM``.

    An ``end`` not after ``start`` is on the next day (``22:00`` to ``06:00``; equal: a whole day).
    """

    days: tuple[int, ...]
    start: str
    end: str


class DayHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Working hours on one ``date`` (ISO) beside the shifts, such as overtime; ``start`` and ``end`` as in ``ShiftHours``."""

    date: str
    start: str
    end: str


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a work centre is open, in local time of IANA ``zone``; ``holidays`` (ISO dates) have no shift that starts on them.

    ``extra`` are hours on single days, holidays or not.
    """

    zone: str = "UTC"
    shifts: tuple[ShiftHours, ...] = ()
    always: bool = False
    holidays: tuple[str, ...] = ()
    extra: tuple[DayHours, ...] = ()


class WorkCentre(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place that does one operation at a time; ``machine_id`` is empty where work is done by hand.

    An operation starts only in open time. It must also end before closing, unless the work centre is ``unattended`` (it runs
    on while closed) or ``may_pause`` (it stands still while closed and goes on afterwards). ``rate`` is the price of an hour.
    ``inherits``: the calendar is that of its site, whatever it is. ``assumed``: nobody has entered it, it stands in for what a table names.
    """

    id: str
    group: str
    calendar: Calendar = Calendar()
    machine_id: str = ""
    site_id: str = ""
    rate: Money | None = None
    unattended: bool = False
    may_pause: bool = False
    inherits: bool = False
    assumed: bool = False


class PromiseRequest(msgspec.Struct, frozen=True):
    """What is to be promised. ``number`` is the business number it is for (an RFQ or a quotation).

    ``step_leads`` gives for each outside operation (by seq) the minutes from leaving to being back for one batch, transport
    included; one that is not among them and names its supplier takes its own ``lead_days``. ``material_ready`` and ``not_before``: nothing starts earlier.
    """

    number: str
    part_id: str
    quantity: int
    batch_size: int
    operations: tuple[Operation, ...]
    material_ready: Moment | None = None
    step_leads: dict[int, float] = {}
    not_before: Moment | None = None
    transfer_min: float = 0.0


class Booking(msgspec.Struct, frozen=True):
    """One batch at one operation, at its planned (later: actual) time.

    ``job_id`` is ``ORDER-batch-seq``; of a held slot it bears the hold's id instead. ``work_ms`` is the time of work in
    milliseconds without closed time. ``transfer_ms`` is what must lie between this operation and the batch's next.
    ``work_centre`` is empty for an ``outside`` step. A ``frozen`` booking moves only if it has become impossible.
    """

    job_id: str
    hold_id: str
    order: str
    part_id: str
    batch: int
    seq: int
    name: str
    group: str
    work_centre: str
    machine_id: str
    quantity: int
    start: datetime
    end: datetime
    work_ms: int
    transfer_ms: int = 0
    outside: bool = False
    state: Literal["held", "planned", "started", "ended"] = "planned"
    frozen: bool = False
    why: str = ""


class Promise(msgspec.Struct, frozen=True):
    """When it can be done; ``hold_id`` is empty when nothing is held. ``why`` has one sentence an operation: what decided its time."""

    hold_id: str
    number: str
    start: datetime
    finish: datetime
    ops: list[Booking]
    why: list[str]
    hold_until: datetime | None = None


class Confirmed(msgspec.Struct, frozen=True):
    """An order's bookings: ``starts`` by job id; ``promised`` is the finish the hold was given with, ``batch_size`` what it was placed in."""

    order: str
    start: datetime
    finish: datetime
    promised: datetime
    starts: dict[str, datetime]
    batch_size: int = 0


class Shift(msgspec.Struct, frozen=True):
    """What a repair did to one order (or hold): its finish ``was`` and is ``now``; ``promised`` is the date it is due by, ``moved`` the bookings moved."""

    order: str
    was: datetime
    now: datetime
    promised: datetime | None
    reason: str
    moved: int

    @property
    def late(self) -> bool:
        """True when the order now ends after it is due."""
        return self.promised is not None and self.now > self.promised


class Repair(msgspec.Struct, frozen=True):
    """What a disturbance did: the orders and the holds with bookings that moved."""

    orders: list[Shift]
    holds: list[Shift] = []


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a job is to go: not before ``start``, on ``work_centre`` of its group (empty: where it is)."""

    start: Moment
    work_centre: str = ""


class Moved(msgspec.Struct, frozen=True):
    """Where a moved job lands, and what that does to its own order and to others. ``asked``: the start wished for."""

    job_id: str
    work_centre: str
    asked: datetime
    start: datetime
    end: datetime
    repair: Repair


class Outage(msgspec.Struct, frozen=True):
    """A work centre is not available from ``start`` to ``end`` (expected while ``open``)."""

    id: str
    work_centre: str
    start: datetime
    end: datetime
    reason: str
    open: bool


@fact("schedule.held", key="number", quantity="quantity")
class ScheduleHeld(msgspec.Struct, frozen=True):
    """Slots are held until ``until``."""

    number: str
    hold_id: str
    part_id: str
    quantity: int
    start: datetime
    finish: datetime
    until: datetime


@fact("schedule.booked", key="order", quantity="quantity")
class ScheduleBooked(msgspec.Struct, frozen=True):
    """A hold became an order's bookings."""

    order: str
    number: str
    hold_id: str
    part_id: str
    quantity: int
    start: datetime
    finish: datetime
    due: datetime


@fact("schedule.released", key="number")
class ScheduleReleased(msgspec.Struct, frozen=True):
    """A hold was given up."""

    number: str
    hold_id: str


@fact("schedule.cancelled", key="order", quantity="freed")
class ScheduleCancelled(msgspec.Struct, frozen=True):
    """The bookings of an order that had not begun were freed."""

    order: str
    freed: int
    reason: str


@fact("schedule.repaired", key="order")
class ScheduleRepaired(msgspec.Struct, frozen=True):
    """Bookings of an order were moved: its finish ``was`` and is ``now``."""

    order: str
    was: datetime
    now: datetime
    promised: datetime | None
    reason: str
    moved: int


@fact("schedule.outage")
class OutageNoted(msgspec.Struct, frozen=True):
    """A work centre went out of service (``open``) or is back."""

    work_centre: str
    start: datetime
    end: datetime
    reason: str
    open: bool


@fact("schedule.work_centre_put")
class WorkCentrePut(msgspec.Struct, frozen=True):
    """A work centre was entered or changed."""

    work_centre: WorkCentre


@fact("schedule.work_centre_gone")
class WorkCentreGone(msgspec.Struct, frozen=True):
    """A work centre was taken out; nothing was booked on it."""

    work_centre: str
