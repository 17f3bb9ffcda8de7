"""A controller as a machine of a node: states without claims, gaps, writing."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from plait.infrastructure.machines.model import Choice, Machine
from plait.plant.plc import Mc3eDevice, ModbusDevice
from tests.infrastructure.conftest import Node, run_node
from tests.infrastructure.plc.support import running
from tests.infrastructure.support import ME, Log
from tests.support import free_port


def machine(id: str, adapter: str, port: int, *choices: Choice, **more: Any) -> Machine:
    return Machine(id, id.title(), "press", adapter, {"host": "127.0.0.1", "port": port, "interval_ms": 10, "timeout_s": 30, **more}, signals=choices)


def states(log: Log, id: str) -> list[str]:
    return [body.state for body in log.of("machine.state_changed") if body.machine_id == id]


async def test_a_machine_that_tells_values_only_is_heard_and_claims_nothing(node: Node) -> None:
    """Tests that a machine without a state signal is no longer silent once its values come, and is neither running nor down by itself."""
    async with running("modbus") as device:
        await device.press(1, 7, 46.5, guard=False)
        await node.machines.add(ME, machine("p", "modbus", device.port, Choice("oil", "holding:3:float32", "CEL")))
        await node.log.until(lambda log: states(log, "p") == ["idle"])
        await node.activity.wait_idle()
        assert (await node.machines.one(ME, "p")).linked
        latest = node.signals.latest("p.oil")
        assert latest is not None
        assert latest.value == 46.5


async def test_power_that_fails_is_a_gap_and_values_come_back(node: Node) -> None:
    """Tests that the time without power is recorded as a gap of the machine, and that its state is told anew afterwards."""
    device = Mc3eDevice(free_port())
    async with running("mc3e", device):
        press = machine("p", "mc3e", device.port, Choice("state", "D0"), state_signal="state", states={"0": "idle", "1": "running"})
        await node.machines.add(ME, press)
        await node.log.until(lambda log: states(log, "p") == ["idle"])
        await device.kill()
        device.memory["D"][0] = 1
        await device.start()
        await node.log.until(lambda log: bool(log.of("machine.gap")))
        await node.log.until(lambda log: states(log, "p")[-1] == "running")
        (gap,) = node.log.of("machine.gap")
        assert gap.machine_id == "p"
        assert gap.since < gap.until


async def test_a_unit_that_is_off_is_silent_with_the_reason_until_it_is_back(node: Node) -> None:
    """Tests that a machine behind a gateway is silent with a reason while its unit is off, not down, and is heard again once it is on."""
    device = ModbusDevice(free_port(), units=(1,))
    async with running("modbus", device):
        await node.machines.add(ME, machine("one", "modbus", device.port, Choice("a", "holding:0")))
        await node.machines.add(ME, machine("two", "modbus", device.port, Choice("a", "holding:0"), unit=2))
        await node.log.until(lambda log: "silent" in states(log, "two") and states(log, "one") == ["idle"])
        (told,) = [body for body in node.log.of("machine.state_changed") if body.machine_id == "two"]
        assert "is its unit id right" in told.reason
        await node.activity.wait_idle()
        await device.kill()
        device.units = (1, 2)
        await device.start()
        await node.log.until(lambda log: states(log, "two")[-1] == "idle")
        assert "machine.went_down" not in {kind for kind, _ in node.log.facts}


async def test_a_wrong_address_makes_the_machine_silent_with_the_reason(node: Node) -> None:
    """Tests that a machine whose address is none says so, and that correcting it needs nothing but adding it anew."""
    async with running("s7") as device:
        wrong = machine("p", "s7", device.port, Choice("state", "Motor.State"))
        await node.machines.add(ME, wrong)
        await node.log.until(lambda log: "no absolute S7 address" in "".join(body.reason for body in log.of("machine.state_changed")))
        await node.machines.remove(ME, "p")
        await node.machines.add(ME, msgspec.structs.replace(wrong, signals=(Choice("state", "DB1.DBW0"),)))
        await node.log.until(lambda log: states(log, "p")[-1] == "idle")


async def test_a_restart_of_the_node_is_a_gap_from_when_the_machine_was_last_heard(tmp_path: Path) -> None:
    """Tests that the gap of a restart begins where the values end, not where they began."""
    async with running("modbus") as device:
        async with run_node(tmp_path) as node:
            await node.machines.add(ME, machine("p", "modbus", device.port, Choice("a", "holding:0")))
            await node.log.until(lambda log: states(log, "p") == ["idle"])
            first = node.signals.latest("p.a")
            await device.put(3, 0, [5])
            async with asyncio.timeout(60):
                while (last := node.signals.latest("p.a")) == first:
                    await asyncio.sleep(0)
        assert last is not None
        async with run_node(tmp_path) as node:
            await node.log.until(lambda log: bool(log.of("machine.gap")))
            (gap,) = node.log.of("machine.gap")
            assert gap.since >= last.at
