"""The verbs of offers that are not out yet: asked, recognised, worked out, changed by a person."""

from datetime import datetime

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.desk.offers import tables
from plait.manufacturing.desk.offers.asking import ask_in, recognised
from plait.manufacturing.desk.offers.closing import Closer
from plait.manufacturing.desk.offers.model import Asked, Change, NewPart, Offer, OfferChanged, OfferLine
from plait.manufacturing.desk.offers.pricing import Pricer, decided, early, with_line
from plait.manufacturing.desk.offers.recognise import alias_ids
from plait.manufacturing.desk.offers.room import Room, there
from plait.manufacturing.desk.offers.rules import NOT_DRAFT, changed, line_of, made_after, purpose_after, whole
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.model import Part
from plait.store import Tx

__all__ = ["Drafts"]

replace = msgspec.structs.replace


class Drafts:
    """From a customer's request to a price, a date and a held slot."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.store = room.store
        self.guard = room.guard
        self.pricer = Pricer(room)
        self.closer = Closer(room)
        room.watch = self._watch

    async def open(self) -> None:
        """Set the timers of all offers that are not over."""
        for state in ("draft", "sent", "won"):
            for offer in await self.store.read(lambda conn, state=state: tables.offers(conn, tables.ALL, state=state)):  # type: ignore[misc]
                self._watch(offer)

    def _watch(self, offer: Offer) -> None:
        key = f"offer:{offer.number}"
        open_ = offer.state == "draft" or any(line.state == "sent" for line in offer.lines)
        if offer.until is None or not open_:
            self.room.clock.cancel(key)
        else:
            self.room.clock.at(offer.until, key, lambda: self.closer.expire(offer.number))

    async def ask(self, actor: Actor, asked: Asked, once: str | None = None) -> Offer:
        """Enter what a customer asks for and work it out as far as it goes; the same source again gets the same offer. Raise ``invalid``."""
        self.guard.require(actor, "desk.write")
        offer = await self.store.write(actor, lambda tx: ask_in(tx, asked), once=once, result=Offer)
        return await self.work_out(actor, offer.number)

    async def try_again(self, actor: Actor, number: str) -> Offer:
        """Take up what a draft is stuck at anew: a rate, a work centre or a supplier may be known meanwhile."""
        self.guard.require(actor, "desk.write")
        freed: list[str] = []

        def work(tx: Tx) -> None:
            offer = there(tx, number)
            stuck = [line for line in offer.lines if line.state == "stuck" and line.part_id] if offer.state == "draft" else []
            for line in stuck:
                self.room.free(tx, line.hold_id)
                freed.append(line.purpose)
                offer = with_line(offer, replace(line, state="known", hold_id="", hold_until=None))
            if stuck:
                tables.put_offer(tx.conn, offer)

        await self.store.write(actor, work)
        for purpose in filter(None, freed):
            await self.room.quotes.options.release(actor, purpose, "it is worked out again")
        return await self.work_out(actor, number)

    async def work_out(self, actor: Actor, number: str) -> Offer:
        """Take a draft as far as it gets: suppliers' options, price, slot. What is done already stays."""
        self.guard.require(actor, "desk.write")
        if self.room.catch_up is not None:
            await self.room.catch_up()
        await self.pricer.work_out(actor, number)
        return await self.room.read(actor, number)

    async def preview(self, actor: Actor, asked: Asked) -> Offer:
        """Return what would be offered, without keeping or holding anything; a line that needs suppliers waits for their answers then."""
        self.guard.require(actor, "desk.read")
        return await self.pricer.preview(actor, asked, await self.store.read(lambda conn: recognised(conn, asked)))

    async def get(self, actor: Actor, number: str) -> Offer:
        """Return one offer; raise ``no-such-offer``."""
        return await self.room.read(actor, number)

    async def offers(self, actor: Actor, state: str = "", limit: int | None = None, before: str = "") -> list[Offer]:
        """Return the offers (of a state, or only the last ``limit`` before the number ``before``) in the order of their numbers."""
        scope = self.guard.scope(actor, "read", "desk.offer")
        where = {"state": state} if state else {}
        return list(await self.store.read(lambda conn: tables.offers(conn, scope, limit, before=before, **where)))

    async def change(self, actor: Actor, number: str, change: Change, once: str | None = None) -> Offer:
        """Change price, date, quantity, validity or words of a draft. Raise ``offer-sent``, ``invalid`` or ``no-such-offer``."""
        self.guard.require(actor, "desk.write")
        freed: list[str] = []

        def work(tx: Tx) -> None:
            was = there(tx, number)
            if was.state != "draft":
                raise Problem(NOT_DRAFT, f"{number} is {was.state}")
            now, words = changed(was, change)
            if now == was:
                return
            if now.own_until != was.own_until and now.own_until is not None and now.own_until <= tx.at:
                raise Problem(INVALID, f"until: {now.own_until:%Y-%m-%d %H:%M} UTC is past")
            moved = now.own_until != was.own_until
            now = replace(now, lines=tuple(self._after(tx, was, line, freed, moved=moved) for line in now.lines))
            tables.put_offer(tx.conn, now)
            tx.append(f"offer/{number}", OfferChanged(number, words))

        await self.store.write(actor, work, once=once)
        for purpose in freed:
            await self.room.quotes.options.release(actor, purpose, "another quantity is asked for")
        return await self.work_out(actor, number)

    def _after(self, tx: Tx, offer: Offer, now: OfferLine, freed: list[str], *, moved: bool) -> OfferLine:
        """Return what a changed line is now: another quantity is worked out anew, another end of validity placed anew, a price or date taken."""
        was = line_of(offer, now.index)
        if now.quantity != was.quantity and now.part_id:
            self.room.free(tx, was.hold_id)
            if was.purpose:
                freed.append(was.purpose)
            return replace(now, state="known", hold_id="", hold_until=None, cost=None, price=None, promised=None, earliest=None)
        if moved and now.hold_id:
            return replace(now, state="suppliers")
        return self._said(tx, offer, now) if now.state in ("ready", "stuck") and now.part_id and now != was else now

    def _said(self, tx: Tx, offer: Offer, line: OfferLine) -> OfferLine:
        """Return a line with the price and date a person said; what has no slot then is the person's own care, also as to suppliers."""
        part = part_tables.part(tx.conn, tables.ALL, line.part_id)
        if part is None or (unfit := whole(line, part)):
            return replace(line, state="stuck", reason=unfit if part is not None else line.reason)
        agreed = line.price if line.priced_by == "list" else None
        before = line.price if line.priced_by == "order" else None
        now = decided(line, line.cost.per_piece if line.cost else None, agreed, tables.outcomes(tx.conn, tables.ALL), before)
        if now.state == "ready" and not now.hold_id:
            now = replace(now, purpose=purpose_after(offer, now))
        own = f"line {now.index}: "
        doubts = [each for each in now.doubts if not each.startswith(own)]
        doubts += [each for each in (early(now, tx.at), "" if now.hold_id or now.state == "stuck" else f"{own}no slot is held") if each]
        return replace(now, doubts=tuple(doubts))

    async def part(self, actor: Actor, number: str, index: int, wanted: NewPart, once: str | None = None) -> Offer:
        """Say which part a line means, or make it after another; the customer's words mean that part from now on.

        Raise ``offer-sent``, ``no-such-offer``, ``no-such-part``, ``invalid``, or what stands against the new part.
        """
        self.guard.require(actor, "desk.write")
        offer = await self.room.read(actor, number)
        line_of(offer, index)
        part = await self.room.quotes.parts.get(actor, wanted.part_id) if wanted.part_id else await self._made(actor, wanted)
        freed: list[str] = []

        def work(tx: Tx) -> None:
            was = there(tx, number)
            if was.state != "draft":
                raise Problem(NOT_DRAFT, f"{number} is {was.state}")
            line = line_of(was, index)
            self.room.free(tx, line.hold_id)
            if line.purpose:
                freed.append(line.purpose)
            fresh = OfferLine(index, line.asked, "known", line.quantity, part.id, part.name, part.family, "as a person says", text=line.text)
            guess = any(op.estimated for op in part.routing)
            fresh = replace(fresh, purpose=line.purpose, doubts=("the times of this part are estimated",) if guess else ())
            tables.put_offer(tx.conn, with_line(was, fresh))
            for id in alias_ids(was.asked.customer, line.asked):
                tables.put_alias(tx.conn, id, part.id)
            tx.append(f"offer/{number}", OfferChanged(number, (f"line {index} is part {part.id}",)))

        await self.store.write(actor, work, once=once)
        for purpose in freed:
            await self.room.quotes.options.release(actor, purpose, "another part is meant")
        return await self.work_out(actor, number)

    async def _made(self, actor: Actor, wanted: NewPart) -> Part:
        parts = self.room.quotes.parts
        if not wanted.id or not (wanted.like or wanted.family):
            raise Problem(INVALID, "name a part we have (part_id), or a new one (id) and what it is like (like or family)")
        if wanted.like:
            models = [await parts.get(actor, wanted.like)]
        else:
            models = [each for each in await parts.parts(actor) if each.family == wanted.family and each.supply != "buy" and each.routing]
        if not models:
            raise Problem(INVALID, f"family: no part of {wanted.family} has a routing to go by")
        return await parts.put(actor, made_after(wanted, models))

    async def renew(self, actor: Actor, number: str, until: datetime | None = None, once: str | None = None) -> Offer:
        """Work an offer out anew (see ``Closer.renew``)."""
        self.guard.require(actor, "desk.write")
        await self.closer.renew(actor, number, until, once)
        return await self.work_out(actor, number)
