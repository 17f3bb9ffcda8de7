"""Why a firm moved a date, in the reader's language: nodes write such a reason in English, and it is known again by its template (pure)."""

import re

from plait.kernel.texts import Texts
from plait.manufacturing.desk.late.spoken import spoken

__all__ = ["TEMPLATES", "reason_said"]

TEMPLATES = (
    "{machine} stands since {since} ({why}), back about {until} UTC",
    "{firm} stands in for {other}",
    "what has not been begun goes to a stand-in",
    "stand-in for {other}",
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOLE = re.compile(r"\{(\w+)\}")
_MOMENT = rf"\d\d (?:{'|'.join(MONTHS)}) \d\d:\d\d"
_DATED = frozenset({"since", "until"})


def _pattern(template: str) -> re.Pattern[str]:
    parts = _HOLE.split(template)
    return re.compile("".join(f"(?P<{part}>{_MOMENT if part in _DATED else '.+?'})" if at % 2 else re.escape(part) for at, part in enumerate(parts)))


_PATTERNS = tuple((template, _pattern(template)) for template in TEMPLATES)


def reason_said(t: Texts, reason: str) -> str:
    """Return a reason in the language of ``t``; what is not known again stays as it is."""
    for template, pattern in _PATTERNS if t.language != "en" else ():
        found = pattern.fullmatch(reason)
        if found is not None:
            return t(template, **{name: _moment(t, text) if name in _DATED else text for name, text in found.groupdict().items()})
    return spoken(t, reason)


def _moment(t: Texts, text: str) -> str:
    """Return ``03 Mar 01:00`` as the reader writes it."""
    day, month, time = text.split()
    number = MONTHS.index(month) + 1
    return f"{number}月{int(day)}日 {time}" if t.language == "zh" else f"{day}.{number:02}. {time}"
