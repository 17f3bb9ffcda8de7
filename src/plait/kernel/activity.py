"""Who is busy with what: the tokens that say when a process is idle.

Time in a stepped run moves only while every participant is idle, and tests wait on idleness instead of
sleeping. A receiver takes its token before it acknowledges, a sender drops its own after: so a message on
its way is always held by somebody.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

__all__ = ["Activity", "Token"]


class Token:
    """One piece of unfinished work; released once, by ``release`` or by leaving the ``with`` block."""

    __slots__ = ("_activity", "what")

    def __init__(self, activity: "Activity", what: str) -> None:
        self._activity: Activity | None = activity
        self.what = what

    def release(self) -> None:
        """Say that the work is finished; a second call does nothing."""
        activity, self._activity = self._activity, None
        if activity is not None:
            activity.drop(self.what)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.release()


class Activity:
    """The tokens held in this process; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._held: Counter[str] = Counter()
        self._listeners: list[Callable[[], None]] = []
        self.count = 0
        self.sent: dict[str, int] = {}
        self.seen: dict[str, int] = {}

    def hold(self, what: str) -> Token:
        """Take a token for ``what`` (a short name such as ``follow`` or ``http``)."""
        with self._lock:
            self._held[what] += 1
            self.count += 1
        return Token(self, what)

    def drop(self, what: str) -> None:
        """Give back one token for ``what`` (called by ``Token.release``)."""
        with self._lock:
            self._held[what] -= 1
            if not self._held[what]:
                del self._held[what]
            idle = not self._held
        if idle:
            self._tell()

    def mark_sent(self, link: str, number: int) -> None:
        """Note that beat ``number`` was written to ``link``, a channel without acknowledgement."""
        with self._lock:
            self.sent[link] = number
        self._tell()

    def mark_seen(self, link: str, number: int) -> None:
        """Note that beat ``number`` of ``link`` and everything before it has been received and taken over."""
        with self._lock:
            self.seen[link] = number
        self._tell()

    def unlink(self, link: str) -> None:
        """Forget ``link``: it is no longer live, nobody need wait for its beats."""
        with self._lock:
            self.seen.pop(link, None)
        self._tell()

    @property
    def idle(self) -> bool:
        """True while no token is held."""
        return not self._held

    def busy(self) -> dict[str, int]:
        """Return how many tokens are held for what."""
        with self._lock:
            return dict(self._held)

    def listen(self, call: Callable[[], None]) -> None:
        """Call ``call`` (from any thread) whenever this process may have become idle or a mark moved."""
        self._listeners.append(call)

    def _tell(self) -> None:
        for call in list(self._listeners):
            call()

    async def wait_idle(self) -> None:
        """Return when no token is held."""
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(woken.set)

        self.listen(wake)
        try:
            while not self.idle:
                woken.clear()
                if self.idle:
                    break
                await woken.wait()
        finally:
            self._listeners.remove(wake)
