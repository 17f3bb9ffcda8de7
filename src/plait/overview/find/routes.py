"""HTTP of the search."""

from typing import Annotated

import msgspec

from plait.kernel.actor import Actor
from plait.overview.find.model import Found
from plait.overview.find.service import FindService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("overview", FindService)
ROUTES = API


class Sought(msgspec.Struct, frozen=True):
    """A number, a name, or what a scanner read."""

    q: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@API.get("/api/v1/find", action="overview.read", summary="Find anything by its number, name or scanned code")
async def find(service: FindService, actor: Actor, query: Sought) -> Found:
    """Return what the caller may see of it, exact hits first."""
    return await service.look(actor, query.q)
