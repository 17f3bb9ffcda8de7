"""Sentences whose values are filled in, and whose dates and numbers are written, in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from plait.kernel.clock import iso, parse_iso
from plait.kernel.money import Money
from plait.kernel.texts import Texts
from plait.manufacturing.desk.late.spoken import spoken
from plait.overview.findings import found

__all__ = ["Value", "Values", "count", "day", "moment", "money", "said", "word"]


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value in a sentence, as plain text by which its form is known.

    ``kind``: a ``word`` stands as it is (a name, a number of an order), a ``term`` is a text of the catalogue, a ``reason`` a sentence of the plan,
    a ``finding`` one of the doctor, a ``summary`` what a file holds; ``number``, ``day`` (YYYY-MM-DD) and ``moment`` (RFC 3339) are written as the
    reader writes them, ``money`` with its currency in ``unit``.
    """

    kind: Literal["word", "term", "reason", "finding", "summary", "number", "day", "moment", "money"]
    text: str
    unit: str = ""


Values = dict[str, Value]


def word(text: str) -> Value:
    """Return a name or number that is never translated."""
    return Value("word", text)


def count(number: float | Decimal) -> Value:
    """Return a number."""
    return Value("number", f"{number:g}" if isinstance(number, float) else str(number))


def day(when: date) -> Value:
    """Return a date (of our place)."""
    return Value("day", f"{when:%Y-%m-%d}")


def moment(when: datetime) -> Value:
    """Return a point of time."""
    return Value("moment", iso(when))


def money(amount: Money) -> Value:
    """Return an amount of money."""
    return Value("money", str(amount.amount), amount.currency)


def said(texts: Texts, text: str, values: Mapping[str, Value]) -> str:
    """Return the sentence ``text`` (English, with ``{name}``) in the language of ``texts``, its values filled in."""
    return texts(text, **{name: _shown(texts, value) for name, value in values.items()})


def _shown(texts: Texts, value: Value) -> str:
    if value.kind == "number":
        return texts.number(Decimal(value.text))
    if value.kind == "day":
        return texts.day(date.fromisoformat(value.text))
    if value.kind == "moment":
        return texts.moment(parse_iso(value.text))
    if value.kind == "money":
        return texts.money(Money(Decimal(value.text), value.unit))
    if value.kind == "reason":
        return spoken(texts, value.text)
    if value.kind == "summary":
        return ", ".join(_piece(texts, each) for each in value.text.split(", "))
    if value.kind == "finding":
        return found(texts, value.text)
    return texts(value.text) if value.kind == "term" and value.text else value.text


def _piece(texts: Texts, piece: str) -> str:
    """Return ``5 order lines`` with its word translated."""
    number, _, name = piece.partition(" ")
    return f"{number} {texts(name)}" if number.isdigit() else texts(piece)
