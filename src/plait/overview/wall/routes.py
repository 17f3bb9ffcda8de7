"""HTTP of the wall of machines, of one machine's picture, and of links for screens."""

from datetime import datetime
from typing import Annotated

import msgspec

from plait.kernel.actor import Actor
from plait.overview.wall.model import MachinePicture, Wall, WallLink, WallLinkAsked, WallLinkNew
from plait.overview.wall.service import WallService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("overview", WallService)
ROUTES = API


class Asked(msgspec.Struct, frozen=True):
    """``area``: only the machines there."""

    area: str = ""


class PictureAsked(msgspec.Struct, frozen=True):
    """From when to when, how many points wide, and which signals (names with commas between; left out: all)."""

    since: datetime
    until: datetime
    width: Annotated[int, msgspec.Meta(ge=50, le=4000)] = 1000
    signals: str | None = None


@API.get("/api/v1/wall", action="machines.read", summary="All machines at a glance: state, job, goal")
async def wall(service: WallService, actor: Actor, query: Asked) -> Wall:
    """Return a tile a machine."""
    return await service.wall(actor, query.area)


@API.get("/api/v1/wall/links", action="machines.read", summary="The links for screens on the wall")
async def links(service: WallService, actor: Actor) -> list[WallLink]:
    """Return the links there are."""
    return await service.links(actor)


@API.post("/api/v1/wall/links", action="machines.write", ok=201, summary="Make a link that shows the machines on a screen without a login")
async def open_link(service: WallService, actor: Actor, body: WallLinkAsked) -> WallLinkNew:
    """Make a link; its address is told this once."""
    return await service.open_link(actor, body)


@API.delete("/api/v1/wall/links/{id}", action="machines.write", summary="Close a link for a screen")
async def close_link(service: WallService, actor: Actor, id: str) -> None:
    """Close a link."""
    await service.close_link(actor, id)


@API.get("/api/v1/machines/{id}/picture", action="machines.read", summary="One machine over time: states, jobs, gaps, alarms, signals as wide as asked")
async def picture(service: WallService, actor: Actor, id: str, query: PictureAsked) -> MachinePicture:
    """Return the picture of a machine, downsampled to its width with every peak kept."""
    names = None if query.signals is None else [name for name in query.signals.split(",") if name]
    return await service.picture(actor, id, query.since, query.until, query.width, names)
