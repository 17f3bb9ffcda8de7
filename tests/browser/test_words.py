"""The console's words without a browser: every one is known in every language, every screen has its title, its place and its how-to."""

import ast
from pathlib import Path
from string import Formatter

import plait.console
from plait.console.screen import GROUPS
from plait.console.screens import SCREENS
from plait.kernel.texts import _catalogue
from tests.browser.screens import name_of

ROOT = Path(__file__).parents[2]
SOURCES = Path(plait.console.__file__).parent
SPEAKING = {"t", "say", "texts"}
SAME = {"plait"}


def said():
    """Return each text that the console's code asks the catalogue for, with where."""
    found = {}
    for file in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                for text in ast.walk(node.args[0]) if name in SPEAKING else ():
                    if isinstance(text, ast.Constant) and isinstance(text.value, str) and " " in text.value.strip():
                        found.setdefault(text.value, f"{file.relative_to(SOURCES)}:{node.lineno}")
    return found | {screen.title: screen.path for screen in SCREENS}


def holes(text):
    """Return the names that are filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_word_is_known_in_every_language():
    """Tests that what the console says is in both catalogues, with the same places to fill in."""
    missing = []
    for language in ("de", "zh"):
        known = _catalogue(language)
        missing += [f"{language}: {text!r} ({where})" for text, where in said().items() if not known.get(text) and text not in SAME]
    assert not missing, "\n".join(missing)
    other = [f"{language}: {text!r}" for language in ("de", "zh") for text in said() if holes(_catalogue(language).get(text, text)) != holes(text)]
    assert not other, "\n".join(other)


def test_every_screen_has_its_place():
    """Tests that no two screens share an address, a key or a picture's name, and that each leads to a how-to that is there."""
    paths, keys = [screen.path for screen in SCREENS], [screen.key for screen in SCREENS if screen.key]
    assert len(set(paths)) == len(paths)
    assert len(set(keys)) == len(keys)
    assert len({name_of(f"/console{path}") for path in paths}) == len(paths)
    assert {screen.group for screen in SCREENS} <= set(GROUPS)
    lacking = [screen.path for screen in SCREENS if screen.howto and not (ROOT / "docs" / "how-to" / f"{screen.howto}.md").is_file()]
    assert not lacking, f"the how-to of these is missing: {lacking}"
