"""Points on their way to those who watch them: put in order, each looked at once, what follows written in one transaction with what is remembered."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Protocol

import structlog

from plait.infrastructure.meaning.model import SignalValue
from plait.infrastructure.signals.block import Block
from plait.infrastructure.signals.service import SignalService
from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem
from plait.store import Store, Tx, from_ms, ms_of

__all__ = ["REORDER_MS", "Stream", "Watch"]

REORDER_MS = 1000
AHEAD_MS = 600_000
MOST_WAITING = 50_000
MOST_READ = 200_000
PAGE = 10_000
REACH = timedelta(days=1)
TIMER = "meaning/flush"

_log = structlog.get_logger("plait.meaning")


class Watch(Protocol):
    """Somebody who makes something of points. ``series``: what it wants, to the name it knows it by. ``plan`` is pure; ``enter`` is part of a transaction.

    ``patience_ms``: how long points wait for others that were before them (0: what it is given comes in order).
    """

    key: str
    series: Mapping[str, str]
    patience_ms: int

    def seen(self, signal: str) -> int:
        """Return the ms of the last point of a signal that was looked at, -1 when none was."""
        ...

    def plan(self, points: list[SignalValue], until: int) -> Any:
        """Return what is remembered after ``points`` and at ``until``, with what follows."""
        ...

    def enter(self, tx: Tx, planned: Any, pointed: bool) -> None:
        """Write what was planned; ``pointed``: there were points, not time alone."""
        ...

    def entered(self, planned: Any) -> None:
        """Remember what is on disk now."""
        ...

    def due(self) -> int | None:
        """Return at which ms something follows although no point comes."""
        ...


class _Line:
    """A watch and the points that wait for it. ``lag``: how many ms the clock of who sends is behind ours (negative: before it)."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.waiting: list[SignalValue] = []
        self.newest = -1
        self.lag = 0
        self.behind = True
        self.late = 0

    def take(self, point: SignalValue, now: int) -> None:
        if point.ms > now + AHEAD_MS or point.ms <= self.watch.seen(point.signal):
            self.late += 1
            return
        if point.ms > self.newest:
            self.newest, self.lag = point.ms, now - point.ms
        self.waiting.append(point)
        if len(self.waiting) > MOST_WAITING:
            self.waiting.clear()
            self.behind = True

    def wake(self) -> int | None:
        """Return at which ms of our time there is something to do."""
        times = [point.ms for point in self.waiting]
        due = self.watch.due()
        if due is not None:
            times.append(due)
        return min(times) + self.lag + self.watch.patience_ms if times else None


