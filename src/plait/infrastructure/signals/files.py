"""Parquet files of the lake: written whole, synced, named at once; what one holds is checked against the manifest before it is believed."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from plait.infrastructure.signals.block import Block
from plait.infrastructure.signals.duck import COPY, ask, paths, scratch
from plait.infrastructure.signals.manifest import HOUR, MINUTE, RAW, TIERS, File
from plait.infrastructure.signals.shapes import COLUMNS, Summary, ordered, summary, together
from plait.kernel.os import fsync_file, make_dir, replace

__all__ = ["Trust", "compacted_files", "last_steps", "merged_file", "raw_rows", "summary_rows"]

ENDING = ".parquet"
RANGE_ROWS = 150_000
RAW_COLUMNS = (("series", "UINTEGER"), ("ms", "BIGINT"), ("value", "DOUBLE"), ("quality", "UTINYINT"))
NUMBERS = frozenset({"sum", "min", "max", "first", "last"})
TIER_COLUMNS = tuple((name, dict(RAW_COLUMNS).get(name) or ("DOUBLE" if name in NUMBERS else "BIGINT")) for name in COLUMNS)


def compacted_files(folder: Path, block: Block, first: int, last: int, written_ms: int) -> list[File]:
    """Write the ordered points of segments ``first`` to ``last`` as one file of each tier; tiers without a row have none."""
    made = [_points(folder, RAW, 0, (first, last), written_ms, dict(zip(Block._fields, block, strict=True)))]
    minutes = summary(block, 0, TIERS[MINUTE])
    for tier, one in ((MINUTE, minutes), (HOUR, together(minutes, 0, TIERS[HOUR]))):
        if len(one.ms):
            made.append(_points(folder, tier, 0, (first, last), written_ms, one._asdict()))
    return made


def _points(folder: Path, tier: str, level: int, span: tuple[int, int], written_ms: int, columns: Mapping[str, Any]) -> File:
    ms = columns["ms"]
    draft = _draft(folder, tier, *span)
    ask(f"COPY points TO '{_sql(draft)}' {COPY}", {"points": columns})
    return _named(draft, File("", tier, level, *span, int(ms.min()), int(ms.max()) + TIERS[tier] - 1, len(ms), 0, "", written_ms))


def _draft(folder: Path, tier: str, first: int, last: int) -> Path:
    return folder / f"{tier}-{first:012d}-{last:012d}{ENDING}.tmp"


def _sql(path: Path) -> str:
    return str(path).replace("'", "''")


def _named(draft: Path, file: File) -> File:
    """Sync a draft, give it its name, and return what the manifest says of it."""
    with draft.open("rb+") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
        fsync_file(written)
        size = written.seek(0, 2)
    target = draft.with_suffix("")
    replace(draft, target)
    return msgspec.structs.replace(file, name=target.name, bytes=size, sha256=digest)


def merged_file(folder: Path, parts: Sequence[File]) -> File:
    """Write neighbouring files of one tier as one."""
    tier, span = parts[0].tier, (parts[0].first, parts[-1].last)
    level, written = parts[0].level + 1, max(part.written_ms for part in parts)
    draft = _draft(folder, tier, *span)
    rows = _merge([folder / part.name for part in parts], tier, draft, make_dir(folder / ".space"))
    times = min(part.first_ms for part in parts), max(part.last_ms for part in parts)
    return _named(draft, File("", tier, level, *span, *times, rows, 0, "", written))


def _ranges(paths_of: str) -> Iterator[tuple[int, int]]:
    """Yield ranges of series, both ends in it, of at most about ``RANGE_ROWS`` rows each."""
    counted = ask(f"SELECT series, count(*) AS rows FROM read_parquet({paths_of}) GROUP BY series ORDER BY series")  # noqa: S608 - names of our own
    first, rows, before = None, 0, 0
    for series, count in zip(counted["series"].tolist(), counted["rows"].tolist(), strict=True):
        if first is not None and rows + count > RANGE_ROWS:
            yield first, before
            first, rows = None, 0
        first, rows, before = series if first is None else first, rows + count, series
    if first is not None:
        yield first, before


def _merge(parts: Sequence[Path], tier: str, draft: Path, space: Path) -> int:
    """Write the rows of all parts to ``draft``, a range of series at a time, so that memory is bounded; return how many there are."""
    rows = 0
    columns = ", ".join(f'"{name}" {kind}' for name, kind in (RAW_COLUMNS if tier == RAW else TIER_COLUMNS))
    with scratch(space) as gather:
        gather(f"CREATE TABLE merged ({columns})", {})
        for first, last in _ranges(paths(parts)):
            range_rows = _range_of(parts, tier, first, last)
            gather("INSERT INTO merged SELECT * FROM range_rows", {"range_rows": range_rows})
            rows += len(range_rows["ms"])
        gather(f"COPY merged TO '{_sql(draft)}' {COPY}", {})
    return rows


def _range_of(parts: Sequence[Path], tier: str, first: int, last: int) -> Mapping[str, Any]:
    """Return the rows of a range of series, as they are to stand in a merged file."""
    names = ", ".join(f'"{name}"' for name, _ in (RAW_COLUMNS if tier == RAW else TIER_COLUMNS))
    found = ask(f"SELECT {names} FROM read_parquet({paths(parts)}) WHERE series BETWEEN {first} AND {last}")  # noqa: S608 - names and numbers of our own
    if tier == RAW:
        return ordered(Block(*found.values()))._asdict()
    return together(Summary(*found.values()), 0, TIERS[tier])._asdict()


def _where(series: Sequence[int], since: int | None, until: int | None) -> str:
    wanted = [f"series = {series[0]}" if len(series) == 1 else f"series IN ({', '.join(map(str, series))})"] if series else []
    wanted += [] if since is None else [f"ms >= {since}"]
    wanted += [] if until is None else [f"ms < {until}"]
    return f" WHERE {' AND '.join(wanted)}" if wanted else ""


def raw_rows(files: Sequence[Path], series: Sequence[int], since: int | None = None, until: int | None = None) -> Block:
    """Return the points of some series (none named: of all) with since <= ms < until, file by file."""
    import numpy as np

    one = len(series) == 1
    columns = "ms, value, quality" if one else "series, ms, value, quality"
    found = ask(f"SELECT {columns} FROM read_parquet({paths(files)}){_where(series, since, until)}")  # noqa: S608 - names and numbers of our own
    return Block(np.full(len(found["ms"]), series[0], np.uint32) if one else found["series"], found["ms"], found["value"], found["quality"])


def summary_rows(files: Sequence[Path], series: Sequence[int], since: int | None = None, until: int | None = None) -> Summary:
    """Return the rows of a tier of some series (none named: of all) whose steps begin in since <= ms < until."""
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    found = ask(f"SELECT {names} FROM read_parquet({paths(files)}){_where(series, since, until)}")  # noqa: S608 - names and numbers of our own
    return Summary(*(found[name] for name in COLUMNS))


def last_steps(file: Path, series: Sequence[int], at: int) -> Summary:
    """Return for each of some series the last row of a file of a tier that has a value with ms <= ``at``."""
    newest = ", ".join(f'arg_max("{name}", ms) AS "{name}"' for name in COLUMNS if name not in {"series", "ms"})
    sql = f"SELECT series, max(ms) AS ms, {newest} FROM read_parquet({paths([file])}){_where(series, None, at + 1)} AND ms + first_at <= {at} GROUP BY series"  # noqa: S608
    found = ask(sql)
    return Summary(*(found[name] for name in COLUMNS))


class Trust:
    """Which files are as the manifest says. Each is read once, and again when it looks changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, tuple[int, int]] = {}
        self.damaged: set[str] = set()

    def good(self, file: File) -> bool:
        """Tell whether a file can be believed; FileNotFoundError when it is gone."""
        path = self._folder / file.name
        stat = path.stat()
        look = (stat.st_size, stat.st_mtime_ns)
        if self._seen.get(file.name) != look:
            with path.open("rb") as content:
                same = stat.st_size == file.bytes and hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
            (self.damaged.discard if same else self.damaged.add)(file.name)
            self._seen[file.name] = look
        return file.name not in self.damaged
