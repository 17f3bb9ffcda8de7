"""Points that come again long after: those that are in Parquet already are known there and go no further, so minutes and hours count each point once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from plait.infrastructure.signals.block import Block
from plait.infrastructure.signals.lake import Lake
from plait.infrastructure.signals.manifest import MINUTE, RAW, TIERS, File

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Once", "Unsure", "heights", "once", "unsure"]

NEVER = -(2**63)
PART_ROWS = 100_000


class Once(NamedTuple):
    """Points that are not in Parquet; those among them that are no newer than the newest of their series there; the files that could not be asked."""

    block: Block
    late: Block
    damaged: tuple[File, ...]


class Unsure(NamedTuple):
    """How many points of a series, and of which time (ms, both ends in it), may have been counted before: what would tell is no longer there."""

    series: int
    first_ms: int
    last_ms: int
    points: int


def heights(block: Block) -> dict[int, int]:
    """Return the time of the newest point of each series of an ordered block."""
    import numpy as np

    if not len(block.ms):
        return {}
    last = np.flatnonzero(np.append(block.series[1:] != block.series[:-1], True))
    return dict(zip(block.series[last].tolist(), block.ms[last].tolist(), strict=True))


def once(lake: Lake, block: Block) -> Once:
    """Return of an ordered block what is not in Parquet. Only points that are late are looked for; most blocks have none."""
    import numpy as np

    nothing = block.take(slice(0))
    until = max([file.last_ms for file in lake.files if file.tier == RAW] + [last for _, last in lake.dropped], default=NEVER)
    if not len(block.ms) or block.ms.min() > min(until, max(lake.heights.values(), default=NEVER)):
        return Once(block, nothing, ())
    late = np.flatnonzero(block.ms <= np.minimum(_limits(block, lake.heights), until))
    if not len(late):
        return Once(block, nothing, ())
    asked = block.take(late)
    good, bad = lake.pick(RAW, int(asked.ms.min()), int(asked.ms.max()) + 1)
    known = _known([lake.folder / file.name for file in good], asked) if good else np.zeros(len(late), bool)
    keep = np.ones(len(block.ms), bool)
    keep[late[known]] = False
    return Once(block.take(keep), asked.take(~known), bad)


def _limits(block: Block, heights: Mapping[int, int]) -> "NDArray[np.int64]":
    """Return for each point of an ordered block the newest time of its series in Parquet."""
    import numpy as np

    begin = np.flatnonzero(np.append(True, block.series[1:] != block.series[:-1]))
    each = np.array([heights.get(number, NEVER) for number in block.series[begin].tolist()], np.int64)
    return np.repeat(each, np.diff(np.append(begin, len(block.ms))))


def _known(files: Sequence[Path], block: Block) -> "NDArray[np.bool_]":
    """Tell which points of an ordered block stand in some files, a part of them at a time, so that memory is bounded."""
    import numpy as np

    from plait.infrastructure.signals.duck import ask, paths

    known = np.zeros(len(block.ms), bool)
    same = " AND ".join(f"stored.{name} IS NOT DISTINCT FROM late.{name}" for name in Block._fields)
    for first in range(0, len(block.ms), PART_ROWS):
        part = block.take(slice(first, first + PART_ROWS))
        within = f"series BETWEEN {part.series.min()} AND {part.series.max()} AND ms BETWEEN {part.ms.min()} AND {part.ms.max()}"
        stored = f"(SELECT series, ms, value, quality FROM read_parquet({paths(files)}) WHERE {within})"  # noqa: S608 - names and numbers of our own
        sql = f"SELECT DISTINCT line FROM {stored} AS stored JOIN late ON {same}"  # noqa: S608
        known[first + ask(sql, {"late": part._asdict() | {"line": np.arange(len(part.ms))}})["line"]] = True
    return known


def unsure(lake: Lake, late: Block, damaged: Sequence[File]) -> list[Unsure]:
    """Return which late points fall into minutes of which more is counted than there are points: the others were dropped, or are damaged."""
    import numpy as np

    from plait.infrastructure.signals.shapes import WORST

    gone = [(file.first_ms, file.last_ms) for file in damaged] + list(lake.dropped)
    doubtful = (late.quality <= WORST) & np.logical_or.reduce([np.zeros(len(late.ms), bool), *((late.ms >= low) & (late.ms <= high) for low, high in gone)])
    block = late.take(doubtful)
    if not len(block.ms):
        return []
    minute = block.ms // TIERS[MINUTE] * TIERS[MINUTE]
    lines = _counted_more(lake, block.series, minute)
    found = []
    for number in np.unique(block.series[lines]).tolist():
        ms = block.ms[lines & (block.series == number)]
        found.append(Unsure(number, int(ms.min()), int(ms.max()), len(ms)))
    return found


def _counted_more(lake: Lake, series: "NDArray[np.uint32]", minute: "NDArray[np.int64]") -> "NDArray[np.bool_]":
    """Tell for each (series, minute) whether the minutes count more points than the files of points hold."""
    import numpy as np

    from plait.infrastructure.signals.duck import ask, paths

    low, high = int(minute.min()), int(minute.max()) + TIERS[MINUTE]
    step = TIERS[MINUTE]
    begin = f"ms - (ms % {step} + {step}) % {step}"
    counts = {MINUTE: "SELECT series, ms, points AS n", RAW: f"SELECT series, {begin} AS ms, CAST(quality <= 1 AND NOT isnan(value) AS BIGINT) AS n"}
    asked = []
    for tier, sign in ((MINUTE, ""), (RAW, "-")):
        good, _ = lake.pick(tier, low, high)
        if good:
            files = paths([lake.folder / file.name for file in good])
            asked.append(f"SELECT series, ms, {sign}n AS n FROM ({counts[tier]} FROM read_parquet({files}) WHERE ms BETWEEN {low} AND {high})")  # noqa: S608
    if not asked:
        return np.zeros(len(series), bool)
    wanted = {"wanted": {"series": series, "ms": minute, "line": np.arange(len(series))}}
    distinct = "(SELECT DISTINCT series, ms FROM wanted)"
    more = f"SELECT series, ms FROM ({' UNION ALL '.join(asked)}) JOIN {distinct} USING (series, ms) GROUP BY ALL HAVING sum(n) > 0"  # noqa: S608
    lines = ask(f"SELECT line FROM wanted JOIN ({more}) USING (series, ms)", wanted)["line"]  # noqa: S608
    found = np.zeros(len(series), bool)
    found[lines] = True
    return found
