"""Durable append-only files of records: ``[length u32][crc32 u32][record]*``, little-endian, one fsync for a group.

A file is written from its making to its close and never again: a new start, and a write that failed, begin a new one. So what
a crash or a failed sync left at the end of a file is never written behind, and nothing is ever cut. A record whose checksum is
wrong is passed over; the next whole one is looked for behind it.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from plait.kernel.os import fsync_dir, fsync_file, make_dir, remove
from plait.kernel.problems import UNAVAILABLE, Problem

__all__ = ["Damage", "Segments", "damaged", "read_records"]

_HEAD = struct.Struct("<II")
_NAME = "{:012d}.seg"


class Damage(NamedTuple):
    """A stretch of a segment that holds no whole record: ``bytes`` from ``offset`` on; ``torn`` when nothing whole follows (what a crash leaves)."""

    offset: int
    bytes: int
    torn: bool


def _whole(content: bytes | memoryview, offset: int) -> bytes | None:
    """Return the record whose head stands at ``offset``, None when it is not whole (zeros would pass for an empty one: there are none)."""
    if offset + _HEAD.size > len(content):
        return None
    length, checksum = _HEAD.unpack_from(content, offset)
    end = offset + _HEAD.size + length
    if not length or end > len(content):
        return None
    record = bytes(content[offset + _HEAD.size : end])
    return record if zlib.crc32(record) == checksum else None


def _scan(path: Path, begin: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes | None]]:
    """Yield (offset behind it, record) of each whole record from ``begin`` to ``end``, and (offset behind it, None) of each stretch without one."""
    with path.open("rb") as file:
        file.seek(begin)
        content = memoryview(file.read(-1 if end is None else max(0, end - begin)))
    offset = 0
    while offset < len(content):
        record = _whole(content, offset)
        if record is None:
            offset = _next(content, offset + 1)
            yield begin + offset, None
        else:
            offset += _HEAD.size + len(record)
            yield begin + offset, record


def _next(content: memoryview, offset: int) -> int:
    """Return where the next whole record begins, or the end."""
    while offset < len(content) and _whole(content, offset) is None:
        offset += 1
    return offset


def read_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (offset behind the record, record) of one segment, damaged ones left out."""
    for offset, record in _scan(path):
        if record is not None:
            yield offset, record


def damaged(path: Path) -> list[Damage]:
    """Return the stretches of one segment that hold no whole record."""
    found: list[Damage] = []
    begin, size = 0, path.stat().st_size
    for offset, record in _scan(path):
        if record is None:
            found.append(Damage(begin, offset - begin, offset >= size))
        begin = offset
    return found


class Segments:
    """A folder of segments numbered from 1; one is written until it has ``limit`` bytes. One thread at a time."""

    def __init__(self, folder: Path, limit: int = 64 << 20) -> None:
        self.folder = make_dir(folder)
        self.limit = limit
        self._file: IO[bytes] | None = None
        self._size = 0
        self._closed = False
        self.current = max(self.numbers(), default=0)

    def numbers(self) -> list[int]:
        """Return the numbers of the segments there are, oldest first."""
        return sorted(int(path.stem) for path in self.folder.glob("*.seg"))

    def path(self, number: int) -> Path:
        """Return the file of a segment."""
        return self.folder / _NAME.format(number)

    def append(self, records: Sequence[bytes]) -> tuple[int, int]:
        """Write a group of records and return (segment, offset behind them) once they are on disk; ValueError for an empty record.

        Raise ``unavailable`` when the disk refuses; the next call tries again in a new segment.
        """
        if self._closed:
            raise Problem(UNAVAILABLE, f"The segments in {self.folder} are closed.")
        if not all(records):
            raise ValueError("a record has at least one byte")
        content = b"".join(part for record in records for part in (_HEAD.pack(len(record), zlib.crc32(record)), record))
        try:
            if self._file is None or self._size >= self.limit:
                self.rotate()
            assert self._file is not None
            left = memoryview(content)
            while left:
                left = left[self._file.write(left) :]
            fsync_file(self._file)
        except OSError as error:
            self._leave()
            raise Problem(UNAVAILABLE, f"Writing to {self.folder} failed: {error}") from error
        self._size += len(content)
        return self.current, self._size

    def rotate(self) -> int:
        """Begin a new segment and return the number of the one that is now complete (0 for the first)."""
        complete = self.current
        self._leave()
        number = complete + 1
        while self.path(number).exists():
            number += 1
        self._file = self.path(number).open("xb", buffering=0)
        self.current, self._size = number, 0
        fsync_dir(self.folder)
        return complete

    def read(self, number: int, offset: int = 0, until: int | None = None) -> Iterator[bytes]:
        """Yield the records of a segment behind ``offset`` (0, or behind a record) and before ``until`` (None: its end)."""
        for _, record in _scan(self.path(number), offset, until):
            if record is not None:
                yield record

    def drop(self, number: int) -> None:
        """Delete a complete segment whose records are kept elsewhere; ValueError for the latest one."""
        if number == self.current:
            raise ValueError(f"segment {number} is being written")
        remove(self.path(number))

    def _leave(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def close(self) -> None:
        """Close the segment being written; nothing more is taken."""
        self._closed = True
        self._leave()
