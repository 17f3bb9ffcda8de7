"""HTTP of the braid view."""

import asyncio
from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.texts import Texts
from plait.overview.braid.drawing import draw, fitting_height
from plait.overview.braid.drawing_small import draw_small
from plait.overview.braid.model import Braid, SmallBraid
from plait.overview.braid.service import BraidService
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("braid", BraidService)
ROUTES = API
SVG = "image/svg+xml"
OWN_LOOK = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class BraidQuery(msgspec.Struct, frozen=True):
    """``language`` of the sentences; ``reach``: ``own`` asks no partner, ``all`` shows what contracts let one see of other firms' parts too."""

    language: Literal["en", "de", "zh"] = "en"
    reach: Literal["own", "all"] = "all"


class DrawnQuery(BraidQuery, frozen=True):
    """As ``BraidQuery``, with the size of the picture in pixels (``height`` 0: what fits) and its colours.

    ``css``: those of the page it stands in, light without one.
    """

    width: Annotated[int, msgspec.Meta(ge=240, le=4000)] = 1200
    height: Annotated[int, msgspec.Meta(ge=0, le=8000)] = 0
    theme: Literal["css", "light", "dark"] = "css"
    small: bool = False


class BraidsQuery(msgspec.Struct, frozen=True):
    """``ids``: numbers or ids of orders, comma-separated, at most 200; those that are not there are left out."""

    ids: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    language: Literal["en", "de", "zh"] = "en"


@API.get("/api/v1/orders/{order}/braid", action="braid.read", summary="Show an order's whole life on the three strands")
async def braid(service: BraidService, actor: Actor, order: str, query: BraidQuery) -> Braid:
    """Return the knots, the promise, now, and lateness in words."""
    return await service.braid(actor, order, language=query.language, reach=query.reach)


@API.get("/api/v1/orders/{order}/braid.svg", action="braid.read", summary="Draw an order's braid", produces=(SVG,))
async def drawn(service: BraidService, actor: Actor, order: str, query: DrawnQuery) -> Reply:
    """Return the picture."""
    found = await service.braid(actor, order, language=query.language, reach="own" if query.small else query.reach)
    texts = Texts(query.language, found.zone)
    if query.small:
        return Reply(draw_small(found), media_type=SVG, headers=OWN_LOOK)
    height = max(120, query.height) if query.height else fitting_height(found, query.width)
    svg = await asyncio.to_thread(draw, found, query.width, height, texts, query.theme)
    return Reply(svg, media_type=SVG, headers=OWN_LOOK)


@API.get("/api/v1/braids", action="braid.read", summary="Give what the small pictures of many orders need")
async def braids(service: BraidService, actor: Actor, query: BraidsQuery) -> list[SmallBraid]:
    """Return the small braids in the order asked for."""
    return await service.small(actor, tuple(id for id in query.ids.split(",") if id), language=query.language)
