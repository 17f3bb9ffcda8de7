"""The braid in the terminal: three lines of characters that weave; an order's, and one that grows with the steps of a run."""

import math
from collections.abc import Callable, Iterable

from rich.text import Text

from plait.overview.braid.model import STRANDS as NAMES
from plait.overview.braid.model import Braid, Strand
from plait.overview.braid.weaving import Weave, marks_of, scale_of, timed
from plait.overview.braid.weaving import weave as laid

__all__ = ["STRANDS", "weave", "woven"]

STRANDS = (("infrastructure", "#0891B2"), ("manufacturing", "#7C3AED"), ("circulation", "#EA580C"))
PERIOD = 18
AHEAD = ("·", "grey37")
Cells = list[list[tuple[str, str]]]


def _row(strand: int, column: int) -> float:
    return 1 - math.cos(2 * math.pi * (column / PERIOD + strand / 3))


def weave(done: int, steps: int, width: int = 70) -> Text:
    """Return three lines, woven as far as ``done`` of ``steps``; each step's knot is a dot on the strand on top there."""
    span = width * done // steps
    knots = {width * step // steps - 1 for step in range(1, done + 1)}
    rows = _blank(width)
    _ahead(rows, span)
    for column in range(span):
        over = (column * 3 // PERIOD) % 3
        for strand in sorted(range(3), key=lambda each: each == over):
            mark = "●" if column in knots and strand == over else ""
            _put(rows, column, lambda at, strand=strand: _row(strand, at), STRANDS[strand][1], mark)  # type: ignore[misc]
    return _text(rows)


def woven(braid: Braid, width: int = 70) -> Text:
    """Return an order's braid in three lines: knots as dots (turning points filled), the promise as a bar, dots for what is to come."""
    scale = scale_of(braid, float(width - 1))
    lanes = laid(marks_of(braid.knots, scale), float(width - 1), 6.0)
    done = int(scale.at(braid.now)) + 1 if braid.state == "open" else width
    marks: dict[tuple[Strand, int], str] = {}
    for knot, when in sorted(timed(braid.knots), key=lambda pair: pair[0].weight):
        if knot.weight > 1:
            marks[knot.strand, round(scale.at(when))] = "●" if knot.weight > 2 else "○"
    rows = _blank(width)
    _ahead(rows, done)
    for column in range(min(done, width)):
        for strand in sorted(NAMES, key=lambda each: (each, column) in marks):
            _put(rows, column, _lane(lanes, strand), dict(STRANDS)[strand], marks.get((strand, column), ""))
    if braid.promised is not None:
        at = round(scale.at(braid.promised))
        for row in rows:
            if row[at][0] not in "●○":
                row[at] = ("┃", "bold red" if braid.late else "bold")
    return _text(rows)


def _lane(lanes: Weave, strand: Strand) -> Callable[[int], float]:
    return lambda at: lanes.lane(strand, float(at))


def _blank(width: int) -> Cells:
    return [[(" ", "") for _ in range(width)] for _ in range(3)]


def _ahead(rows: Cells, span: int) -> None:
    for row in rows:
        row[span:] = [AHEAD] * (len(row) - span)


def _put(rows: Cells, column: int, height: Callable[[int], float], colour: str, mark: str) -> None:
    """Draw one strand's character of a column: level, going down or going up, or the ``mark``."""
    line = min(2, max(0, round(height(column))))
    slope = height(column + 1) - height(column)
    rows[line][column] = (mark or ("─" if abs(slope) < 0.2 else ("╲" if slope > 0 else "╱")), colour)


def _text(rows: Iterable[Iterable[tuple[str, str]]]) -> Text:
    text = Text()
    for row in rows:
        for mark, colour in row:
            text.append(mark, style=colour)
        text.append("\n")
    return text
