"""Every kind of guest page, the card and the pages of items in a real browser: in three languages, light and dark, on a phone and on a desk."""

import shutil
from contextlib import asynccontextmanager

from tests.sharing.guest.node import code_of, link, offered, ordered, page, send
from tests.sharing.guest.test_order import NEED, PRICES
from tests.sharing.guest.test_passport import MADE, PIECE, SENT
from tests.support import require
from tests.support.nodes import nodes, settle

LANGUAGES = ("en", "de", "zh")
LOOKS = ((390, "light"), (390, "dark"), (1440, "dark"))


async def pages_of(node):
    """Return the path of each kind of page, furnished as in the middle of a deal."""
    number = await offered(node, lines=[{"part_no": "SHAFT", "quantity": "20", "customer_part_no": "4711-2"}, {"part_no": "SHAFT", "quantity": "300"}])
    for event in (MADE, SENT):
        await node.ok("POST", "/epcis/events", event)
    order = await ordered(node)
    await ordered(node, due="2020-01-02", line_no="20")
    kinds = (("offer", number), ("order", order), ("delivery", order), ("passport", PIECE))
    paths = {kind: code_of(await link(node, kind, id, tier="interest")) for kind, id in kinds}
    await send(node, paths["offer"], "accept", reference="4711", **{"line-2": "on"})
    paths["request"] = code_of(await link(node, "request", need=NEED, name="Embercoat"))
    quoted = code_of(await link(node, "request", "RQ-00001", name="Oakmill"))
    await send(node, quoted, "quote", **PRICES)
    await settle(node)
    made = await node.ok("POST", "/api/v1/guest/orders", {"request": "RQ-00001", "name": "Oakmill"})
    items = {"card": "/", "item": f"/item/{PIECE}", "unknown": "/item/01/09521002000023", "gone": "/g/none"}
    return paths | {"ordered": quoted, "purchase": code_of(made)} | items


@asynccontextmanager
async def browser():
    """Start Chromium for one test."""
    from playwright.async_api import async_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require("Chromium", found, "install it (Debian: apt-get install chromium)")
    async with async_playwright() as engine:
        chromium = await engine.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield chromium
        finally:
            await chromium.close()


async def test_every_page_looks_right(tmp_path):
    """Tests that each page is in the chosen language, fits its width, asks nobody outside, logs no error, and that axe finds nothing serious."""
    from axe_playwright_python.async_playwright import Axe

    axe, wrong = Axe(), []
    async with nodes(tmp_path, "helix") as (node,), browser() as chromium:
        paths, base = await pages_of(node), f"http://127.0.0.1:{node.settings.http.port}"
        for turn, (width, scheme) in enumerate(LOOKS):
            context = await chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
            shown = await context.new_page()
            shown.on("pageerror", lambda error: wrong.append(str(error)))
            shown.on("request", lambda sent: None if sent.url.startswith(base) else wrong.append(sent.url))
            for place, (name, path) in enumerate(paths.items()):
                language = LANGUAGES[(place + turn) % 3]
                await shown.goto(f"{base}{path}?lang={language}")
                assert await shown.get_attribute("html", "lang") == language
                if await shown.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    wrong.append(f"{name} is wider than {width} px")
                broken = [each for each in (await axe.run(shown)).response["violations"] if each["impact"] in ("serious", "critical")]
                wrong.extend(f"{name}: {each['id']} {[node['html'][:100] for node in each['nodes']]}" for each in broken)
        assert wrong == []


async def test_the_language_chosen_stays_while_one_acts(tmp_path):
    """Tests that a page opened in another language answers in it, by its form and after a mistake too, and that the link keeps its own."""
    async with nodes(tmp_path, "helix") as (node,):
        path = code_of(await link(node, "offer", await offered(node)))
        german = f"{path}?lang=de"
        assert "Angebot R-00001" in (await page(node, german)).text
        assert "bitte ausfüllen" in (await send(node, german, "ask")).text.lower()
        assert "Angenommen am" in (await send(node, german, "accept", reference="1")).text
        assert "Quotation R-00001" in (await page(node, path)).text
