"""HTTP of rules: ``/api/v1/rules``, ``/api/v1/machines/{id}/rules``."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from plait.infrastructure.meaning.model import DryRun, RulesView, Text
from plait.infrastructure.meaning.service import MeaningService
from plait.kernel.actor import Actor
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("machines", MeaningService)
ROUTES = API


class Which(msgspec.Struct, frozen=True):
    """Which version; the one before the present when none is named."""

    version: int | None = None


class Span(msgspec.Struct, frozen=True):
    """Of which time; the last day when none is named."""

    since: datetime | None = None
    until: datetime | None = None


@API.get("/api/v1/rules", action="machines.read", summary="The rules of every machine")
async def all_rules(service: MeaningService, actor: Actor) -> list[RulesView]:
    """Return what counts for each machine, and what it says now."""
    return await service.all(actor)


@API.get("/api/v1/machines/{id}/rules", action="machines.read", summary="The rules by which a machine's state follows from its signals")
async def view(service: MeaningService, actor: Actor, id: str) -> RulesView:
    """Return a machine's rules and what would fit it."""
    return await service.view(actor, id)


@API.put("/api/v1/machines/{id}/rules", action="machines.write", summary="Set the rules of a machine")
async def put(service: MeaningService, actor: Actor, id: str, body: Text) -> RulesView:
    """Let these rules count from now on; empty ones: what the machine says itself counts."""
    return await service.set(actor, id, body.rules)


@API.get("/api/v1/machines/{id}/rules/versions", action="machines.read", summary="The rules a machine has had")
async def versions(service: MeaningService, actor: Actor, id: str) -> Sequence[RulesView]:
    """Return them, the newest first."""
    return await service.versions(actor, id)


@API.post("/api/v1/machines/{id}/rules/undo", action="machines.write", summary="Let a machine's former rules count again")
async def undo(service: MeaningService, actor: Actor, id: str, query: Which) -> RulesView:
    """Take the last change back, or go back to a version."""
    return await service.undo(actor, id, query.version)


@API.post("/api/v1/machines/{id}/rules/try", action="machines.read", summary="What rules would have said of the last day")
async def dry_run(service: MeaningService, actor: Actor, id: str, query: Span, body: Text) -> DryRun:
    """Return states and cycles as these rules see them; nothing is changed."""
    return await service.dry_run(actor, id, body.rules, query.since, query.until)
