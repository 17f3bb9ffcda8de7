"""Followers of the fact log: one loop, fact by fact in order, follower by follower in order of registration.

A cursor is saved in batches, so after a crash some facts come again: handlers are idempotent. A handler that raises
is parked with its own back-off and tried again with the same fact; the others go on. One that takes longer than
PATIENCE_S stands aside: another loop goes on with the others, and the old one ends with that handler.
"""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypeAlias

import msgspec
import structlog

from plait.kernel.activity import Activity, Token
from plait.kernel.clock import SYSTEM
from plait.kernel.facts import Fact
from plait.kernel.problems import Problem
from plait.store.retry import HELD_TRIES, backoff

__all__ = ["FollowerView", "Followers", "Handler", "Start"]

Handler: TypeAlias = Callable[[Fact], Awaitable[None]]
Start: TypeAlias = Literal["now", "begin"]
Read: TypeAlias = Callable[[int, int], Awaitable[list[Fact]]]
Save: TypeAlias = Callable[[dict[str, int]], Awaitable[None]]

BATCH = 200
PATIENCE_S = 10.0
SAVE_FACTS = 1000
SAVE_SECONDS = 1.0

_log = structlog.get_logger("plait.store")


class FollowerView(msgspec.Struct, frozen=True):
    """Where a follower stands: ``seq`` of the last fact it has done, ``behind`` facts to come, ``tries`` and ``error`` of a parked one."""

    name: str
    seq: int
    behind: int
    tries: int = 0
    error: str = ""


class _Follower:
    def __init__(self, name: str, kinds: frozenset[str] | None, handler: Handler, seq: int) -> None:
        self.name = name
        self.kinds = kinds
        self.handler = handler
        self.seq = seq
        self.saved = seq
        self.tries = 0
        self.due: float | None = None
        self.aside = False
        self.error = ""
        self.token: Token | None = None

    def settle(self, seq: int) -> None:
        """Move on past ``seq``."""
        self.seq = seq
        if self.tries:
            self.tries, self.error = 0, ""
            self.let_go()

    @property
    def ready(self) -> bool:
        """Whether it can be given the next fact."""
        return self.due is None and not self.aside

    @property
    def slowness(self) -> str:
        """What is said of one that stands aside."""
        return "It takes long over the next fact; the others go on." if self.aside else ""

    def let_go(self) -> None:
        """Release the token held while parked."""
        token, self.token = self.token, None
        if token is not None:
            token.release()


