"""Working an offer out: suppliers' options, cost and price, and a held slot for each line, on the desk's own chain."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.desk import rules as desk_rules
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.model import Inquiry
from plait.manufacturing.desk.offers import learning, tables
from plait.manufacturing.desk.offers.earlier import earlier_price
from plait.manufacturing.desk.offers.model import Asked, Break, Offer, OfferLine, Outcome
from plait.manufacturing.desk.offers.room import Room, there
from plait.manufacturing.desk.offers.rules import line_of, purpose_after, whole
from plait.manufacturing.desk.quoting import UNANSWERABLE
from plait.manufacturing.part.model import CostBreakdown, Part
from plait.manufacturing.trade.options import OptionView
from plait.store import Tx

__all__ = ["Pricer", "decided", "early", "with_line"]

TIMES = (1, 2, 5)
AS_BEFORE = "nothing is known of its cost; the price is that of"
ANSWER = timedelta(hours=4)


def with_line(offer: Offer, line: OfferLine) -> Offer:
    """Return the offer with one line in the place of its former self."""
    return msgspec.structs.replace(offer, lines=tuple(line if each.index == line.index else each for each in offer.lines))


class Pricer:
    """Takes the lines of drafts as far as they get; called again it goes on where it stood."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.quotes = room.quotes

    async def work_out(self, actor: Actor, number: str) -> None:
        """Ask suppliers for what the lines of a draft need, then price and place those whose needs are met."""
        offer = await self.room.read(actor, number)
        for line in offer.lines if offer.state == "draft" else ():
            if line.state == "known":
                await self._take_up(actor, number, line)
        rates = await self.quotes.schedule.rates(actor)
        offer = await self.room.read(actor, number)
        for line in offer.lines if offer.state == "draft" else ():
            if line.state == "suppliers":
                await self._figure(actor, number, line, rates)
        self.room.watch(await self.room.read(actor, number))

    async def _take_up(self, actor: Actor, number: str, line: OfferLine) -> None:
        part = await self.quotes.parts.get(actor, line.part_id)
        unfit = whole(line, part)
        needs = [] if unfit else await self.quotes.needs(actor, part, int(line.quantity))

        def work(tx: Tx) -> None:
            offer = there(tx, number)
            now = line_of(offer, line.index)
            if offer.state != "draft" or now != line:
                return
            if unfit:
                now = msgspec.structs.replace(now, state="stuck", reason=unfit)
            else:
                purpose = purpose_after(offer, now)
                self.quotes.options.take_in(tx, purpose, needs, tx.at + ANSWER)
                now = msgspec.structs.replace(now, state="suppliers", purpose=purpose, reason="", part_name=part.name, family=part.family)
            tables.put_offer(tx.conn, with_line(offer, now))

        await self.room.store.write(actor, work)

    async def _figure(self, actor: Actor, number: str, line: OfferLine, rates: Mapping[str, Money]) -> None:
        held = await self.quotes.options.status(actor, line.purpose)
        gone = next((each for each in held if each.state in ("declined", "expired", "released")), None)
        if gone is not None:
            await self._stuck(actor, number, line, f"no supplier for {gone.role}: {gone.reason or gone.state}")
            return
        if not all(each.state == "held" for each in held):
            return
        part = await self.quotes.parts.get(actor, line.part_id)
        try:
            await self.room.store.write(actor, lambda tx: self._place(tx, number, line, part, held, rates))
        except Problem as problem:
            if problem.code not in UNANSWERABLE:
                raise
            await self._stuck(actor, number, line, problem.detail)

    async def _stuck(self, actor: Actor, number: str, line: OfferLine, reason: str) -> None:
        def work(tx: Tx) -> None:
            offer = there(tx, number)
            now = line_of(offer, line.index)
            if now == line:
                self.room.free(tx, now.hold_id)
                tables.put_offer(tx.conn, with_line(offer, msgspec.structs.replace(now, state="stuck", reason=reason, hold_id="", hold_until=None)))

        await self.room.store.write(actor, work)

    def _place(self, tx: Tx, number: str, line: OfferLine, part: Part, held: Sequence[OptionView], rates: Mapping[str, Money]) -> None:
        """Hold the slot of a line and price it, inside a transaction."""
        offer = there(tx, number)
        now = line_of(offer, line.index)
        if offer.state != "draft" or now != line:
            return
        self.room.free(tx, now.hold_id)
        until = self.quotes.until(held, offer.own_until if offer.own_until and offer.own_until > tx.at else None)
        row = Inquiry("", now.purpose, "", offer.asked.customer, part.id, int(now.quantity), "options")
        promise, earliest = self.quotes.hold_in(tx, part, row, held, until)
        times = {"earliest": earliest, "hold_id": promise.hold_id, "hold_until": until, "lead_minutes": desk_rules.lot_lead(part)}
        now = self.priced(tx.conn, tx.at, offer, msgspec.structs.replace(now, **times), part, held, rates)
        lines = with_line(offer, now).lines
        holds = [each.hold_until for each in lines if each.hold_until is not None and each.state in ("ready", "stuck")]
        tables.put_offer(tx.conn, msgspec.structs.replace(offer, lines=lines, until=min(holds) if holds else offer.until))

    def priced(
        self, conn: Connection, at: datetime, offer: Offer, line: OfferLine, part: Part, held: Sequence[OptionView], rates: Mapping[str, Money]
    ) -> OfferLine:
        """Return a line with cost, price, price breaks, dates and what earlier offers teach."""
        quantity, reason = int(line.quantity), ""
        cost: CostBreakdown | None = None
        try:
            cost = self.quotes.price(part, quantity, held, rates)
        except Problem as problem:
            reason = f"{problem.detail}; enter a price, or what is missing and work it out again"
        customer, day = offer.asked.customer, at.date()
        agreed = self._agreed(conn, customer, part, quantity, day)
        found = []
        for many in (quantity * times for times in TIMES):
            each = self._agreed(conn, customer, part, many, day) or (self.quotes.price(part, many, held, rates).per_piece if cost else None)
            if each is not None and not desk_rules.too_much(part, many):
                found.append(Break(many, each))
        before = earlier_price(book_tables.lines(conn, tables.ALL, part_id=part.id), customer, quantity) if cost is None and agreed is None else None
        doubts = tuple(each for each in line.doubts if not each.startswith(AS_BEFORE)) + ((f"{AS_BEFORE} {before.words}",) if before else ())
        line = msgspec.structs.replace(line, cost=cost, breaks=tuple(found), reason=reason, doubts=doubts)
        return decided(line, cost.per_piece if cost else None, agreed, tables.outcomes(conn, tables.ALL), before.price if before else None)

    def _agreed(self, conn: Connection, customer: str, part: Part, quantity: int, day: date) -> Money | None:
        prices = self.room.prices
        return prices.price(conn, part.id, customer, quantity, day) if prices is not None else None

    async def preview(self, actor: Actor, asked: Asked, lines: Sequence[OfferLine]) -> Offer:
        """Return what would be offered, nothing held or kept."""
        now = self.room.clock.now()
        rates = await self.quotes.schedule.rates(actor)
        offer = Offer("", asked, "draft", now, tuple(lines), until=self.quotes.until([]))
        for line in lines:
            if line.state == "known":
                offer = with_line(offer, await self._tried(actor, offer, line, rates))
        return offer

    async def _tried(self, actor: Actor, offer: Offer, line: OfferLine, rates: Mapping[str, Money]) -> OfferLine:
        part = await self.quotes.parts.get(actor, line.part_id)
        if unfit := whole(line, part):
            return msgspec.structs.replace(line, state="stuck", reason=unfit)
        if self.quotes.parts.needs(part, int(line.quantity)):
            return msgspec.structs.replace(line, state="suppliers", reason="suppliers have to be asked first")
        row = Inquiry("", "preview", "", offer.asked.customer, part.id, int(line.quantity), "options")
        now = self.room.clock.now()
        try:
            promise = await self.quotes.schedule.promise(actor, desk_rules.promise_request(part, row, [], now, self.quotes.terms.transit))
        except Problem as problem:
            return msgspec.structs.replace(line, state="stuck", reason=problem.detail)
        line = msgspec.structs.replace(line, earliest=self.quotes.promised(promise, []), lead_minutes=desk_rules.lot_lead(part))
        return await self.room.store.read(lambda conn: self.priced(conn, now, offer, line, part, [], rates))


