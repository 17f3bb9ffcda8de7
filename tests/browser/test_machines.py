"""Machines in a real browser: the wall, one machine over time, a screen without a login."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import expect

from tests.browser.stage import PATIENCE_MS, WIDE
from tests.browser.test_desk import newcomer

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
# How many points of a canvas bear any colour.
INK = """(c) => {
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let n = 0;
  for (let i = 3; i < d.length; i += 4) n += d[i] > 0;
  return n; }"""


def asked(url):
    """Return how long a time a request asks a picture of."""
    query = parse_qs(urlsplit(url).query)
    if "/picture" not in url:
        return timedelta()
    return datetime.fromisoformat(query["until"][0]) - datetime.fromisoformat(query["since"][0])


async def test_from_the_wall_to_a_second(tmp_path):
    """Tests that a tile leads to its machine, that its picture is drawn and zoomed with data asked anew, and that a screen needs no login."""
    async with newcomer(tmp_path, WIDE, "/console/machines") as (firm, sheet):
        saw = {"id": "saw", "name": "Saw", "group": "saw", "place": "hall-1/cut", "config": {"endpoint": "opc.tcp://127.0.0.1:1/x", "cell": "c"}}
        await firm.post("/api/v1/machines", saw)
        page = sheet.page
        tile = page.locator("a.k-tile", has_text="Saw")
        await expect(tile).to_contain_text("silent")
        await expect(page.get_by_role("heading", name="hall-1 · cut")).to_be_visible()
        assert await sheet.overflow() == []
        await tile.click()
        canvas = page.locator(".m-canvas")
        await expect(canvas).to_be_visible()
        async with page.expect_response(lambda answer: asked(answer.url) >= timedelta(days=365)):
            await page.get_by_role("button", name="1 year", exact=True).click()
        await expect(page.get_by_role("button", name="1 year", exact=True)).to_have_attribute("aria-pressed", "true")
        assert await canvas.evaluate(INK) > 1000
        async with page.expect_response(lambda answer: timedelta(days=100) < asked(answer.url) < timedelta(days=300)):
            await canvas.press("+")
        await expect(page.get_by_role("button", name="1 year", exact=True)).to_have_attribute("aria-pressed", "false")
        async with page.expect_response(lambda answer: "/picture?" in answer.url):
            await page.get_by_role("button", name="Earlier").click()
        await expect(page.get_by_role("button", name="live")).to_have_attribute("aria-pressed", "false")
        assert await sheet.overflow() == []
        made = await firm.post("/api/v1/wall/links", {"title": "By the gate"})
        screen = await page.context.browser.new_page()
        await screen.goto(firm.url + made["path"])
        await expect(screen.locator(".k-tile", has_text="Saw")).to_be_visible()
        assert await screen.evaluate("document.documentElement.scrollHeight <= innerHeight")
        await firm.call("DELETE", f"/api/v1/wall/links/{made['link']['id']}", None)
        await expect(screen.get_by_role("heading", name="This link shows nothing")).to_be_visible()
        await screen.close()
