"""Small shops for the tests of late or not: one shift from 06:00 to 14:00 in Berlin; it is Monday 2 March, 06:00 there."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from plait.kernel.money import Money
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.late.prepare import Books
from plait.manufacturing.part.model import Material, Operation, Part, Routing, Stock
from plait.manufacturing.schedule.calendar import ms
from plait.manufacturing.schedule.model import Calendar, ShiftHours, WorkCentre

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
WEEK = (0, 1, 2, 3, 4)
DAY = Calendar("Europe/Berlin", (ShiftHours(WEEK, "06:00", "14:00"),))
RATE = Money(Decimal(60), "EUR")
D = Decimal


def day(number: int, month: int = 3) -> date:
    """Return a day of March 2026 (the 2nd is a Monday)."""
    return date(2026, month, number)


def centre(id: str, group: str = "", calendar: Calendar = DAY, **more: Any) -> WorkCentre:
    """Return a work centre at 60 EUR an hour."""
    return WorkCentre(id, group or id.split("-", maxsplit=1)[0], calendar, rate=more.pop("rate", RATE), **more)


def op(seq: int, group: str, minutes: float, **more: Any) -> Operation:
    """Return an operation of so many minutes a piece."""
    return Operation(seq, more.pop("name", group), more.pop("process", ""), group, more.pop("setup", 0.0), minutes, **more)


def outside(seq: int, supplier: str, days: float) -> Operation:
    """Return a step done by a supplier."""
    return Operation(seq, "hardening", "", supplier=supplier, lead_days=days)


def part(id: str, *ops: Operation, **more: Any) -> Part:
    """Return a part made by ``ops``."""
    return Part(id, "A", more.pop("name", id.lower()), routing=ops, **more)


def line(number: int, part_id: str, quantity: int, due: date, **more: Any) -> OrderLine:
    """Return open line SO-0000<number>."""
    return OrderLine(f"SO-{number:05}", f"k{number}", "northforge", f"PO-{number}", "1", part_id, part_id, part_id, D(quantity), due, **more)


def books(lines: Sequence[OrderLine], parts: Sequence[Part], centres: Sequence[WorkCentre], **more: Any) -> Books:
    """Return what a plan is made from."""
    stock: Sequence[Stock] = more.pop("stock", ())
    rest = {"arriving": (), "bookings": (), "outages": (), **more}
    return Books(ms(more.pop("now", NOW)), lines, {row.id: row for row in parts}, stock, centres=centres, **{k: v for k, v in rest.items() if k != "now"})


def lot(part_id: str, quantity: int, **more: Any) -> Stock:
    """Return a lot in stock."""
    return Stock(part_id, "L1", D(quantity), "C62", "", more.pop("owner", ""), more.pop("order", ""), ())


STEEL = Material("STEEL", "bar of steel", lead_days=7)
OTHER = Routing
