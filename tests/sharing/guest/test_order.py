"""An order, a delivery and a request by a link."""

from datetime import timedelta

from plait.kernel.clock import parse_iso
from tests.sharing.guest.node import code_of, link, offered, ordered, page, send
from tests.support.nodes import nodes, settle
from tests.support.shop import furnish


async def test_an_order_says_where_it_stands(tmp_path):
    """Tests that a customer sees all lines of its order, with date and late or not in words, and nobody else's."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        id = await ordered(node)
        await ordered(node, due="2020-01-07", line_no="20", name="Shaft, urgent")
        await ordered(node, customer="oakmill", name="Secret of oakmill")
        text = (await page(node, code_of(await link(node, "order", id)))).text
        assert "Order PO-77" in text
        assert "on time" in text
        assert "late by" in text
        assert "One line will be late" in text
        assert "oakmill" not in text
        assert "bench" not in text


async def test_a_customer_reports_and_sends(tmp_path):
    """Tests that a problem and a file lie in the inbox, and that receipt is confirmed once, when something was delivered."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        id = await ordered(node)
        path = code_of(await link(node, "order", id))
        before = (await page(node, path)).text
        assert "It has come" not in before
        assert (await send(node, path, "received")).status_code == 409
        await node.ok("POST", f"/api/v1/desk/orders/{id}/deliver", {"quantity": "5"})
        assert (await send(node, path, "received", note="thank you")).status_code == 200
        assert (await send(node, path, "received", note="again")).status_code == 200
        assert (await send(node, path, "problem", [("photo.jpg", b"\xff\xd8\xff")], text="Scratched")).status_code == 200
        assert (await send(node, path, "upload", [("new.step", b"ISO-10303-21;")])).status_code == 200
        assert (await send(node, path, "upload")).status_code == 422
        await settle(node)
        assert [each.act for each in await node.bodies("guest.acted")] == ["received", "problem", "upload"]
        kept = {each["name"] for each in await node.ok("GET", "/api/v1/desk/attachments")}
        assert kept == {"photo.jpg", "new.step"}
        mails = {each["name"] for each in await node.ok("GET", "/api/v1/desk/inbox")}
        assert mails == {f"{id}-problem.eml", f"{id}-upload.eml"}


async def test_a_delivery_is_counted(tmp_path):
    """Tests that the counts a customer confirms are kept beside ours, and that a count that is no number is refused at its field."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        id = await ordered(node)
        await node.ok("POST", f"/api/v1/desk/orders/{id}/deliver", {"quantity": "5"})
        path = code_of(await link(node, "delivery", id))
        wrong = await send(node, path, "received", **{f"count-{id}": "some"})
        assert wrong.status_code == 422
        assert "a number, such as" in wrong.text
        assert (await send(node, path, "received", **{f"count-{id}": "4"})).status_code == 200
        assert (await send(node, path, "damage", [("p.png", b"\x89PNG")], text="One is bent")).status_code == 200
        acts = [(each.act, each.values.get(f"count-{id}")) for each in await node.bodies("guest.acted")]
        assert acts == [("received", "4"), ("damage", None)]
        assert "Received, by your count" in (await page(node, path)).text


NEED = {"lines": [{"name": "Bar 42CrMo4", "quantity": "200", "unit": "KGM", "due": "2099-03-01"}, {"name": "Harden", "quantity": "20"}], "note": "with 3.1"}
PRICES = {"price-1": "2,35", "price-2": "11.80", "currency": "EUR", "day": "2099-02-20", "until": "2099-01-31"}


async def test_a_supplier_quotes_once(tmp_path):
    """Tests that a supplier sees what is needed and answers with prices, date and a file, once; the answer lies in the inbox."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        made = await link(node, "request", need=NEED)
        assert made["link"]["thing"] == "RQ-00001"
        path = code_of(made)
        assert "Bar 42CrMo4" in (await page(node, path)).text
        assert (await send(node, path, "quote", **PRICES | {"day": "soon"})).status_code == 422
        assert (await send(node, path, "quote", [("offer.pdf", b"%PDF-1.4")], **PRICES)).status_code == 200
        assert (await send(node, path, "decline", text="no")).status_code == 409
        await settle(node)
        (act,) = await node.ok("GET", f"/api/v1/guest/links/{made['link']['id']}/acts")
        assert act["values"] == PRICES
        names = {each["name"] for each in await node.ok("GET", "/api/v1/desk/inbox")}
        assert {"RQ-00001-quote.eml", "offer.pdf"} <= names


