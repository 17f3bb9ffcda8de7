"""HTTP of the door: ``/login``, ``/login/code``, ``/login/once/{code}``, ``/logout``.

An open page whose session has ended loses nothing typed: it opens ``/login?popup=1`` (``&name=`` fills the name in) in an iframe, or in a
window of its own, instead of leaving. Once somebody has signed in there, or is signed in already, that page posts
``{plait: "signed-in", person: <id>}`` to its parent and its opener, for our own origin alone, and closes itself if it is a window. The page
that waits listens so::

    window.addEventListener("message", event => {
      if (event.origin === location.origin && event.data && event.data.plait === "signed-in") goOn(event.data.person)
    })

and then asks with the new cookie; it should compare ``person`` with who was there before. Without script the window says that it may be
closed. These answers alone may be framed, by our own pages (``frame-ancestors 'self'``).

Forms are taken from our own pages only (fetch metadata, else Origin), signing in too: nobody is signed in to another's name by a page
elsewhere. A browser that comes from elsewhere does not send its cookie along (SameSite=Strict), so it is asked to come once more from here.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from plait.identity.people.model import LINK_OVER, LOCKED_OUT, WEAK
from plait.kernel.problems import LIMITED, Problem
from plait.public.entry import rules
from plait.public.entry.service import Asked, EntryPages
from plait.web import Api, Reply, Request, page
from plait.web.pages import CSP
from plait.web.reply import to_response

__all__ = ["ROUTES"]

API = Api("public", EntryPages)
ROUTES = API
HTML = ("text/html",)
FORM = ("application/x-www-form-urlencoded",)
FORM_BYTES = 16_384
# With no-referrer a browser would send "Origin: null" with the form, and over plain http there is nothing else to tell its page by.
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "same-origin"}
FRAMED = {"Content-Security-Policy": CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'"), "X-Frame-Options": "SAMEORIGIN"}


def _asked(request: Request) -> Asked:
    address = request.client.host if request.client is not None else ""
    return Asked(request.scope["path"], request.query_params, request.headers, address)


def _shown(asked: Asked, template: str, context: Mapping[str, Any], status: int = 200, cookie: str = "", retry_s: int = 0) -> Response:
    """Return a page of the door, with the cookies it sets; one in a pop-up may be framed by our own pages."""
    reply = page(template, status, **context)
    extra = (FRAMED if asked.popup else {}) | ({"Retry-After": str(retry_s)} if retry_s else {})
    return _with_cookies(asked, Reply(reply.body, reply.status, {**reply.headers, **PRIVATE, **extra}, reply.media_type), cookie)


def _with_cookies(asked: Asked, reply: Reply, cookie: str = "") -> Response:
    answer = to_response(reply, 200)
    if cookie:
        answer.headers.append("Set-Cookie", cookie)
    if asked.chosen:
        answer.headers.append("Set-Cookie", rules.language_cookie(asked.language))
    return answer


def _go(asked: Asked, place: str, cookie: str = "") -> Response:
    return _with_cookies(asked, Reply(status=303, headers={"Location": place, **PRIVATE}), cookie)


def _in(service: EntryPages, asked: Asked, cookie: str, person: str) -> Response:
    """Return the answer to who is signed in: on to where they wanted to go; in a pop-up, the page that says so to the one that waits."""
    if asked.popup:
        return _shown(asked, "login_done.html", service.frame(asked, person=person), cookie=cookie)
    return _go(asked, asked.next, cookie)


def _refused(service: EntryPages, asked: Asked, problem: Problem, template: str, **context: Any) -> Response:
    """Return the form again with the refusal in words; what was typed is kept but for the password."""
    wrong = rules.said(problem, service.frame(asked)["say"])
    retry = int(problem.extra.get("retry_after", 0)) if problem.code in {LOCKED_OUT, LIMITED} else 0
    return _shown(asked, template, service.frame(asked, wrong, field="password" if problem.code == WEAK else "", **context), problem.status, retry_s=retry)


@API.get("/login", action=None, summary="The login", produces=HTML)
async def login(service: EntryPages, request: Request) -> Response:
    """Ask for name and password; who is signed in already goes on."""
    asked = _asked(request)
    person = await service.who(asked)
    if person:
        return _in(service, asked, "", person)
    if request.headers.get("sec-fetch-site") == "cross-site" and not asked.popup:
        again = f"/login?{urlencode(asked.query)}"
        return _shown(asked, "login_again.html", service.frame(asked, again=again))
    return _shown(asked, "login.html", service.frame(asked, name=asked.query.get("name", "")[:200]))


@API.post("/login", action=None, summary="Sign in (the form of the login)", accepts=FORM, limit=FORM_BYTES, produces=HTML)
async def sign_in(service: EntryPages, body: bytes, request: Request) -> Response:
    """Check name and password, set the session's cookie and go on."""
    asked, form = _asked(request), rules.fields(body)
    try:
        cookie, person = await service.sign_in(asked, form)
    except Problem as problem:
        return _refused(service, asked, problem, "login.html", name=form.get("name", "")[:200])
    return _in(service, asked, cookie, person)


