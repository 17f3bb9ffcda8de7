"""HTTP of badges and PINs."""

import asyncio

from plait.identity.people.badges.model import BadgeView, BadgeWanted, MadeBadge, NewPin
from plait.identity.people.badges.service import BadgeService
from plait.kernel.actor import Actor
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("people", BadgeService)
ROUTES = API
FORMS = {"png": "image/png", "pdf": "application/pdf", "svg": "image/svg+xml"}


@API.post("/api/v1/people/{id}/badge", action="admin.people", ok=201, summary="Make a badge; the earlier one ends")
async def make(service: BadgeService, actor: Actor, id: str) -> MadeBadge:
    """Return the badge, this once."""
    return await service.make(actor, id)


@API.post("/api/v1/people/{id}/badge/print", action="admin.people", ok=201, summary="Make a badge, drawn for printing", produces=tuple(FORMS.values()))
async def make_drawn(service: BadgeService, actor: Actor, id: str, query: BadgeWanted) -> Reply:
    """Return the badge in the size of a bank card, this once."""
    made = await service.make(actor, id)
    return Reply(await asyncio.to_thread(service.drawn, made, query.form), headers={"Cache-Control": "no-store"}, media_type=FORMS[query.form])


@API.get("/api/v1/people/{id}/badge", action="admin.people", summary="Show whether somebody has a badge and a PIN")
async def view(service: BadgeService, actor: Actor, id: str) -> BadgeView:
    """Return what one may know of a badge."""
    return await service.view(actor, id)


@API.delete("/api/v1/people/{id}/badge", action="admin.people", summary="Take somebody's badge back")
async def take_back(service: BadgeService, actor: Actor, id: str) -> None:
    """End a badge and the sessions by it."""
    await service.take_back(actor, id)


@API.put("/api/v1/people/{id}/pin", action="admin.people", summary="Set the PIN of somebody's badge", limit=4096)
async def set_pin(service: BadgeService, actor: Actor, id: str, body: NewPin) -> None:
    """Set a PIN; a blocked badge opens again."""
    await service.set_pin(actor, id, body.pin)


@API.put("/api/v1/session/pin", action="people.sessions", summary="Set one's own PIN", limit=4096)
async def own_pin(service: BadgeService, actor: Actor, body: NewPin) -> None:
    """Set the PIN of whoever is signed in."""
    await service.own_pin(actor, body.pin)
