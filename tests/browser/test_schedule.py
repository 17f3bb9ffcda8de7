"""What people do on the schedule and with parts, in a real browser, on nodes of their own."""

import pytest

from tests.browser.stage import PHONE, WIDE
from tests.browser.test_orders import SHOP, dialog, order, shop
from tests.support.shop import CENTRE

WEEK = "/console/schedule?days=week"


async def test_a_job_is_dragged_tried_and_saved(stage, tmp_path):
    """Tests that a plan is taken over, a bar dragged to another machine says what would move and changes nothing, and saving puts and keeps it there."""
    async with shop(stage, tmp_path / "shop") as firm:
        await firm.call("PUT", "/api/v1/work-centres/bench-2", CENTRE | {"id": "bench-2"})
        late, _ = await order(firm, "L-1", -2), await order(firm, "L-2", 30)
        async with stage.open_page(SHOP, WEEK) as sheet:
            page = sheet.page
            assert "one order will be late" in await page.inner_text(".p-answer")
            assert await page.locator(".g-bar.is-proposed, .g-bar.is-late").count() == 2
            await page.locator('[data-act="adopt"]').click()
            await dialog(sheet, "Take it over")
            bar = page.locator(f'.g-bar:not(.is-fixed)[data-arg^="{late["id"]}-"]')
            await bar.wait_for()
            home = await bar.evaluate("(e) => e.closest('[data-centre]').dataset.centre")
            other = {"bench-1": "bench-2", "bench-2": "bench-1"}[home]
            start = await bar.locator("rect").first.bounding_box()
            row = await page.locator(f'[data-centre="{other}"] .g-row').bounding_box()
            await page.mouse.move(start["x"] + 4, start["y"] + 8)
            await page.mouse.down()
            await page.mouse.move(start["x"] + 164, row["y"] + row["height"] / 2, steps=6)
            await page.mouse.up()
            await page.locator('.g-tried [data-act="save"]').wait_for()
            tried = await page.inner_text(".g-tried")
            assert f"on {other} from" in tried
            assert "One order ends later; none becomes late by it." in tried
            (before,) = [each for each in await _bars(firm) if each["order"] == late["id"]]
            assert (before["where"], before["frozen"]) == (home, False)
            await page.locator('.g-tried [data-act="save"]').click()
            await page.locator(".g-tried").wait_for(state="detached")
            (after,) = [each for each in await _bars(firm) if each["order"] == late["id"]]
            assert (after["where"], after["frozen"]) == (other, True)
            assert after["start"] > before["start"]
            await page.locator(f'[data-centre="{other}"] .g-bar[data-arg^="{late["id"]}-"]').focus()
            await page.keyboard.press("Enter")
            await page.locator('.g-job [data-act="let-go"]').click()
            await page.locator('.g-job [data-act="keep"]').wait_for()
            assert not any(each["frozen"] for each in await _bars(firm))
            sheet.clean()


async def _bars(firm):
    """Return the bars of the next two weeks with the row they lie on."""
    chart = await firm.get("/api/v1/schedule/chart")
    return [bar | {"where": lane["id"]} for lane in chart["lanes"] for bar in lane["bars"]]


@pytest.mark.parametrize("width", [WIDE, PHONE])
async def test_goods_are_taken_in_and_counted(stage, tmp_path, width):
    """Tests that what is missing is said in words, goods are taken in, and a count says what goes out before it is booked."""
    async with shop(stage, tmp_path / "shop") as firm:
        await firm.call("PUT", "/api/v1/parts/BAR", {"id": "BAR", "revision": "A", "name": "Bar <b>42</b>", "unit": "MTR", "supply": "buy"})
        async with stage.open_page(SHOP, "/console/parts", width) as sheet:
            page = sheet.page
            assert "Nothing is missing" in await page.inner_text(".p-answer")
            await page.get_by_role("link", name="Bar <b>42</b>", exact=True).click()
            await page.wait_for_url("**/parts/BAR")
            await sheet.ready()
            await page.locator('[data-act="receive"]').click()
            await page.get_by_label("How much (m) *").fill("12,5")
            await dialog(sheet, "Take in")
            await page.get_by_text("12.5 m are free").wait_for()
            await page.locator('[data-act="count"]').first.click()
            await page.get_by_label("Counted (m) *").fill("12")
            await page.locator(".p-dialog").get_by_role("button", name="Go on", exact=True).click()
            await page.get_by_text("0.5 m go out as missing").wait_for()
            assert (await firm.get("/api/v1/stock/parts/BAR"))["amounts"]["free"] == "12.5"
            await dialog(sheet, "Book it")
            await page.get_by_text("12 m are free").wait_for()
            assert await sheet.overflow() == []
            sheet.clean()
