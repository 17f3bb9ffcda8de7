"""Changes tried on the books (pure): the books as they would be."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import msgspec

from plait.kernel.problems import Problem, register
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.late.hours import with_hours
from plait.manufacturing.desk.late.model import AddedLine, Cancel, Change, Changed, Down, ExtraShift, Overtime
from plait.manufacturing.desk.late.prepare import Books
from plait.manufacturing.schedule.calendar import check_calendar
from plait.manufacturing.schedule.model import DayHours, Outage, WorkCentre
from plait.manufacturing.schedule.workdays import place_days

__all__ = ["BAD_CHANGE", "changed_books"]

BAD_CHANGE = register("bad-change", 422, "The change cannot be tried", "Correct the named field of the change.")
MOST_CHANGES = 100
MOST_DAYS = 366


def changed_books(books: Books, changes: Sequence[Change]) -> Books:
    """Return ``books`` with all ``changes`` made; raise ``bad-change`` naming what cannot be tried."""
    if len(changes) > MOST_CHANGES:
        raise Problem(BAD_CHANGE, f"changes: {len(changes)} are more than the {MOST_CHANGES} tried at once")
    for index, change in enumerate(changes):
        try:
            books = _changed(books, change)
        except _Wrong as wrong:
            raise Problem(BAD_CHANGE, f"changes[{index}].{wrong}") from wrong
    return books


class _Wrong(Exception):
    """A field of a change cannot be used."""


def _changed(books: Books, change: Change) -> Books:
    if isinstance(change, Overtime):
        return _overtime(books, change)
    if isinstance(change, ExtraShift):
        return _shift(books, change)
    if isinstance(change, Down):
        return _down(books, change)
    if isinstance(change, AddedLine):
        return _new(books, change)
    if isinstance(change, Cancel):
        line = _line(books, change.line)
        return msgspec.structs.replace(books, lines=[row for row in books.lines if row.id != line.id])
    return _edited(books, change)


def _line(books: Books, id: str) -> OrderLine:
    found = next((row for row in books.lines if row.id == id), None)
    if found is None:
        raise _Wrong(f"line: {id} is no open order line")
    return found


def _centre(books: Books, id: str) -> WorkCentre:
    found = next((row for row in books.centres if row.id == id), None)
    if found is None:
        raise _Wrong(f"work_centre: there is no work centre {id}")
    return found


def _overtime(books: Books, change: Overtime) -> Books:
    centre = _centre(books, change.work_centre)
    if not 0 < change.hours <= 24:
        raise _Wrong(f"hours: {change.hours:g} is not between 0 and 24")
    longer = with_hours(centre, place_days(books.centres), [(change.day, change.hours)])
    return msgspec.structs.replace(books, centres=[longer if row.id == centre.id else row for row in books.centres])


def _shift(books: Books, change: ExtraShift) -> Books:
    last = change.until or change.day
    if not 0 <= (last - change.day).days <= MOST_DAYS:
        raise _Wrong(f"until: {last} is not within {MOST_DAYS} days from {change.day}")
    chosen = [row for row in books.centres if change.work_centre in ("", row.id) and change.group in ("", row.group, row.id)]
    if not chosen:
        raise _Wrong("work_centre: no work centre is meant")
    days = [change.day + timedelta(days=n) for n in range((last - change.day).days + 1)]
    extra = tuple(DayHours(day.isoformat(), change.start, change.end) for day in days)
    ids = {row.id for row in chosen if not row.calendar.always}
    centres = [_with(row, extra) if row.id in ids else row for row in books.centres]
    return msgspec.structs.replace(books, centres=centres)


def _with(centre: WorkCentre, extra: tuple[DayHours, ...]) -> WorkCentre:
    calendar = msgspec.structs.replace(centre.calendar, extra=(*centre.calendar.extra, *extra))
    try:
        check_calendar(calendar)
    except Problem as problem:
        raise _Wrong(problem.detail) from problem
    return msgspec.structs.replace(centre, calendar=calendar)


def _down(books: Books, change: Down) -> Books:
    centre = _centre(books, change.work_centre)
    if change.end <= change.start:
        raise _Wrong("end: it is not after start")
    outage = Outage("what-if", centre.id, change.start, change.end, change.reason, True)
    return msgspec.structs.replace(books, outages=[*books.outages, outage])


def _new(books: Books, change: AddedLine) -> Books:
    _pieces(change.quantity)
    if change.part_id not in books.parts:
        raise _Wrong(f"part_id: the part {change.part_id} is not known here")
    if not change.id or any(row.id == change.id for row in books.lines):
        raise _Wrong(f"id: {change.id!r} is taken or empty")
    part = books.parts[change.part_id]
    line = OrderLine(change.id, "", "", "", "", part.id, part.id, part.name, change.quantity, change.due, priority=change.priority)
    return msgspec.structs.replace(books, lines=[*books.lines, line])


def _pieces(quantity: Decimal) -> None:
    if not quantity.is_finite() or quantity <= 0:
        raise _Wrong(f"quantity: {quantity} is not above zero")


def _edited(books: Books, change: Changed) -> Books:
    line = _line(books, change.line)
    if change.quantity is not None:
        _pieces(change.quantity)
    values = {name: value for name in ("due", "priority", "quantity") if (value := getattr(change, name)) is not None}
    new = msgspec.structs.replace(line, **values)
    return msgspec.structs.replace(books, lines=[new if row.id == line.id else row for row in books.lines])
