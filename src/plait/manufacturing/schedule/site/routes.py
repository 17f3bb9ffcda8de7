"""HTTP of sites."""

from plait.kernel.actor import Actor
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.schedule.site.model import Site, SiteView
from plait.manufacturing.schedule.site.service import SiteService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("sites", SiteService)
ROUTES = API


@API.get("/api/v1/sites", action="schedule.read", summary="List the sites with their working hours and holidays")
async def sites(service: SiteService, actor: Actor) -> list[SiteView]:
    """Return the sites."""
    return await service.sites(actor)


@API.get("/api/v1/sites/{id}", action="schedule.read", summary="Show one site")
async def site(service: SiteService, actor: Actor, id: str) -> SiteView:
    """Return one site."""
    return await service.get(actor, id)


@API.put("/api/v1/sites/{id}", action="schedule.write", summary="Enter or change a site: zone, region, shifts, holidays")
async def put(service: SiteService, actor: Actor, id: str, body: Site) -> SiteView:
    """Enter a site; answer what its new hours moved."""
    if body.id != id:
        raise Problem(INVALID, f"id: the address says {id}, the content {body.id}")
    return await service.put(actor, body)