@API.get("/login/code", action=None, summary="The page on which a password is set with a one-time code", produces=HTML)
async def code(service: EntryPages, request: Request) -> Response:
    """Ask for code and password."""
    asked = _asked(request)
    return _shown(asked, "login_code.html", service.frame(asked, code="", field=""))


@API.post("/login/code", action=None, summary="Set a password with a one-time code (the form of its page)", accepts=FORM, limit=FORM_BYTES, produces=HTML)
async def activate(service: EntryPages, body: bytes, request: Request) -> Response:
    """Set the password, set the session's cookie and go on."""
    asked, form = _asked(request), rules.fields(body)
    try:
        cookie, person = await service.activate(asked, form)
    except Problem as problem:
        return _refused(service, asked, problem, "login_code.html", code=form.get("code", "")[:100])
    return _in(service, asked, cookie, person)


def _over(service: EntryPages, asked: Asked, problem: Problem) -> Response:
    if problem.code == LINK_OVER:
        return _shown(asked, "login_over.html", service.frame(asked), problem.status)
    return _shown(asked, "login_over.html", service.frame(asked, rules.said(problem, service.frame(asked)["say"])), problem.status)


@API.get("/login/once/{code}", action=None, summary="The page of a link that signs in once", produces=HTML)
async def once(service: EntryPages, code: str, request: Request) -> Response:
    """Show what the link will do; looking at it uses nothing up."""
    asked = _asked(request)
    try:
        await service.links.look(code, asked.host, asked.address)
    except Problem as problem:
        return _over(service, asked, problem)
    return _shown(asked, "login_once.html", service.frame(asked, owner=service.links.owner(), name="", field=""))


@API.post("/login/once/{code}", action=None, summary="Sign in by a link (the form of its page)", accepts=FORM, limit=FORM_BYTES, produces=HTML)
async def enter(service: EntryPages, code: str, body: bytes, request: Request) -> Response:
    """Use the link up: sign in the owner, or make the first administrator."""
    asked, form = _asked(request), rules.fields(body)
    if form.get("lang"):
        asked.chosen = form["lang"][:10]
        asked.language = rules.language_for(asked.headers, asked.chosen)
    try:
        cookie = await service.by_link(asked, code, form)
    except Problem as problem:
        if problem.code in {LINK_OVER, LOCKED_OUT}:
            return _over(service, asked, problem)
        return _refused(service, asked, problem, "login_once.html", owner=service.links.owner(), name=form.get("name", "")[:200])
    return _go(asked, rules.HOME, cookie)


@API.post("/logout", action=None, summary="Sign out (a button of the pages)", produces=HTML)
async def sign_out(service: EntryPages, request: Request) -> Response:
    """End the session, take the cookie back, forget what the browser keeps of us, and show the login."""
    asked = _asked(request)
    answer = _go(asked, "/login", await service.sign_out(asked))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