class Followers:
    """All followers of one log. ``read(after, limit)`` gives facts; ``save`` keeps cursors on disk."""

    def __init__(self, read: Read, save: Save, activity: Activity, patience_s: float = PATIENCE_S) -> None:
        self._read = read
        self._save = save
        self._activity = activity
        self._lock = threading.Lock()
        self._followers: list[_Follower] = []
        self._token: Token | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._relieved: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._step_of: _Follower | None = None
        self._step_since = 0.0
        self._patience_s = patience_s
        self._saved_at = SYSTEM.monotonic()
        self.head = 0

    def add(self, name: str, kinds: frozenset[str] | None, handler: Handler, seq: int) -> None:
        """Register a follower that has done everything up to ``seq``; ValueError when the name is taken."""
        if any(other.name == name for other in self._followers):
            raise ValueError(f"follower {name} registered twice")
        self._followers.append(_Follower(name, kinds, handler, seq))
        self.take(self.head)
        self._wake.set()

    def views(self) -> list[FollowerView]:
        """Return where each follower stands, in order of registration."""
        return [FollowerView(one.name, one.seq, max(0, self.head - one.seq), one.tries, one.error or one.slowness) for one in self._followers]

    def take(self, head: int) -> None:
        """Note that the log now ends at ``head`` and be busy if anybody is behind (from any thread)."""
        with self._lock:
            self.head = max(self.head, head)
            if self._token is None and any(one.ready and one.seq < self.head for one in self._followers):
                self._token = self._activity.hold("follow")

    def wake(self) -> None:
        """Look at the log again (on the loop, after ``take``)."""
        self._wake.set()

    def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._run(), name="plait-follow")
        self._watch = asyncio.create_task(self._look(), name="plait-follow-watch")

    async def stop(self) -> None:
        """Stop after the handler that is running was interrupted, and save the cursors."""
        tasks = [task for task in (self._watch, self._task, *self._relieved) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = self._watch = None
        await self._keep()
        for one in self._followers:
            one.let_go()
        token, self._token = self._token, None
        if token is not None:
            token.release()

    async def _look(self) -> None:
        """Have another loop go on when a handler takes too long."""
        while True:
            await SYSTEM.sleep(self._patience_s / 4)
            one, task = self._step_of, self._task
            if one is None or task is None or SYSTEM.monotonic() - self._step_since < self._patience_s:
                continue
            one.aside, self._step_of = True, None
            if one.token is None:
                one.token = self._activity.hold(f"slow:{one.name}")
            self._relieved.add(task)
            task.add_done_callback(self._relieved.discard)
            self._task = asyncio.create_task(self._run(), name="plait-follow")
            _log.warning("follower is slow and stands aside", follower=one.name, fact=one.seq + 1)

    async def _run(self) -> None:
        while asyncio.current_task() is self._task:
            self._wake.clear()
            self._unpark()
            try:
                moved = await self._round()
                if self._dirty() >= SAVE_FACTS or SYSTEM.monotonic() - self._saved_at > SAVE_SECONDS:
                    await self._keep()
            except Problem as problem:
                _log.warning("the log cannot be read or cursors saved", problem=str(problem))
                await SYSTEM.sleep(SAVE_SECONDS)
                continue
            if not moved and self._rest():
                await self._pause()

    async def _round(self) -> bool:
        """Give each group of followers that stand at the same place the next facts, those in front first."""
        active = [one for one in self._followers if one.ready]
        places = sorted({one.seq for one in active if one.seq < self.head}, reverse=True)
        for place in places:
            if asyncio.current_task() is not self._task:
                break
            group = [one for one in active if one.seq == place]
            await self._give(group, await self._read(place, BATCH))
        return bool(places)

    async def _give(self, group: Sequence[_Follower], facts: list[Fact]) -> None:
        for fact in facts:
            for one in group:
                if one.ready and not await self._step(one, fact):
                    return

    async def _step(self, one: _Follower, fact: Fact) -> bool:
        """Give one fact to one follower; False when another loop has gone on meanwhile."""
        if one.kinds is not None and fact.kind not in one.kinds:
            one.settle(fact.seq)
            return True
        self._step_of, self._step_since = one, SYSTEM.monotonic()
        try:
            await one.handler(fact)
        except Exception as error:  # noqa: BLE001 - a handler's failure is its own; it is logged, shown and tried again
            self._park(one, fact, error)
        else:
            one.settle(fact.seq)
        if not one.aside:
            self._step_of = None
            return True
        one.aside = False
        if one.due is None:
            one.let_go()
        self.take(self.head)
        self._wake.set()
        return False

    def _park(self, one: _Follower, fact: Fact, error: Exception) -> None:
        one.tries += 1
        one.error = f"{type(error).__name__}: {error}"
        if one.tries >= HELD_TRIES:
            one.let_go()
        elif one.token is None:
            one.token = self._activity.hold(f"parked:{one.name}")
        one.due = SYSTEM.monotonic() + backoff(one.tries)
        _log.warning("follower parked", follower=one.name, fact=fact.id, kind=fact.kind, tries=one.tries, exc_info=error)

    def _unpark(self) -> None:
        now = SYSTEM.monotonic()
        for one in self._followers:
            if one.due is not None and one.due <= now:
                one.due = None
        self.take(self.head)

    def _rest(self) -> bool:
        """Give the token back unless a fact has come in meanwhile."""
        with self._lock:
            if any(one.ready and one.seq < self.head for one in self._followers):
                return False
            token, self._token = self._token, None
        if token is not None:
            token.release()
        return True

    async def _pause(self) -> None:
        dues = [one.due for one in self._followers if one.due is not None]
        if self._dirty():
            dues.append(self._saved_at + SAVE_SECONDS)
        wait = max(0.0, min(dues) - SYSTEM.monotonic()) if dues else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wake.wait()

    def _dirty(self) -> int:
        return sum(one.seq - one.saved for one in self._followers)

    async def _keep(self) -> None:
        changed = {one.name: one.seq for one in self._followers if one.seq != one.saved}
        self._saved_at = SYSTEM.monotonic()
        if changed:
            await self._save(changed)
            for one in self._followers:
                one.saved = changed.get(one.name, one.saved)
