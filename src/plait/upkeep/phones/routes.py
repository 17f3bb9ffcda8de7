"""HTTP of the way in for phones, for administrators."""

from plait.kernel.actor import Actor
from plait.upkeep.phones.model import PhonesQuery, PhonesView, PhonesWanted
from plait.upkeep.phones.service import PhonesService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("phones", PhonesService)
ROUTES = API


@API.get("/api/v1/phones", action="admin.phones", summary="Say whether phones of this network may come, by which address, and what that means")
async def status(service: PhonesService, actor: Actor, query: PhonesQuery) -> PhonesView:
    """Return how it stands."""
    return await service.status(actor, query.language)


@API.post("/api/v1/phones", action="admin.phones", summary="Allow phones of this network to come, by TLS")
async def allow(service: PhonesService, actor: Actor, body: PhonesWanted, query: PhonesQuery) -> PhonesView:
    """Listen on the network, now and after each start."""
    return await service.allow(actor, body, query.language)


@API.delete("/api/v1/phones", action="admin.phones", summary="Shut the network out, at once")
async def stop(service: PhonesService, actor: Actor, query: PhonesQuery) -> PhonesView:
    """Listen on the network no more."""
    return await service.stop(actor, query.language)
