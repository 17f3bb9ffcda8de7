"""Parts with their stock: what open orders take, pages of many, one part with what moved."""

from datetime import date
from decimal import Decimal as D
from pathlib import Path

from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.part.model import Material, Operation, Part, Stock
from plait.overview.parts.rules import amounts_of, estimated, unmade, wanted
from tests.support.nodes import nodes
from tests.support.shop import PART, shop_day

BAR = Part("BAR", "A", "Bar", unit="MTR", supply="buy")
GEAR = Part("GEAR", "A", "Gear", scrap_allowance=D("0.1"), routing=(Operation(10, "turn", "turning"),), materials=(Material("BAR", "Bar", D(200), "MMT"),))
PARTS = {"BAR": BAR, "GEAR": GEAR}


def line(number: int, part: str, quantity: int) -> OrderLine:
    """Return an open order line."""
    return OrderLine(f"SO-{number}", "", "oakmill", f"PO-{number}", "1", part, part, part, D(quantity), date(2026, 3, number))


def lot(part: str, quantity: int, **more: str) -> Stock:
    """Return a lot."""
    return Stock(part, "L", D(quantity), PARTS[part].unit, "", more.get("owner", ""), more.get("order", ""), ())


def test_what_open_orders_take() -> None:
    """Tests that finished pieces come from stock first, the rest takes material with its scrap in the unit of stock, and what is short is named."""
    found = wanted([line(2, "GEAR", 10), line(1, "GEAR", 10)], PARTS, [lot("GEAR", 4), lot("BAR", 3)], {})
    assert found.ordered == {"GEAR": D(20)}
    assert found.need == {"GEAR": D(4), "BAR": D("0.2") * 7 + D("0.2") * 11}
    assert (found.short, found.counts) == (["BAR"], {"GEAR": 2, "BAR": 2})
    assert [(each.line, each.quantity) for each in found.takers["GEAR"]] == [("SO-1", D(10)), ("SO-2", D(10))]
    assert all(each.as_material for each in found.takers["BAR"])


def test_what_has_begun_takes_nothing_more() -> None:
    """Tests that the material of pieces begun is out of stock already, and that customers' goods and theirs to bring are not ours to have."""
    assert "BAR" not in wanted([line(1, "GEAR", 10)], PARTS, [], {"SO-1": D(10)}).need
    theirs = Part("GEAR", "A", "Gear", materials=(Material("BAR", "Bar", D(1), "MTR", supply="customer"),))
    assert "BAR" not in wanted([line(1, "GEAR", 10)], {"GEAR": theirs, "BAR": BAR}, [], {}).need
    assert wanted([line(1, "BAR", 5)], PARTS, [lot("BAR", 9, owner="them")], {}).short == ["BAR"]


def test_amounts_tell_whose_it_is() -> None:
    """Tests that free, reserved and customers' goods are told apart, and what is missing is never below nothing."""
    found = wanted([line(1, "BAR", 12)], PARTS, [], {})
    amounts = amounts_of([lot("BAR", 5), lot("BAR", 3, order="PO-1"), lot("BAR", 50, owner="them")], found, "BAR")
    assert (amounts.free, amounts.reserved, amounts.owned, amounts.need, amounts.short) == (D(5), D(3), D(50), D(12), D(4))
    assert amounts_of([lot("BAR", 50)], found, "BAR").short == 0
    assert (estimated(GEAR), unmade(GEAR), unmade(Part("X", "A", "x")), unmade(BAR)) == (False, False, True, False)


async def test_pages_and_one_part(tmp_path: Path) -> None:
    """Tests that parts come page by page, are found by what stands in them, the short ones apart, and that one shows what moved and who takes it."""
    async with nodes(tmp_path, "helix") as (helix,):
        await helix.ok("PUT", "/api/v1/parts/SHAFT", PART | {"materials": [{"part": "BAR", "name": "Bar", "quantity": "0.5", "unit": "MTR"}]})
        for number in range(5):
            await helix.ok("PUT", f"/api/v1/parts/P-{number}", {"id": f"P-{number}", "revision": "A", "name": f"Ürün {number}", "supply": "buy"})
        await helix.ok("PUT", "/api/v1/parts/BAR", {"id": "BAR", "revision": "A", "name": "Bar", "unit": "MTR", "supply": "buy", "drawing_no": "Z-77"})
        order = {"customer": "oakmill", "order_no": "L-1", "part_id": "SHAFT", "name": "Shaft", "quantity": "10"}
        await helix.ok("POST", "/api/v1/desk/orders", order | {"due": shop_day(9).isoformat()})
        first = await helix.ok("GET", "/api/v1/stock/parts?limit=3")
        assert ([row["id"] for row in first["rows"]], first["after"], first["short"]) == (["BAR", "P-0", "P-1"], "P-1", 1)
        then = await helix.ok("GET", f"/api/v1/stock/parts?limit=9&after={first['after']}")
        assert ([row["id"] for row in then["rows"]], then["after"]) == (["P-2", "P-3", "P-4", "SHAFT"], "")
        found = {text: [row["id"] for row in (await helix.ok("GET", f"/api/v1/stock/parts?text={text}"))["rows"]] for text in ("ürün 3", "z-77", "%", "none")}
        assert found == {"ürün 3": ["P-3"], "z-77": ["BAR"], "%": [], "none": []}
        assert [row["id"] for row in (await helix.ok("GET", "/api/v1/stock/parts?shown=stock"))["rows"]] == []
        (short,) = (await helix.ok("GET", "/api/v1/stock/parts?shown=short"))["rows"]
        assert (short["id"], short["short"], short["amounts"]["need"]) == ("BAR", "5.0", "5.0")
        await helix.ok("POST", "/api/v1/stock", {"part_id": "BAR", "lot": "H-1", "quantity": "8", "unit": "MTR"})
        await helix.ok("POST", "/api/v1/stock/count", {"part_id": "BAR", "quantity": "7", "lot": "H-1"})
        bar = await helix.ok("GET", "/api/v1/stock/parts/BAR")
        assert ([row["lot"] for row in bar["lots"]], bar["short"], bar["amounts"]["free"]) == (["H-1"], "0", "7")
        assert [(each["kind"], each["quantity"], each["lot"]) for each in bar["movements"]] == [("out", "1", "H-1"), ("in", "8", "H-1")]
        assert [(each["number"], each["quantity"], each["as_material"]) for each in bar["takers"]] == [("L-1", "5.0", True)]
        assert (await helix.call("GET", "/api/v1/stock/parts/NONE")).json()["code"] == "no-such-part"
        narrow = (await helix.ok("POST", "/api/v1/tokens", {"role": "viewer", "scopes": ["part.read"]}))["token"]
        told = await helix.ok("GET", "/api/v1/stock/parts/BAR", token=narrow)
        assert (told["takers"], told["amounts"]["need"], told["amounts"]["free"]) == ([], "0", "7")
        refused = await helix.call("POST", "/api/v1/stock/count", {"part_id": "BAR", "quantity": "0"}, token=narrow)
        assert refused.status_code == 403
