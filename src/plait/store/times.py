"""Milliseconds since 1970, the form of a moment in columns that are compared."""

from datetime import UTC, datetime
from typing import Protocol

from plait.kernel.clock import SYSTEM

__all__ = ["from_ms", "ms_of", "now_ms"]


class _Clock(Protocol):
    def now(self) -> datetime: ...


def ms_of(when: datetime) -> int:
    """Return ``when`` in milliseconds since 1970-01-01T00:00Z."""
    return round(when.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """Return the moment ``ms`` milliseconds after 1970-01-01T00:00Z, in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def now_ms(clock: _Clock = SYSTEM) -> int:
    """Return the present moment of ``clock`` (default: system time) in milliseconds since 1970."""
    return ms_of(clock.now())
