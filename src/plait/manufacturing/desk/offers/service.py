"""The verbs of offers: all of ``Drafts``, sending, what the customer answers, what becomes of it, and how it looks on paper."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.manufacturing.desk.offers import learning, tables
from plait.manufacturing.desk.offers.drafts import Drafts
from plait.manufacturing.desk.offers.mail import read_reply
from plait.manufacturing.desk.offers.model import LostReason, Offer, OfferReplied, Proposal, Reply
from plait.manufacturing.desk.offers.pricing import with_line
from plait.manufacturing.desk.offers.reply import number_in, said
from plait.manufacturing.desk.offers.room import there
from plait.manufacturing.desk.offers.rules import NO_OFFER, check_link
from plait.manufacturing.desk.offers.ubl import UblOrder, lines_of, read_order
from plait.manufacturing.desk.offers.writing import confirmation_letter, draft_mail, quotation_letter, quotation_text, quotation_ubl
from plait.manufacturing.trade import tables as trade_tables
from plait.store import Tx

__all__ = ["OfferService"]

replace = msgspec.structs.replace


class OfferService(Drafts):
    """From a customer's request to an answer, and from the customer's answer to an order."""

    async def send(self, actor: Actor, number: str, once: str | None = None) -> Offer:
        """Freeze a draft as quotations (see ``Closer.send``)."""
        self.guard.require(actor, "desk.write")
        return await self.closer.send(actor, number, once)

    async def accept(self, actor: Actor, number: str, lines: Sequence[int] = (), reference: str = "", source: str = "", once: str | None = None) -> Offer:
        """The customer accepts (see ``Closer.accept``)."""
        self.guard.require(actor, "desk.write")
        return await self.closer.accept(actor, number, lines, reference, source, once)

    async def lose(self, actor: Actor, number: str, reason: LostReason, text: str = "", lines: Sequence[int] = (), once: str | None = None) -> Offer:
        """Enter that an offer was lost, and why (see ``Closer.lose``)."""
        self.guard.require(actor, "desk.write")
        return await self.closer.lose(actor, number, reason, text, lines, once)

    async def order(self, actor: Actor, content: bytes, once: str | None = None) -> Offer:
        """Accept by a UBL Order that refers to an offer or one of its quotations.

        Raise ``ubl-unreadable``, ``ubl-type``, ``no-such-offer``, ``order-deviates``, or as ``accept``.
        """
        self.guard.require(actor, "desk.write")
        order = read_order(content)

        offer = await self.store.read(lambda conn: _meant(conn, order))
        if offer is None:
            named = ", ".join(order.quotations) or "nothing"
            raise Problem(NO_OFFER, f"{order.document.number} refers to {named}, which is no offer of ours")
        return await self.accept(actor, offer.number, lines_of(order, offer), order.document.number, "a UBL order", once)

    async def take_order(self, actor: Actor, content: bytes) -> str:
        """As ``order``; return the offer's number (bound to the intake of trade)."""
        return (await self.order(actor, content)).number

    async def reply(self, actor: Actor, reply: Reply) -> Offer:
        """Take an e-mail that answers an offer: what it seems to say is proposed to a person. Raise ``no-such-offer`` when it names none."""
        self.guard.require(actor, "desk.write")
        number = number_in(reply)
        if not number:
            raise Problem(NO_OFFER, "the e-mail names no offer, or several")
        says = said(reply.text)
        known = (await self.room.read(actor, number)).asked.email
        same = bool(known) and known.casefold() in reply.sender.casefold()
        return await self._propose(actor, number, lambda at: Proposal(says.verdict, says.sentence, reply.sender, same, at, reply.message_id, says.reason))

    async def arrived(self, actor: Actor, content: bytes) -> Offer | None:
        """Look at what came in (for reactions): an e-mail or a UBL Order about an offer is proposed to a person; anything else is no error."""
        reply = await asyncio.to_thread(read_reply, content)
        if reply is not None:
            known = await self.store.read(lambda conn: tables.offer(conn, tables.ALL, number_in(reply)))
            return await self.reply(actor, reply) if known is not None else None
        if b"Order-2" not in content[:4000]:
            return None
        try:
            order = await asyncio.to_thread(read_order, content)
        except Problem:
            return None
        offer = await self.store.read(lambda conn: _meant(conn, order))
        if offer is None:
            return None
        return await self._propose(actor, offer.number, lambda at: _ordered(order, offer, at))

    async def _propose(self, actor: Actor, number: str, say: Callable[[datetime], Proposal]) -> Offer:
        """Keep what an answer seems to say, once; an offer that is not open to one stays as it is."""

        def work(tx: Tx) -> Offer:
            offer = there(tx, number)
            proposal = say(tx.at)
            said_before = offer.proposal is not None and replace(offer.proposal, at=tx.at) == proposal
            if said_before or not any(line.state == "sent" for line in offer.lines):
                return offer
            now = replace(offer, proposal=proposal)
            tables.put_offer(tx.conn, now)
            tx.append(f"offer/{number}", OfferReplied(number, proposal))
            return now

        return await self.store.write(actor, work)

    async def learning(self, actor: Actor) -> learning.Learned:
        """Return what the last thousand lines offered teach: win rates by price band, family and customer, and hints."""
        scope = self.guard.scope(actor, "read", "desk.offer")
        scope.own("lessons")
        return learning.learned(await self.store.read(lambda conn: tables.outcomes(conn, scope)))

    async def pdf(self, actor: Actor, number: str) -> bytes:
        """Return the quotation as PDF, marked as a draft while it is one; raise ``offer-not-ready``."""
        offer, terms = await self.room.read(actor, number), await self.room.papers.terms(actor)
        letter, at = quotation_letter(offer, terms, self.room.clock.now())
        return await self.room.papers.pdf(letter, terms, at)

    async def confirmation(self, actor: Actor, number: str) -> bytes:
        """Return the order confirmation as PDF; raise ``offer-not-ready`` until everything accepted is planned."""
        offer, terms = await self.room.read(actor, number), await self.room.papers.terms(actor)
        letter, at = confirmation_letter(offer, terms)
        return await self.room.papers.pdf(letter, terms, at)

    async def text(self, actor: Actor, number: str, link: str = "") -> str:
        """Return the quotation as text for a chat, with the ``link`` at which a guest answers it; raise ``offer-not-ready`` or ``invalid``."""
        check_link(link, self.guard.firm().url)
        return quotation_text(await self.room.read(actor, number), await self.room.papers.terms(actor), link)

    async def ubl(self, actor: Actor, number: str) -> bytes:
        """Return the quotation as UBL; raise ``offer-not-ready``."""
        return quotation_ubl(await self.room.read(actor, number), self.guard.firm())

    async def mail(self, actor: Actor, number: str, link: str = "") -> bytes:
        """Return an e-mail with the quotation as text (``link`` as in ``text``), PDF and UBL, ready to be sent; raise ``offer-not-ready`` or ``invalid``."""
        check_link(link, self.guard.firm().url)
        offer, terms = await self.room.read(actor, number), await self.room.papers.terms(actor)
        return draft_mail(offer, terms, await self.pdf(actor, number), offer.sent or self.room.clock.now(), link)

    async def supplied(self, actor: Actor, purpose: str) -> None:
        """A supplier has answered what a line needs (for reactions); a purpose that is none of ours is no error."""
        offer = await self.store.read(lambda conn: tables.offer_of(conn, tables.ALL, purpose))
        if offer is not None and offer.state == "draft":
            line = next((each for each in offer.lines if each.purpose == purpose), None)
            if line is not None and line.state in ("ready", "stuck"):
                again = replace(line, state="suppliers")
                await self.store.write(actor, lambda tx: tables.put_offer(tx.conn, with_line(there(tx, offer.number), again)))
            await self.work_out(actor, offer.number)

    async def became_run(self, actor: Actor, order_id: str, run: str, promised: datetime) -> None:
        """An accepted line has become a run, promised for ``promised`` (for reactions)."""
        await self._note(actor, order_id, lambda tx: {"run": run, "kept": promised, "confirmed": tx.at})

    async def moved(self, actor: Actor, run: str, promised: datetime) -> None:
        """The promise of a run has moved (for reactions)."""
        await self._note(actor, run, lambda tx: {"kept": promised, "confirmed": tx.at})

    async def refused(self, actor: Actor, order_id: str, reason: str) -> None:
        """The desk could not take an accepted line after all (for reactions); a person sees why."""
        await self._note(actor, order_id, lambda tx: {"state": "refused", "reason": reason})

    async def _note(self, actor: Actor, key: str, values: Callable[[Tx], dict[str, Any]]) -> None:
        def work(tx: Tx) -> None:
            offer = tables.offer_of(tx.conn, tables.ALL, key)
            line = next((each for each in offer.lines if key in (each.order_id, each.run)), None) if offer is not None else None
            if offer is not None and line is not None and line.state == "accepted":
                tables.put_offer(tx.conn, with_line(offer, replace(line, **values(tx))))

        await self.store.write(actor, work)

    async def addressed(self, order_id: str) -> tuple[str, tuple[str, ...]]:
        """Return the language and address of the customer whose order this is, empty when it was not given on an offer (for papers)."""
        offer = await self.store.read(lambda conn: tables.offer_of(conn, tables.ALL, order_id))
        return (offer.asked.language, offer.asked.address) if offer is not None else ("", ())


def _meant(conn: Connection, order: UblOrder) -> Offer | None:
    """Return the offer that a UBL order refers to, by its number or that of one of its quotations."""
    if len(order.offers) == 1:
        return tables.offer(conn, tables.ALL, order.offers[0])
    ours = [each for ref in order.quotations for each in trade_tables.documents(conn, tables.ALL, None, number=ref)]
    return next((found for each in ours if (found := tables.offer_of(conn, tables.ALL, each.id))), None)


def _ordered(order: UblOrder, offer: Offer, at: datetime) -> Proposal:
    """Return what a UBL order that came by itself proposes: a yes when it orders what was offered, else what is different."""
    sender = order.document.buyer.name
    try:
        lines = lines_of(order, offer)
    except Problem as problem:
        return Proposal("unclear", problem.detail, sender, False, at, order.document.number)
    sentence = f"UBL order {order.document.number} for line {', '.join(map(str, lines))}"
    return Proposal("yes", sentence, sender, False, at, order.document.number)
