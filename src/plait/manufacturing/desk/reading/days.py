"""Dates of one column: cells of every type, read by the column's habits."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from plait.manufacturing.desk.reading.context import Doubt, Read
from plait.manufacturing.desk.reading.dates import Written, serial, written
from plait.manufacturing.desk.reading.doubts import DOUBTS
from plait.manufacturing.desk.reading.habits import Habits, separator
from plait.manufacturing.desk.reading.model import Raw
from plait.manufacturing.desk.reading.text import narrow

__all__ = ["read_day"]

_LIKE = re.compile(r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}$|^\d{8}$|^\d{4}年\d{1,2}月\d{1,2}日?$")
_WEEK_NUMBER = re.compile(r"^(20\d{2})[-/.]?(\d{2})$|^(\d{1,2})[-/.](20\d{2})$")
_UNREADABLE = Read(None, (DOUBTS["date-unreadable"],))
_OPEN_END = frozenset({"valid_until", "until"})


def read_day(raw: Raw, field: str, habits: Habits, today: date, epoch: int, weeks: bool) -> Read:
    """Return the day in a cell. ``epoch``: where the file's day numbers begin; ``weeks``: the title says that numbers are weeks."""
    if isinstance(raw, date):
        read = _typed(raw, habits)
    elif isinstance(raw, str):
        read = _text(raw, habits, today, epoch, weeks)
    elif isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        read = _number(float(raw), habits, today, epoch, weeks)
    else:
        read = _UNREADABLE if isinstance(raw, time | timedelta | bool) else Read(None)
    day = read.value
    if isinstance(day, date) and abs(day.year - today.year) > 10 and not (field in _OPEN_END and day.year >= 2099):
        return read._replace(doubts=(*read.doubts, DOUBTS["date-far"]))
    return read


def _typed(raw: date, habits: Habits) -> Read:
    doubts: tuple[Doubt, ...] = (DOUBTS["date-mixed"],) if habits.swapped else ()
    if isinstance(raw, datetime):
        if raw.hour or raw.minute:
            doubts = (*doubts, DOUBTS["date-time"])
        raw = raw.date()
    return Read(raw, doubts)


def _number(number: float, habits: Habits, today: date, epoch: int, weeks: bool) -> Read:
    whole = int(number)
    if weeks and whole == number and (1 <= whole <= 53 or 200_001 <= whole <= 209_953):
        return _text(str(whole), habits, today, epoch, weeks)
    if whole == number and 19_500_101 <= whole <= 21_501_231:
        return _text(str(whole), habits, today, epoch, weeks)
    day = serial(number, epoch) if 18_000 <= number < 92_000 else None
    if day is None:
        return _UNREADABLE
    return Read(day, (DOUBTS["date-serial"],) if whole == number else (DOUBTS["date-serial"], DOUBTS["date-time"]))


def _text(raw: str, habits: Habits, today: date, epoch: int, weeks: bool) -> Read:
    text = narrow(raw)
    if weeks:
        text = _as_week(text)
    found = written(text, today, habits.forward)
    if not found.ways:
        return _unread(text, today, epoch)
    doubts = [DOUBTS[code] for code in found.doubts]
    day, doubt = _choose(found, separator(text), habits, today)
    if doubt:
        doubts.append(DOUBTS[doubt])
    return Read(day, tuple(doubts))


def _as_week(text: str) -> str:
    """Return a number under a title that says weeks as a week."""
    if text.isdigit() and len(text) <= 2:
        return f"KW {text}"
    found = _WEEK_NUMBER.match(text)
    if found is None:
        return text
    year, week = found.group(1) or found.group(4), found.group(2) or found.group(3)
    return f"{year} KW {week}"


def _choose(found: Written, sign: str, habits: Habits, today: date) -> tuple[date, str]:
    """Pick the way of reading that the column's habit asks for."""
    ways = found.ways
    if ways[0][0] == "":
        return ways[0][1], ""
    style = habits.style(sign)
    if sign in habits.torn:
        if len(ways) == 1:
            return ways[0][1], "date-mixed"
        return found.by(style) or ways[0][1], "date-ambiguous"
    day = found.by(style)
    if day is not None and sign not in habits.proved and abs(day.year - today.year) > 5:
        day = min((each for _, each in ways), key=lambda each: abs(each.year - today.year))
    if day is None:
        return ways[0][1], "date-mixed" if len(ways) == 1 and sign in habits.proved else "" if len(ways) == 1 else "date-ambiguous"
    return day, "" if sign in habits.proved or len(ways) == 1 else "date-ambiguous"


def _unread(text: str, today: date, epoch: int) -> Read:
    if text.isdigit() and len(text) == 5:
        day = serial(int(text), epoch)
        if day and abs(day.year - today.year) <= 10:
            return Read(day, (DOUBTS["date-serial-text"],))
    if _LIKE.match(text.split(" ", maxsplit=1)[0].split("T", maxsplit=1)[0]):
        return Read(None, (DOUBTS["date-impossible"],))
    return _UNREADABLE
