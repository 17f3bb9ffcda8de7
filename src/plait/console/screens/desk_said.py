"""What the desk says of cells and changes, in the reader's language: a sentence is known again by its template (pure).

A file is read once, in English, whoever looks at it later; what is not known again stays as it is.
"""

import re
from functools import cache

from plait.console.screens.desk_words import FIELDS
from plait.kernel.texts import Texts

__all__ = ["TEMPLATES", "said"]

TEMPLATES = (
    "{number} is not among the parts here",
    "{number} is bought, not made here",
    "{material} is asked for, {number} is of {other}",
    "no currency is said; {code} was taken",
    "it is not sure that this column is {field}: {meaning}",
    "the column '{title}' was taken as {field}: {why}",
    "columns that were not read: {titles}",
    "'{name}' stands in the letterhead; nothing says it is the customer",
    "'{number}' was taken as the part's number",
    "{field} is missing ({meaning})",
    "{meaning}: not said",
    "the unit {code} is not known here",
    "the sheet '{name}' is hidden; it was read as well",
    "it says what row {row} says, and counts once",
)
_HOLE = re.compile(r"\{(\w+)\}")
_INNER = {"field", "meaning"}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each template with the pattern of its sentences."""

    def pattern(template: str) -> str:
        parts = _HOLE.split(template)
        return "".join(f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(parts))

    return tuple((template, re.compile(pattern(template), re.DOTALL)) for template in TEMPLATES)


def said(t: Texts, sentence: str) -> str:
    """Return a reason, a fix or what a change says in the language of ``t``."""
    known = t(sentence)
    if t.language == "en" or known != sentence:
        return known
    for template, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found is not None:
            values = {name: t(FIELDS.get(value, value)) if name in _INNER else value for name, value in found.groupdict().items()}
            return t(template, **values)
    return sentence
