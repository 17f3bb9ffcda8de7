"""Dates as people write them: one text may be several dates by as many habits, or the last day of a week or month."""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from plait.manufacturing.desk.reading.text import narrow, words

__all__ = ["Written", "month_end", "serial", "week_friday", "written"]

_MONTH_NAMES = (
    "january jan januar jänner jaenner janv janvier gennaio gen enero|february feb februar febr feber février fevrier févr febbraio febrero"
    "|march mar märz maerz mrz mär maer mars marzo|april apr avril avr aprile abril|may mai maggio mag mayo|june jun juni juin giugno giu junio"
    "|july jul juli juillet juil luglio lug julio|august aug août aout agosto ago|september sep sept septembre settembre septiembre"
    "|october oct oktober okt octobre ottobre ott octubre|november nov novembre noviembre"
    "|december dec dezember dez décembre decembre déc dicembre dic diciembre"
)
MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES.split("|"), 1) for name in names.split()}
_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY_NAMES = (
    "montag mo monday mon 周一 星期一 礼拜一|dienstag di tuesday tue tues 周二 星期二|mittwoch mi wednesday wed 周三 星期三"
    "|donnerstag do thursday thu thur thurs 周四 星期四|freitag fr friday fri 周五 星期五|samstag sa sonnabend saturday sat 周六 星期六"
    "|sonntag so sunday sun 周日 星期日 星期天 周天"
)
_WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAY_NAMES.split("|")) for name in names.split()}
_DAY_NAME = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))

