"""Points as one plain Parquet file that any engine reads: series, time (UTC), value, text, quality."""

from collections.abc import Mapping
from pathlib import Path

from plait.infrastructure.signals.block import WORD
from plait.infrastructure.signals.duck import COPY, ask, paths
from plait.infrastructure.signals.lake import Lake
from plait.infrastructure.signals.manifest import RAW, File
from plait.infrastructure.signals.words import Words

__all__ = ["write_export"]


def write_export(lake: Lake, names: Mapping[int, str], words: Words, since: int, until: int, target: Path) -> tuple[File, ...]:
    """Write the points of the series in ``names`` with since <= ms < until, by series and time; return the files that are damaged or missing.

    Nothing may be compacted meanwhile.
    """
    import numpy as np

    numbers = np.array(sorted(names), np.uint32)
    tail = lake.tail(numbers.tolist(), since, until) if len(numbers) else lake.tail([0], 0, 0)
    good, bad = lake.pick(RAW, since, until)
    said = [(number, code, text) for number, code, text in words.all() if number in names]
    tables = {
        "tail": tail._asdict(),
        "names": {"id": numbers, "name": np.array([names[number] for number in numbers.tolist()], object)},
        "words": {
            "owner": np.array([number for number, _, _ in said], np.uint32),
            "code": np.array([code for _, code, _ in said], np.float64),
            "text": np.array([text for *_, text in said], object),
        },
    }
    columns = "series, ms, value, quality"
    stored = f" UNION ALL SELECT {columns} FROM read_parquet({paths([lake.folder / file.name for file in good])})" if good else ""  # noqa: S608 - our own names
    join = f"LEFT JOIN words ON owner = points.series AND code = value AND quality >= {WORD}" if said else ""
    text = "text" if said else "NULL::VARCHAR"
    quoted = str(target).replace("'", "''")
    shown = f"CASE WHEN quality < {WORD} THEN value END AS value, {text} AS text, (quality % {WORD})::UTINYINT AS quality"
    points = f"SELECT DISTINCT {columns} FROM (SELECT {columns} FROM tail{stored}) WHERE ms >= {since} AND ms < {until}"  # noqa: S608 - our own names
    moment = "make_timestamp(ms * 1000) AT TIME ZONE 'UTC'"
    chosen = f"SELECT name AS series, {moment} AS time, {shown} FROM ({points}) AS points JOIN names ON id = points.series {join} ORDER BY name, ms"  # noqa: S608
    ask(f"COPY ({chosen}) TO '{quoted}' {COPY}", tables=tables, space=lake.folder / ".space")
    return bad
