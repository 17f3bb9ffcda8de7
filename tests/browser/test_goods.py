"""Goods in a real browser: a piece is found and traced, its recall list asked for, its passport changed, its label shown and read back."""

import pytest
from playwright.async_api import expect

from tests.browser.stage import PATIENCE_MS, PHONE, WIDE
from tests.browser.test_desk import newcomer
from tests.cli.test_goods import DOCUMENT, GTIN, LOT

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
PASSPORT = {"fields": {"name": "Gear set", "material": "20CrMnTi"}}


async def test_from_number_to_label(tmp_path):
    """Tests that a serial number typed in leads to its trace, from there to recall list, passport and label, and that each act does what it says."""
    async with newcomer(tmp_path, WIDE, "/console/trace") as (firm, sheet):
        await firm.post("/epcis/capture", DOCUMENT)
        await firm.call("PUT", f"/api/v1/passports/{GTIN}", PASSPORT)
        page = sheet.page
        await expect(page.get_by_text("Serial A1", exact=True).first).to_be_visible()
        await page.get_by_label("Serial, lot, or what a scanner reads").fill(f"(01){GTIN}(21)A1")
        await page.get_by_role("button", name="Trace it").click()
        await expect(page.locator(".p-answer").first).to_contain_text("from lot B7 of")
        assert await sheet.overflow() == []
        await page.locator("svg.p-trace a", has_text="Lot B7").click()
        await expect(page.locator(".p-answer").first).to_contain_text("Lot B7")
        await page.get_by_role("button", name="Recall list").click()
        await expect(page.get_by_text("One thing contains it; it is here.")).to_be_visible()
        await sheet.turn(f"/console/passports/{GTIN}?serial=A1")
        await page.get_by_role("button", name="Change").click()
        await page.locator(".p-dialog").get_by_label("More (a line each: name = text)").fill("warranty = 2 years")
        await page.locator(".p-dialog").get_by_role("button", name="Save").click()
        await expect(page.get_by_text("2 years")).to_be_visible()
        assert (await firm.get("/api/v1/passports"))[0]["fields"]["warranty"] == "2 years"
        await page.get_by_role("link", name="Label", exact=True).click()
        await expect(page.get_by_text("The label was drawn and read back")).to_be_visible()
        shown = page.get_by_role("img", name="Label: Gear set")
        await expect(shown).to_be_visible()
        assert await shown.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") == 800


async def test_on_a_phone(tmp_path):
    """Tests that the way of a thing is a list on a phone, and that nothing is wider than the screen."""
    async with newcomer(tmp_path, PHONE, "/console/trace", "de") as (firm, sheet):
        await firm.post("/epcis/capture", DOCUMENT)
        await sheet.go(f"/console/trace?epc=https%3A%2F%2Fid.gs1.org%2F{LOT.replace('/', '%2F')}")
        await expect(sheet.page.locator("ol.p-way li")).to_have_count(2)
        await expect(sheet.page.locator("svg.p-trace")).to_be_hidden()
        assert await sheet.overflow() == []
