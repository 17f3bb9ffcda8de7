"""Business time: timers in order, wall, scaled and simulated clocks."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from plait.kernel import clock as ours
from plait.kernel.activity import Activity
from plait.kernel.clock import Agenda, SimulatedClock, SteppedClock, WallClock, iso, parse_iso

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def test_agenda_runs_by_time_then_key_and_replaces():
    """Tests that entries come in the order of time and key, that the same key replaces, and that a cancelled one is gone."""
    agenda = Agenda()
    for key, minutes in (("b", 1), ("a", 1), ("c", 0), ("gone", 0), ("late", 9)):
        agenda.at(START + timedelta(minutes=minutes), key, lambda: None)
    agenda.at(START + timedelta(minutes=5), "c", lambda: None)
    agenda.cancel("gone")
    assert agenda.next_wake() == START + timedelta(minutes=1)
    due = []
    while (entry := agenda.pop_due(START + timedelta(minutes=6))) is not None:
        due.append(entry[0])
    assert due == ["a", "b", "c"]
    assert agenda.next_wake() == START + timedelta(minutes=9)


async def test_simulated_time_jumps_and_waits_for_work():
    """Tests that simulated time jumps from timer to timer and stands while work is under way."""
    activity = Activity()
    clock = SimulatedClock(activity, START)
    seen = []

    async def first():
        token = activity.hold("work")

        async def work():
            await asyncio.sleep(0)
            seen.append(("worked", clock.now()))
            token.release()

        seen.append(("first", clock.now()))
        seen.append(asyncio.create_task(work()))

    clock.at(START + timedelta(hours=1), "first", first)
    clock.at(START + timedelta(hours=2), "second", lambda: seen.append(("second", clock.now())))
    await clock.run_for(timedelta(days=7))
    assert [each for each in seen if isinstance(each, tuple)] == [
        ("first", START + timedelta(hours=1)),
        ("worked", START + timedelta(hours=1)),
        ("second", START + timedelta(hours=2)),
    ]
    assert clock.now() == START + timedelta(days=7)


async def test_scaled_time_fires_early_in_real_time():
    """Tests that a scaled clock fires a timer a business hour away at once."""
    clock = WallClock(Activity(), factor=1_000_000.0, origin=START)
    assert clock.kind == "scaled"
    fired = asyncio.Event()
    clock.at(START + timedelta(hours=1), "x", fired.set)
    task = asyncio.create_task(clock.run())
    await asyncio.wait_for(fired.wait(), 60)
    assert clock.now() >= START + timedelta(hours=1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_stepped_time_never_goes_back():
    """Tests that a stepped clock ignores an earlier time."""
    clock = SteppedClock(Activity(), START)
    clock.set(START + timedelta(hours=1))
    clock.set(START)
    assert clock.now() == START + timedelta(hours=1)


def test_times_as_text():
    """Tests that times are written in UTC with milliseconds and read only with an offset."""
    assert iso(parse_iso("2026-03-02T07:00:00.123+01:00")) == "2026-03-02T06:00:00.123Z"
    with pytest.raises(ValueError, match="without an offset"):
        parse_iso("2026-03-02T07:00:00")


async def test_activity_counts_and_tells():
    """Tests that tokens are counted, released once, and that idleness can be waited for."""
    activity = Activity()
    token = activity.hold("x")
    assert activity.busy() == {"x": 1}
    waiting = asyncio.create_task(activity.wait_idle())
    await asyncio.sleep(0)
    assert not waiting.done()
    token.release()
    token.release()
    await waiting
    assert activity.idle
    assert activity.count == 1


async def test_a_timer_that_fails_is_tried_again():
    """Tests that a call that fails is told of and entered again a little later where somebody listens, and is raised where nobody does."""
    clock, tries, told = SimulatedClock(Activity(), START), [], []

    def call():
        tries.append(clock.now())
        if len(tries) < 3:
            raise ValueError("the disk is full")

    clock.on_error = lambda key, error: told.append((key, str(error)))
    clock.at(START, "late", call)
    await clock.run_for(timedelta(minutes=1))
    assert tries == [START, START + timedelta(seconds=5), START + timedelta(seconds=10)]
    assert told == [("late", "the disk is full")] * 2
    clock.on_error = None
    clock.at(clock.now(), "bad", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await clock.run_for(timedelta(minutes=1))


async def test_wall_time_notices_that_the_clock_was_set(monkeypatch):
    """Tests that a timer a day away fires when the computer's clock is set forward (or it slept) while the clock waits."""
    monkeypatch.setattr(ours, "LOOK_S", 0.01)
    clock, fired = WallClock(Activity()), asyncio.Event()
    clock.at(clock.now() + timedelta(days=1), "tomorrow", fired.set)
    running = asyncio.create_task(clock.run())
    await asyncio.sleep(0.05)
    assert not fired.is_set()
    real = ours.SYSTEM.now
    monkeypatch.setattr(ours.SystemClock, "now", lambda self: real() + timedelta(days=2))
    async with asyncio.timeout(60):
        await fired.wait()
    running.cancel()
