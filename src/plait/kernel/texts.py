"""The message catalogue: texts for people in their language, and how dates, numbers and money are written there.

A text stands in the code in English; ``catalogues/*.po`` (gettext's form) holds the others. A text without a translation is shown in English.
"""

import ast
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from plait.kernel.money import Money

__all__ = ["LANGUAGES", "Texts", "language_of"]

LANGUAGES = ("en", "de", "zh")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
MARKS = {"en": (",", "."), "de": (".", ","), "zh": (",", ".")}
DAYS: dict[str, Callable[[date], str]] = {
    "en": lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
    "de": lambda day: f"{day:%d.%m.%Y}",
    "zh": lambda day: f"{day.year}年{day.month}月{day.day}日",
}


def language_of(tag: str) -> str:
    """Return the language of ours that a tag (BCP 47: ``zh-CN``, ``de``) asks for, "" for one we do not speak."""
    name = tag.strip().lower().replace("_", "-").partition("-")[0]
    return name if name in LANGUAGES else ""


@cache
def _catalogue(language: str) -> dict[str, str]:
    """Read a catalogue; of gettext's form it uses msgid, msgstr, their continuation lines and comments."""
    if language == "en":
        return {}
    found: dict[str, str] = {}
    parts = {"msgid": "", "msgstr": ""}
    now = ""
    for line in (files("plait.kernel") / "catalogues" / f"{language}.po").read_text("utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word in parts:
            now, text = word, rest
            if word == "msgid":
                parts = {"msgid": "", "msgstr": ""}
        else:
            text = line
        if text.startswith('"'):
            parts[now] += ast.literal_eval(text)
            if now == "msgstr":
                found[parts["msgid"]] = parts["msgstr"]
    found.pop("", None)
    return found


class Texts:
    """Texts and forms of one language; times are shown in ``zone`` (IANA)."""

    def __init__(self, language: str = "en", zone: str = "UTC") -> None:
        self.language = language_of(language) or "en"
        self.zone = ZoneInfo(zone)

    def __call__(self, text: str, **values: Any) -> str:
        """Return ``text`` (English) in this language, with ``{name}`` filled in from ``values``."""
        known = _catalogue(self.language).get(text) or text
        return known.format(**values) if values else known

    def day(self, when: date | datetime) -> str:
        """Return a date in words; of a time, the local day."""
        return DAYS[self.language](when.astimezone(self.zone).date() if isinstance(when, datetime) else when)

    def moment(self, when: datetime) -> str:
        """Return a local date and time of day."""
        return f"{self.day(when)}{' ' if self.language == 'zh' else ', '}{when.astimezone(self.zone):%H:%M}"

    def number(self, value: Decimal | float, decimals: int | None = None) -> str:
        """Return a number with its thousands apart; ``decimals`` None: as many as it has (of a float, six figures at most)."""
        amount = Decimal(f"{value:g}" if isinstance(value, float) and decimals is None else value)
        if decimals is None:
            exponent = amount.normalize().as_tuple().exponent
            decimals = max(0, -exponent) if isinstance(exponent, int) else 0
        thousands, point = MARKS[self.language]
        return f"{amount:,.{decimals}f}".replace(",", "\0").replace(".", point).replace("\0", thousands)

    def money(self, money: Money) -> str:
        """Return an amount with its currency's code; never less exact than it is."""
        rounded = money.rounded().amount.as_tuple().exponent
        exact = money.amount.normalize().as_tuple().exponent
        decimals = max(-rounded if isinstance(rounded, int) else 2, -exact if isinstance(exact, int) else 0)
        amount = self.number(money.amount, decimals)
        return f"{amount} {money.currency}" if self.language == "de" else f"{money.currency} {amount}"

    def quantity(self, value: Decimal | int, unit: str = "C62") -> str:
        """Return a quantity with its unit (UN/ECE Rec 20) as people write it."""
        return f"{self.number(Decimal(value))} {self(_UNITS.get(unit, unit))}"


_UNITS = {
    "C62": "pcs",
    "H87": "pcs",
    "EA": "pcs",
    "KGM": "kg",
    "GRM": "g",
    "TNE": "t",
    "MTR": "m",
    "MMT": "mm",
    "MTK": "m²",
    "LTR": "l",
    "SET": "sets",
    "HUR": "h",
}
