"""The story: a digest of what happened, equal from run to run for the same seed."""

import hashlib
from collections.abc import Iterable
from typing import Any

__all__ = ["digest", "lines"]


def lines(firm: str, facts: Iterable[dict[str, Any]]) -> list[str]:
    """Return one line (business time, firm, kind, business key, quantity) a fact that belongs to the story."""
    return ["|".join((fact["at"], firm, fact["kind"], *fact["story"])) for fact in facts if fact["story"]]


def digest(told: Iterable[str]) -> str:
    """Return the digest of all firms' lines, whatever order they were collected in."""
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()
