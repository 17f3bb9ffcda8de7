"""The plant as a client sees it over OPC UA."""

from datetime import timedelta

import pytest
from asyncua import ua

from plait.plant.config import CellConfig, FaultConfig, PlantConfig
from plait.wire import isa95_model, packml_model
from tests.plant.opcua import T, Watcher, job_order, parameter, stage
from tests.plant.support import START

CALM = PlantConfig((CellConfig("a", "Lathe", "lathe", spread=0.0),))
FAULTY = PlantConfig((CellConfig("a", spread=0.0),), fault=(FaultConfig(1.0, "a", 90.0, "spindle bearing"),))


async def test_a_job_from_order_to_response():
    """Tests store, run, response and clear with real structures, and that the whole response is business time and truth."""
    async with stage(CALM) as s, s.connect() as c:
        assert await c.start(job_order()) == 1
        assert await c.states() == {"J1": (2, 1)}
        assert await c.responses() == {}
        await s.hours(1.0)
        assert await c.states() == {"J1": (3,)}
        assert (await c.read("a/State"), await c.read("a/JobOrderID")) == (6, "J1")
        row, data = (await c.responses())["J1"]
        assert (row.StartTime, row.EndTime, data["Good"]) == (START, None, 5)
        await s.hours(2.0)
        assert await c.states() == {"J1": (5, 1)}
        row, data = (await c.responses())["J1"]
        assert (row.JobResponseID, row.StartTime, row.EndTime) == ("J1", START, START + timedelta(hours=1.5))
        assert data == {"Good": 10, "Scrap": 0, "EnergyKWh": 9.0, "Lot": "L1", "Part": "P", "Reason": ""}
        assert await c.tell(7012, "J1") == 1
        assert (await c.states(), await c.responses()) == ({}, {})


async def test_the_order_comes_back_as_sent():
    """Tests that JobOrderList holds the client's own structure, with state texts and paths as the standard says."""
    async with stage(CALM) as s, s.connect() as c:
        await c.start(job_order())
        row = (await c.read("a/JobOrderControl/JobOrderList"))[0]
        assert row.JobOrder == job_order()
        top, sub = row.State
        assert (top.BrowsePath.Elements, top.StateText.Text, sub.StateText.Text) == ([], "AllowedToStart", "Waiting")
        assert sub.BrowsePath.Elements[0].TargetName == ua.QualifiedName("AllowedToStartSubstates", c.isa)


GOOD = (("CycleMinutes", 1, T.UInt16), ("Quantity", 1, T.Int64))
BAD_ORDERS = (
    {"JobOrderID": ""},
    {"JobOrderParameters": None},
    {"JobOrderParameters": [GOOD[0]]},
    {"JobOrderParameters": [("CycleMinutes", 0.0, T.Double), GOOD[1]]},
    {"JobOrderParameters": [("CycleMinutes", "soon", T.String), GOOD[1]]},
    {"JobOrderParameters": [("CycleMinutes", float("nan"), T.Double), GOOD[1]]},
    {"JobOrderParameters": [GOOD[0], ("Quantity", 0, T.Int32)]},
    {"JobOrderParameters": [GOOD[0], ("Quantity", 1.5, T.Double)]},
    {"JobOrderParameters": [*GOOD, ("SetupMinutes", -1.0, T.Double)]},
    {"JobOrderParameters": [*GOOD, ("Lot", 7, T.Int32)]},
)


async def test_bad_orders_are_refused_and_change_nothing():
    """Tests that an order that cannot be understood gets ReturnStatus bit 32, no heartbeat and no list entry; any numeric type will do."""
    async with stage(CALM) as s, s.connect() as c:
        before = await c.beat()
        for change in BAD_ORDERS:
            order = job_order()
            for name, value in change.items():
                setattr(order, name, [parameter(*row) for row in value] if isinstance(value, list) else value)
            assert await c.start(order) == 1 << 32, change
        assert (await c.states(), await c.beat()) == ({}, before)
        order = job_order()
        order.JobOrderParameters = [parameter(*row) for row in GOOD]
        assert await c.start(order) == 1
        assert (len(await c.states()), await c.beat()) == (1, before + 1)


async def test_a_job_is_idempotent_by_id():
    """Tests that the same order again returns "invalid state" and that nothing at all moves, before and after it has run."""
    async with stage(CALM) as s, s.connect() as c:
        assert await c.start(job_order()) == 1
        for hours in (0.5, 3.0):
            await s.hours(hours)
            before = (await c.states(), await c.beat(), s.plant.journal.digest())
            assert await c.start(job_order(quantity=99)) == 8
            assert (await c.states(), await c.beat(), s.plant.journal.digest()) == before


