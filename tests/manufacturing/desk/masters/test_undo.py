"""Taking back what a table did."""

from datetime import date, time
from decimal import Decimal as D
from typing import Any

import pytest

from plait.kernel.problems import Problem
from plait.manufacturing.desk.inbox.model import Undoing
from plait.manufacturing.desk.masters.appliers import APPLIERS
from plait.manufacturing.part.model import Part, StockIn
from plait.manufacturing.schedule.model import ShiftHours, WorkCentre
from plait.manufacturing.schedule.site.model import Site
from tests.manufacturing.desk.masters.rooms import CONTEXT, Rooms
from tests.manufacturing.house import ME
from tests.manufacturing.schedule.shop import ask

OP = {"part_no": "PIN", "op_no": D(10), "op_name": "Drehen", "group": "lathe", "setup_min": D(30), "cycle_min": D(4)}
SHIFT = {"weekday": "Mon-Thu", "start": time(6), "end": time(14)}


async def undo(rooms: Rooms, kind: Any) -> int:
    applier = APPLIERS[kind]
    assert isinstance(applier, Undoing)
    return await rooms.store.write(ME, lambda tx: applier.undo(tx, CONTEXT.source), result=int)


async def state(rooms: Rooms) -> list[Any]:
    parts = await rooms.parts.parts(ME)
    stock = sorted(await rooms.stock(), key=lambda row: (row.part_id, row.lot))
    return [parts, stock, await rooms.masters.prices(ME), [view.site for view in await rooms.sites.sites(ME)], await rooms.centres()]


async def furnish(rooms: Rooms) -> None:
    await rooms.sites.put(ME, Site("main", "Works", "Europe/Berlin", "", (ShiftHours((0, 1, 2, 3, 4), "06:00", "14:00"),)))
    await rooms.schedule.put_work_centre(ME, WorkCentre("saw", "saw", site_id="main", inherits=True))
    await rooms.parts.put(ME, Part("PIN", "A", "Pin", process="turning"))
    await rooms.parts.put(ME, Part("NUT", "A", "Nut", supply="buy"))
    await rooms.parts.receive(ME, StockIn("NUT", "L1", D(10)))
    await rooms.parts.receive(ME, StockIn("NUT", "L2", D(5)))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("parts", [{"part_no": "PIN", "material": "POM"}, {"part_no": "NEW", "name": "New", "price": D(3)}]),
        ("routings", [OP, {**OP, "part_no": "NEW"}]),
        ("materials", [{"part_no": "PIN", "component": "BAR", "quantity": D(2), "unit": "KGM"}]),
        ("stock", [{"part_no": "NUT", "lot": "L1", "quantity": D(3)}, {"part_no": "NUT", "lot": "L3", "quantity": D(8)}]),
        ("prices", [{"part_no": "PIN", "price": D(9)}, {"part_no": "NUT", "price": D(1)}]),
        ("calendar", [SHIFT, {"date": date(2026, 3, 9)}, {**SHIFT, "group": "saw", "start": time(7)}]),
    ],
)
async def test_everything_is_as_before(rooms: Rooms, kind: Any, values: list[dict[str, Any]]) -> None:
    """Tests that after going in and being taken back all is as it was, that it can go in again, and that a second taking back does nothing."""
    await furnish(rooms)
    before = await state(rooms)
    await rooms.put(kind, *values)
    after = await state(rooms)
    assert after != before
    assert await undo(rooms, kind) > 0
    assert await state(rooms) == before
    assert await undo(rooms, kind) == 0
    await rooms.put(kind, *values)
    assert await state(rooms) == after


async def test_the_first_calendar_is_taken_back(rooms: Rooms) -> None:
    """Tests that the site a calendar made is gone again, unless a work centre is there by now."""
    await rooms.put("calendar", SHIFT)
    await undo(rooms, "calendar")
    assert await rooms.sites.sites(ME) == []
    await rooms.put("calendar", SHIFT)
    await rooms.schedule.put_work_centre(ME, WorkCentre("saw", "saw", site_id="main", inherits=True))
    await refused(rooms, "calendar")


async def refused(rooms: Rooms, kind: Any) -> None:
    """Make sure that taking back is refused and changes nothing."""
    before, head = await state(rooms), await rooms.store.head()
    with pytest.raises(Problem) as refusal:
        await undo(rooms, kind)
    assert refusal.value.code == "changed-since"
    assert (await state(rooms), await rooms.store.head()) == (before, head)


async def test_what_has_changed_since_stays(rooms: Rooms) -> None:
    """Tests that a part changed, stock taken, or a price replaced since then is not overwritten."""
    await furnish(rooms)
    await rooms.put("parts", {"part_no": "PIN", "family": "pins"})
    await rooms.parts.put(ME, Part("PIN", "B", "Pin", process="turning"))
    await refused(rooms, "parts")
    await rooms.put("stock", {"part_no": "NUT", "lot": "L1", "quantity": D(3)})
    await rooms.store.write(ME, lambda tx: len(rooms.parts.take(tx, "NUT", D(1))))
    await refused(rooms, "stock")


async def test_what_is_in_use_stays(rooms: Rooms) -> None:
    """Tests that a part with stock, and a work centre with bookings, which came by a table are not taken away."""
    await furnish(rooms)
    await rooms.put("routings", {**OP, "part_no": "NEW"})
    part = await rooms.part("NEW")
    held = await rooms.schedule.promise(ME, ask("R", 5, 5, *part.routing), rooms.clock.now().replace(year=2027))
    await rooms.schedule.confirm(ME, held.hold_id, "PO-1", None)
    await refused(rooms, "routings")
    await rooms.put("parts", {"part_no": "MORE", "supply": "buy"})
    await rooms.parts.receive(ME, StockIn("MORE", "L", D(1)))
    await refused(rooms, "parts")


async def test_a_revision_is_taken_back_unless_made(rooms: Rooms) -> None:
    """Tests that a derived revision goes and the one before is present again; once made it stays."""
    await furnish(rooms)
    await rooms.put("parts", {"part_no": "PIN", "material": "POM"})
    await undo(rooms, "parts")
    await rooms.put("parts", {"part_no": "PIN", "material": "C45"})
    await rooms.made("PIN")
    await undo(rooms, "parts")
    await rooms.put("parts", {"part_no": "PIN", "material": "C45", "weight_kg": D(1)})
    await rooms.put("parts", {"part_no": "PIN", "material": "POM"})
    assert (await rooms.part("PIN")).revision == "B"
    await rooms.made("PIN", "B")
    await refused(rooms, "parts")
