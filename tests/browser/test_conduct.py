"""How the console behaves when things go wrong around it, and under quick hands: a lost line, an ended session, keys, news, hostile names, a viewer."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect

from plait.kernel.clock import SYSTEM, iso
from plait.kernel.texts import Texts
from tests.browser.screens import PLAIN, PUBLIC
from tests.browser.stage import HEIGHTS, PATIENCE_MS, PHONE, STILL, WIDE, Sheet, node_without_data, sign_in
from tests.support.shop import CENTRE, PART, WANTED, shop_day

HOSTILE = '<img src=x onerror="window.hacked=1">'
PASSWORD = "a long word and a short one"
LOST = "The connection is lost. What you typed stays; trying again …"
# What somebody who may only look finds to press: it shows more, or tries what would be and writes nothing; "end" ends their own session.
HARMLESS = {"again", "fresh", "more", "verify", "bar", "what-if", "overtime", "shift", "compare", "end"}
ACTS = "() => [...document.querySelectorAll('.p-main [data-act]')].filter((e) => e.checkVisibility()).map((e) => e.dataset.act)"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(stage, tmp_path_factory):
    """A shop with orders, a request and a partner, all of whose names are hostile."""
    folder = tmp_path_factory.mktemp("conduct")
    async with node_without_data(folder / "shop") as firm, node_without_data(folder / "buyer") as buyer:
        for each, name in ((firm, "shop"), (buyer, HOSTILE)):
            await each.call("PUT", "/api/v1/firm", {"name": name, "zone": "Europe/Berlin", "currency": "EUR"})
        await firm.call("PUT", "/api/v1/parts/SHAFT", PART | {"name": HOSTILE})
        await firm.call("PUT", "/api/v1/work-centres/bench-1", CENTRE)
        await firm.post("/api/v1/capabilities", {"id": "shafts", "process": "turning", "materials": ["42CrMo4"], "isic": "2592", "region": "DE-BW"})
        for number in range(1, 4):
            await order(firm, f"H-{number}")
        await firm.post("/api/v1/people", {"name": HOSTILE, "role": "operator"})
        await buyer.post("/api/v1/directory/join", {"url": firm.url})
        party = (await firm.get("/api/v1/firm"))["party_id"]
        line = {"name": HOSTILE, "quantity": "20", "requirement": WANTED}
        await buyer.post("/api/v1/trade/rfqs", {"party": party, "lines": [line], "respond_by": iso(SYSTEM.now() + timedelta(days=1))})
        async with asyncio.timeout(60):
            while await firm.fact("trade.rfq_received") is None:
                await SYSTEM.sleep(0.05)
        yield firm


async def order(firm, number):
    """Enter an order of a customer with a hostile name."""
    due = shop_day(30).isoformat()
    return await firm.post("/api/v1/desk/orders", {"customer": HOSTILE, "order_no": number, "due": due, "quantity": "10", "part_id": "SHAFT", "name": HOSTILE})


@asynccontextmanager
async def somebody(stage, firm, path, *, name="Ada", role="admin", width=WIDE, language="en"):
    """Somebody of their own who signs in and opens a page; gives it with the cookie of their session."""
    cookie = await sign_in(firm, name, role, PASSWORD)
    context = await stage.browser.new_context(locale="en-GB", viewport={"width": width, "height": HEIGHTS[width]}, reduced_motion="reduce")
    try:
        chosen = {"plait_lang": language, "plait_theme": "light"} | cookie
        await context.add_cookies([{"name": key, "value": value, "url": firm.url} for key, value in chosen.items()])
        sheet = Sheet(await context.new_page(), firm.url)
        sheet.page.set_default_timeout(PATIENCE_MS)
        await sheet.go(path)
        await sheet.style(STILL)
        yield sheet, cookie
        sheet.clean()
    finally:
        await context.close()


@pytest.mark.parametrize(("width", "language"), [(WIDE, "en"), (PHONE, "de"), (WIDE, "zh")])
async def test_a_lost_line_is_said_and_found_again(stage, shop, width, language):
    """Tests that a lost connection is said in the person's language, that what was typed stays, and that it can be sent once the line is back."""
    t = Texts(language)
    async with somebody(stage, shop, "/console/firm", name=f"Lost {language}", width=width, language=language) as (sheet, _):
        page = sheet.page
        await page.locator('[data-act="change"]').first.click()
        field = page.get_by_label(t("Region"))
        await field.fill("DE-BY")
        await page.context.set_offline(True)
        await page.evaluate("window.socket.io.engine.close()")
        box = page.get_by_text(t(LOST))
        await expect(box).to_be_visible(timeout=PATIENCE_MS)
        assert await field.input_value() == "DE-BY"
        await page.context.set_offline(False)
        await expect(box).to_be_hidden(timeout=PATIENCE_MS)
        assert await field.input_value() == "DE-BY"
        assert page.url.endswith("/console/firm")
        await page.locator(".p-dialog").get_by_role("button", name=t("Save"), exact=True).click()
        await page.locator(".p-dialog").wait_for(state="detached")
        assert (await shop.get("/api/v1/firm"))["region"] == "DE-BY"
        sheet.wrong[:] = [each for each in sheet.wrong if "ERR_INTERNET_DISCONNECTED" not in each]
    await shop.call("PUT", "/api/v1/firm", {"name": "shop", "zone": "Europe/Berlin", "currency": "EUR"})


