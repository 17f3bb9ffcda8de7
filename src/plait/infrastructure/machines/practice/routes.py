"""HTTP of the simulated machines."""

from plait.infrastructure.machines.practice.model import PracticeView
from plait.infrastructure.machines.practice.service import PracticeService
from plait.kernel.actor import Actor
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("machines", PracticeService)
ROUTES = API


@API.get("/api/v1/practice", action="machines.read", summary="Show whether simulated machines run beside the node")
async def status(service: PracticeService, actor: Actor) -> PracticeView:
    """Return how it stands."""
    return await service.status(actor)


@API.post("/api/v1/practice", action="machines.write", summary="Run two simulated machines beside the node")
async def begin(service: PracticeService, actor: Actor) -> PracticeView:
    """Run and link them; the same again changes nothing."""
    return await service.begin(actor)


@API.delete("/api/v1/practice", action="machines.write", summary="Take the simulated machines away")
async def end(service: PracticeService, actor: Actor) -> PracticeView:
    """End and forget them; what they said stays."""
    return await service.end(actor)