async def test_a_supplier_gets_the_drawing(tmp_path):
    """Tests that kept files that go with a request can be fetched by its link, to be saved, and no others, and that unknown ones make no link."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        for name in ("gear <2>.step", "secret.step"):
            await node.http.post(f"/api/v1/desk/inbox?name={name}", content=f"ISO-10303-21; {name}".encode(), headers={"Authorization": f"Bearer {node.admin}"})
        await settle(node)
        kept = {each["name"]: each["id"] for each in await node.ok("GET", "/api/v1/desk/attachments")}
        path = code_of(await link(node, "request", need=NEED | {"files": [kept["gear <2>.step"]]}))
        assert "gear &lt;2&gt;.step" in (await page(node, path)).text
        fetched = await page(node, f"{path}/files/1")
        assert fetched.content == b"ISO-10303-21; gear <2>.step"
        assert fetched.headers["content-disposition"].startswith("attachment;")
        for place in ("2", "0", "-1", "x"):
            assert (await page(node, f"{path}/files/{place}")).status_code == 409
        refused = await node.call("POST", "/api/v1/guest/links", {"kind": "request", "name": "x", "need": NEED | {"files": ["A-999"]}})
        assert refused.json()["code"] == "no-such-attachment"


async def test_a_supplier_declines(tmp_path):
    """Tests that declining needs a reason and ends the request."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        path = code_of(await link(node, "request", need=NEED))
        assert (await send(node, path, "decline")).status_code == 422
        assert "You declined on" in (await send(node, path, "decline", text="No capacity")).text
        assert (await send(node, path, "quote", **PRICES)).status_code == 409


async def test_who_may_make_and_see_links(tmp_path):
    """Tests that strangers and partners make, list and see nothing, that a viewer only looks, and that a guest's node sees only its link."""
    async with nodes(tmp_path, "helix", "meridian") as (node, other):
        made = await link(node, "offer", await offered(node))
        viewer = (await node.ok("POST", "/api/v1/tokens", {"role": "viewer"}))["token"]
        assert len(await node.ok("GET", "/api/v1/guest/links", token=viewer)) == 1
        body = {"kind": "offer", "id": "R-00001", "name": "x"}
        assert (await node.call("POST", "/api/v1/guest/links", body, token=viewer)).status_code == 403
        for path in ("/api/v1/guest/links", f"/api/v1/guest/links/{made['link']['id']}/acts", "/api/v1/guest/history?name=Meridian%20GmbH"):
            assert (await node.call("GET", path, token="")).status_code == 401
            assert (await other.tell(node, "GET", path)).status_code == 403
        assert (await node.call("POST", "/api/v1/guest/links", body | {"days": 400})).status_code == 422


async def test_links_end_by_the_clock_and_by_hand(tmp_path, monkeypatch):
    """Tests that a link ends by revoking, and at its time after a restart too, each told once."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        id = await ordered(node)
        made = [await link(node, "order", id) for _ in range(2)]
        assert parse_iso(made[0]["link"]["expires"]) - parse_iso(made[0]["link"]["made"]) > timedelta(days=13)
        for _ in range(2):
            assert (await node.ok("DELETE", f"/api/v1/guest/links/{made[0]['link']['id']}"))["state"] == "revoked"
        await node.stop()
        await node.start()
        assert (await page(node, code_of(made[1]))).status_code == 200
        clock, later = node.node.clock, parse_iso(made[1]["link"]["expires"])
        monkeypatch.setattr(clock, "now", lambda: later)
        await clock.fire(later)
        await settle(node)
        assert (await page(node, code_of(made[1]))).status_code == 404
        assert [each["state"] for each in await node.ok("GET", "/api/v1/guest/links")] == ["revoked", "expired"]
        kinds = [fact.kind for fact in await node.facts() if fact.kind in ("guest.revoked", "guest.expired")]
        assert kinds == ["guest.revoked", "guest.expired"]
