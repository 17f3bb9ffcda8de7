"""The verbs of the schedule: promise, hold, confirm; and repair when something goes another way."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.ids import new_id
from plait.kernel.money import Money
from plait.kernel.ports import Guard
from plait.kernel.problems import CONFLICT, EXPIRED, Problem, register
from plait.manufacturing.schedule import disturb, moving, rules, tables
from plait.manufacturing.schedule.adopt import Adopting, Adoption, adopt
from plait.manufacturing.schedule.board import Board
from plait.manufacturing.schedule.calendar import check_calendar, ms, to_time
from plait.manufacturing.schedule.fitting import planned
from plait.manufacturing.schedule.live import BoardKeeper, apply_repair, changed
from plait.manufacturing.schedule.model import (
    Booking,
    Confirmed,
    Move,
    Moved,
    Outage,
    Promise,
    PromiseRequest,
    Repair,
    ScheduleBooked,
    ScheduleCancelled,
    ScheduleHeld,
    ScheduleReleased,
    WorkCentre,
    WorkCentreGone,
    WorkCentrePut,
)
from plait.manufacturing.schedule.site import tables as site_tables
from plait.manufacturing.schedule.tables import Hold
from plait.store import Store, Tx

__all__ = ["ScheduleService", "drop_centre", "put_centres"]

ALL = Scope(everything=True)
NO_HOLD = register("no-such-hold", 404, "There is no such hold", "Ask for a new promise.")
NO_ORDER = register("no-such-booking", 404, "Nothing is booked under that number", "Check the number under Schedule.")
BAD_CENTRE = register("bad-work-centre", 422, "The work centre breaks a rule", "Correct the named field.")


class ScheduleService:
    """The live schedule of this firm."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self._keeper = BoardKeeper()

    async def put_work_centre(self, actor: Actor, centre: WorkCentre, once: str | None = None) -> Repair:
        """Enter or change a work centre; bookings its calendar no longer allows are moved right.

        Raises ``bad-calendar``, ``bad-work-centre``, or ``never-open`` when a booking would fit nowhere any more.
        """
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: put_centres(tx, [centre], f"{centre.id} has new working hours"), once=once, result=Repair)

    async def work_centres(self, actor: Actor) -> list[WorkCentre]:
        """Return the work centres, by id."""
        scope = self.guard.scope(actor, "read", "schedule")
        return list((await self.store.read(lambda conn: tables.centres(conn, scope))).values())

    async def rates(self, actor: Actor) -> dict[str, Money]:
        """Return the price of an hour by group: the dearest of its work centres."""
        found: dict[str, Money] = {}
        for centre in await self.work_centres(actor):
            if centre.rate is not None and (centre.group not in found or centre.rate.amount > found[centre.group].amount):
                found[centre.group] = centre.rate
        return found

    async def promise(self, actor: Actor, request: PromiseRequest, hold_until: datetime | None = None, once: str | None = None) -> Promise:
        """Say when ``request`` can be done; with ``hold_until`` its slots are held so long.

        Raises ``bad-promise``, ``no-work-centre``, ``never-open``, or ``expired`` when ``hold_until`` is past.
        """
        if hold_until is None:
            self.guard.require(actor, "schedule.read")
            now = ms(self.clock.now())
            return await self.store.read(lambda conn: self._keeper.use(conn, now, lambda board: _what_if(request, board, now)))
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: self.hold_in(tx, request, hold_until), once=once, result=Promise)

    def hold_in(self, tx: Tx, request: PromiseRequest, until: datetime) -> Promise:
        """Hold slots inside another room's transaction (see ``promise``)."""
        if until <= tx.at:
            raise Problem(EXPIRED, f"a hold until {until:%Y-%m-%d %H:%M} UTC would be over before it begins")
        now, end = ms(tx.at), ms(until)
        hold_id = f"H-{tx.number('H'):05}"

        def place(board: Board) -> tuple[PromiseRequest, rules.Plan]:
            placed = planned(request, board, now, hold_id)
            board.keep(hold_id, end)
            return placed

        request, plan = self._keeper.use(tx.conn, now, place, change=new_id())
        tables.put_hold(tx.conn, Hold(hold_id, request.number, "", "held", end, plan.finish_ms, None, request))
        tables.put_bookings(tx.conn, plan.ops)
        promise = _promise(request, plan, hold_id, until)
        tx.append(f"hold/{request.number}", ScheduleHeld(request.number, hold_id, request.part_id, request.quantity, promise.start, promise.finish, until))
        return promise

    async def confirm(self, actor: Actor, hold_id: str, order_number: str, due: datetime | None, once: str | None = None) -> Confirmed:
        """Turn a hold into the bookings of ``order_number``, due at ``due`` (None: as promised).

        Raises ``no-such-hold``; ``expired`` when the hold has expired, was released or is used; ``conflict`` when the order
        has bookings already.
        """
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: self.confirm_in(tx, hold_id, order_number, due), once=once, result=Confirmed)

    def confirm_in(self, tx: Tx, hold_id: str, order_number: str, due: datetime | None) -> Confirmed:
        """Confirm a hold inside another room's transaction (see ``confirm``)."""
        hold = _usable(tx, hold_id)
        if not order_number or tables.hold_of(tx.conn, ALL, order_number, ("booked", "cancelled")) is not None:
            raise Problem(CONFLICT, f"order {order_number!r} has bookings already, or no number")
        now = ms(tx.at)
        rows = tables.of_hold(tx.conn, ALL, hold_id)
        mine = [msgspec.structs.replace(row, order=order_number, state="planned", job_id=rules.job_id(order_number, row.batch, row.seq)) for row in rows]
        stamp = new_id()
        self._keeper.use(tx.conn, now, lambda board: board.keep(hold_id, None), change=stamp)
        tables.put_bookings(tx.conn, mine)
        due_ms = hold.promised if due is None else ms(due)
        tables.put_hold(tx.conn, msgspec.structs.replace(hold, order=order_number, state="booked", due=due_ms))
        start, finish = min(row.start for row in mine), max(row.end for row in mine)
        body = ScheduleBooked(order_number, hold.number, hold_id, hold.request.part_id, hold.request.quantity, start, finish, to_time(due_ms))
        tx.append(f"run/{order_number}", body)
        if start < tx.at:
            all_rows = tables.live(tx.conn, ALL, now)
            apply_repair(tx, all_rows, all_rows, "the order came after its first slot", loud=True)
            mine = tables.bookings(tx.conn, ALL, order=order_number)
        starts = {row.job_id: row.start for row in mine}
        return Confirmed(order_number, min(starts.values()), max(row.end for row in mine), to_time(hold.promised), starts, hold.request.batch_size)

    def adopt_in(self, tx: Tx, plans: Sequence[Adoption], stay: frozenset[str], seen: str) -> Adopting:
        """Write the plan of all open orders as bookings inside another room's transaction (see ``adopt.adopt``); raise ``conflict``."""
        return adopt(tx, plans, stay, seen)

    async def release(self, actor: Actor, hold_id: str) -> None:
        """Give a hold up; one that is over already changes nothing. Raises ``no-such-hold``, ``conflict`` when it is booked."""
        self.guard.require(actor, "schedule.write")
        await self.store.write(actor, lambda tx: self.release_in(tx, hold_id))

    def release_in(self, tx: Tx, hold_id: str) -> None:
        """Release a hold inside another room's transaction (see ``release``)."""
        hold = tables.hold(tx.conn, ALL, hold_id)
        if hold is None:
            raise Problem(NO_HOLD, f"hold {hold_id} is not known")
        if hold.state == "booked":
            raise Problem(CONFLICT, f"hold {hold_id} is booked for {hold.order}; cancel the order instead")
        if hold.state == "held":
            self._keeper.use(tx.conn, ms(tx.at), lambda board: board.drop(hold_id), change=new_id())
            tables.put_hold(tx.conn, msgspec.structs.replace(hold, state="released"))
            tx.append(f"hold/{hold.number}", ScheduleReleased(hold.number, hold_id))

    async def cancel(self, actor: Actor, order: str, reason: str) -> int:
        """Free the bookings of the batches of ``order`` that have not begun; return how many (0 when it was cancelled before).

        Raises ``no-such-booking``.
        """
        self.guard.require(actor, "schedule.write")

        def work(tx: Tx) -> int:
            if tables.hold_of(tx.conn, ALL, order, ("cancelled",)) is not None:
                return 0
            hold = self._hold_of(tx, order)
            rows = tables.bookings(tx.conn, ALL, order=order)
            begun = {row.batch for row in rows if row.state != "planned"}
            free = [row for row in rows if row.batch not in begun]
            tables.drop_bookings(tx.conn, free)
            tables.put_hold(tx.conn, msgspec.structs.replace(hold, state="cancelled"))
            changed(tx)
            tx.append(f"run/{order}", ScheduleCancelled(order, len(free), reason))
            return len(free)

        return await self.store.write(actor, work)

    @staticmethod
    def _hold_of(tx: Tx, order: str) -> Hold:
        hold = tables.hold_of(tx.conn, ALL, order)
        if hold is None:
            raise Problem(NO_ORDER, f"nothing is booked for {order}")
        return hold

    async def down(self, actor: Actor, machine_id: str, at: datetime, expected_minutes: float, reason: str, once: str | None = None) -> Repair:
        """A machine has broken down at ``at`` for about ``expected_minutes``: repair the plan at once.

        What runs on it is extended by the repair time, what has not begun moves right. Said again, the expectation is
        changed. A machine of no work centre changes nothing.
        """
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: disturb.down(tx, machine_id, at, expected_minutes, reason), once=once, result=Repair)

    async def up(self, actor: Actor, machine_id: str, at: datetime, once: str | None = None) -> Repair:
        """A machine is back at ``at``; later than expected moves the plan right, earlier leaves slack."""
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: disturb.up(tx, machine_id, at), once=once, result=Repair)

    async def progress(
        self, actor: Actor, job_id: str, state: str, at: datetime, *, station: str = "", quantity: int | None = None, once: str | None = None
    ) -> Repair:
        """Note that a job has ``started`` or ``ended`` at ``at``: late ones push what follows, early ones leave slack.

        ``station`` (work centre or machine) says where, when not as planned. A batch the plan does not know, opened to
        replace scrap, is entered as ``batch`` does it; a job of a run that was never booked here, or was cancelled, changes
        nothing. Said again, nothing changes. Raises ``no-such-booking`` for what is no job id.
        """
        self.guard.require(actor, "schedule.write")

        def work(tx: Tx) -> Repair:
            if tables.booking(tx.conn, ALL, job_id) is None:
                order, number, _ = _parsed(job_id)
                hold = tables.hold_of(tx.conn, ALL, order)
                if hold is None:
                    return Repair([])
                self._enter(tx, order, number, quantity or hold.request.batch_size)
            return disturb.progress(tx, job_id, state, at, station)

        return await self.store.write(actor, work, once=once, result=Repair)

    async def batch(self, actor: Actor, order: str, batch: int, quantity: int, once: str | None = None) -> Repair:
        """A batch of ``order`` is new (replacing scrap: placed at its earliest fit) or has another ``quantity`` now."""
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: self._enter(tx, order, batch, quantity), once=once, result=Repair)

    def _enter(self, tx: Tx, order: str, batch: int, quantity: int) -> Repair:
        hold = self._hold_of(tx, order)
        if any(row.batch == batch for row in tables.bookings(tx.conn, ALL, order=order)):
            return disturb.resize(tx, hold, batch, quantity)
        if batch < 1 or quantity < 1:
            raise Problem(rules.BAD_PROMISE, f"batch {batch} of {quantity} pieces: both must be at least 1")
        now = ms(tx.at)
        plan = self._keeper.use(tx.conn, now, lambda board: rules.plan(hold.request, board, now, hold.id, [quantity], batch), change=new_id())
        rows = [msgspec.structs.replace(row, order=order, state="planned", job_id=rules.job_id(order, row.batch, row.seq)) for row in plan.ops]
        tables.put_bookings(tx.conn, rows)
        return Repair([])

    async def retime(self, actor: Actor, order: str, op_seq: int, batch: int | None, minutes: float, reason: str = "", once: str | None = None) -> Repair:
        """The supplier of outside step ``op_seq`` needs ``minutes`` more (or, negative, less) for ``batch`` (None: all left)."""
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: disturb.retime(tx, order, op_seq, batch, minutes, reason), once=once, result=Repair)

    async def wait(self, actor: Actor, order: str, until: datetime, reason: str, once: str | None = None) -> Repair:
        """Nothing of ``order`` that has not begun may begin before ``until`` (its material is late)."""
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: disturb.wait(tx, order, until, reason), once=once, result=Repair)

    async def reassign(self, actor: Actor, job_id: str, work_centre: str) -> Repair:
        """Move a job that has not begun to another work centre of its group, at the earliest fit there."""
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: disturb.reassign(tx, job_id, work_centre))

    async def try_move(self, actor: Actor, job_id: str, wanted: Move) -> Moved:
        """Return where a job would land and what would move with it; nothing is written. Raises as ``move``. Only our own people may ask."""
        self.guard.scope(actor, "read", "schedule").own("what moves in the schedule")
        now = self.clock.now()
        return await self.store.read(lambda conn: moving.try_move(conn, now, job_id, wanted))

    async def move(self, actor: Actor, job_id: str, wanted: Move, once: str | None = None) -> Moved:
        """Put a job that has not begun on a work centre of its group, not before ``start``, and keep it there (``freeze``).

        What is frozen, has begun or must come before stays; everything else makes room, moving right as far as it must.
        Raises ``no-such-job``, ``job-begun``, ``conflict`` for a work centre of another group, or ``never-open``.
        """
        self.guard.require(actor, "schedule.write")
        return await self.store.write(actor, lambda tx: moving.move(tx, job_id, wanted), once=once, result=Moved)

    async def freeze(self, actor: Actor, job_id: str, frozen: bool = True) -> None:
        """Let a job that has not begun keep its time in repairs as long as that is possible (or no longer)."""
        self.guard.require(actor, "schedule.write")

        def work(tx: Tx) -> None:
            row = disturb.job(tx.conn, job_id)
            tables.put_bookings(tx.conn, [msgspec.structs.replace(row, frozen=frozen)])
            changed(tx)

        await self.store.write(actor, work)

    async def plan(self, actor: Actor, since: datetime | None = None, until: datetime | None = None) -> list[Booking]:
        """Return the bookings and unexpired holds by start."""
        scope = self.guard.scope(actor, "read", "schedule")
        now = ms(self.clock.now())
        return await self.store.read(lambda conn: tables.bookings(conn, scope, since=since, until=until, now=now))

    async def outages(self, actor: Actor) -> list[Outage]:
        """Return the outages that last or lie ahead."""
        scope = self.guard.scope(actor, "read", "schedule")
        return await self.store.read(lambda conn: tables.outages(conn, scope, ms(self.clock.now())))

    async def order_finish(self, actor: Actor, order: str) -> datetime:
        """Return when the last operation of ``order`` ends; raise ``no-such-booking``."""
        scope = self.guard.scope(actor, "read", "schedule")
        rows = await self.store.read(lambda conn: tables.bookings(conn, scope, order=order))
        if not rows:
            raise Problem(NO_ORDER, f"nothing is booked for {order}")
        return max(row.end for row in rows)

    async def next_jobs(self, actor: Actor, machine_id: str) -> list[Booking]:
        """Return what is planned next on a machine (or work centre), the most urgent first."""
        rows: Sequence[Booking] = await self.plan(actor)
        return [row for row in rows if row.state == "planned" and machine_id and machine_id in (row.machine_id, row.work_centre)]


