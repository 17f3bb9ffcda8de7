"""Values of one column: its habits are told from all its cells, then each cell is read by its field's kind, with every doubt said."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite

from plait.manufacturing.desk.reading.amounts import read_money, read_plain, read_quantity
from plait.manufacturing.desk.reading.context import NOTHING, Context, Read
from plait.manufacturing.desk.reading.days import read_day
from plait.manufacturing.desk.reading.doubts import DOUBTS
from plait.manufacturing.desk.reading.durations import read_clock, read_duration
from plait.manufacturing.desk.reading.habits import Habits, column_habits
from plait.manufacturing.desk.reading.kinds import Field
from plait.manufacturing.desk.reading.model import Column, Raw
from plait.manufacturing.desk.reading.numbers import clean, split
from plait.manufacturing.desk.reading.text import ERRORS, FALSE, OPEN, TRUE, fold, is_ditto, is_none, narrow, tidy
from plait.manufacturing.desk.reading.units import currency_code, unit_code

__all__ = ["Reader"]

_SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d{1,2}$")
_MADE_DATE = re.compile(
    r"^(?:\d{1,2}[-. ]{1,2}(?:jan|feb|m[aä]r|mrz|apr|ma[iy]|jun|jul|aug|sep|okt|oct|nov|dez|dec)[a-zä]{0,6}\.?(?:[-. ]\d{2,4})?"
    r"|(?:jan|feb|m[aä]r|mrz|apr|ma[iy]|jun|jul|aug|sep|okt|oct|nov|dez|dec)[-. ]\d{2,4}|\d{1,2}月\d{1,2}日)$",
    re.IGNORECASE,
)
_DAMAGED = re.compile("\ufffd|\u00c3[\u0080-\u00bf\u0178\u0152\u0153\u017e\u201e\u2013\u2014\u2026]|\u00e2\u20ac|\u951f\u65a4\u62f7")
_POINT_ZERO = re.compile(r"^\d+[.,]0$")
_FROM = re.compile(r"^(?:ab|from|von|>=?|≥)\s*(?=\d)|(?<=\d)\s*(?:\+|and up|起|以上)$", re.IGNORECASE)
_BRACKETED = re.compile(r"^\[([^\[\]\s]{1,40})\]\s*\S")
_LONGEST = 2000
_HUGE = 10**15
_OF_PART = frozenset({"part_no", "customer_part_no", "component"})


class Reader:
    """Reads the cells of one column as ``field``. ``raws`` are all its cells; ``habits`` those of the other columns, where its own prove nothing."""

    def __init__(self, field: Field, column: Column, raws: Sequence[Raw], context: Context, language: str, sheet: Habits, epoch: int = 1900) -> None:
        self.field, self.column, self.context, self.language, self.epoch = field, column, context, language, epoch
        self.habits = column_habits(field.kind, column, raws, context, language, sheet)
        title = fold(column.title)
        self.weeks = any(word in title for word in ("kw", "week", "woche", "周次", "周")) and field.kind == "date"
        self.unit = column.unit
        if field.kind == "duration" and not self.unit:
            self.unit = "MIN"
        texts = [raw for raw in raws if isinstance(raw, str)]
        self.zeros = field.kind == "code" and any(len(text) > 1 and text[0] == "0" and text.isdigit() for text in texts)
        self._cache: dict[tuple[type, Raw, str], Read] = {}
        self._read: Callable[[Raw, str], Read] = getattr(self, f"_{field.kind}")

    def read(self, raw: Raw, shown: str = "") -> Read:
        """Return what one cell is; ``shown`` is what its number format shows beside the number."""
        if raw is None or raw == "":
            return NOTHING
        key = (type(raw), raw, shown)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._once(raw, shown)
        return found

    def _once(self, raw: Raw, shown: str) -> Read:
        if isinstance(raw, str):
            text = tidy(raw)
            if is_none(text):
                return NOTHING
            if text.upper() in ERRORS:
                return Read(None, (DOUBTS["error-value"],))
            if is_ditto(text):
                return Read(None, (DOUBTS["ditto"],), ditto=True)
            if self.field.kind not in {"text", "flag"} and text.casefold() in OPEN and not (self.field.kind == "code" and text.casefold() == "x"):
                return Read(None, (DOUBTS["date-open" if self.field.kind == "date" else "said-open"],))
        elif isinstance(raw, float) and not isfinite(raw):
            return Read(None, (DOUBTS["error-value"],))
        found = self._read(raw, shown)
        if isinstance(found.value, Decimal) and not -_HUGE < found.value < _HUGE:
            return Read(None, (DOUBTS["number-huge"],))
        return found

    def _text(self, raw: Raw, shown: str) -> Read:
        if isinstance(raw, str):
            text = tidy(raw)
            if len(text) > _LONGEST:
                return Read(text[:_LONGEST], (DOUBTS["text-cut"],))
            return Read(text, (DOUBTS["letters-damaged"],)) if not text.isascii() and _DAMAGED.search(text) else Read(text)
        if isinstance(raw, bool):
            return Read("yes" if raw else "no")
        if isinstance(raw, int | float | Decimal):
            return Read(f"{raw if isinstance(raw, Decimal) else clean(float(raw)):f}")
        if isinstance(raw, datetime) and not (raw.hour or raw.minute):
            raw = raw.date()
        if isinstance(raw, date | time):
            return Read(raw.isoformat(), (DOUBTS["text-was-date"],))
        return Read(str(raw))

    def _code(self, raw: Raw, shown: str) -> Read:
        if isinstance(raw, str):
            return self._code_text(narrow(raw.lstrip("'")))
        if isinstance(raw, bool):
            return Read(None, (DOUBTS["code-unreadable"],))
        if isinstance(raw, date):
            return Read((raw.date() if isinstance(raw, datetime) else raw).isoformat(), (DOUBTS["code-date"],))
        if isinstance(raw, time | timedelta):
            return Read(str(raw), (DOUBTS["code-date"],))
        if isinstance(raw, float) and raw != int(raw):
            return Read(f"{clean(raw):f}", (DOUBTS["code-number"],))
        number = int(raw or 0)
        if abs(number) >= 10**15:
            return Read(str(number), (DOUBTS["code-damaged"],))
        return Read(str(number), (DOUBTS["code-zeros"],) if self.zeros else ())

    def _code_text(self, text: str) -> Read:
        bracketed = _BRACKETED.match(text) if self.field.name in _OF_PART else None
        if bracketed:
            text = bracketed.group(1)
        if len(text) > 200:
            return Read(None, (DOUBTS["code-unreadable"],))
        if _SCIENTIFIC.match(text):
            return Read(text, (DOUBTS["code-damaged"],))
        if _MADE_DATE.match(text):
            return Read(text, (DOUBTS["code-date"],))
        if _POINT_ZERO.match(text) and self.field.name not in {"revision", "drawing_no", "line_no"}:
            return Read(text[:-2], (DOUBTS["code-number"],))
        if not text.isascii() and _DAMAGED.search(text):
            return Read(text, (DOUBTS["letters-damaged"],))
        return Read(text) if text else NOTHING

    def _number(self, raw: Raw, shown: str) -> Read:
        return read_plain(raw, self.field.name, self.unit, self.habits)

    def _quantity(self, raw: Raw, shown: str) -> Read:
        if self.field.name == "from_quantity" and isinstance(raw, str):
            raw = _FROM.sub("", narrow(raw))
        read = read_quantity(raw, self.unit, shown, self.habits)
        if self.column.style == "x1000" and isinstance(read.value, Decimal):
            return read._replace(value=read.value * 1000, doubts=(*read.doubts, DOUBTS["thousands"]))
        return read

    def _money(self, raw: Raw, shown: str) -> Read:
        return read_money(raw, shown, self.habits, self.language, self.context.currency)

    def _percent(self, raw: Raw, shown: str) -> Read:
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            value = clean(float(raw))
            return Read(value * 100 if shown == "%" else value)
        number = split(raw) if isinstance(raw, str) else None
        value_ = number.under(self.habits.mark) if number else None
        return Read(value_) if number and value_ is not None and not number.before and number.after in {"", "%"} else Read(None, (DOUBTS["number-unreadable"],))

    def _unit(self, raw: Raw, shown: str) -> Read:
        if not isinstance(raw, str):
            return Read(None, (DOUBTS["unit-is-number"],))
        code = unit_code(raw)
        if code:
            return Read(code)
        number = split(raw)
        per = number.under(self.habits.mark)
        code = unit_code(number.after)
        if per is not None and not number.before and code:
            return Read(code, (), per=per)
        return Read(None, (DOUBTS["unit-unknown"],))

    def _currency(self, raw: Raw, shown: str) -> Read:
        code, unsure = currency_code(raw, self.language, self.context.currency) if isinstance(raw, str) else ("", False)
        if not code:
            return Read(None, (DOUBTS["currency-unknown"],))
        return Read(code, (DOUBTS["currency-ambiguous"],) if unsure else ())

    def _date(self, raw: Raw, shown: str) -> Read:
        return read_day(raw, self.field.name, self.habits, self.context.today, self.epoch, self.weeks)

    def _time(self, raw: Raw, shown: str) -> Read:
        return read_clock(raw)

    def _duration(self, raw: Raw, shown: str) -> Read:
        said = bool(self.column.unit)
        read = read_duration(raw, self.unit, self.habits.mark, said)
        if self.column.style.startswith("/") and isinstance(read.value, Decimal):
            read = read._replace(value=clean(float(read.value / int(self.column.style[1:]))))
        number = split(raw) if isinstance(raw, str) else None
        return read._replace(doubts=(*read.doubts, *self.habits.doubts(number))) if number and read.value is not None else read

    def _flag(self, raw: Raw, shown: str) -> Read:
        if isinstance(raw, bool):
            return Read(raw)
        word = narrow(str(int(raw)) if isinstance(raw, float) and raw in {0.0, 1.0} else str(raw)).casefold()
        if word in TRUE or word in FALSE:
            return Read(word in TRUE)
        return Read(None, (DOUBTS["flag-unreadable"],))
