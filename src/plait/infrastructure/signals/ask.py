"""Questions to the lake: values, figures of steps, a moment, a picture. On a thread; memory is bounded by going on in windows of time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from plait.infrastructure.signals.block import WORD, Block, empty, joined
from plait.infrastructure.signals.lake import Found, Lake
from plait.infrastructure.signals.manifest import HOUR, MINUTE, RAW, TIERS, File
from plait.infrastructure.signals.record import Raw

if TYPE_CHECKING:
    from plait.infrastructure.signals.shapes import Summary

__all__ = ["Picture", "Stepped", "at_moment", "changes", "coarse_at", "draw", "figures", "pieces", "tier_for", "values"]

WINDOW = 2 * TIERS[HOUR]
EXACT = 48 * TIERS[HOUR]
MOST_WORDS_READ = 500_000
BEGIN_OF_TIME = -(2**53)


class Stepped(NamedTuple):
    """Points of steps as (ms, value, count, quality), the files that should have been read but are damaged, and of which tier they are."""

    rows: list[tuple[int, float, int, int]]
    damaged: tuple[File, ...]
    tier: str


class Picture(NamedTuple):
    """The points of a picture, of how many, the damaged files, the tier looked at."""

    block: Block
    of: int
    damaged: tuple[File, ...]
    tier: str


def values(lake: Lake, series: int, since: int, until: int, most: int) -> Found:
    """Return the first ``most`` points with since <= ms < until."""
    blocks: list[Block] = []
    damaged: dict[str, File] = {}
    count, low, window = 0, since, WINDOW
    while low < until and count < most:
        found = lake.read([series], low, min(until, low + window))
        blocks.append(found.block)
        damaged.update((file.name, file) for file in found.damaged)
        count += len(found.block.ms)
        low += window
        window *= 4 if len(found.block.ms) < most // 4 else 1
    block = joined(blocks)
    return Found(block.take(slice(most)), tuple(damaged.values()))


def tier_for(since: int, until: int, step: int) -> str:
    """Return from which tier figures of steps are taken: from the points themselves unless it is long and the steps are whole minutes or hours."""
    if until - since > EXACT:
        for tier in (HOUR, MINUTE):
            if step % TIERS[tier] == 0 and since % TIERS[tier] == 0:
                return tier
    return RAW


def figures(lake: Lake, series: int, since: int, until: int, step: int, figure: str, fill: str = "none") -> Stepped:
    """Return a figure of each step of ``step`` ms from ``since``; see ``shapes.steps`` and ``shapes.filled``."""
    from plait.infrastructure.signals import shapes

    tier = tier_for(since, until, step)
    if tier == RAW:
        one, damaged = _of_points(lake, series, since, until, step)
    else:
        one, damaged = _of_tier(lake, series, since, until, step, tier)
    found = shapes.steps(one, figure)  # type: ignore[arg-type]
    if fill != "none":
        before = None
        if fill == "previous":
            known = at_moment(lake, [series], since - 1)
            coarse = {number: point for number, (point, _) in coarse_at(lake, [series], since - 1, known).items()}
            point = (known | coarse).get(series)
            before = None if point is None or point.quality > shapes.WORST else point.value
        found = shapes.filled(found, since, until, step, fill, before)  # type: ignore[arg-type]
    rows = list(zip(found.ms.tolist(), found.value.tolist(), found.points.tolist(), found.quality.tolist(), strict=True))
    return Stepped(rows, damaged, tier)


def _windows(since: int, until: int, step: int) -> Iterator[tuple[int, int]]:
    width = max(1, WINDOW // step) * step
    for low in range(since, until, width):
        yield low, min(until, low + width)


def _of_points(lake: Lake, series: int, since: int, until: int, step: int) -> tuple["Summary", tuple[File, ...]]:
    from plait.infrastructure.signals import shapes

    parts: list[Summary] = []
    damaged: dict[str, File] = {}
    for low, high in _windows(since, until, step):
        found = lake.read([series], low, high)
        damaged.update((file.name, file) for file in found.damaged)
        parts.append(shapes.summary(found.block, since, step))
    return shapes.chained(parts), tuple(damaged.values())


def pieces(since: int, until: int, tier: str) -> list[tuple[str, int, int]]:
    """Return (tier, since, until) of the pieces of a span of time: whole steps of the tier, and at its ends what is finer."""
    if tier == RAW:
        return [(RAW, since, until)] if since < until else []
    step, finer = TIERS[tier], MINUTE if tier == HOUR else RAW
    low, high = -(-since // step) * step, until // step * step
    if low >= high:
        return pieces(since, until, finer)
    return [*pieces(since, low, finer), (tier, low, high), *pieces(high, until, finer)]


def _of_tier(lake: Lake, series: int, since: int, until: int, step: int, tier: str) -> tuple["Summary", tuple[File, ...]]:
    """Return steps counted from the begin of the step of the tier that ``since`` lies in."""
    from plait.infrastructure.signals import shapes

    def look() -> tuple["Summary", tuple[File, ...]]:
        parts: list[Summary] = []
        damaged: dict[str, File] = {}
        for kind, low, high in pieces(since, until, tier):
            part, bad = _piece(lake, series, low, high, kind)
            parts += part
            damaged.update((file.name, file) for file in bad)
        return shapes.together(shapes.chained(parts), since // TIERS[tier] * TIERS[tier], step), tuple(damaged.values())

    return _still(lake, look)


def _piece(lake: Lake, series: int, since: int, until: int, tier: str) -> tuple[list["Summary"], tuple[File, ...]]:
    from plait.infrastructure.signals import shapes
    from plait.infrastructure.signals.files import summary_rows
    from plait.infrastructure.signals.repeats import once

    if tier == RAW:
        found = lake.read([series], since, until)
        return [shapes.summary(found.block, 0, TIERS[MINUTE])], found.damaged
    good, bad = lake.pick(tier, since, until)
    parts = [summary_rows([lake.folder / file.name for file in good], [series], since, until)] if good else []
    tail = once(lake, shapes.ordered(lake.tail([series], since, until)))
    return [*parts, shapes.summary(tail.block, 0, TIERS[tier])], bad


def _still(lake: Lake, look: Callable[[], tuple["Summary", tuple[File, ...]]]) -> tuple["Summary", tuple[File, ...]]:
    """Return what was seen while no segment was compacted: else its points would be counted twice."""
    while True:
        turn = lake.turns
        found = lake.steady(look)
        if turn == lake.turns and not turn % 2:
            return found


def draw(lake: Lake, series: int, since: int, until: int, points: int) -> Picture:
    """Return at most ``points`` points that look like all between two moments: four of each of ``points`` / 4 steps, so that every peak is there."""
    from plait.infrastructure.signals import shapes

    step = max(1, -(-(until - since) // max(1, points // 4)))
    tier = next((tier for tier in (HOUR, MINUTE) if step >= TIERS[tier]), RAW)
    if tier == RAW and until - since <= WINDOW:
        found = lake.read([series], since, until)
        if len(found.block.ms) <= points:
            return Picture(found.block, len(found.block.ms), found.damaged, tier)
        one, damaged = shapes.summary(found.block, since, step), found.damaged
    elif tier == RAW:
        one, damaged = _of_points(lake, series, since, until, step)
    else:
        one, damaged = _of_tier(lake, series, since, until, step, tier)
    block = shapes.picture(one)
    inside = (block.ms >= since) & (block.ms < until)
    return Picture(block.take(inside), int(one.points.sum()), damaged, tier)


def at_moment(lake: Lake, series: Sequence[int], at: int) -> dict[int, Raw]:
    """Return the last point of each series with ms <= ``at``; series without one are left out."""
    return lake.steady(lambda: _at_moment(lake, series, at))


def coarse_at(lake: Lake, series: Sequence[int], at: int, known: Mapping[int, Raw]) -> dict[int, tuple[Raw, str]]:
    """Return of series whose points near ``at`` were dropped the last value with ms <= ``at`` that minutes or hours know, and which of them.

    ``known``: the last points there are; what is no newer is left out. Of a step that goes on behind ``at`` its first, least or greatest value may be it.
    """
    if not lake.dropped:
        return {}
    return lake.steady(lambda: _coarse_at(lake, series, at, known))


def _coarse_at(lake: Lake, series: Sequence[int], at: int, known: Mapping[int, Raw]) -> dict[int, tuple[Raw, str]]:
    gone = max((last for first, last in lake.dropped if first <= at), default=BEGIN_OF_TIME)
    best = {number: known[number].ms if number in known else BEGIN_OF_TIME for number in series}
    found: dict[int, tuple[Raw, str]] = {}
    for tier in (MINUTE, HOUR):
        good, _ = lake.pick(tier, BEGIN_OF_TIME, at + 1)
        for file in sorted(good, key=lambda file: file.last_ms, reverse=True):
            left = [number for number, ms in best.items() if ms < min(file.last_ms, at, gone)]
            for point in _last_steps(lake.folder / file.name, left, at) if left else ():
                if point.ms > best[point.series]:
                    best[point.series], found[point.series] = point.ms, (point, tier)
    return found


def _last_steps(file: Path, series: Sequence[int], at: int) -> Iterator[Raw]:
    """Yield for each series the last value at or before ``at`` that a file of steps knows."""
    from plait.infrastructure.signals.files import last_steps

    one = last_steps(file, series, at)
    for number, begin, quality, *told in zip(one.series.tolist(), one.ms.tolist(), one.quality.tolist(), *_told(one), strict=True):
        ms, value = max((begin + off, value) for off, value in told if begin + off <= at)
        yield Raw(number, ms, value, quality)


def _told(one: "Summary") -> Iterator[list[tuple[int, float]]]:
    for off, value in ((one.first_at, one.first), (one.min_at, one.min), (one.max_at, one.max), (one.last_at, one.last)):
        yield list(zip(off.tolist(), value.tolist(), strict=True))


def _at_moment(lake: Lake, series: Sequence[int], at: int) -> dict[int, Raw]:
    found: dict[int, Raw] = {}
    _take(found, lake.tail(series, BEGIN_OF_TIME, at + 1))
    good, _ = lake.pick(RAW, BEGIN_OF_TIME, at + 1)
    for file in sorted(good, key=lambda file: file.last_ms, reverse=True):
        left = [number for number in series if number not in found or found[number].ms < min(file.last_ms, at)]
        if not left:
            break
        _take(found, _latest_in(lake, file, left, at))
    return found


def _take(found: dict[int, Raw], block: Block) -> None:
    from plait.infrastructure.signals.latest import Latest

    latest = Latest()
    latest.load(found.values())
    latest.keep_block(block)
    found.update((point.series, point) for point in latest.all())


def _latest_in(lake: Lake, file: File, series: Sequence[int], at: int) -> Block:
    """Return points of a file up to a moment: the last hour before it, and all of the file for series that have none in it."""
    from plait.infrastructure.signals.files import raw_rows

    path = [lake.folder / file.name]
    upper = min(at, file.last_ms)
    near = raw_rows(path, series, upper - TIERS[MINUTE], at + 1)
    missing = sorted(set(series) - set(near.series.tolist()))
    return joined([near, raw_rows(path, missing, None, at + 1)]) if missing else near


def changes(block: Block) -> Block:
    """Return of an ordered block of one series only those points at which it became another word, or of another quality."""
    import numpy as np

    if not len(block.ms):
        return empty()
    same = (block.value[1:] == block.value[:-1]) & (block.quality[1:] == block.quality[:-1]) & (block.quality[1:] >= WORD)
    keep = np.append(True, ~same)
    return block.take(keep)
