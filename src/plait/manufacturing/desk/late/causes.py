"""Why an order is ready when it is (pure): the ladder of what stands before it, and the chain of operations with what each waits for.

The ladder asks when the order would be ready if only the work counted, then with closed time, with steps outside, with the material's
date, and at last with everything else in the shop. The steps add up to its time; the first that breaks its date is the cause.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

import msgspec

from plait.kernel.problems import Problem
from plait.manufacturing.desk.late import words
from plait.manufacturing.desk.late.model import CauseKind, PlannedStep, Share, Wait
from plait.manufacturing.desk.late.prepare import HOUR_MS, Item, Prepared
from plait.manufacturing.schedule.calendar import opening, to_time
from plait.manufacturing.schedule.dispatch import Busy, Job, Outcome, Shop, Spot, Task, ends, place
from plait.manufacturing.schedule.model import Calendar

__all__ = ["Analyst", "Finding", "Ladder", "Pause", "step_of"]

ALWAYS = Calendar(always=True)


class Ladder(msgspec.Struct, frozen=True):
    """When an order would be ready (ms) with one thing after another: ``work`` alone, + ``closed``, + ``supplier``, + ``material``, + the ``shop``."""

    now: int
    work: int
    closed: int
    supplier: int
    material: int
    shop: int

    def shares(self) -> tuple[Share, ...]:
        """Return the hours each thing adds, without those that add none."""
        return tuple(Share(kind, _hours(added)) for kind, added in self.rungs() if _hours(added))

    def rungs(self) -> list[tuple[Literal["work", "closed", "supplier", "material", "machine"], int]]:
        """Return what each thing adds (ms)."""
        return [
            ("work", self.work - self.now),
            ("closed", self.closed - self.work),
            ("supplier", self.supplier - self.closed),
            ("material", self.material - self.supplier),
            ("machine", self.shop - self.material),
        ]


class Finding(msgspec.Struct, frozen=True):
    """The cause of a late order, in words, with the shares of its time."""

    kind: CauseKind
    text: str
    shares: tuple[Share, ...]


class Pause(NamedTuple):
    """What an operation waits for (see ``Wait``) from ``since`` to ``until`` (ms)."""

    kind: Literal["machine", "own", "down", "closed", "gap"]
    since: int
    until: int
    order: str = ""
    reason: str = ""


class _Lane:
    """What is on one work centre, by time."""

    def __init__(self, rows: Sequence[Busy]) -> None:
        self.rows = sorted(rows, key=lambda row: (row.start, row.end))
        self.ends = [row.end for row in self.rows]


class Analyst:
    """Finds causes in one finished plan."""

    def __init__(self, prepared: Prepared, outcome: Outcome) -> None:
        self.prepared = prepared
        self.outcome = outcome
        self.days = prepared.days
        shop = self.shop = prepared.shop
        self._empty = Shop(shop.centres.values(), (), shop.now, shop.days)
        awake = [msgspec.structs.replace(centre, calendar=ALWAYS, unattended=False, may_pause=False) for centre in shop.centres.values()]
        self._awake = Shop(awake, (), shop.now, shop.days)
        rows: dict[str, list[Busy]] = {}
        for busy in shop.fixed:
            rows.setdefault(busy.centre, []).append(busy)
        for id, spots in outcome.spots.items():
            for spot in spots:
                if spot.centre:
                    rows.setdefault(spot.centre, []).append(Busy(spot.centre, spot.start, spot.end, id))
        self.lanes = {centre: _Lane(found) for centre, found in rows.items()}

    def ladder(self, item: Item, finish: int) -> Ladder:
        """Return the ladder of one order that is ready at ``finish`` (ms)."""
        bare = _without(item, material=False, outside=False)
        now, outside = self.shop.now, any(task.days for lot in item.job.lots for task in lot.routes[0])
        work = _ready(self._awake, bare)
        closed = _ready(self._empty, bare)
        supplier = _ready(self._empty, _without(item, material=False, outside=True)) if outside else closed
        material = _ready(self._empty, item.job) if item.material.at > now else supplier
        found = list(accumulate((now, *(min(when, finish) for when in (work, closed, supplier, material))), max))
        return Ladder(now, found[1], found[2], found[3], found[4], max(finish, found[4]))

    def critical(self, id: str) -> list[Spot]:
        """Return the spots of the lot that is ready last."""
        spots = self.outcome.spots[id]
        if not spots:
            return []
        last = max(spots, key=lambda spot: (spot.end, spot.lot)).lot
        return [spot for spot in spots if spot.lot == last]

    def waits(self, id: str, spot: Spot) -> list[Pause]:
        """Return what an operation waits for between being possible and beginning, by time."""
        if not spot.centre or spot.start <= spot.ready:
            return []
        found: list[Pause] = []
        at, lane = spot.ready, self.lanes.get(spot.centre)
        rows = lane.rows[bisect_right(lane.ends, spot.ready) :] if lane else []
        for row in rows:
            if row.start >= spot.start:
                break
            if row.start > at:
                found += self._idle(spot, at, row.start)
            since, until = max(at, row.start), min(row.end, spot.start)
            if until > since and row.down:
                found.append(Pause("down", since, until, "", row.order))
            elif until > since:
                found.append(Pause("own" if row.order == id else "machine", since, until, row.order))
            at = max(at, until)
        found += self._idle(spot, at, spot.start)
        return _merged(found)

    def _idle(self, spot: Spot, since: int, until: int) -> list[Pause]:
        if until <= since:
            return []
        found: list[Pause] = []
        at = since
        for opens, closes in opening(self.shop.centres[spot.centre].calendar).spans(since, until):
            if opens > at:
                found.append(Pause("closed", at, opens))
            found.append(Pause("gap", opens, closes))
            at = closes
        if at < until:
            found.append(Pause("closed", at, until))
        return found

    def steps(self, item: Item) -> list[PlannedStep]:
        """Return all operations of an order as planned, with what each waits for."""
        rows = [
            PlannedStep(row.batch, row.seq, row.name, row.group, row.work_centre, row.quantity, row.start, row.start, row.end, row.outside, critical=False)
            for row in item.kept
        ]
        critical = set(self.critical(item.line.id)) if item.line.id in self.outcome.spots else set()
        spots = self.outcome.spots.get(item.line.id, ())
        rows += [step_of(item.job, spot, self.waits(item.line.id, spot), critical=spot in critical) for spot in spots]
        return sorted(rows, key=lambda row: (row.batch, row.seq))

    def finding(self, item: Item, finish: int) -> Finding:
        """Return why an order that is late is late: what adds most to its lateness, and besides it what alone would break its date."""
        if not item.job.lots:
            return self._fixed(item, finish)
        ladder, due = self.ladder(item, finish), item.job.due
        shares, rungs = ladder.shares(), ladder.rungs()
        if due <= self.shop.now:
            kind, added = max(rungs[2:], key=lambda rung: rung[1])
            text = words.say("overdue", due=words.day(item.line.due))
            more = words.say("now", why=self._said(kind, item, ladder)[1]) if added > rungs[1][1] else ""
            return Finding("overdue", text + more, shares)
        over: list[tuple[str, int]] = []
        at = self.shop.now
        for kind, added in rungs:
            at += added
            if at > due:
                over.append((kind, min(added, at - due)))
        first, main = over[0][0], max((rung for rung in over if rung[0] != "closed" or over[0][0] == "closed"), key=lambda rung: rung[1])[0]
        cause, text = self._said("work" if first == "work" else main, item, ladder)
        if first not in (main, "closed"):
            text += words.say("besides", why=self._said(main if first == "work" else first, item, ladder)[1])
        return Finding(cause, text, shares)

    def _said(self, kind: str, item: Item, ladder: Ladder) -> tuple[CauseKind, str]:
        """Return what one rung of the ladder is, in words."""
        if kind == "work":
            needed, left = _hours(ladder.work - self.shop.now), _hours(item.job.due - self.shop.now)
            return "time", words.say("time", needed=needed, left=left)
        if kind == "closed":
            return "closed", self._closed(item)
        if kind == "supplier":
            return "supplier", self._supplier(item)
        if kind == "material":
            return "material", words.say("material", name=item.material.name, day=words.day(self.days.day_of(item.material.at)))
        return self._machine(item)

    def why(self, item: Item, finish: int) -> tuple[str, tuple[Share, ...]]:
        """Return what keeps an order from being ready sooner, in words ("" when only the work does), and the shares."""
        ladder = self.ladder(item, finish)
        kind, added = max(ladder.rungs()[1:], key=lambda rung: rung[1])
        return self._said(kind, item, ladder)[1] if added else "", ladder.shares()

    def _fixed(self, item: Item, finish: int) -> Finding:
        day = words.day(self.days.ends_on(finish))
        if item.line.due < self.days.day_of(self.shop.now):
            here = words.say("now", why=words.say("it-is-here")) if not item.kept and item.material.at <= self.shop.now else ""
            return Finding("overdue", words.say("overdue", due=words.day(item.line.due)) + here, ())
        if not item.kept:
            return Finding("material", words.say("material", name=item.material.name or item.line.name, day=day), ())
        last = max(item.kept, key=lambda row: row.end)
        key = "booked-because" if last.why else "booked"
        return Finding("booked", words.say(key, run=last.order or item.line.id, day=day, why=last.why.rstrip(".")), ())

    def _closed(self, item: Item) -> str:
        """Say which closed time keeps the order longest on an empty shop."""
        gaps = self._empty.gaps()
        spots = place(self._empty, gaps, _without(item, material=False, outside=False))
        longest: tuple[int, int, int, str] = (0, 0, 0, "")
        for spot in spots:
            if not spot.centre:
                continue
            at = spot.ready
            calendar = opening(self.shop.centres[spot.centre].calendar)
            for opens, closes in [*calendar.spans(spot.ready, spot.end), (spot.end, spot.end)]:
                longest = max(longest, (opens - at, at, opens, spot.centre))
                at = closes
        _, since, until, centre = longest
        if not centre:
            return words.say("closed-any")
        return words.say("closed", centre=centre, since=words.moment(self.days.local(since)), until=words.moment(self.days.local(until)))

    def _supplier(self, item: Item) -> str:
        tasks = [task for lot in item.job.lots for task in lot.routes[0] if task.days is not None]
        if not tasks:
            return words.say("some-supplier")
        task = max(tasks, key=lambda task: task.days or 0.0)
        days = task.days or 0.0
        lead = words.say("count-working", count=f"{days:g}", days="day" if days == 1 else "days")
        return words.say("supplier", supplier=task.supplier or words.say("some-supplier"), lead=lead, seq=task.seq, name=task.name)

    def _machine(self, item: Item) -> tuple[CauseKind, str]:
        """Say on which work centre the order waits longest and for whom."""
        id = item.line.id
        waits = [(spot, self.waits(id, spot)) for spot in self.critical(id) if spot.centre]
        if any(row.kind == "own" for _, rows in waits for row in rows) or not waits:
            waits = [(spot, self.waits(id, spot)) for spot in self.outcome.spots[id] if spot.centre]
        if not waits:
            return "supplier", self._supplier(item)
        found = [(sum(row.until - row.since for row in rows if row.kind in ("machine", "down")), -spot.ready, spot, rows) for spot, rows in waits]
        total, _, spot, rows = max(found)
        if not total:
            spot, rows = max(waits, key=lambda pair: (pair[0].start - pair[0].ready, -pair[0].ready))
            own = any(row.kind == "own" for row in rows)
            return "machine", words.say("busy-own" if own else "busy-gap", centre=spot.centre, day=self._day(spot.start))
        down = [row for row in rows if row.kind == "down"]
        if sum(row.until - row.since for row in down) * 2 > total:
            return "down", words.say("down", centre=spot.centre, day=self._day(down[-1].until), reason=down[-1].reason)
        busy = [row for row in rows if row.kind == "machine"]
        hours: dict[str, int] = {}
        for row in busy:
            hours[row.order] = hours.get(row.order, 0) + row.until - row.since
        orders = sorted(hours, key=lambda order: (-hours[order], order)) if len(hours) > words.MOST_NAMES else list(hours)
        text = words.say("busy", centre=spot.centre, orders=words.named(orders), day=self._day(busy[-1].until))
        after = [row for row in rows if row.since >= busy[-1].until and row.kind == "closed"]
        if after:
            text += words.say("then-closed", span=words.span(self.days.local(after[-1].since), self.days.local(after[-1].until)))
        return "machine", text

    def _day(self, when: int) -> str:
        return words.day(self.days.day_of(when))


def step_of(job: Job, spot: Spot, waits: Sequence[Pause] = (), *, critical: bool = False) -> PlannedStep:
    """Return one placed operation as people see it."""
    lot = job.lots[spot.lot]
    task: Task = lot.routes[spot.route][spot.task]
    rows = tuple(Wait(row.kind, to_time(row.since), to_time(row.until), row.order, row.reason) for row in waits)
    times = (to_time(spot.ready), to_time(spot.start), to_time(spot.end))
    outside = task.days is not None
    return PlannedStep(lot.number, task.seq, task.name, task.group, spot.centre, lot.pieces, *times, outside, task.supplier, rows, critical)


def _hours(millis: int) -> float:
    return round(millis / HOUR_MS, 2)


def _ready(shop: Shop, job: Job) -> int:
    try:
        return ends(job, place(shop, shop.gaps(), job), shop.now)
    except Problem:
        return shop.now


def _without(item: Item, *, material: bool, outside: bool) -> Job:
    """Return an order's job without waiting for its material, or without the time outside."""
    lots = []
    for lot in item.job.lots:
        release = 0 if not material and lot.release == item.material.at else lot.release
        routes = lot.routes if outside else tuple(tuple(task._replace(days=task.days and 0.0) for task in route) for route in lot.routes)
        lots.append(lot._replace(release=release, routes=routes))
    return item.job._replace(lots=tuple(lots))


def _merged(rows: list[Pause]) -> list[Pause]:
    """Join neighbours of one kind and order."""
    found: list[Pause] = []
    for row in rows:
        if found and found[-1][3:] == row[3:] and (found[-1].kind, found[-1].until) == (row.kind, row.since):
            found[-1] = found[-1]._replace(until=row.until)
        else:
            found.append(row)
    return found