def decided(line: OfferLine, by_cost: Money | None, agreed: Money | None, outcomes: Sequence[Outcome], before: Money | None = None) -> OfferLine:
    """Return a line with the price that counts and the date that does; ready when it has both.

    The price is a person's, else the agreed one, else by cost, else the one ordered at ``before``.
    """
    chosen = ((line.own_price, "person"), (agreed, "list"), (by_cost, "cost"), (before, "order"))
    price, by = next(((money, how) for money, how in chosen if money is not None), (None, ""))
    promised = line.own_date or line.earliest
    markup = learning.markup_of(price, int(line.quantity), line.cost) if price and line.cost else None
    hint = learning.suggest(outcomes, line.family, int(line.quantity), markup, line.cost)
    ready = price is not None and promised is not None
    state = "ready" if ready else "stuck"
    return msgspec.structs.replace(
        line, price=price, priced_by=by, promised=promised, markup=markup, suggestion=hint, state=state, reason="" if ready else line.reason
    )


def early(line: OfferLine, at: datetime) -> str:
    """Return what is doubtful about the date a person set, "" when nothing is."""
    if line.own_date is None:
        return ""
    if line.own_date <= at:
        return f"line {line.index}: the date lies in the past"
    if line.earliest is not None and line.own_date < line.earliest:
        return f"line {line.index}: the schedule gives {line.earliest:%Y-%m-%d %H:%M} UTC, earlier is promised"
    return ""
