"""HTTP of signing in, sessions and the audit trail."""

from plait.identity.people.audit import AuditPage, AuditQuery, audit
from plait.identity.people.links import LoginLinks
from plait.identity.people.model import Activation, Code, NewPassword, SessionView, SignIn
from plait.identity.people.service import PeopleService
from plait.kernel.actor import Actor
from plait.kernel.problems import UNAUTHENTICATED, Problem
from plait.web import Api, Reply, Request

__all__ = ["ROUTES"]

API = Api("people", PeopleService)
ROUTES = API


def _from(request: Request) -> tuple[str, str]:
    return request.headers.get("user-agent", "")[:400], request.client.host if request.client is not None else ""


@API.post("/api/v1/session", action=None, ok=201, summary="Sign in", limit=4096)
async def sign_in(service: PeopleService, body: SignIn, request: Request) -> Reply:
    """Check name and password and set the session's cookie."""
    secret, view = await service.sign_in(body, *_from(request))
    return Reply(view, headers={"Set-Cookie": service.bake(secret), "Cache-Control": "no-store"})


@API.post("/api/v1/session/activate", action=None, ok=201, summary="Set a password with a one-time code, and sign in", limit=4096)
async def activate(service: PeopleService, body: Activation, request: Request) -> Reply:
    """Set the password and set the session's cookie."""
    secret, view = await service.activate(body, *_from(request))
    return Reply(view, headers={"Set-Cookie": service.bake(secret), "Cache-Control": "no-store"})


@API.post("/api/v1/session/link", action="admin.people", ok=201, summary="Make a link that signs in once, for who can read the data folder")
async def link(service: LoginLinks, actor: Actor) -> Reply:
    """Return the address, this once; taken with the token that lies in the data folder alone."""
    return Reply(await service.make(actor), headers={"Cache-Control": "no-store"})


@API.delete("/api/v1/session", action=None, summary="Sign out")
async def sign_out(service: PeopleService, request: Request) -> Reply:
    """End the session of the cookie and take the cookie back."""
    await service.sign_out(service.holds(request.headers))
    return Reply(status=204, headers={"Set-Cookie": service.bake(""), "Clear-Site-Data": '"cache", "cookies", "storage"'})


@API.put("/api/v1/session/password", action=None, summary="Change one's own password", limit=4096)
async def change_password(service: PeopleService, actor: Actor, body: NewPassword, request: Request) -> None:
    """Change the password; other sessions end."""
    if actor.kind != "person":
        raise Problem(UNAUTHENTICATED, "A password is changed by who is signed in with it.")
    await service.change_password(service.holds(request.headers), body, _from(request)[1])


@API.get("/api/v1/sessions", action="people.sessions", summary="List who is signed in")
async def sessions(service: PeopleService, actor: Actor) -> list[SessionView]:
    """Return one's own sessions; for an administrator everybody's."""
    return await service.sessions(actor)


@API.delete("/api/v1/sessions/{id}", action="people.sessions", summary="End a session")
async def end(service: PeopleService, actor: Actor, id: str) -> None:
    """End one's own session; for an administrator anybody's."""
    await service.end(actor, id)


@API.post("/api/v1/people/{id}/code", action="admin.people", ok=201, summary="Make a one-time code to set a password with")
async def code(service: PeopleService, actor: Actor, id: str) -> Code:
    """Return the code, this once."""
    return await service.make_code(actor, id)


@API.get("/api/v1/audit", action="admin.audit", summary="Read the audit trail")
async def trail(service: PeopleService, query: AuditQuery) -> AuditPage:
    """Return who did what, in order."""
    return await audit(service.store, query)
