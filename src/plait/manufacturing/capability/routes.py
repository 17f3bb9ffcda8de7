"""HTTP of capabilities."""

from plait.kernel.actor import Actor
from plait.manufacturing.capability.model import Capability, Found
from plait.manufacturing.capability.service import CapabilityService
from plait.manufacturing.capability.vocabulary import MATERIALS, PROCESSES, Term
from plait.manufacturing.requirement import Requirement
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("capabilities", CapabilityService)
ROUTES = API


@API.get("/api/v1/capabilities", action=None, summary="List what this firm can do")
async def published(service: CapabilityService) -> list[Capability]:
    """Return the firm's capabilities; open to everybody."""
    return await service.published()


@API.get("/api/v1/capabilities/vocabulary", action=None, summary="List the codes of processes and materials")
async def vocabulary(service: CapabilityService) -> dict[str, list[Term]]:
    """Return all codes with parent and name; open to everybody."""
    del service
    return {"processes": list(PROCESSES.values()), "materials": list(MATERIALS.values())}


@API.post("/api/v1/capabilities", action="capability.write", ok=201, summary="Publish a capability")
async def publish(service: CapabilityService, actor: Actor, body: Capability, once: str | None) -> Capability:
    """Publish a capability or change the one of the same id."""
    return await service.publish(actor, body, once)


@API.delete("/api/v1/capabilities/{id}", action="capability.write", summary="Withdraw a capability")
async def withdraw(service: CapabilityService, actor: Actor, id: str) -> None:
    """No longer offer a capability."""
    await service.withdraw(actor, id)


@API.post("/api/v1/capabilities/search", action="capability.read", summary="Find firms for a requirement")
async def search(service: CapabilityService, actor: Actor, body: Requirement) -> list[Found]:
    """Return every firm known, those that fit first, with the reasons against the others."""
    return await service.search(actor, body)
