"""This computer under the rules of another: Windows and macOS as far as their rules can be kept on Linux.

Windows: no fdatasync, no fork, no flock, folders cannot be opened, modes mean nothing, a file that somebody has open can be
neither replaced nor removed, ``os.open`` without O_BINARY would change line ends. macOS: F_FULLFSYNC.
"""

import errno
import fcntl
import os
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from plait.kernel import os as ours

__all__ = ["macos", "open_files", "windows"]


def open_files() -> set[str]:
    """Return the files this process has open."""
    found = set()
    for handle in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(handle.readlink()))
        except OSError:
            continue
    return found


def _refuse_open(path: Any) -> None:
    if str(Path(path).resolve()) in open_files():
        raise PermissionError(errno.EACCES, "The process cannot access the file because it is being used by another process", str(path))


_flock = fcntl.flock


class _Msvcrt(types.ModuleType):
    """Byte locks of the C runtime, which belong to the handle as this system's flock does."""

    LK_NBLCK = 2

    @staticmethod
    def locking(handle: int, mode: int, count: int) -> None:
        """Lock ``count`` bytes at the present place, or raise OSError at once."""
        assert (mode, count) == (2, 1)
        _flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def windows(patch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """Keep Windows' rules; gives the commands that were run to set access lists."""
    commands: list[list[str]] = []
    unlink, replace, open_ = os.unlink, os.replace, os.open

    def guarded_open(path: Any, flags: int, mode: int = 0o777, **options: Any) -> int:
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        assert flags & 1 << 40, "opened without O_BINARY: line ends would be changed"
        return open_(path, flags & ~(1 << 40), mode, **options)

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("there is no such call on Windows")

    with patch.context() as rules:
        rules.setattr(ours, "WINDOWS", True)
        rules.setitem(sys.modules, "msvcrt", _Msvcrt("msvcrt"))
        rules.delattr(os, "fdatasync")
        rules.delattr(os, "fork")
        rules.setattr(os, "O_BINARY", 1 << 40, raising=False)
        rules.setattr(ours.os, "open", guarded_open)
        rules.setattr(fcntl, "flock", forbidden)
        rules.setattr(Path, "chmod", forbidden)
        rules.setattr(Path, "unlink", lambda self, missing_ok=False: _unlink(self, missing_ok, unlink))
        rules.setattr(Path, "replace", lambda self, target: _replace(self, target, replace))
        rules.setattr(ours.subprocess, "run", lambda command, **_: commands.append(command))
        rules.setattr(ours, "HELD_SECONDS", 0.001)
        yield commands


def _unlink(path: Path, missing_ok: bool, unlink: Any) -> None:
    if missing_ok and not path.exists():
        return
    _refuse_open(path)
    unlink(path)


def _replace(path: Path, target: Any, replace: Any) -> Path:
    _refuse_open(path)
    _refuse_open(target)
    replace(path, target)
    return Path(target)


@contextmanager
def macos(patch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Keep macOS' rules; gives the handles that were fully synced."""
    synced: list[int] = []
    real = fcntl.fcntl

    def call(handle: int, command: int, argument: Any = 0) -> Any:
        if command == 51:
            synced.append(handle)
            return 0
        return real(handle, command, argument)

    with patch.context() as rules:
        rules.setattr(ours, "MACOS", True)
        rules.delattr(os, "fdatasync")
        rules.setattr(fcntl, "fcntl", call)
        yield synced
