"""What would bring a late order in on time, each tried on the plan as it stands (pure): the others keep their times unless it is said.

Costs: overtime by the hour of the work centre with a surcharge, other machines by the difference of their rates, splitting by the set-ups
it adds, work done elsewhere by the rate of whoever was found.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.desk.late import words
from plait.manufacturing.desk.late.causes import Analyst, Pause
from plait.manufacturing.desk.late.hours import overtime_hours, with_hours
from plait.manufacturing.desk.late.model import Change, Changed, Effect, Overtime, Remedy
from plait.manufacturing.desk.late.prepare import HOUR_MS, Item
from plait.manufacturing.part.model import Part
from plait.manufacturing.schedule.calendar import opening, to_time
from plait.manufacturing.schedule.dispatch import FreeTime, Job, Lot, Spot, Task, ends, place, undo
from plait.manufacturing.schedule.gaps import Gaps
from plait.manufacturing.schedule.rules import work_of

__all__ = ["Offer", "Prices", "Remedist"]

HOURS = (1.0, 2.0, 4.0)
WEEKEND_HOURS = 8.0
MOST_DAYS = 10
MOST_BLOCKERS = 3
WAY_DAYS = 2.0
HOURS_A_DAY = 8


class Prices(msgspec.Struct, frozen=True):
    """What overtime costs: the rate times ``overtime``, on days on which nobody works times ``weekend``; ``currency`` of the firm."""

    currency: str = "EUR"
    overtime: Decimal = Decimal("1.25")
    weekend: Decimal = Decimal("1.5")


class Offer(msgspec.Struct, frozen=True):
    """A firm that can do a process, found by capability search, with its price of an hour."""

    firm: str
    rate: Money | None


class Remedist:
    """Tries remedies for late orders on one finished plan. ``offers`` are firms by (process, material)."""

    def __init__(self, analyst: Analyst, parts: Mapping[str, Part], offers: Mapping[tuple[str, str], Offer], prices: Prices) -> None:
        self.analyst = analyst
        self.prepared = analyst.prepared
        self.outcome = analyst.outcome
        self.shop = analyst.shop
        self.days = analyst.days
        self.parts = parts
        self.offers = offers
        self.prices = prices
        self._twins: dict[str, list[str]] | None = None

    def all(self, item: Item) -> list[Remedy]:
        """Return everything that brings the order in sooner, the cheapest that makes it on time first, a new date last."""
        id = item.line.id
        finish = self.outcome.finish[id]
        found = [new_date(item, finish, self.days.ends_on(finish), self.prices.currency)]
        if item.job.lots:
            gaps = self.outcome.gaps.over()
            undo(gaps, self.outcome.spots[id])
            tried = [*self._overtime(item, gaps), *self._others(item, gaps), *self._split(item, gaps), *self._swap(item, gaps), *self._outside(item, gaps)]
            found += [remedy for remedy in tried if to_time(finish) - remedy.finish >= timedelta(hours=1)]
        return sorted(found, key=_order)

    def _try(self, gaps: FreeTime, job: Job) -> int | None:
        over = gaps.over()
        try:
            return ends(job, place(self.shop, over, job), self.shop.now)
        except Problem:
            return None

    def _remedy(
        self, kind: str, text: str, item: Item, finish: int, cost: Money | None, hurts: Sequence[Effect] = (), changes: Sequence[Change] = ()
    ) -> Remedy:
        body = {"kind": kind, "text": text, "on_time": finish <= item.job.due, "finish": to_time(finish), "day": self.days.ends_on(finish)}
        return Remedy(**body, cost=cost.rounded() if cost else None, hurts=tuple(hurts), changes=tuple(changes))  # type: ignore[arg-type]

    # -- overtime

    def _places(self, item: Item) -> list[str]:
        """Return the work centres of the order, those it waits for longest first."""
        waited: dict[str, int] = {}
        for spot in self.outcome.spots[item.line.id]:
            if spot.centre:
                waited[spot.centre] = waited.get(spot.centre, 0) + spot.end - spot.ready
        return sorted(waited, key=lambda id: (-waited[id], id))[:2]

    def _dates(self, item: Item) -> list[date]:
        first, last = self.days.day_of(self.shop.now), item.line.due
        count = min(MOST_DAYS, max(0, (last - first).days + 1))
        return [first + timedelta(days=n) for n in range(count)]

    def _overtime(self, item: Item, gaps: FreeTime) -> Iterator[Remedy]:
        """Yield for each of the order's main work centres the cheapest overtime that is enough, else all there is."""
        dates = self._dates(item)
        weekdays, free = [day for day in dates if self.days.works(day)], [day for day in dates if not self.days.works(day)]
        most = [(day, HOURS[-1] if day in weekdays else WEEKEND_HOURS) for day in dates]
        plans = [[(day, hours)] for hours in HOURS for day in weekdays] + [[(day, WEEKEND_HOURS)] for day in free]
        plans += [[(day, hours) for day in weekdays] for hours in HOURS[1:] if weekdays]
        for centre in self._places(item) if most else ():
            if self.shop.centres[centre].calendar.always:
                continue
            finish = self._try(self._longer(gaps, item, centre, most), item.job)
            if finish is None:
                continue
            chosen = most
            if finish <= item.job.due:
                for rows in sorted(plans, key=lambda rows: self._price(centre, rows)):
                    tried = self._try(self._longer(gaps, item, centre, rows), item.job)
                    if tried is not None and tried <= item.job.due:
                        chosen, finish = rows, tried
                        break
            yield self._said_overtime(item, centre, chosen, finish)

    def _price(self, centre: str, rows: Sequence[tuple[date, float]]) -> Decimal:
        """Return what overtime costs; hours times surcharge where no rate is known."""
        rate = self.shop.centres[centre].rate
        each = rate.amount if rate is not None else Decimal(1)
        factors = (Decimal(str(hours)) * (self.prices.overtime if self.days.works(day) else self.prices.weekend) for day, hours in rows)
        return each * sum(factors, Decimal(0))

    def _longer(self, gaps: FreeTime, item: Item, centre: str, rows: Sequence[tuple[date, float]]) -> FreeTime:
        """Return the free time with ``centre`` open longer."""
        over = gaps.over()
        if over[centre].strict:
            hours = opening(self.shop.centres[centre].calendar)
            for day, count in rows:
                for start, end in overtime_hours(hours, self.days, day, count):
                    if start >= self.shop.now and not any(since < end and start < until for since, until in hours.spans(start, end)):
                        _open(over[centre], start, end, self._taken(item, centre))
            return over
        changed = with_hours(self.shop.centres[centre], self.days, rows)
        taken = [span for span in self._taken(item, centre) if span[1] > self.shop.now]
        over[centre] = Gaps(changed, self.shop.now, sorted(taken, reverse=True))
        return over

    def _taken(self, item: Item, centre: str) -> list[tuple[int, int]]:
        lane = self.analyst.lanes.get(centre)
        return [(row.start, row.end) for row in lane.rows if row.order != item.line.id] if lane else []

    def _said_overtime(self, item: Item, centre: str, rows: Sequence[tuple[date, float]], finish: int) -> Remedy:
        text = self._overtime_text(centre, rows)
        rate = self.shop.centres[centre].rate
        cost = Money(self._price(centre, rows), rate.currency) if rate is not None else None
        return self._remedy("overtime", text, item, finish, cost, changes=[Overtime(centre, day, hours) for day, hours in rows])

    def _overtime_text(self, centre: str, rows: Sequence[tuple[date, float]]) -> str:
        hours = {count for _, count in rows}
        if len(hours) > 1 or len(rows) > words.MOST_NAMES:
            total = words.hours(sum(count for _, count in rows))
            return words.say("overtime-span", centre=centre, hours=total, first=words.day(rows[0][0]), last=words.day(rows[-1][0]))
        days = words.named([words.day(day) for day, _ in rows])
        weekend = not any(self.days.works(day) for day, _ in rows)
        key = "overtime-weekend" if weekend else "overtime-each" if len(rows) > 1 else "overtime"
        return words.say(key, centre=centre, hours=words.hours(hours.pop()), days=days)

    # -- another machine or routing

    def _bottleneck(self, item: Item) -> tuple[Spot, Task] | None:
        """Return the operation of the critical batch that is longest in waiting and work."""
        spots = [spot for spot in self.analyst.critical(item.line.id) if spot.centre]
        if not spots:
            return None
        spot = max(spots, key=lambda spot: (spot.end - spot.ready, -spot.ready))
        return spot, item.job.lots[spot.lot].routes[spot.route][spot.task]

    def _process(self, item: Item, task: Task) -> str:
        part = self.parts.get(item.line.part_id)
        return next((op.process for op in part.routing if op.seq == task.seq), "") if part else ""

    def _same_process(self, process: str) -> list[str]:
        """Return the groups in which operations of ``process`` are done."""
        if self._twins is None:
            rows: dict[str, set[str]] = {}
            for part in self.parts.values():
                for op in part.routing:
                    if op.process and not op.outside and op.group in self.shop.groups:
                        rows.setdefault(op.process, set()).add(op.group)
            self._twins = {key: sorted(groups) for key, groups in rows.items()}
        return self._twins.get(process, [])

    def _others(self, item: Item, gaps: FreeTime) -> Iterator[Remedy]:
        routes = len(item.job.lots[-1].routes)
        for route in range(1, routes):
            job = item.job._replace(lots=tuple(lot._replace(routes=(lot.routes[min(route, len(lot.routes) - 1)],)) for lot in item.job.lots))
            finish = self._try(gaps, job)
            if finish is not None:
                groups = dict.fromkeys(task.group for task in job.lots[-1].routes[0] if task.group)
                yield self._remedy("alternative", words.say("routing", centres=words.named(list(groups))), item, finish, self._extra(item.job, job))
        found = self._bottleneck(item)
        if found is None:
            return
        for group in self._same_process(self._process(item, found[1])):
            if group == found[1].group or self.shop.longest_of(group) < found[1].work:
                continue
            job = _retasked(item.job, found[1].seq, group=group)
            finish = self._try(gaps, job)
            if finish is not None:
                text = words.say("alternative", seq=found[1].seq, name=found[1].name, centre=group, instead=found[1].group)
                yield self._remedy("alternative", text, item, finish, self._extra(item.job, job))

    def _rate(self, group: str) -> Money | None:
        rates = [rate for id in self.shop.groups.get(group, ()) if (rate := self.shop.centres[id].rate) is not None]
        return max(rates, key=lambda rate: rate.amount, default=None)

    def _worth(self, job: Job) -> Money | None:
        """Return what the machine hours of ``job`` cost on its first routing; None when a rate is not known."""
        total = Money(Decimal(0), self.prices.currency)
        for lot in job.lots:
            for task in lot.routes[0]:
                rate = self._rate(task.group) if task.days is None else Money(Decimal(0), total.currency)
                if rate is None or rate.currency != total.currency:
                    return None
                total += rate.times(Decimal(task.work) / HOUR_MS)
        return total

    def _extra(self, before: Job, after: Job) -> Money | None:
        """Return what ``after`` costs more than ``before``, not less than nothing."""
        was, now = self._worth(before), self._worth(after)
        return Money(max(Decimal(0), now.amount - was.amount), now.currency) if was and now else None

    # -- splitting

    def _split(self, item: Item, gaps: FreeTime) -> Iterator[Remedy]:
        part = self.parts.get(item.line.part_id)
        if part is None:
            return
        for parts in (2, 3):
            job = _split(item.job, part, parts)
            finish = self._try(gaps, job) if job is not None else None
            if job is not None and finish is not None:
                yield self._remedy("split", words.say("split", parts=parts), item, finish, self._extra(item.job, job))

    # -- going before others

    def _blockers(self, item: Item) -> list[str]:
        """Return the orders it waits for that have time to spare, the most in the way first."""
        hours: dict[str, int] = {}
        for spot in self.analyst.critical(item.line.id):
            for pause in self.analyst.waits(item.line.id, spot):
                other = self.prepared.items.get(pause.order)
                if pause.kind == "machine" and other is not None and other.job.rank >= item.job.rank and self.outcome.spots.get(pause.order):
                    hours[pause.order] = hours.get(pause.order, 0) + _length(pause)
        spare = [id for id in hours if self.outcome.finish[id] < self.prepared.items[id].job.due]
        return sorted(spare, key=lambda id: (-hours[id], id))[:MOST_BLOCKERS]

    def _swap(self, item: Item, gaps: FreeTime) -> Iterator[Remedy]:
        blockers = self._blockers(item)
        choices = [[id] for id in blockers] + ([blockers] if len(blockers) > 1 else [])
        for names in choices:
            over = gaps.over()
            for id in names:
                undo(over, self.outcome.spots[id])
            try:
                finish = ends(item.job, place(self.shop, over, item.job), self.shop.now)
                effects = [self._moved(over, self.prepared.items[id]) for id in sorted(names, key=lambda id: (self.prepared.items[id].job.due, id))]
            except Problem:
                continue
            keeps = not any(effect.late for effect in effects)
            text = words.say("swap-keeps" if keeps else "swap", orders=words.named(names))
            changes = [Changed(item.line.id, priority=max(1, item.job.rank - 1))]
            yield self._remedy("swap", text, item, finish, Money(Decimal(0), self.prices.currency), effects, changes)

    def _moved(self, over: FreeTime, other: Item) -> Effect:
        was = self.outcome.finish[other.line.id]
        now = ends(other.job, place(self.shop, over, other.job), self.shop.now)
        due = other.job.due
        return Effect(other.line.id, self.days.ends_on(was), self.days.ends_on(now), was > due, now > due)

    # -- somebody else

    def _outside(self, item: Item, gaps: FreeTime) -> Iterator[Remedy]:
        found = self._bottleneck(item)
        part = self.parts.get(item.line.part_id)
        if found is None or part is None:
            return
        task = found[1]
        offer = self.offers.get((self._process(item, task), part.material))
        if offer is None:
            return
        hours = Decimal(sum(each.work for lot in item.job.lots for each in lot.routes[0] if each.seq == task.seq)) / HOUR_MS
        days = WAY_DAYS + math.ceil(hours / HOURS_A_DAY)
        finish = self._try(gaps, _retasked(item.job, task.seq, days=days, supplier=offer.firm))
        if finish is not None:
            text = words.say("subcontract", firm=offer.firm, seq=task.seq, name=task.name, days=days)
            yield self._remedy("subcontract", text, item, finish, offer.rate.times(hours) if offer.rate else None)


