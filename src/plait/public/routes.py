"""HTTP of the pages without a login."""

from importlib.resources import files

from plait.kernel.problems import NOT_FOUND, Problem
from plait.public.form import read_form
from plait.public.service import PublicService
from plait.web import Api, Reply, Request, page
from plait.web.border import network_of

__all__ = ["ROUTES"]

API = Api("public", PublicService)
ROUTES = API
ASSETS = {"plait.css": "text/css; charset=utf-8", "tokens.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml", "entry.css": "text/css; charset=utf-8", "entry.js": "text/javascript; charset=utf-8"}
HTML = ("text/html",)
ITEM = "/item/"
FORM = ("multipart/form-data",)
FORM_BYTES = 25_000_000
TRAP = "website"


@API.get("/", action=None, summary="The firm's card", produces=HTML)
async def card(service: PublicService) -> Reply:
    """Show who the firm is and what it makes."""
    return page("card.html", **await service.card())


@API.post("/request", action=None, ok=201, summary="Ask the firm for something (the form of its card)", accepts=FORM, limit=FORM_BYTES, produces=HTML)
async def request_form(service: PublicService, body: bytes, request: Request) -> Reply:
    """Take a request into the inbox; what cannot be taken comes back with what was typed and what to correct."""
    if service.take is None:
        raise Problem(NOT_FOUND, "This firm takes no requests by its card.")
    asked, rest = await read_form(request.headers.get("content-type", ""), body)
    wrong = service.errors(asked)
    if rest.get(TRAP):
        wrong["trap"] = "leave the last field empty; programs fill it in"
    if not wrong:
        try:
            taken = await service.ask(asked, rest.get("ticket", ""), network_of(request))
            return page("asked.html", 201, **await service.frame(), taken=taken, asked=asked)
        except Problem as problem:
            wrong["form"] = f"{problem.detail or problem.kind.title} {problem.kind.advice}"
            return page("card.html", problem.status, **await service.card(asked, wrong))
    return page("card.html", 422, **await service.card(asked, wrong))


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
