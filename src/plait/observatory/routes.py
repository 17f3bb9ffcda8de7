"""HTTP of the observatory."""

from plait.kernel.actor import Actor
from plait.observatory.model import AggregateReport, Collected, View
from plait.observatory.service import REPORT_PATH, ObservatoryService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("observatory", ObservatoryService)
ROUTES = API


@API.get(REPORT_PATH, action="observatory.report", summary="This firm's own agreed aggregates")
async def report(service: ObservatoryService, actor: Actor) -> AggregateReport:
    """Return class, region, revenue, trade by consenting partner, jobs and machine hours of the period."""
    return await service.report(actor)


@API.post("/api/v1/observatory/collect", action="observatory.collect", summary="Fetch every member's report under contract")
async def collect(service: ObservatoryService, actor: Actor) -> Collected:
    """Return who reported and who refused."""
    return await service.collect(actor)


@API.get("/api/v1/observatory", action="observatory.read", summary="The network as the reports show it")
async def view(service: ObservatoryService, actor: Actor) -> View:
    """Return firms, classes with their concentration, links, tiers, and who stops if one stops."""
    return await service.view(actor)