def new_date(item: Item, finish: int, day: date, currency: str) -> Remedy:
    """Return what always remains: telling the customer the date."""
    text = words.say("new-date", day=words.day(day))
    return Remedy("new_date", text, to_time(finish), day, False, Money(Decimal(0), currency), (), (Changed(item.line.id, due=day),))


def _order(remedy: Remedy) -> tuple[bool, bool, bool, bool, Decimal, object]:
    cost = remedy.cost
    hurts = any(effect.late and not effect.was_late for effect in remedy.hurts)
    return remedy.kind == "new_date", not remedy.on_time, hurts, cost is None, cost.amount if cost else Decimal(0), remedy.finish


def _length(pause: Pause) -> int:
    return pause.until - pause.since


def _open(gaps: Gaps, start: int, end: int, taken: Sequence[tuple[int, int]]) -> None:
    """Make ``start`` to ``end`` free, but for what is ``taken`` in it."""
    gaps.give(start, end)
    for since, until in taken:
        if since < end and start < until:
            gaps.take(max(since, start), min(until, end))


def _retasked(job: Job, seq: int, **changes: object) -> Job:
    """Return ``job`` with operation ``seq`` of its first routing done otherwise."""
    lots = []
    for lot in job.lots:
        route = tuple(task._replace(**changes) if task.seq == seq else task for task in lot.routes[0])  # type: ignore[arg-type]
        lots.append(lot._replace(routes=(route,)))
    return job._replace(lots=tuple(lots))


def _split(job: Job, part: Part, parts: int) -> Job | None:
    """Return ``job`` with each batch of the whole routing made in ``parts``; None when nothing can be split."""
    ops = {op.seq: op for op in part.routing}
    lots: list[Lot] = []
    number = max(lot.number for lot in job.lots)
    cut = False
    for lot in job.lots:
        whole = len(lot.routes[0]) == len(part.routing) and lot.pieces >= parts
        pieces = [lot.pieces // parts + (n < lot.pieces % parts) for n in range(parts)] if whole else [lot.pieces]
        cut = cut or whole
        for index, count in enumerate(pieces):
            number += 1 if index else 0
            route = tuple(task if task.days is not None or task.seq not in ops else task._replace(work=work_of(ops[task.seq], count)) for task in lot.routes[0])
            lots.append(lot._replace(number=number if index else lot.number, pieces=count, routes=(route,) if whole else lot.routes))
    return job._replace(lots=tuple(lots)) if cut else None
