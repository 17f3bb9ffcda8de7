"""Quantities, money and plain numbers of one column, with the unit, currency and price unit that stand in the cell itself."""

import re
from datetime import date, time, timedelta
from decimal import Decimal

from plait.kernel.units import UNITS
from plait.manufacturing.desk.reading.context import Doubt, Read
from plait.manufacturing.desk.reading.doubts import DOUBTS
from plait.manufacturing.desk.reading.habits import Habits
from plait.manufacturing.desk.reading.model import Raw
from plait.manufacturing.desk.reading.numbers import Number, clean, split
from plait.manufacturing.desk.reading.text import narrow
from plait.manufacturing.desk.reading.units import CURRENCIES, currency_code, unit_code

__all__ = ["read_money", "read_plain", "read_quantity"]

_ABOUT = re.compile(r"^(ca\.?|circa|etwa|approx\.?|about|~|≈|约|大约|min\.?|mind\.?|max\.?|bis zu|up to)\s*$", re.IGNORECASE)
_EMPTY_CENTS = re.compile(r"(\d)[,.](?:-{1,2}|–|—)(?=\s|$|€)")
_PER = re.compile(r"^(?:/|per|pro|je|p\.|each|每)\s*(\d[\d .,']*)?\s*(.*)$", re.IGNORECASE)
_BESIDE = re.compile(r"^([^/\d]*?)\s*(?=(/|\bper\b|\bpro\b|\bje\b|每|$))(.*)$", re.IGNORECASE)
_RATE = re.compile(r"^(?:stk|st|stück|pcs|pc|teile|件|个|只)?\.?\s*(?:/|pro|per|je|每)\s*(?:h|std|stunde|hour|hr|小时|时)\.?$", re.IGNORECASE)
_UNREADABLE = Read(None, (DOUBTS["number-unreadable"],))
_DAY_WORDS = (
    "at wt arbeitstage arbeitstag werktage tage tag days day d t 天 日 工作日 个工作日"
    "|wochen woche weeks week wks wk w kw 周 个星期|monate monat months month 个月"
)
_DAYS = {word: Decimal(days) for days, names in zip((1, 5, 20), _DAY_WORDS.split("|"), strict=True) for word in names.split()}
_DAYS |= {"": Decimal(1), "working days": Decimal(1), "business days": Decimal(1)}


def _bare(raw: Raw) -> Decimal | Read | None:
    """Return a cell that holds a number as such; a Read when it holds what is no number; None when it is text."""
    if isinstance(raw, bool):
        return _UNREADABLE
    if isinstance(raw, Decimal):
        return raw
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        return clean(raw) if abs(raw) < 1e300 else _UNREADABLE
    if isinstance(raw, date | time | timedelta):
        return Read(None, (DOUBTS["number-is-date"],))
    return None


def _number(raw: Raw) -> Number:
    return split(_EMPTY_CENTS.sub(r"\1", str(raw)))


def _value(number: Number, habits: Habits, whole: bool = False) -> tuple[Decimal | None, tuple[Doubt, ...]]:
    """Return the number under the column's mark, else under the other where only that is possible, with what is doubtful."""
    value = number.under(habits.mark)
    other = number.under("," if habits.mark == "." else ".")
    doubts = habits.doubts(number)
    if whole and habits.elsewhere and value is not None and value == value.to_integral_value():
        doubts = ()
    if value is None or (whole and doubts and other is not None and value != value.to_integral_value() and other == other.to_integral_value()):
        value = other
    return value, doubts


def _about(number: Number) -> tuple[Doubt, ...] | None:
    """Return the doubts that the word before a number raises; None when it is no such word."""
    if not number.before:
        return ()
    return (DOUBTS["number-about"],) if _ABOUT.match(number.before) else None


def _exponent(raw: Raw) -> tuple[Doubt, ...]:
    return (DOUBTS["number-scientific"],) if isinstance(raw, str) and re.search(r"\d[eE][+-]?\d", raw) else ()


def read_quantity(raw: Raw, unit: str, shown: str, habits: Habits) -> Read:
    """Return a quantity and the unit its cell says; ``unit`` is the title's, ``shown`` the number format's."""
    bare = _bare(raw)
    if isinstance(bare, Read):
        return bare
    if bare is not None:
        own = unit_code(shown) if shown else ""
        return Read(bare, (DOUBTS["two-units"],) if own and unit and not _same(own, unit) else (), unit=own)
    number = _number(raw)
    about = _about(number)
    if not number.readable or about is None:
        return _UNREADABLE
    after = re.sub(r"^[x×]$", "", number.after)
    own = unit_code(after) if after else ""
    if after and not own:
        return _strange(number, after, habits)
    value, doubts = _value(number, habits, whole=(own or unit or "C62") in {"C62", "SET", "PR"})
    if own and unit and not _same(own, unit):
        doubts = (*doubts, DOUBTS["two-units"])
    return Read(value, (*doubts, *about, *_exponent(raw)), unit=own)


def _strange(number: Number, after: str, habits: Habits) -> Read:
    """Return a quantity of a unit that nobody knows: the number is right, the row needs a person."""
    value, doubts = _value(number, habits)
    if not re.match(r"^[^\d\s/+=<>-][^\d+=<>]{0,15}$", after):
        return _UNREADABLE
    return Read(value, (*doubts, DOUBTS["unit-strange"]))


def _same(one: str, other: str) -> bool:
    return {one, other} <= {"C62", "H87"} or one == other


