"""One job put somewhere else by a person: what it pushes aside is seen first, and what a person has put stays put."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Scope
from plait.kernel.problems import CONFLICT, Problem
from plait.manufacturing.schedule import disturb, tables
from plait.manufacturing.schedule.calendar import ms, to_time
from plait.manufacturing.schedule.gaps import Gaps, never_fits
from plait.manufacturing.schedule.live import apply_repair, try_repair
from plait.manufacturing.schedule.model import Booking, Move, Moved, Repair, WorkCentre
from plait.store import Tx

__all__ = ["move", "try_move"]

ALL = Scope(everything=True)
PUT = "A person put it here."


def try_move(conn: Connection, now: datetime, job_id: str, wanted: Move) -> Moved:
    """Return what ``move`` would do; nothing is written."""
    before, rows, moved = _worked(conn, ms(now), job_id, wanted)
    return _answer(moved, wanted, try_repair(conn, before, rows, ms(now), _reason(moved)))


def move(tx: Tx, job_id: str, wanted: Move) -> Moved:
    """Put a job that has not begun at ``wanted`` and freeze it there; see ``ScheduleService.move``."""
    before, rows, moved = _worked(tx.conn, ms(tx.at), job_id, wanted)
    return _answer(moved, wanted, apply_repair(tx, before, rows, _reason(moved), loud=True))


def _reason(moved: Booking) -> str:
    return f"operation {moved.seq} {moved.name} of {moved.order} was put on {moved.work_centre} at {moved.start:%Y-%m-%d %H:%M} UTC"


def _answer(moved: Booking, wanted: Move, repair: Repair) -> Moved:
    return Moved(moved.job_id, moved.work_centre, wanted.start, moved.start, moved.end, repair)


def _worked(conn: Connection, now: int, job_id: str, wanted: Move) -> tuple[list[Booking], list[Booking], Booking]:
    """Return the live bookings before and with the job moved, its followers drawn after it, and the job as it is then."""
    row = disturb.job(conn, job_id)
    centre = _centre(conn, row, wanted.work_centre)
    before = tables.live(conn, ALL, now)
    chain = [each for each in before if (each.hold_id, each.batch) == (row.hold_id, row.batch)]
    ready = max([now, ms(wanted.start), *(ms(each.end) + each.transfer_ms for each in chain if each.seq < row.seq)])
    fixed = [each for each in before if each.work_centre == centre.id and each.job_id != job_id and (each.frozen or each.state == "started")]
    busy = [(ms(each.start), ms(each.end)) for each in fixed]
    busy += [(ms(out.start), ms(out.end)) for out in tables.outages(conn, ALL, now) if out.work_centre == centre.id]
    span = Gaps(centre, now, busy).earliest(ready, row.work_ms)
    if span is None:
        raise never_fits(centre.id, row.work_ms)
    start, end = to_time(span[0]), to_time(span[1])
    moved = msgspec.structs.replace(row, work_centre=centre.id, machine_id=centre.machine_id, start=start, end=end, frozen=True, why=PUT)
    follows = to_time(ms(end) + row.transfer_ms)

    def then(each: Booking) -> Booking:
        if each.job_id == job_id:
            return moved
        follower = each.hold_id == row.hold_id and each.batch == row.batch and each.seq > row.seq
        if follower and each.state == "planned" and not each.frozen and each.start > follows and not each.outside:
            return msgspec.structs.replace(each, start=follows)
        return each

    return before, [then(each) for each in before], moved


def _centre(conn: Connection, row: Booking, wished: str) -> WorkCentre:
    found = tables.centres(conn, ALL).get(wished or row.work_centre)
    if found is None or (found.group != row.group and found.id != row.work_centre):
        raise Problem(CONFLICT, f"{wished or row.work_centre or row.name} is no work centre of the group {row.group!r}")
    return found
