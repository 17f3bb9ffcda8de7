"""Where a login leads, and in which language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.identity.people.model import BAD_LOGIN, LOCKED_OUT
from plait.kernel.problems import INTERNAL, Problem
from plait.kernel.texts import Texts
from plait.public.entry import rules


@pytest.mark.parametrize(
    "wanted",
    ["/console", "/console/", "/console/orders/SO-00001", "/console?x=1&y=2", "/op", "/op/M-1?x=1", "/console/search?q=%2F%2Fa"],
)
def test_our_own_places(wanted: str) -> None:
    """Tests that a path of the console or the operator pages is gone to as it is."""
    assert rules.place(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "https://evil.example/console",
        "//evil.example/console",
        "/\\evil.example",
        "\\/evil.example",
        "/console\\..\\x",
        "/consoles",
        "/console.evil.example",
        "/console@evil.example",
        "/opening",
        "/api/v1/me",
        "/",
        "/console/../api/v1/me",
        "/console/%2e%2E/api",
        "/console/..",
        "/console/\tx",
        "/console/x\r\nSet-Cookie: a=b",
        "/console#//evil",
        "javascript:alert(1)",
        "/op\n",
        "/console/" + "x" * 3000,
    ],
)
def test_other_places_are_not_gone_to(wanted: str) -> None:
    """Tests that a login leads nowhere else, however it is written (no open redirect)."""
    assert rules.place(wanted) == "/console"


@given(st.text(max_size=80).map(lambda text: text if text.startswith("/") else f"/console{text}"))
def test_any_place_is_ours(wanted: str) -> None:
    """Tests that whatever is asked for, what is gone to is a header's value and a path below our own two."""
    found = rules.place(wanted)
    assert found.isascii()
    assert found.isprintable()
    assert found.partition("?")[0].split("/")[1] in {"console", "op"}


def test_other_letters_are_written_for_a_header() -> None:
    """Tests that a path with other letters than ASCII is gone to in the form browsers write it in."""
    assert rules.place("/console/parts/Zahnrad-ä") == "/console/parts/Zahnrad-%C3%A4"


def test_language() -> None:
    """Tests the order: asked for, chosen before, the browser's, English."""
    browser = {"accept-language": "fr, zh-CN;q=0.9, de"}
    assert rules.language_for({**browser, "cookie": "plait_lang=de"}, "en") == "en"
    assert rules.language_for({**browser, "cookie": "plait_lang=de"}, "xx") == "de"
    assert rules.language_for(browser, "") == "zh"
    assert rules.language_for({"cookie": 'plait_lang="; broken'}, "") == "en"


def test_refusals_are_said_with_their_time() -> None:
    """Tests that a refusal is said in words, with the wait, and that one nobody can mend here is raised."""
    assert rules.said(Problem(BAD_LOGIN), Texts("en")) == "Name or password is wrong."
    assert "40 seconds" in rules.said(Problem(LOCKED_OUT, retry_after=40), Texts("en"))
    assert "15 Minuten" in rules.said(Problem(LOCKED_OUT, retry_after=900), Texts("de"))
    with pytest.raises(Problem):
        rules.said(Problem(INTERNAL), Texts("en"))
