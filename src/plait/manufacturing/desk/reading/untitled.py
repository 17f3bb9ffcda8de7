"""A table without titles: columns told from their cells alone, with little confidence."""

from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.evidence import Evidence, firm_like
from plait.manufacturing.desk.reading.layout import blank
from plait.manufacturing.desk.reading.model import Column, DocumentKind, Mapping, Sheet

__all__ = ["untitled"]

_WHY = "told from its cells; there is no title"


def _field(column: Evidence) -> str:
    """Return the field that cells alone speak for, ``code`` for numbers of things, "" for nothing."""
    number = column.part("number") >= 0.9
    tests = (
        ("due", column.part("date") >= 0.8),
        ("unit", column.part("unit") >= 0.8),
        ("code", column.part("code") >= 0.8 and not column.whole),
        ("quantity", number and column.whole and not column.sequence),
        ("customer", column.part("words") >= 0.8 and sum(firm_like(text) for text in column.texts) >= 0.6 * len(column.texts)),
        ("name", column.part("words") >= 0.8),
        ("price", number and not column.whole),
    )
    return next((field for field, ok in tests if ok), "")


def untitled(sheet: Sheet, context: Context, kind: DocumentKind | None) -> Mapping | None:
    """Return a mapping of orders told from the cells: a date, a whole number and codes must be there; None when they are not."""
    if kind not in {None, "orders"}:
        return None
    rows = [(number, row) for number, row in enumerate(sheet.rows) if sum(not blank(raw) for raw in row) >= 4]
    if not rows:
        return None
    start = rows[0][0]
    width = max(len(row) for _, row in rows)
    columns = [Evidence([row[column] if column < len(row) else None for _, row in rows], context.today) for column in range(width)]
    fields: dict[int, str] = {}
    codes = []
    for number, column in enumerate(columns):
        field = _field(column) if column.values else ""
        if field == "code":
            codes.append(number)
        elif field and field not in fields.values():
            fields[number] = field
    if "due" not in fields.values() or "quantity" not in fields.values() or len(codes) < 2:
        return None
    fields[codes[0]], fields[codes[1]] = "order_no", "part_no"
    proposed = tuple(Column(number, "", fields.get(number, ""), 0.3 if number in fields else 0.0, _WHY if number in fields else "") for number in range(width))
    return Mapping(sheet.name, "orders", (start - 1, start - 1), proposed, {}, 0.3, last=len(sheet.rows) - 1)
