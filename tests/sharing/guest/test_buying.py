"""Buying by a link: what a supplier without a node quotes is an option like any partner's, and the order goes to it by link again."""

import asyncio

from tests.sharing.guest.node import code_of, link, page, send
from tests.sharing.guest.test_offer import cli
from tests.sharing.guest.test_order import NEED, PRICES
from tests.support.nodes import nodes, settle
from tests.support.shop import furnish


async def options(node, purpose="RQ-00001"):
    """Return the options of a request by supplier."""
    return {each["supplier_name"]: each for each in await node.ok("GET", f"/api/v1/trade/options?purpose={purpose}")}


async def test_quotations_by_link_are_compared_and_ordered(tmp_path):
    """Tests the whole way: two suppliers asked the same, both answers among the options, one ordered, the order confirmed by its link, in trade too."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        first = code_of(await link(node, "request", need=NEED, name="Embercoat"))
        second = code_of(await link(node, "request", "RQ-00001", name="Oakmill"))
        await settle(node)
        assert {name: each["state"] for name, each in (await options(node)).items()} == {"Embercoat": "asked", "Oakmill": "asked"}
        await send(node, first, "quote", **PRICES)
        await send(node, second, "quote", **PRICES | {"price-1": "9.10", "reference": "O-5"})
        assert "9.10" not in (await page(node, first)).text
        await settle(node)
        held = await options(node)
        assert [(each["state"], each["price"]["currency"]) for each in held.values()] == [("held", "EUR")] * 2
        order = await node.ok("POST", "/api/v1/trade/orders", {"quotation_id": held["Oakmill"]["quotation_id"]})
        await settle(node)
        assert (order["counterparty"], order["counterparty_name"]) == ("", "Oakmill")
        assert {name: each["state"] for name, each in (await options(node)).items()} == {"Embercoat": "held", "Oakmill": "confirmed"}
        shown = (await page(node, second)).text
        assert f"We order from you: {order['number']}" in shown
        assert 'value="confirm"' in shown
        assert 'value="confirm"' not in (await page(node, first)).text
        again = code_of(await link(node, "purchase", order["number"], name="Oakmill"))
        assert 'value="confirm"' in (await page(node, again)).text
        assert (await send(node, again, "confirm", day="2027-03-20", person="Ms Oak")).status_code == 200
        await settle(node)
        (answer,) = await node.documents("OrderResponse")
        assert (answer["code"], answer["party_name"], answer["promised"][:10]) == ("accepted", "Oakmill", "2027-03-20")
        assert "You confirmed" in (await page(node, again)).text
        assert 'value="confirm"' not in (await page(node, second)).text
        await node.node.trade.cancel(node.node.house.me, order["id"], None, "the customer has gone")
        for path in (again, second):
            assert f"We have cancelled {order['number']}" in (await page(node, path)).text


async def test_a_supplier_declines_or_is_let_go(tmp_path):
    """Tests that a decline ends the option with its reason, and that a request taken back says so on its page and takes nothing any more."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        first = code_of(await link(node, "request", need=NEED, name="Embercoat"))
        second = code_of(await link(node, "request", "RQ-00001", name="Oakmill"))
        await send(node, first, "decline", text="No capacity")
        await settle(node)
        found = await options(node)
        assert (found["Embercoat"]["state"], found["Embercoat"]["reason"]) == ("declined", "No capacity")
        await node.ok("POST", f"/api/v1/trade/documents/{found['Oakmill']['rfq_id']}/withdraw", {"reason": "not needed"})
        await settle(node)
        assert (await options(node))["Oakmill"]["state"] == "released"
        shown = (await page(node, second)).text
        assert "This request is closed" in shown
        assert 'value="quote"' not in shown
        assert (await send(node, second, "quote", **PRICES)).status_code == 409


async def test_two_people_of_a_supplier(tmp_path):
    """Tests that of two links for the same supplier and request the second sees who was first, and another supplier nothing of it."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        paths = [code_of(await link(node, "request", need=NEED, name="Embercoat"))]
        paths += [code_of(await link(node, "request", "RQ-00001", name=name)) for name in ("Embercoat", "Oakmill")]
        pages = [(await page(node, path)).text for path in paths]
        await send(node, paths[0], "quote", person="Ms Ember", **PRICES)
        late = await send(node, paths[1], "quote", shown=pages[1], **PRICES)
        assert late.status_code == 409
        assert "Ms Ember (Embercoat) quoted on" in late.text
        assert "Ember" not in (await page(node, paths[2])).text.replace("Embercoat quoted", "")
        await settle(node)
        assert len(await node.documents("Quotation")) == 1


async def test_no_link_for_a_partners_order(tmp_path):
    """Tests that a link is made for an order on a firm without a node alone, and that a request that never was is not asked of others."""
    async with nodes(tmp_path, "helix") as (node,):
        for kind, id, code in (("purchase", "PO-00001", "guest-not-open"), ("request", "RQ-00009", "no-such-guest-link"), ("purchase", "", "invalid")):
            refused = await node.call("POST", "/api/v1/guest/links", {"kind": kind, "id": id, "name": "x"})
            assert refused.json()["code"] == code


async def test_ordered_on_the_terminal(tmp_path, capsys):
    """Tests that answers are compared with the cheapest first, and that ordering prints the link by which the supplier confirms; again only a link."""
    async with nodes(tmp_path, "helix") as (node,):
        await furnish(node)
        for name, price in (("Embercoat", "9"), ("Oakmill", "7")):
            made = await (link(node, "request", need=NEED, name=name) if price == "9" else link(node, "request", "RQ-00001", name=name))
            await send(node, code_of(made), "quote", **PRICES | {"price-1": price})
        await link(node, "request", "RQ-00001", name="Riverport")
        await settle(node)
        data = ("--data", str(node.folder))
        await asyncio.to_thread(cli, "guest", "compare", "RQ-00001", *data)
        lines = capsys.readouterr().out.splitlines()
        assert [next(line for line in lines if name in line).split()[1] for name in ("Oakmill", "Embercoat", "Riverport")] == ["held", "held", "asked"]
        assert "Oakmill" in "".join(lines[:-2]).partition("Embercoat")[0]
        for _ in range(2):
            await asyncio.to_thread(cli, "guest", "order", "RQ-00001", "--name", "oakmill", "--language", "de", *data)
            text = capsys.readouterr().out
            assert text.startswith("helix bestellt bei Ihnen (PO-00001).")
            assert 'value="confirm"' in (await page(node, "/g/" + text.split()[-1].rpartition("/")[2])).text
        assert len(await node.documents("Order")) == 1
        await node.ok("POST", "/api/v1/guest/orders", {"request": "RQ-00001", "name": "Oakmill", "close": True})
        assert {name: each["state"] for name, each in (await options(node)).items()} == {
            "Embercoat": "released",
            "Oakmill": "confirmed",
            "Riverport": "released",
        }
        for name in ("Riverport", "nobody"):
            refused = await node.call("POST", "/api/v1/guest/orders", {"request": "RQ-00001", "name": name})
            assert refused.json()["code"] == "guest-not-open"
