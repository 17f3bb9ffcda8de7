"""A plan as it is to be written (pure): for each order the bookings of what has not begun."""

from datetime import timedelta

import msgspec

from plait.manufacturing.desk.late import words
from plait.manufacturing.desk.late.causes import Pause
from plait.manufacturing.desk.late.plan import Plan
from plait.manufacturing.desk.late.prepare import MINUTE_MS, Item, pieces_of
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.schedule.adopt import Adoption
from plait.manufacturing.schedule.calendar import to_time
from plait.manufacturing.schedule.dispatch import Spot
from plait.manufacturing.schedule.model import Booking, PromiseRequest
from plait.manufacturing.schedule.rules import job_id
from plait.manufacturing.schedule.tables import plan_number

__all__ = ["Proposed", "adoptions", "bookings_of", "proposed"]


class Proposed(msgspec.Struct, frozen=True):
    """Orders that the plan places and nobody has booked: how many, and their operations in the window asked for."""

    orders: int
    operations: list[Booking]


def adoptions(plan: Plan) -> list[Adoption]:
    """Return what is to be booked for every order that is not planned under a promise already."""
    found = []
    for item in plan.prepared.items.values():
        if not item.fixed:
            rows = bookings_of(plan, item)
            due = to_time(item.job.due)
            found.append(Adoption(item.line.id, due, _request(plan, item), tuple(rows), frozenset(row.job_id for row in item.kept)))
    return found


def proposed(plan: Plan, since: int, until: int) -> Proposed:
    """Return what is planned, but not booked, between two moments (ms)."""
    new = [item for id, item in plan.prepared.items.items() if id not in plan.prepared.booked and not item.fixed and plan.outcome.spots.get(id)]
    rows = [_booking(plan, item, spot) for item in new for spot in plan.outcome.spots[item.line.id] if spot.start < until and spot.end > since]
    return Proposed(len(new), sorted(rows, key=lambda row: (row.start, row.job_id)))


def bookings_of(plan: Plan, item: Item) -> list[Booking]:
    """Return the bookings of one order that its plan places."""
    return [_booking(plan, item, spot) for spot in plan.outcome.spots[item.line.id]]


def _booking(plan: Plan, item: Item, spot: Spot) -> Booking:
    lot = item.job.lots[spot.lot]
    task = lot.routes[spot.route][spot.task]
    centre = plan.prepared.shop.centres.get(spot.centre)
    return Booking(
        job_id=job_id(item.line.id, lot.number, task.seq),
        hold_id="",
        order=item.line.id,
        part_id=item.line.part_id,
        batch=lot.number,
        seq=task.seq,
        name=task.name,
        group=task.group,
        work_centre=spot.centre,
        machine_id=centre.machine_id if centre else "",
        quantity=lot.pieces,
        start=to_time(spot.start),
        end=to_time(spot.end),
        work_ms=task.work if task.days is None else spot.end - spot.start,
        transfer_ms=item.job.transfer,
        outside=task.days is not None,
        why=_why(plan.analyst.waits(item.line.id, spot)),
    )


def _why(waits: list[Pause]) -> str:
    if not waits:
        return words.say("why-free")
    last = max(waits, key=lambda row: (row.until - row.since, row.since))
    return words.say(f"why-{last.kind}", order=last.order, reason=last.reason)


def _request(plan: Plan, item: Item) -> PromiseRequest:
    """Return what the schedule needs to know later: how long operations take when batches change."""
    part: Part | None = plan.books.parts.get(item.line.part_id)
    operations: tuple[Operation, ...] = part.routing if part else ()
    if part and item.job.lots:
        spots = plan.outcome.spots[item.line.id]
        routes = (part.routing, *(other.operations for other in part.alternatives))
        seqs = {item.job.lots[spot.lot].routes[spot.route][spot.task].seq for spot in spots if spot.lot == len(item.job.lots) - 1}
        operations = next((ops for ops in routes if seqs <= {op.seq for op in ops}), operations)
    size = max((lot.pieces for lot in item.job.lots), default=1)
    quantity = max(1, pieces_of(item.line.quantity))
    material = to_time(item.material.at) if item.material.at else None
    return PromiseRequest(
        plan_number(item.line.id),
        item.line.part_id,
        quantity,
        size,
        tuple(msgspec.structs.replace(op) for op in operations),
        material,
        transfer_min=timedelta(milliseconds=item.job.transfer) / timedelta(milliseconds=MINUTE_MS),
    )
