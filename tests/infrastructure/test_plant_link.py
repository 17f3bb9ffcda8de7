"""A real plant process on the other end of the link."""

from collections.abc import Callable
from pathlib import Path

import pytest

from plait.infrastructure.machines import Machine
from plait.kernel.ports import JobOrder
from plait.kernel.problems import Problem
from tests.infrastructure.conftest import Node, run_node
from tests.infrastructure.support import ME, Log, PlantProcess, plant
from tests.support import free_port


def job(id: str, quantity: int = 20) -> JobOrder:
    return JobOrder(id, "turn", "P1", f"lot-{id}", quantity, 10.0, 3.0)


async def link(node: Node, works: PlantProcess) -> None:
    for cell in ("lathe", "hob"):
        await node.machines.add(ME, Machine(f"{cell}-1", cell.title(), cell, config={"endpoint": works.endpoint, "cell": cell}))
    await node.activity.wait_idle()


def reached(job_id: str, state: str) -> Callable[[Log], bool]:
    def check(log: Log) -> bool:
        return any((body.job_id, body.state) == (job_id, state) for body in log.of("machine.job_changed"))

    return check


def states(log: Log, job_id: str) -> list[str]:
    return [body.state for body in log.of("machine.job_changed") if body.job_id == job_id]


async def test_a_job_runs_and_everything_said_is_kept(node: Node, tmp_path: Path) -> None:
    """Tests that a job goes out once, its states and result come back as facts, and signals are kept."""
    async with plant(tmp_path, free_port()) as works:
        await link(node, works)
        assert {view.state for view in node.machines.machines()} == {"idle"}
        assert works.endpoint in node.activity.seen
        await node.machines.start("lathe-1", job("J1"))
        await node.machines.start("lathe-1", job("J1"))
        await node.log.until(reached("J1", "ended"))
        await node.activity.wait_idle()
        assert states(node.log, "J1")[-1] == "ended"
        assert len(set(states(node.log, "J1"))) == len(states(node.log, "J1"))
        (known,) = await node.machines.jobs("lathe-1")
        assert (known.state, known.good + known.scrap) == ("ended", 20)
        assert known.energy_kwh > 0
        assert known.started is not None
        assert known.ended is not None
        assert (known.ended - known.started).total_seconds() > 60 * 60
        assert {"running", "idle"} <= {body.state for body in node.log.of("machine.state_changed") if body.machine_id == "lathe-1"}
        energy = await node.signals.query(ME, "lathe-1.EnergyKWh", known.started, known.ended)
        assert len(energy.values) >= 3
        await node.machines.abort("lathe-1", "J1")
        assert not await node.machines.jobs("lathe-1")
        await node.machines.start("lathe-1", job("J1"))
        assert not await node.machines.jobs("lathe-1")


async def test_stop_and_reset(node: Node, tmp_path: Path) -> None:
    """Tests that stopping is told once as down, and that a reset lets the interrupted job end."""
    async with plant(tmp_path, free_port()) as works:
        await link(node, works)
        await node.machines.start("lathe-1", job("J1"))
        await node.log.until(reached("J1", "running"))
        await node.machines.stop_all()
        await node.machines.stop_all()
        await node.log.until(reached("J1", "interrupted"))
        await node.activity.wait_idle()
        assert sorted(body.machine_id for body in node.log.of("machine.went_down")) == ["hob-1", "lathe-1"]
        await node.machines.reset(ME, "lathe-1")
        await node.log.until(reached("J1", "ended"))
        assert [body.machine_id for body in node.log.of("machine.came_back")] == ["lathe-1"]


async def test_a_wrong_order_is_refused_by_the_machine(node: Node, tmp_path: Path) -> None:
    """Tests that the machine's refusal comes back and the order may be corrected and sent again."""
    async with plant(tmp_path, free_port()) as works:
        await link(node, works)
        with pytest.raises(Problem, match="machine-refused"):
            await node.machines.start("lathe-1", job("J1", quantity=0))
        assert not await node.machines.jobs("lathe-1")
        await node.machines.start("lathe-1", job("J1"))
        assert [known.job_id for known in await node.machines.jobs("lathe-1")] == ["J1"]
        with pytest.raises(Problem, match="no-such-machine"):
            await node.machines.start("press-1", job("J1"))


async def test_a_cell_that_is_not_there_makes_one_machine_silent_only(node: Node, tmp_path: Path) -> None:
    """Tests that a wrong cell name is told as the reason and the other machines of the server are linked."""
    async with plant(tmp_path, free_port()) as works:
        await link(node, works)
        await node.machines.add(ME, Machine("saw-1", "Saw", "saw", config={"endpoint": works.endpoint, "cell": "saw"}))
        await node.activity.wait_idle()
        view = {view.id: view for view in node.machines.machines()}
        assert view["saw-1"].state == "silent"
        assert "saw" in view["saw-1"].reason
        assert view["lathe-1"].state == "idle"
        with pytest.raises(Problem, match="machine-unreachable"):
            await node.machines.start("saw-1", job("J1"))


async def test_a_plant_that_vanishes_and_comes_back(tmp_path: Path) -> None:
    """Tests that machines fall silent, the gap is recorded, the link comes back, and no job is missed or doubled."""
    async with run_node(tmp_path, patience_s=0.3) as node, plant(tmp_path, free_port()) as works:
        await link(node, works)
        await node.machines.start("lathe-1", job("J1", quantity=2000))
        await node.log.until(reached("J1", "running"))
        await node.machines.start("lathe-1", job("J2"))
        await node.log.until(reached("J2", "waiting"))
        await works.kill()
        await node.log.until(lambda log: {body.machine_id for body in log.of("machine.state_changed") if body.state == "silent"} == {"lathe-1", "hob-1"})
        assert works.endpoint not in node.activity.seen
        with pytest.raises(Problem, match="machine-unreachable"):
            await node.machines.jobs("lathe-1")
        await node.activity.wait_idle()
        await works.start()
        await node.log.until(lambda log: len(log.of("machine.gap")) == 2)
        await node.log.until(reached("J2", "ended"))
        await node.activity.wait_idle()
        assert sorted(body.machine_id for body in node.log.of("machine.gap")) == ["hob-1", "lathe-1"]
        assert all(body.since <= body.until for body in node.log.of("machine.gap"))
        assert states(node.log, "J1") == ["waiting", "running", "removed"] or states(node.log, "J1") == ["running", "removed"]
        assert states(node.log, "J2").count("ended") == 1
        assert states(node.log, "J2").count("running") <= 1
        assert [known.job_id for known in await node.machines.jobs("lathe-1")] == ["J2"]
        assert works.endpoint in node.activity.seen
        (gap, *_) = node.log.of("machine.gap")
        shown = await node.signals.query(ME, f"{gap.machine_id}.Power", gap.since, gap.until)
        assert shown.gaps


async def test_a_node_that_was_away_catches_up(tmp_path: Path) -> None:
    """Tests that what happened while the node was down is told once after its start, with a gap."""
    async with plant(tmp_path, free_port()) as works:
        async with run_node(tmp_path) as node:
            await link(node, works)
            await node.machines.start("lathe-1", job("J1"))
            await node.log.until(reached("J1", "running"))
        async with run_node(tmp_path) as node:
            await node.activity.wait_idle()
            await node.machines.start("lathe-1", job("J1"))
            await node.log.until(reached("J1", "ended"))
            await node.activity.wait_idle()
            assert states(node.log, "J1") == ["ended"]
            assert {body.machine_id for body in node.log.of("machine.gap")} == {"lathe-1", "hob-1"}
            assert not node.log.of("machine.added")
