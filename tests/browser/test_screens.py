"""Every screen in a real browser: wide and on a phone, in three languages, light and dark, with much on it and with nothing."""

import asyncio

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.screens import ALL, PLAIN, PUBLIC, address
from tests.browser.stage import CORE, EMPTY, LANGUAGES, PHONE, WIDE

AXE = Axe()
AXE_OPTIONS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
GRAVE = {"serious", "critical"}


async def grave(sheet):
    """Return what axe finds serious or critical, a line a rule."""
    found = await AXE.run(sheet.page, options=AXE_OPTIONS)
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {', '.join(str(node['target']) for node in each['nodes'][:4])}"
        for each in found.response["violations"]
        if each["impact"] in GRAVE
    ]


async def look(stage, firm, path, language, *, axe):
    """Open a page and look at it wide and narrow, light and dark; return what is wrong with it."""
    wrong = []
    signed_in = path not in PUBLIC
    async with stage.open_page(firm, path, WIDE, language, signed_in=signed_in) as sheet:
        assert (await sheet.page.evaluate("document.documentElement.lang"))[:2] == language
        for width in (WIDE, PHONE):
            await sheet.resize(width)
            wrong += [f"{language} {width}: scrolls sideways: {each}" for each in await sheet.overflow()]
            for dark in (False, True):
                await sheet.dress(dark=dark)
                if axe:
                    wrong += [f"{language} {width} {'dark' if dark else 'light'}: {each}" for each in await grave(sheet)]
    return wrong


@pytest.mark.parametrize("path", ALL)
async def test_a_screen_opens_clean(stage, path):
    """Tests that a screen opens without an error or a request to the outside, fits a phone, and that axe finds nothing serious, in each language and dress."""
    there = await address(stage, path)
    found = await asyncio.gather(*(look(stage, CORE, there, language, axe=language == "en") for language in LANGUAGES))
    assert not sum(found, []), "\n".join([there, *dict.fromkeys(sum(found, []))])


@pytest.mark.parametrize("path", PLAIN)
async def test_a_screen_of_a_node_without_data(stage, path):
    """Tests that a screen opens clean on a node that knows nothing yet, wide and on a phone."""
    found = await look(stage, EMPTY, path, "en", axe=True)
    assert not found, "\n".join([path, *found])


@pytest.mark.parametrize("path", [path for path in PLAIN if path not in PUBLIC])
async def test_nobody_sees_a_screen_without_a_session(stage, path):
    """Tests that a stranger is led to the login, and nothing of the screen is sent."""
    async with stage.open_page(CORE, path, PHONE, signed_in=False) as sheet:
        assert "/login?next=" in sheet.page.url
