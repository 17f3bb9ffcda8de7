"""HTTP of negotiations (Dataspace Protocol 2025-1, section 8). One set of paths serves both roles."""

from plait.kernel.actor import Actor
from plait.sharing.dsp import BASE, MEDIA_TYPES, ContractNegotiation
from plait.sharing.errors import negotiation_error
from plait.sharing.negotiation.inbox import KINDS, NegotiationInbox
from plait.sharing.negotiation.model import Revocation
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("negotiation", NegotiationInbox, problems=negotiation_error)
ROUTES = API
ACTION = "dsp.negotiate"


async def request(service: NegotiationInbox, actor: Actor, body: bytes) -> ContractNegotiation:
    """Take the first request of a consumer."""
    return await service.request(actor, body)


async def offer(service: NegotiationInbox, actor: Actor, body: bytes) -> ContractNegotiation:
    """Take an offer nobody asked for."""
    return await service.offer(actor, body)


async def state(service: NegotiationInbox, actor: Actor, pid: str) -> ContractNegotiation:
    """Return where a negotiation stands."""
    return await service.state(actor, pid)


async def revoked(service: NegotiationInbox, actor: Actor, id: str, body: Revocation) -> None:
    """Take a partner's word that it has ended an agreement (our own addition to the protocol)."""
    await service.revoked(actor, id, body.reason)


def _mount(place: str, slash: str) -> None:
    @API.post(f"{BASE}/negotiations/{{pid}}/{place}{slash}", action=ACTION, accepts=MEDIA_TYPES, summary=f"Take a {KINDS[place].__name__}")
    async def receive(service: NegotiationInbox, actor: Actor, pid: str, body: bytes) -> ContractNegotiation:
        return await service.receive(actor, pid, place, body)


for _slash in ("", "/"):
    API.post(f"{BASE}/negotiations/request{_slash}", action=ACTION, ok=201, accepts=MEDIA_TYPES, summary="Begin a negotiation")(request)
    API.post(f"{BASE}/negotiations/offers{_slash}", action=ACTION, ok=201, accepts=MEDIA_TYPES, summary="Offer unasked")(offer)
    API.get(f"{BASE}/negotiations/{{pid}}{_slash}", action=ACTION, summary="Where a negotiation stands")(state)
    API.post(f"{BASE}/agreements/{{id}}/revocation{_slash}", action="dsp.revoke", summary="The partner ended an agreement")(revoked)
    for _place in KINDS:
        _mount(_place, _slash)
