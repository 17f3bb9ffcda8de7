"""Offers through a whole node: HTTP, the order book, the applier of tables, who may see them."""

import asyncio
from decimal import Decimal

import pytest

from plait.cli import app
from plait.kernel.problems import Problem
from plait.manufacturing.desk.inbox.model import Context
from plait.manufacturing.desk.offers.applier import RequestApplier
from plait.manufacturing.desk.reading.model import Record
from tests.manufacturing.desk.offers.shop import ME, shop
from tests.manufacturing.desk.offers.test_offers import ORDER
from tests.support.nodes import nodes, settle
from tests.support.shop import furnish

REQUEST = {"customer": "meridian", "email": "buyer@meridian.example", "language": "de", "lines": [{"part_no": "SHAFT", "quantity": "20"}]}


async def test_from_a_request_to_the_order_book(tmp_path, capsys):
    """Tests the whole way over HTTP and the terminal: asked, changed, sent, printed, accepted, a run, a line in the order book."""
    async with nodes(tmp_path, "helix") as (here,):
        await furnish(here)
        await here.ok("PUT", "/api/v1/desk/letterhead", {"address": ["Hammerweg 12"], "email": "desk@helix.example"})
        made = await here.ok("POST", "/api/v1/desk/offers", REQUEST)
        path = f"/api/v1/desk/offers/{made['number']}"
        changed = await here.ok("PUT", path, {"text": "wie besprochen", "lines": [{"index": 1, "price": {"amount": "12.5", "currency": "EUR"}}]})
        assert changed["lines"][0]["price"] == {"amount": "12.5", "currency": "EUR"}
        await here.ok("POST", f"{path}/send")
        for form, start in (("pdf", b"%PDF"), ("ubl", b"<?xml"), ("mail", b"Subject"), ("text", b"Angebot")):
            answer = await here.call("GET", f"{path}/{form}")
            assert answer.content.startswith(start), form
        data, file = here.folder, tmp_path / "q.pdf"
        await asyncio.to_thread(_cli, "desk", "quote", made["number"], "--pdf", str(file), "--data", str(data))
        await asyncio.to_thread(_cli, "desk", "quote", made["number"], "--data", str(data))
        await asyncio.to_thread(_cli, "desk", "accept", made["number"], "--reference", "4711", "--data", str(data))
        await asyncio.to_thread(_cli, "desk", "offers", "--data", str(data))
        assert file.read_bytes().startswith(b"%PDF")
        shown = capsys.readouterr().out
        assert "250,00 EUR" in shown
        assert "line 1 accepted" in shown
        await settle(here)
        offer = await here.ok("GET", path)
        assert (offer["state"], offer["lines"][0]["run"]) == ("won", "SO-00001")
        assert (await here.call("GET", f"{path}/confirmation")).content.startswith(b"%PDF")
        (book,) = await here.ok("GET", "/api/v1/desk/orders")
        assert (book["id"], book["customer"], book["order_no"], book["price"]["amount"]) == ("SO-00001", "meridian", "4711", "12.5")


def _cli(*arguments):
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    assert not ended.value.code


async def test_partners_and_strangers_see_no_offers(tmp_path):
    """Tests that nobody from outside lists, reads, makes or accepts an offer, with or without a partner's token."""
    async with nodes(tmp_path, "helix", "meridian") as (here, other):
        await furnish(here)
        made = await here.ok("POST", "/api/v1/desk/offers", REQUEST)
        tries = (("GET", ""), ("GET", f"/{made['number']}"), ("GET", f"/{made['number']}/pdf"), ("POST", f"/{made['number']}/send"), ("GET", "/learning"))
        for method, path in tries:
            assert (await here.call(method, f"/api/v1/desk/offers{path}", token="")).status_code in (401, 403)
            assert (await other.tell(here, method, f"/api/v1/desk/offers{path}")).status_code == 403


async def test_a_dropped_ubl_order_accepts_an_offer(tmp_path):
    """Tests that an order dropped as a file accepts the offer it refers to, once; one that refers to nothing of ours is refused."""
    async with nodes(tmp_path, "helix") as (here,):
        await furnish(here)
        number = (await here.ok("POST", "/api/v1/desk/offers", REQUEST))["number"]
        sent = await here.ok("POST", f"/api/v1/desk/offers/{number}/send")
        xml = ORDER.format(ref=number, quantity=20, price=sent["lines"][0]["price"]["amount"])
        for _ in range(2):
            taken = await here.ok("POST", "/api/v1/trade/ubl", xml.encode(), media="application/xml")
            assert taken == {"kind": "order", "id": number, "number": "PO-7"}
        other = await here.call("POST", "/api/v1/trade/ubl", xml.replace(number, "X-1").encode(), media="application/xml")
        assert other.json()["code"] == "no-such-offer"
        await settle(here)
        (book,) = await here.ok("GET", "/api/v1/desk/orders")
        assert book["order_no"] == "PO-7"


def record(row, **values):
    return Record(row, {"quantity": Decimal(5), "customer": "meridian", **values})


async def test_a_table_of_requests_becomes_offers(tmp_path):
    """Tests that the rows of a request are one offer, another request another, that the same table again changes nothing, and bad rows are refused."""
    async with shop(tmp_path) as here:
        applier = RequestApplier(here.offers.closer)
        context = Context("buyer@meridian.example", here.clock.now(), "EUR", "UTC", "inbox:7")
        rows = [record(2, request_no="A", part_no="SHAFT"), record(3, request_no="A", part_no="GEAR-40"), record(4, request_no="B", name="Bracket")]
        bad = [record(5, request_no="C", quantity=Decimal(0), part_no="SHAFT")]
        foreseen = await here.store.read(lambda conn: applier.compare(conn, rows + bad, context))
        done = await here.store.write(ME, lambda tx: applier.apply(tx, rows + bad, context))
        again = await here.store.write(ME, lambda tx: applier.apply(tx, rows + bad, context))
        assert [each.action for each in foreseen] == [each.action for each in done] == ["new", "new", "new", "refused"]
        assert [each.text for each in done[:3]] == ["R-00001", "R-00001", "R-00002"]
        assert len(await here.bodies("offer.asked")) == 2
        assert [each.text for each in again[:3]] == ["R-00001", "R-00001", "R-00002"]
        offer = await here.offers.work_out(ME, "R-00001")
        assert len(await here.slots()) > 0
        assert await here.store.write(ME, lambda tx: applier.undo(tx, "inbox:7")) == 2
        assert await here.slots() == set()
        fresh = await here.store.write(ME, lambda tx: applier.apply(tx, rows, context))
        assert [each.text for each in fresh] == ["R-00003", "R-00003", "R-00004"]
        await here.offers.work_out(ME, "R-00003")
        await here.offers.send(ME, "R-00003")
        with pytest.raises(Problem, match="R-00003 is sent"):
            await here.store.write(ME, lambda tx: applier.undo(tx, "inbox:7"))
        assert ([each.state for each in offer.lines], offer.asked.email, offer.asked.request_no) == (["ready", "ready"], "buyer@meridian.example", "A")
