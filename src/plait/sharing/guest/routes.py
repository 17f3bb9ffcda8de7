"""HTTP of guest links, for our own people; guests use pages."""

from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.trade.options import OptionView
from plait.sharing.guest.buying import BuyingService
from plait.sharing.guest.model import Act, Claim, Link, MadeLink, NewLink, NewPurchase, PastLink, SignedHistory, Taken
from plait.sharing.guest.past import PastService
from plait.sharing.guest.service import GuestService
from plait.web import Api, Reply

__all__ = ["BUYING", "PAST", "ROUTES"]

API = Api("guest", GuestService)
ROUTES = API
PAST = Api("guest", PastService)
BUYING = Api("guest", BuyingService)
JOSE = "application/jose"


class LinksQuery(msgspec.Struct, frozen=True):
    """Only links of a ``kind``, for a ``thing``, in a ``state``; empty: all."""

    kind: Literal["", "offer", "order", "request", "delivery", "purchase", "passport"] = ""
    thing: str = ""
    state: Literal["", "open", "revoked", "expired"] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 500


class HistoryQuery(msgspec.Struct, frozen=True):
    """Whose history: the ``name`` the links were made for."""

    name: str = ""


@API.post("/api/v1/guest/links", action="guest.write", ok=201, summary="Make a link by which a firm without a node takes part")
async def make(service: GuestService, actor: Actor, body: NewLink) -> MadeLink:
    """Return the link with its address, which is shown this once, as text and as QR code."""
    return await service.make(actor, body)


@API.get("/api/v1/guest/links", action="guest.read", summary="List guest links, without their codes")
async def links(service: GuestService, actor: Actor, query: LinksQuery) -> list[Link]:
    """Return the latest links in the order they were made."""
    where = {name: value for name, value in (("kind", query.kind), ("thing", query.thing), ("state", query.state)) if value}
    return list(await service.links(actor, query.limit, **where))


@API.get("/api/v1/guest/history", action="guest.read", summary="All that a guest did by its links, signed")
async def history(service: GuestService, actor: Actor, query: HistoryQuery) -> SignedHistory:
    """Return the history of a guest and its signature, for the day when it has a node of its own."""
    return await service.history(actor, query.name)


@API.get("/api/v1/guest/links/{id}", action="guest.read", summary="Show one guest link")
async def link(service: GuestService, actor: Actor, id: str) -> Link:
    """Return one link without its code."""
    return await service.link(actor, id)


@API.get("/api/v1/guest/links/{id}/acts", action="guest.read", summary="Show what was done by a guest link")
async def acts(service: GuestService, actor: Actor, id: str) -> list[Act]:
    """Return the acts in the order they were done."""
    return await service.acts(actor, id)


@API.delete("/api/v1/guest/links/{id}", action="guest.write", summary="Take a guest link back, now")
async def revoke(service: GuestService, actor: Actor, id: str) -> Link:
    """Return the link as it is now."""
    return await service.revoke(actor, id)


@PAST.post("/api/v1/guest/past", action="guest.write", accepts=(JOSE,), summary="Take in what we did as a guest of another firm, as that firm signed it")
async def take(service: PastService, actor: Actor, body: bytes) -> Taken:
    """Check the signature, keep what is new, and tell the firm that its guest is us."""
    return await service.take(actor, body)


@PAST.get("/api/v1/guest/past", action="guest.read", summary="List what we did as a guest of other firms")
async def past(service: PastService, actor: Actor) -> list[PastLink]:
    """Return what was taken in, by link."""
    return await service.past(actor)


@PAST.get("/api/v1/guest/past/{id}/signed", action="guest.read", summary="Show what we did as a guest as the other firm signed it", produces=(JOSE,))
async def signed(service: PastService, actor: Actor, id: str) -> Reply:
    """Return the signed history behind one link."""
    return Reply(await service.signed(actor, id), media_type=JOSE)


@PAST.post("/api/v1/guest/claims", action="guest.claim", accepts=(JOSE,), summary="Show, as a partner, the history that this firm signed for its guest")
async def claim(service: PastService, actor: Actor, body: bytes) -> Claim:
    """Note that the guest is this partner."""
    return await service.claimed(actor, body)


@PAST.delete("/api/v1/guest/claims/{name}", action="guest.write", summary="Say that a guest is not the firm that claimed its links")
async def unclaim(service: PastService, actor: Actor, name: str) -> Claim:
    """Return whose claim has ended, on which links."""
    return await service.unclaim(actor, name)


@BUYING.get("/api/v1/guest/requests/{number}", action="guest.read", summary="Compare what suppliers without a node quoted for a request")
async def compare(service: BuyingService, actor: Actor, number: str) -> list[OptionView]:
    """Return the answers: held first, the cheapest first; then who declined or has not answered."""
    return list(await service.compare(actor, number))


@BUYING.post("/api/v1/guest/orders", action="guest.write", ok=201, summary="Order what a supplier quoted by a link, by a link again")
async def order(service: BuyingService, actor: Actor, body: NewPurchase) -> MadeLink:
    """Return the link by which the supplier sees and confirms the order."""
    return await service.order(actor, body)
