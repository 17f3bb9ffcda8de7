"""The braid in the terminal: three lines of characters that weave as the steps complete."""

import math

from rich.text import Text

__all__ = ["STRANDS", "weave"]

STRANDS = (("infrastructure", "#0891B2"), ("manufacturing", "#7C3AED"), ("circulation", "#EA580C"))
PERIOD = 18


def _row(strand: int, column: int) -> float:
    return 1 - math.cos(2 * math.pi * (column / PERIOD + strand / 3))


def weave(done: int, steps: int, width: int = 70) -> Text:
    """Return three lines, woven as far as ``done`` of ``steps``; each step's knot is a dot on the strand on top there."""
    span = width * done // steps
    knots = {width * step // steps - 1 for step in range(1, done + 1)}
    rows = [[(" ", "") for _ in range(width)] for _ in range(3)]
    for column in range(width):
        if column >= span:
            for line in range(3):
                rows[line][column] = ("·", "grey37")
            continue
        over = (column * 3 // PERIOD) % 3
        for strand in sorted(range(3), key=lambda each: each == over):
            line = min(2, max(0, round(_row(strand, column))))
            slope = _row(strand, column + 1) - _row(strand, column)
            mark = "─" if abs(slope) < 0.2 else ("╲" if slope > 0 else "╱")
            if column in knots and strand == over:
                mark = "●"
            rows[line][column] = (mark, STRANDS[strand][1])
    text = Text()
    for row in rows:
        for mark, colour in row:
            text.append(mark, style=colour)
        text.append("\n")
    return text
