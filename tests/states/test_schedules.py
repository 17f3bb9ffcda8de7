"""The schedule under everything that can happen to it, in any order, with reports that come late, twice or never."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from plait.kernel.problems import Problem
from plait.manufacturing.schedule.check import check
from plait.manufacturing.schedule.model import Booking
from plait.manufacturing.schedule.service import ScheduleService
from tests.manufacturing.house import ME, HouseGuard
from tests.manufacturing.schedule.shop import centre, random_request, random_shop
from tests.states.machine import AsyncMachine, settings_of
from tests.support.stores import make_store

PICK = st.integers(0, 10**6)
MINUTES = st.integers(1, 900)


class Schedules(AsyncMachine):
    """Whatever is promised, confirmed, cancelled, broken or reported: the plan is sound, and the board in memory is the one on disk."""

    async def begin(self) -> None:
        self.store = await self.stack.enter_async_context(make_store(self.folder))
        self.clock: Any = self.store.clock
        self.service = ScheduleService(self.store, HouseGuard(), self.clock)
        self.random = Random(1)
        self.number = 0
        self.holds: list[str] = []
        self.orders: list[str] = []
        for each in (centre("a0", "a"), *random_shop(self.random)):
            await self.service.put_work_centre(ME, each)
        self.centres = await self.service.work_centres(ME)

    def _jobs(self, *states: str) -> list[Booking]:
        return [row for row in self.run(self.service.plan(ME)) if row.state in states and row.order]

    def _now(self, earlier: int = 0) -> datetime:
        now: datetime = self.clock.now()
        return now - timedelta(minutes=earlier)

    def _facts(self) -> int:
        return len(self.run(self.store.facts()))

    def _do(self, work: Any) -> Any:
        """Try something; a refusal must leave plan and log as they were."""
        before = (self.run(self.service.plan(ME)), self._facts())
        answer = self.attempt(work)
        if isinstance(answer, Problem):
            assert before == (self.run(self.service.plan(ME)), self._facts()), answer
        return answer

    @rule(pick=PICK, minutes=MINUTES)
    def hold(self, pick: int, minutes: int) -> None:
        self.number += 1
        request = random_request(Random(pick), f"R{self.number}", self.centres)
        answer = self._do(self.service.promise(ME, request, self._now(-minutes)))
        if not isinstance(answer, Problem):
            self.holds.append(answer.hold_id)

    @precondition(lambda self: self.holds)
    @rule(pick=PICK, again=st.booleans())
    def confirm(self, pick: int, again: bool) -> None:
        order = self.orders[pick % len(self.orders)] if again and self.orders else f"PO-{self.number}-{len(self.orders)}"
        answer = self._do(self.service.confirm(ME, self.holds[pick % len(self.holds)], order, None))
        if not isinstance(answer, Problem):
            assert order not in self.orders
            self.orders.append(order)

    @precondition(lambda self: self.holds)
    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        self._do(self.service.release(ME, self.holds[pick % len(self.holds)]))

    @precondition(lambda self: self.orders)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        self._do(self.service.cancel(ME, self.orders[pick % len(self.orders)], "not wanted"))

    @rule(pick=PICK, state=st.sampled_from(("started", "ended")), late=st.integers(-5, 60), elsewhere=st.booleans())
    def report(self, pick: int, state: str, late: int, elsewhere: bool) -> None:
        """A job is said to have started or ended, perhaps a while ago, perhaps on another machine, perhaps for the second time."""
        jobs = self._jobs("planned", "started", "ended")
        if jobs:
            job = jobs[pick % len(jobs)]
            mates = [each.machine_id for each in self.centres if each.group == job.group]
            station = mates[pick % len(mates)] if elsewhere and mates else ""
            self._do(self.service.progress(ME, job.job_id, state, self._now(late), station=station))

    @rule(pick=PICK)
    def work(self, pick: int) -> None:
        """The shop does what is planned: the next job starts in its time, or the one under way ends in its time."""
        under_way = self._jobs("started")
        jobs = under_way or self._jobs("planned")
        if jobs:
            job = min(jobs, key=lambda each: each.end if under_way else each.start)
            self.run(self.clock.run_until(max(self._now(), job.end if under_way else job.start)))
            self._do(self.service.progress(ME, job.job_id, "ended" if under_way else "started", self._now()))

    @rule(pick=PICK, minutes=st.integers(-5, 600), ago=st.integers(0, 30))
    def down(self, pick: int, minutes: int, ago: int) -> None:
        machine = self.centres[pick % len(self.centres)].machine_id
        self._do(self.service.down(ME, machine, self._now(ago), minutes, "spindle"))

    @rule(pick=PICK, ago=st.integers(0, 30))
    def up(self, pick: int, ago: int) -> None:
        self._do(self.service.up(ME, self.centres[pick % len(self.centres)].machine_id, self._now(ago)))

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, minutes=st.integers(-100, 2000))
    def wait_for_material(self, pick: int, minutes: int) -> None:
        self._do(self.service.wait(ME, self.orders[pick % len(self.orders)], self._now(-minutes), "material"))

    @rule(pick=PICK, minutes=st.integers(-500, 500))
    def retime(self, pick: int, minutes: int) -> None:
        jobs = [each for each in self._jobs("planned", "started") if each.outside]
        if jobs:
            job = jobs[pick % len(jobs)]
            self._do(self.service.retime(ME, job.order, job.seq, job.batch if pick % 2 else None, minutes, "furnace"))

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, batch=st.integers(0, 5), quantity=st.integers(-1, 40))
    def batch(self, pick: int, batch: int, quantity: int) -> None:
        self._do(self.service.batch(ME, self.orders[pick % len(self.orders)], batch, quantity))

    @rule(pick=PICK)
    def reassign(self, pick: int) -> None:
        jobs = self._jobs("planned", "started")
        if jobs:
            self._do(self.service.reassign(ME, jobs[pick % len(jobs)].job_id, self.centres[pick % len(self.centres)].id))

    @rule(pick=PICK)
    def freeze(self, pick: int) -> None:
        jobs = self._jobs("planned", "started")
        if jobs:
            self._do(self.service.freeze(ME, jobs[pick % len(jobs)].job_id))

    @rule(pick=PICK)
    def new_hours(self, pick: int) -> None:
        """A work centre has other hours, as a shop decides now and then."""
        old = self.centres[pick % len(self.centres)]
        new = msgspec.structs.replace(old, calendar=self.centres[(pick // 7) % len(self.centres)].calendar)
        self._do(self.service.put_work_centre(ME, new))
        self.centres = self.run(self.service.work_centres(ME))

    @rule(minutes=st.integers(1, 300))
    def time(self, minutes: int) -> None:
        self.run(self.clock.run_for(timedelta(minutes=minutes)))

    @invariant()
    def sound(self) -> None:
        """No work centre does two things at once or works in closed time, no batch overtakes itself, and nothing is lost."""
        rows = self.run(self.service.plan(ME))
        outages = [each for each in self.run(self.service.outages(ME)) if each.end > each.start]
        begun = {row.job_id for row in rows if row.state in ("started", "ended")}
        faults = check(rows, {each.id: each for each in self.centres}, outages)
        assert [fault for fault in faults if fault.partition(" ")[0] not in begun] == [], "what is reported counts, even two jobs at once"
        assert len({row.job_id for row in rows}) == len(rows)

    @precondition(lambda self: self.number % 4 == 3)
    @invariant()
    def same_on_disk(self) -> None:
        """A service that has lived through it all promises what a fresh one promises."""
        probe = random_request(Random(self.number), "probe", self.centres)
        fresh = ScheduleService(self.store, HouseGuard(), self.clock)
        ours, theirs = self.attempt(self.service.promise(ME, probe)), self.attempt(fresh.promise(ME, probe))
        assert str(ours) == str(theirs)


TestSchedules = Schedules.TestCase
TestSchedules.settings = settings_of(60, 2)
