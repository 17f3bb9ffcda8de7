"""Rules of a machine over a real lake: what follows, once, also over restarts and kills; versions, undo, trying."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from plait.infrastructure.machines.model import Batch, Status
from plait.infrastructure.meaning import service
from plait.infrastructure.meaning.language import parse
from plait.infrastructure.meaning.model import Memory, SignalValue
from plait.infrastructure.meaning.rules import advance
from plait.kernel.problems import Problem
from plait.store import ms_of
from tests.infrastructure.meaning.house import room
from tests.infrastructure.support import ME, STRANGER
from tests.support import START

RULES = """\
when lamp = "RED" then down because "red lamp"
when current > 5 hysteresis 1 for 2 s then running
otherwise idle
cycle while current > 5
"""


async def test_states_and_cycles_become_facts(tmp_path: Path) -> None:
    """Tests that signals become states, starts, stops, breakdowns and cycles, each at its point's time, and that machines' own word is left out."""
    async with room(tmp_path) as at:
        await at.meaning.set(ME, "m1", RULES)
        await at.say(1, "current", 9)
        await at.until(5)
        await at.say(6, "current", 0.5)
        await at.say(8, "lamp", "RED")
        await at.until(12)
        await at.say(13, "lamp", "GREEN")
        await at.until(20)
        assert await at.states() == [(1, "idle"), (3, "running"), (6, "idle"), (8, "down"), (13, "idle")]
        assert [body.reason for body in await at.told("machine.went_down")] == ["red lamp"]
        assert len(await at.told("machine.came_back")) == 1
        assert [len(await at.told(kind)) for kind in ("machine.started", "machine.stopped")] == [1, 1]
        (cycle,) = await at.told("machine.cycle_finished")
        assert (cycle.seconds, cycle.started, cycle.parts) == (5.0, START.replace(second=1), 0)
        await at.machines._journal.take(Batch(statuses={"m1": [Status("running", at.clock.now())]}))
        assert (await at.states())[-1] == (13, "idle")


async def test_silence_of_the_link_and_back(tmp_path: Path) -> None:
    """Tests that a silent machine stays silent while only time passes, and is what its rules say once a point comes."""
    async with room(tmp_path) as at:
        await at.meaning.set(ME, "m1", RULES)
        await at.say(1, "current", 9)
        await at.until(2.5)
        await at.be(Status("silent", at.clock.now(), "cable"))
        await at.until(30)
        assert (await at.states())[-1][1] == "silent"
        await at.say(30, "current", 9.5)
        await at.until(40)
        assert (await at.states())[-1][1] == "running"


async def test_order_and_repeats(tmp_path: Path) -> None:
    """Tests that points delivered out of order and twice say the same, and that history that comes late never rewrites the present."""
    async with room(tmp_path) as at:
        await at.meaning.set(ME, "m1", "when a = 1 then running\notherwise idle\ncycle on rise of a = 1")
        await at.until(5)
        for second in (5.3, 5.1, 5.2, 5.3, 5.0):
            await at.say(second, "a", float(round(second * 10) % 2))
        await at.until(10)
        first = await at.states()
        assert [state for _, state in first] == ["idle", "running", "idle", "running"]
        for second in (1.0, 3.0, 5.1):
            await at.say(second, "a", 0.0)
        await at.until(20)
        assert await at.states() == first
        assert (await at.meaning.view(ME, "m1")).late >= 3
        assert len(await at.told("machine.cycle_finished")) == 1


async def test_versions_undo_and_trying(tmp_path: Path) -> None:
    """Tests that rules are kept in every version with who set them, come back by undo, and can be tried on the past without changing anything."""
    async with room(tmp_path) as at:
        for second, value in ((10, 9.0), (20, 0.0), (30, 9.0), (50, 0.0)):
            await at.until(second)
            await at.say(second, "current", value)
        await at.until(60)
        facts = await at.store.head()
        dry = await at.meaning.dry_run(ME, "m1", RULES)
        assert [each.state for each in dry.stretches] == ["idle", "running", "idle", "running", "idle"]
        assert dry.cycles == 2 and dry.mean_cycle_s == 15.0 and dry.unknown == ("lamp",)
        assert await at.store.head() == facts
        assert "current" in (await at.meaning.view(ME, "m1")).proposed
        await at.meaning.set(ME, "m1", RULES)
        await at.meaning.set(ME, "m1", "otherwise down")
        assert (await at.meaning.undo(ME, "m1")).rules == RULES
        assert [each.version for each in await at.meaning.versions(ME, "m1")] == [3, 2, 1]
        assert (await at.meaning.undo(ME, "m1", 2)).rules == "otherwise down"
        with pytest.raises(Problem, match="no-such-rules"):
            await at.meaning.undo(ME, "m1", 99)
        with pytest.raises(Problem, match="bad-rules"):
            await at.meaning.set(ME, "m1", "when")
        with pytest.raises(Problem, match="no-such-machine"):
            await at.meaning.view(ME, "nothing")
        with pytest.raises(Problem, match="forbidden"):
            await at.meaning.set(STRANGER, "m1", RULES)
        with pytest.raises(Problem):
            await at.meaning.view(STRANGER, "m1")
        await at.meaning.set(ME, "m1", "")
        assert not (await at.meaning.view(ME, "m1")).state


async def test_too_many_values_are_tried_as_far_as_all_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that a trial of more values than are looked at ends where the first signal's were cut, not where another's go on, and never lies in the future."""
    monkeypatch.setattr(service, "MOST_POINTS", 10)
    async with room(tmp_path) as at:
        for second in range(1, 21):
            await at.say(second, "fast", float(second % 2))
        await at.say(19, "slow", 1.0)
        await at.until(30)
        rules = "when slow = 1 then down\nwhen fast = 1 then running\notherwise idle"
        dry = await at.meaning.dry_run(ME, "m1", rules, until=START.replace(hour=23))
        assert (dry.cut, dry.until, dry.minutes.keys()) == (True, START.replace(second=5), {"running", "idle"})
        monkeypatch.setattr(service, "MOST_POINTS", 1000)
        dry = await at.meaning.dry_run(ME, "m1", rules, until=START.replace(hour=23))
        assert (dry.cut, dry.until, dry.stretches[-1].state) == (False, at.clock.now(), "down")


