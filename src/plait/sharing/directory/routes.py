"""HTTP of the directory."""

from plait.kernel.actor import Actor
from plait.kernel.firm import Member
from plait.sharing.directory.model import Announcement, Dismissal, JoinRequest, Pack, SelfDescription
from plait.sharing.directory.service import DirectoryService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("directory", DirectoryService)
ROUTES = API


@API.get("/api/v1/directory", action="directory.read", summary="List the firms known")
async def known(service: DirectoryService, actor: Actor) -> list[Member]:
    """Return the other firms known, by name."""
    return await service.known(actor)


@API.get("/api/v1/directory/self", action=None, summary="Our own signed card")
async def own_card(service: DirectoryService) -> SelfDescription:
    """Return our own card; open to everybody."""
    return await service.own_card()


@API.get("/api/v1/directory/members", action=None, summary="Our signed statement of who our members are")
async def stated(service: DirectoryService) -> Pack:
    """Return the statement and the members' cards; open to everybody."""
    return await service.stated()


@API.post("/api/v1/directory/announce", action="directory.announce", summary="Introduce a firm")
async def announce(service: DirectoryService, actor: Actor, body: Announcement) -> Pack:
    """Take the caller's card and answer with the members' cards."""
    return await service.announce(actor, body)


@API.post("/api/v1/directory/moved", action=None, summary="Tell that a known firm has moved", limit=64_000)
async def moved(service: DirectoryService, body: Announcement) -> None:
    """Take the new card of a known firm; the signature by its pinned key is the proof."""
    await service.moved(body)


@API.post("/api/v1/directory/cards", action="directory.announce", summary="Pass cards on")
async def take_cards(service: DirectoryService, actor: Actor, body: Pack) -> None:
    """Take cards of other firms from a partner."""
    await service.take_cards(actor, body)


@API.post("/api/v1/directory/join", action="directory.write", summary="Join a network")
async def join(service: DirectoryService, actor: Actor, body: JoinRequest) -> list[Member]:
    """Join the network by one node's address; return the firms then known."""
    return await service.join(actor, body.url)


@API.post("/api/v1/directory/members/{party}/dismiss", action="directory.write", summary="End a membership")
async def dismiss(service: DirectoryService, actor: Actor, party: str, body: Dismissal) -> None:
    """End a firm's membership with us, with the reason."""
    await service.dismiss(actor, party, body.reason)
