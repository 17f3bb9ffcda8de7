"""Gaps as the node records them: one for every outage, none where the device has kept what it said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from plait.infrastructure.machines import Machine
from plait.infrastructure.machines.model import Choice
from tests.conformance.adapters.opcua_server import Press
from tests.conformance.adapters.test_mtconnect import Mill
from tests.infrastructure.conftest import run_node
from tests.infrastructure.restarts import linked, press, restarts, told, until
from tests.infrastructure.support import ME


async def test_every_restart_of_a_server_is_a_gap(tmp_path: Path) -> None:
    """Tests that five restarts of an OPC UA server are five gaps, and that nothing told between them is missing."""
    assert await restarts(tmp_path, 5) == []


async def test_history_leaves_no_gap(tmp_path: Path) -> None:
    """Tests that where the server keeps a history, what it kept during an outage is on disk afterwards, once, and no gap is recorded."""
    works = Press(tmp_path, history=True)
    await works.start()
    try:
        async with run_node(tmp_path) as node:
            await node.machines.add(ME, press(works, "Count", "Force"))
            await told(node, 7.0)
            for number in (8, 9):
                await works.put("Count", number)
                await told(node, float(number))
            await works.kill()
            await until(lambda: not linked(node))
            began = datetime.now(UTC)
            for number in range(100):
                await works.keep("Count", 100 + number, began + timedelta(milliseconds=number))
            await works.start()
            await told(node, 7.0)
            await node.activity.wait_idle()
            values = [each.value for each in (await node.signals.query(ME, "press.count")).values]
            assert [value for value in values if value >= 100] == [float(100 + number) for number in range(100)]
            assert values.count(8.0) == 1
            assert node.log.of("machine.gap") == []
    finally:
        await works.kill()


async def test_a_node_that_was_off_has_no_gap_at_an_agent(tmp_path: Path) -> None:
    """Tests that a node that was off for a while gets what an MTConnect agent has kept, once, and records no gap."""
    mill = Mill(tmp_path)
    await mill.start()
    machine = Machine(
        "press", "Mill", "mill", "mtconnect", {"agent": mill.agent.address, "device": "Mill", "interval_ms": 10}, signals=(Choice("count", "parts"),)
    )
    try:
        async with run_node(tmp_path) as node:
            await node.machines.add(ME, machine)
            await told(node, 3.0)
            for number in (4, 5, 6):
                mill.agent.say("parts", number)
                await told(node, float(number))
        for number in range(7, 50):
            mill.agent.say("parts", number)
        async with run_node(tmp_path) as node:
            await told(node, 49.0)
            await node.activity.wait_idle()
            assert [each.value for each in (await node.signals.query(ME, "press.count")).values] == [float(number) for number in range(3, 50)]
            assert node.log.of("machine.gap") == []
            await mill.renew()
            await told(node, 3.0)
            await node.activity.wait_idle()
            assert len(node.log.of("machine.gap")) == 1
    finally:
        await mill.kill()
