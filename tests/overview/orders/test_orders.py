"""Orders of every kind on a running node: pages, whether they will be there, one with all that belongs to it, promises and remedies."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from plait.kernel.clock import SYSTEM, iso
from tests.support.nodes import Running, nodes, settle, until
from tests.support.shop import ask, furnish, shop_day


async def enter(helix: Running, order_no: str, days: int, **more: Any) -> dict[str, Any]:
    """Enter an order line that is due in so many days."""
    due = shop_day(days).isoformat()
    line = {"customer": "Oakmill", "order_no": order_no, "due": due, "quantity": "10", "part_id": "SHAFT", "name": "Shaft", **more}
    entered: dict[str, Any] = await helix.ok("POST", "/api/v1/desk/orders", line)
    return entered


async def pages(helix: Running, query: str) -> list[dict[str, Any]]:
    """Return every row of a list, two a page."""
    rows: list[dict[str, Any]] = []
    after = ""
    while True:
        page = await helix.ok("GET", f"/api/v1/orders?{query}&limit=2&after={after}")
        assert len(page["rows"]) <= 2
        rows += page["rows"]
        after = page["after"]
        if not after:
            return rows


async def test_every_order_stands_on_one_page(tmp_path: Path) -> None:
    """Tests that pages follow one another without gaps or repeats, open ones by date, the others latest first, and that a text narrows them."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        made = [await enter(helix, f"A-{number}", 40 - number) for number in range(5)]
        gone = await enter(helix, "B-1", 9)
        await helix.ok("POST", f"/api/v1/desk/orders/{gone['id']}/close", {"state": "cancelled", "reason": "taken back"})
        rows = await pages(helix, "shown=open")
        assert [row["id"] for row in rows] == [line["id"] for line in reversed(made)]
        assert {(row["side"], row["other"], row["verdict"]) for row in rows} == {("sold", "Oakmill", "on_time")}
        assert [row["number"] for row in await pages(helix, "shown=open&text=a-3")] == ["A-3"]
        assert [(row["number"], row["state"], row["reason"]) for row in await pages(helix, "shown=cancelled")] == [("B-1", "cancelled", "taken back")]
        assert await pages(helix, "shown=done") == await pages(helix, "shown=placed") == []
        for after in ("nonsense", "2026-01-01/", "x" * 99):
            refused = await helix.call("GET", f"/api/v1/orders?after={after}")
            assert refused.status_code == 422
        assert (await helix.call("GET", "/api/v1/orders?shown=late&after=-1")).status_code == 422
        assert (await helix.call("GET", "/api/v1/orders", token="")).status_code == 401


async def test_late_orders_come_first_and_the_worst_is_named(tmp_path: Path) -> None:
    """Tests that late orders are listed the latest first with the reason, those that cannot be planned after them, and that all are counted."""
    async with nodes(tmp_path, "helix") as (helix,):
        empty = await helix.ok("GET", "/api/v1/orders/standing")
        assert (empty["open"], empty["late"], empty["worst"]) == (0, 0, None)
        await furnish(helix)
        await enter(helix, "C-1", -2)
        await enter(helix, "C-2", -9)
        await enter(helix, "C-3", 60)
        await enter(helix, "C-4", 60, part_id="", part_no="NOBODY-KNOWS")
        rows = await pages(helix, "shown=late")
        assert [(row["number"], row["verdict"]) for row in rows] == [("C-2", "late"), ("C-1", "late"), ("C-4", "unplanned")]
        assert rows[0]["slack_days"] <= -9
        assert rows[0]["reason"].startswith("Late by")
        standing = await helix.ok("GET", "/api/v1/orders/standing")
        assert (standing["open"], standing["late"], standing["unplanned"], standing["worst"]["number"]) == (4, 2, 1, "C-2")
        view = await helix.ok("GET", f"/api/v1/orders/{rows[0]['id']}")
        assert view["row"] == rows[0]
        assert view["guest"] == "order"
        assert set(view["acts"]) == {"promise", "change", "what-if", "deliver", "cancel"}
        assert [paper["kind"] for paper in view["papers"]] == ["delivery"]
        assert (await helix.call("GET", view["papers"][0]["href"])).content.startswith(b"%PDF")
        assert (await helix.call("GET", "/api/v1/orders/SO-99999")).json()["code"] == "no-such-order"


