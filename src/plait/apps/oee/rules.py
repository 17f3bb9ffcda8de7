"""OEE by ISO 22400-2: from states, jobs and cycles to time elements and quantities, from those to key figures and losses (pure).

Where a machine makes several items each counts with its own planned time, so that the losses add up to planned time; for one item the quality ratio
is then GQ / PQ as the standard has it. A job's pieces are spread evenly over the time the machine ran while the job was on it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from plait.apps.model import Period
from plait.apps.oee.model import LOSSES, Elements, Loss, OeeConfig, Rates
from plait.apps.oee.spans import Spans, cut, length, minus, union
from plait.infrastructure.past.model import Cycle, Stretch, Work
from plait.kernel.money import Money

__all__ = ["Machine", "cost", "elements", "losses", "machine", "rates", "total"]

HOUR, MINUTE = 3_600_000, 60_000
FAST = 1.001
"""Effectiveness above this is more than rounding: the planned time is wrong."""


def _ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)


class Count(NamedTuple):
    """Pieces that were made in some spans of running: ``ideal`` planned milliseconds a piece (None: not known)."""

    made: float
    scrap: float
    ideal: float | None
    spans: Spans
    running: int


class Machine(NamedTuple):
    """What a machine did, ready to be looked at period by period: spans by kind, piece counts, starts of breakdowns."""

    kinds: dict[str, Spans]
    known: Spans
    jobs: Spans
    counts: tuple[Count, ...]
    ticks: tuple[tuple[int, float, float, float | None, bool], ...]
    times: tuple[int, ...]
    failures: tuple[int, ...]
    planned_stops: Spans


def machine(
    states: Sequence[Stretch], jobs: Sequence[Work], cycles: Sequence[Cycle], config: OeeConfig, now: datetime, ideal_s: float | None = None
) -> Machine:
    """Return what a machine did; the order of what is given does not matter. Nothing counts after ``now``; ``ideal_s``: where no job says it."""
    end = _ms(now)
    spans = sorted((_ms(each.since), min(_ms(each.until), end), each.state, each.reason) for each in states)
    short = config.minor_stop_min * MINUTE
    stops = [word.casefold() for word in config.planned_stops if word]
    planned = union((a, b) for a, b, state, why in spans if state != "running" and any(word in why.casefold() for word in stops))
    down = union((a, b) for a, b, state, _ in spans if state == "down")
    kinds = {state: union((a, b) for a, b, kind, _ in spans if kind == state) for state in ("running", "setup", "idle")}
    kinds["breakdown"] = [(a, b) for a, b in down if b - a >= short]
    kinds["minor"] = [(a, b) for a, b in down if b - a < short]
    known = union(span for each in kinds.values() for span in each)
    busy = sorted(jobs, key=lambda job: (job.started, job.job_id))
    ticks = _ticks(cycles, busy, kinds["setup"], config, end, ideal_s)
    counts = () if ticks else tuple(_count(job, kinds["running"], end, ideal_s) for job in busy)
    times = tuple(tick[0] for tick in ticks)
    on = union((_ms(job.started), min(_ms(job.ended), end) if job.ended else end) for job in busy)
    return Machine(kinds, known, on, counts, ticks, times, tuple(a for a, _ in kinds["breakdown"]), planned)


def _ideal(job: Work | None, ideal_s: float | None) -> float | None:
    if job is not None and job.cycle_min:
        return job.cycle_min * MINUTE
    return ideal_s * 1000 if ideal_s else None


def _count(job: Work, running: Spans, end: int, ideal_s: float | None) -> Count:
    span = (_ms(job.started), min(_ms(job.ended), end) if job.ended else end)
    while_there = cut([span], running) or ([span] if span[1] > span[0] else [])
    return Count(job.good + job.scrap, job.scrap, _ideal(job, ideal_s), while_there, length(while_there))


def _ticks(
    cycles: Sequence[Cycle], jobs: Sequence[Work], setups: Spans, config: OeeConfig, end: int, ideal_s: float | None
) -> tuple[tuple[int, float, float, float | None, bool], ...]:
    starts = [_ms(job.started) for job in jobs]
    ends = [finish for _, finish in setups]
    found = []
    for cycle in sorted(cycles, key=lambda each: (each.at, each.good, each.scrap)):
        at = _ms(cycle.at)
        if at > end:
            break
        index = bisect_right(starts, at) - 1
        job = jobs[index] if index >= 0 and (jobs[index].ended is None or at <= _ms(jobs[index].ended) + MINUTE) else None  # type: ignore[arg-type]
        after = bisect_right(ends, at) - 1
        fresh = after >= 0 and at - ends[after] <= config.startup_min * MINUTE
        found.append((at, cycle.good + cycle.scrap, cycle.scrap, _ideal(job, ideal_s), fresh and config.startup_min > 0))
    return tuple(found)


def elements(what: Machine, open_: Spans | None, period: Period, now: datetime) -> Elements:
    """Return the elements of one machine in one period; ``open_``: its planned hours, None when every hour counts. Nothing counts after ``now``."""
    since, until = _ms(period.since), min(_ms(period.until), _ms(now))
    if until <= since:
        return Elements(machines=1)
    window = [(since, until)]
    pbt = minus(cut(window, open_) if open_ is not None else window, what.planned_stops)
    times = {kind: cut(spans, pbt) for kind, spans in what.kinds.items()}
    idle_job = cut(times["idle"], what.jobs)
    idle = length(times["idle"])
    planned, apt = length(pbt), length(times["running"])
    made, scrap, ideal, good, startup, blind = _pieces(what, times["running"], pbt)
    counted = bool(what.ticks or what.counts) and not blind and (bool(what.ticks) or made > 0 or apt == 0 or bool(cut(what.jobs, times["running"])))
    factor = min(1.0, apt / ideal) if ideal else 1.0
    return Elements(
        pbt=planned,
        apt=apt,
        aust=length(times["setup"]),
        breakdown=length(times["breakdown"]),
        minor=length(times["minor"]),
        idle_job=length(idle_job),
        no_work=idle - length(idle_job),
        no_data=planned - length(cut(what.known, pbt)),
        calendar=until - since,
        aoet=length(cut(what.jobs, pbt)),
        unplanned=length(cut(what.kinds["running"], window)) - apt,
        apt_counted=apt if counted else 0,
        pq=made,
        sq=scrap,
        ideal=ideal if counted else 0.0,
        ideal_good=good if counted else 0.0,
        ideal_startup=startup if counted else 0.0,
        speed=max(0.0, apt - ideal) if counted else 0.0,
        rejects=(ideal - good - startup) * factor if counted else 0.0,
        startup=startup * factor if counted else 0.0,
        failures=sum(any(a <= at < b for a, b in pbt) for at in what.failures if since <= at < until),
        machines=1,
        uncounted=int(apt > 0 and not counted),
        fast=int(counted and ideal > apt * FAST and ideal - apt > 1000),
    )


def _pieces(what: Machine, running: Spans, pbt: Spans) -> tuple[float, float, float, float, float, bool]:
    """Return pieces made and scrapped in planned time, planned milliseconds of all, of the good, of start-up scrap; whether some have no planned time."""
    made = scrap = ideal = good = startup = 0.0
    blind = False
    for begin, end in pbt:
        for _, pieces, bad, each, fresh in what.ticks[bisect_left(what.times, begin) : bisect_left(what.times, end)]:
            made, scrap = made + pieces, scrap + bad
            blind = blind or (each is None and pieces > 0)
            ideal, good = ideal + pieces * (each or 0.0), good + (pieces - bad) * (each or 0.0)
            startup += bad * (each or 0.0) if fresh else 0.0
    for count in what.counts:
        within = length(cut(count.spans, running)) or length(cut(count.spans, pbt)) * (not running)
        share = within / count.running if count.running else 0.0
        if count.made and share:
            made, scrap = made + count.made * share, scrap + count.scrap * share
            blind = blind or count.ideal is None
            ideal, good = ideal + count.made * share * (count.ideal or 0.0), good + (count.made - count.scrap) * share * (count.ideal or 0.0)
    return made, scrap, ideal, good, startup, blind


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def rates(e: Elements) -> Rates:
    """Return the key figures (ISO 22400-2:2014, clause 6) of elements."""
    adet = e.breakdown + e.minor
    aubt = e.apt + e.aust + adet
    availability = _over(e.apt, e.pbt)
    effectiveness = _over(e.ideal, e.apt_counted)
    quality = e.ideal_good / e.ideal if e.ideal else _over(e.pq - e.sq, e.pq)
    oee = _product(availability, effectiveness, quality)
    known = None if oee is None or not availability else oee / availability
    nee = 0.0 if e.pbt and not aubt else _product(_over(aubt, e.pbt), known)
    return Rates(
        oee=oee,
        availability=availability,
        effectiveness=effectiveness,
        quality=quality,
        nee=nee,
        teep=None if oee is None else oee * e.pbt / e.calendar,
        allocation=_over(aubt, e.pbt),
        utilisation=_over(e.apt, aubt),
        technical=_over(e.apt, e.apt + adet),
        setup=_over(e.aust, e.apt + e.aust),
        throughput=_over(e.pq, e.aoet / HOUR),
        scrap=_over(e.sq, e.pq),
        first_pass=quality,
        mtbf=e.apt / (e.failures + 1) / MINUTE if e.pbt else None,
        mttr=e.breakdown / (e.failures + 1) / MINUTE if e.pbt else None,
        coverage=_over(e.pbt - e.no_data, e.pbt),
    )


def _product(*factors: float | None) -> float | None:
    """Return the product; a factor of nothing makes it nothing, also of what cannot be said (a machine that never ran made nothing well)."""
    if any(factor == 0 for factor in factors):
        return 0.0
    product = 1.0
    for factor in factors:
        if factor is None:
            return None
        product *= factor
    return product


def losses(e: Elements, rate: Money | None) -> tuple[float, tuple[Loss, ...]]:
    """Return the minutes that made good pieces at the planned speed, and every loss, the greatest first; together they are planned time."""
    spent = {
        "breakdown": e.breakdown,
        "setup": e.aust,
        "minor": e.minor + e.idle_job,
        "speed": e.speed,
        "startup": e.startup,
        "rejects": e.rejects,
        "no_work": e.no_work,
        "no_data": e.no_data,
        "uncounted": e.apt - e.apt_counted,
    }
    good = e.pbt - sum(spent.values())
    found = [Loss(name, ms / MINUTE, ms / e.pbt if e.pbt else 0.0, cost(ms / MINUTE, rate)) for name, ms in spent.items() if ms > 0]
    return max(0.0, good) / MINUTE, tuple(sorted(found, key=lambda loss: (-loss.minutes, LOSSES.index(loss.name))))


def cost(minutes: float, rate: Money | None) -> Money | None:
    """Return what ``minutes`` cost at a price of an hour."""
    return None if rate is None else rate.times(Decimal(str(round(minutes, 3))) / 60).rounded()


def total(rows: Iterable[Elements]) -> Elements:
    """Return the sum of elements."""
    found = Elements()
    for each in sorted(rows):
        found += each
    return found
