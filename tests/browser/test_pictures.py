"""The pictures of README and tutorial: made from the same run as everything else, and still true."""

from pathlib import Path

import pytest

from tests.browser.looks import screenshot
from tests.browser.picture import SHARE, TALLEST, differing, hold, small
from tests.browser.screens import ALL, address
from tests.browser.stage import CORE, EMPTY, PHONE, WIDE

HOME = Path(__file__).parents[2] / "docs" / "pictures"

# What a picture is called: whose page it shows, which, how wide, in which language, light or dark.
PICTURES = {
    "today": (CORE, "/console/", WIDE, "en", False),
    "today-phone": (CORE, "/console/", PHONE, "zh", True),
    "first-start": (EMPTY, "/console/", WIDE, "en", False),
    "desk": (CORE, "/console/desk/{item}", WIDE, "en", False),
    "order": (CORE, "/console/orders/{order}", WIDE, "en", False),
    "order-dark": (CORE, "/console/orders/{order}", WIDE, "de", True),
    "order-phone": (CORE, "/console/orders/{order}", PHONE, "en", False),
    "rfq": (CORE, "/console/rfqs/{rfq}", WIDE, "en", False),
    "schedule": (CORE, "/console/schedule", WIDE, "en", False),
    "machines": (CORE, "/console/machines", WIDE, "en", True),
    "machines-phone": (CORE, "/console/machines", PHONE, "de", False),
    "trace": ("meridian", "/console/trace?epc={epc}", WIDE, "en", False),
    "sharing": (CORE, "/console/sharing", WIDE, "en", False),
    "network": ("riverport", "/console/network", WIDE, "en", True),
    "observatory": ("riverport", "/console/observatory", WIDE, "en", False),
    "operator": (CORE, "/op", PHONE, "de", False),
}
COLOURS = 128


@pytest.mark.parametrize("name", [name for name, (_, path, *_) in PICTURES.items() if path in ALL])
async def test_a_picture_shows_what_is_there(stage, name):
    """Tests that a picture in the documentation looks as the page does today."""
    firm, path, width, language, dark = PICTURES[name]
    there = await address(stage, path)
    async with stage.open_page(firm, there, width, language, dark=dark, signed_in=path.startswith("/console")) as sheet:
        shown = await screenshot(sheet, whole=False)
    assert not (wrong := hold(name, small(shown, COLOURS), stage.folder, HOME)), wrong


def test_every_picture_is_of_a_page_that_is_there():
    """Tests that no picture is of a page that has gone, and that the folder holds no other."""
    assert {path for _, path, *_ in PICTURES.values()} <= set(ALL)
    assert {file.stem for file in HOME.glob("*.png")} <= set(PICTURES)


@pytest.mark.parametrize(("width", "dark"), [(WIDE, False), (PHONE, True)], ids=["wide", "phone"])
async def test_a_card_taken_off_a_page_is_seen(stage, width, dark):
    """Tests that the comparison which holds pages against their pictures fails when any one card of a real page is not drawn, and not when all are."""
    async with stage.open_page(CORE, "/console/health", width, dark=dark) as sheet:
        blessed = small(await screenshot(sheet))
        assert differing(small(await screenshot(sheet)), blessed).share <= SHARE
        cards = [card for card in await sheet.page.query_selector_all(".p-card, .p-mood") if await card.is_visible()]
        assert len(cards) >= 3
        for number, card in enumerate(cards):
            box = await card.bounding_box()
            if box is None or box["y"] + box["height"] > TALLEST:
                continue
            await card.evaluate("(e) => { e.style.visibility = 'hidden'; }")
            found = differing(small(await screenshot(sheet)), blessed)
            assert found.share > SHARE, f"card {number} of {box} is missing, and {found.why}"
            await card.evaluate("(e) => { e.style.visibility = ''; }")