async def test_an_order_through_the_network_from_both_sides(tmp_path: Path) -> None:
    """Tests that an order shows with its documents and papers on both sides, and that a date promised anew by a person is told to the customer."""
    async with nodes(tmp_path, "helix", "meridian") as (helix, meridian):
        await furnish(helix)
        sent = await ask(meridian, helix)
        await until(lambda: meridian.documents("Quotation"))
        (quotation,) = await meridian.documents("Quotation")
        order = await meridian.ok("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]})
        await until(lambda: meridian.documents("OrderResponse"))
        await settle(helix, meridian)
        (row,) = (await helix.ok("GET", "/api/v1/orders"))["rows"]
        assert (row["side"], row["other"], row["party"], row["state"]) == ("sold", "meridian", meridian.party, "open")
        view = await helix.ok("GET", f"/api/v1/orders/{row['id']}")
        assert [doc["type"] for doc in view["documents"]] == ["RequestForQuotation", "Quotation", "Order", "OrderResponse"]
        assert "cancel" not in view["acts"]
        assert {"confirmation", "card"} <= {paper["kind"] for paper in view["papers"]}
        for paper in view["papers"]:
            assert (await helix.call("GET", paper["href"])).content.startswith(b"%PDF")
        later = iso(SYSTEM.now() + timedelta(days=30))
        promise = {"promised": later, "reason": "a tool has to be made"}
        line = await helix.ok("POST", f"/api/v1/desk/orders/{row['id']}/promise", promise)
        assert line["promised"][:16] == later[:16]
        await helix.ok("POST", f"/api/v1/desk/orders/{row['id']}/promise", promise)
        await settle(helix, meridian)
        answers = await meridian.documents("OrderResponse")
        assert [(doc["code"], doc["reason"]) for doc in answers] == [("accepted", ""), ("changed", "a tool has to be made")]
        (placed,) = (await meridian.ok("GET", "/api/v1/orders?shown=placed"))["rows"]
        assert (placed["id"], placed["side"], placed["other"], placed["state"], placed["verdict"]) == (order["id"], "bought", "helix", "changed", "late")
        assert placed["reason"] == "a tool has to be made"
        assert [each["id"] for each in (await meridian.ok("GET", "/api/v1/orders?shown=late"))["rows"]] == [order["id"]]
        bought = await meridian.ok("GET", f"/api/v1/orders/{order['id']}")
        assert (bought["acts"], bought["guest"], bought["row"]) == (["cancel"], "", placed)
        await meridian.ok("POST", f"/api/v1/trade/orders/{order['id']}/cancel", {"reason": "no longer needed"})
        (placed,) = (await meridian.ok("GET", "/api/v1/orders?shown=placed"))["rows"]
        assert placed["state"] == "cancelled"
        request = await meridian.ok("GET", f"/api/v1/requests/{sent['id']}")
        assert (request["row"]["state"], request["answered"]["kind"], request["answered"]["by"]) == ("ordered", "quotation", "")


async def test_a_remedy_is_made_real(tmp_path: Path) -> None:
    """Tests that what a remedy would change is changed as tried, all or nothing, and that what can only be tried is refused and changes nothing."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        shut = {"id": "bench-1", "group": "bench", "calendar": {"zone": "Europe/Berlin", "shifts": []}, "rate": {"amount": "50", "currency": "EUR"}}
        shut["calendar"] = {"zone": "Europe/Berlin", "shifts": [{"days": [0, 1, 2, 3, 4], "start": "08:00", "end": "10:00"}]}
        await helix.ok("PUT", "/api/v1/work-centres/bench-1", shut)
        line = await enter(helix, "D-1", 60)
        day = shop_day(3).isoformat()
        shift = {"type": "extra_shift", "day": day, "start": "12:00", "end": "20:00"}
        tried = await helix.ok("POST", "/api/v1/desk/what-if", {"changes": [shift]})
        facts = len(await helix.facts())
        for wrong in ({"type": "cancel", "line": line["id"]}, {"type": "changed", "line": "SO-9", "priority": 1}):
            refused = await helix.call("POST", "/api/v1/desk/apply", {"changes": [shift, wrong]})
            assert refused.json()["code"] == "bad-change"
        assert len(await helix.facts()) == facts
        changes = [shift, {"type": "changed", "line": line["id"], "priority": 1}]
        assert await helix.ok("POST", "/api/v1/desk/apply", {"changes": changes}) == {"work_centres": ["bench-1"], "lines": [line["id"]]}
        (centre,) = await helix.ok("GET", "/api/v1/work-centres")
        assert centre["calendar"]["extra"] == [{"date": day, "start": "12:00", "end": "20:00"}]
        assert (await helix.ok("GET", f"/api/v1/desk/orders/{line['id']}"))["priority"] == 1
        detail = await helix.ok("GET", f"/api/v1/desk/late/{line['id']}")
        then = {effect["line"]: effect["now"] for effect in tried["effects"]}
        assert detail["line"]["day"] == then.get(line["id"], detail["line"]["day"])