async def test_every_job_method():
    """Tests Store, Update, Start, RevokeStart, Cancel, Pause, Resume, Stop and Abort by number, and their refusals."""
    async with stage(CALM) as s, s.connect() as c:
        none = ua.Variant([], T.LocalizedText)
        assert await c.call(7001, job_order(), none) == 1
        assert await c.call(7009, job_order(quantity=3), none) == 1
        assert await c.tell(7005, "J1") == 1
        assert await c.tell(7013, "J1") == 1
        assert await c.states() == {"J1": (1, 1)}
        assert await c.tell(7011, "J1") == 1
        assert await c.tell(7011, "J1") == 2
        await c.start(job_order())
        await s.hours(1.0)
        assert await c.tell(7007, "J1") == 1
        assert (await c.states(), await c.read("a/State")) == ({"J1": (4, 2)}, 11)
        assert await c.tell(7007, "J1") == 8
        assert await c.tell(7008, "J1") == 1
        assert await c.tell(7006, "J1") == 1
        assert (await c.states(), await c.read("a/State")) == ({"J1": (5, 1)}, 4)
        await c.start(job_order("J2"))
        assert await c.tell(7010, "J2") == 1
        assert (await c.states())["J2"] == (6,)


async def test_responses_on_request():
    """Tests both request methods of the response provider, also for what is not there."""
    async with stage(CALM) as s, s.connect() as c:
        await c.start(job_order())
        assert (await c.call(7002, "J1", part="JobOrderResults"))[1] == 8
        assert (await c.call(7002, "J9", part="JobOrderResults"))[1] == 2
        await s.hours(1.0)
        response, status = await c.call(7002, "J1", part="JobOrderResults")
        assert (response.JobOrderID, response.JobState[0].StateNumber, status) == ("J1", 3, 1)
        running = ua.ISA95StateDataType(StateNumber=3)
        rows, status = await c.call(7014, ua.Variant([running], T.ExtensionObject), part="JobOrderResults")
        assert ([row.JobOrderID for row in rows], status) == (["J1"], 1)
        ended = ua.ISA95StateDataType(StateNumber=5)
        rows, status = await c.call(7014, ua.Variant([ended], T.ExtensionObject), part="JobOrderResults")
        assert (rows, status) == ([], 1)


NONE = ua.Variant([], T.LocalizedText)
BAD_ARGUMENTS = (
    ((), ua.uaerrors.BadArgumentsMissing),
    ((ua.Variant(5, T.Int32), NONE), ua.uaerrors.BadTypeMismatch),
    ((ua.Variant("x", T.String), NONE, ua.Variant(1, T.Int32)), ua.uaerrors.BadTooManyArguments),
)


async def test_wrong_arguments_are_a_bad_call():
    """Tests that wrong argument lists answer with the standard's status codes, and a method on a foreign object too."""
    async with stage(CALM) as s, s.connect() as c:
        for arguments, error in BAD_ARGUMENTS:
            for method in (7004, 7005):
                with pytest.raises(error):
                    await c.call(method, *arguments)
        with pytest.raises(ua.uaerrors.BadMethodInvalid):
            await c.client.get_node(ua.NodeId("Cells", c.pla)).call_method(ua.NodeId(7012, c.isa), "J1", NONE)


async def test_a_breakdown_is_told_in_one_step_with_the_heartbeat_last():
    """Tests what a subscriber sees of a breakdown and its repair: states in order, alarm, minutes, job, then the heartbeat."""
    async with stage(FAULTY) as s, s.connect() as c:
        watcher = Watcher()
        subscription = await c.client.create_subscription(10, watcher)
        names = ("State", "AlarmText", "ExpectedRepairMinutes", "JobOrderControl/JobOrderList")
        beat = c.client.get_node(ua.NodeId("Heartbeat", c.pla))
        await subscription.subscribe_data_change([*(c.node(f"a/{name}") for name in names), beat], queuesize=50)
        await c.start(job_order())
        await s.hours(1.0)
        assert (await c.states(), await c.read("a/AlarmText"), await c.read("a/ExpectedRepairMinutes")) == ({"J1": (4, 1)}, "spindle bearing", 90.0)
        reason = await c.read("a/PackML/Admin/StopReason")
        assert (reason.Message, reason.Trigger, reason.DateTime) == ("spindle bearing", True, START + timedelta(hours=1))
        assert (await c.responses())["J1"][1]["Reason"] == "spindle bearing"
        await s.hours(9.0)
        await watcher.reached(s.server.beats)
        assert watcher.of("a/State") == [4, 3, 6, 8, 9, 1, 2, 15, 4, 3, 6, 16, 17, 15, 4]
        assert watcher.of("a/AlarmText") == ["", "spindle bearing", ""]
        assert watcher.of("a/ExpectedRepairMinutes") == [0.0, 90.0, 0.0]
        times = {at for name, _, at in watcher.rows if name == "a/State"}
        assert START + timedelta(hours=1) in times
        assert (await c.responses())["J1"][1]["Good"] == 10
        assert s.activity.sent == {s.server.endpoint: s.server.beats}


