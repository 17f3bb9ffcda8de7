"""From a request to a promise: which part fits, what suppliers must give, what it costs, when it is ready."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.money import Money
from plait.kernel.ports import Guard
from plait.kernel.problems import NOT_FOUND, Problem
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.desk import rules, tables
from plait.manufacturing.desk.model import DemandDeclined, DemandSourced, Inquiry, NotFit
from plait.manufacturing.part.model import CostBreakdown, Part
from plait.manufacturing.part.rules import NO_PRICE
from plait.manufacturing.part.service import PartService
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.schedule.board import NO_CENTRE
from plait.manufacturing.schedule.calendar import NEVER_OPEN
from plait.manufacturing.schedule.model import Promise
from plait.manufacturing.schedule.rules import BAD_PROMISE
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.trade.model import Line, RequestForQuotation
from plait.manufacturing.trade.options import OptionNeed, OptionService, OptionView
from plait.manufacturing.trade.service import TradeService
from plait.store import Store, Tx

__all__ = ["UNANSWERABLE", "QuoteDesk", "Terms"]

ALL = Scope(everything=True)
MOST_PIECES = 2**31 - 1
UNANSWERABLE = (BAD_PROMISE, NEVER_OPEN, NO_CENTRE, NO_PRICE)


class Terms(msgspec.Struct, frozen=True):
    """How this firm quotes.

    ``hold``: validity of a quotation; ``transit``: time on the road to and from a supplier; ``buffer``: added to a date before it is
    promised; ``carrier``: whether a carrier takes the goods out. ``by_person``: a person sends each answer.
    """

    hold: timedelta = timedelta(hours=48)
    transit: timedelta = timedelta(hours=2)
    buffer: timedelta = timedelta(hours=2)
    carrier: bool = False
    by_person: bool = False


def _unfit(rfq: RequestForQuotation) -> Inquiry:
    """Return what is kept of a request that no part of ours fits, for a person to decline."""
    quantity = min(int(rfq.lines[0].quantity), MOST_PIECES) if rfq.lines else 0
    return Inquiry(rfq.id, f"{rfq.party_name or 'customer'}/{rfq.number}", rfq.party, rfq.party_name, "", quantity, "ready")


class QuoteDesk:
    """Answers requests: by a quotation with price and promised date, or by a decline with the reason."""

    def __init__(
        self,
        store: Store,
        guard: Guard,
        clock: BusinessClock,
        parts: PartService,
        capabilities: CapabilityService,
        schedule: ScheduleService,
        trade: TradeService,
        options: OptionService,
        terms: Terms,
    ) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.parts = parts
        self.capabilities = capabilities
        self.schedule = schedule
        self.trade = trade
        self.options = options
        self.terms = terms

    async def source(self, actor: Actor, demand: str, lines: Sequence[Line], respond_by: datetime, once: str) -> None:
        """Send our own demand to every firm of the network that fits; keep why the others do not."""
        requirement = lines[0].requirement or Requirement(process="")
        fits, others = await self.candidates(actor, requirement)
        for party, _ in fits:
            await self.trade.request(actor, party, list(lines), respond_by, origin=demand, once=f"{once}:{party}")
        names = tuple(name for _, name in fits)
        if fits:
            body: msgspec.Struct = DemandSourced(demand, len(fits), names, others)
        else:
            body = DemandDeclined(demand, f"nobody known makes this: {rules.in_words(requirement)}", others)
        await self.store.write(actor, lambda tx: tx.append(f"demand/{demand}", body) and None, once=once)

    async def candidates(self, actor: Actor, requirement: Requirement, without: Sequence[str] = ()) -> tuple[list[tuple[str, str]], tuple[NotFit, ...]]:
        """Search the network: the firms that fit as (party, name), best first, and why the others do not."""
        found = [row for row in await self.capabilities.search(actor, requirement) if row.party != self.guard.firm().party_id]
        fits = [(row.party, row.name) for row in found if row.fits and row.party not in without]
        known = {party for party, _ in fits} | set(without)
        others: dict[str, NotFit] = {}
        for row in found:
            if row.party not in known and row.party not in others:
                others[row.party] = NotFit(row.name, tuple(row.why_not))
        unique = list(dict(fits).items())
        return unique, tuple(sorted(others.values(), key=lambda each: each.firm))

    async def judge(self, actor: Actor, rfq_id: str) -> None:
        """Take a request up: decline it with the reason, take options on suppliers, or quote at once."""
        rfq = await self.rfq(actor, rfq_id)
        if not await self.trade.open_request(actor, rfq_id):
            return
        if await self.store.read(lambda conn: tables.inquiry(conn, ALL, rfq_id=rfq_id)) is None:
            part, reasons = await self.part_for(actor, rfq)
            if part is None and self.terms.by_person:
                await self._keep(actor, _unfit(rfq))
                return
            if part is None:
                await self.trade.decline(actor, rfq_id, rules.decline_reason(rfq.lines[0].name if rfq.lines else "what is asked for", reasons), reasons)
                return
            purpose = f"{rfq.party_name or 'customer'}/{rfq.number}"
            row = Inquiry(rfq_id, purpose, rfq.party, rfq.party_name, part.id, int(rfq.lines[0].quantity), "options")
            needs = await self.needs(actor, part, int(rfq.lines[0].quantity), rfq.party)

            def take_up(tx: Tx) -> None:
                tables.put_inquiry(tx.conn, row)
                self.options.take_in(tx, purpose, needs, tx.at + timedelta(hours=4))

            await self.store.write(actor, take_up)
        await self.proceed(actor, rfq_id)

    async def rfq(self, actor: Actor, rfq_id: str) -> RequestForQuotation:
        """Return a request; raise ``not-found``."""
        document = await self.trade.document(actor, rfq_id)
        if not isinstance(document, RequestForQuotation):
            raise Problem(NOT_FOUND, f"{rfq_id} is no request")
        return document

    async def part_for(self, actor: Actor, rfq: RequestForQuotation) -> tuple[Part | None, list[str]]:
        """Return which part of ours a request means, None with the reasons when it is none."""
        part: Part | None = None
        reasons = rules.unclear(rfq.lines)
        if not reasons:
            requirement = rfq.lines[0].requirement
            assert requirement is not None
            part, reasons = await self.parts.find(actor, requirement)
        if part is not None and (too_much := rules.too_much(part, int(rfq.lines[0].quantity))):
            return None, [too_much]
        return part, reasons

    async def needs(self, actor: Actor, part: Part, quantity: int, customer: str = "") -> list[OptionNeed]:
        """Return what suppliers must give for ``quantity`` pieces of ``part``, with who fits, the best first; ``customer`` is asked for nothing."""
        wanted = [(need.name, need.requirement, need.quantity, need.unit, need.key) for need in self.parts.needs(part, quantity)]
        if self.terms.carrier and part.supply == "make":
            wanted.append(("freight", Requirement(process="transport.road"), Decimal(1), "C62", "freight"))
        needs = []
        for name, requirement, amount, unit, role in wanted:
            fits, _ = await self.candidates(actor, requirement, without=(customer,))
            if not fits:
                needs.append(OptionNeed(name, requirement, amount, unit, self.clock.now(), "", [], role))
                continue
            parties = [party for party, _ in fits]
            needs.append(OptionNeed(name, requirement, amount, unit, self.clock.now(), parties[0], parties[1:], role))
        return needs

    async def proceed(self, actor: Actor, rfq_id: str) -> None:
        """Quote when every option is held; decline, and let the others go, when one cannot be had."""
        row = await self.store.read(lambda conn: tables.inquiry(conn, ALL, rfq_id=rfq_id))
        if row is None or row.state != "options":
            return
        held = await self.options.status(actor, row.purpose)
        if self.terms.by_person:
            if all(option.state != "asked" for option in held):
                await self._keep(actor, msgspec.structs.replace(row, state="ready"))
        elif any(option.state in ("declined", "expired") for option in held):
            lost = next(option for option in held if option.state in ("declined", "expired"))
            await self._decline(actor, row, f"no supplier for {lost.role}: {lost.reason}")
        elif all(option.state == "held" for option in held):
            await self._quote(actor, row, held)

    async def _keep(self, actor: Actor, row: Inquiry) -> None:
        await self.store.write(actor, lambda tx: tables.put_inquiry(tx.conn, row))

    async def _decline(self, actor: Actor, row: Inquiry, reason: str) -> None:
        """Let the suppliers go and answer no; safe to repeat after a crash."""
        await self.options.release(actor, row.purpose, reason)
        if await self.trade.open_request(actor, row.rfq_id):
            await self.trade.decline(actor, row.rfq_id, reason, [reason])
        await self._keep(actor, msgspec.structs.replace(row, state="declined"))

    async def _quote(self, actor: Actor, row: Inquiry, held: Sequence[OptionView]) -> None:
        try:
            await self.send(actor, row, held)
        except Problem as problem:
            if problem.code not in UNANSWERABLE:
                raise
            await self._decline(actor, row, f"we cannot quote this: {problem.detail}")

    async def send(self, actor: Actor, row: Inquiry, held: Sequence[OptionView]) -> str:
        """Hold the slot and quote, together or not at all; return the quotation's id. Raise ``already-answered`` or why it cannot be quoted."""
        rfq = await self.rfq(actor, row.rfq_id)
        part = await self.parts.get(actor, row.part_id)
        until = self.until(held)
        rates = await self.schedule.rates(actor)

        def work(tx: Tx) -> str:
            cost = self.price(part, row.quantity, held, rates)
            promise, promised = self.hold_in(tx, part, row, held, until)
            terms = {"name": part.name, "gtin": part.gtin, "price": cost.per_piece, "promised": promised, "lead_minutes": rules.lot_lead(part)}
            line = msgspec.structs.replace(rfq.lines[0], **terms)
            quotation = self.trade.send_in(tx, self.trade.quotation_of(tx, rfq, [line], until, promise.hold_id), rfq)
            quoted = msgspec.structs.replace(row, state="quoted", hold_id=promise.hold_id, quotation_id=quotation.id, promised=promised)
            tables.put_inquiry(tx.conn, quoted)
            return quotation.id

        return await self.store.write(actor, work)

    def until(self, held: Sequence[OptionView], wanted: datetime | None = None) -> datetime:
        """Return how long a quotation made now holds (or to ``wanted``), no longer than what suppliers hold for it."""
        return min([wanted or self.clock.now() + self.terms.hold, *(option.expires for option in held if option.expires)])

    def price(self, part: Part, quantity: int, held: Sequence[OptionView], rates: Mapping[str, Money]) -> CostBreakdown:
        """Return cost and price with what suppliers ask for; raise ``price-missing`` or ``currency-mixed``."""
        return self.parts.cost(part, quantity, rates, {option.role: option.price for option in held if option.price})

    def hold_in(self, tx: Tx, part: Part, row: Inquiry, held: Sequence[OptionView], until: datetime) -> tuple[Promise, datetime]:
        """Hold the slots for an inquiry inside a transaction; return them and the date that can be promised, with freight and buffer."""
        promise = self.schedule.hold_in(tx, rules.promise_request(part, row, held, self.clock.now(), self.terms.transit), until)
        return promise, self.promised(promise, held)

    def promised(self, promise: Promise, held: Sequence[OptionView]) -> datetime:
        """Return the date that can be told for slots: their end, freight and buffer, to the full hour."""
        return rules.full_hour(promise.finish + timedelta(minutes=rules.freight_lead(held)) + self.terms.buffer)

    async def withdrawn(self, actor: Actor, document_id: str, reason: str) -> None:
        """The customer has taken a request back: free the slot and the suppliers' options."""
        row = await self.store.read(lambda conn: tables.inquiry(conn, ALL, rfq_id=document_id) or tables.inquiry(conn, ALL, quotation_id=document_id))
        if row is None or row.state not in ("options", "ready", "quoted"):
            return
        if row.hold_id:
            await self.schedule.release(actor, row.hold_id)
        await self.options.release(actor, row.purpose, reason)
        await self._keep(actor, msgspec.structs.replace(row, state="declined"))

    async def purpose_of(self, purpose: str) -> Inquiry | None:
        """Return the inquiry options were taken for (for reactions)."""
        return await self.store.read(lambda conn: tables.inquiry(conn, ALL, purpose=purpose))
