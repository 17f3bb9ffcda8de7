"""One dead partner slows nobody: a circuit breaker and a limit of calls at once for each origin (Nygard, Release It!, chapter 5)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Literal

import msgspec

from plait.kernel.clock import SYSTEM
from plait.kernel.problems import UNREACHABLE, Problem

__all__ = ["Breakers", "Line"]

FAILURES = 3
SHORTEST_S = 1.0
LONGEST_S = 60.0
AT_ONCE = 16
WAIT_S = 5.0
ORIGINS = 1000


class Line(msgspec.Struct, frozen=True):
    """How the line to an origin stands. ``closed``: calls go through; ``open``: none for ``seconds`` more; ``trying``: one goes to see."""

    state: Literal["closed", "open", "trying"] = "closed"
    failures: int = 0
    seconds: float = 0.0
    why: str = ""


class _Origin:
    def __init__(self) -> None:
        self.failures = 0
        self.until = 0.0
        self.why = ""
        self.trying = False
        self.ahead: float | None = None
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.users = 0


class Breakers:
    """The lines to all origins. ``now``: seconds on a clock that never jumps."""

    def __init__(self, now: Callable[[], float] = SYSTEM.monotonic, wait_s: float = WAIT_S) -> None:
        self._now = now
        self._wait_s = wait_s
        self._origins: dict[str, _Origin] = {}

    def line(self, origin: str) -> Line:
        """Return how the line to ``origin`` (scheme and authority) stands."""
        one = self._origins.get(origin)
        if one is None or one.failures < FAILURES:
            return Line(failures=one.failures if one else 0, why=one.why if one else "")
        left = one.until - self._now()
        return Line("trying" if one.trying or left <= 0 else "open", one.failures, max(0.0, left), one.why)

    def lines(self) -> dict[str, Line]:
        """Return the lines that are not closed, by origin."""
        return {origin: line for origin in self._origins if (line := self.line(origin)).state != "closed"}

    def told_time(self, origin: str, ahead: float) -> None:
        """Note by how many seconds the other side's clock is ahead of ours."""
        if origin in self._origins:
            self._origins[origin].ahead = ahead

    def clocks(self) -> list[float]:
        """Return by how many seconds each partner's clock was ahead of ours when it last answered."""
        return [one.ahead for one in self._origins.values() if one.ahead is not None]

    def close(self, origin: str) -> None:
        """Let calls through again, as one who knows that the other side is back."""
        one = self._origins.get(origin)
        if one is not None:
            one.failures, one.until, one.why = 0, 0.0, ""

    @contextlib.asynccontextmanager
    async def enter(self, origin: str) -> AsyncIterator[None]:
        """Make a call within; leaving by an error that is no ``Problem`` counts as a failure. Raise ``partner-unreachable`` while the line is open."""
        one = self._of(origin)
        trying = self._pass(one, origin)
        one.users += 1
        try:
            async with self._room(one, origin):
                yield
        except Problem:
            raise
        except Exception as error:
            self._fail(one, str(error) or type(error).__name__)
            raise
        else:
            self.close(origin)
        finally:
            one.users -= 1
            if trying:
                one.trying = False

    def _of(self, origin: str) -> _Origin:
        one = self._origins.pop(origin, None) or _Origin()
        self._origins[origin] = one
        if len(self._origins) > ORIGINS:
            idle = next((key for key, each in self._origins.items() if not each.users and key != origin), None)
            if idle is not None:
                del self._origins[idle]
        return one

    def _pass(self, one: _Origin, origin: str) -> bool:
        """Tell whether this call is the one that goes to see; raise when none may go."""
        if one.failures < FAILURES:
            return False
        left = one.until - self._now()
        if one.trying or left > 0:
            raise Problem(UNREACHABLE, f"{origin} is not called until it answers again: {one.why}", retry_after=round(max(left, 0.5), 1))
        one.trying = True
        return True

    @contextlib.asynccontextmanager
    async def _room(self, one: _Origin, origin: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait_s):
                await one.gate.acquire()
        except TimeoutError as error:
            raise Problem(UNREACHABLE, f"{origin}: {AT_ONCE} calls are under way and none ends.", retry_after=1.0) from error
        try:
            yield
        finally:
            one.gate.release()

    def _fail(self, one: _Origin, why: str) -> None:
        one.failures += 1
        one.why = why
        if one.failures >= FAILURES:
            one.until = self._now() + min(LONGEST_S, SHORTEST_S * 2 ** min(one.failures - FAILURES, 16))
