"""The first day of a shop: it has an order list and nothing else, and sees what will be late."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest

from tests.support.nodes import Running, nodes, settle

ORDERS = (
    ("Meridian GmbH", "4711", 10, "Z-100", "Zahnrad M2 z40", 40, 30, 12.5),
    ("Meridian GmbH", "4711", 20, "W-200", "Antriebswelle 42CrMo4", 2000, 2, 48.0),
    ("Riverport KG", "B-9", 1, "Z-100", "Zahnrad M2 z40", 10, 40, 14.0),
)


def order_list() -> bytes:
    """Return the list as the shop has it: a title, a date, then German columns."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Offene Aufträge"])
    sheet.append([])
    sheet.append(["Kunde", "Bestell-Nr.", "Pos.", "Artikel-Nr.", "Bezeichnung", "Menge", "Liefertermin", "Preis/Stk €"])
    for *row, days, price in ORDERS:
        sheet.append([*row, date.today() + timedelta(days=days), price])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


async def late(node: Running) -> dict:
    """Return the report by order and line."""
    report = await node.ok("GET", "/api/v1/desk/late")
    return {(row["order_no"], row["part_id"] or row["part_no"]): row for row in report["lines"]}


async def test_order_list_alone_says_what_is_late(tmp_path) -> None:
    """Tests that parts known from orders alone are said to be unknown, are estimated from their prices, entered, and planned; and that one is late."""
    async with nodes(tmp_path, "helix") as (helix,):
        item = await helix.ok("POST", "/api/v1/desk/inbox?name=auftraege.xlsx&sender=shop", order_list(), media="application/octet-stream")
        await settle(helix)
        assert (await helix.ok("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {}))["counts"] == {"new": 3}
        before = await late(helix)
        assert {row["verdict"] for row in before.values()} == {"unplanned"}
        assert all("estimate" in row["todo"] for row in before.values())

        shown = await helix.ok("POST", "/api/v1/desk/estimates", {})
        assert [(each["part_id"], each["basis"], each["jobs"]) for each in shown["estimates"]] == [("W-200", "price", 1), ("Z-100", "price", 2)]
        assert (await helix.call("GET", "/api/v1/parts/Z-100")).status_code == 404
        applied = await helix.ok("POST", "/api/v1/desk/estimates", {"apply": True})
        assert applied["work_centres"] == ["workshop"]
        await settle(helix)

        part = await helix.ok("GET", "/api/v1/parts/W-200")
        assert part["material"] == "42CrMo4"
        assert all(op["estimated"] for op in part["routing"])
        after = await late(helix)
        assert after["4711", "W-200"]["verdict"] == "late"
        assert "Late by" in after["4711", "W-200"]["reason"]
        assert after["4711", "W-200"]["remedy"]["text"]
        assert after["B-9", "Z-100"]["verdict"] == "on_time"
        assert (await helix.ok("POST", "/api/v1/desk/estimates", {"apply": True}))["applied"]
        assert {key: row["day"] for key, row in (await late(helix)).items()} == {key: row["day"] for key, row in after.items()}


async def test_parts_that_come_later_are_recognised(tmp_path) -> None:
    """Tests that a part entered after its orders is found in them, whatever way it was entered."""
    async with nodes(tmp_path, "helix") as (helix,):
        item = await helix.ok("POST", "/api/v1/desk/inbox?name=auftraege.xlsx&sender=shop", order_list(), media="application/octet-stream")
        await settle(helix)
        await helix.ok("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {})
        part = {"id": "z-100", "revision": "A", "name": "Zahnrad", "supply": "buy"}
        await helix.ok("PUT", "/api/v1/parts/z-100", part)
        await settle(helix)
        lines = await helix.ok("GET", "/api/v1/desk/orders")
        assert sorted(line["part_id"] for line in lines) == ["", "z-100", "z-100"]
        assert len(await helix.facts("book.line_changed")) == 2


@pytest.mark.parametrize("parts", [["NOBODY"], ["Z-100", "NOBODY"]])
async def test_estimates_of_nothing_are_refused(tmp_path, parts) -> None:
    """Tests that an estimate for what nobody orders or makes is refused and changes nothing."""
    async with nodes(tmp_path, "helix") as (helix,):
        answer = await helix.call("POST", "/api/v1/desk/estimates", {"parts": parts, "apply": True})
        assert answer.status_code == 404
        assert await helix.ok("GET", "/api/v1/parts") == []
