"""The list of screens without a browser: every one has its address, its key, its place and its how-to; and nothing said is nothing in any language."""

from pathlib import Path

from plait.console.screen import GROUPS
from plait.console.screens import SCREENS
from plait.kernel.texts import LANGUAGES, Texts
from tests.browser.screens import name_of

HOWTO = Path(__file__).parents[2] / "docs" / "how-to"


def test_every_screen_has_its_place():
    """Tests that no two screens share an address, a key or a picture's name, and that each leads to a how-to that is there."""
    paths, keys = [screen.path for screen in SCREENS], [screen.key for screen in SCREENS if screen.key]
    assert len(set(paths)) == len(paths)
    assert len(set(keys)) == len(keys)
    assert len({name_of(f"/console{path}") for path in paths}) == len(paths)
    assert {screen.group for screen in SCREENS} <= set(GROUPS)
    assert [screen.path for screen in SCREENS if screen.howto and not (HOWTO / f"{screen.howto}.md").is_file()] == []


def test_nothing_said_is_nothing():
    """Tests that an empty text stays empty: in a catalogue it would be the file's own head."""
    assert [Texts(language)("") for language in LANGUAGES] == [""] * len(LANGUAGES)
