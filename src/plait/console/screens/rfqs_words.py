"""Why a firm or a part does not fit a request, in the reader's language: a sentence is known again by its template (pure)."""

import re

from plait.kernel.texts import Texts
from plait.manufacturing.vocabulary import name_of

__all__ = ["TEMPLATES", "why_not_said"]

TEMPLATES = (
    "publishes no capability",
    "does {process}, not {wanted}",
    "works {materials}, not {wanted}",
    "module {number} is below its range, which begins at {least}",
    "module {number} is above its range, which ends at {most}",
    "hardness {number} is below its range, which begins at {least}",
    "hardness {number} is above its range, which ends at {most}",
    "holds quality {number}, wanted is {most} or finer",
    "pieces of {number} mm do not fit, the limit is {most} mm",
    "has no certificate {names}",
    "is in {place}, not in {region}",
)
_HOLE = re.compile(r"\{(\w+)\}")
_CODES = frozenset({"process", "wanted", "materials"})
_NUMBERS = frozenset({"number", "least", "most"})


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("".join(f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(_HOLE.split(template))))


_PATTERNS = tuple((template, _pattern(template)) for template in TEMPLATES)


def why_not_said(t: Texts, sentence: str) -> str:
    """Return why something does not fit, its codes in words; what is not known again stays as it is."""
    for template, pattern in _PATTERNS:
        found = pattern.fullmatch(sentence)
        if found is not None:
            return t(template, **{name: _value(t, name, text) for name, text in found.groupdict().items()})
    return sentence


def _value(t: Texts, name: str, text: str) -> str:
    if name in _CODES:
        return ", ".join(t(name_of(code)) for code in text.split(", "))
    return t.number(float(text)) if name in _NUMBERS else t(text)