class Stream:
    """Hears every block once it is on disk and gives watches their points in order of time, when nothing earlier is to be expected any more.

    ``lock`` is held while watches are given points: whoever changes what a watch remembers holds it too. A watch whose
    points were not followed (the node was off, too many waited) reads them from the lake, so that nothing is missed and nothing comes twice.
    """

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, signals: SignalService) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.signals = signals
        self._lines: dict[str, _Line] = {}
        self._wanted: dict[str, dict[str, _Line]] = {}
        self._numbers: dict[int, str | None] = {}
        self._leave: Callable[[], None] | None = None
        self.lock = asyncio.Lock()
        self._wakes: int | None = None

    @property
    def me(self) -> Actor:
        """The actor of what follows from signals."""
        return system_actor(self.guard.firm().party_id, "meaning")

    def open(self) -> None:
        """Hear signals from now on."""
        self._leave = self.signals.listen(self.hear)

    def close(self) -> None:
        """Hear no more."""
        if self._leave is not None:
            self._leave()
            self._leave = None
        self.clock.cancel(TIMER)
        self._lines.clear()
        self._wanted.clear()

    async def add(self, *watches: Watch) -> None:
        """Let watches see points, each from where it had come to; one with the same key is replaced."""
        for watch in watches:
            await self.drop(watch.key)
            line = self._lines[watch.key] = _Line(watch)
            for name in watch.series:
                self._wanted.setdefault(name, {})[watch.key] = line
        self._numbers.clear()
        await self.flush()

    async def drop(self, key: str) -> None:
        """Let a watch see nothing more."""
        async with self.lock:
            line = self._lines.pop(key, None)
            for name in line.watch.series if line is not None else ():
                self._wanted.get(name, {}).pop(key, None)

    def late(self, key: str) -> int:
        """Return how many points came too late for a watch since the node began."""
        line = self._lines.get(key)
        return 0 if line is None else line.late

    def push(self, key: str, point: SignalValue) -> None:
        """Let one watch see a point that is no signal's."""
        line = self._lines.get(key)
        if line is not None:
            line.take(point, ms_of(self.clock.now()))
            self._set_timer((line,))

    def hear(self, block: Block) -> None:
        """Take in points that are on disk."""
        if not self._lines:
            return
        import numpy as np

        wanted = [number for number in np.unique(block.series).tolist() if self._name(number)]
        if not wanted:
            return
        now = ms_of(self.clock.now())
        touched: dict[str, _Line] = {}
        for point in self.signals.points(block.take(np.isin(block.series, wanted))):
            for key, line in self._wanted.get(point.series, {}).items():
                line.take(SignalValue(ms_of(point.at), line.watch.series[point.series], point.value, point.quality), now)
                touched[key] = line
        self._set_timer(touched.values())

    def _name(self, number: int) -> str | None:
        if number not in self._numbers:
            name = self.signals.names.get(number)
            self._numbers[number] = name if self._wanted.get(name or "") else None
        return self._numbers[number]

    def _set_timer(self, lines: Iterable[_Line], *, anew: bool = False) -> None:
        if anew:
            self._wakes = None
        times = [wake for line in lines if (wake := line.wake()) is not None]
        if not times or (self._wakes is not None and self._wakes <= min(times)):
            return
        self._wakes = max(min(times), ms_of(self.clock.now()) + 1)
        self.clock.at(from_ms(self._wakes), TIMER, self.flush)

    async def flush(self) -> None:
        """Give every watch what is complete by now, and write what follows."""
        async with self.lock:
            now = ms_of(self.clock.now())
            for line in self._lines.values():
                if line.behind:
                    await self._catch_up(line, now)
            work: list[tuple[_Line, list[SignalValue], Any]] = []
            for line in self._lines.values():
                until = now - line.watch.patience_ms - line.lag
                ready = [point for point in line.waiting if point.ms <= until]
                due = line.watch.due()
                if ready or (due is not None and due <= until):
                    work.append((line, ready, line.watch.plan(ready, until)))

            def enter(tx: Tx) -> None:
                for line, ready, planned in work:
                    line.watch.enter(tx, planned, bool(ready))

            if work:
                await self.store.write(self.me, enter)
            for line, ready, planned in work:
                done = set(ready)
                line.waiting = [point for point in line.waiting if point not in done]
                line.watch.entered(planned)
            self._set_timer(self._lines.values(), anew=True)

    async def _catch_up(self, line: _Line, now: int) -> None:
        line.behind = False
        for name, signal in line.watch.series.items():
            seen = line.watch.seen(signal)
            try:
                points = await self._read(name, signal, seen, now)
            except Problem as problem:
                _log.warning("signals could not be read anew", series=name, problem=str(problem))
                continue
            for point in points:
                line.take(point, now)

    async def _read(self, name: str, signal: str, seen: int, now: int) -> list[SignalValue]:
        latest = self.signals.latest(name)
        if latest is None:
            return []
        last = SignalValue(ms_of(latest.at), signal, latest.value, latest.quality)
        if seen < 0 or last.ms <= seen:
            return [last]
        found: list[SignalValue] = []
        since = from_ms(max(seen + 1, now - ms_of_span(REACH)))
        while len(found) < MOST_READ:
            view = await self.signals.query(self.me, name, since, from_ms(now + AHEAD_MS), PAGE)
            found += [SignalValue(ms_of(each.at), signal, each.value, each.quality) for each in view.values]
            if not view.more or since == view.values[-1].at:
                break
            since = view.values[-1].at
        return [*found, last]


def ms_of_span(span: timedelta) -> int:
    """Return a span in ms."""
    return round(span.total_seconds() * 1000)
