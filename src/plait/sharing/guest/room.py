"""Guest links put together with the rooms whose things they show, for ``node.py``."""

from dataclasses import dataclass

from plait.circulation.passport.service import PassportService
from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard, Symbols
from plait.manufacturing.desk.room import DeskRoom
from plait.manufacturing.trade.outside import OutsideService
from plait.sharing.guest.model import Kind
from plait.sharing.guest.service import GuestService
from plait.sharing.guest.things import Thing
from plait.sharing.guest.things.offer import OfferThing
from plait.sharing.guest.things.order import DeliveryThing, OrderThing
from plait.sharing.guest.things.passport import PassportThing
from plait.sharing.guest.things.purchase import PurchaseThing
from plait.sharing.guest.things.request import RequestThing
from plait.sharing.ports import Signer
from plait.store import Store

__all__ = ["GuestRooms", "build_guests"]


@dataclass(frozen=True)
class GuestRooms:
    """The rooms whose things guests see."""

    desk: DeskRoom
    outside: OutsideService
    passports: PassportService


def build_guests(store: Store, guard: Guard, clock: BusinessClock, signer: Signer, rooms: GuestRooms, symbol: Symbols, days: int) -> GuestService:
    """Return the service of guest links: for offers and orders of the desk, deliveries, requests and orders of our own, and passports."""
    desk = rooms.desk
    things: dict[Kind, Thing] = {
        "offer": OfferThing(desk.offers),
        "order": OrderThing(desk.book, desk.late),
        "delivery": DeliveryThing(desk.book, desk.late),
        "request": RequestThing(desk.attachments, rooms.outside),
        "purchase": PurchaseThing(rooms.outside),
        "passport": PassportThing(rooms.passports),
    }

    async def inbox(actor: Actor, name: str, content: bytes, sender: str) -> str:
        return (await desk.inbox.take(actor, name, content, sender, "guest")).id

    async def spoken(actor: Actor) -> str:
        return (await desk.papers.letterhead(actor)).language

    return GuestService(store, guard, clock, signer, things, inbox, symbol, spoken, days=days)
