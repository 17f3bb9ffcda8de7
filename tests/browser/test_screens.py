"""Every screen in a real browser: wide and on a phone, in three languages, light and dark, with much on it and with nothing; and held against its picture."""

import asyncio

import httpx
import pytest

from tests.browser.looks import look, look_abroad, look_bare
from tests.browser.picture import hold
from tests.browser.screens import ALL, PLAIN, PUBLIC, address, name_of
from tests.browser.stage import CORE, EMPTY, PHONE


@pytest.mark.parametrize("path", ALL)
async def test_a_screen(stage, path):
    """Tests that a screen opens clean with data and without, fits a phone, that axe finds nothing serious, and that it looks as blessed."""
    there = await address(stage, path)
    stage.tripped()
    signed_in = path not in PUBLIC
    pictured = ("de", "zh")[ALL.index(path) % 2]
    kept = {}
    looks = [look(stage, CORE, there, kept, signed_in=signed_in)]
    looks += [look_abroad(stage, CORE, there, each, kept if each == pictured else None, signed_in=signed_in) for each in ("de", "zh")]
    if signed_in and path in PLAIN:
        looks.append(look_bare(stage, EMPTY, path))
    found = await asyncio.gather(*looks, return_exceptions=True)
    wrong = [f"{type(each).__name__}: {each}" if isinstance(each, BaseException) else "\n".join(each) for each in found if each]
    wrong += stage.tripped()
    wrong += [why for view, png in kept.items() if (why := hold(f"{name_of(path)}-{view}", png, stage.folder))]
    assert not wrong, "\n".join([there, *dict.fromkeys(wrong)])


@pytest.mark.parametrize("path", [path for path in PUBLIC if path != "/"])
async def test_a_door_without_data(stage, path):
    """Tests that what anybody may open stands on a node that knows nothing yet."""
    async with stage.open_page(EMPTY, path, PHONE, signed_in=False) as sheet:
        assert await sheet.overflow() == []


async def test_nobody_sees_a_screen_without_a_session(stage):
    """Tests that a stranger is led to the login instead of any screen, and back to it afterwards; and that the browser follows."""
    paths = [await address(stage, path) for path in ALL if path not in PUBLIC]
    async with httpx.AsyncClient(base_url=stage.firms[CORE].url, trust_env=False, headers={"Accept": "text/html"}) as client:
        answers = await asyncio.gather(*(client.get(path) for path in paths))
    assert {(answer.status_code, answer.headers["location"].partition("=")[0]) for answer in answers} == {(303, "/login?next")}
    async with stage.open_page(CORE, "/console/orders", PHONE, signed_in=False) as sheet:
        assert "/login?next=" in sheet.page.url