_WEEKDAY_FIRST = re.compile(rf"^[(（]?({_DAY_NAME})[)）]?(?:\.,|[.,]|\b|(?<=[\u4e00-\u9fff]))\s*(?=\d)")
_WEEKDAY_LAST = re.compile(rf"\s*[(（]?(?<![a-zäöü])({_DAY_NAME})[)）]?\.?$")
_TIME = re.compile(r"(?:[T ]\s*|\s*,\s*|^)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm|uhr|h)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)
_BEFORE = re.compile(
    r"^(?:bis(?: zum| spätestens)?|spätestens(?: am)?|am|zum|vom|by|until|till|before|latest|not later than|no later than|due|on|vor|the"
    r"|eta|etd|cob|eob|close of business|lt\.?|datum:?)\s+",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^(?:ca\.?|circa|etwa|approx\.?|about|around|~|voraussichtlich|voraus\.|vsl\.?"
    r"|est\.?|gegen|w/?[ceb]\.?(?=\s)|wk\.? (?:commencing|ending)"
    r"|week (?:commencing|ending|beginning)|大约|约|预计)\s*",
    re.IGNORECASE,
)
_AFTER_WORD = re.compile(r"(?:之前|以前|前|交货|到货|左右|\(?fix\)?)$", re.IGNORECASE)
_YMD = re.compile(r"^(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})\.?$")
_HAN = re.compile(r"^(?:(\d{4}|\d{2})\s?年\s?)?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号號]?$")
_TRIPLE = re.compile(r"^(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{1,2})\.?$")
_PAIR = re.compile(r"^(\d{1,2})\s?([./-])\s?(\d{1,2})(\.?)$")
_DAY_MONTH = re.compile(rf"^(\d{{1,2}})(?:st|nd|rd|th)?\s?[.\-/ ]?\s?(?:of )?({_NAME})\.?(?:\s?[-/., ]?\s?'?(\d{{4}}|\d{{2}}))?$", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"^({_NAME})\.?[\s-]?(\d{{1,2}})(?:st|nd|rd|th)?(?:\s?[,\s-]\s?(\d{{4}}))?$", re.IGNORECASE)
_Y_NAME_D = re.compile(rf"^(\d{{4}})[-/ ]({_NAME})[-/ ](\d{{1,2}})$", re.IGNORECASE)
_MONTH_ONLY = re.compile(rf"^({_NAME})\.?\s?[-/., ]?\s?'?(\d{{4}}|\d{{2}})?$", re.IGNORECASE)
_MONTH_NUMBER = re.compile(r"^(?:(\d{1,2})\s?[/.-]\s?((?:19|20)\d{2})|((?:19|20)\d{2})\s?[-/.]\s?(\d{1,2}))$")
_HAN_MONTH = re.compile(r"^(?:(\d{4}|\d{2})\s?年\s?)?(\d{1,2})\s?月份?\s?(底|末|初|上旬|中|中旬|下旬|内)?$")
_PART = re.compile(
    r"^(?:(ende|end of|end|late|eom|anfang|begin(?:ning)? of|beginning|early|start of|mitte|mid|middle of|mid-)[\s-]?)(?:des |the )?(.+)$", re.IGNORECASE
)
_WEEK = (
    re.compile(r"^(?:kw|cw|wk|week|woche|kalenderwoche|w|sem)\.?\s?0?(\d{1,2})\.?(?:\s?[/.\-, ]\s?(?:20)?(\d{2}))?$", re.IGNORECASE),
    re.compile(r"^0?(\d{1,2})\.?\s?(?:kw|cw|woche|week|wk)\.?(?:\s?[/.\-, ]?\s?(?:20)?(\d{2}))?$", re.IGNORECASE),
    re.compile(r"^第?\s?(\d{1,2})\s?[周週]$"),
)
_YEAR_WEEK = (
    re.compile(r"^(\d{4})\s?[-/]?\s?(?:kw|cw|wk|week|w)\s?0?(\d{1,2})(?:-?([1-7]))?$", re.IGNORECASE),
    re.compile(r"^(\d{4}|\d{2})\s?年\s?第?\s?(\d{1,2})\s?[周週]$"),
)
_WEEK_SPAN = re.compile(r"^(kw|cw|wk|week)\.?\s?\d{1,2}\s?(?:-|–|bis|to|und|&)\s?(?:kw|cw|wk|week)?\.?\s?(\d{1,2}(?:[/. ]\d{2,4})?)$", re.IGNORECASE)
_QUARTER = re.compile(r"^(?:q([1-4])|([1-4])\.?\s?(?:quartal|quarter|季度)|第?([一二三四1-4])季度)\s?[/-]?\s?(\d{4}|\d{2})?$", re.IGNORECASE)
_SPAN = re.compile(r"^(.{4,22}?)\s?(?:\bbis\b|\bto\b|至|~|\s-\s|--)\s?(.{4,22})$", re.IGNORECASE)
_NOW = words(
    "sofort asap a.s.a.p. a.s.a.p immediately immediate urgent dringend eilt umgehend schnellstmöglich prompt now heute today 今天"
    " 尽快 立即 马上 急 加急 即刻 尽速"
)
_DIGITS8 = re.compile(r"^(\d{4})(\d{2})(\d{2})$")


class Written(NamedTuple):
    """What a text may mean: the date by each habit in ``ways`` (``dmy``, ``mdy``, ``ymd``; ``""`` when habit does not matter) and what is to be said.

    ``doubts`` are codes: date-week, date-month, date-soon, date-year-missing, date-about, date-range, date-time, date-zone, date-serial, date-weekday.
    """

    ways: tuple[tuple[str, date], ...] = ()
    doubts: tuple[str, ...] = ()

    def by(self, style: str) -> date | None:
        """Return the date by one habit, or None when it is none by that."""
        return next((day for way, day in self.ways if way in {style, ""}), None)


NONE = Written()


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _sane(found: Written) -> Written:
    """Leave out years that nobody means."""
    ways = tuple((way, day) for way, day in found.ways if day.year >= 1900)
    return found._replace(ways=ways) if ways else NONE


def _full(year: str | int, today: date) -> int:
    """Return the year of two or four digits."""
    number = int(year)
    if number >= 100 or len(str(year)) > 2:
        return number
    century = today.year - today.year % 100
    return century + number if century + number <= today.year + 40 else century - 100 + number


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def week_friday(year: int, week: int) -> date | None:
    """Return the Friday of an ISO week, or None when the year has no such week."""
    try:
        return date.fromisocalendar(year, week, 5)
    except ValueError:
        return None


def serial(number: float, epoch: int = 1900) -> date | None:
    """Return the day that a spreadsheet's serial number stands for (counted from 1900 or 1904), or None outside 1950 to 2150."""
    start = date(1904, 1, 1) if epoch == 1904 else date(1899, 12, 30)
    try:
        day = start + timedelta(days=int(number))
    except OverflowError:
        return None
    return day if 1950 <= day.year <= 2150 else None


def _near(today: date, month: int, day: int, forward: bool) -> date | None:
    """Return the day of a month in the year that is meant when none is said."""
    days = [found for year in (today.year - 1, today.year, today.year + 1) if (found := _day(year, month, day))]
    if forward:
        return next((found for found in days if found >= today - timedelta(days=120)), None)
    return next((found for found in reversed(days) if found <= today + timedelta(days=31)), None)


@lru_cache(maxsize=65536)
def written(text: str, today: date, forward: bool = True) -> Written:
    """Return what ``text`` may mean as a date; nothing when it is none. ``forward``: a date without year lies ahead rather than behind."""
    plain = narrow(text).lower()
    if not plain or len(plain) > 60:
        return NONE
    if plain.rstrip("!.") in _NOW:
        return Written((("", today),), ("date-soon",))
    doubts: list[str] = []
    plain, weekday = _strip(plain, doubts)
    ways, more = _ways(plain, today, forward)
    if not ways:
        return NONE
    doubts.extend(more)
    if weekday is not None and not any(day.weekday() == weekday for _, day in ways):
        doubts.append("date-weekday")
    elif weekday is not None and len(ways) > 1:
        ways = tuple(("", day) for _, day in ways if day.weekday() == weekday)[:1]
    return _sane(Written(ways, tuple(dict.fromkeys(doubts))))


def _strip(plain: str, doubts: list[str]) -> tuple[str, int | None]:
    """Take away what stands around a date: time of day, weekday, "by", "about"."""
    about = _ABOUT.match(plain)
    if about:
        doubts.append("date-about")
        plain = plain[about.end() :]
    plain = _BEFORE.sub("", plain)
    if plain.endswith("左右"):
        doubts.append("date-about")
    plain = _AFTER_WORD.sub("", plain).strip()
    weekday = None
    named = _WEEKDAY_FIRST.match(plain) or _WEEKDAY_LAST.search(plain)
    if named and named.group() != plain and (named.start() == 0 or plain[named.start() - 1].isdigit() or plain[named.start()] in " (（"):
        weekday = _WEEKDAYS[named.group(1)]
        plain = (plain[: named.start()] + plain[named.end() :]).strip(" ,")
    time = _TIME.search(plain)
    if time and time.start() > 3:
        zone = time.group(5)
        if any(int(part or 0) for part in time.groups()[:3]):
            doubts.append("date-zone" if zone else "date-time")
        plain = plain[: time.start()].strip(" ,t")
    return plain, weekday


def _ways(plain: str, today: date, forward: bool) -> tuple[tuple[tuple[str, date], ...], tuple[str, ...]]:
    for reader in (_numeric, _named, _week, _month, _span):
        ways, doubts = reader(plain, today, forward)
        if ways:
            return ways, doubts
    return (), ()


_Ways = tuple[tuple[tuple[str, date], ...], tuple[str, ...]]
_NOT: _Ways = ((), ())


def _one(day: date | None, *doubts: str) -> _Ways:
    return ((("", day),), doubts) if day else _NOT


def _numeric(plain: str, today: date, forward: bool) -> _Ways:
    found = _YMD.match(plain) or _DIGITS8.match(plain)
    if found:
        parts = [part for part in found.groups() if part.isdigit()]
        return _one(_day(int(parts[0]), int(parts[1]), int(parts[2])))
    found = _HAN.match(plain)
    if found:
        month, day = int(found.group(2)), int(found.group(3))
        if found.group(1):
            return _one(_day(_full(found.group(1), today), month, day))
        return _one(_near(today, month, day, forward), "date-year-missing")
    found = _TRIPLE.match(plain)
    if found:
        return _triple(int(found.group(1)), int(found.group(3)), found.group(4), today), ()
    found = _PAIR.match(plain)
    if found:
        return _pair(int(found.group(1)), found.group(2), int(found.group(3)), today, forward), ("date-year-missing",)
    return _NOT


def _triple(first: int, second: int, year: str, today: date) -> tuple[tuple[str, date], ...]:
    if len(year) == 1:
        short = _day(_full(first, today), second, int(year)) if first > 12 else None
        return (("ymd", short),) if short else ()
    ways = {"dmy": _day(_full(year, today), second, first), "mdy": _day(_full(year, today), first, second)}
    if len(year) == 2:
        other = _day(_full(first, today), second, int(year))
        if other and today.year - 3 <= other.year <= today.year + 3:
            ways["ymd"] = other
    found = tuple((way, day) for way, day in ways.items() if day)
    return (("", found[0][1]),) if len(found) > 1 and len({day for _, day in found}) == 1 else found


def _pair(first: int, sign: str, second: int, today: date, forward: bool) -> tuple[tuple[str, date], ...]:
    ways = {"dmy": _near(today, second, first, forward) if 1 <= second <= 12 else None}
    if sign != ".":
        ways["mdy"] = _near(today, first, second, forward) if 1 <= first <= 12 else None
    return tuple((way, day) for way, day in ways.items() if day)


def _named(plain: str, today: date, forward: bool) -> _Ways:
    found = _DAY_MONTH.match(plain)
    if found and 1 <= int(found.group(1)) <= 31:
        return _year(found.group(3), MONTHS[found.group(2)], int(found.group(1)), today, forward)
    found = _Y_NAME_D.match(plain)
    if found:
        return _one(_day(int(found.group(1)), MONTHS[found.group(2)], int(found.group(3))))
    found = _MONTH_DAY.match(plain)
    if found and 1 <= int(found.group(2)) <= 31:
        ways, doubts = _year(found.group(3), MONTHS[found.group(1)], int(found.group(2)), today, forward)
        return ways, (*doubts, "date-unclear") if not found.group(3) else doubts
    return _NOT


def _year(year: str | None, month: int, day: int, today: date, forward: bool) -> _Ways:
    if year:
        return _one(_day(_full(year, today), month, day))
    return _one(_near(today, month, day, forward), "date-year-missing")


def _week(plain: str, today: date, forward: bool) -> _Ways:
    for pattern in _YEAR_WEEK:
        found = pattern.match(plain)
        if found:
            if found.lastindex == 3:
                friday = week_friday(_full(found.group(1), today), int(found.group(2)))
                return _one(friday + timedelta(days=int(found.group(3)) - 5) if friday else None)
            return _one(week_friday(_full(found.group(1), today), int(found.group(2))), "date-week")
    span = _WEEK_SPAN.match(plain)
    if span:
        plain = f"kw {span.group(2)}"
    for pattern in _WEEK:
        found = pattern.match(plain)
        if found:
            year = found.group(2) if pattern.groups > 1 else None
            more = ("date-range",) if span else ()
            if year:
                return _one(week_friday(_full(year, today), int(found.group(1))), "date-week", *more)
            years = (today.year - 1, today.year, today.year + 1)
            days = [day for number in years if (day := week_friday(number, int(found.group(1))))]
            ahead = next((day for day in days if day >= today - timedelta(days=120)), None)
            behind = next((day for day in reversed(days) if day <= today + timedelta(days=31)), None)
            return _one(ahead if forward else behind, "date-week", "date-year-missing", *more)
    return _NOT


def _month(plain: str, today: date, forward: bool) -> _Ways:
    quarter = _QUARTER.match(plain)
    if quarter:
        number = "一二三四".find(next(part for part in quarter.groups()[:3] if part)) + 1 or int(next(part for part in quarter.groups()[:3] if part))
        return _last(quarter.group(4), number * 3, today, forward)
    part = _PART.match(plain)
    inner = part.group(2).strip() if part else plain
    found = _MONTH_ONLY.match(inner)
    if found:
        return _last(found.group(2), MONTHS[found.group(1)], today, forward)
    found = _HAN_MONTH.match(inner)
    if found:
        return _last(found.group(1), int(found.group(2)), today, forward)
    found = _MONTH_NUMBER.match(inner)
    if found:
        return _last(found.group(2) or found.group(3), int(found.group(1) or found.group(4)), today, forward)
    return _NOT


def _last(year: str | None, month: int, today: date, forward: bool) -> _Ways:
    if not 1 <= month <= 12:
        return _NOT
    if year:
        return _one(month_end(_full(year, today), month), "date-month")
    near = _near(today, month, 28, forward)
    return _one(month_end(near.year, month) if near else None, "date-month", "date-year-missing")


def _span(plain: str, today: date, forward: bool) -> _Ways:
    found = _SPAN.match(plain) or re.match(r"^(\d{1,2}\.(?:\d{1,2}\.(?:\d{2,4})?)?)-(\d{1,2}\.\d{1,2}\.\d{2,4})$", plain)
    if not found:
        return _NOT
    first = re.match(r"^\d{1,2}\.?$", found.group(1)) or any(reader(found.group(1), today, forward)[0] for reader in (_numeric, _named, _week))
    for reader in (_numeric, _named, _week):
        ways, doubts = reader(found.group(2), today, forward)
        if ways and first:
            return ways, (*doubts, "date-range")
    return _NOT
