"""The demo's door: a link for each firm signs its person in, once, and every console tells of the same documents from its own side."""

import asyncio

from plait.cli.demo.play import CORE, links
from plait.cli.demo.script import FIRMS
from plait.cli.demo.setup import PERSON
from tests.browser.stage import Sheet

# Which order of the story is placed by whom with whom, by its number at the buyer's: each is on two consoles and on no third.
PLACED = {
    ("meridian", "PO-00001"): "helix",
    ("helix", "PO-00001"): "northforge",
    ("helix", "PO-00002"): "embercoat",
    ("helix", "PO-00003"): "swiftline",
    ("helix", "PO-00004"): "oakmill",
}
ROWS = "() => [...document.querySelectorAll('.p-main .p-table tbody tr')].map((e) => e.innerText)"


async def test_each_firm_has_a_link_that_signs_in_once(stage):
    """Tests that the links a demo prints lead into each firm's console as its person, the core firm's first, and that none does so twice."""
    made = await links(stage.scene)
    assert (next(iter(made)), set(made)) == (CORE, set(FIRMS))
    await asyncio.gather(*(_by_link(stage, firm, url) for firm, url in made.items()))


async def _by_link(stage, firm, url):
    context = await stage.browser.new_context(locale="en-GB", reduced_motion="reduce")
    page = await context.new_page()
    page.set_default_timeout(60_000)
    sheet = Sheet(page, stage.firms[firm].url)
    await page.goto(url)
    await page.wait_for_url("**/console**")
    await sheet.ready()
    assert firm in await page.inner_text(".p-firm")
    assert PERSON["name"] in await page.inner_text(".p-person")
    sheet.clean()
    await context.clear_cookies()
    answer = await page.goto(url)
    assert answer.status == 410
    await context.close()


async def _rows(stage, firm):
    """Return the rows that a firm's console shows of what it placed, and of what it received, open or done."""
    found = []
    async with stage.open_page(firm, "/console/orders?shown=placed") as sheet:
        for path in ("", "/console/orders", "/console/orders?shown=done"):
            if path:
                await sheet.turn(path)
            found.append(await sheet.page.evaluate(ROWS))
    return found[0], found[1] + found[2]


async def test_an_order_is_on_both_consoles_under_one_number(stage):
    """Tests that each order of the story is among what its buyer placed and its seller received, named for the other firm, and on nobody else's console."""
    shown = dict(zip(FIRMS, await asyncio.gather(*(_rows(stage, firm) for firm in FIRMS)), strict=True))
    placed, received = ({firm: rows[side] for firm, rows in shown.items()} for side in (0, 1))
    for (buyer, number), seller in PLACED.items():
        assert [row for row in placed[buyer] if number in row and seller in row], (buyer, placed[buyer])
        assert [row for row in received[seller] if number in row and buyer in row], (seller, received[seller])
    assert {firm: len(rows) for firm, rows in placed.items() if rows} == {"meridian": 1, "helix": 4}
    assert {firm for firm, rows in received.items() if rows} == {*PLACED.values()}


async def test_the_association_sees_firms_and_no_order(stage):
    """Tests that riverport's observatory names every other firm, and that no page of its rail shows a number of the story's documents."""
    async with stage.open_page("riverport", "/console/observatory") as sheet:
        said = await sheet.page.text_content(".p-main")
        assert [firm for firm in FIRMS if firm != "riverport" and firm not in said] == []
        for path in await sheet.page.evaluate("[...document.querySelectorAll('.p-menu a.p-item')].map((a) => a.getAttribute('href'))"):
            await sheet.turn(path)
            said = await sheet.page.text_content(".p-main")
            assert not any(number in said for _, number in PLACED), path


async def test_one_gear_set_is_traced_from_both_sides(stage):
    """Tests that meridian's console traces a gear set it received to the heat at northforge, and that helix's shows the same piece on its way to meridian."""
    body = await stage.firms["meridian"].fact("desk.goods_arrived", sender_name=CORE)
    item = body["items"][0]
    path = f"/console/trace?epc=https%3A%2F%2Fid.gs1.org%2F01%2F{item['gtin']}%2F21%2F{item['serials'][0]}"
    for firm, told in (("meridian", ("helix", "northforge", "H4711")), (CORE, ("northforge", "H4711", item["serials"][0]))):
        async with stage.open_page(firm, path) as sheet:
            said = await sheet.page.text_content(".p-main")
            assert [word for word in told if word not in said] == [], firm