async def test_a_client_that_was_away_finds_the_truth():
    """Tests that jobs go on without a client, and that the next session reads their end and their response."""
    async with stage(FAULTY) as s:
        async with s.connect() as c:
            await c.start(job_order())
        await s.hours(9.0)
        async with s.connect() as c:
            assert await c.states() == {"J1": (5, 1)}
            assert (await c.responses())["J1"][0].EndTime == START + timedelta(hours=3)
            assert await c.start(job_order()) == 8


async def test_packml_machines_and_commands():
    """Tests the nested current states, commands by the published methods, refusals, mode and speed."""
    async with stage(CALM) as s, s.connect() as c:
        root = "a/PackML/BaseStateMachine"
        machine, execute = f"{root}/MachineState", f"{root}/MachineState/ExecuteState"
        assert [(await c.read(f"{path}/CurrentState")).Text for path in (root, machine, execute)] == ["Cleared", "Running", "Idle"]
        assert await c.read(f"{execute}/CurrentState/Number") == 4
        await c.node(machine).call_method(ua.NodeId(375, c.pml))
        assert (await c.read(f"{machine}/CurrentState")).Text == "Stopped"
        assert await c.read(f"{machine}/CurrentState/Id") == ua.NodeId(53, c.pml)
        with pytest.raises(ua.uaerrors.BadStateNotActive):
            await c.read(f"{execute}/CurrentState")
        with pytest.raises(ua.uaerrors.BadInvalidState):
            await c.node(machine).call_method(ua.NodeId(375, c.pml))
        await c.node(machine).call_method(ua.NodeId(376, c.pml))
        assert await c.read("a/State") == 4
        await c.node("a/PackML").call_method(ua.NodeId(362, c.pml), ua.Variant(2, T.Int32))
        assert await c.read("a/PackML/Status/UnitModeCurrent") == 2
        with pytest.raises(ua.uaerrors.BadInvalidArgument):
            await c.node("a/PackML").call_method(ua.NodeId(400, c.pml), ua.Variant(500.0, T.Float))


async def test_counters_and_signals():
    """Tests that counters, load and meter follow the work, with business time as source time."""
    async with stage(CALM) as s, s.connect() as c:
        await c.start(job_order())
        await s.hours(1.0)
        counted = (await c.read("a/PackML/Admin/ProdProcessedCount"))[0]
        assert (counted.AccCount, (await c.read("a/PackML/Admin/ProdDefectiveCount"))[0].AccCount) == (5, 0)
        value = await c.node("a/Signals/SpindleLoad").read_data_value()
        assert (value.Value.Value > 40, value.SourceTimestamp) == (True, START + timedelta(hours=1))
        assert await c.read("a/Signals/EnergyKWh") == pytest.approx(0.5 * 2 + 0.5 * 8)


async def test_clients_read_and_cannot_write():
    """Tests that an anonymous client cannot write any variable."""
    async with stage(CALM) as s, s.connect() as c:
        with pytest.raises(ua.uaerrors.BadUserAccessDenied):
            await c.node("a/State").write_value(ua.Variant(6, T.Int32))


async def test_types_can_be_found_by_browsing():
    """Tests browse paths: cells, published browse names, types and methods of the instances."""
    async with stage(CALM) as s, s.connect() as c:
        cells = c.client.get_node(ua.NodeId("Cells", c.pla))
        assert [node.nodeid.Identifier for node in await cells.get_children()] == ["a"]
        control = await cells.get_child([f"{c.ins}:a", f"{c.pla}:JobOrderControl"])
        assert await control.read_type_definition() == ua.NodeId(isa95_model.RECEIVER, c.isa)
        names = {name.Name for name in [await node.read_browse_name() for node in await control.get_children()]}
        assert names >= {"JobOrderList", "StoreAndStart", "Clear", "MaxDownloadableJobOrders"}
        unit = await cells.get_child([f"{c.ins}:a", f"{c.pla}:PackML"])
        assert await unit.read_type_definition() == ua.NodeId(packml_model.BASE_OBJECT, c.pml)
        state = await unit.get_child([f"{c.pml}:BaseStateMachine", f"{c.pml}:MachineState", f"{c.pml}:ExecuteState", "0:CurrentState"])
        assert (await state.read_value()).Text == "Idle"
        assert await c.read("Plant/Link") == s.server.endpoint
        assert await control.call_method(f"{c.isa}:Clear", "nobody", ua.Variant([], T.LocalizedText)) == 2
