"""The picture of a braid as SVG (pure: nothing is read or written)."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from plait.kernel.texts import Texts
from plait.overview.braid.axis import day_and_time, ticks
from plait.overview.braid.ink import FONT, Grid, Ink, clean, node, story, text
from plait.overview.braid.labels import Box, Wanted, beside, lines_of, place, width_of
from plait.overview.braid.model import STRANDS, Braid, Knot, Stretch, Words, say
from plait.overview.braid.weaving import Cluster, Scale, Weave, bundle, marks_of, scale_of, weave

__all__ = ["TALL_BELOW", "draw", "fitting_height"]

TALL_BELOW = 560
RADII = {1: 3.6, 2: 5.0, 3: 7.0}
LABEL, SMALL, TITLE = 12, 11, 14
NAMES = {"infrastructure": "Infrastructure", "manufacturing": "Manufacturing", "circulation": "Circulation"}
MOST_SAID = 8
MOST_TOLD = 30


def draw(braid: Braid, width: int, height: int, texts: Texts, theme: Literal["css", "light", "dark"] = "css") -> str:
    """Return the whole picture, ``width`` by ``height`` pixels; below 560 wide time runs from top to bottom. Colours by the page's CSS unless themed."""
    return _Picture(braid, width, height, texts, Ink(theme)).svg()


def fitting_height(braid: Braid, width: int) -> int:
    """Return the height in pixels at which the picture of ``width`` shows its steps well."""
    if width >= TALL_BELOW:
        return 500 if width >= 900 else 540
    steps = sum(1 for knot in braid.knots if knot.weight > 1)
    return min(1600, 420 + 34 * min(steps, 36))


