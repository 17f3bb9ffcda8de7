"""HTTP of the pack for a helper."""

from plait.kernel.actor import Actor
from plait.upkeep.support.service import Running, SupportService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("support", SupportService)
ROUTES = API


@API.get("/api/v1/support", action="admin.health", summary="What a helper needs of the running node, without business data")
async def running(service: SupportService, actor: Actor) -> Running:
    """Return figures, followers and the last log lines; `plait support` packs them with the rest."""
    return await service.running(actor)
