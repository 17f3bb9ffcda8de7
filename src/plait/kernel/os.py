"""What differs between Linux, Windows and macOS: fsync, file locks, modes, signals. Nobody else calls them."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

__all__ = ["FileLock", "fsync_dir", "fsync_file", "private_dir", "replace", "rss_mb", "stop_signals", "write_private"]

WINDOWS = sys.platform == "win32"


def fsync_file(file: IO[bytes]) -> None:
    """Return when what was written to ``file`` is on disk (fdatasync where there is one, F_FULLFSYNC on macOS)."""
    file.flush()
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(file.fileno(), fcntl.F_FULLFSYNC)
    elif hasattr(os, "fdatasync"):
        os.fdatasync(file.fileno())
    else:
        os.fsync(file.fileno())


def fsync_dir(path: Path) -> None:
    """Return when the names in folder ``path`` are on disk; Windows needs and offers nothing."""
    if WINDOWS:
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(source: Path, target: Path) -> None:
    """Put ``source`` in the place of ``target`` at once, and make that durable."""
    source.replace(target)
    fsync_dir(target.parent)


def private_dir(path: Path) -> Path:
    """Make folder ``path`` (with parents), readable by its owner only, and return it."""
    path.mkdir(parents=True, exist_ok=True)
    if not WINDOWS:
        path.chmod(0o700)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Write a secret durably to ``path``, readable by its owner only from the first byte."""
    draft = path.with_name(path.name + ".tmp")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        fsync_file(file)
    replace(draft, path)


class FileLock:
    """A lock that one process holds on a file until it ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Try to take the lock; False when another process has it."""
        file = self.path.open("a+b")
        try:
            if WINDOWS:
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
            else:
                import fcntl

                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None


def stop_signals(call: Callable[[], None]) -> None:
    """Call ``call`` when somebody asks this process to end (Ctrl-C, a service manager)."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: call())


def rss_mb() -> float:
    """Return the resident memory of this process in MB, 0 where it cannot be told."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0
