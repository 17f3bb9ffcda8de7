"""What the verbs of offers share: the other rooms, and looking an offer up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy import Connection

from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.money import Money
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem
from plait.manufacturing.desk.offers import tables
from plait.manufacturing.desk.offers.model import Offer
from plait.manufacturing.desk.offers.rules import NO_OFFER
from plait.manufacturing.desk.papers.service import PaperService
from plait.manufacturing.desk.quoting import QuoteDesk
from plait.store import Store, Tx

__all__ = ["PriceList", "Room", "there"]


class PriceList(Protocol):
    """Prices the firm has agreed beforehand."""

    def price(self, conn: Connection, part_id: str, customer: str, quantity: int, day: date) -> Money | None:
        """Return the price of a piece of ``part_id`` for ``customer`` from ``quantity`` pieces on, valid on ``day``; None when none is agreed."""
        ...


@dataclass
class Room:
    """The rooms an offer is made with.

    ``prices`` is the list of agreed prices, if there is one; ``watch`` sets an offer's timer; ``catch_up`` plans open orders that are in no
    plan yet, so that a new promise keeps clear of them.
    """

    store: Store
    guard: Guard
    clock: BusinessClock
    quotes: QuoteDesk
    papers: PaperService
    prices: PriceList | None = None
    watch: Callable[[Offer], None] = lambda offer: None
    catch_up: Callable[[], Awaitable[None]] | None = None

    def free(self, tx: Tx, hold_id: str) -> None:
        """Give a slot back inside a transaction; one that is over already is no error."""
        if hold_id:
            self.quotes.schedule.release_in(tx, hold_id)

    async def read(self, actor: Actor, number: str) -> Offer:
        """Return an offer the actor may see; raise ``no-such-offer``."""
        scope = self.guard.scope(actor, "read", "desk.offer")
        found = await self.store.read(lambda conn: tables.offer(conn, scope, number))
        if found is None:
            raise Problem(NO_OFFER, f"offer {number} is not known")
        return found


def there(tx: Tx, number: str) -> Offer:
    """Return an offer inside a transaction; raise ``no-such-offer``."""
    found = tables.offer(tx.conn, tables.ALL, number)
    if found is None:
        raise Problem(NO_OFFER, f"offer {number} is not known")
    return found
