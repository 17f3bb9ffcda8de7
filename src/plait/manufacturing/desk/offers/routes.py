"""HTTP of offers."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.manufacturing.desk.offers.learning import Learned
from plait.manufacturing.desk.offers.model import Asked, Change, LostReason, NewPart, Offer, Reply
from plait.manufacturing.desk.offers.rules import NO_OFFER
from plait.manufacturing.desk.offers.service import OfferService
from plait.manufacturing.schedule.model import Moment
from plait.web import Api
from plait.web import Reply as Answer

__all__ = ["ROUTES"]

API = Api("desk", OfferService)
ROUTES = API
PDF, XML, TEXT, MAIL = "application/pdf", "application/xml", "text/plain", "message/rfc822"


class OffersQuery(msgspec.Struct, frozen=True):
    """``state``: draft, sent, won, lost, or empty for all; only those before the number ``before``, when it is given."""

    state: Literal["", "draft", "sent", "won", "lost"] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 500
    before: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer accepts: ``lines`` (none named: all that are open) under its order number ``reference``; ``source`` says how it was told."""

    lines: tuple[int, ...] = ()
    reference: Annotated[str, msgspec.Meta(max_length=100)] = ""
    source: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Loss(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why lines (none named: all that are open) were lost."""

    reason: LostReason
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    lines: tuple[int, ...] = ()


class Renewal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until when the offer is to hold (left out: as long as offers do)."""

    until: Moment | None = None


class WithLink(msgspec.Struct, frozen=True):
    """``link``: the address of a guest link by which it is answered, to stand in the text."""

    link: Annotated[str, msgspec.Meta(max_length=500)] = ""


def _index(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Problem(NO_OFFER, f"{text!r} is no number of a line")
    return int(text)


def _file(content: bytes | str, media_type: str, name: str) -> Answer:
    return Answer(content, headers={"Content-Disposition": f'inline; filename="{name}"'}, media_type=media_type)


@API.post("/api/v1/desk/offers", action="desk.write", ok=201, summary="Enter what a customer asks for and work out price, date and slot")
async def ask(service: OfferService, actor: Actor, body: Asked, once: str | None) -> Offer:
    """Return the draft of the offer."""
    return await service.ask(actor, body, once=once)


@API.post("/api/v1/desk/offers/preview", action="desk.read", summary="See what would be offered, without keeping or holding anything")
async def preview(service: OfferService, actor: Actor, body: Asked) -> Offer:
    """Return an offer without a number."""
    return await service.preview(actor, body)


@API.get("/api/v1/desk/offers", action="desk.read", summary="List offers")
async def offers(service: OfferService, actor: Actor, query: OffersQuery) -> list[Offer]:
    """Return the latest offers in the order of their numbers."""
    return await service.offers(actor, query.state, query.limit, query.before)


@API.get("/api/v1/desk/offers/learning", action="desk.read", summary="Show what sent offers teach about prices")
async def learning(service: OfferService, actor: Actor) -> Learned:
    """Return win rates and hints."""
    return await service.learning(actor)


@API.post("/api/v1/desk/offers/replies", action="desk.write", summary="Take an e-mail that answers an offer; a person confirms what it says")
async def reply(service: OfferService, actor: Actor, body: Reply) -> Offer:
    """Return the offer with what is proposed."""
    return await service.reply(actor, body)


@API.post("/api/v1/desk/offers/orders", action="desk.write", accepts=(XML, "text/xml"), summary="Accept an offer by a UBL Order that refers to it")
async def order(service: OfferService, actor: Actor, body: bytes, once: str | None) -> Offer:
    """Return the offer, won."""
    return await service.order(actor, body, once=once)


@API.get("/api/v1/desk/offers/{number}", action="desk.read", summary="Show an offer")
async def offer(service: OfferService, actor: Actor, number: str) -> Offer:
    """Return one offer."""
    return await service.get(actor, number)


@API.put("/api/v1/desk/offers/{number}", action="desk.write", summary="Change price, date, quantity, validity or words of a draft")
async def change(service: OfferService, actor: Actor, number: str, body: Change, once: str | None) -> Offer:
    """Return the offer as it is now."""
    return await service.change(actor, number, body, once=once)


@API.post("/api/v1/desk/offers/{number}/lines/{index}/part", action="desk.write", summary="Say which part a line means, or make it after another")
async def part(service: OfferService, actor: Actor, number: str, index: str, body: NewPart, once: str | None) -> Offer:
    """Return the offer with the line worked out."""
    return await service.part(actor, number, _index(index), body, once=once)


@API.post("/api/v1/desk/offers/{number}/work-out", action="desk.write", summary="Take a draft as far as it gets")
async def work_out(service: OfferService, actor: Actor, number: str) -> Offer:
    """Return the offer as it is now; what it was stuck at is tried again."""
    return await service.try_again(actor, number)


@API.post("/api/v1/desk/offers/{number}/renew", action="desk.write", summary="Work an offer out anew; one that is out is taken back")
async def renew(service: OfferService, actor: Actor, number: str, body: Renewal, once: str | None) -> Offer:
    """Return the draft, of the next version when it was out."""
    until: datetime | None = body.until
    return await service.renew(actor, number, until, once=once)


@API.post("/api/v1/desk/offers/{number}/send", action="desk.write", summary="Freeze an offer as quotation: it counts from now on")
async def send(service: OfferService, actor: Actor, number: str, once: str | None) -> Offer:
    """Return the offer as it is out."""
    return await service.send(actor, number, once=once)


@API.post("/api/v1/desk/offers/{number}/accept", action="desk.write", summary="The customer accepts: each line becomes an order")
async def accept(service: OfferService, actor: Actor, number: str, body: Acceptance, once: str | None) -> Offer:
    """Return the offer, won."""
    return await service.accept(actor, number, body.lines, body.reference, body.source, once=once)


@API.post("/api/v1/desk/offers/{number}/lost", action="desk.write", summary="Enter that an offer was lost, and why")
async def lost(service: OfferService, actor: Actor, number: str, body: Loss, once: str | None) -> Offer:
    """Return the offer as it is now."""
    return await service.lose(actor, number, body.reason, body.text, body.lines, once=once)


@API.get("/api/v1/desk/offers/{number}/pdf", action="desk.read", summary="The quotation on the firm's letterhead", produces=(PDF,))
async def pdf(service: OfferService, actor: Actor, number: str) -> Answer:
    """Return the quotation as PDF."""
    return _file(await service.pdf(actor, number), PDF, f"{number}.pdf")


@API.get("/api/v1/desk/offers/{number}/confirmation", action="desk.read", summary="The order confirmation on the firm's letterhead", produces=(PDF,))
async def confirmation(service: OfferService, actor: Actor, number: str) -> Answer:
    """Return the confirmation as PDF."""
    return _file(await service.confirmation(actor, number), PDF, f"{number}-confirmation.pdf")


@API.get("/api/v1/desk/offers/{number}/text", action="desk.read", summary="The quotation as text for a chat", produces=(TEXT,))
async def text(service: OfferService, actor: Actor, number: str, query: WithLink) -> Answer:
    """Return the quotation as plain text."""
    return Answer(await service.text(actor, number, query.link))


@API.get("/api/v1/desk/offers/{number}/ubl", action="desk.read", summary="The quotation as UBL", produces=(XML,))
async def ubl(service: OfferService, actor: Actor, number: str) -> Answer:
    """Return the quotation as UBL XML."""
    return _file(await service.ubl(actor, number), XML, f"{number}.xml")


@API.get("/api/v1/desk/offers/{number}/mail", action="desk.read", summary="The quotation as an e-mail ready to be sent", produces=(MAIL,))
async def mail(service: OfferService, actor: Actor, number: str, query: WithLink) -> Answer:
    """Return an e-mail with text, PDF and UBL."""
    return _file(await service.mail(actor, number, query.link), MAIL, f"{number}.eml")
