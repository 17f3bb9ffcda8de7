"""The operations of a part as a person edits them: rows of texts and choices, and the routing that follows from them (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

import msgspec

from plait.console.screens.order_acts import amount_in
from plait.kernel.ids import new_id
from plait.kernel.money import Money
from plait.kernel.problems import INVALID, Problem
from plait.kernel.texts import Texts
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.part.revisions import changed, next_revision

__all__ = ["OUTSIDE", "Row", "moved", "revised", "routing_of", "rows_of"]

OUTSIDE = "\0outside"
"""The place of a step that a firm named by hand does."""
GAP = 10


@dataclass
class Row:
    """One operation being edited. ``was`` is what it was before, ``place`` a group of work centres or ``OUTSIDE``; the rest is as typed."""

    was: Operation | None = None
    name: str = ""
    place: str = ""
    setup: str = ""
    cycle: str = ""
    supplier: str = ""
    lead: str = ""
    price: str = ""
    key: str = field(default_factory=new_id)

    @property
    def asked(self) -> bool:
        """True when a supplier is found for it through the network: what is asked of it is not edited here."""
        return self.was is not None and self.was.service is not None


def rows_of(t: Texts, operations: Sequence[Operation]) -> list[Row]:
    """Return the operations as rows, their numbers as the reader writes them."""

    def number(value: float | Decimal) -> str:
        return f"{value:f}".rstrip("0").rstrip(".").replace(".", "," if t.language == "de" else ".") if value else ""

    return [
        Row(
            was=op,
            name=op.name,
            place=OUTSIDE if op.outside else op.group,
            setup=number(op.setup_min),
            cycle=number(op.cycle_min),
            supplier=op.supplier,
            lead=number(op.lead_days),
            price=number(op.price.amount) if op.price else "",
        )
        for op in sorted(operations, key=lambda each: each.seq)
    ]


def moved(rows: list[Row], key: str, by: int) -> None:
    """Move the row ``key`` up (-1) or down (1) by one, if there is room."""
    at = next(index for index, row in enumerate(rows) if row.key == key)
    if 0 <= at + by < len(rows):
        rows[at], rows[at + by] = rows[at + by], rows[at]


def routing_of(t: Texts, rows: Sequence[Row], currency: str) -> tuple[Operation, ...]:
    """Return the operations that the rows say; raise ``invalid`` naming the step in which something is missing or no number."""
    made = []
    for at, (row, seq) in enumerate(zip(rows, _numbers(rows), strict=True), 1):
        where = t("Step {number}", number=at)
        if not row.name.strip():
            raise Problem(INVALID, f"{where}: {t('say what is done')}")
        if not row.place:
            raise Problem(INVALID, f"{where}: {t('say where it is done')}")
        made.append(_operation(t, row, seq, where, currency))
    return tuple(made)


def _operation(t: Texts, row: Row, seq: int, where: str, currency: str) -> Operation:
    base = row.was or Operation(seq, row.name, "")
    name = row.name.strip()
    lead = _number(t, row.lead, f"{where}, {t('Days until it is back')}")
    if row.asked:
        return msgspec.structs.replace(base, seq=seq, name=name, lead_days=lead)
    if row.place == OUTSIDE:
        if not row.supplier.strip():
            raise Problem(INVALID, f"{where}: {t('say which firm does it')}")
        price = _number(t, row.price, f"{where}, {t('Price of a piece')}")
        money = Money(Decimal(str(price)), currency) if row.price.strip() else None
        outside = {"group": "", "setup_min": 0.0, "cycle_min": 0.0, "supplier": row.supplier.strip(), "lead_days": lead, "price": money, "estimated": False}
        return msgspec.structs.replace(base, seq=seq, name=name, **outside)
    setup, cycle = _number(t, row.setup, f"{where}, {t('Set-up')}"), _number(t, row.cycle, f"{where}, {t('A piece')}")
    told = (setup, cycle) != (base.setup_min, base.cycle_min)
    inside = {"group": row.place, "setup_min": setup, "cycle_min": cycle, "supplier": "", "lead_days": 0.0, "price": None}
    return msgspec.structs.replace(base, seq=seq, name=name, estimated=base.estimated and not told, **inside)


def _numbers(rows: Sequence[Row]) -> list[int]:
    """Return the numbers of the steps: each keeps its own where the order allows it, a new one gets one between its neighbours."""
    found: list[int] = []
    for at, row in enumerate(rows):
        last = found[-1] if found else 0
        if row.was is not None:
            found.append(row.was.seq)
            continue
        after = next((each.was.seq for each in rows[at + 1 :] if each.was is not None), None)
        found.append(last + GAP if after is None or after > last + GAP else (last + after) // 2)
    if any(one >= two for one, two in pairwise(found)):
        return [GAP * number for number in range(1, len(rows) + 1)]
    return found


def _number(t: Texts, text: str, where: str) -> float:
    """Return a number as typed, 0 for none."""
    number = float(amount_in(text, where) or 0)
    if number < 0:
        raise Problem(INVALID, f"{where}: {t('less than 0')}")
    return number


def revised(part: Part, routing: tuple[Operation, ...], taken: Sequence[str]) -> Part:
    """Return the part with other operations: of the same revision while only times, names and places differ, else of the next that is free."""
    new = msgspec.structs.replace(part, routing=routing)
    return msgspec.structs.replace(new, revision=next_revision(part.revision, taken)) if changed(part, new) else new
