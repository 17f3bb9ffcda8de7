"""HTTP of master data: listed prices, estimates, corrections."""

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.desk.masters.model import Correction, Corrections, Estimate, Estimates, Price
from plait.manufacturing.desk.masters.service import MastersService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("masters", MastersService)
ROUTES = API


class PriceQuery(msgspec.Struct, frozen=True):
    """``part``: only the prices of this part."""

    part: str = ""


class EstimateOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``parts``: only these (empty: all without a routing); ``apply``: enter them, else only show what would be entered."""

    parts: tuple[str, ...] = ()
    apply: bool = False


@API.get("/api/v1/desk/prices", action="desk.read", summary="List what customers pay and what suppliers are paid")
async def prices(service: MastersService, actor: Actor, query: PriceQuery) -> list[Price]:
    """Return the listed prices."""
    return await service.prices(actor, query.part)


@API.get("/api/v1/desk/estimates", action="desk.read", summary="Estimate the times of parts that have no routing")
async def estimates(service: MastersService, actor: Actor) -> list[Estimate]:
    """Return what would be entered."""
    return await service.estimates(actor)


@API.post("/api/v1/desk/estimates", action="desk.write", summary="Enter estimated routings (without apply: only show them)")
async def estimate(service: MastersService, actor: Actor, body: EstimateOrder) -> Estimates:
    """Estimate, and enter if told so."""
    return await service.estimate(actor, body.parts, apply=body.apply)


@API.get("/api/v1/desk/corrections", action="desk.read", summary="Compare planned times with what ended jobs took")
async def corrections(service: MastersService, actor: Actor) -> list[Correction]:
    """Return the proposed corrections."""
    return await service.corrections(actor)


@API.post("/api/v1/desk/corrections", action="desk.write", summary="Take corrected times over")
async def correct(service: MastersService, actor: Actor, body: Corrections) -> list[Correction]:
    """Accept corrections; return those taken."""
    return await service.correct(actor, body)
