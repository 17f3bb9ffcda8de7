"""Price lists."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from plait.kernel.money import Money
from plait.manufacturing.desk.masters.model import Price
from plait.manufacturing.desk.masters.rules import listed
from plait.manufacturing.part.model import Material, Operation, Part
from tests.manufacturing.desk.masters.rooms import Rooms, open_rooms
from tests.manufacturing.house import ME, PARTNER

DAY = date(2026, 3, 2)
PIN = Part(
    "PIN",
    "A",
    "Pin",
    process="turning",
    routing=(Operation(10, "Turn", "turning", "lathe", 10, 1), Operation(20, "Coat", "coating", supplier="Embercoat", lead_days=3)),
    materials=(Material("BAR", "Bar", D(200), "GRM"),),
)


def eur(text: str) -> Money:
    return Money(D(text), "EUR")


@pytest.fixture
async def rooms(tmp_path: Path) -> AsyncIterator[Rooms]:
    async with open_rooms(tmp_path) as opened:
        await opened.parts.put(ME, Part("BAR", "A", "Bar", unit="KGM", supply="buy"))
        await opened.parts.put(ME, PIN)
        yield opened


async def test_breaks_by_quantity(rooms: Rooms) -> None:
    """Tests that the price of the highest quantity reached holds, and none below the first."""
    breaks = [{"part_no": "PIN", "from_quantity": D(n), "price": D(p)} for n, p in ((10, "9.00"), (100, "7.50"))]
    assert [change.action for change in await rooms.put("prices", *breaks)] == ["new", "new"]
    found = {}
    for quantity in (9, 10, 99, 100, 5000):
        price = await rooms.store.read(lambda conn, q=quantity: rooms.masters.price_in(conn, PIN, ["helix"], D(q)))
        found[quantity] = price.price if price else None
    assert found == {9: None, 10: eur("9.00"), 99: eur("9.00"), 100: eur("7.50"), 5000: eur("7.50")}
    await rooms.again("prices", *breaks)


async def test_changed_and_gone(rooms: Rooms) -> None:
    """Tests that a new list changes a price with both values told, and a whole one takes those out that it does not name."""
    await rooms.put("prices", {"part_no": "PIN", "price": D(9)}, {"part_no": "PIN", "from_quantity": D(100), "price": D(8)})
    changes = await rooms.put("prices", {"part_no": "PIN", "price": D(10)}, whole=True)
    assert [(change.action, change.changes[0].was != "", change.changes[0].now != "") for change in changes] == [("changed", True, True), ("gone", True, False)]
    assert [row.price for row in await rooms.masters.prices(ME)] == [eur("10")]
    assert await rooms.masters.prices(PARTNER) == []


def test_which_price_holds() -> None:
    """Tests customer before everybody, validity, the later of two, and that purchase prices are not asked for."""
    rows = [
        Price("sale", "PIN", "", D(0), eur("10")),
        Price("sale", "PIN", "Oakmill GmbH", D(0), eur("8"), valid_until=date(2026, 3, 31)),
        Price("sale", "PIN", "Oakmill GmbH", D(0), eur("7"), valid_from=date(2026, 3, 10)),
        Price("purchase", "PIN", "", D(0), eur("1")),
    ]

    def of(customer: str, day: date) -> Money | None:
        found = listed(rows, [customer], D(5), day)
        return found.price if found else None

    assert of("meridian", DAY) == eur("10")
    assert of("OAKMILL gmbh", DAY) == eur("8")
    assert of("oakmill GmbH", date(2026, 3, 15)) == eur("7")
    assert of("Oakmill GmbH", date(2027, 1, 1)) == eur("7")
    assert listed([rows[1]], ["Oakmill GmbH"], D(5), date(2026, 4, 1)) is None
    assert listed([Price("sale", "BAR", "", D(1000), eur("1"), "GRM")], [], D(2), DAY, "KGM") is not None
    assert listed([Price("sale", "BAR", "", D(1), eur("1"), "MTR")], [], D(2), DAY, "KGM") is None


async def test_purchase_prices_reach_material_and_outside_steps(rooms: Rooms) -> None:
    """Tests that what we pay stands where it is used, per the unit used there, and that the part keeps its revision though it was made."""
    await rooms.made("PIN")
    await rooms.put(
        "prices",
        {"part_no": "BAR", "supplier": "oakmill", "price": D(250), "price_per": D(100)},
        {"part_no": "PIN", "supplier": "embercoat", "price": D("0.80")},
    )
    part = await rooms.part("PIN")
    assert (part.materials[0].price, part.routing[1].price, part.revision) == (eur("0.0025"), eur("0.80"), "A")
    cost = rooms.parts.cost(part, 10, {"lathe": eur("60")}, {})
    assert (cost.material, cost.services) == (eur("5.00"), eur("8.00"))


async def test_a_price_in_other_money_is_kept_but_not_reckoned_with(rooms: Rooms) -> None:
    """Tests that a foreign price does not get into costs in our money."""
    await rooms.put("prices", {"part_no": "BAR", "price": D(3), "currency": "USD"})
    assert (await rooms.part("PIN")).materials[0].price is None
    assert [row.price.currency for row in await rooms.masters.prices(ME, "BAR")] == ["USD"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"part_no": "NOPE", "price": D(1)}, "list of parts first"),
        ({"part_no": "PIN", "price": D(-1)}, "no price"),
        ({"part_no": "PIN", "price": D(1), "price_per": D(0)}, "no price"),
        ({"part_no": "PIN", "price": D(1), "customer": "a", "supplier": "b"}, "not both"),
        ({"part_no": "PIN", "price": D(1), "valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 1)}, "before it begins"),
        ({"part_no": "PIN", "price": D(1), "unit": "XX"}, "unit"),
    ],
)
async def test_rows_that_are_refused(rooms: Rooms, row: dict[str, object], says: str) -> None:
    """Tests that a price that cannot be is refused with its reason."""
    (change,) = await rooms.put("prices", row)
    assert (change.action, says in change.text) == ("refused", True)
    assert await rooms.masters.prices(ME) == []


async def test_a_price_twice(rooms: Rooms) -> None:
    """Tests that two prices for the same thing in one list are not chosen between."""
    _, second = await rooms.put("prices", {"part_no": "PIN", "price": D(1)}, {"part_no": "PIN", "price": D(2)})
    assert (second.action, "twice" in second.text) == ("refused", True)
