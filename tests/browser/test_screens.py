"""Every screen in a real browser: wide and on a phone, in three languages, light and dark, with much on it and with nothing; and held against its picture."""

import asyncio
from itertools import chain

import pytest

from tests.browser.looks import look
from tests.browser.picture import hold
from tests.browser.screens import ALL, PLAIN, PUBLIC, address, name_of
from tests.browser.stage import CORE, EMPTY, LANGUAGES, PHONE


@pytest.mark.parametrize("path", ALL)
async def test_a_screen(stage, path):
    """Tests that a screen opens without an error or a request to the outside, fits a phone, that axe finds nothing serious, and that it looks as blessed."""
    there = await address(stage, path)
    stage.tripped()
    kept = {}
    found = await asyncio.gather(*(look(stage, CORE, there, language, pictures=kept, signed_in=path not in PUBLIC) for language in LANGUAGES))
    phone = LANGUAGES[1 + ALL.index(path) % 2]
    found.append([why for view in ("wide", f"phone-{phone}") if (why := hold(f"{name_of(path)}-{view}", kept[view], stage.folder))])
    wrong = list(dict.fromkeys(chain(*found)))
    assert not wrong, "\n".join([there, *wrong])


@pytest.mark.parametrize("path", PLAIN)
async def test_a_screen_without_data(stage, path):
    """Tests that a screen opens clean on a node that knows nothing yet, wide and on a phone."""
    wrong = await look(stage, EMPTY, path, "en", signed_in=path not in PUBLIC)
    assert not wrong, "\n".join([path, *wrong])


@pytest.mark.parametrize("path", [path for path in PLAIN if path not in PUBLIC])
async def test_nobody_sees_a_screen_without_a_session(stage, path):
    """Tests that a stranger is led to the login instead."""
    async with stage.open_page(CORE, path, PHONE, signed_in=False) as sheet:
        assert "/login?next=" in sheet.page.url
