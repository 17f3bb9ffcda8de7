"""Open time of a calendar on the UTC line, across both changes of the clocks.

All times are milliseconds since 1970 UTC. A local time that does not exist (clocks go forward) counts as the same span after
the last one that did; of one that exists twice (clocks go back) the first is meant (PEP 495, ``fold=0``).
"""

import threading
from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plait.kernel.problems import Problem, register
from plait.manufacturing.schedule.model import Calendar

__all__ = ["FAR", "HORIZON_DAYS", "NEVER_OPEN", "OpenHours", "check_calendar", "ms", "opening", "to_time"]

BAD_CALENDAR = register("bad-calendar", 422, "The calendar cannot be used", "Correct the named field of the calendar.")
NEVER_OPEN = register("never-open", 409, "There is no open time within two years", "Correct the calendar of the work centre.")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLI = timedelta(milliseconds=1)
DAY_MS = 86_400_000
HORIZON_DAYS = 731
FAR = 1 << 53
CHUNK = timedelta(days=60)


def ms(when: datetime) -> int:
    """Return ``when`` as milliseconds since 1970 UTC, rounded down."""
    return (when - EPOCH) // MILLI


def to_time(millis: int) -> datetime:
    """Return milliseconds since 1970 as a time in UTC."""
    return EPOCH + millis * MILLI


def _clock(text: str, field: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a wall-clock reading has no zone of its own
    except ValueError as error:
        raise Problem(BAD_CALENDAR, f"{field}: {text!r} is no time of day HH:MM") from error


def check_calendar(calendar: Calendar) -> None:
    """Raise ``bad-calendar`` naming the field that cannot be used."""
    try:
        ZoneInfo(calendar.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Problem(BAD_CALENDAR, f"zone: {calendar.zone!r} is no IANA time zone") from error
    if calendar.always == bool(calendar.shifts):
        raise Problem(BAD_CALENDAR, "shifts: either say always, or give at least one shift")
    for index, shift in enumerate(calendar.shifts):
        if not shift.days or any(not 0 <= day <= 6 for day in shift.days):
            raise Problem(BAD_CALENDAR, f"shifts[{index}].days: give days from 0 (Monday) to 6 (Sunday)")
        _clock(shift.start, f"shifts[{index}].start")
        _clock(shift.end, f"shifts[{index}].end")
    for day in calendar.holidays:
        _day(day, "holidays")
    for index, extra in enumerate(calendar.extra):
        _day(extra.date, f"extra[{index}].date")
        _clock(extra.start, f"extra[{index}].start")
        _clock(extra.end, f"extra[{index}].end")


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem(BAD_CALENDAR, f"{field}: {text!r} is no date YYYY-MM-DD") from error


class OpenHours:
    """The open time of one calendar, worked out as far as it is asked for; safe to share between threads."""

    def __init__(self, calendar: Calendar) -> None:
        check_calendar(calendar)
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.zone)
        self._holidays = {date.fromisoformat(day) for day in calendar.holidays}
        self._shifts: list[list[tuple[time, time]]] = [[] for _ in range(7)]
        for shift in calendar.shifts:
            for weekday in shift.days:
                self._shifts[weekday].append((_clock(shift.start, "start"), _clock(shift.end, "end")))
        self._extra = [(date.fromisoformat(row.date), _clock(row.start, "start"), _clock(row.end, "end")) for row in calendar.extra]
        self._lock = threading.RLock()
        self._from = self._to = date.min
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._known: tuple[int, list[int], list[int]] = (FAR, [], [])

    def _span(self, day: date, start: time, end: time) -> tuple[int, int]:
        last = day if end > start else day + timedelta(days=1)
        return ms(datetime.combine(day, start, self._zone)), ms(datetime.combine(last, end, self._zone))

    def _cover(self, since: int, until: int) -> None:
        """Work out the open spans at least from ``since`` to ``until``."""
        first = to_time(since).date() - timedelta(days=2)
        last = to_time(until).date() + timedelta(days=2)
        if self._from <= first and last <= self._to:
            return
        if self._to != date.min:
            first, last = min(first, self._from), max(last, self._to)
        last += CHUNK
        spans = []
        for number in range((last - first).days):
            day = first + timedelta(days=number)
            if day not in self._holidays:
                spans += [self._span(day, start, end) for start, end in self._shifts[day.weekday()]]
        spans += [self._span(*row) for row in self._extra if first <= row[0] < last]
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(spans):
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            elif end > start:
                starts.append(start)
                ends.append(end)
        self._from, self._to, self._starts, self._ends = first, last, starts, ends
        self._known = ms(datetime.combine(first + timedelta(days=2), time(), UTC)), starts, ends

    def spans(self, since: int, until: int) -> list[tuple[int, int]]:
        """Return the open spans between ``since`` and ``until``, cut to them, in order and not touching."""
        if self.calendar.always:
            return [(since, until)] if until > since else []
        with self._lock:
            self._cover(since, until)
            index = bisect_right(self._ends, since)
            found = []
            while index < len(self._starts) and self._starts[index] < until:
                found.append((max(since, self._starts[index]), min(until, self._ends[index])))
                index += 1
            return found

    def open_from(self, when: int) -> tuple[int, int]:
        """Return the first open moment not before ``when`` and how long it stays open; raise ``never-open``."""
        if self.calendar.always:
            return when, FAR
        since, starts, ends = self._known
        if since <= when:
            index = bisect_right(ends, when)
            if index + 1 < len(ends):
                return max(when, starts[index]), ends[index]
        with self._lock:
            for days in (14, 120, HORIZON_DAYS):
                self._cover(when, when + days * DAY_MS)
                index = bisect_right(self._ends, when)
                if index < len(self._starts):
                    return max(when, self._starts[index]), self._ends[index]
        raise Problem(NEVER_OPEN, f"nothing opens within {HORIZON_DAYS} days of {to_time(when):%Y-%m-%d}")

    def after_work(self, start: int, work: int) -> int:
        """Return when ``work`` milliseconds begun at ``start`` are done if the work stands still in closed time."""
        while True:
            start, closes = self.open_from(start)
            if closes - start >= work:
                return start + work
            work -= closes - start
            start = closes

    def is_open(self, when: datetime) -> bool:
        """Tell whether work may begin at ``when``."""
        return self.open_from(ms(when))[0] == ms(when)

    def next_open(self, when: datetime) -> datetime:
        """Return ``when`` itself if open, else the next opening; raise ``never-open``."""
        opens = self.open_from(ms(when))[0]
        return when if opens <= ms(when) else to_time(opens)


@lru_cache(maxsize=256)
def opening(calendar: Calendar) -> OpenHours:
    """Return the shared open hours of a calendar; raise ``bad-calendar``."""
    return OpenHours(calendar)
