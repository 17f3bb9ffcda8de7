"""Parts, their routings, materials, cost and stock, and the facts about them."""

from decimal import Decimal
from typing import Literal

import msgspec

from plait.kernel.facts import fact
from plait.kernel.money import Money
from plait.manufacturing.requirement import Requirement

__all__ = [
    "CostBreakdown",
    "Counted",
    "LotUse",
    "Match",
    "Material",
    "Need",
    "Operation",
    "Part",
    "PartRevised",
    "PartWithdrawn",
    "Routing",
    "Stock",
    "StockCount",
    "StockGone",
    "StockIn",
    "StockTaken",
]


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a routing. Times in minutes: ``setup_min`` a batch, ``cycle_min`` a piece.

    ``group`` is the group of work centres that can do it. With ``service`` set a supplier does it: the piece sent out is
    identified by ``semi_gtin`` and the time is the supplier's. With ``supplier`` (a name) one does it who is not asked through the
    network, takes ``lead_days`` working days and ``price`` a piece. ``estimated``: the times were estimated from past jobs, nobody has
    confirmed them.
    """

    seq: int
    name: str
    process: str
    group: str = ""
    setup_min: float = 0.0
    cycle_min: float = 0.0
    service: Requirement | None = None
    semi_gtin: str = ""
    program: str = ""
    supplier: str = ""
    lead_days: float = 0.0
    estimated: bool = False
    price: Money | None = None

    @property
    def outside(self) -> bool:
        """True when another firm does it."""
        return self.service is not None or bool(self.supplier)


class Routing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another way to make a part, beside its first routing."""

    name: str
    operations: tuple[Operation, ...]


