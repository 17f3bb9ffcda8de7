"""The braid as an SVG: three strands that cross, drawn from the same curve as everywhere."""

import math

__all__ = ["braid_svg"]

COLOURS = ("infrastructure", "manufacturing", "circulation")


def _height(strand: int, x: float, period: float, top: float, bottom: float) -> float:
    return (top + bottom) / 2 - math.cos(2 * math.pi * (x / period + strand / 3)) * (bottom - top) / 2


def _path(strand: int, start: float, end: float, period: float, top: float, bottom: float) -> str:
    steps = max(2, round((end - start) / 5))
    points = [start + (end - start) * index / steps for index in range(steps + 1)]
    return "M" + " L".join(f"{x:.1f} {_height(strand, x, period, top, bottom):.1f}" for x in points)


def braid_svg(width: int = 720, height: int = 64, crossings: int = 12) -> str:
    """Return a braid of ``width`` by ``height`` px with ``crossings``; colours come from the page's style sheet."""
    period = width / crossings * 3
    top, bottom = height * 0.18, height * 0.82
    parts = []
    segment = period / 3
    for index in range(crossings):
        over = index % 3
        for strand in (*(each for each in range(3) if each != over), over):
            path = _path(strand, index * segment, (index + 1) * segment, period, top, bottom)
            parts.append(f'<path class="gap" d="{path}"/><path class="{COLOURS[strand]}" d="{path}"/>')
    body = "".join(parts)
    return f'<svg class="braid" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" aria-label="A braid of three strands">{body}</svg>'
