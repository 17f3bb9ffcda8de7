"""The braid of an order in real nodes: its life end to end, from both sides, and what may be seen of it by whom."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from plait.cli import main
from plait.kernel.clock import SYSTEM
from plait.overview.braid.finding import Story
from plait.overview.braid.making import stand_stills
from tests.support.nodes import Running, nodes, settle, until
from tests.support.shop import FIRM, PART, ask, furnish

FAST = PART | {"routing": [{"seq": 10, "name": "Turn by hand", "process": "turning", "group": "bench", "setup_min": 0.0, "cycle_min": 0.0005}]}
FAST["materials"] = [{"part": "BAR", "name": "Bar 42CrMo4", "gtin": "09521002000023", "price": {"amount": "4", "currency": "EUR"}}]
BAR = {"part_id": "BAR", "lot": "H-1", "quantity": "100", "gtin": "09521002000023"}
BUYER = FIRM | {"gln": "9521003000008", "gcp": "9521003", "isic": "2814"}


async def placed(buyer: Running, seller: Running) -> dict[str, Any]:
    """Ask, order, and return the order once its run is shipped."""
    await buyer.ok("PUT", "/api/v1/firm", {"name": buyer.name, **BUYER})
    await furnish(seller)
    await buyer.ok("POST", "/api/v1/directory/join", {"url": seller.node.url})
    await seller.ok("PUT", "/api/v1/parts/SHAFT", FAST)
    bar = {"id": "BAR", "revision": "A", "name": "Bar 42CrMo4", "gtin": "09521002000023", "supply": "buy"}
    await seller.ok("PUT", "/api/v1/parts/BAR", bar)
    await seller.ok("POST", "/api/v1/stock", BAR)
    await ask(buyer, seller)
    quotation = (await until(lambda: buyer.documents("Quotation")))[0]
    order: dict[str, Any] = await buyer.ok("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]})
    await until(lambda: buyer.documents("DespatchAdvice"))
    await settle(buyer, seller)
    return order


async def braid_of(node: Running, order: str, **asked: str) -> dict[str, Any]:
    """Ask a node for a braid."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    found: dict[str, Any] = await node.ok("GET", f"/api/v1/orders/{quote(order, safe='')}/braid?{query}")
    return found


def plait(*arguments: str) -> None:
    """Run a verb of the command line; it must succeed."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert not ended.value.code


def later(node: Running, days: int) -> None:
    """Let the node's braids be looked at some days later."""
    node.node.braids.clock = SimpleNamespace(now=lambda: SYSTEM.now() + timedelta(days=days))


async def check_pictures(helix: Running, order: dict[str, Any]) -> None:
    """Check that the picture is drawn in the asked size, and that small ones come in the order asked for."""
    picture = await helix.call("GET", "/api/v1/orders/SO-00001/braid.svg?width=390&theme=dark&language=zh")
    assert picture.headers["content-type"] == "image/svg+xml"
    root = ET.fromstring(picture.content)
    assert root.get("width") == "390"
    small = ET.fromstring((await helix.call("GET", "/api/v1/orders/SO-00001/braid.svg?small=true")).content)
    assert small.get("width") == "160"
    line = {"customer": "oakmill", "order_no": "77", "part_id": "SHAFT", "quantity": "5", "due": "2026-01-02"}
    await helix.ok("POST", "/api/v1/desk/orders", line)
    rows = await helix.ok("GET", f"/api/v1/braids?ids=SO-00002,nothing,{order['id']}")
    assert [(row["number"], row["state"]) for row in rows] == [("SO-00002", "open"), ("SO-00001", "open")]
    assert {mark["strand"] for mark in rows[1]["marks"]} == {"infrastructure", "manufacturing", "circulation"}
    assert rows[0]["late"]["said"].startswith("Late by ")
    whole = await braid_of(helix, "SO-00001", reach="own")
    assert (rows[1]["started"][:16], rows[1]["promised"], rows[1]["late"]) == (whole["started"][:16], whole["promised"], whole["late"])


