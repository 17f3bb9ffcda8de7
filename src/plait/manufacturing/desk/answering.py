"""A person answers a request of a partner: what price and date it would be, send it, or say no. One answer counts, the first."""

from datetime import datetime

import msgspec

from plait.kernel.actor import Actor, Scope
from plait.kernel.ids import new_id
from plait.kernel.problems import Problem, register
from plait.manufacturing.desk import rules, tables
from plait.manufacturing.desk.model import Inquiry, Proposal, Sourced
from plait.manufacturing.desk.quoting import UNANSWERABLE, QuoteDesk
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade.model import Line, RequestForQuotation
from plait.manufacturing.trade.rules import TAKEN, check_wanted
from plait.manufacturing.trade.tables import successors

__all__ = ["AnswerDesk"]

ALL = Scope(everything=True)
NOT_READY = register("request-not-ready", 409, "The request cannot be quoted yet", "Wait for the suppliers' answers, or decline it.")


class AnswerDesk:
    """Answers of people to requests; what the node answers by itself is ``QuoteDesk``'s."""

    def __init__(self, quotes: QuoteDesk) -> None:
        self.quotes = quotes
        self.store = quotes.store
        self.trade = quotes.trade

    async def ask(self, actor: Actor, line: Line, respond_by: datetime, once: str | None = None) -> Sourced:
        """Send a demand of ours to every firm that fits; return its number, who was asked, and why the others were not. Raise ``invalid``."""
        self.quotes.guard.require(actor, "trade.write")
        check_wanted([line])
        number = await self.store.write(actor, lambda tx: f"DM-{tx.number('DM'):05}", once=once and f"{once}:number", result=str)
        fits, others = await self.quotes.candidates(actor, line.requirement or Requirement())
        await self.quotes.source(actor, number, [line], respond_by, once or new_id())
        return Sourced(number, tuple(name for _, name in fits), others)

    async def _inquiry(self, rfq_id: str) -> Inquiry | None:
        return await self.store.read(lambda conn: tables.inquiry(conn, ALL, rfq_id=rfq_id))

    async def _open(self, actor: Actor, rfq_id: str) -> RequestForQuotation:
        """Return a request that nobody has answered; raise ``not-found``, or ``already-answered`` saying with what."""
        rfq = await self.quotes.rfq(actor, rfq_id)
        answers = await self.store.read(lambda conn: successors(conn, ALL, rfq_id))
        if answers:
            raise Problem(TAKEN, f"{rfq.number} was answered on {answers[0].issued:%Y-%m-%d %H:%M} UTC with {answers[0].number}")
        return rfq

    async def proposal(self, actor: Actor, rfq_id: str) -> Proposal:
        """Return what price and date an answer would have now, or why there can be none; nothing is held. Raise as ``quote``."""
        self.quotes.guard.require(actor, "trade.write")
        rfq = await self._open(actor, rfq_id)
        part, reasons = await self.quotes.part_for(actor, rfq)
        if part is None:
            return Proposal(rfq_id, reasons=tuple(reasons))
        quantity = int(rfq.lines[0].quantity)
        row = await self._inquiry(rfq_id)
        held = list(await self.quotes.options.status(actor, row.purpose)) if row is not None else []
        open_ = [option for option in held if option.state == "asked"]
        lost = [option for option in held if option.state in ("declined", "expired")]
        waits = tuple(f"{option.supplier_name}: {option.need.name}" for option in open_)
        said = tuple(f"no supplier for {option.need.name}: {option.reason or option.state}" for option in lost)
        if row is None or waits or said:
            return Proposal(rfq_id, part.id, quantity, waits=waits, reasons=said)
        try:
            rates = await self.quotes.schedule.rates(actor)
            cost = self.quotes.price(part, quantity, held, rates)
            wanted = rules.promise_request(part, row, held, self.quotes.clock.now(), self.quotes.terms.transit)
            promise = await self.quotes.schedule.promise(actor, wanted)
        except Problem as problem:
            if problem.code not in UNANSWERABLE:
                raise
            return Proposal(rfq_id, part.id, quantity, reasons=(problem.detail,))
        return Proposal(rfq_id, part.id, quantity, cost, self.quotes.promised(promise, held), self.quotes.until(held))

    async def quote(self, actor: Actor, rfq_id: str) -> str:
        """Answer with price and date, the slot held; return the quotation's id.

        Raise ``not-found``, ``already-answered`` (somebody was first: nothing is changed), ``request-not-ready``, or why there can be no date.
        """
        self.quotes.guard.require(actor, "trade.write")
        await self._open(actor, rfq_id)
        row = await self._inquiry(rfq_id)
        held = await self.quotes.options.status(actor, row.purpose) if row is not None else []
        if row is None or not row.part_id or any(option.state != "held" for option in held):
            raise Problem(NOT_READY, "; ".join(f"{option.supplier_name} {option.need.name}: {option.state}" for option in held) or "no part of ours fits it")
        return await self.quotes.send(actor, row, held)

    async def decline(self, actor: Actor, rfq_id: str, reason: str) -> None:
        """Answer with no, and why; what suppliers hold for it is let go. Raise ``not-found`` or ``already-answered``."""
        self.quotes.guard.require(actor, "trade.write")
        await self._open(actor, rfq_id)
        await self.trade.decline(actor, rfq_id, reason, [reason])
        row = await self._inquiry(rfq_id)
        if row is not None and row.state in ("options", "ready"):
            await self.quotes.options.release(actor, row.purpose, reason)
            declined = msgspec.structs.replace(row, state="declined")
            await self.store.write(actor, lambda tx: tables.put_inquiry(tx.conn, declined))
