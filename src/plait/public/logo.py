"""The braid as an SVG: three strands that cross, drawn from the same curve as everywhere."""

import math

__all__ = ["braid_svg"]

COLOURS = ("infrastructure", "manufacturing", "circulation")
PIECES = 2
"""Cubic curves a crossing: with two, the curve is within a hundredth of a pixel of the cosine."""


def _height(angle: float, top: float, bottom: float) -> tuple[float, float]:
    """Return the height of a strand at ``angle``, and its slope (a radian)."""
    middle, swing = (top + bottom) / 2, (bottom - top) / 2
    return middle - math.cos(angle) * swing, math.sin(angle) * swing


def _path(strand: int, index: int, length: float, top: float, bottom: float) -> str:
    step, turn = length / PIECES, 2 * math.pi / 3 / PIECES
    parts = []
    for piece in range(PIECES + 1):
        x, angle = index * length + piece * step, turn * (index * PIECES + piece) + 2 * math.pi * strand / 3
        y, slope = _height(angle, top, bottom)
        lead = slope * turn / 3
        if piece:
            parts.append(f" {x - step / 3:.4g} {y - lead:.4g} {x:.4g} {y:.4g}")
        if piece < PIECES:
            parts.append(f"{'C' if piece else f'M{x:.4g} {y:.4g}C'}{x + step / 3:.4g} {y + lead:.4g}")
    return "".join(parts)


def braid_svg(width: int = 720, height: int = 64, crossings: int = 12) -> str:
    """Return a braid of ``width`` by ``height`` px with ``crossings``; colours come from the page's style sheet. It repeats after three crossings."""
    length, top, bottom = width / crossings, height * 0.18, height * 0.82
    parts = []
    for over in range(3):
        for strand in (*(each for each in range(3) if each != over), over):
            path = _path(strand, over, length, top, bottom)
            parts.append(f'<path class="gap" d="{path}"/><path class="{COLOURS[strand]}" d="{path}"/>')
    again = "".join(f'<use href="#braid" x="{length * at:.5g}"/>' for at in range(3, crossings, 3))
    body = f'<g id="braid">{"".join(parts)}</g>{again}'
    return f'<svg class="braid" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" aria-label="A braid of three strands">{body}</svg>'
