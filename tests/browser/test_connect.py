"""A machine is connected in a real browser, against a real controller, on a node of its own: the whole way, also the wrong turns."""

import contextlib

import pytest

from tests.browser.stage import PHONE, WIDE, node_without_data
from tests.browser.test_conduct import somebody
from tests.infrastructure.test_connect import controller
from tests.support import free_port

NEW = "(a new workshop)"


@contextlib.asynccontextmanager
async def workshop(stage, folder):
    """A node that knows no machine yet, in the stage's browser."""
    async with node_without_data(folder) as firm:
        stage.firms[NEW] = firm
        stage._cookies.pop(NEW, None)
        for key in [key for key in stage._contexts if key[0] == NEW]:
            await stage._contexts.pop(key).close()
        yield firm
        del stage.firms[NEW]


@pytest.mark.parametrize(("width", "language"), [(WIDE, "en"), (PHONE, "de")])
async def test_a_machine_is_connected(stage, tmp_path, width, language):
    """Tests the way from Today to a machine that talks: a wrong port is said with what to do, signals are ticked by key, and taking back asks once."""
    async with workshop(stage, tmp_path / "new") as firm, controller() as device, stage.open_page(NEW, "/console/", width, language) as sheet:
        page = sheet.page

        def button(icon):
            return page.locator("button:visible", has=page.locator(f'i:text-is("{icon}")'))

        def setting(number):
            return page.locator(".p-form input:visible").nth(number)

        await page.locator('a[href="/console/connect"]:visible').first.click()
        await page.locator(".p-stages").wait_for()
        await page.locator('[data-act="kind"][data-arg="modbus"]').click()
        await button("network_check").wait_for()
        await setting(0).fill("127.0.0.1")
        await setting(1).fill(str(free_port()))
        await button("network_check").click()
        await page.locator(".p-mood.is-bad").wait_for()
        assert await page.locator(".p-mood.is-bad li").count() >= 1
        assert await sheet.overflow() == []
        await setting(1).fill(str(device.port))
        await button("network_check").click()
        ticks = page.locator('[data-act="tick"]')
        await ticks.first.wait_for()
        assert await sheet.overflow() == []
        await page.locator('[data-act="none"]').click()
        await page.locator('[data-act="tick"][aria-checked="true"]').first.wait_for(state="detached")
        await button("arrow_forward").click()
        said = page.locator(".q-notification").first
        await said.wait_for()
        if width == PHONE:
            shown, bar = await said.bounding_box(), await page.locator(".p-bar").bounding_box()
            assert shown["y"] + shown["height"] <= bar["y"], "what is said covers the bar"
        await page.locator('[data-act="tick"][data-arg="holding:0"]').press("Enter")
        await page.locator('[data-act="tick"][aria-checked="true"]').wait_for()
        await page.locator('[data-act="tick"][data-arg="holding:0"]:focus').wait_for()
        await page.locator('[data-act="edit"]').click()
        await page.locator(".p-dialog input").nth(1).fill("state")
        await page.locator(".p-dialog .p-go").click()
        await page.locator(".p-dialog").wait_for(state="detached")
        await button("arrow_forward").click()
        await button("add_link").wait_for()
        for number, text in enumerate(("Press 7", "press-7", "press", "Works", "hall-2/line-1")):
            await setting(number).fill(text)
        assert await sheet.overflow() == []
        await button("add_link").click()
        await page.locator(".p-answer .p-chip.is-good").wait_for()
        assert "state: 1" in await page.inner_text(".p-answer")
        (machine,) = [each["machine"] for each in await firm.get("/api/v1/machines")]
        assert (machine["id"], machine["place"], [each["name"] for each in machine["signals"]]) == ("press-7", "hall-2/line-1", ["state"])
        await button("undo").click()
        await page.locator(".p-dialog .p-danger").click()
        await page.locator('[data-act="kind"]').first.wait_for()
        assert await firm.get("/api/v1/machines") == []


ACTS = "() => [...document.querySelectorAll('.p-main [data-act]')].map((each) => each.dataset.act)"


