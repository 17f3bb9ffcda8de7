"""How far the fact log is known to be on disk, noted outside of it, so that a lost tail is noticed.

A log whose last facts were cut off is a whole, shorter chain: nothing in it tells of the loss (a damaged write-ahead log, a
disk that lied, a file put back by hand). Two slots of one line each, in blocks of their own, are written in turn, each with
its checksum, so that a torn write leaves the other one. The note is made after the facts are on disk, so it is never ahead of
them, and before anybody is told so, so that whatever ends the process leaves a note of all that was acknowledged. It is synced
itself at most once a second, so that nobody waits for it: what a loss of power takes of it are notes of the last second.
"""

import errno
import zlib
from pathlib import Path
from typing import IO

from plait.kernel.clock import SYSTEM
from plait.kernel.os import fsync_dir, fsync_file, remove

__all__ = ["Anchor"]

SLOT = 128
APART = 4096
SECONDS = 1.0


def _line(seq: int, hash: str) -> bytes:
    text = f"{seq} {hash}"
    return f"{text} {zlib.crc32(text.encode()):08x}\n".encode().ljust(SLOT)


def _read(slot: bytes) -> tuple[int, str] | None:
    words = slot.decode("ascii", "replace").split()
    if len(words) != 3 or not words[0].isdigit() or _line(int(words[0]), words[1]) != slot:
        return None
    return int(words[0]), words[1]


class Anchor:
    """The note beside a log in ``path``; used on the writer's thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None
        self._slot = 0
        self._noted = 0
        self._due = 0.0
        self._unsynced = False
        self._named = True

    def read(self) -> tuple[int, str] | None:
        """Return number and hash of the latest fact noted, None when there is no (readable) note."""
        content = self.path.read_bytes() if self.path.exists() else b""
        slots = [_read(content[start : start + SLOT]) or (-1, "") for start in (0, APART)]
        self._slot = 0 if slots[0] <= slots[1] else 1
        latest = max(slots)
        return None if latest[0] < 0 else latest

    def due(self) -> float | None:
        """Return the seconds until the latest note is to be synced, None when it is."""
        return max(0.0, self._due - SYSTEM.monotonic()) if self._unsynced else None

    def note(self, seq: int, hash: str) -> None:
        """Note that the log is on disk up to ``seq``; OSError when the disk refuses (the next note tries again)."""
        if seq != self._noted:
            if self._file is None:
                self._named = self.path.exists()
                self._file = self.path.open("r+b" if self._named else "w+b", buffering=0)
            self._file.seek(self._slot * APART)
            if self._file.write(_line(seq, hash)) != SLOT:
                raise OSError(errno.ENOSPC, "only a part of the note could be written", str(self.path))
            self._slot, self._noted = 1 - self._slot, seq
            self._unsynced = True

    def sync(self) -> None:
        """Put the latest note on disk; OSError as for ``note``."""
        self._due = SYSTEM.monotonic() + SECONDS
        self._unsynced = False
        if self._file is not None:
            fsync_file(self._file)
            if not self._named:
                fsync_dir(self.path.parent)
                self._named = True

    def forget(self) -> None:
        """Begin anew, as if nothing had been noted."""
        self.close()
        remove(self.path)
        self._slot, self._noted, self._due, self._unsynced = 0, 0, 0.0, False

    def close(self) -> None:
        """Close the file."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
