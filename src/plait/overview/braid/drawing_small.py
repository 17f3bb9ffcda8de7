"""The braid small: a row's picture and plait's mark (pure)."""

from collections.abc import Iterator

from plait.overview.braid.ink import Grid, Ink, clean, node
from plait.overview.braid.model import STRANDS, Braid, SmallBraid, Strand
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
    """Return plait's mark: three strands that weave."""
    order: tuple[Strand, ...] = ("infrastructure", "circulation", "manufacturing") * 2
    pitch = size / 6
    marks = [(strand, (index + 0.5) * pitch, 1.0) for index, strand in enumerate(order)]
    grid = Grid(weave(marks, float(size), pitch), 0.0, size * 0.28, size * 0.22, tall=False)
    ink = Ink("css")
    base = {"fill": "none", "stroke-width": size * 0.085, "stroke-linecap": "round"}
    parts = [node("path", base | {"d": grid.along(strand, size * 0.05, size * 0.95), "stroke": ink(strand)}) for strand in STRANDS]
    for crossing in grid.weave.crossings:
        path = grid.crossing(crossing.over, crossing.at, crossing.half, 0.8)
        parts.append(node("path", base | {"d": path, "stroke": ink("card"), "stroke-width": size * 0.15, "stroke-linecap": "butt"}))
        parts.append(node("path", base | {"d": path, "stroke": ink(crossing.over)}))
    values = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {size} {size}", "width": size, "height": size, "role": "img", "class": "plait-logo"}
    return node("svg", values, node("title", {}, "plait"), *parts)
