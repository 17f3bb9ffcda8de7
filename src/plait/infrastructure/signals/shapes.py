"""What is made of points: sorted, without repeats, means and other figures of steps, pictures. Pure functions on columns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from plait.infrastructure.signals.block import Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["COLUMNS", "WORST", "Figure", "Fill", "Steps", "Summary", "chained", "filled", "ordered", "picture", "steps", "summary", "together"]

Figure: TypeAlias = Literal["mean", "min", "max", "sum", "count", "first", "last"]
Fill: TypeAlias = Literal["none", "previous", "linear"]
WORST = 1  # values of a worse quality, and words, are no part of a figure
COLUMNS = ("series", "ms", "points", "sum", "min", "min_at", "max", "max_at", "first", "first_at", "last", "last_at", "quality")


class Summary(NamedTuple):
    """Figures of the good and uncertain numbers of each (series, ``ms`` = begin of a step); ``.._at`` in ms after it; the worst quality."""

    series: "NDArray[np.uint32]"
    ms: "NDArray[np.int64]"
    points: "NDArray[np.int64]"
    sum: "NDArray[np.float64]"
    min: "NDArray[np.float64]"
    min_at: "NDArray[np.int64]"
    max: "NDArray[np.float64]"
    max_at: "NDArray[np.int64]"
    first: "NDArray[np.float64]"
    first_at: "NDArray[np.int64]"
    last: "NDArray[np.float64]"
    last_at: "NDArray[np.int64]"
    quality: "NDArray[np.uint8]"

    def take(self, which: Any) -> "Summary":
        """Return the steps at some places."""
        columns: list[Any] = [column[which] for column in self]
        return Summary(*columns)


class Steps(NamedTuple):
    """One figure of each step that has one: when it begins (ms), the figure, of how many points, their worst quality."""

    ms: "NDArray[np.int64]"
    value: "NDArray[np.float64]"
    points: "NDArray[np.int64]"
    quality: "NDArray[np.uint8]"


def ordered(block: Block) -> Block:
    """Return points by series and time, equal times in order of arrival; of a point that came again (all four equal) the first stays.

    Zeros of either sign are equal, and so is whatever is not a number, as in DuckDB.
    """
    import numpy as np

    series, ms = block.series, block.ms
    same, later = series[1:] == series[:-1], ms[1:] >= ms[:-1]
    if not np.all((series[1:] > series[:-1]) | (same & later)):
        order = np.lexsort((ms, series))
        block = block.take(order)
        series, ms = block.series, block.ms
    tied = (series[1:] == series[:-1]) & (ms[1:] == ms[:-1])
    if not tied.any():
        return block
    among = np.flatnonzero(np.append(tied, False) | np.append(False, tied))
    number = block.value[among] + 0.0
    number[np.isnan(number)] = np.nan
    bits = number.view(np.int64)
    order = np.lexsort((block.quality[among], bits, ms[among], series[among]))
    tried = [column[order] for column in (series[among], ms[among], bits, block.quality[among])]
    again = np.logical_and.reduce([column[1:] == column[:-1] for column in tried])
    keep = np.ones(len(ms), bool)
    keep[among[order[1:][again]]] = False
    return block.take(keep)


def _bounds(changes: Any) -> Any:
    import numpy as np

    return np.flatnonzero(np.append(True, changes))


def _extreme(value: Any, begin: Any, least: bool) -> tuple[Any, Any]:
    """Return the extreme value of each run and where it stands first."""
    import numpy as np

    found = (np.minimum if least else np.maximum).reduceat(value, begin)
    lengths = np.diff(np.append(begin, len(value)))
    hits = np.flatnonzero(value == np.repeat(found, lengths))
    return found, hits[np.searchsorted(hits, begin)]


def summary(block: Block, since: int, step: int) -> Summary:
    """Return the figures of steps of ``step`` ms counted from ``since``, of an ordered block."""
    import numpy as np

    fit = (block.quality <= WORST) & ~np.isnan(block.value)
    if not fit.all():
        block = block.take(fit)
    at = since + (block.ms - since) // step * step
    if not len(at):
        return Summary(*(np.zeros(0, kind) for kind in _kinds()))
    begin = _bounds((at[1:] != at[:-1]) | (block.series[1:] != block.series[:-1]))
    end = np.append(begin[1:], len(at)) - 1
    low, low_at = _extreme(block.value, begin, True)
    high, high_at = _extreme(block.value, begin, False)
    ms, rel = at[begin], block.ms - at
    worst = np.maximum.reduceat(block.quality, begin)
    total = np.add.reduceat(block.value, begin)
    count = end - begin + 1
    value = block.value
    return Summary(block.series[begin], ms, count, total, low, rel[low_at], high, rel[high_at], value[begin], rel[begin], value[end], rel[end], worst)


def _kinds() -> list[Any]:
    import numpy as np

    whole, number = np.int64, np.float64
    return [np.uint32, whole, whole, number, number, whole, number, whole, number, whole, number, whole, np.uint8]


def chained(parts: Sequence[Summary]) -> Summary:
    """Return several summaries as one, as they come."""
    import numpy as np

    if not parts:
        return Summary(*(np.zeros(0, kind) for kind in _kinds()))
    return Summary(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def together(parts: Summary, since: int, step: int) -> Summary:
    """Return steps of ``step`` ms counted from ``since``, of shorter steps or parts of steps, which come in any order."""
    import numpy as np

    order = np.lexsort((parts.ms, parts.series))
    one = parts.take(order)
    if not len(one.ms):
        return one
    at = since + (one.ms - since) // step * step
    begin = _bounds((at[1:] != at[:-1]) | (one.series[1:] != one.series[:-1]))
    off = one.ms - at
    low, low_row = _extreme(one.min, begin, True)
    high, high_row = _extreme(one.max, begin, False)
    first_row = _earliest(off + one.first_at, begin)
    last_row = _earliest(-(off + one.last_at), begin, latest=True)
    return Summary(
        one.series[begin],
        at[begin],
        np.add.reduceat(one.points, begin),
        np.add.reduceat(one.sum, begin),
        low,
        (off + one.min_at)[low_row],
        high,
        (off + one.max_at)[high_row],
        one.first[first_row],
        (off + one.first_at)[first_row],
        one.last[last_row],
        (off + one.last_at)[last_row],
        np.maximum.reduceat(one.quality, begin),
    )


def _earliest(when: Any, begin: Any, *, latest: bool = False) -> Any:
    """Return where the least of each run stands: the first such place, or the last one."""
    import numpy as np

    ends = np.append(begin[1:], len(when))
    hits = np.flatnonzero(when == np.repeat(np.minimum.reduceat(when, begin), ends - begin))
    return hits[np.searchsorted(hits, ends) - 1] if latest else hits[np.searchsorted(hits, begin)]


def steps(one: Summary, figure: Figure) -> Steps:
    """Return one figure of each step of a summary."""
    value: Any = one.sum / one.points if figure == "mean" else one.points * 1.0 if figure == "count" else getattr(one, figure)
    return Steps(one.ms, value, one.points, one.quality)


def filled(found: Steps, since: int, until: int, step: int, fill: Fill, before: float | None = None) -> Steps:
    """Return one figure for each step from ``since`` to ``until``: where there is none the ``previous`` one, or one on the line between neighbours.

    A filled step has count 0 and quality 1 (uncertain). ``before``: the last value before ``since``. Steps without a value on the side they need stay away.
    """
    import numpy as np

    if fill == "none":
        return found
    ms = np.arange(since, until, step, dtype=np.int64)
    row = np.searchsorted(found.ms, ms, "right") - 1
    there = (row >= 0) & (found.ms[np.maximum(row, 0)] == ms) if len(found.ms) else np.zeros(len(ms), bool)
    if fill == "linear":
        value = np.interp(ms, found.ms, found.value, np.nan, np.nan) if len(found.ms) else np.full(len(ms), np.nan)
    else:
        value = np.where(row >= 0, found.value[np.maximum(row, 0)], np.nan) if len(found.ms) else np.full(len(ms), np.nan)
        if before is not None:
            value[row < 0] = before
    near = np.maximum(row, 0)
    count = np.where(there, found.points[near], 0) if len(found.ms) else np.zeros(len(ms), np.int64)
    quality = np.where(there, found.quality[near], 1).astype(np.uint8) if len(found.ms) else np.ones(len(ms), np.uint8)
    known = there | ~np.isnan(value)
    return Steps(ms[known], value[known], count[known], quality[known])


def picture(one: Summary) -> Block:
    """Return of each step the first, least, greatest and last value, each where it stands: a line through them looks like one through all (M4).

    U. Jugel, Z. Jerzak, G. Hackenbroich, V. Markl: M4, a visualization-oriented time series data aggregation, VLDB 7 (2014) 797-808.
    """
    import numpy as np

    ms = np.stack([one.ms + one.first_at, one.ms + one.min_at, one.ms + one.max_at, one.ms + one.last_at], 1)
    value = np.stack([one.first, one.min, one.max, one.last], 1)
    order = np.argsort(ms, 1, kind="stable")
    flat, shown = np.take_along_axis(ms, order, 1).ravel(), np.take_along_axis(value, order, 1).ravel()
    block = Block(np.repeat(one.series, 4), flat, shown, np.repeat(one.quality, 4))
    return ordered(block)
