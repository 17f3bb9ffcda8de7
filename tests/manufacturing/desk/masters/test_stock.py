"""Lists of stock."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from plait.kernel.facts import decode
from plait.manufacturing.part.model import Part, StockIn
from tests.manufacturing.desk.masters.rooms import Rooms, open_rooms
from tests.manufacturing.house import ME, PARTNER


@pytest.fixture
async def rooms(tmp_path: Path) -> AsyncIterator[Rooms]:
    async with open_rooms(tmp_path) as opened:
        await opened.parts.put(ME, Part("BAR", "A", "Bar", unit="KGM", supply="buy"))
        await opened.parts.put(ME, Part("NUT", "A", "Nut", supply="buy"))
        yield opened


async def booked(rooms: Rooms) -> list[tuple[str, str, D]]:
    return [(row.part_id, row.lot, row.quantity) for row in await rooms.stock()]


async def test_counted_replaces_booked(rooms: Rooms) -> None:
    """Tests that only the difference is booked, in the part's unit, with a fact each way."""
    await rooms.parts.receive(ME, StockIn("BAR", "H1", D(100), "KGM"))
    await rooms.parts.receive(ME, StockIn("BAR", "H2", D(10), "KGM"))
    changes = await rooms.put("stock", {"part_no": "bar", "lot": "H1", "quantity": D("0.08"), "unit": "TNE"}, {"part_no": "BAR", "lot": "H3", "quantity": D(5)})
    assert [(change.key, change.action) for change in changes] == [("BAR H1", "changed"), ("BAR H3", "new")]
    assert "20" in changes[0].text
    assert await booked(rooms) == [("BAR", "H1", D(80)), ("BAR", "H2", D(10)), ("BAR", "H3", D(5))]
    gone = [decode(fact) for fact in await rooms.store.facts(kinds=["part.stock_out"])]
    assert [(body.lot, body.quantity) for body in gone] == [("H1", D(20))]
    await rooms.again("stock", {"part_no": "BAR", "lot": "H1", "quantity": D(80)})


async def test_the_same_lot_in_two_places(rooms: Rooms) -> None:
    """Tests that rows of one lot are added up."""
    await rooms.put("stock", {"part_no": "NUT", "lot": "L", "quantity": D(30), "place": "A1"}, {"part_no": "NUT", "lot": "L", "quantity": D(12), "place": "B7"})
    assert await booked(rooms) == [("NUT", "L", D(42))]


async def test_without_lots(rooms: Rooms) -> None:
    """Tests that a count without lots speaks of all there is: the oldest goes first, what is more comes in under the day of the count."""
    await rooms.parts.receive(ME, StockIn("NUT", "L1", D(10)))
    await rooms.parts.receive(ME, StockIn("NUT", "L2", D(10)))
    await rooms.put("stock", {"part_no": "NUT", "quantity": D(7), "counted": date(2026, 2, 28)})
    assert await booked(rooms) == [("NUT", "L2", D(7))]
    await rooms.put("stock", {"part_no": "NUT", "quantity": D(9), "counted": date(2026, 2, 28)})
    assert await booked(rooms) == [("NUT", "L2", D(7)), ("NUT", "COUNT-2026-02-28", D(2))]


async def test_a_whole_list(rooms: Rooms) -> None:
    """Tests that lots a whole list does not name are gone, and that without that word they stay."""
    for lot in ("L1", "L2"):
        await rooms.parts.receive(ME, StockIn("NUT", lot, D(10)))
    await rooms.parts.receive(ME, StockIn("BAR", "H", D(10), "KGM"))
    await rooms.put("stock", {"part_no": "NUT", "lot": "L1", "quantity": D(10)})
    assert len(await booked(rooms)) == 3
    changes = await rooms.put("stock", {"part_no": "NUT", "lot": "L1", "quantity": D(10)}, whole=True)
    assert {(change.key, change.action) for change in changes} == {("NUT L1", "same"), ("NUT L2", "gone"), ("BAR H", "gone")}
    assert await booked(rooms) == [("NUT", "L1", D(10))]


async def test_reserved_goods_stay(rooms: Rooms) -> None:
    """Tests that goods reserved for an order, and a customer's own, are left alone by lists."""
    await rooms.parts.receive(ME, StockIn("NUT", "L1", D(10), order="SO-1"))
    await rooms.parts.receive(ME, StockIn("NUT", "L1", D(5)))
    await rooms.parts.receive(ME, StockIn("NUT", "THEIRS", D(3), owner=PARTNER.party))
    (change,) = await rooms.put("stock", {"part_no": "NUT", "lot": "L1", "quantity": D(8)})
    assert (change.action, "reserved" in change.text) == ("refused", True)
    await rooms.put("stock", {"part_no": "BAR", "quantity": D(1)}, whole=True)
    assert sorted(await booked(rooms)) == [("BAR", "COUNT-2026-03-02", D(1)), ("NUT", "L1", D(10)), ("NUT", "THEIRS", D(3))]


async def test_serial_numbers_are_not_guessed(rooms: Rooms) -> None:
    """Tests that a count cannot say which numbered piece is gone."""
    await rooms.parts.receive(ME, StockIn("NUT", "L1", D(2), serials=("1", "2")))
    (change,) = await rooms.put("stock", {"part_no": "NUT", "lot": "L1", "quantity": D(1)})
    assert (change.action, "serial" in change.text) == ("refused", True)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"part_no": "NOPE", "quantity": D(1)}, "list of parts first"),
        ({"part_no": "NUT", "quantity": D(-1)}, "below zero"),
        ({"part_no": "NUT", "quantity": D(1), "unit": "KGM"}, "KGM"),
    ],
)
async def test_rows_that_are_refused(rooms: Rooms, row: dict[str, object], says: str) -> None:
    """Tests that a row that cannot be booked is refused and the others go in."""
    changes = await rooms.put("stock", row, {"part_no": "BAR", "quantity": D(4)})
    assert [change.action for change in changes] == ["refused", "new"]
    assert says in changes[0].text
    assert [row[2] for row in await booked(rooms)] == [D(4)]


async def test_mixed_rows_of_a_part(rooms: Rooms) -> None:
    """Tests that a row without a lot beside rows with lots is refused: it could mean all or the rest."""
    lot, rest = await rooms.put("stock", {"part_no": "NUT", "lot": "L", "quantity": D(3)}, {"part_no": "NUT", "quantity": D(9)})
    assert (lot.action, rest.action) == ("new", "refused")
