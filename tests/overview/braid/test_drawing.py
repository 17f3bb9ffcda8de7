"""The braid's picture: sound XML whatever it is told, words that never lie over one another, everything inside."""

import re
from datetime import timedelta
from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plait.kernel.texts import Texts
from plait.overview.braid.drawing import draw, fitting_height
from plait.overview.braid.drawing_small import draw_small, logo
from plait.overview.braid.labels import Box, lines_of, width_of
from plait.overview.braid.model import STRANDS, Braid, Knot, Mark, SmallBraid, Words
from plait.overview.braid.terminal import woven
from plait.overview.braid.weaving import Scale, weave
from tests.overview.braid.braids import START, braids, plain

SVG = "{http://www.w3.org/2000/svg}"
SIZES = (360, 768, 1200)
ELEMENTS = {"svg", "title", "desc", "defs", "pattern", "line", "clipPath", "rect", "path", "circle", "text", "a", "g"}


def read(svg: str) -> ET.Element:
    """Parse a picture."""
    return ET.fromstring(svg)


def box_of(text: Any) -> Box:
    """Return the rectangle a line of text takes."""
    size, wide = float(text.get("font-size")), width_of(text.text or "", float(text.get("font-size")))
    x = float(text.get("x")) - {"middle": wide / 2, "end": wide}.get(text.get("text-anchor"), 0.0)
    return Box(x, float(text.get("y")) - size * 0.78, wide, size * 0.9)


@settings(max_examples=60, deadline=None)
@given(braids(), st.sampled_from(SIZES), st.sampled_from(("en", "de", "zh")))
def test_sound_whatever_it_is_told(braid: Braid, width: int, language: str) -> None:
    """Tests that any braid becomes well-formed SVG without scripts or handlers, all knots within it, no two texts over one another."""
    height = fitting_height(braid, width)
    root = read(draw(braid, width, height, Texts(language, braid.zone)))
    assert root.get("role") == "group"
    assert root[0].tag == f"{SVG}title"
    assert root[1].tag == f"{SVG}desc"
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= ELEMENTS
    assert not [name for node in root.iter() for name in node.attrib if name.startswith("on")]
    for circle in root.iter(f"{SVG}circle"):
        assert 0 <= float(circle.get("cx", "-1")) <= width
        assert 0 <= float(circle.get("cy", "-1")) <= height
    boxes = [(box_of(text), text.text) for text in root.iter(f"{SVG}text") if (text.text or "").strip()]
    assert [(one, two) for one, two in combinations(boxes, 2) if one[0].meets(two[0], -1)] == []


@settings(max_examples=40, deadline=None)
@given(braids())
def test_small_and_in_the_terminal(braid: Braid) -> None:
    """Tests that the small picture is well-formed and without words, and that three lines of equal width are woven."""
    for root in (read(draw_small(braid)), read(draw_small(SmallBraid("1", "<&>", "open", braid.started, braid.now, (Mark("circulation", braid.now),))))):
        assert list(root.iter(f"{SVG}text")) == []
        assert all(0 <= float(circle.get("cx", "-1")) <= 160 for circle in root.iter(f"{SVG}circle"))
    assert [len(line) for line in woven(braid, 60).plain.split("\n")] == [60, 60, 60, 0]


def test_every_knot_is_a_link_with_words() -> None:
    """Tests that a knot leads to its page and says time and title on hover; one without a page can be reached by keyboard all the same."""
    told = (
        Knot(
            "a",
            "manufacturing",
            START,
            "trade.order",
            Words("{firm} orders {quantity} {name}", {"firm": "<b>", "quantity": "5", "name": "&"}),
            "x",
            link="/console/a",
        ),
        Knot("b", "circulation", START + timedelta(hours=9), "epcis.shipping", Words("Shipped to {firm}", {"firm": "meridian"}), "x"),
    )
    root = read(draw(plain(*told), 1200, 480, Texts("de", "Europe/Berlin")))
    (link,) = root.iter(f"{SVG}a")
    assert link.get("href") == "/console/a"
    assert link.findtext(f"{SVG}title") == "2.03. 06:00  <b> bestellt 5 &".replace("2.03.", "02.03.")
    (other,) = [node for node in root.iter(f"{SVG}g") if node.get("data-knot") == "b"]
    assert (other.get("tabindex"), other.findtext(f"{SVG}title")) == ("0", "02.03. 15:00  An meridian versandt")


def test_colours_are_the_pages() -> None:
    """Tests that colours are the page's tokens with the light ones behind them, and that a theme of its own needs no page."""
    known = plain(Knot("a", "infrastructure", START, "line.job", Words("Cancelled"), "x"))
    svg = draw(known, 1200, 480, Texts())
    assert "var(--infrastructure,#0891B2)" in svg
    assert "style=" not in svg
    dark = draw(known, 1200, 480, Texts(), "dark")
    assert "var(" not in dark
    assert "#22D3EE" in dark


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_time_never_runs_backwards(minutes: list[int]) -> None:
    """Tests that what is later never lies before what is earlier, and that all lies within the length."""
    scale = Scale([START + timedelta(minutes=each) for each in minutes], 900.0)
    places = [scale.at(START + timedelta(minutes=each)) for each in sorted({*minutes, *range(0, 10**6, 50_000)})]
    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] <= 900.0 + 1e-6


@given(st.lists(st.tuples(st.sampled_from(STRANDS), st.floats(0, 900), st.floats(1, 3)), max_size=60))
def test_three_strands_in_three_lanes(marks: list[Any]) -> None:
    """Tests that between crossings each strand has a lane of its own, and that who takes over passes to the middle."""
    laid = weave(marks, 900.0, 60.0)
    for crossing in laid.crossings:
        after = crossing.at + crossing.half + 0.01
        assert laid.lane(crossing.over, after) == 1
        assert sorted(laid.lane(strand, after) for strand in STRANDS) == [0, 1, 2]


@pytest.mark.parametrize("text", ["one two three four five", "齿轮组件模数三渗碳淬火", "W" * 90, "", "a " * 50, "承诺改到 3月5日 20:00"])
def test_lines_keep_to_their_width(text: str) -> None:
    """Tests that text is broken to its width, at most so many lines, and ends in an ellipsis when there is more."""
    lines = lines_of(text, 12, 90, 2)
    assert len(lines) <= 2
    assert all(width_of(line, 12) <= 90 for line in lines)
    assert (lines[-1].endswith("…")) == (re.sub(r"\s", "", "".join(lines)) != re.sub(r"\s", "", text))


def test_the_logo_is_three_strands() -> None:
    """Tests that the mark bears the three strands' colours at any size."""
    for size in (16, 96, 512):
        strokes = {path.get("stroke") for path in read(logo(size)).iter(f"{SVG}path")}
        assert {f"var(--{strand}" for strand in STRANDS} <= {str(stroke).partition(",")[0] for stroke in strokes}
