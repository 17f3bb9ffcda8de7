"""The plan of all open orders and what is said of it (pure): report, one line, what-if, the earliest date for something new."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from plait.kernel.problems import Problem, register
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.rules import NO_LINE
from plait.manufacturing.desk.late import words
from plait.manufacturing.desk.late.causes import Analyst, step_of
from plait.manufacturing.desk.late.model import (
    DateAnswer,
    DateQuestion,
    Effect,
    LateLine,
    LateReport,
    LineDetail,
    PlannedStep,
    Remedy,
    WhatIfAnswer,
)
from plait.manufacturing.desk.late.prepare import HOUR_MS, Books, Item, Prepared, Unplanned, item_of, prepare
from plait.manufacturing.desk.late.remedies import Offer, Prices, Remedist
from plait.manufacturing.schedule.calendar import opening, to_time
from plait.manufacturing.schedule.dispatch import Outcome, best, ends, place

__all__ = ["Plan", "compare", "date_for", "detail", "make_plan", "report"]

NO_DATE = register("cannot-be-planned", 409, "It cannot be planned", "Do what the answer says, then ask again.")
MOST_REMEDIES = 100


class Plan(msgspec.Struct, frozen=True):
    """A finished plan of all open lines, with the finish (ms) of each."""

    books: Books
    prepared: Prepared
    outcome: Outcome
    analyst: Analyst

    def late(self, item: Item) -> bool:
        """Tell whether an order is ready after its date."""
        return self.outcome.finish[item.line.id] > item.job.due


def make_plan(books: Books) -> Plan:
    """Plan all open lines."""
    prepared = prepare(books)
    outcome = best(prepared.shop, [item.job for item in prepared.items.values()])
    stuck = prepared.booked & outcome.refused.keys()
    if stuck:
        prepared = prepare(books, frozenset(stuck))
        outcome = best(prepared.shop, [item.job for item in prepared.items.values()])
    for id, why in outcome.refused.items():
        prepared.unplanned[id] = Unplanned(words.say("never-open", detail=why), words.say("never-open-do"))
        del prepared.items[id]
    return Plan(books, prepared, outcome, Analyst(prepared, outcome))


def _head(line: OrderLine) -> dict[str, object]:
    names = ("id", "customer", "order_no", "line_no", "part_id", "part_no", "name", "quantity", "due", "priority", "promised")
    return {name: getattr(line, name) for name in names}


def _unplanned(line: OrderLine, why: Unplanned) -> LateLine:
    return LateLine(**_head(line), verdict="unplanned", reason=why.reason, todo=why.todo)  # type: ignore[arg-type]


def _count(working: int, calendar: int) -> str:
    """Return a number of days in words: working days, or calendar days where no working day lies between."""
    key, count = ("count-working", working) if working else ("count-calendar", calendar)
    return words.say(key, count=count, days="day" if count == 1 else "days")


def _open_hours(plan: Plan, item: Item, finish: int) -> float:
    """Return the open hours of the order's last work centre between its finish and its date; negative when late."""
    spots = [spot for spot in plan.analyst.critical(item.line.id) if spot.centre]
    since, until = sorted((max(finish, plan.books.now), item.job.due))
    sign = 1 if finish <= item.job.due else -1
    if not spots or until - since > 400 * 24 * HOUR_MS:
        return round(sign * (until - since) / HOUR_MS, 1)
    hours = opening(plan.prepared.shop.centres[spots[-1].centre].calendar)
    return round(sign * sum(end - start for start, end in hours.spans(since, until)) / HOUR_MS, 1)


def _broken(plan: Plan, item: Item, finish: int) -> list[str]:
    """Return a note when an order is ready after the day we promised."""
    promised = item.line.promised
    if promised is None or plan.prepared.days.ends_on(finish) <= promised.astimezone(plan.prepared.days.zone).date():
        return []
    return [words.say("note-promised", day=words.day(promised.astimezone(plan.prepared.days.zone).date()))]


def _line(plan: Plan, item: Item) -> LateLine:
    line, finish, days = item.line, plan.outcome.finish[item.line.id], plan.prepared.days
    day = days.ends_on(finish)
    calendar, working = (line.due - day).days, days.between(day, line.due)
    spots = plan.outcome.spots[line.id]
    begins = [to_time(spot.start) for spot in spots] + [row.start for row in item.kept]
    body = {
        **_head(line),
        "finish": to_time(finish),
        "day": day,
        "start": min(begins, default=None),
        "slack_days": calendar,
        "slack_work_days": working,
        "slack_hours": _open_hours(plan, item, finish),
        "notes": (*item.notes, *_broken(plan, item, finish)),
    }
    if not item.job.lots and not item.kept and line.quantity <= 0:
        return LateLine(**body, verdict="on_time", reason=words.say("nothing-left"))  # type: ignore[arg-type]
    if plan.late(item):
        found = plan.analyst.finding(item, finish)
        reason = words.say("late", count=_count(-working, -calendar), why=found.text)
        return LateLine(**body, verdict="late", reason=reason, cause=found.kind, shares=found.shares)  # type: ignore[arg-type]
    if not item.job.lots and not item.kept:
        reason = words.say(
            "in-stock" if not item.material.at or item.material.at <= plan.books.now else "on-time", day=words.day(day), count=_count(working, calendar)
        )
    else:
        reason = words.say("on-time", day=words.day(day), count=_count(working, calendar)) if calendar else words.say("just-in-time", day=words.day(day))
    return LateLine(**body, verdict="on_time", reason=reason)  # type: ignore[arg-type]


