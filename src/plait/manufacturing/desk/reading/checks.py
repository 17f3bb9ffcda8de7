"""What the values of one row, and the rows of one table, say about one another."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from plait.kernel.units import UNITS
from plait.manufacturing.desk.reading.model import DocumentKind, Issue, Place, Record, Value

__all__ = ["across", "mixed_units", "within"]

_WHOLE = frozenset({"C62", "H87", "SET", "PR"})
_LONG = timedelta(days=730)
_MOVED = re.compile(
    r"\b(neuer (liefer)?termin|terminverschiebung|termin (geändert|verschoben)|verschoben|verschieben|vorgezogen"
    r"|postponed?|rescheduled?|delayed|pushed (out|to)"
    r"|pull(ed)? in|new (due |delivery )?date|moved to)\b|延期|改期|推迟|延后|提前(至|到)|交期(改|变更|调整)",
    re.IGNORECASE,
)
_CANCELLED = re.compile(r"\b(storn\w*|cancel\w*|gestrichen|annulliert|entfällt)\b|取消|作废|已撤销", re.IGNORECASE)


class _Row:
    """One row's values by type, and the issues found."""

    def __init__(self, kind: DocumentKind, values: dict[str, Value], places: Mapping[str, Place], today: date) -> None:
        self.kind, self.values, self.places, self.today = kind, values, places, today
        self.issues: list[Issue] = []

    def number(self, name: str) -> Decimal | None:
        value = self.values.get(name)
        return value if isinstance(value, Decimal) else None

    def day(self, name: str) -> date | None:
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    def say(self, level: str, code: str, field: str, reason: str, fix: str) -> None:
        place = self.places.get(field, Place())
        self.issues.append(Issue("refused" if level == "refused" else "warning", code, reason, fix, place, field, str(self.values.get(field, ""))))


def mixed_units(records: Sequence[Record]) -> list[Issue]:
    """Return a warning when the cells of a quantity column say units that measure different things (``5 kg``, ``3 m``)."""
    said: dict[str, list[Place]] = {}
    for record in records:
        place, unit = record.places.get("quantity"), record.values.get("unit")
        if place is not None and place == record.places.get("unit") and isinstance(unit, str) and unit in UNITS:
            said.setdefault(unit, []).append(place)
    if len({UNITS[unit][0] for unit in said}) < 2:
        return []
    words = " and ".join(f"{UNITS[unit][1]} ({len(places)} {'row' if len(places) == 1 else 'rows'})" for unit, places in said.items())
    fewest = min(said.values(), key=len)
    fix = "Check that each is meant: every row is read with the unit that it says."
    return [Issue("warning", "two-units", f"one column holds quantities in {words}", fix, fewest[0], "unit")]


def within(kind: DocumentKind, values: dict[str, Value], places: dict[str, Place], today: date) -> list[Issue]:
    """Return what does not agree in one row; an order's quantity that is told only by what is open is put into ``values``."""
    row = _Row(kind, values, places, today)
    if kind == "orders":
        _open(row, places)
    _cancelled(row)
    _moved(row)
    _quantity(row)
    _money(row)
    _dates(row)
    if kind == "routings":
        _times(row)
    if kind == "calendar":
        _shift(row)
    return row.issues


def _open(row: _Row, places: dict[str, Place]) -> None:
    quantity, still, delivered = row.number("quantity"), row.number("open_quantity"), row.number("delivered")
    if delivered is not None and (delivered < 0 or (quantity is not None and delivered > 2 * quantity > 0)):
        row.say("warning", "delivered-doubtful", "delivered", f"{delivered} were delivered of {quantity}", "Check both quantities.")
    if still is None:
        return
    if quantity is None:
        row.values["quantity"] = still + (delivered or 0)
        places["quantity"] = places["open_quantity"]
        row.say("warning", "quantity-from-open", "quantity", "no ordered quantity is said; it was told from what is open", "Check the quantity.")
    elif delivered is not None and delivered >= 0 and quantity - delivered != still:
        row.say("warning", "open-mismatch", "open_quantity", f"{quantity} ordered less {delivered} delivered is not {still}", "Check the three quantities.")
    elif still < 0:
        row.say("warning", "open-mismatch", "open_quantity", f"{still} cannot be open; more was delivered than ordered", "Check the quantities.")
    elif still > quantity:
        row.say("warning", "open-mismatch", "open_quantity", f"more is open ({still}) than was ordered ({quantity})", "Check the two quantities.")


def _cancelled(row: _Row) -> None:
    for name in ("state", "note", "name"):
        value = row.values.get(name)
        if isinstance(value, str) and _CANCELLED.search(value):
            row.say("warning", "line-cancelled", name, "the row says that it is cancelled", "Leave it out if it is.")


def _moved(row: _Row) -> None:
    for name in ("note", "state"):
        value = row.values.get(name)
        if isinstance(value, str) and "due" in row.values and _MOVED.search(value):
            row.say("warning", "note-moves-date", "due", f"beside the date stands {value[:80]!r}", "Check which date holds.")
            return


