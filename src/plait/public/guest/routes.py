"""HTTP of the pages by a link. The code in the path is the proof; it is told to nobody (no referrer, nothing stored, not indexed)."""

import msgspec

from plait.kernel.problems import LIMITED, Problem
from plait.kernel.texts import language_of
from plait.manufacturing.desk.inbox.attachments import download_headers
from plait.public.form import read_parts
from plait.public.guest.service import GuestPages
from plait.public.routes import FORM, FORM_BYTES, HTML
from plait.sharing.guest.model import Link
from plait.sharing.guest.rules import GONE
from plait.web import Api, Reply, Request, page
from plait.web.border import network_of

__all__ = ["ROUTES"]

API = Api("public", GuestPages)
ROUTES = API
replace = msgspec.structs.replace
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
PDF, JWS, ANY = "application/pdf", "application/jose", "application/octet-stream"


def _private(reply: Reply) -> Reply:
    return Reply(reply.body, reply.status, {**reply.headers, **PRIVATE}, reply.media_type)


async def _enter(service: GuestPages, code: str, request: Request) -> Link | Reply:
    """Return the link, or the page for what opens nothing: the same for a code that is wrong, over or taken back."""
    try:
        link = await service.enter(code, network_of(request))
        asked = language_of(request.query_params.get("lang", ""))
        return replace(link, language=asked) if asked else link
    except Problem as problem:
        if problem.code not in (GONE, LIMITED):
            raise
        wait = {"Retry-After": str(problem.extra["retry_after"])} if problem.code == LIMITED else {}
        shown = page("gone.html", problem.status, **service.gone(request.query_params.get("lang", ""), request.headers.get("accept-language", "")))
        return _private(Reply(shown.body, shown.status, {**shown.headers, **wait}, shown.media_type))


@API.get("/g/{code}", action=None, summary="The page of a guest link", produces=HTML)
async def show(service: GuestPages, code: str, request: Request) -> Reply:
    """Show the one thing that the link is for, and what can be done with it."""
    link = await _enter(service, code, request)
    if isinstance(link, Reply):
        return link
    await service.guests.opened(link)
    return _private(page("guest.html", code=code, **await service.page(link)))


@API.post("/g/{code}", action=None, summary="Do something by a guest link (the forms of its page)", accepts=FORM, limit=FORM_BYTES, produces=HTML)
async def act(service: GuestPages, code: str, body: bytes, request: Request) -> Reply:
    """Do what the guest sends; what cannot be taken comes back with what was typed."""
    link = await _enter(service, code, request)
    if isinstance(link, Reply):
        return link
    texts, files = await read_parts(request.headers.get("content-type", ""), body)
    try:
        return _private(page("guest.html", code=code, **await service.act(link, texts, files)))
    except Problem as problem:
        if "page" not in problem.extra:
            raise
        return _private(page("guest.html", problem.status, code=code, **problem.extra["page"]))


@API.get("/g/{code}/paper", action=None, summary="The PDF that goes with a guest link", produces=(PDF, *HTML))
async def paper(service: GuestPages, code: str, request: Request) -> Reply:
    """Return the paper, such as the quotation."""
    link = await _enter(service, code, request)
    if isinstance(link, Reply):
        return link
    name, content = await service.paper(link)
    plain = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-_."))
    return Reply(content, headers={**PRIVATE, "Content-Disposition": f'inline; filename="{plain}"'}, media_type=PDF)


@API.get("/g/{code}/files/{place}", action=None, summary="A file that goes with a guest link", produces=(ANY, *HTML))
async def file(service: GuestPages, code: str, place: str, request: Request) -> Reply:
    """Return one of the drawings or models that the page names, to be saved."""
    link = await _enter(service, code, request)
    if isinstance(link, Reply):
        return link
    kept = await service.guests.file(link, int(place) if place.isascii() and place.isdigit() and len(place) < 4 else 0)
    return Reply(kept.content, headers={**download_headers(kept.name), **PRIVATE}, media_type=ANY)


@API.get("/g/{code}/history", action=None, summary="What was done by a guest link, signed by the firm", produces=(JWS, *HTML))
async def history(service: GuestPages, code: str, request: Request) -> Reply:
    """Return a compact JWS, for the day when the guest has a node of its own."""
    link = await _enter(service, code, request)
    if isinstance(link, Reply):
        return link
    return Reply(await service.history(link), headers={**PRIVATE, "Content-Disposition": 'attachment; filename="history.jws"'}, media_type=JWS)
