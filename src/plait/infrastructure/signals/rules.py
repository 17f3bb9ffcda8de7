"""What follows from a question about a series: pure functions."""

from collections.abc import Callable, Iterable

from plait.infrastructure.signals.block import WORD
from plait.infrastructure.signals.model import Value
from plait.infrastructure.signals.record import Raw
from plait.store import from_ms

__all__ = ["values"]


def values(points: Iterable[Raw], shown: Callable[[Raw], float | str]) -> list[Value]:
    """Return points as they are shown."""
    return [Value(from_ms(point.ms), shown(point), point.quality & ~WORD) for point in points]
