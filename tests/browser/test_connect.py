"""A machine is connected in a real browser, against a real controller, on a node of its own: the whole way, also the wrong turns."""

import contextlib

import pytest

from tests.browser.stage import PHONE, WIDE, node_without_data
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
        await page.locator(".q-notification").first.wait_for()
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
