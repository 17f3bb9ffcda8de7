"""The network as a picture: firms by tier from raw material to customer, what goes between them by strand, the last messages as dots on their way."""

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from plait.console.html import Markup, tag
from plait.kernel.texts import Texts
from plait.overview.network.model import Edge, Message, Network, NetworkNode

__all__ = ["draw"]

STRANDS = ("infrastructure", "manufacturing", "circulation")
BOX = (168, 52)
GAP = (72, 28)
MARGIN = 16
MOST_A_TIER = 40
SECTIONS = "ABCDEFGHIJKLMNOPQRSTU"


@dataclass(frozen=True)
class _Place:
    x: float
    y: float


def draw(network: Network, t: Texts, fresh: Collection[str] = (), *, upright: bool = False) -> Markup:
    """Return the picture. ``fresh``: ids of messages that travel now; ``upright``: from top to bottom, for a phone."""
    tiers = _tiers(network)
    places, width, height = _placed(tiers, upright=upright)
    edges = [_edge(edge, places, upright=upright) for edge in network.edges if edge.source in places and edge.target in places]
    dots = [_dot(index, message, network, places, upright=upright) for index, message in enumerate(each for each in network.recent if each.id in fresh)]
    boxes = [_box(node, places[node.party], t) for nodes in tiers for node in nodes]
    title = t("{count} firms, from raw material to customer", count=sum(len(nodes) for nodes in tiers))
    shape = {"viewBox": f"0 0 {width:g} {height:g}", "width": f"{width:g}", "height": f"{height:g}", "role": "group", "aria_label": title}
    return tag("svg", edges, boxes, dots, cls=f"p-network {'is-upright' if upright else 'is-wide'}", **shape)


def _tiers(network: Network) -> list[list[NetworkNode]]:
    """Return the firms that trade, by tier; the others stand behind them, folded to what fits."""
    found: dict[int, list[NetworkNode]] = defaultdict(list)
    for node in network.nodes:
        found[node.tier if node.trades or node.own else -1].append(node)
    aside = found.pop(-1, [])
    tiers = [sorted(found[tier], key=lambda node: (not node.own, node.name))[:MOST_A_TIER] for tier in sorted(found)]
    return [*tiers, *([aside[:MOST_A_TIER]] if aside else [])]


def _placed(tiers: Sequence[Sequence[NetworkNode]], *, upright: bool) -> tuple[dict[str, _Place], float, float]:
    longest = max((len(nodes) for nodes in tiers), default=1)
    across, along = (BOX[0], BOX[1]) if upright else (BOX[1], BOX[0])
    gap_across, gap_along = (12, 56) if upright else (GAP[1], GAP[0])
    columns = 2 if upright else longest
    places: dict[str, _Place] = {}
    offset = float(MARGIN)
    for nodes in tiers:
        lines = math.ceil(len(nodes) / columns) if nodes else 1
        for index, node in enumerate(nodes):
            in_line = min(columns, len(nodes) - (index // columns) * columns)
            start = MARGIN + (columns - in_line) * (across + gap_across) / 2
            side = start + (index % columns) * (across + gap_across)
            deep = offset + (index // columns) * (along + gap_along / 2)
            places[node.party] = _Place(side, deep) if upright else _Place(deep, side)
        offset += lines * along + (lines - 1) * gap_along / 2 + gap_along
    end = offset - gap_along + MARGIN
    breadth = 2 * MARGIN + columns * across + (columns - 1) * gap_across
    return places, (breadth if upright else end), (end if upright else breadth)


def _curve(edge: Edge, places: dict[str, _Place], *, upright: bool) -> str:
    """Return the way from source to target, a little beside that of the other strands."""
    a, b = places[edge.source], places[edge.target]
    aside = (STRANDS.index(edge.strand) - 1) * 9
    if upright:
        forward = a.y <= b.y
        x1, y1, x2, y2 = a.x + BOX[0] / 2 + aside, a.y + (BOX[1] if forward else 0), b.x + BOX[0] / 2 + aside, b.y + (0 if forward else BOX[1])
        bend = max(24.0, abs(y2 - y1) / 2) * (1 if forward else -1)
        return f"M{x1:.1f} {y1:.1f} C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"
    forward = a.x <= b.x
    x1, y1, x2, y2 = a.x + (BOX[0] if forward else 0), a.y + BOX[1] / 2 + aside, b.x + (0 if forward else BOX[0]), b.y + BOX[1] / 2 + aside
    bend = max(24.0, abs(x2 - x1) / 2) * (1 if forward else -1)
    return f"M{x1:.1f} {y1:.1f} C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"


def _edge(edge: Edge, places: dict[str, _Place], *, upright: bool) -> Markup:
    thick = 1.5 + min(5.0, math.log10(1 + edge.total) * 1.6)
    quiet = "" if edge.day else " is-quiet"
    return tag("path", d=_curve(edge, places, upright=upright), cls=f"s-{edge.strand} p-edge{quiet}", stroke_width=f"{thick:.1f}")


def _box(node: NetworkNode, place: _Place, t: Texts) -> Markup:
    hue = (SECTIONS.find(node.section) * 47 + 200) % 360 if node.section else None
    bar = tag("rect", x="0", y="8", width="4", height=f"{BOX[1] - 16}", rx="2", style=f"fill: hsl({hue} 45% 52%)" if hue is not None else "fill: var(--line)")
    name = node.name or node.party[:8]
    short = name if len(name) <= 18 else f"{name[:17]}…"
    below = " · ".join(each for each in ((t("this firm"), node.region) if node.own else (node.isic and f"ISIC {node.isic}", node.region)) if each)
    texts = (tag("text", short, x="14", y="22", cls="p-name"), tag("text", below[:26], x="14", y="40", cls="p-below"))
    body = tag("g", tag("title", f"{name} {below}"), tag("rect", width=f"{BOX[0]}", height=f"{BOX[1]}", rx="10", cls="p-box"), bar, *texts)
    box = tag("a", body, href=node.link) if node.link.startswith("/") else body
    return tag("g", box, transform=f"translate({place.x:.1f} {place.y:.1f})", cls="is-own" if node.own else None)


def _dot(index: int, message: Message, network: Network, places: dict[str, _Place], *, upright: bool) -> Markup:
    """Return a message on its way along its edge, once."""
    us = next((node.party for node in network.nodes if node.own), "")
    if us not in places or message.party not in places:
        return Markup("")
    source, target = (us, message.party) if message.direction == "out" else (message.party, us)
    way = _curve(Edge(source, target, message.strand, 1, 1), places, upright=upright)
    move = tag("animateMotion", path=way, dur="1.8s", begin=f"{index * 0.25:.2f}s", fill="freeze", repeatCount="1")
    fade = tag("animate", attributeName="opacity", values="0;1;1;0", dur="1.8s", begin=f"{index * 0.25:.2f}s", fill="freeze")
    return tag("circle", move, fade, r="6", opacity="0", cls=f"f-{message.strand} p-dot-moving")
