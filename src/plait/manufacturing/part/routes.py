"""HTTP of parts and stock."""

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.part.model import Counted, Match, Part, Stock, StockCount, StockIn
from plait.manufacturing.part.service import PartService
from plait.manufacturing.requirement import Requirement
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("parts", PartService)
ROUTES = API


class StockQuery(msgspec.Struct, frozen=True):
    """``part``: only the lots of this part."""

    part: str | None = None


@API.get("/api/v1/parts", action="part.read", summary="List the parts")
async def parts(service: PartService, actor: Actor) -> list[Part]:
    """Return the present revision of all parts."""
    return await service.parts(actor)


@API.get("/api/v1/parts/{id}", action="part.read", summary="Show one part")
async def part(service: PartService, actor: Actor, id: str) -> Part:
    """Return one part in its present revision."""
    return await service.get(actor, id)


@API.put("/api/v1/parts/{id}", action="part.write", summary="Release a revision of a part")
async def put(service: PartService, actor: Actor, id: str, body: Part) -> Part:
    """Enter or revise a part."""
    if body.id != id:
        raise Problem(INVALID, f"id: the address says {id}, the content {body.id}")
    return await service.put(actor, body)


@API.post("/api/v1/parts/search", action="part.read", summary="Hold the parts against a requirement")
async def search(service: PartService, actor: Actor, body: Requirement) -> list[Match]:
    """Return every part with the reasons why it does not fit, the fitting first."""
    return await service.matches(actor, body)


@API.get("/api/v1/stock", action="part.read", summary="List what is in stock, by lot")
async def on_hand(service: PartService, actor: Actor, query: StockQuery) -> list[Stock]:
    """Return the lots, oldest first."""
    return await service.on_hand(actor, query.part)


@API.post("/api/v1/stock", action="part.receive", ok=201, summary="Take goods into stock")
async def receive(service: PartService, actor: Actor, body: StockIn, once: str | None) -> Stock:
    """Receive goods."""
    return await service.receive(actor, body, once)


@API.post("/api/v1/stock/count", action="part.write", summary="Book what was counted; with dry only say what would change")
async def count(service: PartService, actor: Actor, body: StockCount, once: str | None) -> Counted:
    """Correct stock by a count."""
    return await service.count(actor, body, once)
