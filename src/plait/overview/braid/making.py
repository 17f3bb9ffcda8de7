"""The infrastructure strand: jobs, stand-stills and what people at the line noted, as knots; what is done outside as stretches (pure)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from plait.kernel.facts import Fact, decode
from plait.manufacturing.trade.model import DespatchAdvice
from plait.overview import paths
from plait.overview.braid.documents import DESK
from plait.overview.braid.finding import Story
from plait.overview.braid.model import Knot, Stretch, Words

__all__ = ["StandStill", "line_knots", "outside", "planned_knots", "stand_stills"]

QUIET = frozenset({"line.job_released", "line.job_started", "line.job_ended", "line.step_out"})
MOST_DETAILS = 12
LONGEST = 120


class StandStill(msgspec.Struct, frozen=True):
    """A machine was down while it had a job of the order; ``until`` None: it still is."""

    machine: str
    since: datetime
    until: datetime | None
    reason: str


class _Work(msgspec.Struct):
    """One job as its facts tell it."""

    job: str
    seq: int
    station: str
    start: Fact | None = None
    end: Fact | None = None
    quantity: int = 0
    good: int = 0
    scrap: int = 0
    energy: float = 0.0


def line_knots(story: Story, firm: str) -> list[Knot]:
    """Return the knots of our own jobs, of stand-stills, scrap and finished batches, and of every other fact the line noted."""
    number = story.run_number
    names = _steps(story)
    knots = [_job_knot(work, names, story, firm) for work in _works(story.facts).values() if work.station != "outside" and work.start]
    knots += [_still_knot(still, story, firm) for still in stand_stills(story)]
    for fact in story.facts:
        if fact.kind.startswith("line.") and fact.kind not in QUIET and fact.kind not in DESK:
            knots.append(_noted(fact, firm, number))
    return knots


def _steps(story: Story) -> dict[int, str]:
    return {step.seq: step.name for step in story.run.order.steps} if story.run else {}


def _works(facts: Iterable[Fact]) -> dict[str, _Work]:
    """Put start and end of each job together; one begun again keeps its first start."""
    works: dict[str, _Work] = {}
    for fact in facts:
        if fact.kind not in ("line.job_started", "line.job_ended"):
            continue
        body = decode(fact)
        if body is None:
            continue
        work = works.setdefault(body.job, _Work(body.job, body.seq, body.station))
        if fact.kind == "line.job_started":
            work.start = work.start or fact
            work.quantity, work.station = body.quantity, body.station
        else:
            work.end, work.good, work.scrap, work.energy, work.station = fact, body.good, body.scrap, body.energy_kwh, body.station
    return works


def _job_knot(work: _Work, names: dict[int, str], story: Story, firm: str) -> Knot:
    assert work.start is not None
    job = next((each for each in story.jobs if each.id == work.job), None)
    machine = job.machine_id if job else ""
    where = story.machines.get(machine, machine) or work.station
    pieces = work.good if work.end else work.quantity
    text = "{step}: {count} pcs on {where}" if work.end else "{step}: {count} pcs running on {where}"
    details = {"job": work.job, "station": work.station}
    if work.end:
        details |= {"good": str(work.good), "scrap": str(work.scrap)}
    if work.energy:
        details["energy"] = f"{work.energy:.1f} kWh"
    return Knot(
        id=work.start.id,
        strand="infrastructure",
        at=work.start.at,
        kind="line.job",
        title=Words(text, {"step": names.get(work.seq, str(work.seq)), "count": str(pieces), "where": where}),
        firm=firm,
        fact=(work.end or work.start).id,
        link=paths.machine(machine) if machine else paths.run(story.run_number),
        until=work.end.at if work.end else None,
        details=details,
    )


def stand_stills(story: Story) -> list[StandStill]:
    """Return when machines were down while they had a job of this order, by time."""
    found = []
    works = _works(story.facts)
    for machine, facts in story.states.items():
        spans = list(_spans(works, machine, story))
        for since, until, reason in _downs(facts):
            if any(since < end and (until is None or until > start) for start, end in spans):
                found.append(StandStill(machine, since, until, reason))
    return sorted(found, key=lambda still: still.since)


def _spans(works: dict[str, _Work], machine: str, story: Story) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the machine had jobs of the order; one not ended lasts."""
    last = max((fact.at for facts in story.states.values() for fact in facts), default=None)
    for job in story.jobs:
        work = works.get(job.id)
        if job.machine_id == machine and work is not None and work.start is not None:
            end = work.end.at if work.end else max(last or work.start.at, work.start.at)
            yield work.start.at, end


def _downs(facts: Iterable[Fact]) -> Iterator[tuple[datetime, datetime | None, str]]:
    since: datetime | None = None
    reason = ""
    for fact in facts:
        body = decode(fact)
        if body is None:
            continue
        if fact.kind == "machine.went_down" and since is None:
            since, reason = body.at, body.reason
        elif fact.kind == "machine.came_back" and since is not None:
            yield since, body.at, reason
            since = None
    if since is not None:
        yield since, None, reason


