"""Alarms in a real browser: one comes up from a signal, is answered, shelved, calls again and goes; what Today says; who may only look."""

import re
from contextlib import asynccontextmanager

import httpx
import pytest
from playwright.async_api import expect

from plait.kernel.texts import Texts
from tests.browser.looks import grave, untranslated
from tests.browser.stage import HEIGHTS, PATIENCE_MS, PHONE, STILL, WIDE, Sheet, sign_in
from tests.browser.test_desk import newcomer

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
SAW = {"id": "saw-1", "name": "Säge 1", "group": "saw", "adapter": "push", "config": {}, "signals": []}
WHAT, ADVICE, WHY = "Zu viel Strom", "Blatt ansehen", "Sensor wird getauscht"
HOT = {"id": "hot", "machine_id": "saw-1", "kind": "high", "signal": "current", "limit": 9, "severity": "critical", "text": WHAT, "advice": ADVICE}
LIFE = ["raised", "acknowledged", "shelved", "unshelved", "raised", "cleared", "acknowledged", "raised", "cleared", "acknowledged"]


@asynccontextmanager
async def works(folder, width, language="en"):
    """A node with a saw that talks and an alarm on it, and somebody who looks at what needs them."""
    async with newcomer(folder, width, "/console/alarms", language) as (firm, sheet):
        await firm.post("/api/v1/machines", SAW)
        await say(firm, 3)
        await firm.call("PUT", "/api/v1/alarms", HOT)
        yield firm, sheet


async def say(firm, current):
    """Let the saw say what it draws."""
    await firm.post("/api/v1/machines/saw-1/push", {"current": current})


def button(place, name):
    return place.get_by_role("button", name=name, exact=True)


@pytest.mark.parametrize(("width", "language"), [(WIDE, "en"), (PHONE, "de")])
async def test_a_life_of_an_alarm(tmp_path, width, language):
    """Tests that an alarm comes up under the eye, is acknowledged, shelved with a time and a reason, taken off, is over and answered, comes again and goes."""
    t = Texts(language)
    async with works(tmp_path, width, language) as (firm, sheet):
        page = sheet.page
        card, nothing = page.locator(".p-card", has_text=WHAT), page.get_by_text(t("Nothing calls for anybody now."), exact=True)
        need = page.locator(".p-main li, .p-main .p-card").filter(has_text=WHAT).first

        async def stands(state):
            """See the alarm in a state, on a page that fits."""
            await expect(card.locator(".p-chip").last).to_have_text(re.compile(rf"^[a-z_]*{re.escape(t(state))}$"))  # its icon's name stands before
            assert [*await sheet.overflow(), *await grave(sheet), *await untranslated(sheet, language)] == []

        await expect(nothing).to_be_visible()
        await say(firm, 11)
        await stands("not acknowledged")
        for words in (SAW["name"], ADVICE, t("critical"), f"{t('above the limit')}: 9"):
            await expect(card).to_contain_text(words)
        await expect(page.get_by_text(t("One alarm waits for somebody."))).to_be_visible()
        await sheet.turn("/console/")
        await expect(need).to_contain_text(SAW["name"])

        await need.locator('a[href^="/console/alarms"]').first.click()
        await page.wait_for_url("**/console/alarms**")
        await button(card, t("Acknowledge")).click()
        await stands("acknowledged")
        await expect(button(card, t("Acknowledge"))).to_have_count(0)
        await expect(card).to_contain_text("Workshop office")
        await expect(page.get_by_text(t("Every alarm is acknowledged."))).to_be_visible()
        await sheet.turn("/console/")
        await expect(need).to_have_count(0)
        await sheet.turn("/console/alarms")

        await button(card, t("Shelve")).click()
        form = page.locator(".p-dialog")
        await form.get_by_label(t("For how long")).click()
        await page.get_by_role("option", name="8 h", exact=True).click()
        await button(form, t("Shelve")).click()
        await expect(form.get_by_role("alert")).to_contain_text(t("Still missing: {names}", names=t("Why")))
        await form.get_by_label(t("Why")).fill(WHY)
        await button(form, t("Shelve")).click()
        await expect(nothing).to_be_visible()
        await page.get_by_role("link", name=t("All alarms"), exact=True).first.click()
        await stands("shelved")
        await expect(card).to_contain_text(WHY)
        (alarm,) = await firm.get("/api/v1/alarms?show=all")
        assert (alarm["state"], alarm["reason"]) == ("shelved", WHY)
        await button(card, t("Take from the shelf")).click()
        await stands("not acknowledged")

        await sheet.turn("/console/alarms")
        await say(firm, 3)
        await stands("over, not acknowledged")
        await sheet.turn("/console/")
        await expect(need).to_contain_text(SAW["name"])
        await sheet.turn("/console/alarms")
        await button(card, t("Acknowledge")).click()
        await expect(nothing).to_be_visible()
        await say(firm, 12)
        await stands("not acknowledged")
        await say(firm, 2)
        await stands("over, not acknowledged")
        await button(card, t("Acknowledge")).click()
        await expect(nothing).to_be_visible()
        told = [fact["kind"].removeprefix("alarm.") for fact in await firm.facts() if fact["kind"].startswith("alarm.")]
        assert told[told.index("raised") :] == LIFE


async def test_who_may_only_look_answers_no_alarm(tmp_path):
    """Tests that a viewer sees an alarm on its page, the machine's and Today, finds nothing to press, and is refused by the service too."""
    async with works(tmp_path, WIDE) as (firm, mine):
        await say(firm, 11)
        await expect(mine.page.locator(".p-card", has_text=WHAT)).to_be_visible()
        cookie = await sign_in(firm, "Eve", "viewer")
        context = await mine.page.context.browser.new_context(locale="en-GB", viewport={"width": PHONE, "height": HEIGHTS[PHONE]}, reduced_motion="reduce")
        await context.add_cookies([{"name": name, "value": value, "url": firm.url} for name, value in ({"plait_lang": "en"} | cookie).items()])
        sheet = Sheet(await context.new_page(), firm.url)
        sheet.page.set_default_timeout(PATIENCE_MS)
        await sheet.go("/console/alarms")
        await sheet.style(STILL)
        for path in ("/console/alarms", "/console/alarms?show=all", "/console/machines/saw-1", "/console/"):
            await sheet.turn(path)
            await expect(sheet.page.locator(".p-main").get_by_text(WHAT).first).to_be_visible()
            acts = await sheet.page.evaluate("() => [...document.querySelectorAll('.p-main [data-act]')].map((e) => e.dataset.act)")
            assert not {"ack", "shelve", "unshelve", "edit", "remove", "service", "undo", "trial", "new"} & set(acts), path
        async with httpx.AsyncClient(base_url=firm.url, trust_env=False, cookies=cookie, headers={"Origin": firm.url}) as client:
            for verb, body in (("acknowledge", {"note": ""}), ("shelve", {"minutes": 60, "reason": WHY}), ("unshelve", None)):
                answer = await client.post(f"/api/v1/alarms/hot/{verb}", json=body)
                assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (403, "forbidden"), verb
        assert [alarm["state"] for alarm in await firm.get("/api/v1/alarms")] == ["unacknowledged"]
        sheet.clean()