async def test_an_orders_life_from_both_sides(tmp_path: Path) -> None:
    """Tests that documents, jobs and goods of one order are knots with their facts on the seller's side, and its own on the buyer's."""
    async with nodes(tmp_path, "helix", "meridian") as (helix, meridian):
        order = await placed(meridian, helix)
        sold = await braid_of(helix, "SO-00001")
        assert (sold["order"], sold["number"], sold["side"], sold["other"]) == (order["id"], "SO-00001", "sold", "meridian")
        kinds = {(knot["strand"], knot["kind"]) for knot in sold["knots"]}
        for kind in ("rfq", "quotation", "order", "promise"):
            assert ("manufacturing", f"trade.{kind}") in kinds
        assert ("infrastructure", "line.job") in kinds
        assert ("infrastructure", "line.run_finished") in kinds
        assert {("circulation", "trade.despatch"), ("circulation", "epcis.shipping")} <= kinds
        assert [knot["at"] for knot in sold["knots"]] == sorted(knot["at"] for knot in sold["knots"])
        told = {fact.id for fact in await helix.facts()}
        assert {knot["fact"] for knot in sold["knots"] if knot["kind"].startswith(("trade.", "line."))} <= told
        jobs = [knot for knot in sold["knots"] if knot["kind"] == "line.job"]
        assert [(job["title"]["said"], job["until"] is not None) for job in jobs] == [("Turn by hand: 10 pcs on bench-1", True)] * 2
        asks, orders = (next(knot for knot in sold["knots"] if knot["kind"] == f"trade.{kind}") for kind in ("rfq", "order"))
        assert (asks["ours"], asks["firm"], orders["link"]) == (False, "meridian", f"/console/documents/{order['id']}")
        assert (sold["state"], sold["late"]) == ("open", None)
        assert sold["headline"]["said"].startswith("On time: ready ")
        assert (await braid_of(helix, order["id"]))["knots"] == sold["knots"]
        assert (await braid_of(helix, order["number"]))["order"] == order["id"]
        german = await braid_of(helix, "SO-00001", language="de")
        assert german["headline"]["said"].startswith("Pünktlich: fertig ")
        (beyond,) = [stretch for stretch in sold["stretches"] if stretch["strand"] == "circulation"]
        assert (beyond["firm"], "goods" in beyond["reason"]["said"]) == ("meridian", True)

        bought = await braid_of(meridian, order["number"])
        assert (bought["side"], bought["other"], bought["promised"]) == ("bought", "helix", sold["promised"])
        assert {knot["kind"] for knot in bought["knots"]} >= {"trade.order", "trade.promise", "trade.despatch"}
        assert [stretch["reason"]["said"] for stretch in bought["stretches"] if stretch["strand"] == "infrastructure"] == [
            "helix shares no job data: no contract"
        ]
        assert not [knot for knot in bought["knots"] if knot["strand"] == "infrastructure"]

        await check_pictures(helix, order)
        later(helix, 3)
        done = await braid_of(helix, "SO-00001", reach="own")
        assert (done["state"], done["late"]) == ("done", None)
        assert done["headline"]["said"].endswith(", as promised")


