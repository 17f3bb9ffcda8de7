"""Parts and stock in the store."""

from collections.abc import AsyncIterator
from decimal import Decimal as D
from pathlib import Path

import msgspec
import pytest

from plait.kernel.facts import decode
from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.part.model import LotUse, Part, StockCount, StockIn
from plait.manufacturing.part.service import PartService
from plait.manufacturing.requirement import Requirement
from tests.manufacturing.house import ME, PARTNER, HouseGuard
from tests.manufacturing.part.test_rules import FURNACE, GEAR, WANTED
from tests.support.stores import make_store

BLANK = Part("BLANK", "A", "Forged blank", gtin="04012345000023", supply="buy")
BAR = Part("BAR", "A", "Bar", unit="KGM", supply="buy", material="20CrMnTi")


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[PartService]:
    async with make_store(tmp_path) as store:
        service = PartService(store, HouseGuard(), store.clock)
        for part in (GEAR, FURNACE, BLANK, BAR):
            await service.put(ME, part)
        yield service


async def take(parts: PartService, part: str, quantity: str, order: str | None = None) -> list[LotUse]:
    return await parts.store.write(ME, lambda tx: parts.take(tx, part, D(quantity), order))


async def kinds(parts: PartService, kind: str) -> list[object]:
    return [decode(fact) for fact in await parts.store.facts(kinds=[kind])]


async def test_put_is_idempotent_and_keeps_revisions(parts: PartService) -> None:
    """Tests that the same content leaves no fact, a new revision one, and that the old revision can still be read."""
    await parts.put(ME, GEAR)
    await parts.put(ME, msgspec.structs.replace(GEAR, revision="B", module_mm=3.5))
    assert (await parts.get(ME, "GEAR-M3")).revision == "B"
    assert (await parts.get(ME, "GEAR-M3", "A")) == GEAR
    revised = [body.revision for body in await kinds(parts, "part.revised") if body.part_id == "GEAR-M3"]
    assert revised == ["A", "B"]


async def test_a_released_revision_does_not_change(parts: PartService) -> None:
    """Tests that other technical content under the same revision is refused and changes nothing, while a price may change."""
    with pytest.raises(Problem) as refusal:
        await parts.put(ME, msgspec.structs.replace(GEAR, module_mm=4.0))
    assert refusal.value.code == "revision-reused"
    assert await parts.get(ME, "GEAR-M3") == GEAR
    dearer = msgspec.structs.replace(GEAR, markup=D("0.3"), price_floor=Money(D(9), "EUR"))
    await parts.put(ME, dearer)
    assert await parts.get(ME, "GEAR-M3") == dearer


async def test_find(parts: PartService) -> None:
    """Tests that the fitting part is found, and that otherwise the nearest says why not."""
    part, why = await parts.find(ME, WANTED)
    assert (part, why) == (GEAR, [])
    part, why = await parts.find(ME, Requirement(process="assembly.gearbox"))
    assert part is None
    assert why


async def test_fifo_by_lot(parts: PartService) -> None:
    """Tests that the oldest lot goes first, a lot is used up before the next, and serial numbers go in order."""
    await parts.receive(ME, StockIn("BLANK", "L1", D(3), serials=("1", "2", "3")))
    await parts.receive(ME, StockIn("BLANK", "L2", D(5)))
    uses = await take(parts, "BLANK", "4")
    assert [(use.lot, use.quantity, use.serials, use.gtin) for use in uses] == [("L1", D(3), ("1", "2", "3"), BLANK.gtin), ("L2", D(1), (), BLANK.gtin)]
    assert [(row.lot, row.quantity) for row in await parts.on_hand(ME, "BLANK")] == [("L2", D(4))]
    assert [body.quantity for body in await kinds(parts, "part.stock_out")] == [D(3), D(1)]


async def test_short_stock_takes_nothing(parts: PartService) -> None:
    """Tests that a shortage is refused and leaves every lot and the log as they were."""
    await parts.receive(ME, StockIn("BLANK", "L1", D(3)))
    with pytest.raises(Problem) as refusal:
        await take(parts, "BLANK", "4")
    assert (refusal.value.code, refusal.value.extra["free"]) == ("stock-short", "3")
    assert [row.quantity for row in await parts.on_hand(ME)] == [D(3)]
    assert await kinds(parts, "part.stock_out") == []


async def test_reserved_and_customers_goods_are_left_alone(parts: PartService) -> None:
    """Tests that goods for an order go to that order first and to no other, a customer's goods never elsewhere."""
    await parts.receive(ME, StockIn("BLANK", "FREE", D(2)))
    await parts.receive(ME, StockIn("BLANK", "MINE", D(2), order="SO-1"))
    await parts.receive(ME, StockIn("BLANK", "THEIRS", D(2), owner=PARTNER.party))
    with pytest.raises(Problem):
        await take(parts, "BLANK", "3", "SO-2")
    assert [use.lot for use in await take(parts, "BLANK", "3", "SO-1")] == ["MINE", "FREE"]


