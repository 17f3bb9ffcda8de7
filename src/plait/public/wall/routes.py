"""HTTP of the screen on the wall. The code in the path is the proof; it shows states and jobs of machines, and nothing can be done with it."""

from datetime import datetime
from functools import partial
from typing import Any

from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.overview.wall.model import GONE, Wall, WallLink
from plait.overview.wall.service import WallService
from plait.public.routes import HTML
from plait.web import Api, Reply, Request, page
from plait.web.pages import environment

__all__ = ["ROUTES"]

API = Api("public", WallService)
ROUTES = API
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


def _texts(service: WallService, link: WallLink) -> Texts:
    return Texts(link.language, service.guard.firm().zone)


def _shown(service: WallService, link: WallLink, wall: Wall) -> dict[str, Any]:
    say = _texts(service, link)
    return {
        "say": say,
        "wall": wall,
        "kiosk": True,
        "href": None,
        "ago": partial(_ago, say, wall.now),
        "clock": _clock(wall.now, say),
        "title": link.title,
        "firm": service.guard.firm(),
    }


def _ago(say: Texts, now: datetime, since: datetime | None) -> str:
    """Return for how long something has been so, as it is read from afar."""
    if since is None:
        return ""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return say("{count} min", count=minutes)
    if minutes < 48 * 60:
        return say("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
    return say("{count} days", count=minutes // 1440)


def _clock(now: datetime, say: Texts) -> str:
    return f"{now.astimezone(say.zone):%H:%M}"


@API.get("/wall/{code}", action=None, summary="The machines on a screen on the wall", produces=HTML)
async def show(service: WallService, code: str, request: Request) -> Reply:
    """Show the wall; it keeps itself up to date."""
    try:
        link, wall = await service.by_code(code)
    except Problem as problem:
        if problem.code != GONE:
            raise
        say = Texts(request.query_params.get("lang", "") or "en", service.guard.firm().zone)
        shown = page("wall_gone.html", 404, say=say, firm=service.guard.firm())
        return Reply(shown.body, shown.status, {**shown.headers, **PRIVATE}, shown.media_type)
    shown = page("wall.html", **_shown(service, link, wall))
    return Reply(shown.body, shown.status, {**shown.headers, **PRIVATE}, shown.media_type)


@API.get("/wall/{code}/tiles", action=None, summary="The tiles of a screen on the wall, as they are now", produces=HTML)
async def tiles(service: WallService, code: str) -> Reply:
    """Return what the page puts in place each second."""
    link, wall = await service.by_code(code)
    text = environment().get_template("tiles.html").render(**_shown(service, link, wall))
    return Reply(text, 200, PRIVATE, "text/html; charset=utf-8")
