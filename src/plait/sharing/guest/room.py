"""Guest links put together with the rooms whose things they show, for ``node.py``."""

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard, Symbols
from plait.manufacturing.desk.room import DeskRoom
from plait.sharing.guest.model import Kind
from plait.sharing.guest.service import GuestService
from plait.sharing.guest.things import Thing
from plait.sharing.guest.things.offer import OfferThing
from plait.sharing.guest.things.order import DeliveryThing, OrderThing
from plait.sharing.guest.things.request import RequestThing
from plait.sharing.ports import Signer
from plait.store import Store

__all__ = ["build_guests"]


def build_guests(store: Store, guard: Guard, clock: BusinessClock, signer: Signer, desk: DeskRoom, symbol: Symbols, days: int) -> GuestService:
    """Return the service of guest links: for offers and orders of the desk, deliveries, and requests of our own."""
    things: dict[Kind, Thing] = {
        "offer": OfferThing(desk.offers),
        "order": OrderThing(desk.book, desk.late),
        "delivery": DeliveryThing(desk.book, desk.late),
        "request": RequestThing(desk.attachments),
    }

    async def inbox(actor: Actor, name: str, content: bytes, sender: str) -> str:
        return (await desk.inbox.take(actor, name, content, sender, "guest")).id

    async def spoken(actor: Actor) -> str:
        return (await desk.papers.letterhead(actor)).language

    return GuestService(store, guard, clock, signer, things, inbox, symbol, spoken, days=days)
