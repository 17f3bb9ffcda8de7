"""What the desk says about late orders, in another language: a sentence is known again by its template (pure).

The plan writes its sentences once, in English, with what they were made from; readers of several languages read the same plan.
"""

import re
from decimal import Decimal
from functools import cache

from plait.kernel.texts import Texts
from plait.manufacturing.desk.late.words import MONTHS, TEXTS, WEEKDAYS

__all__ = ["spoken"]

DATE = rf"(?:{'|'.join(WEEKDAYS)}) \d{{1,2}} (?:{'|'.join(MONTHS)})(?: \d\d:\d\d)?"
DATED = frozenset({"day", "due", "first", "last", "since", "until", "moment"})
COUNTED = frozenset({"needed", "left", "seq", "parts", "pieces", "size", "most", "short"})
# Texts that would fit anything, and those that stand inside others.
INNER = frozenset({"never-open", "others", "other", "and", "until", "hour", "hours", "count-working", "count-calendar", "some-supplier", "fixed-order"})
TAILS = ("besides", "now", "then-closed")
_HOLE = re.compile(r"\{(\w+)(?::[^}]*)?\}")
_DAYS = re.compile(r"(\S+) (working )?days?")
_OTHERS = re.compile(r"(.+) and (\d+) others?")
_ONE_DATE = re.compile(DATE)
_TAIL = re.compile(f"({'|'.join(re.escape(TEXTS[key].partition('{')[0]) for key in TAILS)})")
MOST_DEEP = 5


def spoken(texts: Texts, sentence: str) -> str:
    """Return ``sentence`` in the language of ``texts``; what is not known again stays as it is."""
    return sentence if texts.language == "en" else _said(texts, sentence, 0)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each template with the pattern of its sentences, those with the most words of their own first."""
    made = []
    for key, template in TEXTS.items():
        if key not in INNER and key not in TAILS:
            made.append((len(_HOLE.sub("", template)), template, re.compile(_pattern(template), re.DOTALL)))
    return tuple((template, pattern) for _, template, pattern in sorted(made, key=lambda each: -each[0]))


def _pattern(template: str) -> str:
    parts, at = [], 0
    for hole in _HOLE.finditer(template):
        name = hole[1]
        inner = DATE if name in DATED else r"[\d.]+" if name in COUNTED else ".+?"
        parts.append(re.escape(template[at : hole.start()]) + f"(?P<{name}>{inner})")
        at = hole.end()
    return "".join(parts) + re.escape(template[at:])


def _said(texts: Texts, sentence: str, deep: int) -> str:
    if deep > MOST_DEEP:
        return sentence
    head = _whole(texts, sentence, deep, only=TEXTS["late"])
    if head is not None:
        return head
    first, *rest = _TAIL.split(sentence)
    found = _whole(texts, first, deep)
    if found is None:
        return sentence
    for start, inner in zip(rest[::2], rest[1::2], strict=True):
        template = next(TEXTS[key] for key in TAILS if TEXTS[key].startswith(start))
        name = _HOLE.findall(template)[0]
        found += texts(template, **{name: _value(texts, name, inner, deep + 1)})
    return found


def _whole(texts: Texts, sentence: str, deep: int, only: str = "") -> str | None:
    """Return the sentence by the first template that fits and is translated (or by ``only`` that one), None when none does."""
    for template, pattern in _patterns():
        if only and template != only:
            continue
        match = pattern.fullmatch(sentence)
        if match is not None and texts(template) != template:
            return texts(template, **{name: _value(texts, name, text, deep + 1) for name, text in match.groupdict().items()})
    return None


def _value(texts: Texts, name: str, text: str, deep: int) -> str:
    if name in DATED:
        return _date(texts, text)
    if name in ("needed", "left"):
        return texts.number(Decimal(text))
    if name == "why":
        found = _said(texts, text, deep)
        whole = _said(texts, f"{text}.", deep) if found == text else ""
        return whole.rstrip(".。") if whole not in ("", f"{text}.") else found
    if name in ("count", "lead"):
        return _count(texts, text)
    if name == "hours":
        number = text.partition(" ")[0]
        return texts("{count} hour" if number == "1" else "{count} hours", count=number)
    if name == "span":
        return texts(TEXTS["until"], moment=_date(texts, text.removeprefix("until "))) if text.startswith("until ") else texts(text)
    if name in ("orders", "centres", "days"):
        return _names(texts, text)
    return texts(text) if name == "supplier" else text


def _count(texts: Texts, text: str) -> str:
    match = _DAYS.fullmatch(text)
    if match is None:
        return text
    number, working = match[1], match[2]
    if working:
        return texts("{count} working day" if number == "1" else "{count} working days", count=number)
    return texts("{count} day" if number == "1" else "{count} days", count=number)


def _names(texts: Texts, text: str) -> str:
    def each(listed: str) -> str:
        return ", ".join(_date(texts, name) if _ONE_DATE.fullmatch(name) else texts(name) for name in listed.split(", "))

    others = _OTHERS.fullmatch(text)
    if others is not None:
        key = "other" if others[2] == "1" else "others"
        return texts(TEXTS[key], names=each(others[1]), count=others[2])
    first, found, last = text.rpartition(" and ")
    return texts(TEXTS["and"], first=each(first), last=each(last)) if found else each(text)


def _date(texts: Texts, text: str) -> str:
    """Return ``Tue 10 Mar 14:00`` as the reader writes it."""
    weekday, day, month, *time = text.split()
    number = MONTHS.index(month) + 1
    if texts.language == "zh":
        return " ".join((f"{number}月{day}日（{texts(weekday)}）", *time))
    return " ".join((texts(weekday), f"{int(day):02}.{number:02}.", *time))