async def test_an_ended_session_loses_nothing_typed(stage, shop):
    """Tests that saving after the session has ended lays the login over the form, that the form is as it was once signed in, and that it then goes through."""
    async with somebody(stage, shop, "/console/firm", name="Bo") as (sheet, cookie):
        page = sheet.page
        await page.locator('[data-act="change"]').first.click()
        await page.get_by_label("Region").fill("DE-HE")
        async with httpx.AsyncClient(base_url=shop.url, trust_env=False, cookies=cookie) as client:
            assert (await client.delete("/api/v1/session", headers={"Origin": shop.url})).status_code < 300
        save = page.locator(".p-dialog").get_by_role("button", name="Save", exact=True)
        await save.click()
        door = page.frame_locator("dialog.p-native iframe")
        await door.get_by_label("Name").fill("Bo")
        await door.get_by_label("Password").fill(PASSWORD)
        await door.get_by_role("button", name="Sign in").click()
        await page.locator("dialog.p-native").wait_for(state="detached")
        assert await page.get_by_label("Region").input_value() == "DE-HE"
        assert (await shop.get("/api/v1/firm"))["region"] != "DE-HE"
        await save.click()
        await page.locator(".p-dialog").wait_for(state="detached")
        assert (await shop.get("/api/v1/firm"))["region"] == "DE-HE"


async def test_a_hand_on_the_keys(stage, shop):
    """Tests that / searches any id and Enter goes there, Esc closes, g and a letter goes to a screen, and that letters typed into a field go nowhere."""
    async with somebody(stage, shop, "/console/", name="Cy") as (sheet, _):
        page = sheet.page
        await page.keyboard.press("/")
        await page.keyboard.type("H-2")
        await page.locator("#p-hits.open a").first.wait_for()
        assert HOSTILE in await page.locator("#p-hits").inner_text()
        await page.keyboard.press("Escape")
        await expect(page.locator("#p-hits")).to_be_hidden()
        assert await page.evaluate("document.activeElement.id") != "p-search"
        await page.keyboard.press("g")
        await page.keyboard.press("o")
        await page.wait_for_url("**/console/orders")
        await sheet.ready()
        await page.keyboard.press("/")
        await page.locator("#p-search").fill("")
        await page.keyboard.type("gm")
        assert page.url.endswith("/console/orders")
        await page.locator("#p-search").fill("H-3")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console/orders/SO-*")
        await page.locator('[data-act="promise"]').click()
        await page.locator(".p-dialog").wait_for()
        rows = await page.evaluate("document.querySelectorAll('.p-dialog').length")
        assert rows == 1