def _checked(tx: Tx, centre: WorkCentre) -> WorkCentre:
    if not centre.id or not centre.group:
        raise Problem(BAD_CENTRE, "id and group must not be empty")
    if centre.rate is not None and centre.rate.amount < 0:
        raise Problem(BAD_CENTRE, "rate: must not be negative")
    if centre.inherits:
        calendar = site_tables.calendar(tx.conn, ALL, centre.site_id)
        if calendar is None:
            raise Problem(BAD_CENTRE, f"site_id: there is no site {centre.site_id!r} whose hours it could have")
        centre = msgspec.structs.replace(centre, calendar=calendar)
    check_calendar(centre.calendar)
    return centre


def put_centres(tx: Tx, centres: Sequence[WorkCentre], reason: str) -> Repair:
    """Enter or change work centres inside another room's transaction (see ``ScheduleService.put_work_centre``)."""
    known = tables.centres(tx.conn, ALL)
    fresh = [row for row in (_checked(tx, centre) for centre in centres) if known.get(row.id) != row]
    if not fresh:
        return Repair([])
    for centre in fresh:
        taken = next((c.id for c in known.values() if centre.machine_id and c.machine_id == centre.machine_id and c.id != centre.id), None)
        if taken:
            raise Problem(BAD_CENTRE, f"machine_id: {centre.machine_id} is the machine of {taken}")
        known[centre.id] = centre
        tables.put_centre(tx.conn, centre)
        tx.append("schedule", WorkCentrePut(centre))
    rows = tables.live(tx.conn, ALL, ms(tx.at))
    if not {row.work_centre for row in rows} & {centre.id for centre in fresh}:
        changed(tx)
        return Repair([])
    return apply_repair(tx, rows, rows, reason, loud=True)


