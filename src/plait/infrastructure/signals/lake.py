"""The lake: segments of points on disk. One thread writes at a time; complete segments never change.

A complete segment is listed in the manifest (``signal_segment``); compaction to Parquet takes complete segments from there.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from plait.infrastructure.signals.record import Raw, unpack
from plait.infrastructure.signals.tables import Span
from plait.store import Segments

__all__ = ["Lake", "widen"]


def widen(span: Span | None, points: Sequence[Raw]) -> Span | None:
    """Return ``span`` with ``points`` in it."""
    if not points:
        return span
    first, last = min(point.ms for point in points), max(point.ms for point in points)
    if span is None:
        return Span(first, last, len(points))
    return Span(min(span.first_ms, first), max(span.last_ms, last), span.points + len(points))


def both(one: Span, other: Span) -> Span:
    """Return what two stretches of points hold together."""
    return Span(min(one.first_ms, other.first_ms), max(one.last_ms, other.last_ms), one.points + other.points)


class Lake:
    """Points in segments under ``folder``; what a crash left half written is passed over."""

    def __init__(self, folder: Path, limit: int = 64 << 20) -> None:
        self._segments = Segments(folder, limit)
        self.spans: dict[int, Span] = {}

    @property
    def current(self) -> int:
        """The number of the segment being written."""
        return self._segments.current

    def load(self, known: dict[int, Span]) -> dict[int, Span]:
        """Learn what each segment holds: from the manifest, else by reading it; return what the manifest lacks of complete ones."""
        missing = {}
        for number in self._segments.numbers():
            span = known.get(number)
            if span is None:
                for record in self._segments.read(number):
                    span = widen(span, list(unpack(record)))
                if span is not None and number != self.current:
                    missing[number] = span
            if span is not None:
                self.spans[number] = span
        return missing

    def append(self, contents: Sequence[bytes], spans: Sequence[Span]) -> tuple[int, int]:
        """Write a group of records; return (segment, offset) behind it once it is on disk. Raise ``unavailable`` when the disk refuses."""
        number, offset = self._segments.append(contents)
        for each in spans:
            span = self.spans.get(number)
            self.spans[number] = each if span is None else both(span, each)
        return number, offset

    def after(self, segment: int, offset: int) -> Iterator[bytes]:
        """Yield every record behind a place, oldest first."""
        for number in self._segments.numbers():
            if number >= segment:
                yield from self._segments.read(number, offset if number == segment else 0)

    def read(self, series: int, since: int, until: int) -> list[Raw]:
        """Return the points of one series with since <= ms < until, in order of time, equal times in order of arrival."""
        found: list[Raw] = []
        for number, span in sorted(self.spans.items()):
            if span.first_ms < until and span.last_ms >= since:
                for record in self._segments.read(number):
                    found += [point for point in unpack(record) if point.series == series and since <= point.ms < until]
        return sorted(found, key=lambda point: point.ms)

    def close(self) -> None:
        """Close the segment being written."""
        self._segments.close()
