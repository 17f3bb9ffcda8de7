"""Cells that hold nothing because the one above holds for them: merged cells, and order numbers said once for several lines."""

from collections.abc import Sequence

from plait.manufacturing.desk.reading.context import Doubt
from plait.manufacturing.desk.reading.layout import blank
from plait.manufacturing.desk.reading.model import Mapping, Raw, Sheet
from plait.manufacturing.desk.reading.text import is_none, narrow

__all__ = ["Filler"]

_COUNTED = frozenset({"quantity", "open_quantity", "delivered", "amount"})
_GROUPED = {
    "orders": ("order_no", ("customer", "customer_no", "ordered", "contact", "own_no", "currency", "due", "state")),
    "request": ("request_no", ("customer", "contact", "respond_by")),
    "routings": ("part_no", ("name", "revision", "alternative")),
    "materials": ("part_no", ()),
    "prices": ("part_no", ("name", "customer_part_no", "supplier", "customer", "currency", "valid_from", "valid_until")),
}
_MERGED = Doubt("note", "merged-value", "the value stands in a cell that is merged over several rows", "Nothing to do if it holds for each row.")
_MERGED_COUNT = Doubt(
    "warning", "merged-value", "one number stands merged over several rows; it may be meant for all of them together", "Write a number in each row."
)
_FILLED = Doubt("note", "filled-down", "the cell is empty; the value above was taken, as the list is grouped", "Nothing to do if it belongs to the row above.")
_LONE = Doubt("warning", "filled-down", "the cell is empty; the value above was taken, though other rows repeat theirs", "Fill in the cell.")
_OUTLINE = Doubt("warning", "filled-down", "the cell is empty; the value of the group above was taken", "Fill in the cell.")
_DUE = Doubt("warning", "filled-down", "the cell is empty; the value of the order's row above was taken", "Fill in the cell.")

Found = tuple[Raw, tuple[int, int], tuple[Doubt, ...]]


def _empty(raw: Raw) -> bool:
    return blank(raw) or (isinstance(raw, str) and is_none(narrow(raw)))


class Filler:
    """Finds the cell above that holds for an empty one."""

    def __init__(self, sheet: Sheet, mapping: Mapping, start: int, kept: Sequence[int]) -> None:
        self.sheet = sheet
        self.merged = {
            (row, column): (top, left)
            for top, left, bottom, right in sheet.merged
            if bottom > top >= start
            for row in range(top + 1, min(bottom, len(sheet.rows)) + 1)
            for column in range(left, left + 1)
        }
        lead, others = _GROUPED.get(mapping.kind, ("", ()))
        fields = {column.field: column.index for column in mapping.columns if column.field}
        self.lead = fields.get(lead, -1)
        self.others = {fields[name] for name in others if name in fields}
        self.names = {index: name for name, index in fields.items()}
        self.kept = kept
        self.above: dict[int, int] = {}
        self.repeats = False
        if self.lead >= 0:
            self._group(kept)
        self.outline: dict[int, int] = {}
        if mapping.kind == "orders" and "customer" in fields and self.lead != fields["customer"]:
            self._outlined(fields["customer"], kept)

    def _group(self, kept: Sequence[int]) -> None:
        """Note for each row without a number the row above that has one."""
        last, before = -1, None
        rows = self.sheet.rows
        for number in kept:
            if number < 0:
                last, before = -1, None
                continue
            raw = rows[number][self.lead] if self.lead < len(rows[number]) else None
            if not _empty(raw):
                self.repeats = self.repeats or raw == before
                last, before = number, raw
            elif last >= 0:
                self.above[number] = last

    def _outlined(self, column: int, kept: Sequence[int]) -> None:
        """Note for each row without a customer the row above that names one, where none is named twice in a row: the list is an outline."""
        last, before = -1, None
        found: dict[int, int] = {}
        for number in kept:
            row = self.sheet.rows[number] if number >= 0 else []
            raw = row[column] if column < len(row) else None
            if number < 0:
                last, before = -1, None
            elif not _empty(raw):
                if raw == before:
                    return
                last, before = number, raw
            elif last >= 0:
                found[number] = last
        self.outline = {number * 10_000 + column: top for number, top in found.items()}

    def find(self, row: int, column: int, field: str) -> Found | None:
        """Return the value that holds for an empty cell, where it stands and what is to be said; None when none does."""
        span = self.merged.get((row, column))
        if span is not None:
            raw = self.sheet.rows[span[0]][span[1]] if span[1] < len(self.sheet.rows[span[0]]) else None
            return None if _empty(raw) else (raw, span, (_MERGED_COUNT if field in _COUNTED else _MERGED,))
        if column != self.lead and column not in self.others:
            return None
        top = self.above.get(row)
        if top is None:
            top = self.outline.get(row * 10_000 + column)
            return None if top is None else (self.sheet.rows[top][column], (top, column), (_OUTLINE,))
        cells = self.sheet.rows[top]
        raw = cells[column] if column < len(cells) else None
        if _empty(raw):
            return None
        return raw, (top, column), (_LONE if self.repeats else _DUE if field in {"due", "state", "own_no"} else _FILLED,)
