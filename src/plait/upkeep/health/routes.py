"""HTTP of the doctor."""

import msgspec

from plait.kernel.actor import Actor
from plait.upkeep.health.model import Report
from plait.upkeep.health.service import HealthService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("health", HealthService)
ROUTES = API


class ReportQuery(msgspec.Struct, frozen=True):
    """``full``: also walk the whole chain of facts, which takes a while."""

    full: bool = False


@API.get("/api/v1/health/report", action="admin.health", summary="Say what is wrong with this node and what to do")
async def report(service: HealthService, actor: Actor, query: ReportQuery) -> Report:
    """Return every check with its verdict."""
    return await service.report(actor, full=query.full)
