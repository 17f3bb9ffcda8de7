"""HTTP of the pages without a login."""

from functools import cache
from importlib.resources import files

from plait.kernel.problems import NOT_FOUND, Problem
from plait.kernel.texts import Texts
from plait.public.form import read_form
from plait.public.service import PublicService
from plait.web import Api, Reply, Request, page
from plait.web.border import network_of

__all__ = ["ROUTES"]

API = Api("public", PublicService)
ROUTES = API
ASSETS = {
    "plait.css": "text/css; charset=utf-8",
    "tokens.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "entry.css": "text/css; charset=utf-8",
    "entry.js": "text/javascript; charset=utf-8",
    "op.css": "text/css; charset=utf-8",
    "op.js": "text/javascript; charset=utf-8",
    "wall.css": "text/css; charset=utf-8",
    "wall.js": "text/javascript; charset=utf-8",
}
HTML = ("text/html",)
ITEM = "/item/"
FORM = ("multipart/form-data",)
FORM_BYTES = 25_000_000
TRAP = "website"


@API.get("/", action=None, summary="The firm's card", produces=HTML)
async def card(service: PublicService, request: Request) -> Reply:
    """Show who the firm is and what it makes."""
    say = _say(service, request)
    return _spoken(page("card.html", **await service.card(say)), say)


def _say(service: PublicService, request: Request, asked: str = "") -> Texts:
    """Return the texts of a page: in the language that the address (``?lang=``) or a form asks for, else the browser's."""
    return service.say(asked or request.query_params.get("lang", ""), request.headers.get("accept-language", ""))


def _spoken(reply: Reply, say: Texts) -> Reply:
    """Return a page with what a cache must know of its language."""
    heads = {**reply.headers, "Content-Language": say.language, "Vary": "Accept-Language"}
    return Reply(reply.body, reply.status, heads, reply.media_type)


@API.post("/request", action=None, ok=201, summary="Ask the firm for something (the form of its card)", accepts=FORM, limit=FORM_BYTES, produces=HTML)
async def request_form(service: PublicService, body: bytes, request: Request) -> Reply:
    """Take a request into the inbox; what cannot be taken comes back with what was typed and what to correct."""
    if service.take is None:
        raise Problem(NOT_FOUND, "This firm takes no requests by its card.")
    asked, rest = await read_form(request.headers.get("content-type", ""), body)
    say = _say(service, request, rest.get("lang", ""))
    wrong = service.errors(asked, say)
    if rest.get(TRAP):
        wrong["trap"] = say("Please leave the last field empty; programs fill it in.")
    if not wrong:
        try:
            taken = await service.ask(asked, rest.get("ticket", ""), network_of(request))
            return _spoken(page("asked.html", 201, **await service.frame(say), taken=taken, asked=asked), say)
        except Problem as problem:
            wrong["form"] = f"{say(problem.kind.title)}. {say(problem.kind.advice)}"
            return _spoken(page("card.html", problem.status, **await service.card(say, asked, wrong)), say)
    return _spoken(page("card.html", 422, **await service.card(say, asked, wrong)), say)


@API.get("/item/{key}/{value:path}", action=None, summary="The page of an article, lot or piece", produces=HTML)
async def item(service: PublicService, key: str, value: str, request: Request) -> Reply:
    """Show what anybody may know of it; what is not ours gets a friendly page that says what to do."""
    raw = request.scope.get("raw_path", b"").decode("ascii").partition("?")[0]
    rest = raw[raw.index(ITEM) + len(ITEM) :].partition("/")[2] if ITEM in raw else value
    say = _say(service, request)
    try:
        return _spoken(page("item.html", **await service.item(key, rest, say)), say)
    except Problem as problem:
        why = "This is no article, lot or piece of ours." if problem.code == NOT_FOUND else "This is no complete code: a digit is missing or wrong."
        shown = page("unknown.html", problem.status if problem.status in (400, 404) else 404, **await service.frame(say), why=say(why), code=rest[:120])
        return _spoken(shown, say)


@API.get("/static/{name}", action=None, summary="Style and pictures of the pages", produces=tuple(ASSETS.values()))
async def static(name: str) -> Reply:
    """Return one of the node's own files; nothing comes from elsewhere."""
    if name not in ASSETS:
        raise Problem(NOT_FOUND, f"there is no file {name}")
    return Reply(_content(name), headers={"Cache-Control": "no-cache" if name.startswith("op.") else "public, max-age=3600"}, media_type=ASSETS[name])


@cache
def _content(name: str) -> bytes:
    """Return a file; those of the operator pages, which come over a workshop's wireless, without indentation and comments."""
    content = (files("plait.public") / "static" / name).read_bytes()
    if not name.startswith("op."):
        return content
    lines = (line.strip() for line in content.splitlines())
    return b"\n".join(line for line in lines if line and not line.startswith((b"//", b"/**")))
