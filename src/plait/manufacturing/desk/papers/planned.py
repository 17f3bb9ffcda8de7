"""Production papers of an order that is planned but has no run: a shop without connected machines works by paper (pure)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from plait.kernel.problems import register
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.line.model import Batch, Job, MaterialLine, Run, RunOrder, Step
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.schedule.model import Booking

__all__ = ["NOT_PLANNED", "as_run"]

NOT_PLANNED = register("not-planned", 409, "The order is not planned yet", "Run `plait desk plan` (POST /api/v1/desk/plan), then print its papers.")
JOB_STATES = {"started": "running", "ended": "ended"}


def as_run(line: OrderLine, part: Part, bookings: Sequence[Booking]) -> tuple[Run, list[Batch], list[Job]]:
    """Return an order line as the run that its bookings would make, with their batches and jobs (at least one booking)."""
    every = [*part.routing, *(op for other in part.alternatives for op in other.operations)]
    steps = {booking.seq: _step(booking, every) for booking in sorted(bookings, key=lambda each: each.seq)}
    sizes = {booking.batch: booking.quantity for booking in bookings}
    quantity = max(1, int(line.quantity.to_integral_value("ROUND_CEILING")))
    order = RunOrder(
        number=line.id,
        part_id=part.id,
        part_name=part.name or line.name,
        revision=part.revision,
        gtin=part.gtin,
        quantity=quantity,
        batch_size=max(sizes.values()),
        steps=tuple(steps.values()),
        materials=tuple(MaterialLine(each.part, each.quantity, each.unit, each.supply) for each in part.materials),
        order_id=line.order_id,
        customer=line.customer_party,
        customer_name=" ".join(filter(None, (line.customer, line.order_no))),
    )
    batches = [Batch(f"{line.id}-{number}", line.id, number, size, 0, _state(bookings, number)) for number, size in sorted(sizes.items())]
    return Run(order, "open", 0, 0), batches, [_job(line.id, each) for each in bookings]


def _step(booking: Booking, operations: Iterable[Operation]) -> Step:
    """Return the operation that is booked; when its part has changed since, what the booking itself says."""
    alike = [op for op in operations if op.seq == booking.seq]
    found = next((op for op in alike if op.group == booking.group), alike[0] if alike else None)
    if found is not None:
        return Step(found.seq, found.name, found.group, found.setup_min, found.cycle_min, found.outside)
    each = Decimal(booking.work_ms) / 60_000 / max(1, booking.quantity)
    return Step(booking.seq, booking.name, booking.group, 0.0, float(each), booking.outside)


def _state(bookings: Iterable[Booking], batch: int) -> str:
    states = {each.state for each in bookings if each.batch == batch}
    return "finished" if states == {"ended"} else "waiting"


def _job(order: str, booking: Booking) -> Job:
    batch, state = f"{order}-{booking.batch}", JOB_STATES.get(booking.state, "waiting")
    place = (booking.group, booking.work_centre, booking.machine_id)
    return Job(booking.job_id, order, batch, booking.seq, *place, booking.quantity, 0, 0, state, booking.start.isoformat())
