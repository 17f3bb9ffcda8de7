"""HTTP of tracing."""

import msgspec

from plait.circulation.trace.model import Contains, Recall, TraceGraph
from plait.circulation.trace.service import TraceService
from plait.kernel.actor import Actor
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("trace", TraceService)
ROUTES = API


class Ask(msgspec.Struct, frozen=True):
    """``epc``: an EPC URN or GS1 Digital Link; ``via``: the party_ids of those asking one through another, comma-separated."""

    epc: str
    via: str = ""

    @property
    def chain(self) -> tuple[str, ...]:
        """The party_ids of ``via``."""
        return tuple(party for party in self.via.split(",") if party)


@API.get("/api/v1/trace/up", action="trace.read", summary="Show where something came from, across firms")
async def up(service: TraceService, actor: Actor, query: Ask) -> TraceGraph:
    """Return the tree back to its origins."""
    return await service.up(actor, query.epc, query.chain)


@API.get("/api/v1/trace/contains", action="trace.read", summary="Say which goods delivered to the asking partner contain something")
async def contains(service: TraceService, actor: Actor, query: Ask) -> Contains:
    """Return delivered goods that contain what is named (several: separated by ``|``)."""
    return await service.contains(actor, query.epc, query.chain)


@API.get("/api/v1/trace/recall", action="trace.read", summary="Find every finished item that contains something")
async def recall(service: TraceService, actor: Actor, query: Ask) -> Recall:
    """Return all that is affected here and to whom it went."""
    return await service.recall(actor, query.epc)
