"""Disturbances, each inside a transaction: the change is worked into the live plan, then the plan is repaired."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Scope
from plait.kernel.problems import CONFLICT, Problem, register
from plait.manufacturing.schedule import rules, tables
from plait.manufacturing.schedule.calendar import ms, to_time
from plait.manufacturing.schedule.gaps import Gaps, never_fits, span_of
from plait.manufacturing.schedule.live import apply_repair, changed, leads_of
from plait.manufacturing.schedule.model import Booking, Outage, OutageNoted, Repair, WorkCentre
from plait.manufacturing.schedule.repair import moved_outside
from plait.manufacturing.schedule.tables import Hold
from plait.manufacturing.schedule.workdays import place_days
from plait.store import Tx

__all__ = ["down", "job", "progress", "reassign", "resize", "retime", "up", "wait"]

ALL = Scope(everything=True)
NO_JOB = register("no-such-job", 404, "There is no such job in the schedule", "Check the job id under Schedule.")
BEGUN = register("job-begun", 409, "The job has begun", "Only jobs that have not begun can be changed.")
Change = Callable[[Booking], Booking]


def _disturb(tx: Tx, change: Change, reason: str, *, loud: bool = True) -> Repair:
    """Work ``change`` into every live booking and repair."""
    before = tables.live(tx.conn, ALL, ms(tx.at))
    return apply_repair(tx, before, [change(row) for row in before], reason, loud=loud)


def _later(row: Booking, millis: int, least: datetime | None = None) -> Booking:
    end = max(row.end, least or row.end)
    return msgspec.structs.replace(row, end=max(row.start, to_time(ms(end) + millis)))


def job(conn: Connection, job_id: str) -> Booking:
    """Return the booking of a job that has not begun; raise ``no-such-job`` or ``job-begun``."""
    row = tables.booking(conn, ALL, job_id)
    if row is None:
        raise Problem(NO_JOB, f"job {job_id} is not in the schedule")
    if row.state != "planned":
        raise Problem(BEGUN, f"job {job_id} has {row.state}")
    return row


def _centre_of(tx: Tx, machine: str) -> WorkCentre | None:
    return next((c for c in tables.centres(tx.conn, ALL).values() if machine in (c.machine_id, c.id) and machine), None)


def _open_outage(tx: Tx, centre: str) -> Outage | None:
    return next((o for o in tables.outages(tx.conn, ALL, ms(tx.at)) if o.open and o.work_centre == centre), None)


def _note(tx: Tx, outage: Outage) -> None:
    tables.put_outage(tx.conn, outage)
    tx.append("schedule", OutageNoted(outage.work_centre, outage.start, outage.end, outage.reason, outage.open))


def _prolong(centre: str, since: datetime, millis: int) -> Change:
    """Extend (or, negative, shorten) what was running on ``centre`` when it went down."""

    def change(row: Booking) -> Booking:
        running = row.work_centre == centre and row.state == "started" and row.start <= since
        return _later(row, millis, since) if running else row

    return change


def down(tx: Tx, machine: str, at: datetime, expected_minutes: float, reason: str) -> Repair:
    """A machine is down from ``at`` for ``expected_minutes``; see ``ScheduleService.down``."""
    centre = _centre_of(tx, machine)
    if centre is None:
        return Repair([])
    if expected_minutes <= 0:
        raise Problem(rules.BAD_PROMISE, f"expected_minutes: {expected_minutes:g} is not above zero")
    until = to_time(ms(at) + round(expected_minutes * rules.MINUTE_MS))
    known = _open_outage(tx, centre.id)
    text = f"{centre.id} is down: {reason}"
    if known is not None:
        _note(tx, msgspec.structs.replace(known, end=until, reason=reason))
        return _disturb(tx, _prolong(centre.id, known.start, ms(until) - ms(known.end)), text)
    _note(tx, Outage(f"D-{tx.number('D'):05}", centre.id, at, until, reason, True))
    return _disturb(tx, _prolong(centre.id, at, ms(until) - ms(at)), text)


def up(tx: Tx, machine: str, at: datetime) -> Repair:
    """A machine is back at ``at``; see ``ScheduleService.up``."""
    centre = _centre_of(tx, machine)
    known = _open_outage(tx, centre.id) if centre else None
    if centre is None or known is None:
        return Repair([])
    at = max(at, known.start)
    _note(tx, msgspec.structs.replace(known, end=at, open=False))
    text = f"{centre.id} was down until {at:%Y-%m-%d %H:%M} UTC: {known.reason}"
    return _disturb(tx, _prolong(centre.id, known.start, ms(at) - ms(known.end)), text, loud=at > known.end)


def _begun(tx: Tx, row: Booking, at: datetime, centre: WorkCentre | None) -> Booking:
    if row.outside:
        left = moved_outside(row, ms(at), leads_of(tx.conn, [row]), place_days(tables.centres(tx.conn, ALL).values()))
        return msgspec.structs.replace(left, state="started")
    if centre is None:
        return msgspec.structs.replace(row, state="started", start=at, end=to_time(ms(at) + row.work_ms))
    end = to_time(span_of(centre, ms(at), row.work_ms))
    return msgspec.structs.replace(row, state="started", start=at, end=end, work_centre=centre.id, machine_id=centre.machine_id)


def progress(tx: Tx, job_id: str, state: str, at: datetime, station: str) -> Repair:
    """A job has started or ended; see ``ScheduleService.progress``."""
    row = tables.booking(tx.conn, ALL, job_id)
    if row is None:
        raise Problem(NO_JOB, f"job {job_id} is not in the schedule")
    if state not in ("started", "ended"):
        raise Problem(rules.BAD_PROMISE, f"state: {state!r} is neither started nor ended")
    if row.state in ("ended", state):
        return Repair([])
    centre = _centre_of(tx, station or row.work_centre) or tables.centres(tx.conn, ALL).get(row.work_centre)
    actual = row if row.state == "started" else _begun(tx, row, min(at, row.start) if state == "ended" else at, centre)
    if state == "ended":
        actual = msgspec.structs.replace(actual, state="ended", start=min(actual.start, at), end=at)
    elif centre is not None:
        known = _open_outage(tx, centre.id)
        if known is not None and known.start <= at < known.end:
            _note(tx, msgspec.structs.replace(known, end=at, open=False))
    text = f"operation {row.seq} {row.name} of batch {row.batch} {state} at {at:%Y-%m-%d %H:%M} UTC"
    return _disturb(tx, lambda each: actual if each.job_id == job_id else each, text, loud=False)


def resize(tx: Tx, hold: Hold, batch: int, quantity: int) -> Repair:
    """Batch ``batch`` has ``quantity`` pieces now: what has not begun takes as long as that needs, frozen or not."""
    if quantity < 1:
        raise Problem(rules.BAD_PROMISE, f"quantity: {quantity} is less than one piece")
    ops = {op.seq: op for op in hold.request.operations}

    def change(row: Booking) -> Booking:
        if row.hold_id != hold.id or row.batch != batch or row.state != "planned":
            return row
        work = row.work_ms if row.outside else rules.work_of(ops[row.seq], quantity)
        return msgspec.structs.replace(row, quantity=quantity, work_ms=work, frozen=row.frozen and work == row.work_ms)

    return _disturb(tx, change, f"batch {batch} has {quantity} pieces now")


def retime(tx: Tx, order: str, seq: int, batch: int | None, minutes: float, reason: str) -> Repair:
    """An outside step takes longer or shorter; see ``ScheduleService.retime``."""
    rows = [row for row in tables.bookings(tx.conn, ALL, order=order) if row.seq == seq and row.state != "ended" and batch in (None, row.batch)]
    if not rows or not rows[0].outside:
        raise Problem(NO_JOB, f"operation {seq} of {order} is no outside step with something left to do")
    millis = round(minutes * rules.MINUTE_MS)
    jobs = {row.job_id for row in rows}

    def change(row: Booking) -> Booking:
        if row.job_id not in jobs:
            return row
        return _later(msgspec.structs.replace(row, work_ms=max(1, row.work_ms + millis)), millis)

    return _disturb(tx, change, reason or f"operation {seq} outside takes {minutes:+g} minutes")


def wait(tx: Tx, order: str, until: datetime, reason: str) -> Repair:
    """Hold an order back; see ``ScheduleService.wait``."""
    rows = [row for row in tables.bookings(tx.conn, ALL, order=order) if row.state == "planned"]
    begun = {row.batch for row in tables.bookings(tx.conn, ALL, order=order) if row.state in ("started", "ended")}
    if not rows:
        raise Problem(NO_JOB, f"{order} has nothing left to begin")
    jobs = {row.job_id for row in rows if row.batch not in begun and row.start < until}

    def change(row: Booking) -> Booking:
        return msgspec.structs.replace(row, start=until, frozen=False) if row.job_id in jobs else row

    return _disturb(tx, change, reason)


def reassign(tx: Tx, job_id: str, work_centre: str) -> Repair:
    """Move a job to another work centre; see ``ScheduleService.reassign``."""
    row = job(tx.conn, job_id)
    centre = tables.centres(tx.conn, ALL).get(work_centre)
    if centre is None or centre.group != row.group:
        raise Problem(CONFLICT, f"{work_centre} is no work centre of the group {row.group!r}")
    now = ms(tx.at)
    live = tables.live(tx.conn, ALL, now)
    busy = [(ms(b.start), ms(b.end)) for b in live if b.work_centre == centre.id and b.state != "ended" and b.job_id != job_id]
    busy += [(ms(o.start), ms(o.end)) for o in tables.outages(tx.conn, ALL, now) if o.work_centre == centre.id]
    before = [ms(b.end) + b.transfer_ms for b in live if (b.hold_id, b.batch) == (row.hold_id, row.batch) and b.seq < row.seq]
    span = Gaps(centre, now, busy).earliest(max([now, *before]), row.work_ms)
    if span is None:
        raise never_fits(centre.id, row.work_ms)
    moved = msgspec.structs.replace(row, work_centre=centre.id, machine_id=centre.machine_id, start=to_time(span[0]), end=to_time(span[1]), frozen=False)
    changed(tx)
    return _disturb(tx, lambda each: moved if each.job_id == job_id else each, f"job {job_id} goes to {centre.id}")
