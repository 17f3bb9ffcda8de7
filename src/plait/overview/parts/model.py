"""Parts as a list shows them, and one part with all that belongs to it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from plait.manufacturing.desk.inbox.model import Kept
from plait.manufacturing.part.model import Part, Stock

__all__ = ["Amounts", "Movement", "PartRow", "PartView", "PartsPage", "PartsShown", "Taker"]

PartsShown: TypeAlias = Literal["all", "stock", "short"]


class Amounts(msgspec.Struct, frozen=True):
    """How much there is of a part, in its unit: ``free`` of ours, ``reserved`` for our orders, ``owned`` by customers.

    ``ordered`` is what customers have ordered and not got; ``need`` is what open orders take out of stock (what is made for them is not among it),
    ``short`` what is missing for them of our own goods.
    """

    free: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)
    owned: Decimal = Decimal(0)
    need: Decimal = Decimal(0)
    ordered: Decimal = Decimal(0)

    @property
    def short(self) -> Decimal:
        """What open orders take more than there is of ours."""
        return max(Decimal(0), self.need - self.free - self.reserved)


class PartRow(msgspec.Struct, frozen=True):
    """One part of the list. ``estimated``: some of its times were estimated and nobody has confirmed them; ``unmade``: nobody has said how it is made."""

    id: str
    revision: str
    name: str
    unit: str
    supply: Literal["make", "buy", "service"]
    amounts: Amounts
    short: Decimal
    operations: int
    estimated: bool
    unmade: bool


class PartsPage(msgspec.Struct, frozen=True):
    """Some parts by number; ``after`` asks for those that follow, "" when there are none. ``short`` counts all parts of which too little is here."""

    rows: list[PartRow]
    after: str
    short: int


class Taker(msgspec.Struct, frozen=True):
    """An open order that takes ``quantity`` of a part: as what is sold (``as_material`` false), or to make something of it."""

    line: str
    number: str
    customer: str
    part_id: str
    due: date
    quantity: Decimal
    as_material: bool


class Movement(msgspec.Struct, frozen=True):
    """Goods that came in or went out of stock; ``back``: they had been taken out before. ``by`` says who or what booked it."""

    at: datetime
    kind: Literal["in", "out"]
    quantity: Decimal
    unit: str
    lot: str
    order: str
    owner: str
    back: bool
    by: str


class PartView(msgspec.Struct, frozen=True):
    """One part: how it is made, what is here of it lot by lot, who takes it (the first 50 of ``taken_by``), the last movements, kept drawings."""

    part: Part
    revisions: list[str]
    lots: list[Stock]
    amounts: Amounts
    short: Decimal
    takers: list[Taker]
    taken_by: int
    movements: list[Movement]
    files: list[Kept]
    estimated: bool
    unmade: bool
