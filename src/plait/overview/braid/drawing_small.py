"""The braid small: a row's picture and plait's mark (pure)."""

import math
from collections.abc import Iterator

from plait.overview.braid.ink import Grid, Ink, clean, node
from plait.overview.braid.model import STRANDS, Braid, SmallBraid
from plait.overview.braid.weaving import Scale, marks_of, timed, weave

__all__ = ["draw_small", "logo"]


def draw_small(braid: Braid | SmallBraid, width: int = 160, height: int = 28) -> str:
    """Return the same picture small and without labels, for a row of a list."""
    knots = braid.knots if isinstance(braid, Braid) else braid.marks
    ends = [when for when in (braid.promised, braid.ended, braid.now if braid.state == "open" else None) if when is not None]
    times = [when for _, when in timed(braid.knots)] if isinstance(braid, Braid) else [mark.at for mark in braid.marks]
    length = width - 12.0
    scale = Scale([braid.started, *times, *ends], length)
    ink = Ink("css")
    grid = Grid(weave(marks_of(knots, scale), length, 15), 6.0, height * 0.2, height * 0.3, tall=False)
    done = scale.at(braid.now) if braid.state == "open" else length
    parts = list(_small_strands(grid, ink, done, height))
    if braid.promised is not None:
        x = 6 + scale.at(braid.promised)
        late = braid.late is not None
        parts.append(node("line", {"x1": x, "x2": x, "y1": 1, "y2": height - 1, "stroke": ink("bad" if late else "soft"), "stroke-width": 1.5}))
    seen: set[tuple[str, int]] = set()
    for strand, along, weight in marks_of(knots, scale):
        if (strand, int(along // 7)) not in seen:
            seen.add((strand, int(along // 7)))
            x, y = grid.on(strand, along)
            radius = 2.4 if weight > 2 else 1.9
            parts.append(node("circle", {"cx": x, "cy": y, "r": radius, "fill": ink("card"), "stroke": ink(strand), "stroke-width": 1.2}))
    values = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "width": width, "height": height, "role": "img"}
    said = (braid.late.words.said if isinstance(braid, Braid) else braid.late.said) if braid.late else ""
    return node("svg", values | {"class": "plait-braid-small"}, node("title", {}, clean(f"{braid.number} {said}".strip())), *parts)


def _small_strands(grid: Grid, ink: Ink, done: float, height: int) -> Iterator[str]:
    base = {"fill": "none", "stroke-width": max(1.6, height * 0.075), "stroke-linecap": "round"}
    for strand in STRANDS:
        yield node(
            "path", base | {"d": grid.along(strand, 0, grid.weave.length), "stroke": ink(strand), "stroke-opacity": 0.3 if done < grid.weave.length else None}
        )
        if 0 < done < grid.weave.length:
            yield node("path", base | {"d": grid.along(strand, 0, done), "stroke": ink(strand)})
    for crossing in grid.weave.crossings:
        path = grid.crossing(crossing.over, crossing.at, crossing.half, 0.7)
        yield node("path", base | {"d": path, "stroke": ink("card"), "stroke-width": max(3.6, height * 0.17), "stroke-linecap": "butt"})
        yield node("path", base | {"d": path, "stroke": ink(crossing.over), "stroke-opacity": 0.3 if crossing.at > done else None})


def logo(size: int = 96) -> str:
    """Return plait's mark: three strands that weave, each passing over on its way to the middle."""
    ink = Ink("css")
    edge, middle, swing, period = size * 0.08, size / 2, size * 0.26, size * 0.84
    base = {"fill": "none", "stroke-width": size * 0.1, "stroke-linecap": "round", "stroke-linejoin": "round"}

    def angle(strand: int, x: float) -> float:
        return 2 * math.pi * ((x - edge) / period + 1 / 12 + strand / 3)

    def path(strand: int, start: float, end: float) -> str:
        xs = [start + (end - start) * step / 24 for step in range(25)]
        return "M" + " L".join(f"{x:.2f} {middle - swing * math.cos(angle(strand, x)):.2f}" for x in xs)

    crossings = []
    for one, other in ((0, 1), (1, 2), (0, 2)):
        for turn in range(-2, 4):
            x = edge + period * (turn / 2 - (one + other) / 6 - 1 / 12)
            if edge <= x <= size - edge:
                inward = math.cos(angle(one, x)) * math.sin(angle(one, x)) > 0
                crossings.append((x, one if inward else other, other if inward else one))
    crossings.sort()
    starts, ends = {crossings[0][2]: crossings[0][0]}, {crossings[-1][2]: crossings[-1][0]}
    parts = []
    for index, strand in enumerate(STRANDS):
        parts.append(node("path", base | {"d": path(index, starts.get(index, edge), ends.get(index, size - edge)), "stroke": ink(strand)}))
    for x, over, _ in crossings:
        bit = path(over, max(edge, x - period / 13), min(size - edge, x + period / 13))
        parts.append(node("path", base | {"d": bit, "stroke": ink("card"), "stroke-width": size * 0.17, "stroke-linecap": "butt"}))
        parts.append(node("path", base | {"d": bit, "stroke": ink(STRANDS[over])}))
    values = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {size} {size}", "width": size, "height": size, "role": "img", "class": "plait-logo"}
    return node("svg", values, node("title", {}, "plait"), *parts)
