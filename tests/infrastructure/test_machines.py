"""Adding machines and what is refused."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plait.infrastructure.machines import Machine
from plait.infrastructure.machines.plugins import ADAPTERS
from plait.kernel.ports import JobOrder
from plait.kernel.problems import Problem
from tests.infrastructure.conftest import Node, run_node
from tests.infrastructure.support import ME, STRANGER

NOBODY = {"endpoint": "opc.tcp://127.0.0.1:9/plant", "cell": "lathe"}
JOB = JobOrder("PO-1/1/10", "turn", "P1", "PO-1/1", 20, 10.0, 3.0)


def lathe(**changed: Any) -> Machine:
    return msgspec.structs.replace(Machine("lathe-1", "Lathe", "lathe", config=NOBODY), **changed)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "a/b"}, "id"),
        ({"id": "a.b"}, "id"),
        ({"name": " "}, "name"),
        ({"group": ""}, "group"),
        ({"adapter": "smoke-signals"}, "adapter"),
        ({"config": {}}, "endpoint"),
        ({"config": {"endpoint": "http://x", "cell": "lathe"}}, "endpoint"),
        ({"config": {**NOBODY, "cell": ""}}, "cell"),
        ({"config": {**NOBODY, "colour": "red"}}, "colour"),
    ],
)
async def test_a_wrong_machine_is_refused_and_nothing_is_kept(node: Node, changed: dict[str, Any], field: str) -> None:
    """Tests that each wrong field is named and no machine is added."""
    with pytest.raises(Problem) as refused:
        await node.machines.add(ME, lathe(**changed))
    assert refused.value.code == "bad-machine"
    assert field in refused.value.detail
    assert not node.machines.machines()
    assert not node.log.facts


async def test_adding_twice_changes_nothing_and_another_conflicts(node: Node) -> None:
    """Tests that the same machine may be added again and another of the same id may not."""
    await node.machines.add(ME, lathe())
    await node.machines.add(ME, lathe())
    assert len(node.log.of("machine.added")) == 1
    with pytest.raises(Problem, match="conflict"):
        await node.machines.add(ME, lathe(name="Other"))


async def test_a_machine_out_of_reach_is_silent_and_says_so(tmp_path: Path) -> None:
    """Tests that commands to it are refused, that others do not wait for it for ever, and that it can be removed."""
    async with run_node(tmp_path, patience_s=0.2) as node:
        await node.machines.add(ME, lathe())
        with pytest.raises(Problem, match="machine-unreachable"):
            await node.machines.start("lathe-1", JOB)
        await node.log.until(lambda log: bool(log.of("machine.state_changed")))
        await node.activity.wait_idle()
        (view,) = node.machines.machines()
        assert (view.state, view.jobs) == ("silent", ())
        with pytest.raises(Problem, match="machine-unreachable"):
            await node.machines.stop_all()
        await node.machines.remove(ME, "lathe-1")
        assert not node.machines.machines()
    with pytest.raises(Problem, match="no-such-machine"):
        await node.machines.start("lathe-1", JOB)


async def test_a_stranger_sees_no_machine_and_adds_none(node: Node) -> None:
    """Tests that a partner without an agreement sees nothing, and with one only what it names."""
    await node.machines.add(ME, lathe())
    await node.machines.add(ME, lathe(id="lathe-2"))
    assert not await node.machines.all(STRANGER)
    with pytest.raises(Problem, match="no-such-machine"):
        await node.machines.one(STRANGER, "lathe-1")
    with pytest.raises(Problem, match="forbidden"):
        await node.machines.add(STRANGER, lathe(id="lathe-3"))
    with pytest.raises(Problem, match="forbidden"):
        await node.machines.stop_every(STRANGER)
    node.guard.shown["machine"] = frozenset({"lathe-2"})
    assert [status.machine.id for status in await node.machines.all(STRANGER)] == ["lathe-2"]


def test_adapters_are_found_by_name_without_their_library() -> None:
    """Tests that naming and describing the adapter loads no protocol library."""
    assert "opcua" in ADAPTERS.names()
    assert ADAPTERS.load("opcua").capabilities >= {"state", "jobs", "commands"}
    code = "import sys; from plait.infrastructure.machines.plugins import ADAPTERS; ADAPTERS.load('opcua'); sys.exit('asyncua' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "src"}, check=False).returncode == 0
