"""The way of a thing as a picture: what it came from at the left, where it went at the right; on a phone as a list from first to last."""

from collections import defaultdict
from unicodedata import east_asian_width

from plait.console.html import Markup, join, link, tag
from plait.kernel.texts import Texts
from plait.overview import paths
from plait.overview.trace.model import Box, Line, Story

__all__ = ["called", "draw", "upright"]

BOX = (184, 62)
GAP = (64, 16)
MARGIN = 16
WIDE = 22
KINDS = {"item": "{count} pieces", "lot": "{count} lots", "unit": "{count} shipping units", "firm": "{count} firms", "hidden": "not shown"}
ONE = {"item": "Serial {number}", "lot": "Lot {number}", "unit": "Shipping unit {number}"}
INSIDE = {"item": "serial {number}", "lot": "lot {number}", "unit": "shipping unit {number}"}
LEAST = 0.72


def called(kind: str, number: str, count: int, t: Texts, *, inside: bool = False) -> str:
    """Return what one thing, or several alike, is called; ``inside`` a sentence."""
    if kind in ONE and count == 1:
        return t((INSIDE if inside else ONE)[kind], number=number)
    return t(KINDS.get(kind, "{count} things"), count=t.number(count))


def _head(box: Box, t: Texts) -> str:
    if box.kind == "firm":
        return box.firm
    return t("not shown") if box.kind == "hidden" else called(box.kind, box.number, box.count, t)


def _href(box: Box) -> str:
    if box.kind == "firm":
        return paths.partner(box.party) if box.party else ""
    return paths.trace(box.epc) if box.epc and not box.asked else ""


def _cut(text: str, room: int) -> str:
    """Return ``text`` shortened to ``room`` letters; a Chinese one is as wide as two."""
    used = 0
    for at, letter in enumerate(text):
        used += 2 if east_asian_width(letter) in "WF" else 1
        if used > room:
            return f"{text[: max(0, at - 1)]}…"
    return text


def draw(story: Story, t: Texts) -> Markup:
    """Return the picture as SVG; columns are steps from left to right, every text is escaped."""
    columns: dict[int, list[Box]] = defaultdict(list)
    for box in story.boxes:
        columns[box.column].append(box)
    tallest = max((len(boxes) for boxes in columns.values()), default=1)
    height = 2 * MARGIN + tallest * BOX[1] + (tallest - 1) * GAP[1]
    places: dict[str, tuple[float, float]] = {}
    for index, column in enumerate(sorted(columns)):
        boxes = _calm(columns[column], story.lines, places)
        top = (height - len(boxes) * BOX[1] - (len(boxes) - 1) * GAP[1]) / 2
        places |= {box.id: (MARGIN + index * (BOX[0] + GAP[0]), top + at * (BOX[1] + GAP[1])) for at, box in enumerate(boxes)}
    width = 2 * MARGIN + len(columns) * BOX[0] + max(0, len(columns) - 1) * GAP[0]
    lines = [_line(line, places) for line in sorted(story.lines, key=lambda line: line.lit) if line.source in places and line.target in places]
    drawn = [_box(box, places[box.id], t) for box in story.boxes]
    label = t("{count} things, from what it came from to where it went", count=t.number(story.things))
    shape = {"viewBox": f"0 0 {width} {height:g}", "width": f"{width}", "height": f"{height:g}", "role": "group", "aria_label": label}
    shape["style"] = f"min-width: {width * LEAST:.0f}px"
    return tag("svg", lines, drawn, cls="p-network p-trace is-wide", **shape)


def _calm(boxes: list[Box], lines: list[Line], places: dict[str, tuple[float, float]]) -> list[Box]:
    """Return a column in the order of what stands before it, so that few lines cross."""

    def height(box: Box) -> float:
        before = [places[line.source][1] for line in lines if line.target == box.id and line.source in places]
        return sum(before) / len(before) if before else 0.0

    return sorted(boxes, key=height)


def _line(line: Line, places: dict[str, tuple[float, float]]) -> Markup:
    (x1, y1), (x2, y2) = places[line.source], places[line.target]
    x1, y1, y2 = x1 + BOX[0], y1 + BOX[1] / 2, y2 + BOX[1] / 2
    bend = max(24.0, abs(x2 - x1) / 2)
    way = f"M{x1:.1f} {y1:.1f} C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    cls = "p-edge s-circulation" + (" is-lit" if line.lit else "") + (" is-hidden" if line.hidden else "")
    return tag("path", d=way, cls=cls)


def _box(box: Box, place: tuple[float, float], t: Texts) -> Markup:
    head, name, firm = _head(box, t), box.name, box.firm if box.kind != "firm" else t("went there")
    rows = [head, name, firm] if name else [head, firm, box.note]
    texts = [tag("text", _cut(text, WIDE), x="14", y=str(20 + 17 * at), cls="p-below" if at else "p-name") for at, text in enumerate(rows) if text]
    said = " · ".join(text for text in (head, name, firm, box.note) if text)
    frame = tag("rect", width=str(BOX[0]), height=str(BOX[1]), rx="10", cls="p-box")
    stack = tag("rect", x="5", y="5", width=str(BOX[0]), height=str(BOX[1]), rx="10", cls="p-box") if box.count > 1 and box.kind != "hidden" else ""
    body = tag("g", tag("title", said), stack, frame, *texts)
    href = _href(box)
    return tag("g", tag("a", body, href=href) if href else body, transform=f"translate({place[0]:.1f} {place[1]:.1f})", cls=_state(box))


def _state(box: Box) -> str | None:
    states = (("is-own", box.asked), ("is-lit", box.lit), ("is-hidden", box.kind == "hidden"))
    return " ".join(name for name, on in states if on) or None


def upright(story: Story, t: Texts) -> Markup:
    """Return the same for a narrow screen: a list, what came first above."""
    rows = []
    for box in sorted(story.boxes, key=lambda each: each.column):
        head, href = _head(box, t), _href(box)
        below = " · ".join(text for text in (box.name, t("went there") if box.kind == "firm" else box.firm, box.note) if text)
        words = join(link(head, href) if href else tag("strong", head), tag("div", below, cls="p-soft p-small"))
        rows.append(tag("li", tag("div", words), cls=_state(box)))
    return tag("ol", rows, cls="p-way is-upright")
