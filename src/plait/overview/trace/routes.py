"""HTTP of the story of a thing."""

from typing import Annotated

import msgspec

from plait.kernel.actor import Actor
from plait.overview.trace.model import Made, Story
from plait.overview.trace.service import StoryService
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("trace", StoryService)
ROUTES = API


class Ask(msgspec.Struct, frozen=True):
    """``epc``: an EPC URN or GS1 Digital Link."""

    epc: str


class Few(msgspec.Struct, frozen=True):
    """``limit``: how many at most."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 16


@API.get("/api/v1/trace/story", action="trace.read", summary="Show where a thing came from and where it went, as one picture")
async def story(service: StoryService, actor: Actor, query: Ask) -> Story:
    """Return boxes and lines to draw, moves and events to read, and what others do not show."""
    return await service.story(actor, query.epc)


@API.get("/api/v1/trace/recent", action="trace.read", summary="List what was made or received here lately")
async def recent(service: StoryService, actor: Actor, query: Few) -> list[Made]:
    """Return things, the latest first."""
    return await service.recent(actor, query.limit)


@API.get("/api/v1/trace/recall.csv", action="trace.read", summary="Write the recall list of a thing as a file", produces=("text/csv",))
async def recall_file(service: StoryService, actor: Actor, query: Ask) -> Reply:
    """Return everything that contains it and where that is."""
    headers = {"Content-Disposition": 'attachment; filename="recall.csv"'}
    return Reply(await service.recall_file(actor, query.epc), headers=headers, media_type="text/csv; charset=utf-8")