KILLED = """
import asyncio, os, sys
from pathlib import Path
from datetime import timedelta
from plait.infrastructure.signals import Point
from tests.infrastructure.meaning.house import room, START

async def main():
    async with room(Path(sys.argv[1]), at=START + timedelta(seconds=int(sys.argv[2]) / 10)) as at:
        for tick in range(int(sys.argv[2]), int(sys.argv[3])):
            await at.signals.record([Point("m1.a", START + timedelta(seconds=tick / 10), float(tick % 3 == 0))])
            print(tick, flush=True)
            await at.clock.run_until(START + timedelta(seconds=tick / 10))
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_killed_between_point_and_fact(tmp_path: Path) -> None:
    """Tests that a node killed at any moment tells afterwards every cycle and state of the points on disk, each once."""
    rules = "when a = 1 then running\notherwise idle\ncycle on rise of a = 1"
    async with room(tmp_path) as at:
        await at.meaning.set(ME, "m1", rules)
    begin = 1
    for much in (23, 31, 17):
        command = [sys.executable, "-c", KILLED, str(tmp_path), str(begin), str(begin + 500)]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": f"src{os.pathsep}."})
        assert process.stdout is not None
        last = begin
        for _ in range(much):
            last = int(await process.stdout.readline())
        process.kill()
        rest = (await process.communicate())[0].split()
        begin = int(rest[-1]) + 1 if rest else last + 1
    async with room(tmp_path, at=START.replace(minute=30)) as at:
        await at.clock.run_until(START.replace(minute=31))
        view = await at.signals.query(ME, "m1.a", START, at.clock.now())
        points = [SignalValue(ms_of(each.at), "a", each.value) for each in view.values]
        assert len(points) >= begin - 1
        _, said = advance(parse(rules), Memory(), points, ms_of(at.clock.now()))
        cycles = [(ms_of(body.started), ms_of(body.ended)) for body in await at.told("machine.cycle_finished")]
        assert cycles == [(each.begun, each.ms) for each in said if not each.state]
        states = [(ms_of(body.at), body.state) for body in await at.told("machine.state_changed")]
        assert states == [(each.ms, each.state) for each in said if each.state]