def _quantity(row: _Row) -> None:
    quantity = row.number("quantity")
    if quantity is not None and quantity <= 0 and row.kind in {"orders", "request", "materials"}:
        row.say("refused", "quantity-not-positive", "quantity", f"a quantity of {quantity} cannot be ordered", "Correct the quantity, or leave the row out.")
    elif quantity is not None and quantity < 0:
        row.say("warning", "quantity-not-positive", "quantity", f"the quantity {quantity} is negative", "Check the quantity.")
    unit = row.values.get("unit", "C62")
    for name in ("quantity", "open_quantity", "delivered", "from_quantity"):
        value = row.number(name)
        if value is not None and unit in _WHOLE and value != value.to_integral_value() and row.kind != "materials":
            row.say("warning", "quantity-not-whole", name, f"{value} pieces are not a whole number", "Check quantity and unit.")


def _money(row: _Row) -> None:
    quantity, price, amount = row.number("quantity"), row.number("price"), row.number("amount")
    per = row.number("price_per") or Decimal(1)
    if per <= 0:
        row.say("warning", "price-unit-doubtful", "price_per", f"the price cannot be for {per} pieces", "Correct the price unit.")
        return
    if quantity is None or price is None or amount is None:
        return
    worth = quantity * price / per
    if abs(worth - amount) > max(abs(amount), abs(worth)) / 100 and abs(worth - amount) > Decimal("0.02"):
        reason = f"{quantity} x {price} / {per} is {worth.normalize():f}, not {amount}"
        row.say("warning", "amount-mismatch", "amount", reason, "Check quantity, price, price unit and amount.")


def _dates(row: _Row) -> None:
    pairs = (
        ("due", "ordered", "due-before-order", "the due date lies before the order's date"),
        ("promised", "ordered", "promised-before-order", "the confirmed date lies before the order's date"),
        ("due", "respond_by", "due-before-answer", "the due date lies before the date of the answer"),
        ("valid_until", "valid_from", "until-before-from", "the last day lies before the first"),
        ("until", "date", "until-before-from", "the last day lies before the first"),
    )
    for later, earlier, code, reason in pairs:
        last, first = row.day(later), row.day(earlier)
        if last is not None and first is not None and last < first:
            row.say("warning", code, later, f"{reason} ({first.isoformat()})", "Check both dates.")
    due, ordered = row.day("due"), row.day("ordered")
    if due is not None and due < row.today - _LONG and row.kind in {"orders", "request"}:
        row.say("warning", "date-long-past", "due", "the date is more than two years past", "Check the year.")
    if ordered is not None and ordered > row.today + timedelta(days=31):
        row.say("warning", "ordered-ahead", "ordered", "the order's date lies ahead", "Check the date.")


def _times(row: _Row) -> None:
    for name in ("setup_min", "cycle_min"):
        value = row.number(name)
        if value is not None and value > 60 * 24 * 5:
            row.say("warning", "duration-long", name, f"{value} minutes are very long", "Check the time and its unit.")
    cycle, rate = row.number("cycle_min"), row.number("per_hour")
    if cycle and rate and abs(cycle * rate - 60) > Decimal(3):
        row.say("warning", "rate-mismatch", "per_hour", f"{rate} an hour do not go with {cycle} minutes a piece", "Check both.")


def _shift(row: _Row) -> None:
    if not {"start", "end", "closed"} & row.values.keys() and {"date", "weekday"} & row.values.keys():
        for name in ("start", "end"):
            row.say("warning", "shift-empty", name, "no hours are said, and not that nobody works", "Say from when to when it is, or that it is closed.")
    if row.values.get("start") is not None and row.values.get("start") == row.values.get("end"):
        row.say("warning", "shift-empty", "end", "the shift ends when it begins", "Check the times.")


def across(kind: DocumentKind, records: Sequence[Record], sheet: str) -> list[Record]:
    """Return the records with what they say about one another: the same line twice, numbers that stray."""
    key_of = _KEYS.get(kind, _whole)
    seen: dict[tuple[object, ...], int] = {}
    found = []
    for record in records:
        key = key_of(record)
        if key in seen:
            field = next((name for name in _NUMBERS if name in record.values), "")
            place = record.places.get(field, Place(sheet=sheet))
            words = f"row {seen[key]} {'bears the same numbers' if field in _NUMBERS[:2] else 'says the same'}"
            text = str(record.values.get(field, ""))
            issue = Issue("warning", "duplicate-line", words, "Check whether it is meant twice.", place, field, text)
            found.append(msgspec.structs.replace(record, issues=(*record.issues, issue)))
            continue
        seen[key] = record.row
        found.append(record)
    return found


_NUMBERS = ("line_no", "op_no", "quantity", "part_no", "name", "date")


def _whole(record: Record) -> tuple[object, ...]:
    return tuple(sorted((field, repr(value)) for field, value in record.values.items()))


def _order_key(record: Record) -> tuple[object, ...]:
    order, line = record.values.get("order_no"), record.values.get("line_no")
    return (record.values.get("customer"), order, line) if order is not None and line is not None else _whole(record)


def _operation_key(record: Record) -> tuple[object, ...]:
    part, number = record.values.get("part_no"), record.values.get("op_no")
    return (part, number, record.values.get("alternative")) if part is not None and number is not None else _whole(record)


_KEYS: Mapping[str, Callable[[Record], tuple[object, ...]]] = {"orders": _order_key, "routings": _operation_key}
