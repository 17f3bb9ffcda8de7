"""Times measured at machines: what jobs say together, proposals, and what quotes and schedules make of them."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.kernel.settings import Cycles
from plait.manufacturing.line import tables as line_tables
from plait.manufacturing.line.measured import rules
from plait.manufacturing.line.measured.model import JobTimes
from plait.manufacturing.line.measured.service import MeasuredService
from plait.manufacturing.line.model import Job, Run, RunOrder, Step
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.part.service import PartService
from plait.manufacturing.schedule.model import Calendar, PromiseRequest, WorkCentre
from plait.manufacturing.schedule.service import ScheduleService
from tests.manufacturing.house import ME, PARTNER, HouseGuard
from tests.support import START, clock, make_store

OPS = (Operation(10, "hobbing", "turning", "hob", 30.0, 3.0, estimated=True), Operation(20, "grinding", "turning", "grind", 15.0, 2.0))
GEAR = Part("P1", "A", "Gear", process="gear.cylindrical", material="steel", batch_size=10, routing=OPS)
RATES = {"hob": Money(Decimal(60), "EUR"), "grind": Money(Decimal(60), "EUR")}


@given(st.lists(st.floats(0.5, 50), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_typical_is_of_the_values_in_any_order(values, rng):
    """Tests that what is typical lies among the values, whatever their order, and scales with them."""
    found = rules.typical(values)
    assert min(values) <= found.low <= found.middle <= found.high <= max(values)
    assert rules.typical(rng.sample(values, len(values))) == found
    assert rules.typical([value * 2 for value in values]).middle == pytest.approx(found.middle * 2)


def test_one_wild_job_changes_nothing():
    """Tests that a job of ten times the time, among several that agree, is left out."""
    assert rules.typical([3.4, 3.3, 3.5, 3.4, 34.0]) == (3.4, 3.3, 3.5, 4)
    assert rules.typical([]) is None
    assert (rules.rounded(3.4167), rules.rounded(0.012345), rules.rounded(123.4)) == (3.42, 0.0123, 123)


def test_time_in_which_a_machine_stood_does_not_count():
    """Tests that set-up and running alone count, and that a job of which too little is known says nothing."""
    assert rules.net([("setup", 20), ("running", 60), ("down", 500), ("running", 40), ("idle", 30)]) == (20, 100)
    assert rules.net([("running", 60)]) == (None, 60)
    assert rules.net([("running", 60), ("silent", 10)]) is None
    assert rules.net([("idle", 60)]) is None


async def made(store, measured, number, minutes, pieces=10, scrap=0, seq=10, setup=30.0, once=None):
    """Have the line finish a job that took ``minutes`` a piece."""
    run = f"PO-{number}"
    order = RunOrder(run, "P1", "Gear", "A", "", pieces, pieces, tuple(Step(op.seq, op.name, op.group, op.setup_min, op.cycle_min) for op in OPS))
    group = next(op.group for op in OPS if op.seq == seq)
    job = Job(f"{run}-1-{seq}", run, f"{run}-1", seq, group, "m1", "m1", pieces, pieces - scrap, scrap, "ended", "")

    def enter(tx):
        line_tables.put_run(tx.conn, Run(order, "open", 0, 0))
        line_tables.put_job(tx.conn, job)

    await store.write(ME, enter)
    times = JobTimes(job.id, "m1", setup, minutes * pieces, pieces, scrap, START + timedelta(hours=number))
    await measured.take(ME, times, once=once)


async def rooms(store, rule=None):
    """Return parts and measured times of a firm that makes gears."""
    parts, measured = PartService(store, HouseGuard(), store.clock), MeasuredService(store, HouseGuard(), rule or Cycles(jobs=3))
    await parts.put(ME, GEAR)
    return parts, measured


async def test_a_proposal_is_made_accepted_used_and_undone(tmp_path):
    """Tests that three jobs of 3.4 min make one proposal, that accepting it moves price and date, and that undoing gives back what was."""
    async with make_store(tmp_path, at=clock()) as store:
        parts, measured = await rooms(store)
        schedule = ScheduleService(store, HouseGuard(), store.clock)
        for id, group in (("w1", "hob"), ("w2", "grind")):
            await schedule.put_work_centre(ME, WorkCentre(id, group, Calendar(always=True), rate=RATES[group]))

        async def asked():
            part = await parts.get(ME, "P1")
            price = parts.cost(part, 100, RATES, {}).total
            promise = await schedule.promise(ME, PromiseRequest("RFQ-1", "P1", 100, 10, part.routing))
            return price, promise.finish

        before = await asked()
        for number, minutes in enumerate((3.3, 3.4, 3.5), 1):
            await made(store, measured, number, minutes, once=f"job:{number}")
            await made(store, measured, number, minutes, once=f"job:{number}")
        (row,) = await measured.proposals(ME, "open")
        assert (row.seq, row.cycle_was, row.cycle_now, row.setup_now, row.jobs) == (10, 3.0, 3.4, None, 3)
        assert await asked() == before
        await measured.accept(ME, row.id)
        part = await parts.get(ME, "P1")
        assert (part.revision, part.routing[0].cycle_min, part.routing[0].setup_min, part.routing[0].estimated) == ("A", 3.4, 30.0, False)
        price, finish = await asked()
        assert price.amount == before[0].amount + 40
        assert finish > before[1]
        with pytest.raises(Problem, match="was accepted"):
            await measured.accept(ME, row.id)
        await measured.undo(ME, row.id)
        assert (await parts.get(ME, "P1")).routing[0].cycle_min == 3.0
        kinds = [fact.kind for fact in await store.facts(kinds=["routing.proposed", "routing.accepted", "routing.undone"])]
        assert kinds == ["routing.proposed", "routing.accepted", "routing.undone"]


async def test_what_was_declined_is_not_asked_again_soon(tmp_path):
    """Tests that a declined proposal comes back only when as many more jobs say something else, and one that fits again goes away by itself."""
    async with make_store(tmp_path, at=clock()) as store:
        _, measured = await rooms(store, Cycles(jobs=3, window=3))
        for number in range(1, 4):
            await made(store, measured, number, 3.4)
        (row,) = await measured.proposals(ME, "open")
        await measured.decline(ME, row.id, "new tool next week")
        for number in range(4, 7):
            await made(store, measured, number, 3.4)
        assert await measured.proposals(ME, "open") == []
        _, other = await rooms(store, Cycles(jobs=3, window=6))
        for number in range(7, 13):
            await made(store, other, number, 4.0)
        (row,) = await measured.proposals(ME, "open")
        assert row.cycle_now == 4.0
        for number in range(13, 19):
            await made(store, other, number, 3.0)
        assert await measured.proposals(ME, "open") == []


async def test_by_rule_set_up_and_scrap(tmp_path):
    """Tests that many jobs not far off are taken over by rule, far ones wait for a person, and that scrap asks for an allowance."""
    async with make_store(tmp_path, at=clock()) as store:
        parts, measured = await rooms(store, Cycles(jobs=3, auto_jobs=4, auto_within=0.2))
        for number in range(1, 5):
            await made(store, measured, number, 3.3, setup=24.0)
        part = await parts.get(ME, "P1")
        assert (part.routing[0].cycle_min, part.routing[0].setup_min) == (3.3, 24.0)
        assert [row.by_rule for row in await measured.proposals(ME, "accepted")] == [True]
        for number in range(1, 5):
            await made(store, measured, number, 4.0, seq=20, pieces=20, scrap=1, setup=None)
        open_ = {row.seq: row for row in await measured.proposals(ME, "open")}
        assert (open_[20].cycle_now, open_[20].setup_now) == (4.0, None)
        assert open_[0].cycle_now == pytest.approx(0.053)
        await measured.accept(ME, open_[0].id)
        assert (await parts.get(ME, "P1")).scrap_allowance == Decimal("0.053")
        (hob, grind) = await measured.measured(ME, "P1")
        assert (hob.jobs, hob.setup_jobs, grind.scrap, grind.setup_min) == (4, 4, pytest.approx(0.05), None)


async def test_a_routing_changed_meanwhile_stays(tmp_path):
    """Tests that a proposal never overwrites what somebody has entered since, and that strangers see and do nothing."""
    async with make_store(tmp_path, at=clock()) as store:
        parts, measured = await rooms(store)
        numbers = list(range(1, 4))
        random.Random(3).shuffle(numbers)
        for number in numbers:
            await made(store, measured, number, 3.4)
        (row,) = await measured.proposals(ME, "open")
        changed = (OPS[0].__class__(10, "hobbing", "turning", "hob", 30.0, 3.2), OPS[1])
        await parts.put(ME, Part("P1", "A", "Gear", process="gear.cylindrical", material="steel", batch_size=10, routing=changed))
        with pytest.raises(Problem, match="no longer says"):
            await measured.accept(ME, row.id)
        assert (await parts.get(ME, "P1")).routing[0].cycle_min == 3.2
        for act in (measured.accept, measured.decline, measured.undo):
            with pytest.raises(Problem):
                await act(PARTNER, row.id)
        with pytest.raises(Problem, match="no proposal"):
            await measured.accept(ME, "nothing")
