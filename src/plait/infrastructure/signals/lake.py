"""The lake: segments of points as they came, and Parquet files of what has been compacted. Asked together, in one answer.

One thread writes at a time; any number of threads read meanwhile. A complete segment never changes, nor does a Parquet file.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import structlog

from plait.infrastructure.signals.block import Block, empty, joined, unpacked
from plait.infrastructure.signals.manifest import RAW, File
from plait.infrastructure.signals.record import unpack
from plait.infrastructure.signals.tables import Span
from plait.kernel.os import free_bytes, remove
from plait.kernel.problems import UNAVAILABLE, Problem
from plait.store import Segments

__all__ = ["Found", "Lake", "both", "span_of"]

FEW_BYTES = 256 << 10
CACHED_POINTS = 1_000_000
TRIES = 20
SPARE_BYTES = 1 << 20
NOTHING: Mapping[int, int] = MappingProxyType({})
R = TypeVar("R")

_log = structlog.get_logger("plait.signals")


class Found(NamedTuple):
    """Points, and the files that should have been read but are missing or damaged."""

    block: Block
    damaged: tuple[File, ...]


def both(one: Span | None, other: Span) -> Span:
    """Return what two stretches of points hold together."""
    return other if one is None else Span(min(one.first_ms, other.first_ms), max(one.last_ms, other.last_ms), one.points + other.points)


def span_of(records: Iterable[bytes]) -> Span | None:
    """Return what records hold, None when they hold no point. numpy is loaded for many only."""
    span, seen = None, 0
    for record in records:
        seen += len(record)
        if seen > FEW_BYTES:
            ms = unpacked(record).ms
            span = both(span, Span(int(ms.min()), int(ms.max()), len(ms)))
        else:
            times = [point.ms for point in unpack(record)]
            span = both(span, Span(min(times), max(times), len(times)))
    return span


class Lake:
    """Points in segments and Parquet files under ``folder``; what a crash left half written is passed over.

    ``heights``: for each series a time (ms) that no point of it in Parquet is newer than; ``dropped``: times of which points were dropped;
    ``turns`` is odd while files take the place of segments or of others.
    """

    def __init__(self, folder: Path, limit: int = 8 << 20) -> None:
        self.folder = folder
        self._segments = Segments(folder, limit)
        self.spans: dict[int, Span] = {}
        self.files: tuple[File, ...] = ()
        self.reach = 0
        self.turns = 0
        self.heights: dict[int, int] = {}
        self.dropped: tuple[tuple[int, int], ...] = ()
        self._ends: dict[int, int] = {}
        self._tail: dict[int, tuple[int, Block]] = {}
        self._tailing = threading.Lock()
        self._trust: object | None = None
        self._lost: set[str] = set()
        self._refused = False

    @property
    def current(self) -> int:
        """The number of the segment being written."""
        return self._segments.current

    def load(self, known: dict[int, Span], files: Sequence[File] = (), reach: int = 0) -> dict[int, Span]:
        """Learn what each segment holds: from the manifest, else by reading it; return what the manifest lacks of complete ones.

        What an interrupted compaction left is cleared away: drafts, files not listed whose points are elsewhere, segments that are in Parquet.
        """
        self.files, self.reach = tuple(files), reach
        self._segments.current = max(self._segments.current, reach)
        self._lost = {file.name for file in files if not (self.folder / file.name).exists()}
        for name in sorted(self._lost):
            _log.error("a file of the signal lake is missing", file=name)
        self._clear()
        missing = {}
        for number in self._segments.numbers():
            span = known.get(number) or span_of(self._segments.read(number))
            if span is not None:
                self.spans[number] = span
                if number not in known and number != self.current:
                    missing[number] = span
        return missing

    def _clear(self) -> None:
        numbers = set(self._segments.numbers())
        listed = {file.name for file in self.files}
        lost = [file for file in self.files if file.name in self._lost]
        for draft in self.folder.glob("*.parquet.tmp"):
            draft.unlink(missing_ok=True)
        rmtree(self.folder / ".space", ignore_errors=True)
        for path in sorted(self.folder.glob("*-*.parquet")):
            if path.name in listed:
                continue
            _, first, last = path.stem.split("-")
            needed = any(file.first <= int(last) and int(first) <= file.last for file in lost)
            if {int(first), int(last)} <= numbers or (int(last) <= self.reach and not needed):
                remove(path)  # its points are in segments, or the manifest knows them elsewhere
            else:
                _log.warning("a file in the signal lake is not listed and is left alone", file=path.name)
        safe = not any(file.tier == RAW for file in lost)
        for number in sorted(numbers):
            if number <= self.reach and safe:
                remove(self._segments.path(number))

    def append(self, contents: Sequence[bytes], spans: Sequence[Span]) -> tuple[int, int]:
        """Write a group of records; return (segment, offset) behind it once it is on disk. Raise ``unavailable`` when the disk refuses."""
        needed = sum(map(len, contents))
        if self._refused and free_bytes(self.folder) < needed + SPARE_BYTES:
            raise Problem(UNAVAILABLE, f"The disk that holds {self.folder} is full: nothing new is recorded until there is room; what is there can be read.")
        self._refused = True
        number, offset = self._segments.append(contents)
        self._refused = False
        for span in spans:
            self.spans[number] = both(self.spans.get(number), span)
        self._ends[number] = offset
        return number, offset

    def rotate(self) -> None:
        """Begin a new segment, so that the one being written is complete."""
        self._segments.rotate()

    def within(self, place: tuple[int, int]) -> tuple[int, int]:
        """Return a place, or the end when there is none such any more: what is written next lies behind it."""
        path = self._segments.path(self.current)
        size = path.stat().st_size if path.exists() else place[1]
        return min(place, (self.current, size))

    def after(self, segment: int, offset: int) -> Iterator[bytes]:
        """Yield every record behind a place, oldest first."""
        for number in self._segments.numbers():
            if number >= segment:
                yield from self._segments.read(number, offset if number == segment else 0)

    def complete(self) -> list[int]:
        """Return the segments that are complete and not in Parquet yet, oldest first."""
        return sorted(number for number in self.spans if self.reach < number < self.current)

    def segment(self, number: int) -> Path:
        """Return the file of a segment."""
        return self._segments.path(number)

    def points(self, number: int) -> Block:
        """Return the acknowledged points of a segment, in order of arrival; what was read of it before is not read again."""
        with self._tailing:
            begin, block = self._tail.get(number, (0, None))
            end = self._ends.get(number)
            if block is None or end is None or begin < end:
                more = [unpacked(record) for record in self._segments.read(number, begin, end)]
                block = joined([*([] if block is None else [block]), *more])
                self._remember(number, end, block)
            return block

    def _remember(self, number: int, end: int | None, block: Block) -> None:
        if end is None:
            return
        self._tail[number] = (end, block)
        for old in sorted(self._tail):
            if sum(len(one.ms) for _, one in self._tail.values()) <= CACHED_POINTS or old == number:
                break
            del self._tail[old]

    def swap(self, gone: Sequence[File], made: Sequence[File], reach: int, heights: Mapping[int, int] = NOTHING) -> None:
        """Go by what the manifest says now: files in the place of others, and segments up to ``reach``, with points up to ``heights``, are in Parquet."""
        self.turns += 1
        try:
            self._swap(gone, made, reach)
            self.heights.update((number, max(ms, self.heights.get(number, ms))) for number, ms in heights.items())
        finally:
            self.turns += 1

    def _swap(self, gone: Sequence[File], made: Sequence[File], reach: int) -> None:
        names = {file.name for file in gone}
        self.files = tuple(sorted([*(file for file in self.files if file.name not in names), *made], key=lambda file: (file.first, file.name)))
        self.reach = max(self.reach, reach)
        with self._tailing:
            for number in [number for number in self.spans if number <= self.reach]:
                self.spans.pop(number)
                self._tail.pop(number, None)
                self._ends.pop(number, None)

    def drop(self, number: int) -> None:
        """Remove a segment whose points are in Parquet."""
        if number <= self.reach and number != self.current:
            remove(self._segments.path(number))

    def pick(self, tier: str, since: int, until: int) -> tuple[list[File], tuple[File, ...]]:
        """Return the files of a tier that may hold rows of a span of time: those to be believed, and those that are missing or damaged."""
        from plait.infrastructure.signals.files import Trust

        if not isinstance(self._trust, Trust):
            self._trust = Trust(self.folder)
        good: list[File] = []
        bad: list[File] = []
        for file in self.files:
            if file.tier == tier and file.first_ms < until and file.last_ms >= since:
                (good if file.name not in self._lost and self._trust.good(file) else bad).append(file)
        return good, tuple(bad)

    def steady(self, read: Callable[[], R]) -> R:
        """Return what ``read`` finds; once more when a file it was about to read was compacted away meanwhile."""
        for _ in range(TRIES):
            before = (self.files, self.reach)
            try:
                return read()
            except Exception:
                if before == (self.files, self.reach):
                    raise
        return read()

    def read(self, series: Sequence[int], since: int, until: int) -> Found:
        """Return the points of some series with since <= ms < until, by series and time, equal times in order of arrival, repeats left out."""
        return self.steady(lambda: self._read(series, since, until))

    def _read(self, series: Sequence[int], since: int, until: int) -> Found:
        from plait.infrastructure.signals.files import raw_rows
        from plait.infrastructure.signals.shapes import ordered

        tail = self.tail(series, since, until)  # before the files: what is compacted meanwhile is met twice, and counted once
        good, bad = self.pick(RAW, since, until)
        found = [raw_rows([self.folder / file.name for file in good], series, since, until)] if good else []
        return Found(ordered(joined([*found, tail])), bad)

    def tail(self, series: Sequence[int], since: int, until: int, *, behind: int = -1) -> Block:
        """Return the points of some series that are not in Parquet yet, in order of arrival; with ``behind`` those of later segments only."""
        import numpy as np

        parts = []
        for number, span in sorted(self.spans.copy().items()):
            if number > behind and span.first_ms < until and span.last_ms >= since:
                block = self.points(number)
                mask = (block.ms >= since) & (block.ms < until)
                mask &= (block.series == series[0]) if len(series) == 1 else np.isin(block.series, np.asarray(series, np.uint32))
                parts.append(block.take(mask))
        return joined(parts) if parts else empty()

    def close(self) -> None:
        """Close the segment being written."""
        self._segments.close()
