"""Points as one plain Parquet file that any engine reads: series, time (UTC), value, text, quality."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from plait.infrastructure.signals.block import WORD, Block
from plait.infrastructure.signals.duck import COPY, scratch
from plait.infrastructure.signals.lake import Lake
from plait.infrastructure.signals.manifest import RAW, File
from plait.infrastructure.signals.words import Words
from plait.kernel.os import make_dir

__all__ = ["write_export"]

PART_ROWS = 200_000
COLUMNS = "series VARCHAR, time TIMESTAMP WITH TIME ZONE, value DOUBLE, text VARCHAR, quality UTINYINT"
SHOWN = "name AS series, make_timestamp(ms * 1000) AT TIME ZONE 'UTC' AS time, value, text, quality"


def write_export(lake: Lake, names: Mapping[int, str], words: Words, since: int, until: int, target: Path) -> tuple[File, ...]:
    """Write the points of the series in ``names`` with since <= ms < until, by name of the series and time; return the files that are damaged or missing.

    Some series at a time, or a stretch of one, so that memory is bounded. Nothing may be compacted meanwhile.
    """
    _, bad = lake.pick(RAW, since, until)
    if bad:
        return bad
    with scratch(make_dir(lake.folder / ".space")) as gather:
        gather(f"CREATE TABLE points ({COLUMNS})", {})
        for numbers, low, high in _parts(lake, sorted(names, key=names.__getitem__), since, until):
            part = _columns(lake.read(numbers, low, high).block, names, words)
            gather(f"INSERT INTO points SELECT {SHOWN} FROM part ORDER BY name, ms, line", {"part": part})  # noqa: S608 - names of our own
        quoted = str(target).replace("'", "''")
        gather(f"COPY points TO '{quoted}' {COPY}", {})
    return ()


def _parts(lake: Lake, numbers: Sequence[int], since: int, until: int) -> Iterator[tuple[Sequence[int], int, int]]:
    """Yield some series and a span of time, so that about ``PART_ROWS`` points are in each: several whole series, or stretches of one."""
    stored = [file for file in lake.files if file.tier == RAW and file.first_ms < until and file.last_ms >= since]
    begin = min([file.first_ms for file in stored] + [span.first_ms for span in lake.spans.values()], default=until)
    end = max([file.last_ms for file in stored] + [span.last_ms for span in lake.spans.values()], default=since) + 1
    low, high = max(since, begin), min(until, end)
    rows = sum(file.rows for file in stored) + sum(span.points for span in lake.spans.values())
    each = max(1, rows // max(1, len(numbers)))
    many = max(1, PART_ROWS // each)
    width = max(1, -(-(high - low) // max(1, -(-each // PART_ROWS)))) if high > low else 1
    for first in range(0, len(numbers), many):
        for at in range(low, high, width):
            yield numbers[first : first + many], at, min(high, at + width)


def _columns(block: Block, names: Mapping[int, str], words: Words) -> Mapping[str, Any]:
    import numpy as np

    said = block.quality >= WORD
    text = np.full(len(block.ms), None, object)
    for line in np.flatnonzero(said).tolist():
        text[line] = words.text(int(block.series[line]), float(block.value[line]))
    called = np.array([names[number] for number in block.series.tolist()], object)
    value = np.ma.masked_array(block.value, said)
    return {"name": called, "ms": block.ms, "line": np.arange(len(block.ms)), "value": value, "text": text, "quality": block.quality & ~np.uint8(WORD)}
