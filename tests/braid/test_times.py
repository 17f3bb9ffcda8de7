"""What a job took on its machine, from the machine's own words to the routing."""

from pathlib import Path

from plait.kernel.os import free_port
from plait.manufacturing.line.model import RunOrder, Step
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.schedule.model import Calendar, WorkCentre
from tests.infrastructure.support import plant
from tests.support.nodes import nodes, until


async def test_a_machines_job_is_held_against_its_routing(tmp_path: Path) -> None:
    """Tests on a simulated machine that set-up and time a piece of a job of the line are measured from its states."""
    async with plant(tmp_path, free_port()) as works, nodes(tmp_path, "helix") as (helix,):
        op = Operation(10, "turning", "turning", "lathe", 20.0, 3.0)
        await helix.ok("PUT", "/api/v1/parts/P1", Part("P1", "A", "Shaft", process="turning", material="steel", batch_size=30, routing=(op,)))
        await helix.node.schedule.put_work_centre(helix.node.house.me, WorkCentre("w", "lathe", Calendar(always=True), "lathe"))
        lathe = {"id": "lathe", "name": "Lathe", "group": "lathe", "config": {"endpoint": works.endpoint, "cell": "lathe"}}
        await helix.ok("POST", "/api/v1/machines", lathe)
        order = RunOrder("PO-1", "P1", "Shaft", "A", "", 30, 30, (Step(10, "turning", "lathe", 20.0, 3.0),))
        await helix.node.line.open_run(helix.node.house.me, order)

        async def measured():
            return await helix.ok("GET", "/api/v1/times/parts/P1")

        (row,) = await until(measured)
        assert (row["jobs"], row["seq"], row["routing_cycle_min"]) == (1, 10, 3.0)
        assert 2.0 < row["cycle_min"] < 4.5
        assert row["setup_min"] is None or 5.0 < row["setup_min"] < 60.0
        assert await helix.ok("GET", "/api/v1/times/proposals?state=open") == []
