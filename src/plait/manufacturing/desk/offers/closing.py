"""Sending an offer and what comes of it: accepted, lost, expired, renewed; each changes slot, documents and outcome together."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import iso
from plait.kernel.ids import new_id
from plait.kernel.problems import Problem
from plait.manufacturing.desk import tables as desk_tables
from plait.manufacturing.desk.model import Inquiry
from plait.manufacturing.desk.offers import tables
from plait.manufacturing.desk.offers.model import LostReason, Offer, OfferAccepted, OfferLine, OfferLost, OfferSent, Outcome, SentLine
from plait.manufacturing.desk.offers.pricing import early
from plait.manufacturing.desk.offers.room import Room, there
from plait.manufacturing.desk.offers.rules import LAPSED, NOT_DRAFT, NOT_OPEN, NOT_READY, line_of
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.trade import tables as trade_tables
from plait.manufacturing.trade.model import Line, Order, Quotation, RequestForQuotation
from plait.manufacturing.trade.rules import ref_to
from plait.store import Tx

__all__ = ["Closer"]

replace = msgspec.structs.replace
END_OF_DAY = time(23, 59)


class Closer:
    """Takes an offer out of the house and to its end."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.trade = room.quotes.trade

    async def send(self, actor: Actor, number: str, once: str | None = None) -> Offer:
        """Freeze a draft as quotations in trade, one a line. Raise ``offer-sent``, ``offer-not-ready`` or ``offer-lapsed``."""

        def work(tx: Tx) -> Offer:
            offer = there(tx, number)
            until = _sendable(offer, tx.at, tx.at + self.room.quotes.terms.hold)
            lines = tuple(self._quote(tx, offer, line, until) for line in offer.lines)
            now = replace(offer, lines=lines, state="sent", sent=tx.at, until=until)
            tables.put_offer(tx.conn, now)
            sent = tuple(_sent_line(line) for line in lines)
            for line in lines:
                tables.put_outcome(tx.conn, _outcome(now, line, "open", ""), iso(tx.at))
            tx.append(f"offer/{number}", OfferSent(number, now.version, now.asked.customer, until, sent))
            return now

        done = await self.room.store.write(actor, work, once=once, result=Offer)
        self.room.watch(done)
        return done

    def _quote(self, tx: Tx, offer: Offer, line: OfferLine, until: datetime) -> OfferLine:
        """Enter one line as a customer's request and our quotation on it; the desk knows it as an inquiry that is quoted."""
        firm, asked = self.room.guard.firm(), line.asked
        part = part_tables.part(tx.conn, tables.ALL, line.part_id)
        gtin = part.gtin if part is not None else ""
        named: dict[str, Any] = {"id": str(line.index), "name": line.part_name or asked.name, "quantity": line.quantity, "unit": asked.unit, "gtin": gtin}
        requested = datetime.combine(asked.due, END_OF_DAY, ZoneInfo(firm.zone)) if asked.due else None
        request = RequestForQuotation(
            id=new_id(),
            number=f"{offer.shown}/{line.index}",
            party="",
            party_name=offer.asked.customer,
            counterparty=firm.party_id,
            counterparty_name=firm.name,
            issued=offer.created,
            lines=(Line(**named, requested=requested),),
            respond_by=until,
            note=asked.note,
        )
        self.trade.take_in(tx, request)
        quoted = Line(**named, requested=requested, price=line.price, promised=line.promised, lead_minutes=line.lead_minutes)
        draft = self.trade.quotation_of(tx, request, [quoted], until, line.hold_id)
        quotation = self.trade.send_in(tx, replace(draft, counterparty_name=offer.asked.customer, note=offer.shown), request)
        inquiry = Inquiry(request.id, line.purpose, "", offer.asked.customer, line.part_id, int(line.quantity), "quoted", line.hold_id, quotation.id)
        desk_tables.put_inquiry(tx.conn, replace(inquiry, promised=line.promised))
        return replace(line, state="sent", quotation_id=quotation.id)

    async def accept(self, actor: Actor, number: str, lines: Sequence[int] = (), reference: str = "", source: str = "", once: str | None = None) -> Offer:
        """The customer accepts lines (none named: all that are open) under its own number ``reference``: each becomes an order, the desk does the rest.

        What is accepted already changes nothing. Raise ``offer-not-open``, ``quotation-expired``, or why no slot can be had any more.
        """

        def work(tx: Tx) -> Offer:
            offer = there(tx, number)
            wanted = [line_of(offer, index) for index in lines] if lines else [line for line in offer.lines if line.state == "sent"]
            wanted = [line for line in wanted if line.state != "accepted"]
            if not wanted and offer.state == "won":
                return offer
            if offer.state not in ("sent", "won") or not wanted or any(line.state != "sent" for line in wanted):
                raise Problem(NOT_OPEN, f"{number} is {offer.state}" + "".join(f", line {line.index} {line.state}" for line in wanted if line.state != "sent"))
            taken = {line.index: self._order(tx, offer, line, reference or offer.shown) for line in wanted}
            kept = tuple(taken.get(line.index, line) for line in offer.lines)
            now = replace(offer, lines=kept, state="won", proposal=None, reference=reference)
            tables.put_offer(tx.conn, now)
            for line in taken.values():
                tables.put_outcome(tx.conn, _outcome(now, line, "won", ""), iso(tx.at))
            tx.append(f"offer/{number}", OfferAccepted(number, now.asked.customer, tuple(taken), reference, source or actor.label))
            return now

        done = await self.room.store.write(actor, work, once=once, result=Offer)
        self.room.watch(done)
        return done

    def _order(self, tx: Tx, offer: Offer, line: OfferLine, number: str) -> OfferLine:
        quotation = trade_tables.document(tx.conn, tables.ALL, line.quotation_id)
        assert isinstance(quotation, Quotation)
        firm = self.room.guard.firm()
        order = Order(
            id=new_id(),
            number=number,
            party="",
            party_name=offer.asked.customer,
            counterparty=firm.party_id,
            counterparty_name=firm.name,
            issued=tx.at,
            refs=(ref_to(quotation),),
            lines=quotation.lines,
        )
        self.trade.take_in(tx, order, quotation)
        if not line.hold_id:
            line = self._late_hold(tx, line)
        return replace(line, state="accepted", order_id=order.id)

    def _late_hold(self, tx: Tx, line: OfferLine) -> OfferLine:
        """Take a slot for a line that was offered without one; the line is not accepted when there is none (the refusal says why)."""
        inquiry = desk_tables.inquiry(tx.conn, tables.ALL, quotation_id=line.quotation_id)
        part = part_tables.part(tx.conn, tables.ALL, line.part_id)
        assert inquiry is not None
        assert part is not None
        promise, _ = self.room.quotes.hold_in(tx, part, inquiry, [], tx.at + self.room.quotes.terms.hold)
        desk_tables.put_inquiry(tx.conn, replace(inquiry, hold_id=promise.hold_id))
        return replace(line, hold_id=promise.hold_id)

    async def lose(self, actor: Actor, number: str, reason: LostReason, text: str = "", lines: Sequence[int] = (), once: str | None = None) -> Offer:
        """Enter that lines (none named: all that are open) are lost, and why: slot and suppliers are let go.

        Of an offer that is lost already the reason is corrected. Raise ``offer-not-open``.
        """
        done = await self.room.store.write(actor, lambda tx: self._lost(tx, there(tx, number), reason, text, lines), once=once, result=Offer)
        await self._let_go(actor, done, f"{number} was lost: {text or reason}")
        self.room.watch(done)
        return done

    def _lost(self, tx: Tx, offer: Offer, reason: LostReason, text: str, lines: Sequence[int]) -> Offer:
        over = ("accepted", "refused") if offer.state == "lost" else ("accepted", "refused", "lost")
        gone = [line_of(offer, index) for index in lines] if lines else [line for line in offer.lines if line.state not in over]
        if offer.state == "lost" and (offer.lost_reason, offer.lost_text) == (reason, text):
            return offer
        if not gone or any(line.state in over for line in gone):
            raise Problem(NOT_OPEN, f"{offer.number} is {offer.state}: nothing of it is open")
        was_sent = offer.sent is not None
        for line in gone:
            self.room.free(tx, line.hold_id)
            inquiry = desk_tables.inquiry(tx.conn, tables.ALL, quotation_id=line.quotation_id) if line.quotation_id else None
            if inquiry is not None and inquiry.state == "quoted":
                desk_tables.put_inquiry(tx.conn, replace(inquiry, state="declined"))
            if was_sent and line.price is not None:
                tables.put_outcome(tx.conn, _outcome(offer, line, "lost", reason), iso(tx.at))
        ended = {line.index for line in gone}
        kept = tuple(replace(line, state="lost", hold_id="", hold_until=None) if line.index in ended else line for line in offer.lines)
        left = any(line.state not in ("accepted", "refused", "lost") for line in kept)
        state: Any = offer.state if left or offer.state == "won" else "lost"
        now = replace(offer, lines=kept, state=state, lost_reason=reason, lost_text=text, proposal=offer.proposal if left else None)
        tables.put_offer(tx.conn, now)
        tx.append(f"offer/{offer.number}", OfferLost(offer.number, offer.asked.customer, tuple(sorted(ended)), reason, text))
        return now

    def take_back(self, tx: Tx, offer: Offer, reason: str) -> None:
        """End a draft whose request was taken back, inside a transaction; its source may ask anew."""
        now = self._lost(tx, offer, "other", reason, ()) if offer.state == "draft" else offer
        tables.put_offer(tx.conn, replace(now, asked=replace(now.asked, source="")))

    async def let_go(self, actor: Actor, number: str, reason: str) -> None:
        """Tell the suppliers of lost lines that nothing is needed of them; safe to repeat."""
        await self._let_go(actor, await self.room.read(actor, number), reason)

    async def _let_go(self, actor: Actor, offer: Offer, reason: str) -> None:
        for line in offer.lines:
            if line.state == "lost" and line.purpose:
                await self.room.quotes.options.release(actor, line.purpose, reason)

    async def expire(self, number: str) -> None:
        """End what has not been answered in time (by the clock); a draft only loses its slots."""
        me = system_actor(self.room.guard.firm().party_id)

        def work(tx: Tx) -> Offer:
            offer = there(tx, number)
            if offer.until is None or offer.until > tx.at:
                return offer
            if offer.state in ("sent", "won") and any(line.state == "sent" for line in offer.lines):
                open_ = [line.index for line in offer.lines if line.state == "sent"]
                return self._lost(tx, offer, "no-answer", "no answer came in time", open_)
            if offer.state == "draft":
                return self._lapsed(tx, offer)
            return offer

        done = await self.room.store.write(me, work)
        await self._let_go(me, done, f"{number} has expired")

    def _lapsed(self, tx: Tx, offer: Offer) -> Offer:
        lines = []
        for line in offer.lines:
            if line.hold_id:
                self.room.free(tx, line.hold_id)
                why = "the slot held for it is given back: renew the offer"
                lines.append(replace(line, hold_id="", hold_until=None, state="stuck", reason=why))
            else:
                lines.append(line)
        now = replace(offer, lines=tuple(lines))
        tables.put_offer(tx.conn, now)
        return now

    async def renew(self, actor: Actor, number: str, until: datetime | None = None, once: str | None = None) -> Offer:
        """Begin again with an offer that is a draft, sent or lost: a sent one is taken back, and is a draft of the next version. Raise ``offer-not-open``."""

        def work(tx: Tx) -> Offer:
            offer = there(tx, number)
            if offer.state == "won":
                raise Problem(NOT_OPEN, f"{number} is won; ask anew for what is wanted beyond it")
            if until is not None and until <= tx.at:
                raise Problem(LAPSED, f"{until:%Y-%m-%d %H:%M} UTC is past")
            lines = tuple(self._again(tx, line) for line in offer.lines)
            for line in offer.lines:
                if line.state == "sent":
                    tables.drop_outcome(tx.conn, offer.number, offer.version, line.index)
            version = offer.version + (offer.sent is not None)
            now = replace(offer, lines=lines, state="draft", version=version, sent=None, until=None, own_until=until, proposal=None)
            now = replace(now, lost_reason="", lost_text="")
            tables.put_offer(tx.conn, now)
            return now

        before = await self.room.read(actor, number)
        done = await self.room.store.write(actor, work, once=once, result=Offer)
        for line in before.lines:
            if line.purpose:
                await self.room.quotes.options.release(actor, line.purpose, f"{number} is worked out again")
        return done

    def _again(self, tx: Tx, line: OfferLine) -> OfferLine:
        self.room.free(tx, line.hold_id)
        if line.quotation_id:
            quotation = trade_tables.document(tx.conn, tables.ALL, line.quotation_id)
            inquiry = desk_tables.inquiry(tx.conn, tables.ALL, quotation_id=line.quotation_id)
            assert quotation is not None
            self.trade.send_in(tx, self.trade.withdrawal_of(tx, quotation, "a new version follows"), quotation)
            if inquiry is not None and inquiry.state == "quoted":
                desk_tables.put_inquiry(tx.conn, replace(inquiry, state="declined"))
        state: Any = "known" if line.part_id else "new"
        return replace(
            line, state=state, hold_id="", hold_until=None, quotation_id="", earliest=None, promised=None, reason="" if line.part_id else line.reason
        )


