"""A newcomer's first minutes at the desk, in a real browser: a list is dropped, read, corrected, put in, and says what will be late."""

import re
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import async_playwright, expect

from plait.manufacturing.desk.inbox.example import EXAMPLE_LINES, order_list
from tests.browser.stage import FLAGS, HEIGHTS, PATIENCE_MS, PHONE, STILL, WIDE, Sheet, chromium, node_without_data, sign_in
from tests.support.shop import shop_day

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
DROP = """([name, text]) => {
    const carried = new DataTransfer();
    carried.items.add(new File([text], name, { type: 'text/csv' }));
    for (const kind of ['dragenter', 'dragover', 'drop'])
        document.querySelector('h1').dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""
WRONG = """Order;Pos;Our article;Description;Quantity;Due date;Price EUR
4500117;10;Z-100;Gear;120;13.12.2030;18.40
4500117;20;W-200;Shaft;40;as soon as possible;61.00
4500121;10;Z-110;Gear;sixty;22.12.2030;24.75
"""


@asynccontextmanager
async def newcomer(folder, width, path="/console/", language="en"):
    """A node that knows nothing, and somebody who opens its console."""
    async with node_without_data(folder / "node") as firm, async_playwright() as player:
        cookie = await sign_in(firm)
        browser = await player.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            context = await browser.new_context(locale="en-GB", viewport={"width": width, "height": HEIGHTS[width]}, reduced_motion="reduce")
            chosen = {"plait_lang": language, "plait_theme": "light"} | cookie
            await context.add_cookies([{"name": name, "value": value, "url": firm.url} for name, value in chosen.items()])
            sheet = Sheet(await context.new_page(), firm.url)
            await sheet.go(path)
            await sheet.style(STILL)
            yield firm, sheet
            sheet.clean()
        finally:
            await browser.close()


def today():
    return shop_day()


async def test_first_start_from_today_to_what_will_be_late(tmp_path):
    """Tests that an empty node leads from its first step by a dropped list to the answer what will be late, and that what was put in can be taken back."""
    async with newcomer(tmp_path, WIDE) as (firm, sheet):
        page = sheet.page
        await page.get_by_role("link", name="Begin").click()
        await expect(page.get_by_text("Nothing has come in yet.", exact=True)).to_be_visible()
        await page.evaluate(DROP, ["orders.csv", order_list(today()).decode()])
        await page.wait_for_url("**/console/desk/IN-000001")
        await expect(page.get_by_text("Order lines: all 5 rows can go in.")).to_be_visible()
        assert await page.get_by_label("Column G is read as").input_value() == "due"
        assert (await page.locator("td.is-warning[id]").inner_text()).startswith("KW ")
        await page.get_by_role("button", name="Put it in").click()
        await expect(page.get_by_text("No date can be said yet: nobody has said how these parts are made.")).to_be_visible()
        await page.get_by_role("button", name="Take it back").click()
        await page.locator(".p-dialog").get_by_role("button", name="Take it back").click()
        await expect(page.get_by_role("button", name="Put it in")).to_be_visible()
        assert await firm.get("/api/v1/desk/orders?state=open") == []
        await page.get_by_role("button", name="Put it in").click()
        await page.get_by_role("button", name="Estimate the times and see what will be late").click()
        await expect(page.locator(".p-answer").first).to_have_text(re.compile("orders will be late|will be there on time"))
        report = await firm.get("/api/v1/desk/late")
        assert (report["total"], report["unplanned"]) == (len(EXAMPLE_LINES), 0)
        said = f"{report['late']} of {report['total']} orders will be late." if report["late"] else "on time"
        assert said in await page.locator(".p-answer").first.inner_text()
        assert await sheet.overflow() == []


async def test_a_list_with_mistakes_is_corrected_on_the_page(tmp_path):
    """Tests that cells that cannot be read are marked and listed, are corrected there, and that a column's meaning is corrected once and remembered."""
    async with newcomer(tmp_path, WIDE, "/console/desk") as (firm, sheet):
        page = sheet.page
        await page.evaluate(DROP, ["meridian.csv", WRONG])
        await page.wait_for_url("**/console/desk/IN-000001")
        await expect(page.get_by_text("it is not said who ordered: name the sender")).to_be_visible()
        await page.get_by_role("button", name="Say who sent it").click()
        await page.locator(".p-dialog").get_by_label("Firm or person").fill("meridian")
        await page.locator(".p-dialog").get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Order lines: 1 rows can go in, 2 cannot.")).to_be_visible()
        assert await page.locator("td.is-refused[id]").count() == 2
        doubts = page.locator(".p-doubts li", has_text="cannot go in")
        assert await doubts.count() == 2
        await page.get_by_role("button", name="Put in all or nothing").click()
        await expect(page.locator(".q-notification", has_text="Some rows cannot go in")).to_be_visible()
        await page.locator(".p-doubts").get_by_label("Wanted by, row 3").fill("2030-12-20")
        await expect(page.get_by_text("Order lines: 2 rows can go in, 1 cannot.")).to_be_visible()
        await page.get_by_role("button", name="Put in the 2 good rows").click()
        await expect(page.get_by_role("heading", name="It went in")).to_be_visible()
        lines = await firm.get("/api/v1/desk/orders?state=open")
        assert sorted(line["due"] for line in lines) == ["2030-12-13", "2030-12-20"]
        await page.get_by_label("Column D is read as").select_option("note")
        await expect(page.get_by_text("What a person has set is remembered")).to_be_visible()
        assert [each["file"] for each in await firm.get("/api/v1/desk/mappings")] == ["meridian.csv"]


async def test_on_a_phone_with_the_example_and_refusals(tmp_path):
    """Tests that a phone puts a file in by its button, is told of an empty one in words, gets the example by a tap, and that the same file changes nothing."""
    async with newcomer(tmp_path, PHONE, "/console/desk") as (_, sheet):
        page = sheet.page
        assert await page.get_by_text("Take a photo").is_visible()
        files = page.locator("input[data-files]").first
        await files.set_input_files({"name": "nothing.csv", "mimeType": "text/csv", "buffer": b""})
        await expect(page.get_by_text("The file is empty.")).to_be_visible()
        await page.get_by_role("button", name="Try it with an example").click()
        await page.wait_for_url("**/console/desk/IN-000001")
        await page.get_by_role("button", name="Put it in").click()
        await expect(page.get_by_role("heading", name="It went in")).to_be_visible()
        assert await sheet.overflow() == []
        await sheet.go("/console/desk")
        again = {"name": "again.csv", "mimeType": "text/csv", "buffer": order_list(today())}
        await page.locator("input[data-files]").first.set_input_files([again, {**again, "name": "other.txt", "buffer": b"hello"}])
        await expect(page.get_by_text("the same file was here already")).to_be_visible()
        await page.locator("[data-sending]").get_by_role("link", name="again.csv").click()
        await expect(page.get_by_text("All of it is there already: putting it in changes nothing.")).to_be_visible()
        assert await sheet.overflow() == []
