"""That comparing pictures sees what a person would see, and nothing that they would not."""

import io
import random

import pytest
from PIL import Image, ImageDraw

from tests.browser.picture import SHARE, differing, small

GROUND, CARD, INK, SOFT = "#F6F7F9", "#FFFFFF", "#14181F", "#5B6675"


def drawn(cards=6, *, shift=0, missing=None, words=0, dark=False):
    """Draw a page of cards with lines of words, as a screen looks."""
    image = Image.new("RGB", (1440, 1000), "#0E1116" if dark else GROUND)
    draw = ImageDraw.Draw(image)
    for card in range(cards):
        if card == missing:
            continue
        chance = random.Random(card)
        left, top = 240 + card % 3 * 400, 80 + card // 3 * 300
        draw.rounded_rectangle((left, top, left + 380, top + 280), 12, "#161B22" if dark else CARD)
        for line in range(8):
            words_here = "".join(chance.choice("abcdefghij mnop") for _ in range(40))
            if card == 0 and line < words:
                words_here = words_here[::-1]
            draw.text((left + 16 + shift, top + 16 + line * 30), words_here, fill="#E8ECF2" if dark else INK if line == 0 else SOFT, font_size=14)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_a_person_would_not_see(dark):
    """Tests that the same page drawn a pixel to the side, with other letters in two lines, counts as the same."""
    blessed = small(drawn(dark=dark))
    assert differing(small(drawn(dark=dark)), blessed).share == 0
    assert differing(small(drawn(dark=dark, shift=1, words=2)), blessed).share <= SHARE


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("missing", [0, 4])
def test_a_missing_card_is_seen(missing, dark):
    """Tests that a page without one of its cards is told from the blessed one, and where."""
    found = differing(small(drawn(missing=missing, dark=dark)), small(drawn(dark=dark)))
    assert found.share > 2 * SHARE
    left, top = 240 + missing % 3 * 400, 80 + missing // 3 * 300
    assert f"{found.share:.1%}" in found.why
    assert f"({left // 16 * 16}, {top // 16 * 16}" in found.why or found.share > 4 * SHARE


def test_other_dress_and_width_are_seen():
    """Tests that dark is not light and that a phone's picture is not a desk's."""
    assert differing(small(drawn(dark=True)), small(drawn())).share > 0.9
    with Image.open(io.BytesIO(drawn())) as image:
        narrow = io.BytesIO()
        image.crop((0, 0, 390, 1000)).save(narrow, "PNG")
    assert differing(narrow.getvalue(), drawn()).share == 1
