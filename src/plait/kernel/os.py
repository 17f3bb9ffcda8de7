"""What differs between Linux, Windows and macOS: fsync, file locks, modes, names, signals, children. Nobody else calls them.

Windows: no fork, no fdatasync, folders cannot be synced, a file that somebody has open can be neither replaced nor removed,
names are case-insensitive and some are reserved, a child is not asked but told to stop. macOS: fsync leaves the bytes in
the drive's cache, F_FULLFSYNC does not.
"""

import atexit
import contextlib
import errno
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Any, Protocol

__all__ = [
    "FileLock",
    "child_options",
    "cpu_count",
    "cpu_seconds",
    "free_bytes",
    "free_port",
    "fsync_dir",
    "fsync_file",
    "host_names",
    "local_addresses",
    "make_dir",
    "private_dir",
    "raise_open_files",
    "read_text",
    "remove",
    "replace",
    "rss_mb",
    "safe_name",
    "stop_child",
    "stop_signals",
    "write_private",
    "write_whole",
]

WINDOWS = sys.platform == "win32"
MACOS = sys.platform == "darwin"
HELD_TRIES = 50
HELD_SECONDS = 0.02
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in "123456789¹²³")})
LONGEST_NAME = 120
PORTS = range(20_000, 32_000)
_given: deque[socket.socket] = deque()
GIVEN = 256
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


def cpu_count() -> int:
    """Return how many processors the computer has."""
    return os.cpu_count() or 1


def _let_go(keep: int = 0) -> None:
    """Let go of all but the last ``keep`` ports that were given."""
    while len(_given) > keep:
        _given.popleft().close()


atexit.register(_let_go)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 on which nobody listens, none twice.

    It is drawn from below those that systems give to outgoing connections (from 32768 on), so that none of these takes it meanwhile. Nor does another
    process that draws one: the UDP port of the same number, which nothing of ours uses, is held as a sign that it is given, for the last ``GIVEN``.
    """
    for _ in range(1000):
        port = PORTS.start + secrets.randbelow(len(PORTS))
        sign = socket.socket(type=socket.SOCK_DGRAM)
        try:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
                sign.bind(("127.0.0.1", port))
        except OSError:
            sign.close()
            continue
        _given.append(sign)
        _let_go(GIVEN)
        return port
    raise OSError(errno.EADDRINUSE, "no port is free")


def fsync_file(file: IO[bytes]) -> None:
    """Return when what was written to ``file`` is on disk (fdatasync where there is one, F_FULLFSYNC on macOS)."""
    file.flush()
    handle = file.fileno()
    if MACOS:
        import fcntl

        try:
            fcntl.fcntl(handle, getattr(fcntl, "F_FULLFSYNC", 51))
        except OSError:  # a file system that does not know it, such as a network share
            os.fsync(handle)
    elif hasattr(os, "fdatasync"):
        os.fdatasync(handle)
    else:
        os.fsync(handle)


def fsync_dir(path: Path) -> None:
    """Return when the names in folder ``path`` are on disk; Windows needs and offers nothing."""
    if WINDOWS:
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _when_free(call: Callable[[], object]) -> bool:
    """Call until no other program (a virus scanner, an indexer) holds the file; False when it is held for too long."""
    for _ in range(HELD_TRIES if WINDOWS else 1):
        try:
            call()
        except PermissionError:
            threading.Event().wait(HELD_SECONDS if WINDOWS else 0)
            continue
        return True
    return False


def replace(source: Path, target: Path) -> None:
    """Put ``source`` in the place of ``target`` at once, and make that durable; PermissionError when a program holds one of them."""
    if not _when_free(lambda: source.replace(target)):
        source.replace(target)
    fsync_dir(target.parent)


def remove(path: Path) -> bool:
    """Remove a file, durably; False when a program holds it and it is still there, to be tried another time."""
    gone = _when_free(lambda: path.unlink(missing_ok=True))
    if gone:
        fsync_dir(path.parent)
    return gone


def read_text(path: Path) -> str:
    """Return the text of a file that a person may have written with any editor: UTF-8 with or without mark, any line ends."""
    return path.read_text("utf-8-sig")


def safe_name(text: str, taken: Collection[str] = ()) -> str:
    """Return ``text`` as a file name that every system takes and that differs from all in ``taken`` also without regard to case."""
    name = _FORBIDDEN.sub("_", text).strip(" .")[:LONGEST_NAME].rstrip(" .") or "_"
    if name.partition(".")[0].strip().casefold() in RESERVED:
        name = f"_{name}"
    others = {other.casefold() for other in taken}
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    number, made = 1, name
    while made.casefold() in others:
        number += 1
        made = f"{stem} ({number}){dot}{ending}"
    return made


@cache
def host_names() -> frozenset[str]:
    """Return the names of this computer in its network, in lower case: bare, with its domain, and as multicast DNS gives it."""
    own = socket.gethostname().lower()
    return frozenset({own, own.partition(".")[0], f"{own.partition('.')[0]}.local"})


# Addresses for documentation and of inside networks: asking the way to them sends nothing.
_FAR = ("192.0.2.1", "10.255.255.254", "172.31.255.254", "192.168.255.254", "100.127.255.254", "2001:db8::1", "fdff::1")


def local_addresses() -> tuple[str, ...]:
    """Return the addresses by which others in its networks reach this computer, the one by which it reaches the world first; none without a network.

    It asks by which of its addresses it would speak to far ones, and by which its own name is known. That may take a second.
    """
    found: dict[str, None] = {}
    for far in _FAR:
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET6 if ":" in far else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            found[str(probe.getsockname()[0])] = None
    with contextlib.suppress(OSError):
        found |= {str(each[4][0]): None for each in socket.getaddrinfo(socket.gethostname(), None)}
    return tuple(each for each in found if "%" not in each and _reachable(each))


def _reachable(address: str) -> bool:
    given = ip_address(address)
    return not (given.is_loopback or given.is_unspecified or given.is_link_local or given.is_multicast)


def free_bytes(path: Path) -> int:
    """Return how many bytes may still be written to the disk that holds ``path``."""
    import shutil

    return shutil.disk_usage(path).free


def _restrict(path: Path, mode: int) -> None:
    """Let only its owner use ``path``: by mode, on Windows by an access list without inheritance."""
    if not WINDOWS:
        path.chmod(mode)
        return
    rights = "(OI)(CI)F" if path.is_dir() else "F"
    user = f"{os.environ.get('USERDOMAIN', '.')}\\{os.environ.get('USERNAME', '')}"
    command = ["icacls", str(path), "/inheritance:r", "/grant:r", f"{user}:{rights}", "*S-1-5-18:F"]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - a fixed command


def make_dir(path: Path) -> Path:
    """Make folder ``path`` (with parents) durably and return it: a folder whose name is lost takes everything in it along.

    One that is there is made sure of too: whoever made it may have been killed before its name was on disk.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for each in reversed(missing or [path]):
        fsync_dir(each.parent)
    return path


