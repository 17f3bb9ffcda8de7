"""HTTP of identity."""

from plait.identity.model import FirmProfile, MadeToken, Me, NewPerson, NewToken, Person, TokenView
from plait.identity.service import Identity
from plait.kernel.actor import Actor
from plait.kernel.firm import Firm
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("identity", Identity)
ROUTES = API


@API.get("/.well-known/did.json", action=None, summary="Our DID document", produces=("application/did+json",))
async def did_document(service: Identity) -> Reply:
    """Return names, keys and services; open to everybody."""
    return Reply(service.did_document(), media_type="application/did+json")


@API.get("/api/v1/firm", action="identity.read", summary="Show the firm")
async def firm(service: Identity, actor: Actor) -> Firm:
    """Return the firm as it is known now."""
    del actor
    return service.firm()


@API.put("/api/v1/firm", action="admin.firm", summary="Describe the firm")
async def describe(service: Identity, actor: Actor, body: FirmProfile) -> Firm:
    """Change the profile; fields left out fall back to their defaults."""
    return await service.describe(actor, body)


@API.get("/api/v1/me", action=None, summary="Whom the node takes the caller for")
async def me(actor: Actor) -> Me:
    """Return kind, id, party and roles of the caller."""
    return Me(actor.kind, actor.id, actor.party, sorted(actor.roles), actor.agreement, actor.dataset)


@API.get("/api/v1/tokens", action="admin.tokens", summary="List the access tokens")
async def tokens(service: Identity, actor: Actor) -> list[TokenView]:
    """Return the tokens, never their secrets."""
    return await service.tokens(actor)


@API.post("/api/v1/tokens", action="admin.tokens", ok=201, summary="Make an access token")
async def make_token(service: Identity, actor: Actor, body: NewToken) -> MadeToken:
    """Return the secret, this once; a repeat makes another token, since no secret is kept."""
    return await service.make_token(actor, body)


@API.delete("/api/v1/tokens/{id}", action="admin.tokens", summary="Revoke an access token")
async def revoke_token(service: Identity, actor: Actor, id: str) -> None:
    """End a token now."""
    await service.revoke_token(actor, id)


@API.get("/api/v1/people", action="admin.people", summary="List who works here")
async def people(service: Identity, actor: Actor) -> list[Person]:
    """Return names and roles."""
    return list(await service.people(actor))


@API.post("/api/v1/people", action="admin.people", ok=201, summary="Enter somebody")
async def enter_person(service: Identity, actor: Actor, body: NewPerson, once: str | None) -> Person:
    """Enter somebody, or change their role."""
    return await service.enter_person(actor, body, once)


@API.delete("/api/v1/people/{id}", action="admin.people", summary="Take somebody out who no longer works here")
async def leave(service: Identity, actor: Actor, id: str) -> None:
    """Take somebody out; their sessions and tokens end at once."""
    await service.leave(actor, id)


@API.post("/api/v1/tokens/{id}/renew", action="admin.tokens", summary="Give an access token a new secret")
async def renew_token(service: Identity, actor: Actor, id: str) -> MadeToken:
    """Return the new secret, this once; the old one ends at once."""
    return await service.renew_token(actor, id)
