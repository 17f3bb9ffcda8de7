"""From an order to a run, and what to do when a supplier or a machine lets us down."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from plait.kernel.actor import Actor, Scope
from plait.kernel.problems import CONFLICT, Problem
from plait.manufacturing.desk import rules, tables
from plait.manufacturing.desk.book.rules import NO_LINE
from plait.manufacturing.desk.model import Accepted, Inquiry, PromiseKept, PromiseMoved, StandInFound, StandInSought, Supply
from plait.manufacturing.desk.quoting import QuoteDesk
from plait.manufacturing.line.service import LineService
from plait.manufacturing.schedule.model import Repair
from plait.manufacturing.trade.model import Order
from plait.manufacturing.trade.options import OptionNeed
from plait.manufacturing.trade.tables import document
from plait.store import Tx

__all__ = ["OrderDesk"]

ALL = Scope(everything=True)
Contract = Callable[[Actor, str, str], Awaitable[None]]


class OrderDesk:
    """Accepts orders on our quotations, keeps suppliers and customers in step. ``contract`` begins a data contract with a partner."""

    def __init__(self, quotes: QuoteDesk, line: LineService, contract: Contract) -> None:
        self.quotes = quotes
        self.store = quotes.store
        self.clock = quotes.clock
        self.trade = quotes.trade
        self.options = quotes.options
        self.schedule = quotes.schedule
        self.line = line
        self.contract = contract

    async def _inquiry(self, **where: str) -> Inquiry | None:
        return await self.store.read(lambda conn: tables.inquiry(conn, ALL, **where))

    async def _keep(self, actor: Actor, row: Inquiry) -> None:
        await self.store.write(actor, lambda tx: tables.put_inquiry(tx.conn, row))

    async def ordered(self, actor: Actor, order_id: str) -> None:
        """An order came: confirm the suppliers' options first; without any, accept at once."""
        order = await self.trade.document(actor, order_id)
        assert isinstance(order, Order)
        row = await self._inquiry(quotation_id=order.refs[0].id)
        if row is None:
            await self.trade.respond(actor, order_id, "rejected", None, "This order names no quotation of ours", once=f"reject:{order_id}")
            return
        if row.state == "quoted":
            row = msgspec.structs.replace(row, state="confirming", order_id=order_id)
            await self._keep(actor, row)
        if row.state != "confirming":
            return
        try:
            await self.store.write(actor, lambda tx: self._order_in(tx, row.purpose))
        except Problem as problem:
            await self._refuse(actor, row, problem.detail)
            return
        await self._go_on(actor, row)

    def _order_in(self, tx: Tx, purpose: str) -> None:
        """Order what is held for ``purpose``; we know each supply before its supplier can answer."""
        for option in self.options.confirm_in(tx, purpose):
            if not tables.supplies(tx.conn, ALL, order_id=option.order_id):
                supply = Supply(purpose, option.role, option.supplier, option.supplier_name, option.order_id, "ordered", option.lead_minutes)
                tables.put_supply(tx.conn, supply)

    async def answered(self, actor: Actor, order_id: str, code: str, promised: datetime | None, reason: str) -> None:
        """A supplier has answered one of our orders: accepted, rejected, or changed (a new date with its reason)."""
        supply = await self.supply_of(order_id)
        if supply is None:
            return
        row = await self._inquiry(purpose=supply.purpose.partition("#")[0])
        if row is None:
            return
        if supply.state == "unwanted" and code != "changed":
            await self._end(actor, supply, reason or "the order it was for did not come about", accepted=code == "accepted")
        elif code == "accepted" and supply.state in ("ordered", "active"):
            await self._set_supply(actor, supply, "active")
            if "#" in supply.purpose:
                await self._took_over(actor, row, supply)
            else:
                await self._go_on(actor, row)
        elif code == "rejected" and supply.state in ("ordered", "refused"):
            await self._set_supply(actor, supply, "refused")
            if row.state == "confirming" and "#" not in supply.purpose:
                await self._refuse(actor, row, f"{supply.supplier_name} does not confirm {supply.role}: {reason}")
        elif code == "changed" and supply.state == "active":
            await self._let_down(actor, row, supply, promised, reason)

    async def _go_on(self, actor: Actor, row: Inquiry) -> None:
        supplies = await self.store.read(lambda conn: tables.supplies(conn, ALL, purpose=row.purpose))
        if row.state == "confirming" and all(supply.state == "active" for supply in supplies):
            await self._accept(actor, row)

    async def _refuse(self, actor: Actor, row: Inquiry, reason: str) -> None:
        """One supplier failed: let the others go (who has not answered yet: when it does), free the slot, tell the customer."""
        for supply in await self.store.read(lambda conn: tables.supplies(conn, ALL, purpose=row.purpose)):
            if supply.state == "active":
                await self._end(actor, supply, reason, accepted=True)
            elif supply.state == "ordered":
                await self._set_supply(actor, supply, "unwanted")
        await self.options.release(actor, row.purpose, reason)
        await self.schedule.release(actor, row.hold_id)

        def refused(tx: Tx) -> None:
            self._respond(tx, row.order_id, "rejected", None, reason)
            tables.put_inquiry(tx.conn, msgspec.structs.replace(row, state="refused"))

        await self.store.write(actor, refused)

    async def _end(self, actor: Actor, supply: Supply, reason: str, *, accepted: bool) -> None:
        if accepted:
            await self.trade.cancel(actor, supply.order_id, None, reason, once=f"end:{supply.order_id}")
        await self._set_supply(actor, supply, "ended")

    def _respond(self, tx: Tx, order_id: str, code: str, promised: datetime | None, reason: str) -> None:
        order = document(tx.conn, ALL, order_id)
        assert order is not None
        self.trade.send_in(tx, self.trade.response_of(tx, order, code, promised, reason), order)

    async def _accept(self, actor: Actor, row: Inquiry) -> None:
        """Turn the hold into bookings, open the run and promise the date; safe to repeat after a crash."""
        once = f"accept:{row.order_id}"
        number = await self.store.write(actor, lambda tx: f"SO-{tx.number('SO'):05}", once=f"{once}:number", result=str)
        row = msgspec.structs.replace(row, run=number)
        await self._keep(actor, row)
        try:
            due = row.promised - timedelta(minutes=await self._freight(row)) if row.promised else None
            booked = await self.schedule.confirm(actor, row.hold_id, number, due, once=f"{once}:slot")
        except Problem as problem:
            await self._refuse(actor, row, problem.detail or problem.kind.title)
            return
        part = await self.quotes.parts.get(actor, row.part_id)
        await self.line.open_run(actor, rules.run_order(part, row, booked.starts, booked.batch_size), once=f"{once}:run")
        order = await self.trade.document(actor, row.order_id)
        assert row.promised is not None
        kept = max(row.promised, rules.full_hour(booked.finish + timedelta(minutes=await self._freight(row))))
        row = msgspec.structs.replace(row, promised=kept)
        body = Accepted(number, row.order_id, order.number, row.customer, row.customer_name, row.part_id, row.quantity, kept)

        def accepted(tx: Tx) -> None:
            self._respond(tx, row.order_id, "accepted", kept, "")
            tables.put_inquiry(tx.conn, msgspec.structs.replace(row, state="accepted"))
            tx.append(f"run/{number}", body)

        await self.store.write(actor, accepted, once=once)

    async def replanned(self, actor: Actor, run: str, finish: datetime, reason: str, once: str, *, quiet: bool = False) -> None:
        """The plan of a run was repaired: tell the customer the new date and why, or say (unless ``quiet``) that the promise is kept."""
        row = await self._inquiry(run=run)
        if row is None or row.promised is None or row.state != "accepted":
            return
        promised = row.promised
        finish += timedelta(minutes=await self._freight(row))
        if finish <= promised:
            if quiet:
                return
            await self.store.write(actor, lambda tx: tx.append(f"run/{run}", PromiseKept(run, promised, finish, reason)) and None, once=once)
            return

        later = rules.full_hour(finish)

        def moved(tx: Tx) -> None:
            self._respond(tx, row.order_id, "changed", later, reason)
            tables.put_inquiry(tx.conn, msgspec.structs.replace(row, promised=later))
            tx.append(f"run/{run}", PromiseMoved(run, promised, later, reason))

        await self.store.write(actor, moved, once=once)

    async def move(self, actor: Actor, run: str, promised: datetime, reason: str, once: str | None = None) -> None:
        """A person promises another date for a run: the customer is told, with the reason. Raise ``no-such-line`` or ``conflict``.

        The same date again changes nothing.
        """
        self.quotes.guard.require(actor, "trade.write")

        def work(tx: Tx) -> None:
            row = tables.inquiry(tx.conn, ALL, run=run)
            if row is None:
                raise Problem(NO_LINE, f"{run} is no run of an order")
            if row.state != "accepted" or row.promised is None:
                raise Problem(CONFLICT, f"{run} is {row.state}: no date of it is promised yet")
            if promised == row.promised:
                return
            self._respond(tx, row.order_id, "changed", promised, reason)
            tables.put_inquiry(tx.conn, msgspec.structs.replace(row, promised=promised))
            tx.append(f"run/{run}", PromiseMoved(run, row.promised, promised, reason))

        await self.store.write(actor, work, once=once)

    async def _repaired(self, actor: Actor, repair: Repair, reason: str, once: str) -> None:
        for shift in repair.orders:
            await self.replanned(actor, shift.order, shift.now, reason, f"{once}:{shift.order}")

    async def _freight(self, row: Inquiry) -> int:
        supplies = await self.store.read(lambda conn: tables.supplies(conn, ALL, purpose=row.purpose, role="freight"))
        return sum(supply.lead_minutes for supply in supplies if supply.state == "active")

    async def _let_down(self, actor: Actor, row: Inquiry, supply: Supply, promised: datetime | None, reason: str) -> None:
        """A supplier moves its date. For an outside step, look for a stand-in; else replan and tell the customer."""
        if not supply.role.startswith("service:"):
            if promised is not None:
                here = promised + self.quotes.terms.transit
                await self._wait(actor, row, here, reason, f"late:{supply.order_id}:{promised}")
            return
        seq = int(supply.role.partition(":")[2])
        part = await self.quotes.parts.get(actor, row.part_id)
        requirement = next(op.service for op in part.routing if op.seq == seq)
        assert requirement is not None
        order = await self.trade.document(actor, supply.order_id)
        purpose = f"{row.purpose}#{order.number}"
        if await self.options.status(actor, purpose):
            return
        fits, others = await self.quotes.candidates(actor, requirement, without=(supply.supplier, row.customer))
        names = tuple(name for _, name in fits)
        body = StandInSought(f"{row.run}/{supply.role}", purpose, supply.supplier_name, reason, names, others)
        await self.store.write(actor, lambda tx: tx.append(f"run/{row.run}", body) and None, once=f"standin:{supply.order_id}")
        if promised is not None:
            await self._delay_outside(actor, row.run, seq, promised + self.quotes.terms.transit, reason, f"held:{supply.order_id}:{promised}")
        if fits:
            left = await self._left(actor, row.run, seq)
            for party, _ in fits[:1]:
                await self.contract(actor, party, "traceability")
            need = OptionNeed(
                f"stand-in for {supply.supplier_name}", requirement, Decimal(left), "C62", self.clock.now(), fits[0][0], [p for p, _ in fits[1:]], supply.role
            )
            await self.options.take(actor, purpose, [need], self.clock.now() + timedelta(hours=4))

    async def _wait(self, actor: Actor, row: Inquiry, until: datetime, reason: str, once: str) -> None:
        await self._repaired(actor, await self.schedule.wait(actor, row.run, until, reason, once=f"{once}:wait"), reason, once)

    async def _delay_outside(self, actor: Actor, run: str, seq: int, back: datetime, reason: str, once: str) -> None:
        """Batches that lie at the failed supplier come back at ``back``: say so in the plan."""
        _, batches, jobs = await self.line.run(actor, run)
        planned = {booking.job_id: booking for booking in await self.schedule.plan(actor) if booking.order == run}
        moved = False
        for job in jobs:
            booking = planned.get(job.id)
            if job.seq == seq and job.state == "outside" and booking is not None and booking.end < back:
                number = next(batch.number for batch in batches if batch.id == job.batch)
                later = (back - booking.end).total_seconds() / 60
                await self.schedule.retime(actor, run, seq, number, later, reason, once=f"{once}:{job.id}")
                moved = True
        await self.replanned(actor, run, await self.schedule.order_finish(actor, run), reason, once, quiet=not moved)

    async def _left(self, actor: Actor, run: str, seq: int) -> int:
        _, batches, jobs = await self.line.run(actor, run)
        still = {job.batch for job in jobs if job.seq == seq and job.state == "waiting"}
        return sum(batch.good for batch in batches if batch.id in still) or 1

    async def stand_in_offered(self, actor: Actor, purpose: str) -> None:
        """A stand-in has quoted: order from it at once."""
        held = await self.options.status(actor, purpose)
        if held and all(option.state == "held" for option in held):
            await self.store.write(actor, lambda tx: self._order_in(tx, purpose))

    async def _took_over(self, actor: Actor, row: Inquiry, supply: Supply) -> None:
        """A stand-in has accepted: end the failed supplier's part for what it has not begun."""
        rows = await self.store.read(lambda conn: tables.supplies_of(conn, ALL, row.purpose, supply.role))
        before = [each for each in rows if each.order_id != supply.order_id]
        failed = next((each for each in reversed(before) if each.state in ("active", "ended")), None)
        if failed is not None:
            await self._end(actor, failed, "what has not been begun goes to a stand-in", accepted=True)
        slower = supply.lead_minutes - (failed.lead_minutes if failed else 0)
        reason = f"{supply.supplier_name} stands in for {failed.supplier_name if failed else 'a supplier'}"
        repair = await self.schedule.retime(actor, row.run, int(supply.role.partition(":")[2]), None, slower, reason, once=f"retime:{supply.order_id}")
        await self._repaired(actor, repair, reason, f"took:{supply.order_id}")
        body = StandInFound(f"{row.run}/{supply.role}", supply.purpose, supply.supplier, supply.supplier_name, supply.order_id)
        await self.store.write(actor, lambda tx: tx.append(f"run/{row.run}", body) and None, once=f"found:{supply.order_id}")

    async def _set_supply(self, actor: Actor, supply: Supply, state: str) -> None:
        await self.store.write(actor, lambda tx: tables.put_supply(tx.conn, msgspec.structs.replace(supply, state=state)))

    async def supply_of(self, order_id: str) -> Supply | None:
        """Return the supply behind one of our orders to a supplier (for reactions)."""
        rows: Sequence[Supply] = await self.store.read(lambda conn: tables.supplies(conn, ALL, order_id=order_id))
        return rows[0] if rows else None

    async def supplier(self, run: str, role: str) -> Supply | None:
        """Return who does ``role`` for ``run`` now: the stand-in, once it has taken over, else the first supplier."""
        row = await self._inquiry(run=run)
        if row is None:
            return None
        rows = await self.store.read(lambda conn: tables.supplies_of(conn, ALL, row.purpose, role))
        return next((supply for supply in reversed(rows) if supply.state == "active"), None)

    async def inquiry_of(self, run: str) -> Inquiry | None:
        """Return the inquiry a run was opened for (for reactions)."""
        return await self._inquiry(run=run)
