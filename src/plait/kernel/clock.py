"""The two times of a node, both passed in; no other module asks the machine what time it is.

``SystemClock`` is always real: sockets, timeouts, retries, tokens, sessions, ids.
``BusinessClock`` may be virtual: documents, expiry, calendars, schedules, events. Rules see only this one.
"""

import asyncio
import heapq
import inspect
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeAlias

from plait.kernel.activity import Activity

__all__ = [
    "SYSTEM",
    "Agenda",
    "BusinessClock",
    "SimulatedClock",
    "SteppedClock",
    "SystemClock",
    "WallClock",
    "iso",
    "parse_iso",
]

Call: TypeAlias = Callable[[], Awaitable[None] | None]


def iso(when: datetime) -> str:
    """Return ``when`` as RFC 3339 text in UTC with milliseconds and ``Z``."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """Read RFC 3339 text; raise ValueError when it has no offset."""
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(f"time without an offset: {text!r}")
    return when.astimezone(UTC)


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds on a clock that never jumps."""
        return time.monotonic()

    def cpu(self) -> float:
        """Return the CPU seconds used by this process."""
        return time.process_time()

    async def sleep(self, seconds: float) -> None:
        """Suspend the calling task for ``seconds`` of real time."""
        await asyncio.sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Block the calling thread for ``seconds`` of real time (never on an event loop)."""
        time.sleep(seconds)


SYSTEM = SystemClock()
LOOK_S = 10.0
AGAIN = timedelta(seconds=5)


class Agenda:
    """What is to be done when, in business time; two entries of the same moment run in the order of their keys."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, str, int]] = []
        self._calls: dict[str, tuple[datetime, int, Call]] = {}
        self._turn = 0

    def at(self, when: datetime, key: str, call: Call) -> None:
        """Enter ``call`` for ``when``; an earlier entry under the same ``key`` is replaced."""
        self._turn += 1
        self._calls[key] = (when, self._turn, call)
        heapq.heappush(self._heap, (when, key, self._turn))

    def cancel(self, key: str) -> None:
        """Take the entry ``key`` out, if it is there."""
        self._calls.pop(key, None)

    def next_wake(self) -> datetime | None:
        """Return when the earliest entry is due, or None."""
        while self._heap:
            when, key, turn = self._heap[0]
            entry = self._calls.get(key)
            if entry is not None and entry[1] == turn:
                return when
            heapq.heappop(self._heap)
        return None

    def pop_due(self, now: datetime) -> tuple[str, Call] | None:
        """Take out and return the earliest entry due at ``now``, or None."""
        wake = self.next_wake()
        if wake is None or wake > now:
            return None
        _, key, _ = heapq.heappop(self._heap)
        return key, self._calls.pop(key)[2]


class BusinessClock(Protocol):
    """The time that documents, calendars and schedules go by."""

    kind: str

    def now(self) -> datetime:
        """Return the business time in UTC."""
        ...

    def at(self, when: datetime, key: str, call: Call) -> None:
        """Run ``call`` once when business time reaches ``when``; the same ``key`` replaces."""
        ...

    def cancel(self, key: str) -> None:
        """Forget the timer ``key``."""
        ...

    def next_wake(self) -> datetime | None:
        """Return when the next timer is due, or None."""
        ...


async def _run(call: Call) -> None:
    result = call()
    if inspect.isawaitable(result):
        await result


class _Timed:
    kind = "virtual"

    def __init__(self, activity: Activity) -> None:
        self.activity = activity
        self.agenda = Agenda()
        self.on_change: Callable[[], None] = lambda: None
        self.on_error: Callable[[str, Exception], None] | None = None

    def at(self, when: datetime, key: str, call: Call) -> None:
        self.agenda.at(when, key, call)
        self.on_change()

    def cancel(self, key: str) -> None:
        self.agenda.cancel(key)
        self.on_change()

    def next_wake(self) -> datetime | None:
        return self.agenda.next_wake()

    async def fire(self, now: datetime, *, one: bool = False) -> int:
        """Run the entries due at ``now`` (only the first with ``one``); return how many ran."""
        ran = 0
        while (due := self.agenda.pop_due(now)) is not None:
            with self.activity.hold("timer"):
                await self._do(*due, now)
            ran += 1
            if one:
                break
        return ran

    async def _do(self, key: str, call: Call, now: datetime) -> None:
        """Run one entry; if it fails and somebody listens to errors, it is entered again a little later."""
        try:
            await _run(call)
        except Exception as error:
            if self.on_error is None:
                raise
            self.on_error(key, error)
            self.at(now + AGAIN, key, call)


class WallClock(_Timed):
    """Real time, or real time scaled: ``factor`` business seconds pass in one real second, from ``origin`` on."""

    kind = "wall"

    def __init__(self, activity: Activity, factor: float = 1.0, origin: datetime | None = None) -> None:
        super().__init__(activity)
        self.factor = factor
        self._real0 = SYSTEM.now()
        self._origin = origin or self._real0
        if factor != 1.0 or origin is not None:
            self.kind = "scaled"
        self._changed = asyncio.Event()
        self.on_change = self._changed.set

    def now(self) -> datetime:
        """Return the business time in UTC."""
        return self._origin + (SYSTEM.now() - self._real0) * self.factor

    async def run(self) -> None:
        """Fire timers as they fall due, until cancelled."""
        while True:
            await self.fire(self.now())
            self._changed.clear()
            wake = self.next_wake()
            wait = LOOK_S if wake is None else max(0.0, (wake - self.now()).total_seconds() / self.factor)
            try:
                async with asyncio.timeout(min(wait, LOOK_S)):  # the system's clock may be set, or the computer sleep, meanwhile
                    await self._changed.wait()
            except TimeoutError:
                continue


class SimulatedClock(_Timed):
    """Virtual time of one process: it jumps from timer to timer as fast as the work is done."""

    kind = "simulated"

    def __init__(self, activity: Activity, start: datetime) -> None:
        super().__init__(activity)
        self._now = start

    def now(self) -> datetime:
        """Return the business time in UTC."""
        return self._now

    async def run_until(self, end: datetime) -> None:
        """Fire every timer up to and including ``end``, waiting for idleness between two moments."""
        await self.activity.wait_idle()
        while (wake := self.next_wake()) is not None and wake <= end:
            self._now = max(self._now, wake)
            await self.fire(self._now)
            await self.activity.wait_idle()
        self._now = max(self._now, end)

    async def run_for(self, span: timedelta) -> None:
        """Fire every timer of the next ``span``."""
        await self.run_until(self._now + span)


class SteppedClock(_Timed):
    """Business time owned by a conductor in another process; it stands still until told to move."""

    kind = "stepped"

    def __init__(self, activity: Activity, start: datetime) -> None:
        super().__init__(activity)
        self._now = start

    def now(self) -> datetime:
        """Return the business time in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move time to ``now``; it never goes back."""
        self._now = max(self._now, now)