async def test_an_order_of_the_book(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that a line entered by hand has a braid, found by the customer's number too: entered, late by its date, changed, closed; and printed."""
    async with nodes(tmp_path, "helix") as (helix,):
        await furnish(helix)
        line = {"customer": "meridian", "order_no": "4500012", "part_id": "SHAFT", "quantity": "5", "due": "2026-01-02"}
        await helix.ok("POST", "/api/v1/desk/orders", line)
        await helix.ok("PATCH", "/api/v1/desk/orders/SO-00001", {"quantity": "7"})
        found = await braid_of(helix, "4500012")
        assert (found["number"], found["other"], found["state"]) == ("SO-00001", "meridian", "open")
        assert [knot["kind"] for knot in found["knots"]] == ["book.line_entered", "book.line_changed"]
        assert found["promised"] == "2026-01-02T23:59:00+01:00"
        assert found["headline"]["said"].startswith("Late by ")
        assert found["late"]["over"] is False
        await asyncio.to_thread(plait, "order", "SO-00001", "--data", str(helix.folder))
        printed = capsys.readouterr().out
        assert "Late by " in printed
        assert "┃" in printed
        assert "meridian orders 5 SHAFT" in printed
        await asyncio.to_thread(plait, "order", "SO-00001", "--json", "--data", str(helix.folder))
        assert json.loads(capsys.readouterr().out)["number"] == "SO-00001"
        await helix.ok("POST", "/api/v1/desk/orders/SO-00001/close", {"state": "cancelled", "reason": "not needed"})
        found = await braid_of(helix, "SO-00001")
        assert (found["state"], found["late"], found["headline"]["said"]) == ("cancelled", None, "Cancelled")


async def test_who_may_see_what(tmp_path: Path) -> None:
    """Tests that a narrow token gets the rooms it may read, the rest being left out and said so, and that partners get nothing."""
    async with nodes(tmp_path, "helix", "meridian", "oakmill") as (helix, meridian, oakmill):
        order = await placed(meridian, helix)
        path = f"/api/v1/orders/{order['id']}/braid"
        narrow = (await helix.ok("POST", "/api/v1/tokens", {"role": "viewer", "scopes": ["braid.read", "trade.read"]}))["token"]
        seen = await helix.ok("GET", path, token=narrow)
        assert {knot["kind"].partition(".")[0] for knot in seen["knots"]} == {"trade"}
        said = [words["said"] for words in seen["left_out"]]
        assert "Jobs are left out: you may not read the line" in said
        assert "The order book is left out: you may not read it" in said
        assert not [words for words in said if words.startswith("Documents")]
        assert (await helix.call("GET", path, token="")).status_code == 401
        for asked in (path, "/api/v1/orders/SO-00001/braid.svg", "/api/v1/braids?ids=SO-00001"):
            assert (await meridian.tell(helix, "GET", asked)).status_code == 403
        missing = await helix.call("GET", "/api/v1/orders/SO-99999/braid")
        assert (missing.status_code, missing.json()["code"]) == (404, "no-such-order")

        await oakmill.ok("PUT", "/api/v1/firm", {"name": "oakmill", **BUYER, "gln": "9521004000007", "gcp": "9521004"})
        await ask(oakmill, helix)
        quotation = (await until(lambda: oakmill.documents("Quotation")))[0]
        other = await oakmill.ok("POST", "/api/v1/trade/orders", {"quotation_id": quotation["id"]})
        await settle(helix, oakmill)
        assert other["number"] == order["number"]
        both = await helix.call("GET", f"/api/v1/orders/{order['number']}/braid")
        assert (both.status_code, both.json()["code"]) == (409, "ambiguous-order")
        assert order["id"] in both.json()["detail"]
        assert (await braid_of(helix, other["id"]))["other"] == "oakmill"


def test_stand_stills_count_while_a_job_was_on_the_machine() -> None:
    """Tests that a machine's stand-still belongs to the order when it had a job of it, and not before or after."""
    from plait.infrastructure.machines.model import CameBack, WentDown
    from plait.manufacturing.line.model import Job, JobEnded, JobStarted

    start = datetime.fromisoformat("2026-03-02T08:00:00+00:00")

    def fact(kind: str, at: datetime, body: Any) -> Any:
        import msgspec

        return SimpleNamespace(kind=kind, at=at, version=1, body=msgspec.json.encode(body), id=kind, seq=1)

    hour = timedelta(hours=1)
    job = Job("SO-1-1-10", "SO-1", "SO-1-1", 10, "hob", "hob-1", "hob-1", 5, 5, 0, "ended", "")
    facts = [
        fact("line.job_started", start, JobStarted(job.id, "SO-1", 10, "hob-1", 5)),
        fact("line.job_ended", start + 6 * hour, JobEnded(job.id, "SO-1", job.batch, 10, "hob-1", 5, 0)),
    ]
    states = []
    for at in (-3, 2, 8):
        states.append(fact("machine.went_down", start, WentDown("hob-1", "worn", 0, start + at * hour)))
        states.append(fact("machine.came_back", start, CameBack("hob-1", "idle", start + (at + 1) * hour)))
    story = Story(jobs=[job], facts=facts, states={"hob-1": states}, machines={"hob-1": "Hobbing"})
    assert [(still.since, still.until, still.reason) for still in stand_stills(story)] == [(start + 2 * hour, start + 3 * hour, "worn")]
