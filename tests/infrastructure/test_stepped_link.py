"""Stepped time over a channel without acknowledgement: the conductor waits until the heartbeat was seen."""

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

from plait.infrastructure.machines import Machine
from plait.kernel.activity import Activity
from plait.kernel.clock import SteppedClock, parse_iso
from plait.kernel.conductor import Conductor
from plait.kernel.facts import decode
from plait.kernel.ports import JobOrder
from plait.kernel.stepped import Participant
from tests.infrastructure.conftest import run_node
from tests.infrastructure.support import ME, PLANT, PlantProcess
from tests.support import START, free_port

KINDS = ("machine.state_changed", "machine.job_changed", "machine.went_down", "machine.came_back")
FAULT = '[[fault]]\nat = 0.5\ncell = "lathe"\nminutes = 45\nreason = "spindle bearing"\n'


async def story(folder: Path) -> list[tuple[str, str, object]]:
    """Run one job through a breakdown in stepped time; return what the node wrote and when."""
    conductor = Conductor(START)
    await conductor.open()
    conductor.expect("node")
    conductor.expect("works")
    works = PlantProcess(folder, free_port(), PLANT + FAULT)
    address, _, secret = conductor.address.partition("/")
    await works.start({"PLAIT_CONDUCTOR": conductor.address})
    clocks: list[SteppedClock] = []

    def clock(activity: Activity) -> SteppedClock:
        clocks.append(SteppedClock(activity, START))
        return clocks[0]

    try:
        async with run_node(folder, clock) as node:
            participant = Participant("node", address, secret, clocks[0], node.activity)
            await participant.join()
            serving = asyncio.create_task(participant.run())
            await node.machines.add(ME, Machine("lathe-1", "Lathe", "lathe", config={"endpoint": works.endpoint, "cell": "lathe"}))
            await conductor.settle()
            await node.machines.start("lathe-1", JobOrder("J1", "turn", "P1", "L1", 20, 10.0, 3.0))
            await conductor.reach(START + timedelta(hours=3))
            facts = await node.store.facts(kinds=KINDS)
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving
    finally:
        await works.kill()
        await conductor.close()
    return [(fact.at.isoformat(), fact.kind, decode(fact)) for fact in facts]


async def test_two_stepped_runs_tell_the_same_story(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests that each change is written at the business time it happened, a breakdown included, and that a second run is equal."""
    first = await story(tmp_path_factory.mktemp("one"))
    for at, _, body in first:
        assert parse_iso(at) == getattr(body, "at", parse_iso(at))
    down = next((at, body) for at, kind, body in first if kind == "machine.went_down")
    assert down[0] == (START + timedelta(minutes=30)).isoformat()
    assert (down[1].reason, down[1].expected_minutes) == ("spindle bearing", 45.0)  # type: ignore[attr-defined]
    back = next(at for at, kind, _ in first if kind == "machine.came_back")
    assert back == (START + timedelta(minutes=75)).isoformat()
    jobs = [getattr(body, "state", "") for _, kind, body in first if kind == "machine.job_changed"]
    assert jobs[-4:] == ["running", "interrupted", "running", "ended"]
    assert await story(tmp_path_factory.mktemp("two")) == first
