"""Durations in minutes, and times of day."""

import re
from datetime import datetime, time, timedelta
from decimal import Decimal

from plait.manufacturing.desk.reading.context import Doubt, Read
from plait.manufacturing.desk.reading.model import Raw
from plait.manufacturing.desk.reading.numbers import clean, split
from plait.manufacturing.desk.reading.text import narrow
from plait.manufacturing.desk.reading.units import unit_code

__all__ = ["FACTORS", "read_clock", "read_duration"]

FACTORS = {"SEC": Decimal(1) / 60, "MIN": Decimal(1), "HUR": Decimal(60), "DAY": Decimal(1440)}
"""Minutes of one unit of time."""
_CLOCK = re.compile(r"^(\d{1,3}):(\d{2})(?::(\d{2}))?\s*(h|std\.?|min\.?|uhr)?$")
_PARTS = re.compile(r"^(?:(\d{1,5})\s*(?:h|std\.?|hrs?|小时))\s*(?:(\d{1,6})\s*(?:min\.?|m|minuten|分钟|分))?\s*(?:(\d{1,6})\s*(?:s|sek\.?|sec\.?|秒))?$")
_SHORT = re.compile(r"^(\d{1,6})\s*(?:min\.?|m|'|分钟|分)\s*(\d{1,6})\s*(?:s|sek\.?|sec\.?|\"|秒)?$")
_OF_DAY = re.compile(r"^(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|uhr|h|点|时)?$")


def _minutes(value: Decimal) -> Decimal:
    rounded = value.quantize(Decimal("0.000001"))
    return Decimal(int(rounded)) if rounded == rounded.to_integral_value() else rounded.normalize()


_AMBIGUOUS = Doubt("warning", "duration-ambiguous", "the time may mean hours and minutes or minutes and seconds", "Write it with its unit, e.g. 90 min.")
_UNKNOWN = Doubt("bad", "duration-unreadable", "the time cannot be read", "Write a number of minutes, or a number with min, h or s.")
_UNSAID = Doubt("warning", "duration-unit-missing", "the title says no unit of time; minutes are taken", "Name the unit in the title, e.g. [min].")


def _span(value: timedelta | time | datetime) -> Decimal:
    if isinstance(value, timedelta):
        return _minutes(Decimal(round(value.total_seconds() * 1000)) / 60000)
    return _minutes(Decimal(value.hour * 60 + value.minute) + Decimal(value.second) / 60)


def read_duration(raw: Raw, unit: str, mark: str, said: bool) -> Read:
    """Return a cell's time in minutes. ``unit``: what the title says (MIN when ``said`` is false); ``mark``: the decimal mark."""
    if isinstance(raw, timedelta | time):
        return Read(_span(raw))
    if isinstance(raw, datetime):
        return Read(_span(raw)) if raw.year <= 1900 else Read(None, (_UNKNOWN,))
    factor = FACTORS.get(unit, Decimal(1))
    unsaid = () if said else (_UNSAID,)
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return _positive((raw if isinstance(raw, Decimal) else clean(float(raw))) * factor, unsaid)
    if not isinstance(raw, str):
        return Read(None, (_UNKNOWN,))
    return _text(narrow(raw).lower(), unit, mark, unsaid)


def _positive(value: Decimal, doubts: tuple[Doubt, ...]) -> Read:
    if value < 0:
        return Read(None, (Doubt("bad", "duration-negative", "a time cannot be negative", "Correct the time."),))
    return Read(_minutes(value), doubts) if value < 10**9 else Read(None, (_UNKNOWN,))


def _text(plain: str, unit: str, mark: str, unsaid: tuple[Doubt, ...]) -> Read:
    found = _PARTS.match(plain)
    if found:
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return Read(_minutes(Decimal(hours * 60 + minutes) + Decimal(seconds) / 60))
    found = _SHORT.match(plain)
    if found:
        return Read(_minutes(Decimal(int(found.group(1))) + Decimal(int(found.group(2))) / 60))
    found = _CLOCK.match(plain)
    if found:
        return _clock(found, unit)
    number = split(plain)
    value = number.under(mark)
    if value is None or number.before:
        value = number.under("," if mark == "." else ".") if not number.before else None
    if value is None:
        return Read(None, (_UNKNOWN,))
    if not number.after:
        return _positive(value * FACTORS.get(unit, Decimal(1)), unsaid)
    own = unit_code(number.after.split("/")[0].replace("´", ""))
    if own not in FACTORS:
        return Read(None, (_UNKNOWN,))
    return _positive(value * FACTORS[own], ())


def _clock(found: re.Match[str], unit: str) -> Read:
    first, second = int(found.group(1)), int(found.group(2))
    if second > 59:
        return Read(None, (_UNKNOWN,))
    if found.group(3) is not None:
        return Read(_minutes(Decimal(first * 60 + second) + Decimal(int(found.group(3))) / 60))
    if (found.group(4) or "")[:3] in {"h", "std"} or unit == "HUR":
        return Read(Decimal(first * 60 + second))
    if unit == "SEC" or (found.group(4) or "").startswith("min"):
        return Read(_minutes(Decimal(first) + Decimal(second) / 60), (_AMBIGUOUS,))
    return Read(Decimal(first * 60 + second), (_AMBIGUOUS,))


_NO_TIME = Doubt("bad", "time-unreadable", "the time of day cannot be read", "Write hours and minutes, e.g. 06:00.")
_MIDNIGHT = Doubt("note", "time-midnight", "24:00 is taken as midnight", "Nothing to do when the shift ends at midnight.")


def read_clock(raw: Raw) -> Read:
    """Return a cell's time of day."""
    if isinstance(raw, datetime):
        return Read(raw.time().replace(microsecond=0))
    if isinstance(raw, time):
        return Read(raw.replace(microsecond=0))
    if isinstance(raw, timedelta):
        raw = raw.total_seconds() / 86400
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return _number(float(raw))
    return _of_day(narrow(raw).lower()) if isinstance(raw, str) else Read(None, (_NO_TIME,))


def _of_day(plain: str) -> Read:
    found = _OF_DAY.match(plain)
    if not found:
        if len(plain) == 4 and plain.isdigit() and int(plain[:2]) < 24 and int(plain[2:]) < 60:
            return Read(time(int(plain[:2]), int(plain[2:])))
        return Read(None, (_NO_TIME,))
    hour, minute, second = int(found.group(1)), int(found.group(2) or 0), int(found.group(3) or 0)
    half = (found.group(4) or "").replace(".", "")
    if half in {"am", "pm"}:
        if not 1 <= hour <= 12:
            return Read(None, (_NO_TIME,))
        hour = hour % 12 + (12 if half == "pm" else 0)
    if (hour, minute, second) == (24, 0, 0):
        return Read(time(0, 0), (_MIDNIGHT,))
    if hour > 23 or minute > 59 or second > 59:
        return Read(None, (_NO_TIME,))
    return Read(time(hour, minute, second))


def _number(number: float) -> Read:
    if number == 1:
        return Read(time(0, 0), (_MIDNIGHT,))
    if 0 <= number < 1:
        seconds = round(number * 86400)
        return Read(time(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60))
    if number == int(number) and 0 < number <= 23:
        return Read(time(int(number)))
    if number == 24:
        return Read(time(0, 0), (_MIDNIGHT,))
    return Read(None, (_NO_TIME,))
