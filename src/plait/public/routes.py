"""HTTP of the pages without a login."""

from importlib.resources import files

from plait.kernel.problems import NOT_FOUND, Problem
from plait.public.service import PublicService
from plait.web import Api, Reply, Request, page

__all__ = ["ROUTES"]

API = Api("public", PublicService)
ROUTES = API
ASSETS = {"plait.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
HTML = ("text/html",)
ITEM = "/item/"


@API.get("/", action=None, summary="The firm's card", produces=HTML)
async def card(service: PublicService) -> Reply:
    """Show who the firm is and what it makes."""
    return page("card.html", **await service.card())


@API.get("/item/{key}/{value:path}", action=None, summary="The page of an article, lot or piece", produces=HTML)
async def item(service: PublicService, key: str, value: str, request: Request) -> Reply:
    """Show what anybody may know of it; what is not ours gets a friendly page that says what to do."""
    raw = request.scope.get("raw_path", b"").decode("ascii").partition("?")[0]
    rest = raw[raw.index(ITEM) + len(ITEM) :].partition("/")[2] if ITEM in raw else value
    try:
        return page("item.html", **await service.item(key, rest))
    except Problem as problem:
        shown = {
            "title": "Not known here",
            "why": problem.detail or problem.kind.title,
            "advice": "Check the code on the label, or ask whoever sold you the piece.",
        }
        return page("unknown.html", problem.status if problem.status in (400, 404) else 404, **await service.frame(), **shown)


@API.get("/static/{name}", action=None, summary="Style and pictures of the pages", produces=tuple(ASSETS.values()))
async def static(name: str) -> Reply:
    """Return one of the node's own files; nothing comes from elsewhere."""
    if name not in ASSETS:
        raise Problem(NOT_FOUND, f"there is no file {name}")
    content = (files("plait.public") / "static" / name).read_bytes()
    return Reply(content, headers={"Cache-Control": "public, max-age=3600"}, media_type=ASSETS[name])
