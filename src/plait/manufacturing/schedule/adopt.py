"""A plan of the order desk becomes bookings: written whole inside one transaction, replacing what it planned before and has not begun."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from plait.kernel.actor import Scope
from plait.kernel.problems import CONFLICT, Problem
from plait.manufacturing.schedule import tables
from plait.manufacturing.schedule.calendar import ms
from plait.manufacturing.schedule.live import changed
from plait.manufacturing.schedule.model import Booking, PromiseRequest, ScheduleBooked, ScheduleCancelled, ScheduleRepaired
from plait.manufacturing.schedule.tables import Hold
from plait.store import Tx

__all__ = ["Adopting", "Adoption", "adopt"]

ALL = Scope(everything=True)
REASON = "the plan of all open orders was made anew"


class Adoption(msgspec.Struct, frozen=True):
    """What is planned for one order, due at ``due``: the bookings of what has not begun, in place of those it has (``kept`` job ids stay)."""

    order: str
    due: datetime
    request: PromiseRequest
    bookings: tuple[Booking, ...]
    kept: frozenset[str] = frozenset()


class Adopting(msgspec.Struct, frozen=True):
    """What was written: orders and operations booked, orders that moved, orders that fell away."""

    orders: int
    operations: int
    moved: int
    freed: int


def adopt(tx: Tx, plans: Sequence[Adoption], stay: frozenset[str], seen: str) -> Adopting:
    """Book ``plans``; adopted orders that are neither among them nor in ``stay`` are freed of what has not begun.

    ``seen`` is the stamp of the schedule the plans were made from: raises ``conflict`` when it is another now.
    """
    if tables.stamp(tx.conn) != seen:
        raise Problem(CONFLICT, "the schedule has changed since the plan was made")
    known = tables.adopted(tx.conn, ALL)
    old = tables.of_holds(tx.conn, ALL, list(known))
    by_order = {hold.order: hold for hold in known.values()}
    drop: list[Booking] = []
    put: list[Booking] = []
    moved = 0
    for plan in plans:
        hold = by_order.get(plan.order) or Hold(f"H-{tx.number('H'):05}", tables.plan_number(plan.order), plan.order, "booked", 0, 0, None, plan.request)
        rows = old.get(hold.id, [])
        mine = [msgspec.structs.replace(row, hold_id=hold.id) for row in plan.bookings]
        if not mine and not rows:
            continue
        moved += _one(tx, plan, hold, rows, mine)
        drop += [row for row in rows if row.job_id not in plan.kept]
        put += mine
    freed = _freed(tx, [hold for hold in known.values() if hold.order not in stay | {plan.order for plan in plans}], old, drop)
    tables.replace_bookings(tx.conn, drop, put)
    changed(tx)
    return Adopting(len(plans), len(put), moved, freed)


def _one(tx: Tx, plan: Adoption, hold: Hold, rows: Sequence[Booking], mine: Sequence[Booking]) -> bool:
    """Write the hold of one order and tell of it; return whether an order booked before has moved."""
    after = [row for row in rows if row.job_id in plan.kept] + list(mine)
    if not after:
        return False
    start, finish = min(row.start for row in after), max(row.end for row in after)
    tables.put_hold(tx.conn, msgspec.structs.replace(hold, promised=ms(finish), due=ms(plan.due), request=plan.request))
    if not rows:
        body = ScheduleBooked(plan.order, hold.number, hold.id, plan.request.part_id, plan.request.quantity, start, finish, plan.due)
        tx.append(f"run/{plan.order}", body)
        return False
    was = {row.job_id: (row.start, row.end, row.work_centre) for row in rows}
    shifted = sum(was.get(row.job_id) != (row.start, row.end, row.work_centre) for row in after)
    if not shifted and len(after) == len(rows):
        return False
    tx.append(f"run/{plan.order}", ScheduleRepaired(plan.order, max(row.end for row in rows), finish, plan.due, REASON, shifted))
    return True


def _freed(tx: Tx, holds: Sequence[Hold], old: Mapping[str, Sequence[Booking]], drop: list[Booking]) -> int:
    for hold in holds:
        rows = old.get(hold.id, ())
        begun = {row.batch for row in rows if row.state != "planned"}
        free = [row for row in rows if row.batch not in begun]
        drop += free
        tables.put_hold(tx.conn, msgspec.structs.replace(hold, state="cancelled"))
        tx.append(f"run/{hold.order}", ScheduleCancelled(hold.order, len(free), "the order is no longer open"))
    return len(holds)
