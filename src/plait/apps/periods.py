"""Pieces of time that figures are told apart by: shifts, days, weeks (pure)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plait.apps.model import Period, Split
from plait.manufacturing.schedule.model import Calendar

__all__ = ["days", "periods", "shifts"]

DAY = timedelta(days=1)


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def days(since: datetime, until: datetime, zone: str, length: int = 1) -> list[Period]:
    """Return the local days (``length`` 7: weeks from Monday) that touch the time, whole ones."""
    place = ZoneInfo(zone)
    first = since.astimezone(place).date()
    if length > 1:
        first -= first.weekday() * DAY
    found = []
    while (begin := _moment(first, time(), place)) < until:
        after = first + length * DAY
        found.append(Period(begin, _moment(after, time(), place), f"{first.isocalendar().week}" if length > 1 else first.isoformat()))
        first = after
    return found


def shifts(since: datetime, until: datetime, calendar: Calendar) -> list[Period]:
    """Return the shifts of a calendar that touch the time, in order; one that ends on the next day belongs to the day it begins on."""
    place = ZoneInfo(calendar.zone)
    day, last = since.astimezone(place).date() - DAY, until.astimezone(place).date()
    closed = set(calendar.holidays)
    found: set[Period] = set()
    while day <= last:
        hours = [(shift.start, shift.end) for shift in calendar.shifts if day.weekday() in shift.days and day.isoformat() not in closed]
        hours += [(extra.start, extra.end) for extra in calendar.extra if extra.date == day.isoformat()]
        for start, end in hours:
            opens, closes = time.fromisoformat(start), time.fromisoformat(end)
            period = Period(_moment(day, opens, place), _moment(day if closes > opens else day + DAY, closes, place), f"{start}-{end}")
            if period.until > since and period.since < until:
                found.add(period)
        day += DAY
    return sorted(found)


def periods(split: Split, since: datetime, until: datetime, zone: str, calendar: Calendar | None, others: Sequence[Calendar] = ()) -> tuple[Period, ...]:
    """Return the pieces of time of one machine. Without shifts of its own it goes by those of ``others``, else by days."""
    if split == "span":
        return (Period(since, until),)
    if split == "shift":
        known = [calendar] if calendar is not None and calendar.shifts else [each for each in others if each.shifts]
        found = sorted({period for each in known for period in shifts(since, until, each)})
        return tuple(found) if found else tuple(days(since, until, zone)) if not known else ()
    return tuple(days(since, until, zone, 7 if split == "week" else 1))