class _Picture:
    """One picture being drawn."""

    def __init__(self, braid: Braid, width: int, height: int, texts: Texts, ink: Ink) -> None:
        self.braid = braid
        self.width = width
        self.height = height
        self.texts = texts
        self.ink = ink
        self.tall = width < TALL_BELOW
        self.id = f"braid{zlib.crc32(f'{braid.order}/{width}/{height}'.encode()):08x}"
        self.title = lines_of(say(braid.title, texts), TITLE, width - 28, 2 if self.tall else 1)
        self.lines = [(when, said, colour) for when, said, colour in self._dated() if when is not None]
        self.top = 14.0 + 19 * len(self.title) + (6 if self.tall else 0)
        self.head = self.top if self.tall else self.top + self._words_room()
        if self.tall:
            self.start, self.length = self.head + 14, max(60.0, height - self.head - 34)
            spacing, base = 24.0, 64.0
        else:
            self.start, self.length = 134.0, width - 134.0 - 40
            room = height - self.head - 28
            spacing = max(12.0, min(46.0, room * 0.135))
            base = self.head + room / 2 - spacing
        self.spacing = spacing
        self.silent = {strand for strand in STRANDS if all(knot.strand != strand for knot in braid.knots)}
        self.tail = any(_beyond(stretch, braid) for stretch in braid.stretches)
        self.scale: Scale = scale_of(braid, self.length - (70.0 if self.tail and braid.state == "done" else 0.0))
        weave_of: Weave = weave(marks_of(braid.knots, self.scale), self.length, 54 if self.tall else 66)
        self.grid = Grid(weave_of, self.start, base, spacing, tall=self.tall)
        self.clusters = bundle(braid.knots, self.scale, 12 if self.tall else 13)
        self.stretches = [self._stretch(stretch, index) for index, stretch in enumerate(braid.stretches[:12])]

    def svg(self) -> str:
        """Return the picture."""
        sides = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {self.width} {self.height}", "width": self.width, "height": self.height}
        named = {"role": "group", "aria-labelledby": f"{self.id}-t", "aria-describedby": f"{self.id}-d", "class": "plait-braid", "font-family": FONT}
        layers = [
            node("title", {"id": f"{self.id}-t"}, clean(say(self.braid.title, self.texts))),
            node("desc", {"id": f"{self.id}-d"}, clean(self._story())),
            self._defs(),
            self._ground(),
            *self._gap(),
            *self._axis(),
            *self._spans(),
            *self._strands(),
            *self._dotted(),
            *self._dates(),
            *self._words(),
        ]
        return node("svg", sides | named, *layers)

    # -- words beside the picture

    def _story(self) -> str:
        """Return the braid in sentences, for those who do not see it."""
        texts, braid = self.texts, self.braid
        told = [knot for knot in braid.knots if knot.weight == 3][:MOST_TOLD]
        turning = [f"{day_and_time(knot.at, texts)}: {say(knot.title, texts)}" for knot in told]
        return story([say(braid.title, texts), say(braid.headline, texts), *turning, *(say(stretch.reason, texts) for stretch in braid.stretches)])

    def _dated(self) -> Iterator[tuple[datetime | None, str, str]]:
        texts, braid = self.texts, self.braid
        promised = braid.promised
        if promised is not None:
            yield promised, texts("Promised for {when}", when=day_and_time(promised, texts)), "ink"
        if braid.first_promised is not None and braid.first_promised != promised:
            yield braid.first_promised, texts("First promised for {when}", when=day_and_time(braid.first_promised, texts)), "soft"
        if braid.state == "open":
            yield braid.now, texts("Now, {when}", when=day_and_time(braid.now, texts)), "now"
        elif braid.ended is not None and braid.state == "done":
            yield braid.ended, texts("Delivered {when}", when=day_and_time(braid.ended, texts)), "soft"

    def _words_room(self) -> float:
        return 40.0 + (34.0 if self.braid.late else 0.0)

    def _defs(self) -> str:
        line = node("line", {"x1": 0, "y1": 0, "x2": 0, "y2": 8, "stroke": self.ink("down"), "stroke-width": 1.6, "stroke-opacity": 0.28})
        hatch = node("pattern", {"id": f"{self.id}-h", "width": 8, "height": 8, "patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)"}, line)
        x, y, width, height = self.grid.box(-20, self._done(), 0, self.width if self.tall else self.height)
        clip = node("clipPath", {"id": f"{self.id}-c"}, node("rect", {"x": x, "y": y, "width": width, "height": height}))
        return node("defs", {}, hatch, clip)

    def _ground(self) -> str:
        headline = "" if self.braid.late else say(self.braid.headline, self.texts)
        said = text(14.0, self.top + (6.0 if self.tall else 12.0), headline, self.ink, "soft", LABEL, halo=False) if headline and not self.tall else ""
        said += "".join(text(14.0, 22.0 + 19 * index, line, self.ink, "ink", TITLE, weight=600, halo=False) for index, line in enumerate(self.title))
        if self.ink.theme == "css":
            return said
        return node("rect", {"width": self.width, "height": self.height, "rx": 12, "fill": self.ink("card")}) + said

    def _done(self) -> float:
        """Return up to where things have happened."""
        return self.scale.at(self.braid.now) if self.braid.state == "open" else self.length + 40

    # -- the time

    def _foot(self) -> float:
        return self.grid.base + 2 * self.spacing + 16 if self.tall else self.height - 26.0

    def _axis(self) -> Iterator[str]:
        ink = self.ink
        for tick in ticks(self.scale, self.texts, 8.0 if not self.tall else 14.0, tall=self.tall):
            colour = "ink" if tick.day else "soft"
            if self.tall:
                y = self.start + tick.along
                yield node("line", {"x1": self.grid.base - 14, "x2": self._foot(), "y1": y, "y2": y, "stroke": ink("line")})
                yield text(self.grid.base - 18, y + 4, tick.said, ink, colour, 10, anchor="end", halo=False)
                continue
            x = self.start + tick.along
            top = self.grid.base - self.spacing * 0.5
            yield node("line", {"x1": x, "x2": x, "y1": top, "y2": self._foot(), "stroke": ink("line"), "stroke-dasharray": None if tick.day else "2 4"})
            yield text(x, self._foot() + 17, tick.said, ink, colour, SMALL, anchor="middle", halo=False, weight=600 if tick.day else 400)

    def _dates(self) -> Iterator[str]:
        """Draw the lines of promise and now; tall, their words stand in the column."""
        for when, _, colour in self.lines:
            along = self.scale.at(when)
            dash = "5 4" if colour == "soft" else None
            if self.tall:
                y = self.start + along
                spot = {"x1": self.grid.base - 14, "x2": self._foot() + 4, "y1": y, "y2": y}
            else:
                x = self.start + along
                spot = {"x1": x, "x2": x, "y1": self.top + 8, "y2": self._foot()}
            yield node("line", spot | {"stroke": self.ink("soft" if colour == "now" else colour), "stroke-width": 1.5, "stroke-dasharray": dash})

    def _gap(self) -> Iterator[str]:
        late = self.braid.late
        if late is None:
            return
        low, high = (self.grid.base - 14, self._foot()) if self.tall else (self.head - 4, self._foot())
        start, end = self.scale.at(late.since), self.scale.at(late.until)
        x, y, width, height = self.grid.box(start, max(end, start + 2), low, high)
        where = {"x": x, "y": y, "width": width, "height": height}
        yield node("rect", where | {"fill": self.ink("down"), "fill-opacity": 0.03}) + node("rect", where | {"fill": f"url(#{self.id}-h)"})

    # -- the strands

    def _spans(self) -> Iterator[str]:
        """Draw what lasts as a broad band on its strand: jobs, what is planned, and stand-stills in their state's colour."""
        for name, down, planned in (("line.job", False, False), ("schedule.planned", False, True), ("machine.down", True, False)):
            spans = [(self.scale.at(knot.at), self._end(knot)) for knot in self.braid.knots if knot.kind == name]
            for start, end in _merged(spans):
                if end - start < 2:
                    continue
                colour = self.ink("down" if down else "infrastructure")
                values = {"d": self.grid.along("infrastructure", start, end), "fill": "none", "stroke": colour, "stroke-width": 15, "stroke-linecap": "round"}
                yield node("path", values | {"stroke-opacity": 0.4 if down else 0.1 if planned else 0.2})

    def _end(self, knot: Knot) -> float:
        return self.scale.at(knot.until) if knot.until is not None else self._done() if self.braid.state == "open" else self.scale.at(knot.at)

    def _strands(self) -> Iterator[str]:
        done, ink = self._done(), self.ink
        base = {"fill": "none", "stroke-width": 4.5, "stroke-linecap": "round"}
        open_ = self.braid.state == "open"
        for strand in STRANDS:
            values = {"d": self.grid.strand(strand), "stroke": ink(strand)} | base
            if strand in self.silent:
                yield node("path", values | {"stroke-opacity": 0.25})
                continue
            if open_:
                yield node("path", values | {"stroke-opacity": 0.3})
            yield node("path", values | ({"clip-path": f"url(#{self.id}-c)"} if open_ else {}))
        for crossing in self.grid.weave.crossings:
            path = self.grid.crossing(crossing.over, crossing.at, crossing.half)
            yield node("path", base | {"d": path, "stroke": ink("card"), "stroke-width": 10.5, "stroke-linecap": "butt"})
            yield node("path", base | {"d": path, "stroke": ink(crossing.over), "stroke-opacity": 0.3 if crossing.at > done else None})
        for strand in STRANDS:
            x, y = self.grid.on(strand, 0)
            name = self.texts(NAMES[strand])
            if self.tall:
                continue
            yield text(x - 14, y + 4, name, ink, strand, LABEL, weight=600, anchor="end")

    def _stretch(self, stretch: Stretch, index: int) -> tuple[Stretch, float, float, float]:
        """Return a stretch with where it begins and ends, and how far from its strand it runs."""
        start, end = self.scale.at(stretch.since), self.scale.at(stretch.until)
        if _beyond(stretch, self.braid):
            start, end = min(start, self.length - 50), self.length
        elif end - start < 44:
            start = min(start, self.length - 44)
            end = start + 44
        lane = self.grid.weave.lane(stretch.strand, (start + end) / 2)
        beside_ = sum(1 for other in self.braid.stretches[:index] if other.strand == stretch.strand)
        aside = 13.0 + 6 * (beside_ % 3)
        if stretch.strand in self.silent and not beside_:
            return stretch, start, end, 0.0
        return stretch, start, end, -aside if lane < 0.5 else aside

    def _dotted(self) -> Iterator[str]:
        for stretch, start, end, aside in self.stretches:
            path = self.grid.along(stretch.strand, start, end, aside, joined=(True, end < self.length - 1))
            values = {"fill": "none", "stroke": self.ink(stretch.strand), "stroke-width": 3, "stroke-linecap": "round", "stroke-dasharray": "0.1 7"}
            yield node("path", values | {"d": path}, node("title", {}, clean(say(stretch.reason, self.texts))))

    # -- knots and labels

    def _words(self) -> Iterator[str]:
        """Draw knots with their labels, the reasons of what is not shown, and the words of promise, now and lateness."""
        labels = self._tall_labels() if self.tall else self._wide_labels()
        leaders = [leader for leader, _ in labels.values()]
        yield from leaders
        if not self.tall:
            yield from self._date_words()
        for index, cluster in enumerate(self.clusters):
            yield self._knot(cluster, labels.get(index, ("", ""))[1])
        yield from (said for key, (_, said) in labels.items() if key >= len(self.clusters))

    def _knot(self, cluster: Cluster, label: str) -> str:
        main, ink = cluster.main, self.ink
        x, y = self.grid.on(cluster.strand, cluster.along)
        radius = RADII[main.weight]
        colour = ink("down") if main.kind == "machine.down" else ink(cluster.strand)
        parts = [node("title", {}, clean(self._said(cluster))), node("circle", {"cx": x, "cy": y, "r": 12, "fill": ink("card"), "fill-opacity": 0})]
        if len(cluster.knots) > 1 or cluster.count > 1:
            parts.append(node("circle", {"cx": x, "cy": y, "r": radius + 3.2, "fill": "none", "stroke": colour, "stroke-opacity": 0.45, "stroke-width": 1.4}))
        ring = {"cx": x, "cy": y, "r": radius, "fill": ink("card"), "stroke": colour, "stroke-width": 2.4 if main.ours else 1.6}
        ring["stroke-dasharray"] = "2.2 2.2" if main.planned else None
        parts.append(node("circle", ring))
        if main.weight == 3:
            parts.append(node("circle", {"cx": x, "cy": y, "r": 3.2, "fill": colour}))
        values = {"class": f"knot is-{cluster.strand}", "data-knot": main.id}
        if main.link:
            return node("a", values | {"href": main.link}, *parts, label)
        return node("g", values | {"tabindex": 0}, *parts, label)

    def _said(self, cluster: Cluster) -> str:
        texts = self.texts
        lines = [f"{day_and_time(knot.at, texts)}  {say(knot.title, texts)}" for knot in sorted(cluster.knots[:MOST_SAID], key=lambda each: each.at)]
        rest = len(cluster.knots) - len(lines)
        return "\n".join([*lines, texts("and {count} more", count=rest)] if rest else lines)

    def _ranks(self) -> list[float]:
        """Return how much each cluster's label is wanted: turning points before steps, the first of a kind before its repeats."""
        seen: Counter[str] = Counter()
        ranks: list[float] = []
        for cluster in self.clusters:
            main = cluster.main
            ranks.append(main.weight * 10 - min(9, 3 * seen[main.title.text] if main.weight < 3 else 0) - (0 if main.ours else 1))
            seen[main.title.text] += 1
        return ranks

    def _short(self, words: Words) -> str:
        """Return a sentence with its times as short as on the axis."""
        return say(words, self.texts, lambda when: day_and_time(when, self.texts))

    def _label(self, cluster: Cluster, width: float, most: int) -> tuple[list[str], str]:
        said = lines_of(self._short(cluster.main.title), LABEL, width, most)
        when = day_and_time(cluster.main.at, self.texts)
        more = len(cluster.knots) - 1
        return said, f"{when}  +{more}" if more else when

    def _wide_labels(self) -> dict[int, tuple[str, str]]:
        """Return leader and text of each label that found room, by the cluster's index; reasons of stretches have higher keys."""
        half = self.spacing + 24
        middle = self.grid.base + self.spacing
        bands = ((self.head, middle - half), (middle + half, self._foot() - 4))
        wanted, said = [], {}
        for index, (cluster, rank) in enumerate(zip(self.clusters, self._ranks(), strict=True)):
            lines, when = self._label(cluster, 150, 3 if cluster.main.weight == 3 else 2)
            x, y = self.grid.on(cluster.strand, cluster.along)
            wide = max(*(width_of(line, LABEL) for line in lines), width_of(when, SMALL))
            lane = self.grid.weave.lane(cluster.strand, cluster.along)
            side = -1 if lane < 0.5 or (lane < 1.5 and index % 2 == 0) else 1
            wanted.append(Wanted(index, x, y, wide, 15.0 * len(lines) + 13, side, rank))
            said[index] = (lines, when, RADII[cluster.main.weight], "ink")
        for index, (stretch, start, end, aside) in enumerate(self.stretches, len(self.clusters)):
            lines = lines_of(self._short(stretch.reason), SMALL, 170, 3)
            wide = max(width_of(line, SMALL) for line in lines)
            for turn, share in enumerate((0.5, 0.25, 0.75, 0.1, 0.9)):
                x, y = self.grid.on(stretch.strand, start + (end - start) * share, aside)
                wanted.append(Wanted(index, x, y, wide, 15.0 * len(lines), -1 if y < middle else 1, 25.0 - turn * 0.1))
            said[index] = (lines, "", 2.0, "soft")
        found = {}
        for label in place(wanted, bands, 8.0, self.width - 8.0):
            lines, when, radius, colour = said[label.key]
            down = 1 if label.y1 > label.y0 else -1
            line = {
                "x1": label.x,
                "x2": label.x,
                "y1": label.y0 + down * radius,
                "y2": label.y1 - down * 1.0,
                "stroke": self.ink("soft"),
                "stroke-opacity": 0.55,
            }
            found[label.key] = (node("line", line), self._block(label.box.x, label.box.y, lines, when, colour))
        return found

    def _block(self, x: float, y: float, lines: Sequence[str], when: str, colour: str) -> str:
        size, weight = (LABEL, 600) if colour in ("ink", "bad") else (SMALL, 400)
        parts = [text(x, y + 11 + 15 * index, line, self.ink, colour, size, weight=weight) for index, line in enumerate(lines)]
        if when:
            parts.append(text(x, y + 10 + 15 * len(lines), when, self.ink, "soft", SMALL))
        return "".join(parts)

    def _date_words(self) -> Iterator[str]:
        """Place the words of the lines above them, in two rows, and those of the gap below."""
        headline = "" if self.braid.late else say(self.braid.headline, self.texts)
        taken = [Box(14.0, self.top + 2, width_of(headline, LABEL), 14)]
        for when, said, colour in self.lines:
            wide = width_of(said, SMALL + 1)
            middle = self.start + self.scale.at(when)
            for y in (self.top + 4, self.top + 20):
                spots = [min(max(8.0, middle - wide * share), self.width - 8.0 - wide) for share in (0.5, 1.0, 0.0)]
                free = next((x for x in spots if not any(Box(x - 6, y, wide + 12, 14).meets(box) for box in taken)), None)
                if free is not None:
                    taken.append(Box(free, y, wide, 14))
                    yield text(free, y + 11, said, self.ink, "soft" if colour == "now" else colour, SMALL + 1, weight=600)
                    break
        late = self.braid.late
        if late is not None:
            lines = lines_of(self._short(late.words), LABEL, min(460.0, self.width - 40.0), 2)
            wide = max(width_of(line, LABEL) for line in lines)
            middle = self.start + (self.scale.at(late.since) + self.scale.at(late.until)) / 2
            x = min(max(8.0, middle - wide / 2), self.width - 8.0 - wide)
            yield self._block(x, self.top + 37, lines, "", "bad")

    def _tall_labels(self) -> dict[int, tuple[str, str]]:
        """As ``_wide_labels``, in one column beside the braid; the words of the lines and of the gap stand among them."""
        left = self.grid.base + 2 * self.spacing + 34
        wide = self.width - left - 10
        wanted, said, points = [], {}, {}
        for index, (cluster, rank) in enumerate(zip(self.clusters, self._ranks(), strict=True)):
            lines, when = self._label(cluster, wide, 2)
            points[index] = self.grid.on(cluster.strand, cluster.along)
            said[index] = (lines, when, "ink")
            wanted.append(Wanted(index, left, points[index][1], wide, 15.0 * len(lines) + 14, 1, rank))
        more: list[tuple[Words | str, float, float, str, float]] = [
            (stretch.reason, *self.grid.on(stretch.strand, (start + end) / 2, aside), "soft", 22.0) for stretch, start, end, aside in self.stretches
        ]
        more += [(line, self._foot() + 4, self.start + self.scale.at(when), colour, 40.0) for when, line, colour in self.lines]
        more = [(words, x, y, "soft" if colour == "now" else colour, rank) for words, x, y, colour, rank in more]
        late = self.braid.late
        if late is not None:
            more.append((late.words, self._foot(), self.start + (self.scale.at(late.since) + self.scale.at(late.until)) / 2, "bad", 50.0))
        for index, (words, x, y, colour, rank) in enumerate(more, len(self.clusters)):
            lines = lines_of(words if isinstance(words, str) else self._short(words), LABEL if colour in ("ink", "bad") else SMALL, wide, 3)
            points[index], said[index] = (x, y), (lines, "", colour)
            wanted.append(Wanted(index, left, y, wide, 15.0 * len(lines) + 2, 1, rank))
        found = {}
        for key, y in beside(wanted, self.start - 8, self.height - 8.0, 6.0):
            lines, when, colour = said[key]
            x, at = points[key]
            middle = y + 8
            bend = f"M{x + 7:.1f} {at:.1f} C{left - 16:.1f} {at:.1f} {left - 22:.1f} {middle:.1f} {left - 5:.1f} {middle:.1f}"
            leader = node("path", {"d": bend, "fill": "none", "stroke": self.ink("soft"), "stroke-opacity": 0.35})
            found[key] = (leader, self._block(left, y, lines, when, colour))
        return found


def _beyond(stretch: Stretch, braid: Braid) -> bool:
    """Tell whether a stretch is what comes after the hand-over, which has no end."""
    return braid.side == "sold" and stretch.strand == "circulation" and stretch.firm == braid.other and stretch.until >= (braid.ended or braid.now)


def _merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans without overlaps, in order."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
