"""Alarms: when they are raised and cleared, what people do with them, and that nothing is lost or told twice."""

import random
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plait.infrastructure.alarms.model import Alarm, Memory, Turn
from plait.infrastructure.alarms.rules import advance, due
from plait.infrastructure.machines.model import Status
from plait.infrastructure.meaning.model import SignalValue
from plait.kernel.problems import Problem
from tests.infrastructure.meaning.house import room
from tests.infrastructure.support import ME, STRANGER
from tests.support import START

HOT = Alarm("hot", "m1", "high", "temperature", 80.0, hysteresis=5.0, on_delay_s=3, off_delay_s=2, severity="high", text="It is too hot", advice="Stop it")


def turns(alarm: Alarm, told: Iterable[tuple[int, float | str]], until: int) -> list[tuple[int, bool]]:
    _, said = advance(alarm, Memory(), [SignalValue(ms, "temperature", value) for ms, value in told], until)
    return [(turn.ms, turn.active) for turn in said]


def test_limits_delays_and_hysteresis() -> None:
    """Tests that a limit holds after its delay, is over after its own, and that a value within the hysteresis is not over."""
    told = [(1000, 81.0), (2000, 79.0), (3000, 74.0), (10_000, 90.0), (14_000, 76.0), (20_000, 74.0), (21_000, 82.0), (30_000, 70.0)]
    assert turns(HOT, told, 60_000) == [(13_000, True), (32_000, False)]
    low = msgspec.structs.replace(HOT, kind="low-low", limit=10.0, on_delay_s=0, off_delay_s=0)
    assert turns(low, [(1, 11.0), (2, 9.0), (3, 14.0), (4, 15.0)], 10) == [(2, True), (4, False)]
    word = msgspec.structs.replace(HOT, kind="word", word="FAULT", on_delay_s=0, off_delay_s=0)
    assert turns(word, [(1, "OK"), (2, "FAULT"), (3, "OK")], 10) == [(2, True), (3, False)]


def test_silence() -> None:
    """Tests that silence is raised so long after the last value, and is over with the next."""
    silent = msgspec.structs.replace(HOT, kind="silence", on_delay_s=10)
    memory, said = advance(silent, Memory(seen=0), [SignalValue(4000, "temperature", 1.0), SignalValue(30_000, "temperature", 1.0)], 39_000)
    assert [(turn.ms, turn.active) for turn in said] == [(14_000, True), (30_000, False)]
    assert due(silent, memory) == 40_000


