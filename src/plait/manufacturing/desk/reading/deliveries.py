"""Rows that name no part below one that does: its part deliveries, where their quantities add up to its own; else rows that want a person."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from plait.manufacturing.desk.reading.model import DocumentKind, Issue, Place, Record, Value

__all__ = ["belonging"]

_NUMBERS = ("part_no", "customer_part_no", "drawing_no")
_TAKEN = ("line_no", *_NUMBERS, "revision", "material", "price", "price_per", "currency", "unit")


def _lone(record: Record, columns: set[str]) -> bool:
    """Tell whether a row has a quantity, but neither the part nor the line that the others have."""
    names = any(name in record.values for name in _NUMBERS)
    return not names and "quantity" in record.values and not ("line_no" in columns and "line_no" in record.values)


def belonging(kind: DocumentKind, records: Sequence[Record], columns: set[str]) -> list[Record]:
    """Return the records, part deliveries with the part of the row above them; ``columns``: the fields that the table has."""
    named = sum(any(name in record.values for name in _NUMBERS) for record in records)
    few = 2 * named < len(records) and not _led(records, columns)
    if kind not in {"orders", "request"} or not columns & set(_NUMBERS) or named == len(records) or few:
        return list(records)
    found: list[Record] = []
    at = 0
    while at < len(records):
        end = at + 1
        while end < len(records) and _lone(records[end], columns):
            end += 1
        found.extend(_group(records[at], records[at + 1 : end], columns) if end > at + 1 else [records[at]])
        at = end
    return found


def _led(records: Sequence[Record], columns: set[str]) -> bool:
    """Tell whether rows without a part follow one that has a line."""
    return "line_no" in columns and any("line_no" in record.values for record in records)


def _group(head: Record, below: Sequence[Record], columns: set[str]) -> list[Record]:
    amounts = [amount for record in below if isinstance(amount := record.values.get("quantity"), Decimal)]
    whole = any(name in head.values for name in _NUMBERS) and amounts and sum(amounts) == head.values.get("quantity")
    if not whole:
        return [head, *(_unnamed(record, columns) for record in below)]
    place = head.places.get("quantity", Place())
    reason = "the rows below are its part deliveries; they were read instead"
    split = Issue("refused", "part-deliveries", reason, "Nothing to do if that is right.", place, "quantity", str(head.values["quantity"]))
    due = [Issue("refused", split.code, reason, split.fix, head.places["due"], "due")] if "due" in head.values else []
    return [msgspec.structs.replace(head, issues=(*head.issues, split, *due)), *(_delivery(record, head) for record in below)]


def _delivery(record: Record, head: Record) -> Record:
    """Return a part delivery with the part of the row above."""
    values: dict[str, Value] = dict(record.values)
    places = dict(record.places)
    for name in _TAKEN:
        if name in head.values and (name not in values or name in {"unit", "currency"}):
            values[name] = head.values[name]
            places[name] = head.places.get(name, Place())
    if "name" in head.values:
        values["name"], places["name"] = head.values["name"], head.places.get("name", Place())
    number = next(name for name in _NUMBERS if name in head.values)
    reason = "the row names no part; it was taken as a part delivery of the row above"
    issue = Issue("warning", "part-deliveries", reason, "Check that it is one.", places[number], number, str(values[number]))
    return msgspec.structs.replace(record, values=values, places=places, issues=(*record.issues, issue))


def _unnamed(record: Record, columns: set[str]) -> Record:
    field = "name" if "name" in record.values else "quantity"
    issue = Issue(
        "refused" if "line_no" in columns else "warning",
        "part-missing",
        "the row names no part, as the others do; it may belong to the row above",
        "Write its part, or leave it out.",
        record.places.get(field, Place()),
        field,
        str(record.values[field]),
    )
    return msgspec.structs.replace(record, issues=(*record.issues, issue))
