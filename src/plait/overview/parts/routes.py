"""HTTP of parts with their stock."""

from typing import Annotated

import msgspec

from plait.kernel.actor import Actor
from plait.overview.parts.model import PartsPage, PartsShown, PartView
from plait.overview.parts.service import MOST, PartsService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("overview", PartsService)
ROUTES = API


class PartsQuery(msgspec.Struct, frozen=True):
    """``shown``: all, stock (what is here), short (too little for open orders). ``text`` occurs in number, name or drawing; ``after`` is a page's own."""

    shown: PartsShown = "all"
    text: Annotated[str, msgspec.Meta(max_length=200)] = ""
    after: Annotated[str, msgspec.Meta(max_length=200)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 100


@API.get("/api/v1/stock/parts", action="part.read", summary="List parts with what is in stock and what open orders take")
async def parts(service: PartsService, actor: Actor, query: PartsQuery) -> PartsPage:
    """Return a page of them, by number."""
    return await service.page(actor, query.shown, query.text, query.after, query.limit)


@API.get("/api/v1/stock/parts/{id}", action="part.read", summary="Show one part with its lots, movements, orders and drawings")
async def part(service: PartsService, actor: Actor, id: str) -> PartView:
    """Return a part."""
    return await service.part(actor, id)
