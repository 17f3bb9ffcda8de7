"""HTTP of measured times."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.line.measured.model import Measured, Proposal
from plait.manufacturing.line.measured.service import MeasuredService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("parts", MeasuredService)
ROUTES = API


class Asked(msgspec.Struct, frozen=True):
    """Only proposals in a state, only those of a part."""

    state: Literal["open", "accepted", "declined", "undone", ""] = ""
    part: str = ""


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a proposal is declined."""

    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


@API.get("/api/v1/times/proposals", action="part.read", summary="Corrections of routings that machines' times ask for")
async def proposals(service: MeasuredService, actor: Actor, query: Asked) -> Sequence[Proposal]:
    """Return the proposals, the latest first."""
    return await service.proposals(actor, query.state, query.part)


@API.get("/api/v1/times/parts/{part}", action="part.read", summary="What machines took for each operation of a part")
async def measured(service: MeasuredService, actor: Actor, part: str) -> list[Measured]:
    """Return what was measured, beside what the routing says."""
    return await service.measured(actor, part)


@API.post("/api/v1/times/proposals/{id}/accept", action="part.write", summary="Make measured times those of the routing")
async def accept(service: MeasuredService, actor: Actor, id: str) -> Proposal:
    """Accept a proposal."""
    return await service.accept(actor, id)


@API.post("/api/v1/times/proposals/{id}/decline", action="part.write", summary="Leave the routing as it is")
async def decline(service: MeasuredService, actor: Actor, id: str, body: Why) -> Proposal:
    """Decline a proposal."""
    return await service.decline(actor, id, body.reason)


@API.post("/api/v1/times/proposals/{id}/undo", action="part.write", summary="Take accepted times back")
async def undo(service: MeasuredService, actor: Actor, id: str) -> Proposal:
    """Undo an accepted proposal."""
    return await service.undo(actor, id)
