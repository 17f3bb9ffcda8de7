"""Bills of material."""

from decimal import Decimal as D

import pytest

from plait.kernel.money import Money
from plait.manufacturing.part.model import Part
from tests.manufacturing.desk.masters.rooms import Rooms
from tests.manufacturing.house import ME

BAR = {"part_no": "P-1", "component": "BAR-20", "component_name": "Rundstahl 20 C45", "quantity": D("0.35"), "unit": "KGM"}
NUT = {
    "part_no": "P-1",
    "component": "NUT",
    "quantity": D(2),
    "supply": "auftragsbezogen",
    "supplier": "oakmill",
    "lead_days": D(4),
    "price": D(12),
    "price_per": D(100),
}


async def test_a_bill(rooms: Rooms) -> None:
    """Tests that a bill enters its materials and the parts they are, with unit, supplier, lead time and price of one."""
    await rooms.parts.put(ME, Part("P-1", "A", "Pin", process="turning"))
    bar, nut, change = await rooms.put("materials", BAR, NUT)
    assert [each.action for each in (bar, nut, change)] == ["new", "new", "changed"]
    lines = (await rooms.part("P-1")).materials
    assert [(line.part, line.quantity, line.unit, line.supply) for line in lines] == [("BAR-20", D("0.35"), "KGM", "stock"), ("NUT", D(2), "C62", "buy")]
    assert (lines[1].supplier, lines[1].lead_days, lines[1].price) == ("oakmill", 4.0, Money(D("0.12"), "EUR"))
    bar_part = await rooms.part("BAR-20")
    assert (bar_part.unit, bar_part.supply, bar_part.material) == ("KGM", "buy", "C45")
    await rooms.again("materials", BAR, NUT)


async def test_rows_of_one_material_are_added(rooms: Rooms) -> None:
    """Tests that the same material in two rows, in two units, is added up and told."""
    *_, change = await rooms.put("materials", BAR, {**BAR, "quantity": D(50), "unit": "GRM"})
    (line,) = (await rooms.part("P-1")).materials
    assert line.quantity * (1 if line.unit == "GRM" else 1000) == D(400)
    assert "added" in change.text


async def test_bought_from_nobody_known(rooms: Rooms) -> None:
    """Tests that what is bought without supplier or lead time is planned from stock and told so."""
    *_, change = await rooms.put("materials", {**BAR, "supply": "Kaufteil"})
    assert (await rooms.part("P-1")).materials[0].supply == "stock"
    assert "planned from stock" in change.text


async def test_provided_by_the_customer(rooms: Rooms) -> None:
    """Tests the word for material that the customer brings."""
    await rooms.put("materials", {**BAR, "supply": "Beistellung"})
    assert (await rooms.part("P-1")).materials[0].supply == "customer"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"quantity": D(0)}, "not above zero"),
        ({"unit": "MTR"}, "unit"),
        ({"component": ""}, "no component"),
        ({"component": "p-1", "unit": "C62"}, "into itself"),
    ],
)
async def test_half_a_bill_is_none(rooms: Rooms, row: dict[str, object], says: str) -> None:
    """Tests that one bad row keeps its part's bill out and says why, on every row of it."""
    await rooms.parts.put(ME, Part("P-1", "A", "Pin", process="turning"))
    await rooms.parts.put(ME, Part("BAR-20", "A", "Bar", unit="KGM", supply="buy"))
    changes = await rooms.put("materials", NUT, {**BAR, **row})
    assert [change.action for change in changes] == ["refused", "refused"]
    assert any(says in change.text for change in changes)
    assert (await rooms.part("P-1")).materials == ()
    assert {part.id for part in await rooms.parts.parts(ME)} == {"P-1", "BAR-20"}


async def test_a_part_in_itself_by_a_detour(rooms: Rooms) -> None:
    """Tests that a circle over two bills is refused."""
    await rooms.put("materials", {"part_no": "A", "component": "B", "quantity": D(1)})
    (change,) = await rooms.put("materials", {"part_no": "B", "component": "A", "quantity": D(1)})
    assert (change.action, "into itself" in change.text) == ("refused", True)
