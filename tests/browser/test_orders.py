"""What people do with orders, requests and quotations, in a real browser, on nodes of their own."""

import contextlib
from datetime import timedelta

import pytest

from plait.kernel.clock import SYSTEM, iso
from tests.browser.stage import PHONE, WIDE, Sheet, node_without_data, sign_in
from tests.support.shop import CENTRE, PART, WANTED, shop_day

SHOP = "(a shop)"


@contextlib.asynccontextmanager
async def shop(stage, folder):
    """A shop that makes shafts, in the stage's browser."""
    async with node_without_data(folder) as firm:
        stage.firms[SHOP] = firm
        stage._cookies.pop(SHOP, None)
        for key in [key for key in stage._contexts if key[0] == SHOP]:
            await stage._contexts.pop(key).close()
        await firm.call("PUT", "/api/v1/firm", {"name": "shop", "zone": "Europe/Berlin", "currency": "EUR"})
        await firm.call("PUT", "/api/v1/parts/SHAFT", PART)
        await firm.call("PUT", "/api/v1/work-centres/bench-1", CENTRE)
        await firm.post("/api/v1/capabilities", {"id": "shafts", "process": "turning", "materials": ["42CrMo4"], "isic": "2592", "region": "DE-BW"})
        yield firm
        del stage.firms[SHOP]


async def order(firm, number, days):
    """Enter an order due in so many days, of a customer with a hostile name."""
    due = shop_day(days).isoformat()
    name = "Oakmill <img src=x onerror=alert(1)>"
    return await firm.post("/api/v1/desk/orders", {"customer": name, "order_no": number, "due": due, "quantity": "10", "part_id": "SHAFT", "name": "Shaft"})


async def dialog(sheet, button):
    """Press a button of the open dialog and wait until it has gone."""
    await sheet.page.locator(".p-dialog").get_by_role("button", name=button, exact=True).click()
    await sheet.page.locator(".p-dialog").wait_for(state="detached")


@pytest.mark.parametrize("width", [WIDE, PHONE])
async def test_an_order_is_promised_tried_and_cancelled(stage, tmp_path, width):
    """Tests that the list leads to an order's braid, that a date is promised, a what-if writes nothing, and cancelling asks once, saying who is told."""
    async with shop(stage, tmp_path / "shop") as firm:
        late, other = await order(firm, "L-1", -2), await order(firm, "L-2", 30)
        async with stage.open_page(SHOP, "/console/orders", width) as sheet:
            page = sheet.page
            assert "One of 2 open orders will be late." in await page.inner_text(".p-answer")
            await page.get_by_role("link", name="L-1", exact=True).first.click()
            await page.wait_for_url(f"**/orders/{late['id']}")
            await sheet.ready()
            shown = page.locator(".p-at-desk svg" if width == WIDE else ".p-on-phone svg")
            await shown.wait_for()
            assert await page.locator(".plait-braid:visible").count() == 1
            assert await sheet.overflow() == []
            await page.locator('[data-act="promise"]').click()
            await page.get_by_label("Why (the customer reads it)").fill("the furnace stood")
            await dialog(sheet, "Promise")
            assert (await firm.get(f"/api/v1/desk/orders/{late['id']}"))["promised"]
            await page.locator('[data-act="what-if"]').click()
            await page.get_by_label("Another quantity").fill("500")
            await dialog(sheet, "Try")
            await page.get_by_text("Nothing was changed by this.").wait_for()
            assert (await firm.get(f"/api/v1/desk/orders/{late['id']}"))["quantity"] == "10"
            await page.locator('[data-act="cancel"]').click()
            said = await page.locator(".p-dialog").inner_text()
            assert "Oakmill <img src=x onerror=alert(1)>" in said
            await dialog(sheet, "Cancel the order")
            await page.locator('[data-act="reopen"]').wait_for()
        assert [(await firm.get(f"/api/v1/desk/orders/{each['id']}"))["state"] for each in (late, other)] == ["cancelled", "open"]


async def test_who_was_first_is_said_to_the_second(stage, tmp_path, monkeypatch):
    """Tests that two people answer one request: the first one's answer is out, the second reads who was first and when, and nothing is changed."""
    monkeypatch.setenv("PLAIT_DESK__ANSWERS", "person")
    async with shop(stage, tmp_path / "shop") as firm, node_without_data(tmp_path / "buyer") as buyer:
        await buyer.call("PUT", "/api/v1/firm", {"name": "buyer", "zone": "Europe/Berlin", "currency": "EUR"})
        await buyer.post("/api/v1/directory/join", {"url": firm.url})
        party = (await firm.get("/api/v1/firm"))["party_id"]
        line = {"name": "Shaft", "quantity": "20", "requirement": WANTED}
        request = {"party": party, "lines": [line], "respond_by": iso(SYSTEM.now() + timedelta(days=1))}
        sent = await buyer.post("/api/v1/trade/rfqs", request)
        await firm.fact("trade.rfq_received")
        async with stage.open_page(SHOP, "/console/rfqs") as sheet:
            await sheet.page.get_by_text("One request waits for your answer.").wait_for()
            await sheet.page.get_by_role("link", name=sent["number"], exact=True).last.click()
            await sheet.page.locator('[data-act="decline"]').click()
            await sheet.page.get_by_label("Why (the customer reads it)").fill("we have no time")
            context = await stage.browser.new_context(locale="en-GB")
            await context.add_cookies([{"name": name, "value": value, "url": firm.url} for name, value in (await sign_in(firm, "Ada")).items()])
            first = Sheet(await context.new_page(), firm.url)
            await first.go(f"/console/rfqs/{sent['id']}")
            await first.page.locator('[data-act="quote"]').click()
            await first.page.locator("[data-answered]").wait_for()
            await sheet.page.locator(".p-dialog").get_by_role("button", name="Decline", exact=True).click()
            await sheet.page.locator(".p-dialog .p-wrong", has_text="Ada (shop) answered on").wait_for()
            assert await sheet.page.get_by_label("Why (the customer reads it)").input_value() == "we have no time"
            first.clean()
            await context.close()
        view = await firm.get(f"/api/v1/requests/{sent['id']}")
        assert (view["answered"]["by"], view["answered"]["kind"], len(view["documents"])) == ("Ada", "quotation", 2)


async def test_a_quotation_goes_out_and_comes_back(stage, tmp_path):
    """Tests that a request typed in becomes a quotation with price and date, that it is sent with a link, and that the customer's yes makes it an order."""
    async with shop(stage, tmp_path / "shop") as firm, stage.open_page(SHOP, "/console/quotes") as sheet:
        page = sheet.page
        await page.get_by_role("button", name="New request of a customer").click()
        for label, value in (("Customer", "Riverport"), ("Part number or name", "SHAFT"), ("Quantity", "20")):
            await page.get_by_label(label).first.fill(value)
        await page.locator(".p-dialog").get_by_role("button", name="Work out price and date").click()
        await page.get_by_text("It is ready to be sent.").wait_for()
        await page.locator('[data-act="send"]').click()
        await page.locator('[data-act="link"]').click()
        await page.locator(".p-dialog").get_by_role("button", name="Make the link").click()
        await page.locator(".p-qr svg").wait_for()
        link = await page.get_by_label("Text").input_value()
        assert f"{firm.url}/g/" in link
        await dialog(sheet, "Done")
        await page.locator('[data-act="accept"]').click()
        await dialog(sheet, "Accepted")
        await page.get_by_text("The customer has accepted.").wait_for()
        (offer,) = await firm.get("/api/v1/desk/offers")
        assert (offer["state"], offer["lines"][0]["state"]) == ("won", "accepted")
