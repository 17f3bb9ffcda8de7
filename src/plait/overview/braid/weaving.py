"""The geometry of a braid: where a time lies, how the three strands run and cross, which knots fall together (pure)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from plait.overview.braid.model import STRANDS, Braid, Knot, Mark, Strand

__all__ = ["Cluster", "Crossing", "Scale", "Weave", "bundle", "marks_of", "scale_of", "timed", "weave"]

EVENLY = 0.45
LANES = {"infrastructure": 0, "manufacturing": 1, "circulation": 2}
MIDDLE = 1
TIRES = 0.5
STEP = timedelta(milliseconds=1)
MOST_STEPS = 5
TURNS = frozenset({"trade.rfq", "trade.quotation", "trade.order", "trade.promise"})


class Scale:
    """Places times between 0 and ``length`` pixels: half by the clock, half by what happens, so that a busy minute is not a dot."""

    def __init__(self, times: Iterable[datetime], length: float) -> None:
        self.length = length
        known = sorted(set(times))
        if len(known) == 1:
            known = [known[0] - timedelta(hours=1), known[0] + timedelta(hours=1)]
        self._times = known
        span = (known[-1] - known[0]).total_seconds() or 1.0
        gaps = [(after - before).total_seconds() / span for before, after in pairwise(known)]
        steps = [after - before <= STEP for before, after in pairwise(known)]
        evenly = [1.2 if step else min(gap * 40, 1.0) for gap, step in zip(gaps, steps, strict=True)]
        whole = sum(evenly) or 1.0
        shares = [(1 - EVENLY) * gap + EVENLY * even / whole for gap, even in zip(gaps, evenly, strict=True)]
        self._places = [0.0]
        for share in shares:
            self._places.append(self._places[-1] + share * length)

    @property
    def since(self) -> datetime:
        """The earliest time there is a place for."""
        return self._times[0]

    @property
    def until(self) -> datetime:
        """The latest time there is a place for."""
        return self._times[-1]

    def at(self, when: datetime) -> float:
        """Return where ``when`` lies; what is earlier or later than everything lies at the end."""
        if when <= self._times[0]:
            return 0.0
        if when >= self._times[-1]:
            return self.length
        index = bisect_right(self._times, when) - 1
        before, after = self._times[index], self._times[index + 1]
        share = (when - before) / (after - before)
        return self._places[index] + share * (self._places[index + 1] - self._places[index])


def timed(knots: Iterable[Knot]) -> list[tuple[Knot, datetime]]:
    """Return each knot with the time it is placed by: the whole second, the order's own turning points of one second a step apart."""
    found = []
    turns: dict[datetime, int] = defaultdict(int)
    for knot in sorted(knots, key=lambda each: (each.at, each.id)):
        when = knot.at.replace(microsecond=0)
        if knot.kind in TURNS and "supplier" not in knot.details:
            step = turns[when]
            turns[when] += 1
            when += min(step, MOST_STEPS) * STEP
        found.append((knot, when))
    return found


def scale_of(braid: Braid, length: float) -> Scale:
    """Return the scale of a whole braid: from its first knot to its end, its promise, or now while it is open."""
    ends = [knot.until for knot in braid.knots if knot.until is not None]
    lines = [when for when in (braid.promised, braid.first_promised, braid.expected, braid.ended) if when is not None]
    times = [braid.started.replace(microsecond=0), *(when for _, when in timed(braid.knots)), *ends, *lines]
    if braid.state == "open" or braid.now < max(times):
        times.append(braid.now)
    return Scale(times, length)


class Crossing(msgspec.Struct, frozen=True):
    """Around ``at`` the strand ``over`` passes over ``under`` to lead from there on; ``half`` is half its length."""

    at: float
    half: float
    over: Strand
    under: Strand