def private_dir(path: Path) -> Path:
    """Make folder ``path`` (with parents), readable by its owner only, and return it."""
    fresh = not path.exists()
    make_dir(path)
    if fresh or not WINDOWS:
        _restrict(path, 0o700)
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` durably in the place of what ``path`` held: whole or not at all."""
    draft = path.with_name(path.name + ".tmp")
    with draft.open("wb") as file:
        file.write(content)
        fsync_file(file)
    replace(draft, path)


def write_private(path: Path, content: bytes) -> None:
    """Write a secret durably to ``path``, readable by its owner only from the first byte; whole or not at all."""
    draft = path.with_name(path.name + ".tmp")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        if WINDOWS:
            _restrict(draft, 0o600)
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
    """Call ``call`` when somebody asks this process to end (Ctrl-C, a service manager, Ctrl-Break on Windows)."""
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda *_: call())


def child_options() -> Mapping[str, Any]:
    """Return how to start a child that a Ctrl-C in this terminal does not reach, so that it is stopped by us in good order."""
    if WINDOWS:
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200)}
    return {"start_new_session": True}


class Child(Protocol):
    """A child process."""

    def send_signal(self, number: int, /) -> None:
        """Send it a signal."""
        ...


def stop_child(child: Child) -> None:
    """Ask a child started with ``child_options`` to end in good order; one that has ended is no error."""
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(getattr(signal, "CTRL_BREAK_EVENT", 1) if WINDOWS else signal.SIGTERM)


def cpu_seconds() -> float:
    """Return the processor time this process has taken."""
    times = os.times()
    return times.user + times.system


def raise_open_files(number: int) -> None:
    """Let this process have ``number`` files and connections open, or as many as its system allows without asking."""
    if WINDOWS:
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def rss_mb() -> float:
    """Return the resident memory of this process in MB, 0 where it cannot be told."""
    if WINDOWS:
        return _windows_rss_mb()
    if MACOS:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


def _windows_rss_mb() -> float:
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = (("cb", ctypes.c_uint32), ("faults", ctypes.c_uint32), *((f"size{number}", ctypes.c_size_t) for number in range(8)))

    counters = Counters()
    counters.cb = ctypes.sizeof(Counters)
    kernel: Any = getattr(ctypes, "windll", None)
    if kernel is None or not kernel.kernel32.K32GetProcessMemoryInfo(kernel.kernel32.GetCurrentProcess(), ctypes.byref(counters), counters.cb):
        return 0.0
    return float(counters.size1) / 1e6
