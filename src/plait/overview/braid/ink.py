"""Colours, SVG elements and paths of the braid's picture (pure)."""

import re
from collections.abc import Mapping, Sequence
from html import escape

from plait.overview.braid.weaving import Weave

__all__ = ["COLOURS", "FONT", "Grid", "Ink", "clean", "node", "text"]

FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans SC', sans-serif"
# Name, light, dark.
COLOURS: dict[str, tuple[str, str]] = {
    "ground": ("#F6F7F9", "#0E1116"),
    "card": ("#FFFFFF", "#161B22"),
    "line": ("#E3E6EB", "#2A313C"),
    "ink": ("#14181F", "#E8ECF2"),
    "soft": ("#5B6675", "#9AA6B6"),
    "infrastructure": ("#0891B2", "#22D3EE"),
    "manufacturing": ("#7C3AED", "#A78BFA"),
    "circulation": ("#EA580C", "#FB923C"),
    "infrastructure-ink": ("#0E7490", "#22D3EE"),
    "circulation-ink": ("#C2410C", "#FB923C"),
    "bad": ("#B91C1C", "#F87171"),
    "down": ("#DC2626", "#F87171"),
}
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Ink:
    """The colours of one theme: ``css`` takes the page's tokens (light where it has none), ``light`` and ``dark`` are fixed."""

    def __init__(self, theme: str) -> None:
        self.theme = theme

    def __call__(self, name: str) -> str:
        """Return the colour ``name`` as an attribute's value."""
        light, dark = COLOURS[name]
        if self.theme == "css":
            return f"var(--{name},{light})"
        return dark if self.theme == "dark" else light

    def strand_text(self, strand: str) -> str:
        """Return the strand's colour for text, dark enough to be read."""
        return self(strand if strand == "manufacturing" else f"{strand}-ink")


def clean(value: str) -> str:
    """Return text as it may stand in XML: without control characters, with its marks escaped."""
    return escape(_UNFIT.sub("\ufffd", value), quote=True)


def node(name: str, attributes: Mapping[str, object], *inside: str) -> str:
    """Return an element; attribute names with ``_`` for ``-``, numbers to a tenth of a pixel, values escaped, ``inside`` as it is."""
    said = "".join(f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{said}>{''.join(inside)}</{name}>" if inside else f"<{name}{said}/>"


def _value(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else clean(str(value))


def text(x: float, y: float, said: str, ink: Ink, colour: str, size: int, *, weight: int = 400, anchor: str = "start", halo: bool = True) -> str:
    """Return a line of text; ``halo`` keeps it legible over lines."""
    fill = ink.strand_text(colour) if colour in ("infrastructure", "manufacturing", "circulation") else ink(colour)
    values: dict[str, object] = {"x": x, "y": y, "font_size": size, "fill": fill, "text_anchor": None if anchor == "start" else anchor}
    values["font_weight"] = weight if weight != 400 else None
    if halo:
        values |= {"stroke": ink("card"), "stroke_width": 4, "stroke_linejoin": "round", "paint_order": "stroke"}
    return node("text", values, clean(said))


class Grid:
    """Turns places along the time and lanes across it into pixels, from left to right or (``tall``) from top to bottom."""

    def __init__(self, weave: Weave, start: float, base: float, spacing: float, *, tall: bool) -> None:
        self.weave = weave
        self.start = start
        self.base = base
        self.spacing = spacing
        self.tall = tall

    def point(self, along: float, lane: float, aside: float = 0.0) -> tuple[float, float]:
        """Return the pixel of a place; ``aside`` pixels further across."""
        across = self.base + lane * self.spacing + aside
        return (across, self.start + along) if self.tall else (self.start + along, across)

    def on(self, strand: str, along: float, aside: float = 0.0) -> tuple[float, float]:
        """Return the pixel of a place on a strand."""
        return self.point(along, self.weave.lane(strand, along), aside)  # type: ignore[arg-type]

    def strand(self, strand: str) -> str:
        """Return the whole strand as a path."""
        parts: list[str] = []
        for start, end, before, after in self.weave.pieces(strand):  # type: ignore[arg-type]
            if not parts:
                parts.append(f"M{self._pair(start, before)}")
            parts.append(self._curve(start, end, before, after) if before != after else f"L{self._pair(end, after)}")
        return " ".join(parts)

    def _pair(self, along: float, lane: float) -> str:
        x, y = self.point(along, lane)
        return f"{x:.1f} {y:.1f}"

    def _curve(self, start: float, end: float, before: float, after: float) -> str:
        third = (end - start) / 3
        return f"C{self._pair(start + third, before)} {self._pair(end - third, after)} {self._pair(end, after)}"

    def crossing(self, strand: str, at: float, half: float, share: float = 0.62) -> str:
        """Return the middle ``share`` of a strand's way through a crossing as a path."""
        return self.along(strand, at - half * share, at + half * share)

    def along(self, strand: str, start: float, end: float, aside: float = 0.0, *, joined: tuple[bool, bool] = (False, False)) -> str:
        """Return the strand from ``start`` to ``end`` as a path, ``aside`` of it but for the ends that are ``joined`` to it."""
        count = max(2, int((end - start) // 5))
        points = []
        for step in range(count + 1):
            share = step / count
            bend = min(1.0, share * (end - start) / 26 if joined[0] else 1.0, (1 - share) * (end - start) / 26 if joined[1] else 1.0)
            x, y = self.on(strand, start + (end - start) * share, aside * bend * bend * (3 - 2 * bend))
            points.append(f"{x:.1f} {y:.1f}")
        return "M" + " L".join(points)

    def box(self, start: float, end: float, low: float, high: float) -> tuple[float, float, float, float]:
        """Return (x, y, width, height) of what lies between two places along and two pixels across."""
        if self.tall:
            return low, self.start + start, high - low, end - start
        return self.start + start, low, end - start, high - low


def story(sentences: Sequence[str]) -> str:
    """Return sentences as one text, each with its stop."""
    return " ".join(sentence if sentence.endswith((".", "。", "!", "?", "…")) else f"{sentence}." for sentence in sentences if sentence)