class Material(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one piece takes: ``quantity`` of ``unit`` (UN/ECE Rec 20) of our part ``part``.

    ``supply``: ``stock`` is kept, ``buy`` is bought for the order by ``requirement``, ``customer`` comes from the customer.
    ``price`` of one unit stands in the cost when no other price is known; ``supplier`` and ``lead_days`` say who brings it and in how many days.
    """

    part: str
    name: str
    quantity: Decimal = Decimal(1)
    unit: str = "C62"
    gtin: str = ""
    supply: Literal["stock", "buy", "customer"] = "stock"
    requirement: Requirement | None = None
    price: Money | None = None
    supplier: str = ""
    lead_days: float = 0.0


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A thing the firm makes or buys, or a service it does on customers' goods.

    ``quality`` is the ISO 1328-1 class reached, ``x_mm``, ``y_mm``, ``z_mm`` the piece's size (of a service: the largest piece
    taken). ``serial``: each piece has its own serial number. ``pairing`` ``piece``: each piece made takes its own input piece.
    ``scrap_allowance`` is the fraction of blanks ordered more than pieces, ``markup`` a fraction of the cost, ``price_floor`` the
    least price of a piece, ``transfer_min`` the minutes a batch takes from one operation to the next. ``alternatives`` are other routings;
    ``family`` is the group of like parts it belongs to; ``lead_days`` the days until a bought part is here; ``material_text`` the material
    as somebody wrote it.
    """

    id: str
    revision: str
    name: str
    gtin: str = ""
    unit: str = "C62"
    mass_kg: Decimal | None = None
    supply: Literal["make", "buy", "service"] = "make"
    process: str = ""
    material: str = "any"
    module_mm: float | None = None
    quality: int | None = None
    hardness_hrc: float | None = None
    x_mm: float | None = None
    y_mm: float | None = None
    z_mm: float | None = None
    serial: bool = False
    pairing: Literal["batch", "piece"] = "batch"
    batch_size: int = 1
    transfer_min: float = 0.0
    routing: tuple[Operation, ...] = ()
    materials: tuple[Material, ...] = ()
    scrap_allowance: Decimal = Decimal(0)
    markup: Decimal = Decimal(0)
    price_floor: Money | None = None
    alternatives: tuple[Routing, ...] = ()
    family: str = ""
    drawing_no: str = ""
    lead_days: float = 0.0
    material_text: str = ""

    @property
    def size(self) -> tuple[float, ...]:
        """The stated lengths in mm, longest first."""
        return tuple(sorted((v for v in (self.x_mm, self.y_mm, self.z_mm) if v is not None), reverse=True))


class Match(msgspec.Struct, frozen=True):
    """A part held against a requirement; ``why_not`` is empty when it fits."""

    part: Part
    why_not: list[str]

    @property
    def fits(self) -> bool:
        """True when nothing stands against it."""
        return not self.why_not


class Need(msgspec.Struct, frozen=True):
    """What must be got from another firm for an order; ``key`` names it among the needs of the part.

    ``material:PART`` (quantity with the scrap allowance, of our part ``part_id``) or ``service:SEQ`` (operation ``op_seq``,
    quantity in pieces sent out).
    """

    key: str
    kind: Literal["material", "service"]
    op_seq: int | None
    requirement: Requirement
    quantity: Decimal
    unit: str
    name: str
    part_id: str = ""
    gtin: str = ""


class CostBreakdown(msgspec.Struct, frozen=True):
    """What an order costs and what is asked for it; the five shares add up to ``total``, ``per_piece`` (the price of a piece) times quantity."""

    setup: Money
    machine: Money
    material: Money
    services: Money
    markup: Money
    per_piece: Money
    total: Money


class StockIn(msgspec.Struct, frozen=True):
    """Goods taken into stock. ``owner`` is a customer's party_id when they are not ours; ``order`` reserves them for our order."""

    part_id: str
    lot: str
    quantity: Decimal
    unit: str = "C62"
    gtin: str = ""
    owner: str = ""
    order: str = ""
    serials: tuple[str, ...] = ()


class Stock(msgspec.Struct, frozen=True):
    """What is left of a lot; ``serials`` are the pieces' numbers where they bear any."""

    part_id: str
    lot: str
    quantity: Decimal
    unit: str
    gtin: str
    owner: str
    order: str
    serials: tuple[str, ...]


class StockCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was counted of a part in ``unit`` (empty: its own): of one ``lot``, or (empty) of all our lots. ``dry``: only say what would change."""

    part_id: str
    quantity: Decimal
    lot: str = ""
    unit: str = ""
    dry: bool = False


class Counted(msgspec.Struct, frozen=True):
    """What a count changes: ``booked`` was there by the books, ``more`` comes in (negative: goes out), in the part's unit."""

    part_id: str
    lot: str
    booked: Decimal
    counted: Decimal
    more: Decimal
    unit: str
    dry: bool


class LotUse(msgspec.Struct, frozen=True):
    """What was taken out of one lot."""

    part: str
    gtin: str
    lot: str
    serials: tuple[str, ...]
    quantity: Decimal
    unit: str = "C62"
    owner: str = ""
    order: str = ""


@fact("part.revised", key="part_id")
class PartRevised(msgspec.Struct, frozen=True):
    """A revision of a part came into force."""

    part_id: str
    revision: str
    name: str
    gtin: str
    supply: str


@fact("part.withdrawn", key="part_id")
class PartWithdrawn(msgspec.Struct, frozen=True):
    """A revision that was entered by mistake was taken out again, before anything was made by it."""

    part_id: str
    revision: str


@fact("part.stock_in", key="lot", quantity="quantity")
class StockTaken(msgspec.Struct, frozen=True):
    """Goods were taken into stock; ``back`` when they had been taken out before."""

    part_id: str
    lot: str
    quantity: Decimal
    unit: str
    gtin: str
    owner: str
    order: str
    serials: tuple[str, ...]
    back: bool = False


@fact("part.stock_out", key="lot", quantity="quantity")
class StockGone(msgspec.Struct, frozen=True):
    """Goods were taken out of stock for ``order`` (empty: for none)."""

    part_id: str
    lot: str
    quantity: Decimal
    unit: str
    gtin: str
    owner: str
    order: str
    serials: tuple[str, ...]
