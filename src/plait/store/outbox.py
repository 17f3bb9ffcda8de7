"""The outbox: what partners must be told, at least once and in order, however long they are away.

In real time (``run``) partners are served side by side, so that one dead partner slows nobody. In stepped time
(``turns``) each row goes out in a turn of its own on the business clock's agenda, so that a run can be repeated.
"""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection

from plait.kernel.activity import Activity, Token
from plait.kernel.clock import SYSTEM, BusinessClock
from plait.kernel.ports import PartnerMail
from plait.kernel.problems import UNAVAILABLE, Problem
from plait.store import letters
from plait.store.letters import Letter, Queue
from plait.store.retry import HELD_TRIES, LONGEST
from plait.store.times import ms_of, now_ms

__all__ = ["Outbox", "OutboxStore"]

LANES = 32
AWAY_SECONDS = 1.0

_log = structlog.get_logger("plait.store")


class OutboxStore(Protocol):
    """What the outbox needs of the store."""

    async def read(self, fn: Callable[[Connection], Any]) -> Any:
        """Read on a snapshot."""
        ...

    def change(self, fn: Callable[[Any], Any]) -> Awaitable[Any]:
        """Run ``fn(tx)`` on the writer as the outbox itself."""
        ...


class Outbox:
    """Delivers the rows that transactions posted. Bind a ``PartnerMail`` with ``run`` or ``turns`` before anything leaves."""

    def __init__(self, store: OutboxStore, activity: Activity) -> None:
        self._store = store
        self._activity = activity
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._posts = 0
        self._active = False
        self._wake = asyncio.Event()
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._clock: BusinessClock | None = None
        self._waiter: asyncio.Task[None] | None = None
        self._runner: asyncio.Task[Any] | None = None
        self.mail: PartnerMail | None = None

    async def pending(self) -> int:
        """Return how many rows wait."""
        count: int = await self._store.read(letters.count_waiting)
        return count

    async def rows(self, party: str | None = None, state: str | None = None, limit: int = 500) -> list[Letter]:
        """Return the latest rows, newest first."""
        found: list[Letter] = await self._store.read(lambda conn: letters.rows(conn, party, state, limit))
        return found

    async def due(self, now: datetime) -> list[Letter]:
        """Return the first waiting row of each partner if it may be tried at ``now`` (system time), oldest first."""
        limit = ms_of(now)
        return [head for head in await self._heads() if letters.is_due(head, limit)]

    async def retry(self, id: int) -> Letter:
        """Try a row again from now on (also a dead letter); raise ``not-found`` or ``conflict``."""
        letter: Letter = await self._store.change(lambda tx: tx.reopen(id, "waiting", now_ms()))
        return letter

    async def give_up(self, id: int) -> Letter:
        """Never try a row again; those behind it go on. Raise ``not-found`` or ``conflict``."""
        letter: Letter = await self._store.change(lambda tx: tx.reopen(id, "given-up", None))
        return letter

    async def heads(self) -> list[Letter]:
        """Return the first waiting row of each partner."""
        return await self._heads()

    async def queues(self) -> list[Queue]:
        """Return the partners for whom something waits or was refused."""
        found: list[Queue] = await self._store.read(letters.queues)
        return found

    async def deliver_one(self) -> bool:
        """Bring out the oldest row that is due; False when there is none."""
        due = await self.due(SYSTEM.now())
        if due:
            await self._deliver(due[0])
        return bool(due)

    def take(self) -> None:
        """Be busy: rows were posted (from any thread, before the post is acknowledged)."""
        with self._lock:
            self._posts += 1
            if self._active and self._token is None:
                self._token = self._activity.hold("outbox")

    def wake(self) -> None:
        """Look at the rows again (on the loop, after ``take``)."""
        self._wake.set()
        self._enter_turn()

    async def _heads(self, party: str | None = None) -> list[Letter]:
        found: list[Letter] = await self._store.read(lambda conn: letters.heads(conn, party))
        return found

    def _release(self) -> None:
        with self._lock:
            token, self._token = self._token, None
        if token is not None:
            token.release()

    async def _deliver(self, letter: Letter) -> None:
        with self._activity.hold("deliver"):
            status, answer, rest = await self._post(letter)
            if rest:
                due = now_ms() + round(rest * 1000)
                await self._store.change(lambda tx: letters.postpone(tx.conn, letter, due, answer))
                return
            verdict = letters.verdict(status, letter.tries + 1)
            now = now_ms()

            def note(tx: Any) -> None:
                letters.settle(tx.conn, letter, status, answer, now, verdict)
                if verdict == "refused":
                    tx.append(f"outbox/{letter.party}", letters.refusal(letter, status, answer))

            await self._store.change(note)

    async def _post(self, letter: Letter) -> tuple[int, bytes, float]:
        """Return status, answer, and seconds for which the partner is not called at all; one that cannot be reached counts as status 0."""
        if self.mail is None:
            raise Problem(UNAVAILABLE, "Nobody carries the mail yet.")
        try:
            return *await self.mail.deliver(letter.party, letter.path, letter.body, letter.media_type, letter.key), 0.0
        except Problem as problem:
            status = problem.status if letters.verdict(problem.status) == "refused" else 0
            return status, problem.detail.encode(), float(problem.extra.get("retry_after", 0.0)) if status == 0 else 0.0
        except Exception as error:  # noqa: BLE001 - whatever a carrier trips over, the letter must not be lost
            _log.warning("delivery failed", letter=letter.id, party=letter.party, exc_info=error)
            return 0, f"{type(error).__name__}: {error}".encode(), 0.0

    async def run(self, mail: PartnerMail) -> None:
        """Deliver in real time until cancelled: in order for each partner, partners side by side."""
        self.mail = mail
        self._active = True
        self._runner = asyncio.current_task()
        self.take()
        try:
            while True:
                self._wake.clear()
                posts = self._posts
                heads = await self._heads()
                now = now_ms()
                for head in heads:
                    if letters.is_due(head, now) and head.party not in self._lanes and len(self._lanes) < LANES:
                        self._lanes[head.party] = asyncio.create_task(self._lane(head.party))
                self._rest(posts, heads)
                await self._pause(heads)
        finally:
            self._active = False
            self._runner = None
            for lane in list(self._lanes.values()):
                lane.cancel()
            self._lanes.clear()
            self._release()

    async def _lane(self, party: str) -> None:
        try:
            while heads := await self._heads(party):
                if not letters.is_due(heads[0], now_ms()):
                    return
                await self._deliver(heads[0])
        except Problem as problem:
            _log.warning("a delivery could not be noted", party=party, problem=str(problem))
            await SYSTEM.sleep(AWAY_SECONDS)
        finally:
            self._lanes.pop(party, None)
            self._wake.set()

    def _rest(self, posts: int, heads: list[Letter]) -> None:
        """Give the token back when nothing waits but what has failed many times."""
        with self._lock:
            if posts != self._posts:
                return
            if any(head.tries < HELD_TRIES for head in heads):
                if self._token is None:
                    self._token = self._activity.hold("outbox")
                return
            token, self._token = self._token, None
        if token is not None:
            token.release()

    async def _pause(self, heads: list[Letter]) -> None:
        dues = [head.due for head in heads if head.due is not None and head.party not in self._lanes]
        wait = max(0.0, (min(dues) - now_ms()) / 1000) if dues and len(self._lanes) < LANES else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if wait is None else min(wait, LONGEST)):
                await self._wake.wait()

    def turns(self, clock: BusinessClock, mail: PartnerMail) -> None:
        """Deliver one row a turn, each under the key ``outbox`` on the agenda of ``clock``, from now on."""
        self.mail = mail
        self._active = True
        self._clock = clock
        self.take()
        self._enter_turn()

    def _enter_turn(self) -> None:
        if self._clock is not None:
            self._clock.at(self._clock.now(), "outbox", self._turn)
            self._release()

    async def _turn(self) -> None:
        try:
            await self.deliver_one()
            heads = await self._heads()
        except Problem as problem:
            _log.warning("a delivery could not be noted", problem=str(problem))
            self._wait_for(AWAY_SECONDS, held=True)
            return
        if not heads:
            return
        now = now_ms()
        wait = min(head.due or 0 for head in heads) - now
        if any(letters.is_due(head, now) for head in heads):
            self._enter_turn()
        else:
            self._wait_for(wait / 1000, held=any(head.tries < HELD_TRIES for head in heads))

    def _wait_for(self, seconds: float, *, held: bool) -> None:
        """Enter the next turn after ``seconds`` of real time, busy meanwhile if ``held``."""
        before = self._waiter
        token = self._activity.hold("outbox") if held else None
        self._waiter = asyncio.create_task(self._wait(seconds))
        if token is not None:
            self._waiter.add_done_callback(lambda _: token.release())
        if before is not None:
            before.cancel()

    async def _wait(self, seconds: float) -> None:
        await SYSTEM.sleep(seconds)
        self._enter_turn()

    async def stop(self) -> None:
        """Stop delivering; what waits goes out after the next start."""
        self._active = False
        if self._clock is not None:
            self._clock.cancel("outbox")
            self._clock = None
        tasks = [task for task in (*self._lanes.values(), self._waiter, self._runner) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._release()