async def test_nothing_moves_under_the_hand(stage, shop):
    """Tests that orders which come in meanwhile wait behind "2 new" while the rows stay where they are, and come when asked for."""
    async with somebody(stage, shop, "/console/orders", name="Di") as (sheet, _):
        page = sheet.page
        rows = page.locator(".p-main .p-table tbody tr")
        before, place = await rows.all_inner_texts(), await rows.first.bounding_box()
        for number in ("N-1", "N-2"):
            await order(shop, number)
        pill = page.locator(".p-pill")
        await expect(pill).to_contain_text("2 new", timeout=PATIENCE_MS)
        assert [text.split()[0] for text in await rows.all_inner_texts()] == [text.split()[0] for text in before]
        assert (await rows.first.bounding_box())["y"] == place["y"]
        await pill.click()
        await expect(rows).to_have_count(len(before) + 2, timeout=PATIENCE_MS)
        await expect(pill).to_have_count(0)


async def test_hostile_names_are_names(stage, shop):
    """Tests that no screen runs or loads what stands in the names of partners, customers, parts and people, and that they are shown as they were written."""
    shown = 0
    async with somebody(stage, shop, "/console/", name=HOSTILE) as (sheet, _):
        page = sheet.page
        for path in (path for path in PLAIN if path not in PUBLIC):
            await sheet.turn(path)
            shown += HOSTILE in await page.inner_text(".p-main")
            assert await page.evaluate("[window.hacked, document.querySelectorAll('img[src=x]').length]") == [None, 0], path
            assert not sheet.wrong, (path, sheet.wrong)
        for path in ("/console/orders", "/console/partners", "/console/rfqs", "/console/parts"):
            await sheet.turn(path)
            await page.locator(".p-main .p-table a, .p-main .p-rows a").first.click()
            await page.wait_for_url(f"**{path}/*")
            await sheet.ready()
            shown += HOSTILE in await page.inner_text(".p-main")
            assert await page.evaluate("[window.hacked, document.querySelectorAll('img[src=x]').length]") == [None, 0], path
    assert shown >= 6


async def test_who_may_only_look(stage, shop):
    """Tests that a viewer opens every screen that is theirs, finds nothing to press that changes anything, and is refused by the service too."""
    made = await order(shop, "V-1")
    (request,) = await shop.get("/api/v1/trade/documents?type=RequestForQuotation")
    async with somebody(stage, shop, "/console/", name="Eve", role="viewer") as (sheet, cookie):
        page = sheet.page
        rail = await page.evaluate("[...document.querySelectorAll('.p-menu a.p-item')].map((a) => a.getAttribute('href'))")
        found = {}
        for path in [*rail, f"/console/orders/{made['id']}", f"/console/rfqs/{request['id']}", "/console/parts/SHAFT"]:
            await sheet.turn(path)
            assert await page.locator(".p-mood.is-bad").count() == 0, path
            found[path] = set(await page.evaluate(ACTS)) - HARMLESS
        assert {path: acts for path, acts in found.items() if acts} == {}
        before = len(await shop.facts())
        await sheet.turn("/console/schedule")
        await page.locator('[data-act="shift"]').click()
        await page.locator(".p-dialog").get_by_role("button", name="Try", exact=True).click()
        await page.get_by_text("Nothing was changed by this.").wait_for()
        assert await page.locator('[data-act="save"]').count() == 0
        assert len(await shop.facts()) == before
        await sheet.turn("/console/phones")
        await page.locator(".p-mood.is-bad").wait_for()
        async with httpx.AsyncClient(base_url=shop.url, trust_env=False, cookies=cookie, headers={"Origin": shop.url}) as client:
            for method, where, body in (
                ("POST", f"/api/v1/desk/orders/{made['id']}/close", {"state": "cancelled"}),
                ("POST", f"/api/v1/desk/requests/{request['id']}/decline", {"reason": "no"}),
                ("PUT", "/api/v1/firm", {"name": "mine"}),
                ("POST", "/api/v1/people", {"name": "Friend", "role": "admin"}),
            ):
                answer = await client.request(method, where, json=body)
                assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (403, "forbidden"), where
    assert "Friend" not in {person["name"] for person in await shop.get("/api/v1/people")}
    assert (await shop.get(f"/api/v1/desk/orders/{made['id']}"))["state"] == "open"