def _still_knot(still: StandStill, story: Story, firm: str) -> Knot:
    name = story.machines.get(still.machine, still.machine)
    reason = still.reason or "-"
    if still.until is None:
        words = Words("{machine} stands: {reason}", {"machine": name, "reason": reason})
    else:
        words = Words("{machine} stood for {span}: {reason}", {"machine": name, "span": span_of(still.since, still.until), "reason": reason})
    id = f"{still.machine}@{still.since.isoformat()}"
    link = paths.machine(still.machine)
    return Knot(id, "infrastructure", still.since, "machine.down", words, firm, link=link, until=still.until, weight=3)


def span_of(since: datetime, until: datetime) -> str:
    """Return a span as ``3 h 30 min``, of more than two days as ``4 d 6 h``: the units' signs are the same in every language."""
    minutes = max(0, round((until - since).total_seconds() / 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days >= 2:
        return f"{days} d {hours} h" if hours else f"{days} d"
    hours += days * 24
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _noted(fact: Fact, firm: str, number: str) -> Knot:
    """Make the knot of a line fact that is neither a job's start nor end; a kind this view does not know is said by its own name."""
    raw: dict[str, Any] = msgspec.json.decode(fact.body) if fact.body else {}
    known = NOTED.get(fact.kind)
    if known is not None:
        text, weight = known
        words = Words(text, {name: str(raw.get(name, "-")) for name in FILLED if f"{{{name}}}" in text})
    else:
        words, weight = Words("At the line: {what}", {"what": _plain(fact.kind)}), 2
    details = {name: str(value)[:LONGEST] for name, value in list(raw.items())[:MOST_DETAILS] if isinstance(value, str | int | float) and value != ""}
    return Knot(fact.id, "infrastructure", fact.at, fact.kind, words, firm, fact=fact.id, link=paths.run(number), details=details, weight=weight)


FILLED = ("quantity", "good", "made", "station", "reason", "all_good")
NOTED: dict[str, tuple[str, int]] = {
    "line.scrapped": ("Scrap, made again: {quantity} pcs", 2),
    "line.batch_finished": ("Batch finished: {good} pcs", 1),
    "line.work_begun": ("Work begun at {station}", 1),
    "line.counted": ("Counted at {station}: {all_good} good", 1),
    "line.stopped": ("Stopped at {station}: {reason}", 3),
    "line.photo_added": ("Photo taken at {station}", 2),
    "line.help_asked": ("Help called to {station}", 3),
    "line.help_answered": ("Help is at {station}", 2),
    "line.run_finished": ("All made: {made} pcs", 3),
}


def _plain(kind: str) -> str:
    return kind.rpartition(".")[2].replace("_", " ")


def planned_knots(story: Story, firm: str) -> list[Knot]:
    """Return one knot for each operation that has work left to begin, as the schedule plans it."""
    begun = {work.job for work in _works(story.facts).values() if work.start or work.end}
    begun |= {decode(fact).job for fact in story.facts if fact.kind == "line.step_out" and fact.body}
    left: dict[tuple[int, str], list[Any]] = {}
    for booking in story.bookings:
        if booking.state in ("planned", "held") and booking.job_id not in begun:
            left.setdefault((booking.seq, booking.name), []).append(booking)
    knots = []
    for (seq, name), rows in sorted(left.items()):
        words = Words("Planned: {step}, {count} pcs", {"step": name, "count": str(sum(row.quantity for row in rows))})
        start, end = min(row.start for row in rows), max(row.end for row in rows)
        link = paths.order(story.run_number)
        knots.append(Knot(f"plan/{seq}", "infrastructure", start, "schedule.planned", words, firm, link=link, until=end, planned=True, weight=2))
    return knots


def outside(story: Story, own: str, now: datetime) -> list[Stretch]:
    """Return the time batches spent at suppliers of steps, from the first that went to the last that came back: what they do there is theirs."""
    found = []
    for supply, docs in story.supplies:
        advices = [doc for doc in docs if isinstance(doc, DespatchAdvice)]
        gone = [doc for doc in advices if doc.party == own]
        back = [doc for doc in advices if doc.party != own]
        if supply.role.startswith("service:") and gone:
            until = max(doc.departed for doc in back) if len(back) >= len(gone) else now
            since = min(doc.departed for doc in gone)
            found.append(Stretch("infrastructure", since, max(since, until), supply.supplier_name, no_jobs(supply.supplier_name)))
    return found


def no_jobs(firm: str) -> Words:
    """Say why a supplier's work is not shown: no contract on job data can be made, so none is in force."""
    return Words("{firm} shares no job data: no contract", {"firm": firm})