@settings(max_examples=200, deadline=None)
@given(
    points=st.lists(st.tuples(st.integers(0, 60), st.sampled_from([70.0, 76.0, 79.0, 81.0, 90.0])), max_size=30, unique_by=lambda point: point[0]),
    kind=st.sampled_from(["high", "low", "silence"]),
    seed=st.integers(0, 1000),
    cuts=st.lists(st.integers(0, 70_000), max_size=8),
)
def test_any_order_any_restart(points: list[tuple[int, float]], kind: Any, seed: int, cuts: list[int]) -> None:
    """Tests that the same alarms come, once, in whatever order points come before they are looked at, doubled, and wherever time is cut and memory kept."""
    alarm = msgspec.structs.replace(HOT, kind=kind)
    told = [SignalValue(second * 1000, "temperature", value) for second, value in points]
    memory, whole = advance(alarm, Memory(seen=-1), told, 70_000)
    shuffled = told + told[: len(told) // 2]
    random.Random(seed).shuffle(shuffled)
    pieces: list[Turn] = []
    kept = Memory(seen=-1)
    for until in [*sorted(cuts), 70_000]:
        kept, more = advance(alarm, kept, [point for point in shuffled if point.ms <= until], until)
        kept = msgspec.json.decode(msgspec.json.encode(kept), type=Memory)
        pieces += more
    assert (pieces, kept) == (whole, memory)
    assert [turn.active for turn in whole] == [at % 2 == 0 for at in range(len(whole))]


async def test_a_life(tmp_path: Path) -> None:
    """Tests the states of IEC 62682: raised, acknowledged, cleared; cleared before anybody saw it; and that the limit crossed is a fact of the machine."""
    async with room(tmp_path) as at:
        assert (await at.alarms.define(ME, HOT)).state == "normal"
        await at.say(1, "temperature", 85)
        await at.until(3)
        assert not await at.alarms.inbox(ME)
        await at.until(6)
        (seen,) = await at.alarms.inbox(ME)
        assert (seen.state, seen.value, seen.machine) == ("unacknowledged", 85.0, "Mill")
        assert (await at.alarms.acknowledge(ME, "hot", "on my way")).state == "acknowledged"
        await at.alarms.acknowledge(ME, "hot")
        await at.say(10, "temperature", 60)
        await at.until(15)
        assert (await at.alarms.one(ME, "hot")).state == "normal"
        await at.say(20, "temperature", 90)
        await at.until(25)
        await at.say(26, "temperature", 60)
        await at.until(30)
        assert (await at.alarms.one(ME, "hot")).state == "returned"
        assert (await at.alarms.acknowledge(ME, "hot")).state == "normal"
        raised, cleared = await at.told("alarm.raised"), await at.told("alarm.cleared")
        assert [(body.at - START).total_seconds() for body in raised + cleared] == [4, 23, 12, 28]
        assert len(await at.told("alarm.acknowledged")) == 2
        assert [body.value for body in await at.told("machine.limit_crossed")] == [85.0, 90.0]


async def test_shelf_service_and_design(tmp_path: Path) -> None:
    """Tests that a shelved alarm is quiet until its time is over, one out of service for good, and one of a machine that is down until it is back."""
    async with room(tmp_path) as at:
        await at.alarms.define(ME, HOT)
        shelved = await at.alarms.shelve(ME, "hot", 1, "sensor is changed")
        assert (shelved.state, shelved.reason) == ("shelved", "sensor is changed")
        await at.say(1, "temperature", 85)
        await at.until(30)
        assert not await at.told("alarm.raised")
        await at.until(61)
        assert (await at.alarms.one(ME, "hot")).state == "unacknowledged"
        assert [body.expired for body in await at.told("alarm.unshelved")] == [True]
        await at.alarms.service(ME, "hot", True, "no cooling water today")
        assert (await at.alarms.one(ME, "hot")).state == "out-of-service"
        await at.say(70, "temperature", 60)
        await at.until(80)
        await at.alarms.service(ME, "hot", False, "")
        assert (await at.alarms.one(ME, "hot")).state == "normal"
        await at.be(Status("down", at.clock.now(), "broken"))
        await at.say(81, "temperature", 85)
        await at.until(90)
        assert (await at.alarms.one(ME, "hot")).state == "suppressed"
        await at.be(Status("idle", at.clock.now()))
        await at.until(91)
        assert (await at.alarms.one(ME, "hot")).state == "unacknowledged"
        for minutes, reason in ((0, "x"), (10**6, "x"), (5, " ")):
            with pytest.raises(Problem):
                await at.alarms.shelve(ME, "hot", minutes, reason)


async def test_a_state_calls_at_once_and_in_the_order_it_was_told(tmp_path: Path) -> None:
    """Tests that a state calls without waiting for others before it, and that of states at one moment, or of a clock that is behind, the last told counts."""
    async with room(tmp_path) as at:
        await at.alarms.define(ME, Alarm("down", "m1", "state", word="down"))
        await at.until(1)
        await at.be(Status("down", at.clock.now()))
        await at.until(1.01)
        assert (await at.alarms.one(ME, "down")).state == "unacknowledged"
        await at.be(Status("running", START.replace(second=1)))
        await at.be(Status("idle", START))
        await at.until(1.1)
        assert (await at.alarms.one(ME, "down")).state == "returned"
        for state in ("running", "idle", "down"):
            await at.be(Status(state, at.clock.now()))
        await at.until(1.2)
        assert (await at.alarms.one(ME, "down")).state == "unacknowledged"
        await at.be(Status("silent", at.clock.now()))
        await at.until(9)
        await at.be(Status("down", START.replace(second=3)))
        await at.until(9.1)
        assert (await at.alarms.one(ME, "down")).state == "unacknowledged"
        assert [len(await at.told(kind)) for kind in ("alarm.raised", "alarm.cleared")] == [3, 2]


async def test_states_restart_and_chatter(tmp_path: Path) -> None:
    """Tests that a state can be an alarm, that everything stands as before after a restart, and that an alarm that chatters says so."""
    down = Alarm("down", "m1", "state", word="down", on_delay_s=5, severity="critical", text="It is down")
    noisy = Alarm("noisy", "m1", "high", "noise", 1.0)
    async with room(tmp_path) as at:
        await at.alarms.define(ME, down)
        await at.alarms.define(ME, noisy)
        await at.be(Status("down", at.clock.now(), "broken"))
        await at.until(10)
        for second in range(20, 40):
            await at.say(second, "noise", float(second % 2 * 2))
        await at.be(Status("running", at.clock.now()))
        await at.until(50)
        await at.alarms.shelve(ME, "down", 10, "known")
        before = [msgspec.to_builtins(each) for each in await at.alarms.all(ME)]
        facts = await at.store.head()
        assert next(each for each in await at.alarms.all(ME) if each.alarm.id == "noisy").hint
    async with room(tmp_path, at=START + timedelta(seconds=50)) as at:
        await at.until(55)
        assert [msgspec.to_builtins(each) for each in await at.alarms.all(ME)] == before
        assert await at.store.head() == facts
        await at.until(700)
        assert (await at.alarms.one(ME, "down")).state != "shelved"


async def test_setting_them(tmp_path: Path) -> None:
    """Tests that wrong alarms are refused by field, changes can be taken back, a trial tells what would have been, and strangers see and do nothing."""
    async with room(tmp_path) as at:
        for changed in ({"id": "a/b"}, {"signal": ""}, {"kind": "state", "word": "asleep"}, {"kind": "silence", "on_delay_s": 0.0}, {"kind": "word"}):
            with pytest.raises(Problem, match="bad-alarm"):
                await at.alarms.define(ME, msgspec.structs.replace(HOT, **changed))
        with pytest.raises(Problem, match="no-such-machine"):
            await at.alarms.define(ME, msgspec.structs.replace(HOT, machine_id="m9"))
        for second, value in ((1, 85.0), (10, 60.0), (20, 85.0)):
            await at.until(second)
            await at.say(second, "temperature", value)
        await at.until(30)
        found = await at.alarms.preview(ME, HOT)
        assert (found.raised, found.points) == (2, 3)
        assert found.times[1].until is None and not await at.alarms.all(ME)
        await at.alarms.define(ME, HOT)
        await at.alarms.define(ME, msgspec.structs.replace(HOT, limit=99.0))
        assert (await at.alarms.undo(ME, "hot")).alarm == HOT
        await at.alarms.remove(ME, "hot")
        assert (await at.alarms.undo(ME, "hot")).alarm == HOT
        for wrong in (lambda: at.alarms.acknowledge(ME, "none"), lambda: at.alarms.undo(ME, "none"), lambda: at.alarms.test(ME)):
            with pytest.raises(Problem):
                await wrong()
        for denied in (lambda: at.alarms.all(STRANGER), lambda: at.alarms.define(STRANGER, HOT), lambda: at.alarms.acknowledge(STRANGER, "hot")):
            with pytest.raises(Problem):
                await denied()