def _first(line: LateLine) -> tuple[int, int, object, str]:
    order = {"late": 0, "unplanned": 1, "on_time": 2}
    return order[line.verdict], line.slack_days or 0, line.due, line.id


def report(plan: Plan, offers: Mapping[tuple[str, str], Offer], prices: Prices, remedies: int = MOST_REMEDIES) -> LateReport:
    """Return all open lines, the latest first; the first ``remedies`` late ones with the remedy that is best for each."""
    lines = sorted([_line(plan, item) for item in plan.prepared.items.values()] + _out(plan), key=_first)
    healer = Remedist(plan.analyst, plan.books.parts, offers, prices)
    for place_, line in enumerate(lines[:remedies]):
        if line.verdict == "late":
            lines[place_] = msgspec.structs.replace(line, remedy=_chosen(healer.all(plan.prepared.items[line.id])))
    late = sum(line.verdict == "late" for line in lines)
    unplanned = sum(line.verdict == "unplanned" for line in lines)
    computed, zone = to_time(plan.books.now), str(plan.prepared.days.zone)
    return LateReport(computed, zone, len(lines), len(lines) - late - unplanned, late, unplanned, plan.outcome.rule, lines)


def _chosen(remedies: Sequence[Remedy]) -> Remedy | None:
    """Return the cheapest remedy that makes the order on time, else what remains: telling the customer."""
    if not remedies:
        return None
    return remedies[0] if remedies[0].on_time else remedies[-1]


def _out(plan: Plan) -> list[LateLine]:
    by_id = {line.id: line for line in plan.books.lines}
    return [_unplanned(by_id[id], why) for id, why in plan.prepared.unplanned.items()]


def detail(plan: Plan, id: str, offers: Mapping[tuple[str, str], Offer], prices: Prices) -> LineDetail:
    """Return one line with its operations and remedies; raise ``no-such-line``."""
    found = next((line for line in plan.books.lines if line.id == id), None)
    if found is None:
        raise Problem(NO_LINE, f"{id} is no open order line")
    if id in plan.prepared.unplanned:
        return LineDetail(_unplanned(found, plan.prepared.unplanned[id]), [], [])
    item = plan.prepared.items[id]
    remedies: list[Remedy] = []
    if plan.late(item):
        remedies = Remedist(plan.analyst, plan.books.parts, offers, prices).all(item)
    line = msgspec.structs.replace(_line(plan, item), remedy=_chosen(remedies))
    return LineDetail(line, plan.analyst.steps(item), remedies)


def compare(before: Plan, after: Plan) -> WhatIfAnswer:
    """Return what is different in the plan ``after``."""
    effects = []
    ids = sorted({*before.prepared.items, *after.prepared.items, *before.prepared.unplanned, *after.prepared.unplanned})
    for id in ids:
        (was, was_late), (now, late) = _fate(before, id), _fate(after, id)
        if (was, was_late) != (now, late):
            effects.append(Effect(id, was, now, was_late, late))
    counts = [sum(plan.late(item) for item in plan.prepared.items.values()) for plan in (before, after)]
    become_late = [effect.line for effect in effects if effect.late and not effect.was_late]
    become_on_time = [effect.line for effect in effects if effect.was_late and not effect.late and effect.now is not None]
    return WhatIfAnswer(to_time(before.books.now), counts[0], counts[1], become_late, become_on_time, effects)


def _fate(plan: Plan, id: str) -> tuple[date | None, bool]:
    item = plan.prepared.items.get(id)
    return (None, False) if item is None else (plan.prepared.days.ends_on(plan.outcome.finish[id]), plan.late(item))


def date_for(plan: Plan, question: DateQuestion) -> DateAnswer:
    """Return the earliest date for something new beside all open orders; raise ``cannot-be-planned`` with the reason."""
    due = question.due or (datetime.max.replace(tzinfo=UTC) - timedelta(days=3)).date()
    line = OrderLine("", "", "", "", "", question.part_id, question.part_id, "", question.quantity, due)
    item, why = item_of(plan.books, plan.prepared, line)
    if item is None:
        raise Problem(NO_DATE, f"{why.reason}: {why.todo[:1].lower()}{why.todo[1:]}")
    if question.not_before is not None:
        least = int(question.not_before.timestamp() * 1000)
        item = msgspec.structs.replace(item, job=item.job._replace(lots=tuple(lot._replace(release=max(lot.release, least)) for lot in item.job.lots)))
    gaps = plan.outcome.gaps.over()
    try:
        spots = place(plan.prepared.shop, gaps, item.job)
    except Problem as problem:
        raise Problem(NO_DATE, problem.detail) from problem
    finish = ends(item.job, spots, plan.books.now)
    outcome = msgspec.structs.replace(plan.outcome, spots={**plan.outcome.spots, "": spots}, finish={**plan.outcome.finish, "": finish})
    analyst = Analyst(plan.prepared, outcome)
    text, shares = analyst.why(item, finish) if item.job.lots else ("", ())
    day = plan.prepared.days.ends_on(finish)
    reason = words.say("date", day=words.day(day), why=text) if text else words.say("date-free", day=words.day(day))
    steps: list[PlannedStep] = [step_of(item.job, spot, analyst.waits("", spot)) for spot in spots]
    on_time = finish <= item.job.due if question.due else None
    return DateAnswer(question.part_id, question.quantity, day, to_time(finish), reason, on_time, shares, steps, item.notes)
