"""Confirmations and delivery notes for orders that came by lists, mails and PDF: the order book is all there is of them (pure)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from plait.kernel.problems import INVALID, NOT_FOUND, Problem
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.papers.commercial import Goods, Item
from plait.manufacturing.desk.papers.planned import NOT_PLANNED
from plait.manufacturing.part.model import Part

__all__ = ["goods_of", "items_of", "one_order"]


def one_order(number: str, lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Return the open lines that a number means: its own line, or all of a customer's order. Raise ``not-found``, or ``invalid`` for two customers' orders."""
    mine = [line for line in lines if line.id == number] or [line for line in lines if fold(line.order_no) == fold(number)]
    if not mine:
        raise Problem(NOT_FOUND, f"{number} is no document in trade, and no open line or order of the order book")
    customers = sorted({line.customer for line in mine})
    if len({fold(name) for name in customers}) > 1:
        raise Problem(INVALID, f"{' and '.join(customers)} have an order {number}: name a line instead, such as {mine[0].id}")
    return mine


def items_of(lines: Sequence[OrderLine], ends: Mapping[str, datetime]) -> list[Item]:
    """Return what is confirmed, dated as promised, else as planned (``ends`` by line); raise ``not-planned`` when one has no date."""
    undated = [line.id for line in lines if line.promised is None and line.id not in ends]
    if undated:
        raise Problem(NOT_PLANNED, f"{', '.join(undated)}: no date is promised, and none is planned")
    return [
        Item(
            position=line.line_no or str(place),
            name=line.name or line.part_no or line.part_id,
            quantity=line.quantity,
            unit=line.unit,
            part_no=line.part_id or line.part_no,
            customer_part_no=line.customer_part_no,
            drawing_no=line.drawing_no,
            revision=line.revision,
            material=line.material,
            price=line.price,
            promised=line.promised or ends[line.id],
            ours=line.id,
        )
        for place, line in enumerate(lines, 1)
    ]


def goods_of(lines: Sequence[OrderLine], parts: Mapping[str, Part], quantity: Decimal | None, lot: str) -> list[Goods]:
    """Return what is delivered: all that is open, or ``quantity`` of the one line. Raise ``invalid``."""
    if quantity is not None and len(lines) > 1:
        raise Problem(INVALID, f"quantity: name the line it is of, such as {lines[0].id}")
    if quantity is not None and not 0 < quantity <= lines[0].quantity:
        raise Problem(INVALID, f"quantity: {quantity} is not between 0 and the {lines[0].quantity.normalize():f} that are open")
    found = []
    for line in lines:
        part = parts.get(line.part_id)
        name = "  ".join(filter(None, (line.id, line.name or (part.name if part else "") or line.part_no)))
        found.append(Goods(name, line.quantity if quantity is None else quantity, line.unit, part.gtin if part else "", lot))
    return found
