"""The verbs of papers made from what the node knows: route cards, the plan of a week, delivery notes, confirmations of orders in trade."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.firm import Firm
from plait.kernel.ports import Labels, Symbols
from plait.kernel.problems import NOT_FOUND, Problem
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.papers.booked import goods_of, items_of, one_order
from plait.manufacturing.desk.papers.commercial import Goods, Item, Terms, Wanted, confirmation, delivery, label_keys
from plait.manufacturing.desk.papers.planned import NOT_PLANNED, as_run
from plait.manufacturing.desk.papers.service import PaperService
from plait.manufacturing.desk.papers.shopfloor import PlanRow, card, monday_of, plan_rows, week
from plait.manufacturing.desk.papers.typeset import typeset
from plait.manufacturing.desk.papers.workbook import workbook
from plait.manufacturing.line.model import Batch, Job, Run
from plait.manufacturing.line.service import LineService
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule.model import Booking
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.trade.model import DespatchAdvice, Order, OrderResponse
from plait.manufacturing.trade.service import TradeService

__all__ = ["FloorPapers"]

RESOLVER = "https://id.gs1.org"
Addressed = Callable[[str], Awaitable[tuple[str, tuple[str, ...]]]]


class FloorPapers:
    """Papers for the shop and for the goods.

    ``symbols`` draws their codes, ``labels`` what is stuck on the goods; ``addressed`` knows a customer's language and address by its order.
    """

    def __init__(
        self,
        papers: PaperService,
        clock: BusinessClock,
        line: LineService,
        schedule: ScheduleService,
        parts: PartService,
        trade: TradeService,
        symbols: Symbols,
        labels: Labels,
    ) -> None:
        self.papers = papers
        self.clock = clock
        self.line = line
        self.schedule = schedule
        self.parts = parts
        self.trade = trade
        self.symbols = symbols
        self.labels = labels
        self.addressed: Addressed | None = None

    async def card(self, actor: Actor, run: str, language: str = "") -> bytes:
        """Return the route cards of a run, or of a planned line of the order book, as PDF: what is still to be made, a bar code an operation.

        The bar code is a Code 128 of the job's id. Raise ``no-such-run`` or ``not-planned``.
        """
        found, batches, jobs, plan = await self._made(actor, run)
        part = await self.parts.get(actor, found.order.part_id)
        due = max((each.end for each in plan.values()), default=None)
        terms, say = await self.papers.terms(actor), await self.papers.texts(actor, language)
        paper = card(say, terms, found, part, batches, jobs, plan, due)
        codes = {step.code: step.job for batch in paper.batches for step in batch.steps}

        def make() -> bytes:
            drawn = {name: self.symbols("code128", text).encode() for name, text in codes.items()}
            return typeset("card", paper, self.clock.now(), {**drawn, "run.svg": self.symbols("qr", run).encode()})

        return await asyncio.to_thread(make)

    async def _made(self, actor: Actor, number: str) -> tuple[Run, Sequence[Batch], Sequence[Job], Mapping[str, Booking]]:
        """Return what is made under a number, and its plan by job: a run, that of an order line, or an order line without one as it is planned."""
        scope = self.papers.guard.scope(actor, "read", "desk.line")
        line = await self.papers.store.read(lambda conn: book_tables.line(conn, scope, id=number))
        own = line is not None and not line.run
        name = line.run if line is not None and line.run else number
        plan = {each.job_id: each for each in await self.schedule.plan(actor) if each.order == name and each.state != "held"}
        if line is None or not own:
            return (*await self.line.run(actor, name), plan)
        if not plan or line.state != "open":
            raise Problem(NOT_PLANNED, f"{number} ({line.customer} {line.order_no}) is {'in no plan' if line.state == 'open' else line.state}")
        return (*as_run(line, await self.parts.get(actor, line.part_id), list(plan.values())), plan)

    async def week(self, actor: Actor, day: date | None = None, *, excel: bool = False, language: str = "") -> bytes:
        """Return the plan of the week of ``day`` (left out: this one) as PDF or Excel, in local time; only our own people see it."""
        self.papers.guard.scope(actor, "read", "schedule").own("plans")
        terms, say = await self.papers.terms(actor), await self.papers.texts(actor, language)
        now = self.clock.now()
        zone = ZoneInfo(terms.firm.zone)
        monday = monday_of(day or now.astimezone(zone).date())
        since, until = (datetime.combine(each, time(), zone) for each in (monday, monday + timedelta(days=7)))
        rows = await self._rows(actor, since, until)
        if not excel:
            return await asyncio.to_thread(typeset, "week", week(say, terms, rows, monday, now), now)
        year, number, _ = monday.isocalendar()
        title = say("Plan of week {number}/{year}", number=number, year=year)
        return await asyncio.to_thread(workbook, say, rows, title, now)

    async def _rows(self, actor: Actor, since: datetime, until: datetime) -> list[PlanRow]:
        names: Mapping[str, str] = {part.id: f"{part.id} {part.name}" for part in await self.parts.parts(actor)}
        return plan_rows(await self.schedule.plan(actor, since, until), names, since, until)

    async def delivery(self, actor: Actor, number: str, language: str = "", *, labels: bool = True, quantity: Decimal | None = None, lot: str = "") -> bytes:
        """Return the delivery note for a despatch advice of ours (its number or id) as PDF, with a QR code of its logistic unit.

        For an order that is only in the order book (its number, or that of a line) it is the note for all that is open of it, or for
        ``quantity`` of a line, of ``lot``; its QR code says the number. With ``labels`` those of unit and goods follow on pages of their own.
        Raise ``not-found`` or ``invalid``.
        """
        terms, booked = await self.papers.terms(actor), await self._booked(actor, number, DespatchAdvice)
        if booked:
            goods = goods_of(booked, {part.id: part for part in await self.parts.parts(actor)}, quantity, lot)
            wanted = self._to(terms, booked, number, language)
            sscc, carrier, code = "", "", number
        else:
            advice, order = await self._of(actor, number, DespatchAdvice)
            if advice.party != terms.firm.party_id:
                raise Problem(NOT_FOUND, f"{number} is no delivery of ours")
            goods = [Goods(line.name, line.quantity, line.unit, line.gtin, line.lot, line.serials) for line in advice.lines]
            customer = advice.counterparty_name or (order.party_name if order else "")
            wanted = await self._wanted(terms, advice.number, customer, advice.issued, order, language)
            sscc, carrier = advice.sscc, advice.carrier
            code = f"{terms.firm.resolver_url or terms.firm.url or RESOLVER}/00/{sscc}" if sscc else ""
        letter = delivery(wanted, goods, sscc, carrier, terms)
        symbol = await asyncio.to_thread(self.symbols, "qr", code) if code else ""
        letter = msgspec.structs.replace(letter, symbol="symbol.svg" if symbol else "")
        drawn = await asyncio.to_thread(self._labels, terms.firm, goods, sscc, wanted.customer) if labels else []
        return await self.papers.pdf(letter, terms, wanted.issued, symbol, drawn)

    async def _booked(self, actor: Actor, number: str, kind: type[Any]) -> list[OrderLine]:
        """Return the lines of the order book that a number means when trade has no document of ``kind`` for it, [] when it has."""
        try:
            await self._of(actor, number, kind)
        except Problem as problem:
            if problem.code != NOT_FOUND:
                raise
            scope = self.papers.guard.scope(actor, "read", "desk.line")
            lines = await self.papers.store.read(lambda conn: book_tables.lines(conn, scope, state="open"))
            return one_order(number, [line for line in lines if not line.run])
        return []

    def _to(self, terms: Terms, lines: Sequence[OrderLine], number: str, language: str) -> Wanted:
        first = lines[0]
        spoken = language or terms.letterhead.language
        return Wanted(number if len(lines) == 1 else first.id, first.customer, self.clock.now(), spoken, (), first.contact, first.order_no)

    def _labels(self, firm: Firm, goods: Sequence[Goods], sscc: str, customer: str) -> list[bytes]:
        return [self.labels(firm, *each) for each in label_keys(goods, sscc, f"{firm.name} > {customer}")]

    async def confirmation(self, actor: Actor, number: str, language: str = "") -> bytes:
        """Return our confirmation of a customer's order as PDF: its number or id, that of our response, or of an order or line of the order book.

        Raise ``not-found`` when there is none, ``not-planned`` for a line without any date, ``invalid`` when two customers have that order.
        """
        booked = await self._booked(actor, number, OrderResponse)
        if booked:
            terms = await self.papers.terms(actor)
            ends: dict[str, datetime] = {}
            for row in await self.schedule.plan(actor):
                ends[row.order] = max(row.end, ends.get(row.order, row.end))
            return await self.papers.pdf(confirmation(self._to(terms, booked, number, language), items_of(booked, ends), terms), terms, self.clock.now())
        response, order = await self._of(actor, number, OrderResponse)
        terms = await self.papers.terms(actor)
        if order is None or order.counterparty != terms.firm.party_id or response.code == "rejected":
            raise Problem(NOT_FOUND, f"{number}: no order that we have confirmed")
        run = await self.line.run_of(order.id)
        ours = run.order.number if run is not None else ""
        items = [
            Item(line.id, line.name, line.quantity, line.unit, price=line.price, promised=response.promised or line.promised, ours=ours) for line in order.lines
        ]
        wanted = await self._wanted(terms, response.number, order.party_name, response.issued, order, language)
        return await self.papers.pdf(confirmation(wanted, items, terms), terms, response.issued)

    async def _wanted(self, terms: Terms, number: str, customer: str, issued: datetime, order: Order | None, language: str) -> Wanted:
        theirs, address = await self.addressed(order.id) if order is not None and self.addressed is not None else ("", ())
        spoken = language or theirs or terms.letterhead.language
        return Wanted(number, customer, issued, spoken, address, reference=order.number if order else "")

    async def _of(self, actor: Actor, number: str, kind: type[Any]) -> tuple[Any, Order | None]:
        """Return the last document of ``kind`` in the chain of ``number`` (itself, when it is one) and the order it follows."""
        chain = await self.trade.chain(actor, number)
        own = [each for each in chain if isinstance(each, kind)]
        named = [each for each in own if number in (each.number, each.id)]
        found = next(iter([*named, *reversed(own)]), None)
        if found is None:
            raise Problem(NOT_FOUND, f"nothing of that kind is known of {number}")
        order = next((each for each in chain if isinstance(each, Order) and each.id == found.refs[0].id), None)
        return found, order
