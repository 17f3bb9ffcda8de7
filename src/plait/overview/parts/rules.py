"""What open orders take of which part (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

import msgspec

from plait.kernel.units import convert
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.part.model import Material, Part, Stock
from plait.manufacturing.part.rules import blanks
from plait.overview.parts.model import Amounts, PartRow, Taker

__all__ = ["Wanted", "amounts_of", "estimated", "parts_of", "row", "unmade", "wanted"]

ZERO = Decimal(0)
MOST_TAKERS = 50


class Wanted(msgspec.Struct, frozen=True):
    """What open orders take of each part and what is ordered, of which too little is here, by whom each is taken (the earliest first) and their number."""

    need: dict[str, Decimal]
    ordered: dict[str, Decimal]
    short: list[str]
    takers: dict[str, list[Taker]]
    counts: dict[str, int]


def parts_of(lines: Iterable[OrderLine]) -> set[str]:
    """Return the parts that order lines name."""
    return {line.part_id for line in lines if line.part_id}


def wanted(lines: Sequence[OrderLine], parts: Mapping[str, Part], stock: Iterable[Stock], begun: Mapping[str, Decimal]) -> Wanted:
    """Return what ``lines`` take, the earliest due first: finished pieces, and material for what must still be made.

    ``begun`` is how many pieces of each line have been begun: their material is out of stock already. Material that a customer brings is
    not ours to have.
    """
    ours: dict[str, Decimal] = {}
    for lot in stock:
        if not lot.owner:
            ours[lot.part_id] = ours.get(lot.part_id, ZERO) + lot.quantity
    left = dict(ours)
    need: dict[str, Decimal] = {}
    ordered: dict[str, Decimal] = {}
    takers: dict[str, list[Taker]] = {}
    counts: dict[str, int] = {}

    def take(id: str, quantity: Decimal, line: OrderLine, *, of_stock: Decimal, material: bool) -> None:
        need[id] = need.get(id, ZERO) + of_stock
        counts[id] = counts.get(id, 0) + 1
        if len(mine := takers.setdefault(id, [])) < MOST_TAKERS:
            mine.append(Taker(line.id, line.order_no or line.id, line.customer, line.part_id, line.due, quantity, material))

    for line in sorted(lines, key=lambda each: (each.due, each.id)):
        part = parts.get(line.part_id)
        if part is None or not line.quantity.is_finite() or line.quantity <= 0:
            continue
        here = min(left.get(part.id, ZERO), line.quantity)
        left[part.id] = left.get(part.id, ZERO) - here
        bought = part.supply == "buy"
        ordered[part.id] = ordered.get(part.id, ZERO) + line.quantity
        take(part.id, line.quantity, line, of_stock=line.quantity if bought else here, material=False)
        to_make = line.quantity - here - begun.get(line.id, ZERO)
        for each in part.materials if not bought and to_make > 0 else ():
            if each.part and each.supply != "customer":
                quantity = _in_stock_unit(each, parts.get(each.part)) * blanks(part, _pieces(to_make))
                take(each.part, quantity, line, of_stock=quantity, material=True)
    short = sorted(id for id, quantity in need.items() if quantity > ours.get(id, ZERO))
    return Wanted(need, ordered, short, takers, counts)


def _pieces(quantity: Decimal) -> int:
    return int(quantity.to_integral_value(ROUND_CEILING))


def _in_stock_unit(row: Material, part: Part | None) -> Decimal:
    if part is None or part.unit == row.unit:
        return row.quantity
    try:
        return convert(row.quantity, row.unit, part.unit)
    except ValueError:
        return row.quantity


def amounts_of(lots: Iterable[Stock], wanted: Wanted, id: str) -> Amounts:
    """Return how much there is of one part, what is ordered and what is taken of it."""
    free = reserved = owned = ZERO
    for lot in lots:
        if lot.owner:
            owned += lot.quantity
        elif lot.order:
            reserved += lot.quantity
        else:
            free += lot.quantity
    return Amounts(free, reserved, owned, wanted.need.get(id, ZERO), wanted.ordered.get(id, ZERO))


def estimated(part: Part) -> bool:
    """Tell whether some time of a part was estimated and not confirmed."""
    return any(op.estimated for op in part.routing)


def unmade(part: Part) -> bool:
    """Tell whether nobody has said how a part is made that is made here."""
    return part.supply != "buy" and not part.routing


def row(part: Part, amounts: Amounts) -> PartRow:
    """Return a part as a row of the list."""
    return PartRow(part.id, part.revision, part.name, part.unit, part.supply, amounts, amounts.short, len(part.routing), estimated(part), unmade(part))
