"""Shares and what they are compared with (pure)."""

from collections.abc import Iterable
from datetime import date, datetime

from plait.kernel.clock import parse_iso
from plait.overview.today.rules import end_of

__all__ = ["on_time", "share"]


def share(part: float, whole: float) -> float | None:
    """Return what per cent ``part`` is of ``whole``, one decimal, at most 100; None of nothing."""
    return round(min(100.0, 100 * part / whole), 1) if whole > 0 else None


def on_time(rows: Iterable[tuple[str, str]], middle: datetime, zone: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (on time, all) of what was done since ``middle`` and of what was done before; on time is by the end of the day it was due."""
    counts = [[0, 0], [0, 0]]
    for done, due in rows:
        at = parse_iso(done)
        period = counts[0 if at >= middle else 1]
        period[0] += at <= end_of(date.fromisoformat(due), zone)
        period[1] += 1
    return (counts[0][0], counts[0][1]), (counts[1][0], counts[1][1])