@pytest.mark.parametrize(("width", "language"), [(WIDE, "en"), (PHONE, "de")])
async def test_signals_of_a_connected_machine(stage, tmp_path, width, language):
    """Tests the way from the list of connected machines: values are seen, more are ticked, one renamed, a wrong one refused, one taken away, all undone."""
    async with workshop(stage, tmp_path / "new") as firm, controller() as device, stage.open_page(NEW, "/console/", width, language) as sheet:
        page = sheet.page
        config = {"host": "127.0.0.1", "port": device.port, "interval_ms": 50}
        signals = [{"name": "oil", "address": "holding:3:float32", "unit": "CEL"}, {"name": "state", "address": "holding:0"}]
        body = {"id": "press-7", "name": "Press 7", "group": "press", "adapter": "modbus", "config": config, "place": "hall-2/line-1", "signals": signals}
        await firm.post("/api/v1/machines", body)
        await sheet.turn("/console/connect")
        await page.locator('a[href="/console/machines/press-7/signals"]').click()

        def row(name):
            return page.locator(f'tr[data-key="{name}"]', has=page.locator('[data-act="drop"]'))

        async def fill(number, text):
            await page.locator(".p-dialog input").nth(number).fill(text)

        async def answer(button):
            await page.locator(f".p-dialog {button}").click()

        async def closed():
            await page.locator(".p-dialog").wait_for(state="detached")

        await row("oil").get_by_text("46,5" if language == "de" else "46.5").wait_for()
        assert "hall-2 / line-1 / press-7" in await page.inner_text(".p-main")
        assert await sheet.overflow() == []
        await page.locator('[data-act="look"]').click()
        await page.locator('[data-act="tick"][data-arg="holding:1"]').click()
        await page.locator('[data-act="tick"][data-arg="holding:1"][aria-checked="true"]').wait_for()
        assert await sheet.overflow() == []
        await page.locator("button:visible", has=page.locator('i:text-is("save")')).click()
        await row("holding-1").wait_for()
        await row("oil").locator('[data-act="edit"]').click()
        await fill(1, "warm")
        await fill(2, "furlong")
        await answer(".p-go")
        await page.locator(".p-dialog .p-wrong").wait_for()
        await fill(2, "K")
        await answer(".p-go")
        await closed()
        await row("warm").wait_for()
        await row("oil").wait_for(state="detached")
        await page.locator(".p-details summary").click()
        await page.locator(".p-details td", has_text="oil").first.wait_for()
        await page.locator('[data-act="by-hand"]').click()
        await fill(0, "smoke:1")
        await fill(2, "smoke")
        await answer(".p-go")
        assert "smoke" in await page.inner_text(".p-dialog .p-wrong")
        await answer(".p-quiet")
        await closed()
        await row("state").locator('[data-act="drop"]').click()
        await answer(".p-danger")
        await row("state").wait_for(state="detached")
        kept = (await firm.get("/api/v1/machines/press-7/signals"))["signals"]
        assert [(each["choice"]["name"], each["choice"]["unit"]) for each in kept] == [("warm", "KEL"), ("holding-1", "")]
        assert {"press-7.oil", "press-7.state"} <= {each["name"] for each in await firm.get("/api/v1/signals")}
        await page.locator('[data-act="settings"]').click()
        await page.locator(".p-form input:visible").nth(1).fill(str(free_port()))
        await page.locator("button:visible", has=page.locator('i:text-is("network_check")')).click()
        await page.locator(".p-mood.is-bad").wait_for()
        assert await sheet.overflow() == []
        async with somebody(stage, firm, "/console/machines/press-7/signals", role="viewer", width=width) as (eve, _):
            await eve.page.locator('tr[data-key="warm"]').wait_for()
            assert await eve.page.evaluate(ACTS) == []
        await page.locator('[data-act="remove"]').click()
        await answer(".p-danger")
        await page.wait_for_url("**/console/machines")
        assert await firm.get("/api/v1/machines") == []
        assert "press-7.warm" in {each["name"] for each in await firm.get("/api/v1/signals")}
