"""What came in, as it came: one append-only log for everything, written by one thread in groups, and what waits for it.

A group is one record of a segment: ``entry*``, an entry ``[kind u8, level u8, length of key u16, length of body u32, ms u64] key body``.
"""

import asyncio
import queue
import struct
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from zlib import crc32

import structlog

from plait.kernel.problems import Problem
from plait.store import Segments
from plait.store.segments import read_records

__all__ = ["FORGOT", "LISTENED", "NOTHING", "OUTSIDE", "PUBLISHED", "SESSION", "SUBSCRIBED", "Entry", "Journal", "Place", "entries", "entry"]

# Kinds of entries: padding, publications as they came, a SUBSCRIBE or UNSUBSCRIBE, a session begun (with its expiry) or ended, a listener's place.
NOTHING, PUBLISHED, SUBSCRIBED, SESSION, LISTENED, FORGOT = range(6)
# Keys of what came from a broker elsewhere begin so.
OUTSIDE = b"\0@"
_ENTRY = struct.Struct("<BBHIQ")
_HEAD = struct.Struct("<II")
_log = structlog.get_logger("plait.mqtt")

# A place in the log: number of the segment, offset in it.
Place: TypeAlias = tuple[int, int]


class Entry(NamedTuple):
    """One entry of the log."""

    kind: int
    level: int
    key: bytes
    body: bytes
    ms: int


def entry(kind: int, level: int, key: bytes, body: bytes, ms: int) -> bytes:
    """Return an entry as bytes."""
    return b"%b%b%b" % (_ENTRY.pack(kind, level, len(key), len(body), ms), key, body)


def entries(block: bytes) -> Iterator[Entry]:
    """Yield the entries of a group."""
    at, total = 0, len(block)
    while at < total:
        kind, level, key, body, ms = _ENTRY.unpack_from(block, at)
        at += _ENTRY.size
        yield Entry(kind, level, block[at : at + key], block[at + key : at + key + body], ms)
        at += key + body


class Group:
    """What is written at once, and what follows: ``acks`` for whom, ``live`` messages for subscribers, ``waiting`` is told None or why it failed."""

    __slots__ = ("acks", "live", "parts", "size", "urgent", "waiting")

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.urgent = False
        self.acks: dict[Any, bytearray] = {}
        self.live: list[Any] = []
        self.waiting: list[Callable[[Exception | None], None]] = []


