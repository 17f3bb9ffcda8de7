"""The verbs of late or not. Reading and planning run in a thread; a plan is kept as long as what it was made from is the same."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import CONFLICT, Problem
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.desk import tables as desk_tables
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.late.adopting import Proposed, adoptions, proposed
from plait.manufacturing.desk.late.applying import apply_in, check_real
from plait.manufacturing.desk.late.model import Adopted, Applied, DateAnswer, DateQuestion, LateReport, LineDetail, WhatIf, WhatIfAnswer
from plait.manufacturing.desk.late.plan import Plan, compare, date_for, detail, make_plan, report
from plait.manufacturing.desk.late.prepare import Books
from plait.manufacturing.desk.late.remedies import Offer, Prices
from plait.manufacturing.desk.late.supply import Arriving
from plait.manufacturing.desk.late.whatif import changed_books
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.schedule import tables as schedule_tables
from plait.manufacturing.schedule.adopt import Adoption
from plait.manufacturing.schedule.calendar import ms
from plait.manufacturing.schedule.model import Booking
from plait.manufacturing.schedule.service import ScheduleService
from plait.store import Store, Tx

__all__ = ["LateService"]

R = TypeVar("R")
KINDS = (
    "book.line_entered", "book.line_changed", "book.line_closed", "part.revised", "part.stock_in", "part.stock_out", "schedule.work_centre_put",
    "capability.remembered", "desk.goods_arrived",
)  # fmt: skip
FRESH_MS = 60_000
MOST_OFFERS = 24
TRIES = 3


class _Kept(msgspec.Struct, frozen=True):
    """A plan with the marks of what it was made from, and who was found for work that could be given away."""

    stamp: str
    mark: str
    plan: Plan
    offers: Mapping[tuple[str, str], Offer]
    answer: LateReport


class LateService:
    """Which orders will be late, why, what would help, and what date may be promised."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, schedule: ScheduleService, capabilities: CapabilityService) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.schedule = schedule
        self.capabilities = capabilities
        self._kept: _Kept | None = None
        self._turn = asyncio.Lock()
        self._busy = asyncio.Lock()
        self._left: frozenset[str] = frozenset()

    async def report(self, actor: Actor) -> LateReport:
        """Return all open lines with date, slack, verdict, reason and remedy; only our own people see them."""
        self.guard.scope(actor, "read", "desk.line").own("dates of all orders")
        return (await self._fresh(actor)).answer

    def known(self, actor: Actor) -> LateReport | None:
        """Return the last report without planning anew, None when there is none yet; only our own people see it."""
        self.guard.scope(actor, "read", "desk.line").own("dates of all orders")
        return self._kept.answer if self._kept is not None else None

    async def proposed(self, actor: Actor, since: datetime, until: datetime) -> Proposed:
        """Return what the last plan places from ``since`` to ``until`` for orders that are booked nowhere; nothing without a plan."""
        self.guard.scope(actor, "read", "desk.line").own("dates of all orders")
        kept = self._kept
        return await asyncio.to_thread(proposed, kept.plan, ms(since), ms(until)) if kept is not None else Proposed(0, [])

    async def line(self, actor: Actor, id: str) -> LineDetail:
        """Return one line with its operations and remedies; raise ``no-such-line``."""
        kept = await self._fresh(actor)
        return await self._work(lambda: detail(kept.plan, id, kept.offers, self._prices()))

    async def what_if(self, actor: Actor, question: WhatIf) -> WhatIfAnswer:
        """Return what the changes would do to all open orders; nothing is written. Raises ``bad-change``."""
        kept = await self._fresh(actor)
        return await self._work(lambda: compare(kept.plan, make_plan(changed_books(kept.plan.books, question.changes))))

    async def date(self, actor: Actor, question: DateQuestion) -> DateAnswer:
        """Return the earliest date for something new that disturbs no open order; nothing is held. Raises ``cannot-be-planned``."""
        kept = await self._fresh(actor)
        return await self._work(lambda: date_for(kept.plan, question))

    async def adopt(self, actor: Actor, once: str | None = None) -> Adopted:
        """Write the plan as bookings, so that promises respect it; what was adopted before and has not begun is replaced.

        Raises ``conflict`` when the schedule keeps changing meanwhile.
        """
        self.guard.require(actor, "desk.write")
        self.guard.require(actor, "schedule.write")
        for _ in range(TRIES):
            try:
                return await self._adopt(actor, once)
            except Problem as problem:
                if problem.code != CONFLICT:
                    raise
        return await self._adopt(actor, once)

    async def apply(self, actor: Actor, question: WhatIf, once: str | None = None) -> Applied:
        """Make changes that were tried: longer hours, another date, priority or quantity. All or nothing; a plan taken over before follows.

        Raises ``bad-change`` for what can only be tried, ``bad-calendar`` or ``invalid``.
        """
        self.guard.require(actor, "desk.write")
        self.guard.require(actor, "schedule.write")
        check_real(question.changes)

        def work(tx: Tx) -> Applied:
            _, books = self._read(tx.conn, Scope(everything=True))
            return apply_in(tx, books, question.changes, actor.label)

        done = await self.store.write(actor, work, once=once, result=Applied)
        if await self.store.read(lambda conn: bool(schedule_tables.adopted(conn, Scope(everything=True)))):
            await self.adopt(actor)
        return done

    async def catch_up(self) -> None:
        """Write the plan as bookings when orders have come that are in none, so that a new promise keeps clear of them.

        What could not be planned is not tried again until something else has come.
        """
        firm = self.guard.firm()
        waiting = await self.store.read(_waiting)
        if waiting - self._left:
            await self.adopt(system_actor(firm.party_id, "desk"))
            self._left = await self.store.read(_waiting)

    async def _adopt(self, actor: Actor, once: str | None) -> Adopted:
        def think() -> tuple[str, Plan, list[Adoption]]:
            stamp, books = self.store.read_now(lambda conn: self._read(conn, Scope(everything=True)))
            plan = make_plan(books)
            return stamp, plan, adoptions(plan)

        stamp, plan, rows = await self._work(think)
        stay = frozenset([*plan.prepared.unplanned, *(item.line.id for item in plan.prepared.items.values() if item.fixed)])

        def work(tx: Tx) -> Adopted:
            done = self.schedule.adopt_in(tx, rows, stay, stamp)
            return Adopted(done.orders, done.operations, done.moved, done.freed, len(plan.prepared.unplanned))

        return await self.store.write(actor, work, once=once, result=Adopted)

    # -- the plan in memory

    def _prices(self) -> Prices:
        return Prices(self.guard.firm().currency)

    async def _work(self, call: Callable[[], R]) -> R:
        """Run ``call`` in a thread, one at a time: a plan in memory is no matter for two."""
        async with self._busy:
            return await asyncio.to_thread(call)

    async def _fresh(self, actor: Actor) -> _Kept:
        scope = self.guard.scope(actor, "read", "desk.late")
        if not scope.everything:
            return await self._make("", scope, actor)
        async with self._turn:
            latest = await self.store.latest(KINDS)
            mark = latest.id if latest is not None else ""
            stamp = await self.store.read(schedule_tables.stamp)
            kept = self._kept
            if kept is None or (kept.mark, kept.stamp) != (mark, stamp) or not 0 <= ms(self.clock.now()) - kept.plan.books.now < FRESH_MS:
                kept = self._kept = await self._make(mark, scope, actor)
            return kept

    async def _make(self, mark: str, scope: Scope, actor: Actor) -> _Kept:
        stamp, books = await self._work(lambda: self.store.read_now(lambda conn: self._read(conn, scope)))
        plan = await self._work(lambda: make_plan(books))
        offers = await self._offers(actor, plan)
        answer = await self._work(lambda: report(plan, offers, self._prices()))
        return _Kept(stamp, mark, plan, offers, answer)

    async def _offers(self, actor: Actor, plan: Plan) -> dict[tuple[str, str], Offer]:
        """Return for the processes of late orders the firm that does each at the best rate."""
        wanted: dict[tuple[str, str], Requirement] = {}
        for item in plan.prepared.items.values():
            part = plan.books.parts.get(item.line.part_id)
            if part is not None and plan.late(item) and len(wanted) < MOST_OFFERS:
                for op in part.routing:
                    if op.process and not op.outside:
                        wanted.setdefault((op.process, part.material), Requirement(op.process, part.material))
        found = {}
        for key, requirement in list(wanted.items())[:MOST_OFFERS]:
            best = next(iter(await self.capabilities.search(actor, requirement)), None)
            if best is not None and best.fits:
                found[key] = Offer(best.name, best.rate)
        return found

    def _read(self, conn: Connection, scope: Scope) -> tuple[str, Books]:
        """Read all that a plan is made from, and the stamp of the schedule."""
        now = ms(self.clock.now())
        lines = book_tables.lines(conn, scope, state="open") if scope.everything else []
        adopted = {id: hold.order for id, hold in schedule_tables.adopted(conn, scope).items()}
        bookings = schedule_tables.live(conn, scope, now)
        books = Books(
            now,
            lines,
            {part.id: part for part in part_tables.parts(conn, scope)} if scope.everything else {},
            [row for _, row in part_tables.stock(conn, scope)] if scope.everything else [],
            [Arriving(item.gtin, Decimal(item.quantity), ms(row.eta)) for row, goods in desk_tables.arrivals(conn, scope) for item in goods.items if item.gtin],
            list(schedule_tables.centres(conn, scope).values()),
            [*bookings, *_ended(conn, scope, bookings, {line.run for line in lines if line.run}), *_done(conn, scope, bookings, adopted)],
            schedule_tables.outages(conn, scope, now),
            adopted,
        )
        return schedule_tables.stamp(conn), books


def _waiting(conn: Connection) -> frozenset[str]:
    """Return the open lines that could be planned, as far as is plain, and are in no plan."""
    every = Scope(everything=True)
    booked = {hold.order for hold in schedule_tables.adopted(conn, every).values()}
    lines = [line for line in book_tables.lines(conn, every, state="open") if not line.run and line.part_id and line.id not in booked]
    made = {part.id for part in part_tables.parts(conn, every) if part.routing} if lines else set()
    return frozenset(line.id for line in lines if line.part_id in made)


def _ended(conn: Connection, scope: Scope, live: list[Booking], runs: set[str]) -> list[Booking]:
    """Return the bookings of runs that have nothing left to do."""
    return [row for run in sorted(runs - {row.order for row in live}) for row in schedule_tables.bookings(conn, scope, order=run)]


def _done(conn: Connection, scope: Scope, live: list[Booking], adopted: Mapping[str, str]) -> list[Booking]:
    """Return the bookings of adopted orders that have nothing left to do."""
    gone = sorted(set(adopted) - {row.hold_id for row in live})
    return [row for rows in schedule_tables.of_holds(conn, scope, gone).values() for row in rows]
