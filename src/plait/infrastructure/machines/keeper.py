"""Keeps one link alive: connects, hands over what comes, connects again with back-off, and records what may be missing.

One lock orders everything on a link: a batch is handed over whole, its facts on disk and its follow-up commands
given, before a command that those facts have led to is sent.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeVar

import structlog

from plait.infrastructure.machines.journal import Follow, Journal
from plait.infrastructure.machines.model import UNREACHABLE, Batch, Link, LinkLost, Machine
from plait.infrastructure.machines.rules import scaled
from plait.infrastructure.signals import Point, SignalService
from plait.kernel.activity import Activity, Token
from plait.kernel.clock import SYSTEM, BusinessClock
from plait.kernel.problems import Problem

__all__ = ["Keeper"]

R = TypeVar("R")

FIRST_WAIT_S, LAST_WAIT_S = 0.1, 10.0
AGAIN_S = 0.2
CLEAR_ABOVE = 100
BAD = 2
NOTE_S = 30.0

_log = structlog.get_logger("plait.machines")


class Keeper:
    """One endpoint and the machines behind it. ``make`` returns a new, unconnected link.

    ``tells_state``: a machine counts as heard once it has told its state; else its first usable value is enough.
    """

    def __init__(
        self,
        endpoint: str,
        make: Callable[[], Link],
        journal: Journal,
        signals: SignalService,
        clock: BusinessClock,
        activity: Activity,
        patience_s: float,
        *,
        tells_state: bool = True,
    ) -> None:
        self.endpoint = endpoint
        self.machines: dict[str, Machine] = {}
        self._make = make
        self._journal = journal
        self._signals = signals
        self._clock = clock
        self._activity = activity
        self._patience_s = patience_s
        self._tells_state = tells_state
        self._link: Link | None = None
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._token: Token | None = None
        self._lost: dict[str, datetime] = {}
        self._fresh: set[str] = set()
        self._watched: set[str] = set()
        self._refused: set[str] = set()
        self._muted: set[str] = set()
        self._heard: set[str] = set()
        self._noted = SYSTEM.monotonic()
        self._reason = ""
        self._stopping = False

    @property
    def linked(self) -> bool:
        """Whether the link is live and every machine behind it has been heard of."""
        return self._link is not None and not self._fresh

    def start(self) -> None:
        """Begin to keep the link; busy until it is up or patience is over."""
        self._hold()
        self._task = asyncio.create_task(self._run(), name=f"plait-link-{self.endpoint}")

    async def stop(self) -> None:
        """End the link."""
        self._stopping = True
        task, self._task = self._task, None
        while task is not None and not task.done():
            # A protocol library may swallow a cancellation while it cleans up, so it is repeated.
            task.cancel()
            await asyncio.wait({task}, timeout=AGAIN_S)
        await self._note()
        await self._drop()
        self._release()

    async def add(self, machine: Machine, last_heard: datetime | None) -> None:
        """Keep ``machine`` too; ``last_heard`` (None: never) is where its gap begins."""
        self.machines[machine.id] = machine
        if last_heard is not None:
            self._lost[machine.id] = last_heard
        self._fresh.add(machine.id)
        if self._link is not None:
            self._hold()
            link = self._link
            try:
                await self._watch(link, machine)
            except LinkLost:
                await link.close()

    async def swap(self, machine: Machine) -> None:
        """Keep ``machine`` as it is described now, over the same link; when the link refuses it (Problem) it is kept as before."""
        before, self.machines[machine.id] = self.machines[machine.id], machine
        link = self._link
        if link is None:
            return
        if machine.id in self._refused:
            self._fresh.add(machine.id)
            self._hold()
        try:
            await link.watch(machine)
        except Problem:
            self.machines[machine.id] = before
            if machine.id in self._refused:
                self._fresh.discard(machine.id)
                self._settle()
            raise
        except LinkLost:
            await link.close()
        self._refused.discard(machine.id)

    def since(self, machine_id: str) -> datetime | None:
        """Return since when nothing is known of a machine: now when it can be heard, None when it never was."""
        return self._lost.get(machine_id) if machine_id in self._fresh else self._clock.now()

    async def remove(self, machine_id: str) -> None:
        """Keep ``machine_id`` no more."""
        self.machines.pop(machine_id, None)
        for each in (self._fresh, self._watched, self._refused):
            each.discard(machine_id)
        self._lost.pop(machine_id, None)
        if self._link is not None:
            with contextlib.suppress(LinkLost, Problem):
                await self._link.unwatch(machine_id)
        self._settle()

    async def command(self, machine_id: str, call: Callable[[Link], Awaitable[R]]) -> R:
        """Run ``call`` on the live link, after everything heard so far is on disk; raise ``machine-unreachable``."""
        async with self._lock:
            if self._link is None or machine_id in self._fresh:
                raise Problem(UNREACHABLE, f"{machine_id} is not linked ({self.endpoint}): {self._reason or 'still connecting'}.")
            link = self._link
            try:
                return await call(link)
            except LinkLost as error:
                await link.close()
                raise Problem(
                    UNREACHABLE, f"The link to {machine_id} was lost while it was told: {error}. What it took is seen once the link is back."
                ) from error

    def _hold(self) -> None:
        if self._token is None:
            self._token = self._activity.hold(f"link:{self.endpoint}")

    def _release(self) -> None:
        token, self._token = self._token, None
        if token is not None:
            token.release()

    def _settle(self) -> None:
        """Give the token back when nothing is awaited any more."""
        if self._link is not None and not self._fresh:
            self._reason = ""
            self._release()

    async def _run(self) -> None:
        tries = 0
        since = SYSTEM.monotonic()
        while not self._stopping:
            try:
                await self._connect()
                while True:
                    await self._step()
                    tries = 0
            except LinkLost as error:
                reason = str(error)
            except Exception as error:  # noqa: BLE001 - a failing adapter never stops the node; it is logged and tried again
                reason = f"{type(error).__name__}: {error}"
                _log.warning("adapter failed", endpoint=self.endpoint, exc_info=error)
            since = SYSTEM.monotonic() if tries == 0 else since
            await self._away(reason)
            await self._wait(tries, since)
            tries += 1

    async def _connect(self) -> None:
        link = self._make()
        try:
            await link.connect()
        except BaseException:
            await link.close()
            raise
        self._hold()
        self._link = link
        for machine in list(self.machines.values()):
            await self._watch(link, machine)

    async def _watch(self, link: Link, machine: Machine) -> None:
        if machine.id in self._watched:
            return
        self._watched.add(machine.id)
        try:
            await link.watch(machine)
        except LinkLost:
            raise
        except Problem as problem:
            self._fresh.discard(machine.id)
            self._refused.add(machine.id)
            _log.warning("machine cannot be watched", machine=machine.id, problem=str(problem))
            await self._journal.silent([machine.id], problem.detail)
            self._settle()

    async def _step(self) -> None:
        assert self._link is not None
        batch = await self._link.next()
        with self._activity.hold(f"heard:{self.endpoint}"):
            async with self._lock:
                await self._hand_over(self._link, batch)
            if batch.beat is not None:
                self._activity.mark_seen(self._link.name, batch.beat)
        self._settle()

    async def _hand_over(self, link: Link, batch: Batch) -> None:
        spoke = frozenset() if self._tells_state else _spoke(batch)
        fresh = frozenset(self._fresh & (batch.statuses.keys() | spoke))
        await self._signals.record(_points(batch, self.machines))
        follow = await self._journal.take(batch, fresh, spoke & (fresh | self._muted))
        self._muted = {*self._muted - spoke, *(machine_id for machine_id, told in batch.statuses.items() if told and told[-1].state == "silent")}
        self._heard |= batch.readings.keys()
        if SYSTEM.monotonic() - self._noted >= NOTE_S:
            await self._note()
        for machine_id in sorted(fresh):
            if machine_id in self._lost:
                since, until = self._lost.pop(machine_id), batch.caught_up.get(machine_id)
                if until is None or until > since:
                    await self._gap(machine_id, since, self._reason or "the link was away", until=until)
            self._fresh.discard(machine_id)
        if batch.lost:
            for machine_id in sorted(self.machines):
                await self._gap(machine_id, self._clock.now(), "notifications were lost on the way", batch.lost)
        await self._follow(link, batch, follow)

    async def _note(self) -> None:
        """Write down when machines were last heard of that only tell values: their gap begins there should the node end now."""
        self._noted = SYSTEM.monotonic()
        heard, self._heard = self._heard, set()
        if heard:
            with contextlib.suppress(Problem):
                await self._journal.heard(sorted(heard & self.machines.keys() - self._fresh))

    async def _gap(self, machine_id: str, since: datetime, reason: str, lost: int = 0, until: datetime | None = None) -> None:
        until = await self._journal.gap(machine_id, since, reason, lost, until)
        await self._signals.gap(machine_id, since, until, reason)

    async def _follow(self, link: Link, batch: Batch, follow: Follow) -> None:
        for machine_id, order in follow.again:
            try:
                await link.start(machine_id, order)
            except Problem as problem:
                _log.warning("job refused when sent again", machine=machine_id, job=order.id, problem=str(problem))
                await self._journal.forget(machine_id, order.id, problem.detail)
        for machine_id, listed in sorted(batch.jobs.items()):
            done = [job.job_id for job in sorted(listed, key=lambda job: (str(job.ended), job.job_id)) if job.state in ("ended", "aborted")]
            for job_id in done[: max(0, len(done) - CLEAR_ABOVE)]:
                with contextlib.suppress(Problem):
                    await link.clear(machine_id, job_id)

    async def _away(self, reason: str) -> None:
        """The link is gone: forget its beats, remember since when nothing is known."""
        if self._link is not None:
            now = self._clock.now()
            for machine_id in self.machines:
                if machine_id not in self._fresh:
                    self._lost.setdefault(machine_id, now)
            _log.warning("link lost", endpoint=self.endpoint, reason=reason)
            self._hold()
        self._reason = reason
        self._fresh = set(self.machines)
        await self._drop()

    async def _drop(self) -> None:
        link, self._link = self._link, None
        self._watched.clear()
        self._refused.clear()
        if link is not None:
            self._activity.unlink(link.name)
            await link.close()

    async def _wait(self, tries: int, since: float) -> None:
        """Back off; after ``patience_s`` of real time let the others go on and call the machines silent."""
        left = self._patience_s - (SYSTEM.monotonic() - since)
        if left <= 0 and self._token is not None:
            try:
                await self._journal.silent(sorted(self.machines), self._reason)
            except Problem as problem:
                _log.warning("silence cannot be noted", endpoint=self.endpoint, problem=str(problem))
            self._release()
        wait = min(FIRST_WAIT_S * 2 ** min(tries, 10), LAST_WAIT_S)
        await SYSTEM.sleep(min(wait, max(left, FIRST_WAIT_S)) if self._token is not None else wait)


def _spoke(batch: Batch) -> frozenset[str]:
    """Return whose values came, at least one of them good enough to be used."""
    return frozenset(machine_id for machine_id, values in batch.readings.items() if any(one.quality < BAD for one in values))


def _points(batch: Batch, machines: Mapping[str, Machine]) -> list[Point]:
    """Return the points of a batch; values of ``machines`` are brought into the unit somebody has chosen for them."""
    points = []
    for machine_id in sorted(batch.readings):
        choices = {each.name: each for each in machines[machine_id].signals if (each.scale, each.offset) != (1.0, 0.0)} if machine_id in machines else {}
        for one in batch.readings[machine_id]:
            value = scaled(choices[one.signal], one.value) if one.signal in choices else one.value
            points.append(Point(f"{machine_id}.{one.signal}", one.at, value, one.quality))
    return points
