"""The desk as its routes see it: inquiries, expected goods, and orders of our own to stock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.problems import CONFLICT, INVALID, Problem
from plait.manufacturing.desk import rules, tables
from plait.manufacturing.desk.answering import AnswerDesk
from plait.manufacturing.desk.arrivals import ArrivalDesk
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.service import BookService, LineEdit
from plait.manufacturing.desk.model import GoodsArrived, Inquiry
from plait.manufacturing.desk.ordering import OrderDesk

__all__ = ["DeskService", "WorkOrder"]


class WorkOrder(msgspec.Struct, frozen=True):
    """An order to stock; ``run`` is its number on the line."""

    run: str
    part_id: str
    quantity: int


class DeskService:
    """What people ask of the desk."""

    def __init__(self, orders: OrderDesk, arrivals: ArrivalDesk, book: BookService, answers: AnswerDesk) -> None:
        self.book = book
        self.answers = answers
        self.orders = orders
        self.arrivals = arrivals
        self.store = orders.store
        self.guard = orders.quotes.guard

    async def inquiries(self, actor: Actor, limit: int | None = None) -> Sequence[Inquiry]:
        """Return the requests the actor may see (or only the last ``limit``), with where each stands."""
        scope = self.guard.scope(actor, "read", "desk.inquiry")
        return await self.store.read(lambda conn: tables.inquiries(conn, scope, limit))

    async def expected(self, actor: Actor) -> Sequence[GoodsArrived]:
        """Return the goods on their way to us."""
        return await self.arrivals.expected(actor)

    async def receive(self, actor: Actor, doc_id: str) -> None:
        """Book announced goods in."""
        await self.arrivals.receive(actor, doc_id)

    async def promise(self, actor: Actor, id: str, promised: datetime, reason: str = "", once: str | None = None) -> OrderLine:
        """Promise a date for a line of the order book; a customer with a node, or an offer of ours, is told, with the reason.

        Raise ``no-such-line``, ``conflict`` for one that is closed, or ``invalid``.
        """
        self.guard.require(actor, "desk.write")
        line = await self.book.line(actor, id)
        if not line.run:
            return await self.book.change(actor, id, LineEdit(promised=promised), once)
        if line.state != "open":
            raise Problem(CONFLICT, f"{id} is {line.state}: {line.reason}.")
        await self.orders.move(actor, line.run, promised, reason, once)
        await self.book.run_moved(actor, line.run, promised, once and f"{once}:book")
        return await self.book.line(actor, id)

    async def produce(self, actor: Actor, part_id: str, quantity: int, once: str | None = None) -> WorkOrder:
        """Open a run to stock for ``quantity`` pieces; its jobs start as material comes. Raise ``invalid`` for nothing to make."""
        if quantity < 1:
            raise Problem(INVALID, f"quantity: {quantity} pieces cannot be made")
        part = await self.orders.quotes.parts.get(actor, part_id)
        number = await self.store.write(actor, lambda tx: f"WO-{tx.number('WO'):05}", once=once and f"{once}:number", result=str)
        schedule, now = self.orders.schedule, self.orders.clock.now()
        promise = await schedule.promise(actor, rules.to_stock(part, number, quantity, now), now + timedelta(hours=1), once=once and f"{once}:slot")
        booked = await schedule.confirm(actor, promise.hold_id, number, None, once=once and f"{once}:booked")
        row = Inquiry("", "", "", "", part_id, quantity, "accepted", run=number)
        await self.orders.line.open_run(actor, rules.run_order(part, row, booked.starts, booked.batch_size), once=once)
        return WorkOrder(number, part_id, quantity)
