"""An order that names an offer of ours is its acceptance: it stands in the order book once, however it came."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.manufacturing.desk.offers.test_offers import ORDER
from tests.support.nodes import nodes, settle
from tests.support.shop import furnish

ASKED = {"customer": "meridian", "email": "buyer@meridian.example", "lines": [{"quantity": "20", "part_no": "SHAFT"}]}

DELIVERY = "<cac:Delivery><cac:RequestedDeliveryPeriod><cbc:EndDate>2027-04-30</cbc:EndDate></cac:RequestedDeliveryPeriod></cac:Delivery>"


def excel(number: str, quantity: int = 20, *, above: str = "", note: str = "", part: str = "SHAFT") -> bytes:
    """Return an order as a customer's Excel file."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Bestellung")
        sheet.write_row(0, 0, [f"Bestellung zu Ihrem Angebot {above}" if above else "Bestellung"])
        sheet.write_row(2, 0, ["Bestell-Nr.", "Pos.", "Kunde", "Artikel-Nr.", "Menge", "Liefertermin", "Bemerkung"])
        sheet.write_row(3, 0, [number, "1", "meridian", part, quantity, "30.04.2027", note])
    return buffer.getvalue()


async def put(here: Any, name: str, content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Put a file in; return what was shown before and what was done."""
    item = await here.ok("POST", f"/api/v1/desk/inbox?name={name}&sender=meridian", content)
    seen = await here.ok("GET", f"/api/v1/desk/inbox/{item['id']}/preview")
    return seen["tables"][0], await here.ok("POST", f"/api/v1/desk/inbox/{item['id']}/apply", {"confirm": True})


async def offered(here: Any) -> dict[str, Any]:
    """Return an offer that is out."""
    number = (await here.ok("POST", "/api/v1/desk/offers", ASKED))["number"]
    return await here.ok("POST", f"/api/v1/desk/offers/{number}/send")


@pytest.mark.parametrize("form", ["ubl", "quotation", "title", "note"])
async def test_an_order_on_an_offer_is_one_line(tmp_path: Path, form: str) -> None:
    """Tests that the order is shown as an answer and not entered beside the offer, and changes nothing once the offer is accepted."""
    async with nodes(tmp_path, "helix") as (here,):
        await furnish(here)
        offer = await offered(here)
        number = offer["number"]
        if form in ("ubl", "quotation"):
            ref = number if form == "ubl" else (await here.ok("GET", f"/api/v1/trade/documents/{offer['lines'][0]['quotation_id']}"))["number"]
            price = offer["lines"][0]["price"]["amount"]
            xml = ORDER.format(ref=ref, quantity=20, price=price).replace("  <cac:OrderLine>", f"  {DELIVERY}\n  <cac:OrderLine>")
            name, content = "order.xml", xml.encode()
        else:
            name, content = "order.xlsx", excel("PO-7", above=number if form == "title" else "", note=number if form == "note" else "")
        seen, done = await put(here, name, content)
        assert seen["counts"] == {"same": 1}
        assert f"answers offer {number}, line 1: accept it there" in seen["changes"][0]["text"]
        assert done["counts"] == {"same": 1}
        assert await here.ok("GET", "/api/v1/desk/orders") == []
        await here.ok("POST", f"/api/v1/desk/offers/{number}/accept", {"reference": "PO-7"})
        await settle(here)
        (line,) = await here.ok("GET", "/api/v1/desk/orders")
        assert line["order_no"] == "PO-7"
        seen, done = await put(here, name, content)
        assert done["counts"] == {"same": 1}
        assert f"is {line['run']}" in seen["changes"][0]["text"]
        assert len(await here.ok("GET", "/api/v1/desk/orders")) == 1


async def test_what_was_not_offered_goes_in_beside_it(tmp_path: Path) -> None:
    """Tests that another quantity, an offer that is lost or not ours, and an order that names none go into the book, the first with a word about it."""
    async with nodes(tmp_path, "helix") as (here,):
        await furnish(here)
        number, lost = (await offered(here))["number"], (await offered(here))["number"]
        await here.ok("POST", f"/api/v1/desk/offers/{lost}/lost", {"reason": "price"})
        seen, done = await put(here, "a.xlsx", excel("PO-8", 15, note=number))
        assert done["counts"] == {"new": 1}
        assert f"it is not what {number} offers" in seen["changes"][0]["text"]
        for place, note in enumerate((lost, "R-99999", "")):
            seen, done = await put(here, f"b{place}.xlsx", excel(f"PO-1{place}", note=note))
            assert done["counts"] == {"new": 1}, note
            assert "offer" not in seen["changes"][0]["text"]
        assert len(await here.ok("GET", "/api/v1/desk/orders")) == 4
