"""What can be promised (pure): earliest-gap insertion of an order's batches, disturbing nobody."""

from collections.abc import Sequence

import msgspec

from plait.kernel.problems import Problem, register
from plait.manufacturing.part.model import Operation
from plait.manufacturing.schedule.board import Board, Slot
from plait.manufacturing.schedule.calendar import ms, opening, to_time
from plait.manufacturing.schedule.check import check
from plait.manufacturing.schedule.model import Booking, PromiseRequest, WorkCentre
from plait.manufacturing.schedule.repair import repair
from plait.manufacturing.schedule.workdays import place_days

__all__ = ["BAD_PROMISE", "Plan", "batches_of", "check", "job_id", "parse_job", "plan", "repair", "slots_of", "work_of"]

BAD_PROMISE = register("bad-promise", 422, "The request for a promise breaks a rule", "Correct the named field and ask again.")
MINUTE_MS = 60_000


class Plan(msgspec.Struct, frozen=True):
    """The planned operations in order of batch and seq."""

    ops: list[Booking]

    @property
    def start_ms(self) -> int:
        """When the first operation starts."""
        return min(ms(op.start) for op in self.ops)

    @property
    def finish_ms(self) -> int:
        """When the last operation ends."""
        return max(ms(op.end) for op in self.ops)


def job_id(owner: str, batch: int, seq: int) -> str:
    """Return ``OWNER-batch-seq``, e.g. ``PO-00001-2-30``."""
    return f"{owner}-{batch}-{seq}"


def parse_job(job: str) -> tuple[str, int, int]:
    """Return (owner, batch, seq) of a job id; ValueError when it is none."""
    owner, batch, seq = job.rsplit("-", 2)
    return owner, int(batch), int(seq)


def batches_of(quantity: int, size: int) -> list[int]:
    """Split ``quantity`` into batches of ``size`` pieces, the last with the rest."""
    full, rest = divmod(quantity, size)
    return [size] * full + ([rest] if rest else [])


def work_of(op: Operation, pieces: int) -> int:
    """Return the milliseconds one batch of ``pieces`` takes at ``op``, setup included; at least one."""
    return max(1, round((op.setup_min + op.cycle_min * pieces) * MINUTE_MS))


def _checked(request: PromiseRequest) -> list[Operation]:
    if request.quantity < 1:
        raise Problem(BAD_PROMISE, f"quantity: {request.quantity} is less than one piece")
    if request.batch_size < 1:
        raise Problem(BAD_PROMISE, f"batch_size: {request.batch_size} is less than one piece")
    if not request.operations:
        raise Problem(BAD_PROMISE, f"operations: part {request.part_id} has no routing")
    ops = sorted(request.operations, key=lambda op: op.seq)
    seqs = [op.seq for op in ops]
    if len(set(seqs)) != len(seqs):
        raise Problem(BAD_PROMISE, f"operations: seq {next(s for s in seqs if seqs.count(s) > 1)} stands twice")
    for op in ops:
        if op.setup_min < 0 or op.cycle_min < 0:
            raise Problem(BAD_PROMISE, f"operations: {op.seq} takes less than no time")
        if op.service is not None and op.lead_days <= 0 and request.step_leads.get(op.seq, -1) < 0:
            raise Problem(BAD_PROMISE, f"step_leads: operation {op.seq} {op.name} is done by a supplier and has no lead time")
    return ops


def _ready(request: PromiseRequest, now: int) -> tuple[int, str]:
    reasons = [(now, "nothing stands before it")]
    if request.material_ready is not None:
        reasons.append((ms(request.material_ready), "it waits for the material"))
    if request.not_before is not None:
        reasons.append((ms(request.not_before), "it was asked not to begin earlier"))
    return max(reasons, key=lambda reason: reason[0])


def _why(board: Board, centre: WorkCentre, ready: int, start: int, cause: str) -> str:
    if start == ready:
        return cause
    opens, _ = opening(centre.calendar).open_from(ready)
    if opens == start:
        return f"{centre.id} is closed until then"
    if board.gaps(centre.id).busy_at(opens):
        return f"{centre.id} is busy until then"
    return f"the free time of {centre.id} before that is too short"


def plan(request: PromiseRequest, board: Board, now: int, hold_id: str = "", sizes: Sequence[int] | None = None, first: int = 1) -> Plan:
    """Place every batch of ``request`` as early as the board allows and take the spans on the board.

    Batch after batch, operation after operation, on the work centre of the group where it ends first. ``sizes`` with
    ``first`` places other batches than those of the quantity. Raises ``bad-promise``, ``no-work-centre``, ``never-open``;
    then the board is as before.
    """
    ops = _checked(request)
    for op in ops:
        if not op.outside:
            board.of_group(op.group)
    begin, because = _ready(request, now)
    placed: list[Booking] = []
    try:
        for batch, pieces in enumerate(batches_of(request.quantity, request.batch_size) if sizes is None else sizes, first):
            ready, cause = begin, because
            for op in ops:
                booking = _place(request, board, op, batch, pieces, ready, cause, hold_id)
                placed.append(booking)
                ready = ms(booking.end) + booking.transfer_ms
                cause = f"it follows operation {op.seq}"
    except Problem:
        board.undo(slots_of(placed))
        raise
    return Plan(placed)


def _back(request: PromiseRequest, board: Board, op: Operation, ready: int) -> int:
    """Return when a batch that leaves at ``ready`` for outside operation ``op`` is back."""
    if op.seq in request.step_leads:
        return ready + round(request.step_leads[op.seq] * MINUTE_MS)
    return place_days(board.centres.values()).after(ready, op.lead_days)


def _place(request: PromiseRequest, board: Board, op: Operation, batch: int, pieces: int, ready: int, cause: str, hold_id: str) -> Booking:
    outside = op.outside
    centre: WorkCentre | None = None
    if outside:
        start, end = ready, _back(request, board, op, ready)
        work = end - start
        takes = f"{request.step_leads[op.seq]:g} minutes" if op.seq in request.step_leads else f"{op.lead_days:g} working days"
        why = f"{cause}; {op.supplier or 'the supplier'} and transport take {takes}"
    else:
        work = work_of(op, pieces)
        centre, start, end = board.earliest(op.group, ready, work)
        why = _why(board, centre, ready, start, cause)
    place = centre.id if centre else ""
    text = f"Batch {batch}, operation {op.seq} {op.name}{' on ' + place if place else ''} starts {to_time(start):%Y-%m-%d %H:%M} UTC: {why}."
    booking = Booking(
        job_id=job_id(hold_id or request.number, batch, op.seq),
        hold_id=hold_id,
        order="",
        part_id=request.part_id,
        batch=batch,
        seq=op.seq,
        name=op.name,
        group="" if outside else op.group,
        work_centre=place,
        machine_id=centre.machine_id if centre else "",
        quantity=pieces,
        start=to_time(start),
        end=to_time(end),
        work_ms=work,
        transfer_ms=round(request.transfer_min * MINUTE_MS),
        outside=outside,
        state="held",
        why=text,
    )
    for slot in slots_of([booking]):
        board.take(slot)
    return booking


def slots_of(bookings: Sequence[Booking]) -> list[Slot]:
    """Return the spans that ``bookings`` take on work centres."""
    return [Slot(b.work_centre, ms(b.start), ms(b.end), b.hold_id) for b in bookings if b.work_centre]
