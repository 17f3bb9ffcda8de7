"""Durable append-only files of records: ``[length u32][crc32 u32][record]*``, little-endian, one fsync for a group.

What a crash left half written is cut off at the first record whose checksum is wrong, the next time it is opened.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from plait.kernel.os import fsync_dir, fsync_file, remove
from plait.kernel.problems import UNAVAILABLE, Problem

__all__ = ["Segments", "read_records"]

_HEAD = struct.Struct("<II")
_NAME = "{:012d}.seg"


def read_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (offset behind the record, record) of one segment, up to the first record that is not whole."""
    with path.open("rb") as file:
        offset = 0
        size = path.stat().st_size
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            length, checksum = _HEAD.unpack(head)
            if length > size - offset - _HEAD.size:
                return
            record = file.read(length)
            if len(record) < length or zlib.crc32(record) != checksum:
                return
            offset += _HEAD.size + length
            yield offset, record


class Segments:
    """A folder of segments numbered from 1; the last one is written until it has ``limit`` bytes. One thread at a time."""

    def __init__(self, folder: Path, limit: int = 64 << 20) -> None:
        self.folder = folder
        self.limit = limit
        self.cut = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] | None = None
        self._size = 0
        self.current = max(self.numbers(), default=0)
        if self.current:
            self._recover()
        else:
            self.rotate()

    def numbers(self) -> list[int]:
        """Return the numbers of the segments there are, oldest first."""
        return sorted(int(path.stem) for path in self.folder.glob("*.seg"))

    def path(self, number: int) -> Path:
        """Return the file of a segment."""
        return self.folder / _NAME.format(number)

    def _recover(self) -> None:
        """Cut the last segment behind its last good record; ``cut`` says how many bytes that cost."""
        path = self.path(self.current)
        end = 0
        for offset, _ in read_records(path):
            end = offset
        self.cut = path.stat().st_size - end
        self._file = path.open("r+b")
        if self.cut:
            self._file.truncate(end)
            fsync_file(self._file)
        self._file.seek(end)
        self._size = end

    def append(self, records: Sequence[bytes]) -> tuple[int, int]:
        """Write a group of records and return (segment, offset behind them) once they are on disk.

        Raise ``unavailable`` when the disk refuses; nothing more is taken then until the folder is opened again.
        """
        if self._size >= self.limit:
            self.rotate()
        if self._file is None:
            raise Problem(UNAVAILABLE, f"The segments in {self.folder} are closed after a failed write.")
        content = b"".join(part for record in records for part in (_HEAD.pack(len(record), zlib.crc32(record)), record))
        try:
            self._file.write(content)
            fsync_file(self._file)
        except OSError as error:
            self.close()
            raise Problem(UNAVAILABLE, f"Writing to {self.folder} failed: {error}") from error
        self._size += len(content)
        return self.current, self._size

    def rotate(self) -> int:
        """Begin a new segment and return the number of the one that is now complete (0 for the first)."""
        complete = self.current
        self.close()
        self.current += 1
        self._file = self.path(self.current).open("xb")
        fsync_dir(self.folder)
        self._size = 0
        return complete

    def read(self, number: int, offset: int = 0) -> Iterator[bytes]:
        """Yield the records of a segment that end behind ``offset``."""
        for end, record in read_records(self.path(number)):
            if end > offset:
                yield record

    def drop(self, number: int) -> None:
        """Delete a complete segment whose records are kept elsewhere; ValueError for the one being written."""
        if number == self.current:
            raise ValueError(f"segment {number} is being written")
        remove(self.path(number))

    def close(self) -> None:
        """Close the segment being written."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
