"""HTTP of the operator pages. The cookie of a session by badge and PIN is the proof; it goes nowhere but below ``/op``."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files

from starlette.responses import Response

from plait.identity.people.badges.model import Enter, OperatorView, OwnPin
from plait.kernel.clock import parse_iso
from plait.kernel.problems import Problem
from plait.kernel.texts import Texts
from plait.manufacturing.line.floor.model import BAD_TAP, Act, Board, Note
from plait.public.operator.model import Choose, Language, Page, PhotoQuery, State, StateQuery
from plait.public.operator.model import Texts as Found
from plait.public.operator.service import OperatorPages, language_in
from plait.web import Api, Reply, Request, page
from plait.web.border import network_of
from plait.web.reply import problem_response

__all__ = ["ROUTES"]

HTML = ("text/html",)
SCRIPT = ("text/javascript",)
PICTURES = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")
PICTURE_BYTES = 25_000_000
SHOT_BYTES = 15_000_000


def _refusal(problem: Problem, request: Request) -> Response:
    """Return a refusal with its title and advice in the page's language (``words``)."""
    say = Texts(language_in(request.headers))
    words = f"{say(problem.kind.title)}. {say(problem.kind.advice)}"
    return problem_response(Problem(problem.code, problem.detail, **{**problem.extra, "words": words}))


API = Api("operator", OperatorPages, _refusal)
ROUTES = API


def _sent(headers: Mapping[str, str]) -> datetime | None:
    text = headers.get("x-sent-at", "")
    try:
        return parse_iso(text) if text else None
    except ValueError as error:
        raise Problem(BAD_TAP, f"X-Sent-At is no time: {text[:40]!r}") from error


def _shell(service: OperatorPages, query: Page, request: Request) -> Reply:
    language = language_in(request.headers, query.lang)
    shown = page("operator.html", **service.page(language))
    return Reply(shown.body, headers={**shown.headers, "Cache-Control": "no-cache", "Vary": "Accept-Language"}, media_type=shown.media_type)


@API.get("/op", action=None, summary="The page at the machine", produces=HTML)
async def show(service: OperatorPages, query: Page, request: Request) -> Reply:
    """Show the page; who stands there it learns from the session."""
    return _shell(service, query, request)


@API.get("/op/b/{badge}", action=None, summary="The page at the machine, opened by a badge's code", produces=HTML)
async def show_badge(service: OperatorPages, badge: str, query: Page, request: Request) -> Reply:
    """Show the page; the badge is looked at with the PIN alone."""
    del badge
    return _shell(service, query, request)


@API.get("/op/m/{station}", action=None, summary="The page at the machine, opened by a machine's code", produces=HTML)
async def show_station(service: OperatorPages, station: str, query: Page, request: Request) -> Reply:
    """Show the page; the machine is chosen once somebody has signed in."""
    del station
    return _shell(service, query, request)


@cache
def _worker() -> bytes:
    return (files("plait.public") / "static" / "op-sw.js").read_bytes()


@API.get("/op/sw.js", action=None, summary="What lets the page open without a network", produces=SCRIPT)
async def worker() -> Reply:
    """Return the service worker; it goes by the policy that comes with it, not by the page's."""
    headers = {"Service-Worker-Allowed": "/op", "Cache-Control": "no-cache", "Content-Security-Policy": "default-src 'none'; connect-src 'self'"}
    return Reply(_worker(), headers=headers, media_type="text/javascript; charset=utf-8")


@API.post("/op/session", action=None, ok=201, summary="Sign in with badge and PIN", limit=4096)
async def enter(service: OperatorPages, body: Enter, request: Request) -> Reply:
    """Check badge and PIN and set the session's cookie."""
    secret, view = await service.enter(body, request.headers, network_of(request))
    return Reply(view, headers={"Set-Cookie": service.badges.bake(secret), "Cache-Control": "no-store"})


@API.delete("/op/session", action=None, summary="Sign out at the machine")
async def leave(service: OperatorPages, request: Request) -> Reply:
    """End the session of the cookie and take the cookie back."""
    service.check_mark(request.headers)
    service.badges.leave(service.badges.holds(request.headers))
    return Reply(status=204, headers={"Set-Cookie": service.badges.bake("")})


@API.get("/op/state", action=None, summary="What somebody at a machine sees")
async def state(service: OperatorPages, query: StateQuery, request: Request) -> State:
    """Return who is signed in, the machines, the chosen one's jobs."""
    actor, view = service.who(request.headers, "GET")
    return await service.state(actor, view, query.station, language_in(request.headers))


@API.put("/op/station", action=None, summary="Choose the machine one works at", limit=4096)
async def choose(service: OperatorPages, body: Choose, request: Request) -> Board:
    """Choose a machine; return its jobs."""
    actor, _ = service.who(request.headers, "PUT")
    return await service.choose(actor, body.station)


@API.put("/op/language", action=None, summary="Choose the language one reads", limit=4096)
async def language(service: OperatorPages, body: Language, request: Request) -> OperatorView:
    """Keep the language with the person."""
    actor, _ = service.who(request.headers, "PUT")
    await service.badges.speak(actor, request.headers, body.language)
    return service.who(request.headers, "PUT")[1]


@API.put("/op/pin", action=None, summary="Change one's own PIN with the old one", limit=4096)
async def pin(service: OperatorPages, body: OwnPin, request: Request) -> None:
    """Change the PIN; one's other sessions by badge end."""
    actor, _ = service.who(request.headers, "PUT")
    await service.badges.change_pin(actor, service.badges.holds(request.headers), body)


@API.post("/op/acts", action=None, summary="Begin, stop, count or finish a job, call for help, answer", limit=8192)
async def act(service: OperatorPages, body: Act, once: str | None, request: Request) -> Board:
    """Do what was tapped, once; return the machine's jobs."""
    actor, _ = service.who(request.headers, "POST")
    return await service.act(actor, body, once, _sent(request.headers))


@API.post("/op/photos", action=None, ok=201, summary="Put a photo with a job", accepts=PICTURES, limit=PICTURE_BYTES)
async def photo(service: OperatorPages, query: PhotoQuery, body: bytes, once: str | None, request: Request) -> Note:
    """Keep a photo, once, byte for byte."""
    actor, _ = service.who(request.headers, "POST")
    act = Act("count", query.station, query.job, tapped=query.tapped)
    return await service.add_photo(actor, act, body, once, _sent(request.headers))


@API.post("/op/read", action=None, summary="Read the code in a photo of a badge or a machine", accepts=PICTURES, limit=SHOT_BYTES)
async def read(service: OperatorPages, body: bytes, request: Request) -> Found:
    """Return the texts of the codes in a picture; nothing of it is kept."""
    service.check_mark(request.headers)
    return Found(await service.read(body, network_of(request)))
