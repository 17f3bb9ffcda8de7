"""The demo's door: a link for each firm signs its person in, once, and every console tells of the same order."""

import pytest

from plait.cli.demo.play import CORE, links
from plait.cli.demo.script import FIRMS
from plait.cli.demo.setup import PERSON
from tests.browser.stage import Sheet


async def test_each_firm_has_a_link_that_signs_in_once(stage):
    """Tests that the links a demo prints lead into each firm's console as its person, the core firm's first, and that none does so twice."""
    made = await links(stage.scene)
    assert (next(iter(made)), set(made)) == (CORE, set(FIRMS))
    for firm, url in made.items():
        context = await stage.browser.new_context(locale="en-GB")
        page = await context.new_page()
        sheet = Sheet(page, stage.firms[firm].url)
        await page.goto(url)
        await page.get_by_role("button").last.click()
        await page.wait_for_url("**/console**")
        await sheet.ready()
        assert firm in await page.inner_text(".p-firm")
        assert PERSON["name"] in await page.inner_text(".p-person")
        sheet.clean()
        await context.clear_cookies()
        answer = await page.goto(url)
        assert answer.status == 410
        await context.close()


@pytest.mark.parametrize("firm", FIRMS)
async def test_every_console_opens_on_its_own_side_of_the_story(stage, firm):
    """Tests that each firm's console opens with its own name, and that its log tells of the others it has dealt with."""
    async with stage.open_page(firm, "/console/") as sheet:
        assert await sheet.page.inner_text(".p-firm") == firm
    kinds = {fact["kind"] for fact in await stage.firms[firm].facts()}
    assert kinds & {"trade.order_sent", "trade.order_received", "desk.goods_carried", "sharing.agreed", "observatory.seen"} or firm == "riverport"