def _sendable(offer: Offer, at: datetime, usual: datetime) -> datetime:
    """Return until when a draft will hold (``usual``: when nobody has said); raise ``offer-sent``, ``offer-not-ready`` or ``offer-lapsed``."""
    if offer.state != "draft":
        raise Problem(NOT_DRAFT, f"{offer.number} is {offer.state}")
    waiting = [f"line {line.index} is {line.state}{': ' if line.reason else ''}{line.reason}" for line in offer.lines if line.state != "ready"]
    waiting += [word for line in offer.lines if "past" in (word := early(line, at))]
    if waiting:
        raise Problem(NOT_READY, "; ".join(waiting))
    until = offer.until or offer.own_until or usual
    if until <= at:
        raise Problem(LAPSED, f"{offer.number} was to hold until {until:%Y-%m-%d %H:%M} UTC")
    return until


def _sent_line(line: OfferLine) -> SentLine:
    assert line.price is not None
    assert line.promised is not None
    return SentLine(line.index, line.part_id, line.family, line.quantity, line.price, line.markup, line.promised, line.quotation_id)


def _outcome(offer: Offer, line: OfferLine, result: Any, reason: str) -> Outcome:
    assert line.price is not None
    key = (offer.number, offer.version, line.index, offer.asked.customer, line.part_id, line.family, int(line.quantity))
    return Outcome(*key, line.price, line.markup, result, reason)
