"""HTTP of what needs doing."""

from typing import Literal

import msgspec

from plait.kernel.actor import Actor
from plait.overview.today.model import Step, Today
from plait.overview.today.service import TodayService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("overview", TodayService)
ROUTES = API


class Spoken(msgspec.Struct, frozen=True):
    """In which language the sentences are."""

    language: Literal["en", "de", "zh"] = "en"


@API.get("/api/v1/today", action="overview.read", summary="What needs a person now, the figures of the day, the steps of a first start")
async def today(service: TodayService, actor: Actor, query: Spoken) -> Today:
    """Return what the caller may see of it, the most urgent first."""
    return await service.today(actor, query.language)


@API.post("/api/v1/today/steps/{id}/skip", action="overview.write", summary="Ask no more for a step of the first start")
async def skip(service: TodayService, actor: Actor, id: str) -> list[Step]:
    """Return all steps as they stand now."""
    return await service.skip(actor, id)


@API.delete("/api/v1/today/steps/{id}/skip", action="overview.write", summary="Ask again for a step that was skipped")
async def take_up(service: TodayService, actor: Actor, id: str) -> list[Step]:
    """Return all steps as they stand now."""
    return await service.take_up(actor, id)