def drop_centre(tx: Tx, id: str) -> bool:
    """Take a work centre out inside another room's transaction; tell whether that was possible (nothing is booked on it)."""
    if tables.is_booked(tx.conn, ALL, id):
        return False
    tables.drop_centre(tx.conn, id)
    tx.append("schedule", WorkCentreGone(id))
    changed(tx)
    return True


def _what_if(request: PromiseRequest, board: Board, now: int) -> Promise:
    request, plan = planned(request, board, now)
    board.undo(rules.slots_of(plan.ops))
    return _promise(request, plan, "", None)


def _promise(request: PromiseRequest, plan: rules.Plan, hold_id: str, until: datetime | None) -> Promise:
    return Promise(hold_id, request.number, to_time(plan.start_ms), to_time(plan.finish_ms), plan.ops, [op.why for op in plan.ops], until)


def _usable(tx: Tx, hold_id: str) -> Hold:
    hold = tables.hold(tx.conn, ALL, hold_id)
    if hold is None:
        raise Problem(NO_HOLD, f"hold {hold_id} is not known")
    if hold.state in ("booked", "cancelled"):
        raise Problem(EXPIRED, f"hold {hold_id} is already used by {hold.order}")
    if hold.state == "released":
        raise Problem(EXPIRED, f"hold {hold_id} was released")
    if hold.until <= ms(tx.at):
        raise Problem(EXPIRED, f"hold {hold_id} expired at {to_time(hold.until):%Y-%m-%d %H:%M} UTC")
    return hold


def _parsed(job_id: str) -> tuple[str, int, int]:
    try:
        return rules.parse_job(job_id)
    except ValueError as error:
        raise Problem(NO_ORDER, f"{job_id!r} is no job id ORDER-batch-operation") from error
