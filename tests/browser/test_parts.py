"""A part in a real browser: how it is made is changed, what that does is seen before it is saved, and it is taken back; long choices are typed into."""

import pytest
from playwright.async_api import expect

from tests.browser.stage import PATIENCE_MS, PHONE, WIDE
from tests.browser.test_desk import newcomer
from tests.support.shop import CENTRE, PART

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def shop(firm):
    """Tell the node of one part and the bench it is made at, and return the part."""
    await firm.call("PUT", "/api/v1/parts/SHAFT", PART)
    await firm.call("PUT", "/api/v1/work-centres/bench-1", CENTRE)
    return await firm.get("/api/v1/parts/SHAFT")


async def test_how_it_is_made_is_changed_and_taken_back(tmp_path):
    """Tests that a step is changed and another added, that price and date of both ways are seen first, and that one act makes it as before again."""
    async with newcomer(tmp_path, WIDE, "/console/parts") as (firm, sheet):
        before = await shop(firm)
        await sheet.go("/console/parts/SHAFT")
        page = sheet.page
        await page.get_by_role("button", name="Change the operations").click()
        form = page.locator(".p-routing")
        await form.get_by_label("A piece (min)").first.fill("7.5")
        await form.get_by_role("button", name="Add a step").click()
        steps = len(before["routing"]) + 1
        await expect(form.locator("li.p-step-edited")).to_have_count(steps)
        await form.get_by_label("What is done").last.fill("Pack")
        await form.get_by_role("button", name="Save").click()
        await expect(form.get_by_role("alert")).to_contain_text(f"Step {steps}: say where it is done")
        await form.locator("li.p-step-edited").last.get_by_label("Where").click()
        await page.get_by_role("option", name="another firm").click()
        await form.get_by_label("Which firm").fill("Crate Works")
        await form.get_by_label("Days until it is back").fill("2")
        await form.get_by_role("button", name="See what it changes").click()
        await expect(form.get_by_role("status")).to_contain_text("it becomes revision")
        await expect(form.get_by_role("table").get_by_role("row", name="Could be ready")).to_contain_text("20")
        assert (await firm.get("/api/v1/parts/SHAFT"))["routing"] == before["routing"]
        await form.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status").filter(has_text="were changed just now")).to_be_visible()
        now = await firm.get("/api/v1/parts/SHAFT")
        assert now["routing"][0]["cycle_min"] == 7.5
        assert (now["routing"][-1]["name"], now["routing"][-1]["supplier"]) == ("Pack", "Crate Works")
        assert now["revision"] != before["revision"]
        await page.get_by_role("button", name="Take back").click()
        await expect(page.get_by_text("were changed just now")).to_be_hidden()
        assert await firm.get("/api/v1/parts/SHAFT") == before


async def test_on_a_phone(tmp_path):
    """Tests that the form fits a phone, in German, and that nothing is saved by closing it."""
    async with newcomer(tmp_path, PHONE, "/console/parts", "de") as (firm, sheet):
        before = await shop(firm)
        await sheet.go("/console/parts/SHAFT")
        await sheet.page.get_by_role("button", name="Arbeitsgänge ändern").click()
        form = sheet.page.locator(".p-routing")
        await form.get_by_label("Je Stück (min)").first.fill("9")
        assert await form.evaluate("(e) => e.scrollWidth <= e.clientWidth")
        assert await sheet.overflow() == []
        await form.get_by_role("button", name="Abbrechen").click()
        await expect(form).to_be_hidden()
        assert await firm.get("/api/v1/parts/SHAFT") == before


async def test_a_long_choice_is_typed_into(tmp_path):
    """Tests that a choice of many is narrowed by typing."""
    async with newcomer(tmp_path, WIDE, "/console/firm") as (firm, sheet):
        page = sheet.page
        await page.get_by_role("button", name="Change").first.click()
        zone = page.locator(".p-dialog").get_by_label("Time zone")
        await zone.click()
        await zone.fill("Shangh")
        await expect(page.get_by_role("option")).to_have_count(1)
        await page.get_by_role("option", name="Asia/Shanghai").click()
        await page.locator(".p-dialog").get_by_label("Name").fill("Helix")
        await page.locator(".p-dialog").get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Asia/Shanghai")).to_be_visible()
        assert (await firm.get("/api/v1/firm"))["zone"] == "Asia/Shanghai"