async def test_give_back_restores(parts: PartService) -> None:
    """Tests that what was taken and given back is in stock as before, serial numbers in their order."""
    await parts.receive(ME, StockIn("BLANK", "L1", D(3), serials=("1", "2", "3")))
    before = await parts.on_hand(ME)
    uses = await take(parts, "BLANK", "2")
    await parts.store.write(ME, lambda tx: parts.give_back(tx, uses))
    assert await parts.on_hand(ME) == before


async def test_units_are_converted(parts: PartService) -> None:
    """Tests that goods delivered in tonnes are kept in the part's kilograms."""
    row = await parts.receive(ME, StockIn("BAR", "HEAT-7", D("0.25"), "TNE"))
    assert (row.quantity, row.unit) == (D(250), "KGM")


async def test_receiving_twice_under_one_key(parts: PartService) -> None:
    """Tests that a repeat with the same idempotency key takes nothing in and gets the first answer."""
    first = await parts.receive(ME, StockIn("BLANK", "L1", D(3)), once="k")
    again = await parts.receive(ME, StockIn("BLANK", "L1", D(3)), once="k")
    assert first == again
    assert [row.quantity for row in await parts.on_hand(ME)] == [D(3)]


@pytest.mark.parametrize(
    ("goods", "code", "names"),
    [
        (StockIn("NOPE", "L", D(1)), "no-such-part", "NOPE"),
        (StockIn("BLANK", "", D(1)), "bad-stock", "lot"),
        (StockIn("BLANK", "L", D(0)), "bad-stock", "quantity"),
        (StockIn("BLANK", "L", D(1), "KGM"), "bad-stock", "unit"),
        (StockIn("BLANK", "L", D(2), serials=("1",)), "bad-stock", "serials"),
        (StockIn("BLANK", "L", D(2), serials=("1", "1")), "bad-stock", "serials"),
        (StockIn("BLANK", "L", D(1), serials=("9",)), "bad-stock", "in stock already"),
    ],
)
async def test_goods_that_are_refused(parts: PartService, goods: StockIn, code: str, names: str) -> None:
    """Tests that goods are refused with the field named, and stock stays as it was."""
    await parts.receive(ME, StockIn("BLANK", "OLD", D(1), serials=("9",)))
    with pytest.raises(Problem) as refusal:
        await parts.receive(ME, goods)
    assert refusal.value.code == code
    assert names in refusal.value.detail
    assert [row.lot for row in await parts.on_hand(ME)] == ["OLD"]


async def test_a_partner_sees_its_own_goods_only(parts: PartService) -> None:
    """Tests that a partner sees no part, no stock but its own, and may take nothing in."""
    await parts.receive(ME, StockIn("BLANK", "OURS", D(1)))
    await parts.receive(ME, StockIn("BLANK", "THEIRS", D(1), owner=PARTNER.party))
    assert await parts.parts(PARTNER) == []
    assert [row.lot for row in await parts.on_hand(PARTNER)] == ["THEIRS"]
    with pytest.raises(Problem) as refusal:
        await parts.receive(PARTNER, StockIn("BLANK", "X", D(1)))
    assert refusal.value.code == "forbidden"


async def test_a_count_is_said_first_and_booked_then(parts: PartService) -> None:
    """Tests that a dry count changes nothing, that a count books the difference to the lot or to all of them, and the same count again none."""
    for lot, quantity in (("L1", "10"), ("L2", "5")):
        await parts.receive(ME, StockIn("BLANK", lot, D(quantity)))
    said = await parts.count(ME, StockCount("BLANK", D(7), "L1", dry=True))
    assert (said.booked, said.counted, said.more, said.unit) == (D(10), D(7), D(-3), "C62")
    assert sum(row.quantity for row in await parts.on_hand(ME, "BLANK")) == D(15)
    assert (await parts.count(ME, StockCount("BLANK", D(7), "L1"))).more == D(-3)
    assert (await parts.count(ME, StockCount("BLANK", D(7), "L1"))).more == D(0)
    assert {row.lot: row.quantity for row in await parts.on_hand(ME, "BLANK")} == {"L1": D(7), "L2": D(5)}
    assert (await parts.count(ME, StockCount("BLANK", D(20)))).more == D(8)
    assert sum(row.quantity for row in await parts.on_hand(ME, "BLANK")) == D(20)
    for wrong, code in (
        (StockCount("NONE", D(1)), "no-such-part"),
        (StockCount("BLANK", D(-1)), "bad-stock"),
        (StockCount("BLANK", D(1), unit="KGM"), "bad-stock"),
    ):
        with pytest.raises(Problem) as refused:
            await parts.count(ME, wrong)
        assert refused.value.code == code
    with pytest.raises(Problem) as refused:
        await parts.count(PARTNER, StockCount("BLANK", D(1), dry=True))
    assert refused.value.code == "forbidden"
