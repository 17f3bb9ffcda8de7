"""HTML made from parts."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.console.html import Markup, chip, details, figure, join, link, pairs, since, table, tag, when
from plait.kernel.texts import Texts

EVIL = "<img src=x onerror=alert(1)>\"'&"
T = Texts("de", "Europe/Berlin")
AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


@given(st.text())
def test_texts_are_never_markup(text):
    """Tests that whatever text is put in comes out as that text, as content and as an attribute."""
    made = tag("p", text, title=text)
    assert "<" not in made.removeprefix("<p").removesuffix("</p>").replace("&lt;", "").replace("</", "").partition(">")[2]
    assert made.count("<") == 2
    assert made.count('"') in {0, 2}


@pytest.mark.parametrize(
    "made",
    [
        join(EVIL, [EVIL, [EVIL]]),
        chip("running", EVIL),
        details(EVIL, EVIL),
        figure(EVIL, EVIL, unit=EVIL, note=EVIL, href="/console/orders"),
        pairs([(EVIL, EVIL)]),
        link(EVIL, "/console/orders"),
        table([EVIL], [[EVIL]], label=EVIL, keys=[EVIL], csv=EVIL),
    ],
)
def test_parts_escape(made):
    """Tests that no part lets foreign markup through."""
    assert "<img" not in made
    assert "&lt;img" in made


@pytest.mark.parametrize("href", ["javascript:alert(1)", "https://elsewhere.example", "//elsewhere.example", "data:text/html,x", ""])
def test_links_stay_here(href):
    """Tests that a link that leads anywhere but into this node becomes plain text."""
    assert "href" not in link("there", href)


def test_links_outside_the_console_open_a_tab():
    """Tests that the console's own links stay in it, and others get a tab of their own."""
    assert "target" not in link("x", "/console/orders/SO-1")
    assert 'target="_blank"' in link("x", "/api/v1/desk/papers/1.pdf")


def test_an_unknown_state_is_no_class():
    """Tests that a state that nobody knows is shown as a note, not as a class of its own."""
    assert 'class="p-chip is-note"' in chip('x" onclick="y', "word")


def test_a_table_is_a_card_on_a_phone():
    """Tests that each cell bears its column's name, and the first is the card's head."""
    made = table(("Auftrag", "Menge"), [("A-1", "5")], label="Aufträge", numbers=(1,), keys=["A-1"])
    assert '<td data-label="Auftrag" class="head">A-1</td>' in made
    assert '<td data-label="Menge" class="num">5</td>' in made
    assert '<tr data-key="A-1">' in made
    assert 'aria-label="Aufträge"' in made


def test_times_are_local_and_exact_on_hover():
    """Tests that a time is shown at the firm's place, with the exact one behind it."""
    assert "02.03.2026, 00:30" in when(AT, T)
    assert 'datetime="2026-03-01T23:30:00+00:00"' in since(AT, T)
    assert "data-rel" in since(AT, T)
    assert when(None, T) == Markup("–")
