"""Tables of operations."""

from decimal import Decimal as D

import pytest

from plait.manufacturing.schedule.site.model import Site
from plait.manufacturing.vocabulary import GENERAL
from tests.manufacturing.desk.masters.rooms import CONTEXT, Rooms
from tests.manufacturing.house import ME
from tests.manufacturing.schedule.shop import ask, centre

SAW = {"part_no": "P-1", "op_no": D(10), "op_name": "Sägen", "group": "Säge", "setup_min": D(5), "cycle_min": D("0.5")}
TURN = {"part_no": "P-1", "op_no": D(20), "op_name": "CNC-Drehen", "group": "lathe", "setup_min": D(40), "per_hour": D(24)}
COAT = {"part_no": "P-1", "op_no": D(30), "op_name": "Verzinken", "supplier": "embercoat", "lead_days": D(5)}


async def test_a_routing(rooms: Rooms) -> None:
    """Tests several rows of a part: times, pieces an hour, a step outside, processes by name; and the part's own process from them."""
    await rooms.schedule.put_work_centre(ME, centre("lathe-1", "Lathe"))
    saw, change = await rooms.put("routings", TURN, SAW, COAT)
    assert (saw.action, saw.key) == ("new", "work centre Säge")
    assert (change.action, change.key, "was not known" in change.text) == ("new", "P-1", True)
    part = await rooms.part("P-1")
    assert [(op.seq, op.process, op.group, op.setup_min, op.cycle_min) for op in part.routing] == [
        (10, "sawing", "Säge", 5.0, 0.5),
        (20, "turning", "Lathe", 40.0, 2.5),
        (30, "plating.zinc", "", 0.0, 0.0),
    ]
    assert (part.routing[2].outside, part.routing[2].lead_days, part.process) == (True, 5.0, "turning")
    await rooms.again("routings", TURN, SAW, COAT)


async def test_assumed_work_centres(rooms: Rooms) -> None:
    """Tests that an unknown group gets a work centre of one shift in the firm's zone, marked, told, and able to be planned on."""
    told, _ = await rooms.put("routings", SAW)
    assumed = (await rooms.centres())["Säge"]
    assert (assumed.assumed, assumed.calendar.zone, assumed.calendar.shifts[0].start) == (True, CONTEXT.zone, "07:00")
    assert "07:00 to 15:30" in told.text
    part = await rooms.part("P-1")
    promise = await rooms.schedule.promise(ME, ask("R", 10, 10, *part.routing))
    assert promise.start.astimezone().minute == 0


async def test_assumed_work_centres_share_the_site(rooms: Rooms) -> None:
    """Tests that with a site the hours of an assumed work centre are the site's."""
    from plait.manufacturing.schedule.model import ShiftHours

    await rooms.sites.put(ME, Site("main", "Works", "Europe/Vienna", "AT", (ShiftHours((0, 1, 2), "06:00", "14:00"),)))
    told, _ = await rooms.put("routings", SAW)
    assumed = (await rooms.centres())["Säge"]
    assert (assumed.inherits, assumed.calendar.zone, assumed.calendar.shifts[0].days) == (True, "Europe/Vienna", (0, 1, 2))
    assert "the hours of Works" in told.text


async def test_alternatives(rooms: Rooms) -> None:
    """Tests that other ways stand beside the first routing, and that a list of one of them leaves the others."""
    mill = {"part_no": "P-1", "op_no": D(20), "group": "mill", "cycle_min": D(4), "alternative": "milled"}
    await rooms.put("routings", SAW, TURN, {**SAW, "alternative": "milled"}, mill)
    part = await rooms.part("P-1")
    assert [op.seq for op in part.routing] == [10, 20]
    assert [(way.name, [op.group for op in way.operations]) for way in part.alternatives] == [("milled", ["Säge", "mill"])]
    await rooms.put("routings", {**mill, "cycle_min": D(3)})
    part = await rooms.part("P-1")
    assert len(part.routing) == 2
    assert [op.cycle_min for op in part.alternatives[0].operations] == [3.0]


async def test_machines_tell_their_group(rooms: Rooms) -> None:
    """Tests that a machine we know stands for its group, and one we do not know becomes a work centre."""
    await rooms.schedule.put_work_centre(ME, centre("DMU-50", "mill"))
    await rooms.put(
        "routings",
        {"part_no": "P-1", "op_no": D(10), "machine": "dmu 50", "cycle_min": D(1)},
        {"part_no": "P-1", "op_no": D(20), "machine": "Z-9", "cycle_min": D(1)},
    )
    assert [op.group for op in (await rooms.part("P-1")).routing] == ["mill", "Z-9"]


async def test_operations_without_times_are_estimated(rooms: Rooms) -> None:
    """Tests that a missing time is a stated default, marked and told, never a silent zero."""
    _, change = await rooms.put("routings", {"part_no": "P-1", "op_no": D(10), "group": "bench"})
    op = (await rooms.part("P-1")).routing[0]
    assert (op.estimated, op.setup_min, op.cycle_min) == (True, 30.0, 5.0)
    assert "estimated" in change.text
    assert (await rooms.part("P-1")).process == GENERAL


async def test_words_for_outside(rooms: Rooms) -> None:
    """Tests that a group that only says "somebody else" is a step outside."""
    await rooms.put("routings", SAW, {"part_no": "P-1", "op_no": D(20), "op_name": "Härten", "group": "外协", "lead_days": D(3)})
    op = (await rooms.part("P-1")).routing[1]
    assert (op.outside, op.lead_days, op.process) == (True, 3.0, "heat.hardening")


async def test_half_a_routing_is_none(rooms: Rooms) -> None:
    """Tests that one row that cannot be read keeps its part's routing out, with a reason on every row, and leaves other parts alone."""
    bad = {"part_no": "P-1", "op_no": D(20), "group": "lathe", "cycle_min": D(-1)}
    changes = await rooms.put("routings", SAW, bad, {**SAW, "part_no": "P-2"})
    assert {(change.row, change.action) for change in changes if change.key == "P-1"} == {(2, "refused"), (3, "refused")}
    assert [part.id for part in await rooms.parts.parts(ME)] == ["P-2"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"op_no": D("10.5"), "group": "a"}, "whole numbers"),
        ({"op_no": D(0), "group": "a"}, "whole numbers"),
        ({"op_no": D(10), "group": "a", "per_hour": D(0)}, "never be done"),
        ({"op_no": D(10)}, "no group"),
    ],
)
async def test_rows_that_are_refused(rooms: Rooms, row: dict[str, object], says: str) -> None:
    """Tests that a row that cannot be an operation is refused with its reason."""
    (change,) = await rooms.put("routings", {"part_no": "P-1", **row})
    assert (change.action, says in change.text) == ("refused", True)


async def test_an_operation_twice(rooms: Rooms) -> None:
    """Tests that a number that stands twice is refused."""
    changes = await rooms.put("routings", SAW, {**SAW, "group": "lathe"})
    assert [change.action for change in changes] == ["refused", "refused"]
    assert await rooms.centres() == {}


async def test_new_operations_of_a_made_part(rooms: Rooms) -> None:
    """Tests that other operations of a part that was made are a new revision, while other times are not."""
    await rooms.put("routings", SAW, TURN)
    await rooms.made("P-1")
    (change,) = await rooms.put("routings", {**SAW, "cycle_min": D(1)}, TURN)
    assert ((await rooms.part("P-1")).revision, change.action) == ("A", "changed")
    (change,) = await rooms.put("routings", SAW, TURN, COAT)
    assert (await rooms.part("P-1")).revision == "B"
    assert "A becomes B" in change.text
