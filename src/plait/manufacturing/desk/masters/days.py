"""From rows of a calendar to working hours (pure): days of the week in words, shifts, closed days, hours of single days."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from typing import Any

import msgspec

from plait.manufacturing.desk.reading.model import Record
from plait.manufacturing.schedule.model import DayHours, ShiftHours
from plait.manufacturing.vocabulary import fold

__all__ = ["Hours", "Said", "merged", "said", "weekdays"]

NAMES = (
    ("monday mon mo montag 周一 星期一 礼拜一", 0),
    ("tuesday tue tues tu di dienstag 周二 星期二 礼拜二", 1),
    ("wednesday wed we mi mittwoch 周三 星期三 礼拜三", 2),
    ("thursday thu thur thurs th do donnerstag 周四 星期四 礼拜四", 3),
    ("friday fri fr freitag 周五 星期五 礼拜五", 4),
    ("saturday sat sa samstag sonnabend 周六 星期六 礼拜六", 5),
    ("sunday sun su so sonntag 周日 周天 星期日 星期天 礼拜天", 6),
)
DAYS = {word: day for words, day in NAMES for word in words.split()}
GROUPS = {
    "daily": range(7), "everyday": range(7), "taeglich": range(7), "alle": range(7), "每天": range(7),
    "weekdays": range(5), "workdays": range(5), "werktags": range(5), "werktage": range(5), "工作日": range(5),
    "weekend": range(5, 7), "wochenende": range(5, 7), "周末": range(5, 7),
}  # fmt: skip
MOST_DAYS = 400
JOINTS = re.compile(r"\s*(?:-|–|—|~|至|到|\bto\b|\bbis\b|\bthrough\b)\s*")


class Hours(msgspec.Struct, frozen=True):
    """Working hours as a calendar has them: shifts, closed days (ISO), hours of single days."""

    shifts: tuple[ShiftHours, ...] = ()
    holidays: tuple[str, ...] = ()
    extra: tuple[DayHours, ...] = ()


class Said(msgspec.Struct, frozen=True):
    """What one row says: hours (or closed) on ``days`` of the week, or on ``dates``."""

    row: int
    days: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()
    hours: tuple[str, str] | None = None

    @property
    def text(self) -> str:
        """What it says, in words."""
        what = "closed" if self.hours is None else f"open {self.hours[0]} to {self.hours[1]}"
        names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        when = ", ".join(names[day] for day in self.days) or str(self.dates[0]) + (f" to {self.dates[-1]}" if len(self.dates) > 1 else "")
        return f"{when}: {what}"


def _day(text: str) -> int:
    if text.strip(". ") not in DAYS:
        raise ValueError(f"{text.strip()!r} is no day of the week")
    return DAYS[text.strip(". ")]


def weekdays(text: str) -> tuple[int, ...]:
    """Return the days of the week (0 Monday) that ``text`` names: ``Mon-Fri``, ``Mo, Di und Do``, ``周一至周五``; ValueError when it names none."""
    flat = fold(text)
    if flat in GROUPS:
        return tuple(GROUPS[flat])
    found: set[int] = set()
    for piece in re.split(r"[,;/&+、，]|\band\b|\bund\b|和", flat):
        ends = [_day(end) for end in JOINTS.split(piece.strip())]
        if len(ends) > 2:
            raise ValueError(f"{text!r} is no span of days")
        span = (ends[-1] - ends[0]) % 7
        found |= {(ends[0] + step) % 7 for step in range(span + 1)}
    return tuple(sorted(found))


def _clock(value: Any) -> str:
    if not isinstance(value, time):
        raise ValueError(f"{value!r} is no time of day")
    return f"{value:%H:%M}"


def _dates(first: Any, last: Any) -> tuple[date, ...]:
    since, until = (date.fromisoformat(each.isoformat()[:10]) for each in (first, last or first))
    if until < since or (until - since).days > MOST_DAYS:
        raise ValueError(f"from {since} to {until} is no span of up to {MOST_DAYS} days")
    return tuple(since + timedelta(days=number) for number in range((until - since).days + 1))


def said(record: Record) -> Said:
    """Return what a row says; ValueError with the reason when it says nothing that can be used."""
    values = record.values
    start, end = values.get("start"), values.get("end")
    closed = bool(values.get("closed")) or (start is None and end is None and "closed" not in values and "date" in values)
    hours = None
    if not closed:
        if start is None or end is None:
            raise ValueError("it is open, but not from when to when")
        hours = (_clock(start), _clock(end))
    if "date" in values:
        return Said(record.row, dates=_dates(values["date"], values.get("until")), hours=hours)
    return Said(record.row, days=weekdays(str(values["weekday"])), hours=hours)


def _overlaps(hours: tuple[str, str], shifts: Iterable[ShiftHours], day: date) -> bool:
    def span(start: str, end: str) -> tuple[str, str]:
        return start, end if end > start else "24:00"

    mine = span(*hours)
    spans = [span(shift.start, shift.end) for shift in shifts if day.weekday() in shift.days]
    return any(start < mine[1] and mine[0] < end for start, end in spans)


def _week(shifts: Sequence[ShiftHours], rows: Sequence[Said], whole: bool) -> tuple[ShiftHours, ...]:
    """Return the shifts of the week: the days that rows speak of have what they say, the others stay (of a whole list: are closed)."""
    named = {day for row in rows for day in row.days}
    if not named:
        return tuple(shifts)
    left = [msgspec.structs.replace(shift, days=tuple(day for day in shift.days if day not in named and not whole)) for shift in shifts]
    found: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        if row.days and row.hours is not None:
            found.setdefault(row.hours, set()).update(row.days)
    return (*(shift for shift in left if shift.days), *(ShiftHours(tuple(sorted(days)), *hours) for hours, days in found.items()))


def merged(was: Hours, rows: Sequence[Said], whole: bool = False) -> Hours:
    """Return ``was`` with what ``rows`` say.

    Hours on a date that meet a shift of that day are the hours of the day; others come on top (overtime). Of a whole list the shifts of
    days that it does not name are over; closed days and hours of single days stay until a row says otherwise.
    """
    shifts = _week(was.shifts, rows, whole)
    holidays, extra = set(was.holidays), list(was.extra)
    by_date: dict[date, list[Said]] = {}
    for row in rows:
        for day in row.dates:
            by_date.setdefault(day, []).append(row)
    for day, said_of in by_date.items():
        text = day.isoformat()
        hours = [row.hours for row in said_of if row.hours is not None]
        extra = [each for each in extra if each.date != text] + [DayHours(text, *each) for each in dict.fromkeys(hours)]
        instead = not hours or any(_overlaps(each, shifts, day) for each in hours)
        holidays = holidays | {text} if instead else holidays
    return Hours(shifts, tuple(sorted(holidays)), tuple(sorted(extra, key=lambda each: (each.date, each.start))))
