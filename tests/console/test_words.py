"""Every text of the pages is there in every language."""

import ast
from pathlib import Path

import pytest

import plait
import plait.console.screens
import plait.node
from plait.console.screens.network import KINDS, kind_said
from plait.infrastructure.machines.connect.meanings import MEANINGS
from plait.kernel.problems import REGISTRY
from plait.kernel.texts import Texts, _catalogue
from plait.overview.network.service import SHARED, TRADE
from plait.overview.today.steps import STEPS

SRC = Path(plait.__file__).parent
CALLS = {"t", "say"}
SCREEN = "Screen"


def spoken():
    """Return each text that a page of the console says, with its place."""
    for path in sorted((SRC / "console").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = 1 if name == SCREEN else 0
            if name in CALLS | {SCREEN} and len(node.args) > place:
                yield from ((text, f"{path.name}:{node.lineno}") for text in texts(node.args[place]))


def texts(node):
    """Return the texts an argument may be: itself, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if any(letter.isalpha() for letter in node.value) else []
    if isinstance(node, ast.IfExp):
        return [*texts(node.body), *texts(node.orelse)]
    return []


@pytest.mark.parametrize("language", ["de", "zh"])
def test_every_text_is_translated(language):
    """Tests that what the console says in English it says in German and Chinese, with the same places to fill in."""
    missing = sorted({f"{text!r} ({place})" for text, place in spoken() if text not in _catalogue(language)})
    assert missing == []
    for text, place in spoken():
        there = _catalogue(language)[text]
        assert places(text) == places(there), f"{place}: {text} / {there}"


def test_steps_are_translated():
    """Tests that the first start speaks every language."""
    for language in ("de", "zh"):
        say = Texts(language)
        assert all(say(step.name) != step.name and say(step.text) != step.text for step in STEPS)


def ours():
    """Return the codes of refusals that the node itself registers: the terminal speaks English, and tests of other rooms register some of their own."""
    for path in (each for each in SRC.rglob("*.py") if each.relative_to(SRC).parts[0] not in {"cli", "plant"}):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "register" and node.args and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


@pytest.mark.parametrize("language", ["de", "zh"])
def test_every_refusal_is_translated(language):
    """Tests that what any room refuses, and what to do about it, is said in every language, with code and addresses kept."""
    known = _catalogue(language)
    said = sorted({text for code in sorted({*ours()} & {*REGISTRY}) for text in (REGISTRY[code].title, REGISTRY[code].advice) if text})
    assert len(said) > 300
    assert [text for text in said if text not in known] == []
    for text in said:
        assert all(code in known[text] for code in text.split("`")[1::2]), f"{text} / {known[text]}"
        assert places(text) == places(known[text]), f"{text} / {known[text]}"


def test_meanings_of_signals_are_translated():
    """Tests that what a signal may mean is said in every language."""
    for language in ("de", "zh"):
        assert {each.words for each in MEANINGS} <= set(_catalogue(language))


def test_kinds_of_messages_are_said_in_words():
    """Tests that each kind of message the network shows has a name in every language, and that an unknown one is still shown."""
    assert {*TRADE, *(kind.partition(".")[2] for kind in SHARED)} == set(KINDS)
    for language in ("de", "zh"):
        assert set(KINDS.values()) <= set(_catalogue(language))
    assert kind_said(Texts("de"), "transfer_started") == "Datenübertragung begonnen"
    assert kind_said(Texts("de"), "thing_of_later") == "thing of later"


def places(text):
    """Return the names of what is filled in."""
    return {part.partition("}")[0] for part in text.split("{")[1:]}
