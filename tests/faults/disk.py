"""The failing disk (``disk.c``) from Python: building it, arming it, and what a loss of power may leave behind."""

import atexit
import ctypes
import os
import random
import struct
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from shutil import rmtree, which
from typing import NamedTuple

from tests.support.require import require

__all__ = ["CREATE", "SAID", "Fault", "Op", "arm", "count", "environment", "library", "present", "said", "states", "trace"]

HERE = Path(__file__).parent
CREATE, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, SYNCDIR, SAID, FORGOT = range(1, 11)
SECTOR = 512
_HEAD = struct.Struct("<BQQIII")


@cache
def library(name: str = "disk") -> Path:
    """Build a preloaded library once and return it; skip (fail) where there is no C compiler or no preloading."""
    compiler = os.environ.get("CC") or which("cc") or which("gcc")
    require("a C compiler", compiler, "install one (Debian: apt-get install gcc libc6-dev)")
    require("LD_PRELOAD", sysconfig.get_platform().startswith("linux"), "run this on Linux")
    target = Path(tempfile.mkdtemp(prefix="plait-disk-")) / f"{name}.so"
    atexit.register(rmtree, target.parent, ignore_errors=True)
    command = [str(compiler), "-O2", "-shared", "-fPIC", "-o", str(target), str(HERE / f"{name}.c"), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return target


class Fault(NamedTuple):
    """What the disk is to do. Calls are counted from 1: ``kill_at`` ends the process before that one (``tear``: in the middle of it).

        ``full_after`` bytes there is no space, for ``full_for`` calls (0: for ever); ``error_at`` one call fails (EIO);
    ``readonly_at`` every call from there on; ``slow_ms`` each sync takes so long; ``unsynced_at`` one sync fails (counted on their
    own), and ``kill_after`` so many calls later the process ends.
    """

    kill_at: int = 0
    tear: int = 0
    full_after: int = -1
    full_for: int = 0
    error_at: int = 0
    readonly_at: int = 0
    slow_ms: int = 0
    unsynced_at: int = 0
    kill_after: int = 0


def environment(under: Path, fault: Fault = Fault(), *, count: Path | None = None, trace: Path | None = None) -> Mapping[str, str]:
    """Return what a process needs in its environment to have its files below ``under`` on such a disk."""
    named = {f"PLAIT_DISK_{name.upper()}": str(value) for name, value in fault._asdict().items()}
    more = {"PLAIT_DISK_COUNT": str(count or ""), "PLAIT_DISK_TRACE": str(trace or "")}
    return {"LD_PRELOAD": str(library()), "PLAIT_DISK_UNDER": str(under.resolve())} | named | more


def arm(under: Path, fault: Fault, trace: Path | None = None) -> None:
    """Begin to fail in this process, which was started with the library."""
    disk = ctypes.CDLL(os.environ["LD_PRELOAD"])
    order = ("kill_at", "tear", "full_after", "full_for", "error_at", "readonly_at", "slow_ms", "unsynced_at", "kill_after")
    disk.disk_arm(str(under.resolve()).encode(), *(ctypes.c_long(getattr(fault, name)) for name in order), str(trace or "").encode())


def count() -> int:
    """Return how many calls this process has made that change files below the folder."""
    disk = ctypes.CDLL(os.environ["LD_PRELOAD"])
    disk.disk_count.restype = ctypes.c_long
    return int(disk.disk_count())


class Op(NamedTuple):
    """One call that was written down; ``file`` is the inode, ``data`` what was written or said."""

    kind: int
    file: int
    offset: int
    one: str
    two: str
    data: bytes


def trace(path: Path) -> list[Op]:
    """Read what a process did to its files, in order."""
    content, place, found = path.read_bytes(), 0, []
    while place < len(content):
        kind, file, offset, one, two, size = _HEAD.unpack_from(content, place)
        place += _HEAD.size
        parts = content[place : place + one], content[place + one : place + one + two], content[place + one + two : place + one + two + size]
        place += one + two + size
        found.append(Op(kind, file, offset, parts[0].decode(), parts[1].decode(), parts[2]))
    return found


def said(ops: list[Op]) -> list[str]:
    """Return the lines said on standard output among ``ops``."""
    return b"".join(op.data for op in ops if op.kind == SAID).decode().splitlines()


class _File:
    """A file on a disk with a cache: what is surely there, and the changes since it was last synced."""

    def __init__(self, content: bytes = b"") -> None:
        self.kept = bytearray(content)
        self.pending: list[Op] = []

    def sync(self) -> None:
        for op in self.pending:
            _apply(self.kept, op)
        self.pending.clear()

    def after(self, draw: random.Random) -> bytes:
        """Return what may be found after a loss of power: any of the pending changes, sector by sector."""
        content = bytearray(self.kept)
        share = draw.choice((0.0, 0.5, 0.9, 1.0))
        for op in self.pending:
            if op.kind == TRUNCATE:
                if draw.random() < share:
                    _apply(content, op)
                continue
            for start in range(0, len(op.data), SECTOR):
                if draw.random() < share:
                    _apply(content, op._replace(offset=op.offset + start, data=op.data[start : start + SECTOR]))
        return bytes(content)


def _apply(content: bytearray, op: Op) -> None:
    end = op.offset + len(op.data)
    if op.kind == TRUNCATE:
        del content[op.offset :]
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if op.kind == WRITE:
        content[op.offset : end] = op.data


class _Disk:
    """All files of a folder with their names; a name is sure once its folder was synced."""

    def __init__(self, root: Path, before: Mapping[int, tuple[str, bytes]]) -> None:
        self.root = root
        self.files: dict[int, _File] = {inode: _File(content) for inode, (_, content) in before.items()}
        self.names: dict[str, _File] = {name: self.files[inode] for inode, (name, _) in before.items()}
        self.pending: list[Op] = []
        self.folders: set[str] = {str(root), *(str(Path(name).parent) for name in self.names)}
        self.by_create: dict[int, _File] = {}

    def play(self, op: Op) -> None:
        if op.kind == CREATE:
            self.files[op.file] = _File()
            self.pending.append(op._replace(offset=len(self.by_create)))
            self.by_create[len(self.by_create)] = self.files[op.file]
        elif op.kind in {WRITE, TRUNCATE}:
            self.files[op.file].pending.append(op)
        elif op.kind == SYNC:
            self.files[op.file].sync()
        elif op.kind == FORGOT and op.file in self.files:
            self.files[op.file].pending.clear()
        elif op.kind in {RENAME, UNLINK, MKDIR}:
            self.pending.append(op)
        elif op.kind == SYNCDIR:
            sure = [one for one in self.pending if str(Path(one.two or one.one).parent) == op.one]
            for one in sure:
                self.enter(one, self.names, self.folders)
                self.pending.remove(one)

    def enter(self, op: Op, names: dict[str, _File], folders: set[str]) -> None:
        if op.kind == CREATE:
            names[op.one] = self.by_create[op.offset]
        elif op.kind == MKDIR:
            folders.add(op.one)
        elif op.kind == UNLINK:
            names.pop(op.one, None)
        elif op.one in names:
            names[op.two] = names.pop(op.one)
        elif op.one in folders:
            moved = {name for name in names if name.startswith(f"{op.one}/")}
            names |= {op.two + name.removeprefix(op.one): names.pop(name) for name in moved}
            inside = {name for name in folders if name == op.one or name.startswith(f"{op.one}/")}
            folders -= inside
            folders |= {op.two + name.removeprefix(op.one) for name in inside}

    def after(self, draw: random.Random, target: Path) -> None:
        """Write to ``target`` what may be found after a loss of power now; names change in order, as on a journaling file system."""
        names, folders = dict(self.names), set(self.folders)
        for op in self.pending[: draw.randint(0, len(self.pending))]:
            self.enter(op, names, folders)
        for folder in sorted(folders):
            path = target / Path(folder).relative_to(self.root)
            if path.parent.exists():
                path.mkdir(exist_ok=True)
        for name, file in names.items():
            path = target / Path(name).relative_to(self.root)
            if path.parent.exists():
                path.write_bytes(file.after(draw))


def present(root: Path) -> Mapping[int, tuple[str, bytes]]:
    """Return what lies in a folder before the work begins: name and content of each file by its inode."""
    return {path.stat().st_ino: (str(path.resolve()), path.read_bytes()) for path in root.rglob("*") if path.is_file()}


def states(
    ops: list[Op], root: Path, space: Path, draw: random.Random, number: int, before: Mapping[int, tuple[str, bytes]] | None = None
) -> Iterator[tuple[Path, list[str]]]:
    """Yield ``number`` folders that a loss of power at drawn moments may leave, each with what had been said by then.

    ``before``: what lay in the folder when the work began (``present``).
    """
    moments = sorted(draw.randint(1, len(ops)) for _ in range(number))
    disk, heard, at = _Disk(root.resolve(), before or {}), [], 0
    for index, moment in enumerate(moments):
        for op in ops[at:moment]:
            disk.play(op)
            if op.kind == SAID:
                heard.append(op.data)
        at = moment
        target = space / f"state-{index}"
        target.mkdir()
        disk.after(draw, target)
        yield target, b"".join(heard).decode().splitlines()