def read_money(raw: Raw, shown: str, habits: Habits, language: str, firm: str) -> Read:
    """Return an amount of money, with the currency and the price unit that its cell says."""
    bare = _bare(raw)
    if isinstance(bare, Read):
        return bare
    if bare is not None:
        code, unsure = currency_code(shown, language, firm) if shown else ("", False)
        doubts: tuple[Doubt, ...] = (DOUBTS["currency-ambiguous"],) if unsure else ()
        return Read(bare, (*doubts, DOUBTS["price-negative"]) if bare < 0 else doubts, currency=code)
    number = _number(raw)
    if not number.readable:
        return _UNREADABLE
    value, doubts = _value(number, habits)
    words = _money_words(number, habits, language, firm)
    if words is None or value is None:
        return _UNREADABLE
    if value < 0:
        doubts = (*doubts, DOUBTS["price-negative"])
    return Read(value, (*doubts, *words.doubts, *_exponent(raw)), unit=words.unit, currency=words.currency, per=words.per)


def _money_words(number: Number, habits: Habits, language: str, firm: str) -> Read | None:
    """Return what the words beside an amount say; None when they say something else."""
    currency, unit, per, doubts = "", "", None, list[Doubt]()
    before, after = number.before, number.after
    if before and _ABOUT.match(before):
        doubts.append(DOUBTS["number-about"])
        before = ""
    found = _BESIDE.match(after)
    if found is None:
        return None
    sign, slash, rest = found.groups()
    for word in (before, sign):
        if word.strip(" ."):
            code, unsure = currency_code(word, language, firm)
            if not code or (currency and code != currency and not unsure):
                return None
            currency = currency if currency and unsure else code
            if unsure:
                doubts.append(DOUBTS["currency-dollar" if "$" in word else "currency-ambiguous"])
            elif word.strip() == "¥":
                doubts.append(DOUBTS["currency-sign"])
    if slash:
        found = _PER.match(rest)
        unit = unit_code(found.group(2)) if found and found.group(2) else ""
        if not found or (found.group(2) and not unit):
            return None
        if found.group(1):
            count = split(found.group(1))
            per = count.under(habits.mark) or count.under("," if habits.mark == "." else ".")
    return Read(None, tuple(doubts), unit=unit, currency=currency, per=per)


def read_plain(raw: Raw, field: str, unit: str, habits: Habits) -> Read:
    """Return a plain number; days, kilograms, pieces an hour and price units may stand beside it."""
    bare = _bare(raw)
    if isinstance(bare, Read):
        return bare
    if bare is not None:
        return _scaled(bare, field, unit, ())
    text = re.sub(r"^(per|pro|je|/|each|每)\s*", "", narrow(str(raw)), flags=re.IGNORECASE)
    if field == "price_per" and unit_code(text):
        return Read(Decimal(1), (), unit=unit_code(text))
    number = split(text)
    value, doubts = _value(number, habits, whole=field in {"price_per", "op_no", "priority", "lead_days"})
    about = _about(number)
    if value is None or about is None:
        return _priority(text) if field == "priority" else _op(text) if field == "op_no" else _UNREADABLE
    return _beside(value, number.after, field, unit, (*doubts, *about, *_exponent(raw)))


def _beside(value: Decimal, after: str, field: str, unit: str, doubts: tuple[Doubt, ...]) -> Read:
    word = after.lower().strip(" .")
    if not after:
        return _scaled(value, field, unit, doubts)
    if field == "lead_days" and word in _DAYS:
        factor = _DAYS[word]
        return Read(value * factor, doubts if factor == 1 else (*doubts, DOUBTS["weeks-as-days"]))
    if field == "weight_kg" and unit_code(after):
        return _scaled(value, field, unit_code(after), doubts)
    if field == "per_hour" and (_RATE.match(after) or unit_code(after) == "C62"):
        return Read(value, doubts)
    if field == "price_per" and (unit_code(after) or CURRENCIES.get(word)):
        return Read(value, doubts, unit=unit_code(after))
    if field == "priority":
        return Read(value, (*doubts, DOUBTS["unit-dropped"]))
    return _UNREADABLE


def _scaled(value: Decimal, field: str, unit: str, doubts: tuple[Doubt, ...]) -> Read:
    """Turn a number with a unit of its own into the field's unit."""
    if field == "weight_kg" and unit and unit != "KGM":
        if UNITS.get(unit, ("",))[0] != "mass":
            return _UNREADABLE
        return Read((value * UNITS[unit][2]).normalize(), doubts)
    if field == "lead_days" and unit in {"WEE", "MON"}:
        return Read(value * (5 if unit == "WEE" else 20), (*doubts, DOUBTS["weeks-as-days"]))
    return Read(value, doubts)


_URGENT_WORDS = "hoch high urgent dringend eilt 急 紧急 高 a|mittel medium normal standard 中 普通 一般 b|niedrig low 低 c"
_URGENT = {word: number for number, names in enumerate(_URGENT_WORDS.split("|"), 1) for word in names.split()}


def _priority(text: str) -> Read:
    number = _URGENT.get(text.lower().strip("!. "))
    if number is None:
        return _UNREADABLE
    return Read(Decimal(number), (Doubt("note", "priority-word", "the word was turned into a number: high 1, medium 2, low 3", "Nothing to do."),))


def _op(text: str) -> Read:
    found = re.match(r"^(?:ag|op|avo|vorgang|arbeitsgang|工序)\.?\s*[-#]?\s*(\d{1,5})$", text, re.IGNORECASE)
    return Read(Decimal(int(found.group(1)))) if found else _UNREADABLE
