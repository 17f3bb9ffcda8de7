"""HTTP of the network's picture."""

from plait.kernel.actor import Actor
from plait.overview.network.model import Network
from plait.overview.network.service import NetworkService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("overview", NetworkService)
ROUTES = API


@API.get("/api/v1/network", action="overview.read", summary="The firms known here, what goes between them, the latest messages")
async def network(service: NetworkService, actor: Actor) -> Network:
    """Return what the caller may see of it."""
    return await service.network(actor)
