"""Lists of stock: what was counted replaces what is booked."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from plait.kernel.problems import Problem
from plait.kernel.units import convert
from plait.manufacturing.desk.book.model import LineChange
from plait.manufacturing.desk.inbox.model import Change, Context
from plait.manufacturing.desk.masters.common import ALL, Desk, Refusal, Step, TableApplier, refused, text_of
from plait.manufacturing.desk.masters.images import Touched
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.manufacturing.part import stock as books
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.model import Part, Stock

__all__ = ["StockApplier"]


class StockApplier(TableApplier):
    """Books the difference between what a list counted and what is booked. Of a whole list, lots that are not in it are gone."""

    kind: DocumentKind = "stock"

    def decide(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Step]:
        """Return what the rows change."""
        desk = Desk(conn, records)
        rows: dict[str, list[tuple[int, Stock]]] = {}
        for place, row in part_tables.stock(conn, ALL):
            rows.setdefault(row.part_id, []).append((place, row))
        counts, steps = _counts(desk, records)
        named: dict[str, set[str]] = {}
        for part, lot in counts:
            named.setdefault(part, set()).add(lot)
        for (part_id, lot), (record, quantity) in counts.items():
            if lot == "" and len(named[part_id]) > 1:
                steps.append(refused(record.row, part_id, f"some rows of {part_id} name a lot and this one does not; name it here too"))
                continue
            steps.append(_count(desk.parts[part_id], lot, quantity, record, rows.get(part_id, []), context))
        if context.whole:
            steps += _gone(rows, named, desk)
        return sorted(steps, key=lambda step: step.change.row)


def _counts(desk: Desk, records: Sequence[Record]) -> tuple[dict[tuple[str, str], tuple[Record, Decimal]], list[Step]]:
    """Return what was counted by part and lot, in the part's unit; the same lot in several places is added up."""
    found: dict[tuple[str, str], tuple[Record, Decimal]] = {}
    steps: list[Step] = []
    for record in records:
        try:
            part = desk.part(record)
            quantity = convert(Decimal(str(record.values["quantity"])), text_of(record, "unit") or part.unit, part.unit)
            if quantity < 0:
                raise Refusal(f"quantity: {quantity} is below zero")
        except (Refusal, ValueError) as error:
            steps.append(refused(record.row, text_of(record, "part_no") or text_of(record, "name"), str(error)))
            continue
        key = part.id, text_of(record, "lot")
        first, before = found.get(key, (record, Decimal(0)))
        found[key] = first, before + quantity
    return found, steps


def _count(part: Part, lot: str, quantity: Decimal, record: Record, rows: list[tuple[int, Stock]], context: Context) -> Step:
    key = f"{part.id} {lot}".strip()
    mine = books.counted(rows, lot)
    try:
        more = books.difference(part, mine, quantity, part.unit)
    except Problem as error:
        return refused(record.row, key, error.detail)
    booked = sum((row.quantity for _, row in mine), Decimal(0))
    if not more:
        return Step(Change(record.row, key, "same"))
    day: Any = record.values.get("counted") or context.now.date()
    new_lot = f"COUNT-{day.isoformat()[:10]}"
    text = f"{quantity} counted, {booked} booked: {abs(more)} {'come in' if more > 0 else 'go out'}"
    change = Change(record.row, key, "changed" if mine else "new", text, (LineChange("quantity", str(booked), str(quantity)),))
    return Step(change, lambda tx: books.count(tx, part, lot, quantity, part.unit, new_lot), touches=Touched("stock", part.id))


def _out(change: Change, part: Part, lot: str, kept: Decimal) -> Step:
    return Step(change, lambda tx: books.count(tx, part, lot, kept, part.unit, lot), touches=Touched("stock", part.id))


def _gone(rows: dict[str, list[tuple[int, Stock]]], named: dict[str, set[str]], desk: Desk) -> list[Step]:
    """Return the steps for lots that a whole list does not name; what is reserved for an order or a customer's stays."""
    steps = []
    for part_id, lots in rows.items():
        for lot in dict.fromkeys(row.lot for _, row in lots):
            mine = [row for _, row in books.counted(lots, lot)]
            free = sum((row.quantity for row in mine if not row.order), Decimal(0))
            if not mine or lot in named.get(part_id, ()) or "" in named.get(part_id, ()):
                continue
            kept = sum((row.quantity for row in mine if row.order), Decimal(0))
            key, part = f"{part_id} {lot}", desk.parts[part_id]
            if not free:
                steps.append(Step(Change(0, key, "same", f"not in the list; {kept} are reserved for orders and stay")))
            elif any(row.serials for row in mine):
                steps.append(refused(0, key, "not in the list, but its pieces have serial numbers; book them out one by one"))
            else:
                change = Change(0, key, "gone", f"not in the list: {free} go out", (LineChange("quantity", str(free + kept), str(kept)),))
                steps.append(_out(change, part, lot, kept))
    return steps