class Weave:
    """How the strands run: the leading one in the middle lane, changing places where one hands over. Lanes 0 to 2 across."""

    def __init__(self, length: float, crossings: Sequence[Crossing]) -> None:
        self.length = length
        self.crossings = tuple(crossings)
        lane = dict(LANES)
        self._runs: dict[Strand, list[tuple[float, float, int, int]]] = {strand: [] for strand in STRANDS}
        for crossing in self.crossings:
            start, end = crossing.at - crossing.half, crossing.at + crossing.half
            outer = lane[crossing.over]
            self._runs[crossing.over].append((start, end, outer, MIDDLE))
            self._runs[crossing.under].append((start, end, MIDDLE, outer))
            lane[crossing.over], lane[crossing.under] = MIDDLE, outer

    def lane(self, strand: Strand, along: float) -> float:
        """Return the lane (0 to 2, between two while crossing) of a strand at a place."""
        now = float(LANES[strand])
        for start, end, before, after in self._runs[strand]:
            if along <= start:
                break
            share = min(1.0, (along - start) / (end - start))
            now = before + (after - before) * share * share * (3 - 2 * share)
        return now

    def pieces(self, strand: Strand) -> list[tuple[float, float, float, float]]:
        """Return the strand as pieces (start, end, lane at start, lane at end), each straight or one smooth cubic."""
        found: list[tuple[float, float, float, float]] = []
        place, lane = 0.0, float(LANES[strand])
        for start, end, before, after in self._runs[strand]:
            if start > place:
                found.append((place, start, lane, lane))
            found.append((start, end, float(before), float(after)))
            place, lane = end, float(after)
        if place < self.length:
            found.append((place, self.length, lane, lane))
        return found


def weave(marks: Iterable[tuple[Strand, float, float]], length: float, slot: float) -> Weave:
    """Return how the strands run for ``marks`` (strand, place, weight); a strand leads for at least ``slot`` pixels.

    Who leads is who does the most there, measured by what it does on the whole: a strand with few knots leads where they are, and one that
    has led for long gives way to another that is at work too.
    """
    count = max(1, int(length // slot))
    width = length / count
    loads: list[dict[Strand, float]] = [defaultdict(float) for _ in range(count)]
    whole: dict[Strand, float] = defaultdict(float)
    for strand, place, weight in marks:
        loads[min(count - 1, int(place // width))][strand] += weight
        whole[strand] += weight
    leader: Strand = "manufacturing"
    crossings = []
    led = 0
    for index, load in enumerate(loads):
        tired = TIRES**led
        best = max(load, key=lambda strand: (load[strand] / whole[strand] * (tired if strand == leader else 1.0), strand == leader), default=leader)
        led += 1
        if best == leader:
            continue
        if index:
            crossings.append(Crossing(index * width, width * 0.42, best, leader))
            leader, led = best, 0
        elif whole[best] and load[best] > load[leader]:
            crossings.append(Crossing(width * 0.28, width * 0.28, best, leader))
            leader, led = best, 0
    return Weave(length, crossings)


class Cluster(msgspec.Struct, frozen=True):
    """Knots of one strand that lie so close together that they are drawn as one; the weightiest first."""

    strand: Strand
    along: float
    knots: tuple[Knot, ...]

    @property
    def main(self) -> Knot:
        """The knot it is named after."""
        return self.knots[0]

    @property
    def count(self) -> int:
        """How many knots it stands for."""
        return sum(knot.count for knot in self.knots)


def bundle(knots: Iterable[Knot], scale: Scale, apart: float) -> list[Cluster]:
    """Return the knots of each strand, those less than ``apart`` pixels from the first of a cluster together, by place."""
    found: list[Cluster] = []
    placed = [(scale.at(when), knot) for knot, when in timed(knots)]
    for strand in STRANDS:
        group: list[tuple[float, Knot]] = []
        for place, knot in sorted(((place, knot) for place, knot in placed if knot.strand == strand), key=lambda pair: (pair[0], pair[1].id)):
            if group and place - group[0][0] >= apart:
                found.append(_cluster(strand, group))
                group = []
            group.append((place, knot))
        if group:
            found.append(_cluster(strand, group))
    return sorted(found, key=lambda cluster: cluster.along)


def _cluster(strand: Strand, group: Sequence[tuple[float, Knot]]) -> Cluster:
    ranked = sorted(group, key=lambda pair: (-pair[1].weight, pair[0], pair[1].id))
    return Cluster(strand, ranked[0][0], tuple(knot for _, knot in ranked))


def marks_of(knots: Iterable[Knot | Mark], scale: Scale) -> list[tuple[Strand, float, float]]:
    """Return what ``weave`` takes: what only a close look needs does not count."""
    return [(knot.strand, scale.at(knot.at), float(getattr(knot, "weight", 2))) for knot in knots if getattr(knot, "weight", 2) > 1]
