"""What follows from a question about a series: pure functions."""

from collections.abc import Callable, Iterable, Sequence

from plait.infrastructure.signals.block import WORD
from plait.infrastructure.signals.model import Value
from plait.infrastructure.signals.record import Raw
from plait.store import from_ms

__all__ = ["means", "values"]

GOOD = 0


def values(points: Iterable[Raw], shown: Callable[[Raw], float | str]) -> list[Value]:
    """Return points as they are shown."""
    return [Value(from_ms(point.ms), shown(point), point.quality & ~WORD) for point in points]


def means(points: Sequence[Raw], since: int, step: int) -> list[Value]:
    """Return the arithmetic mean of each step of ``step`` ms counted from ``since``; bad values are left out, empty steps too.

    The quality of a mean is the worst of the values in it.
    """
    sums: dict[int, tuple[float, int, int]] = {}
    for point in points:
        if point.quality > 1:
            continue
        at = since + (point.ms - since) // step * step
        total, count, worst = sums.get(at, (0.0, 0, GOOD))
        sums[at] = (total + point.value, count + 1, max(worst, point.quality))
    return [Value(from_ms(at), total / count, worst, count) for at, (total, count, worst) in sorted(sums.items())]