class Journal:
    """The log in ``folder``. All but the writing happens on the event loop; ``done`` is called after each group (with why it failed).

    When a group fails the one behind it fails too: what is in it may have leaned on the first (a repeated message is acknowledged, not written again).
    """

    def __init__(self, folder: Path, segment: int = 16 << 20) -> None:
        self.segments = Segments(folder, segment)
        current = self.segments.current
        self.end: Place = (current, self.segments.path(current).stat().st_size) if current else (0, 0)
        self.cuts: dict[int, int] = {}
        self.pending = 0
        self.size = sum(self.segments.path(each).stat().st_size for each in self.segments.numbers())
        self.done: Callable[[Group, Exception | None], None] = lambda group, error: None
        self._open = Group()
        self._busy = False
        self._asked = False
        self._groups: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    def start(self) -> None:
        """Begin to write."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._write_all, name="plait-mqtt-log", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Write what there is and end."""
        if self._thread is None:
            return
        if self._open.parts:
            self.hurry()
        await self._idle.wait()
        self._groups.put(None)
        await asyncio.to_thread(self._thread.join)
        self._thread = None
        self.segments.close()

    def put(self, part: bytes, then: Callable[[Exception | None], None] | None = None, *, lazy: bool = False) -> None:
        """Append an entry; ``then`` is called once it is on disk. A ``lazy`` one goes with the next that is not, or after ``hurry``."""
        group = self._open
        if part:
            group.parts.append(part)
        group.size += len(part)
        self.pending += len(part)
        if then is not None:
            group.waiting.append(then)
        if not lazy:
            self.hurry()

    def hurry(self) -> None:
        """Have what is there written as soon as the group before it is."""
        self._open.urgent = True
        if not self._busy and not self._asked:
            # A turn later, so that whatever else came in this turn of the loop goes along.
            self._asked = True
            self._idle.clear()
            self._loop.call_soon(self._hand)

    @property
    def open(self) -> Group:
        """The group that is being filled."""
        return self._open

    @property
    def unwritten(self) -> bool:
        """Whether something waits to be written that somebody waits for."""
        return self._busy or self._asked or self._open.urgent

    def _hand(self) -> None:
        self._asked = False
        if self._busy:
            return
        self._busy = True
        group, self._open = self._open, Group()
        self._groups.put(group)

    def _write_all(self) -> None:
        """Write group by group (the writing thread)."""
        while (group := self._groups.get()) is not None:
            error: Exception | None = None
            end: Place | None = None
            try:
                if group.parts:
                    end = self.segments.append([b"".join(group.parts)])
            except (Problem, OSError) as caught:
                error = caught
            self._loop.call_soon_threadsafe(self._after, group, end, error)

    def _after(self, group: Group, end: Place | None, error: Exception | None) -> None:
        self._busy = False
        self.end = end or self.end
        groups = [group]
        if error is not None:
            # What may be in the file behind the last good group was promised to nobody; and what came meanwhile may have leaned on it.
            number, offset = self.end
            current = self.segments.current
            self.cuts[current] = offset if current == number else 0
            groups.append(self._open)
            self._open = Group()
            _log.error("what came in by MQTT cannot be written", exc_info=error)
        self.size += group.size
        for each in groups:
            self.pending -= each.size
            for then in each.waiting:
                self._call(then, error)
            self._call(partial(self.done, each), error)
        if self._open.urgent and not self._asked:
            self._hand()
        elif not self._busy and not self._asked:
            self._idle.set()

    @staticmethod
    def _call(then: Callable[[Exception | None], None], error: Exception | None) -> None:
        """Tell one that waited; that it stumbles over what it is told is nobody else's trouble."""
        try:
            then(error)
        except Exception as stumbled:  # noqa: BLE001 - the log must go on whatever becomes of one message
            _log.error("what follows a message of the MQTT log failed", exc_info=stumbled)

    def read(self, at: Place, until: Place, most: int = 1 << 20) -> tuple[list[bytes], Place]:
        """Return groups from ``at`` on, about ``most`` bytes of them and none from behind ``until``, and the place behind them (any thread)."""
        number, offset = at
        while True:
            path = self.segments.path(number)
            size = until[1] if number == until[0] else path.stat().st_size if path.exists() else 0
            size = min(size, self.cuts.get(number, size))
            if offset < size:
                found, offset = self._blocks(path, offset, size, most)
                return found, (number, offset)
            if number >= until[0]:
                return [], until
            later = [each for each in self.segments.numbers() if number < each <= until[0]]
            if not later:
                return [], until
            number, offset = later[0], 0

    @staticmethod
    def _blocks(path: Path, offset: int, size: int, most: int) -> tuple[list[bytes], int]:
        found: list[bytes] = []
        with path.open("rb") as file:
            file.seek(offset)
            taken = 0
            while offset < size and taken < most:
                head = file.read(_HEAD.size)
                length, checksum = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, 0)
                block = file.read(length) if length and offset + length <= size else b""
                if not block or len(block) != length or crc32(block) != checksum:
                    _log.warning("a group of the MQTT log is damaged and passed over", segment=path.name, offset=offset)
                    later = next(((end, record) for end, record in read_records(path) if end - len(record) - _HEAD.size > offset and end <= size), None)
                    if later is None:
                        return found, size
                    offset, block = later
                    file.seek(offset)
                else:
                    offset += _HEAD.size + length
                found.append(block)
                taken += len(block)
        return found, offset

    def drop(self, before: int) -> None:
        """Delete the segments numbered below ``before``, but for the latest."""
        for number in self.segments.numbers():
            if number < before and number != self.segments.current:
                size = self.segments.path(number).stat().st_size
                self.segments.drop(number)
                self.size -= size
                self.cuts.pop(number, None)
