"""The lake of a node that may be standing, read as it lies on disk: for an export of everything. Nothing in it is changed."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, inspect

from plait.infrastructure.signals import manifest, tables
from plait.infrastructure.signals.block import WORD, Block, empty, joined, raws, unpacked
from plait.infrastructure.signals.files import Trust, raw_rows
from plait.infrastructure.signals.manifest import RAW, File
from plait.infrastructure.signals.shapes import ordered
from plait.infrastructure.signals.words import Words
from plait.kernel.actor import Scope
from plait.kernel.problems import UNAVAILABLE, Problem
from plait.store import read_records

__all__ = ["every_series"]

ALL = Scope(everything=True)
TRIES = 10


def every_series(conn: Connection, lake: Path) -> Iterator[tuple[str, Iterator[tuple[int, float | str, int]]]]:
    """Yield each series that has points: its name, and (ms, value or word, quality) in order of time.

    ``conn`` may look at a snapshot: what was compacted since then is found where it lies now.
    """
    known = inspect(conn).has_table("signal_file")
    words = Words()
    if known:
        words.load(tables.words(conn, ALL))
    listed = {file.name: file for file in manifest.files(conn, ALL)} if known else {}
    tail, trust = _tail(lake), Trust(lake)
    for number, name in tables.names(conn, ALL).items():
        block = _of(lake, trust, listed, tail, number)
        if len(block.ms):
            yield name, _points(block, words)


def _points(block: Block, words: Words) -> Iterator[tuple[int, float | str, int]]:
    for point in raws(block):
        yield point.ms, words.text(point.series, point.value) if point.quality & WORD else point.value, point.quality & ~WORD


def _tail(lake: Path) -> Block:
    """Return what is in segments, sorted by series."""
    import numpy as np

    parts: list[Block] = []
    for path in sorted(lake.glob("*.seg")):
        with suppress(FileNotFoundError):  # compacted meanwhile: it is met in Parquet
            parts += [unpacked(record) for _, record in read_records(path)]
    block = joined(parts)
    return block.take(np.argsort(block.series, kind="stable"))


def _of(lake: Path, trust: Trust, listed: Mapping[str, File], tail: Block, number: int) -> Block:
    """Return all points of a series; those that are met in two files, because they were compacted or merged just now, once."""
    import numpy as np

    low, high = np.searchsorted(tail.series, [number, number + 1])
    return ordered(joined([_stored(lake, trust, listed, number), tail.take(slice(low, high))]))


def _stored(lake: Path, trust: Trust, listed: Mapping[str, File], number: int) -> Block:
    for _ in range(TRIES):
        paths = sorted(lake.glob(f"{RAW}-*.parquet"))
        try:
            good = [path for path in paths if path.name not in listed or trust.good(listed[path.name])]
            return raw_rows(good, [number]) if good else empty()
        except Exception:
            if all(path.exists() for path in paths):
                raise
    raise Problem(UNAVAILABLE, f"The files in {lake} change faster than they can be read.")
