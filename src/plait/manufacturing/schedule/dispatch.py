"""The plan of all open orders by dispatch rules (pure): good dates at once, the same from run to run.

Orders are put into a sequence and placed one after another at their earliest gap, each operation on the work centre where it ends
first. Several sequences are tried: earliest due date, least slack, critical ratio, modified due date (Baker and Bertrand, Journal of
Operations Management 3, 1982), apparent tardiness cost (Vepsalainen and Morton, Management Science 33, 1987). The best is improved by
moving late orders forward (squeaky wheel optimisation, Joslin and Clements, JAIR 10, 1999) and by small changes. What a person ranked
goes first in all of them. Times are milliseconds since 1970 UTC.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from typing import NamedTuple

import msgspec

from plait.kernel.problems import Problem
from plait.manufacturing.schedule.calendar import DAY_MS, HORIZON_DAYS, opening
from plait.manufacturing.schedule.gaps import Gaps, never_fits
from plait.manufacturing.schedule.model import WorkCentre
from plait.manufacturing.schedule.workdays import WorkDays, place_days

__all__ = ["Busy", "FreeTime", "Job", "Lot", "Outcome", "Shop", "Spot", "Task", "best", "edd", "ends", "place", "run", "score", "undo"]

BUDGET = 70_000
MOST_PASSES = 24
ENDLESS = 1 << 52
LOOK_MS = 56 * DAY_MS
MOVED = ", improved"
PUSHES = (0.02, 0.3, 0.1, 0.6)


class Task(NamedTuple):
    """One operation of a lot: ``work`` ms on a work centre of ``group``, or, with ``days`` not None, so many working days outside."""

    seq: int
    name: str
    group: str
    work: int
    days: float | None = None
    supplier: str = ""


class Lot(NamedTuple):
    """A batch: ``pieces``, nothing before ``release`` (ms), and the ways in which what is left of it can be made."""

    number: int
    pieces: int
    release: int
    routes: tuple[tuple[Task, ...], ...]


class Job(NamedTuple):
    """One order: ``due`` (ms), ``rank`` (lower goes first), ``weight`` of a late hour, ms from one operation to the next, its lots.

    ``begun`` (ms): when what is not planned any more (begun, bought, from stock) is ready.
    """

    id: str
    due: int
    rank: int
    weight: float
    transfer: int
    lots: tuple[Lot, ...]
    begun: int = 0


class Spot(NamedTuple):
    """Where an operation was placed: index of lot, of route and of task, work centre ("" outside), when it could begin, begins and ends."""

    lot: int
    route: int
    task: int
    centre: str
    ready: int
    start: int
    end: int


class Busy(NamedTuple):
    """A span on a work centre that stays as it is: ``order`` has it, or (``down``) the reason why it is out of service."""

    centre: str
    start: int
    end: int
    order: str
    down: bool = False


class Shop:
    """Work centres with what is fixed on them; ``gaps`` gives their free time, to be planned into."""

    def __init__(self, centres: Iterable[WorkCentre], fixed: Sequence[Busy], now: int, days: WorkDays | None = None) -> None:
        self.centres = {centre.id: centre for centre in sorted(centres, key=lambda c: c.id)}
        self.fixed = [busy for busy in fixed if busy.end > now]
        self.now = now
        self.days = days or place_days(self.centres.values())
        self.groups: dict[str, list[str]] = {}
        for centre in self.centres.values():
            self.groups.setdefault(centre.group, []).append(centre.id)
        for id in self.centres:
            self.groups.setdefault(id, [id])
        self.longest = {centre.id: _longest(centre, now) for centre in self.centres.values()}
        self._usual = {centre.id: _usual(centre, now, self.longest[centre.id]) for centre in self.centres.values()}
        self._gaps: dict[str, Gaps] = {}

    def _base(self, centre: str) -> Gaps:
        found = self._gaps.get(centre)
        if found is None:
            rows = sorted(((busy.start, busy.end) for busy in self.fixed if busy.centre == centre), reverse=True)
            found = self._gaps[centre] = Gaps(self.centres[centre], self.now, rows)
        return found

    def gaps(self) -> "FreeTime":
        """Return the free time of every work centre, to be changed at will."""
        return FreeTime(self._base)

    def longest_of(self, group: str) -> int:
        """Return the longest work (ms) a work centre of ``group`` does in one go; 0 when there is none."""
        return max((self.longest[id] for id in self.groups.get(group, ())), default=0)

    def usual_of(self, group: str) -> int:
        """Return the work (ms) that most openings of some work centre of ``group`` have room for."""
        return max((self._usual[id] for id in self.groups.get(group, ())), default=0)


class FreeTime(dict[str, Gaps]):
    """Gaps by work centre, copied from ``source`` when they are first looked at."""

    def __init__(self, source: Callable[[str], Gaps]) -> None:
        super().__init__()
        self._source = source

    def __missing__(self, centre: str) -> Gaps:
        found = self[centre] = self._source(centre).copy()
        return found

    def over(self) -> "FreeTime":
        """Return the same free time, to be changed apart from this."""
        return FreeTime(self.__getitem__)


def _usual(centre: WorkCentre, now: int, longest: int) -> int:
    plain = msgspec.structs.replace(centre.calendar, extra=()) if centre.calendar.extra and centre.calendar.shifts else centre.calendar
    lengths = sorted(end - start for start, end in opening(plain).spans(now + DAY_MS, now + LOOK_MS))
    return min(longest, lengths[(len(lengths) - 1) // 2]) if lengths and longest < ENDLESS else longest


def _longest(centre: WorkCentre, now: int) -> int:
    spans = opening(centre.calendar).spans(now, now + LOOK_MS)
    if not spans:
        return 0
    return ENDLESS if centre.calendar.always or centre.unattended or centre.may_pause else max(end - start for start, end in spans)


class Outcome(msgspec.Struct, frozen=True):
    """A whole plan: ``spots`` and ``finish`` (ms) by job id, the sequence it came from, its rule, weighted lateness in ms, free time left.

    ``refused``: jobs that fit nowhere within two years, and why.
    """

    spots: dict[str, list[Spot]]
    finish: dict[str, int]
    sequence: list[Job]
    rule: str
    late: float
    gaps: FreeTime
    refused: dict[str, str] = {}


def _route(shop: Shop, gaps: Mapping[str, Gaps], job: Job, lot: Lot, at: tuple[int, int], after: int) -> list[Spot]:
    """Place one lot by one of its routes (``at``: index of lot and route) and take the spans."""
    found: list[Spot] = []
    ready = after
    number, route = at
    longest, groups = shop.longest, shop.groups
    for index, task in enumerate(lot.routes[route]):
        if task.days is not None:
            end = shop.days.after(ready, task.days)
            found.append(Spot(number, route, index, "", ready, ready, end))
        else:
            work = task.work
            begin = end = -1
            chosen = ""
            for id in groups[task.group]:
                if work > longest[id]:
                    continue
                span = gaps[id].earliest(ready, work)
                if span is not None and (end < 0 or span[1] < end):
                    begin, end = span
                    chosen = id
            if end < 0:
                undo(gaps, found)
                raise never_fits(f"the group {task.group}", work)
            gaps[chosen].take(begin, end)
            found.append(Spot(number, route, index, chosen, ready, begin, end))
        ready = end + job.transfer
    return found


def place(shop: Shop, gaps: Mapping[str, Gaps], job: Job) -> list[Spot]:
    """Place all lots of ``job`` as early as ``gaps`` allow and take the spans; of several routes the one that ends first.

    Raises ``never-open`` when a task fits nowhere, and then takes nothing.
    """
    placed: list[Spot] = []
    try:
        for number, lot in enumerate(job.lots):
            after = max(shop.now, lot.release)
            if len(lot.routes) == 1:
                placed += _route(shop, gaps, job, lot, (number, 0), after)
                continue
            tried = []
            for route in range(len(lot.routes)):
                spots = _route(shop, gaps, job, lot, (number, route), after)
                undo(gaps, spots)
                tried.append((spots[-1].end if spots else after, route))
            placed += _route(shop, gaps, job, lot, (number, min(tried)[1]), after)
    except Problem:
        undo(gaps, placed)
        raise
    return placed


def ends(job: Job, spots: Sequence[Spot], now: int) -> int:
    """Return when all of ``job`` is ready."""
    return max([job.begun, *(spot.end for spot in spots)]) or now


def undo(gaps: Mapping[str, Gaps], spots: Sequence[Spot]) -> None:
    """Give back what was taken for ``spots``."""
    for spot in reversed(spots):
        if spot.centre:
            gaps[spot.centre].give(spot.start, spot.end)


def run(shop: Shop, sequence: Sequence[Job], rule: str = "") -> Outcome:
    """Place the jobs in the order of ``sequence``; one that fits nowhere is refused alone."""
    gaps = shop.gaps()
    spots: dict[str, list[Spot]] = {}
    finish: dict[str, int] = {}
    refused: dict[str, str] = {}
    late = 0.0
    for job in sequence:
        try:
            placed = spots[job.id] = place(shop, gaps, job)
        except Problem as problem:
            spots[job.id], finish[job.id], refused[job.id] = [], shop.now + HORIZON_DAYS * DAY_MS, problem.detail
            continue
        end = finish[job.id] = ends(job, placed, shop.now)
        if end > job.due:
            late += job.weight * (end - job.due)
    return Outcome(spots, finish, list(sequence), rule, late, gaps, refused)


def score(outcome: Outcome) -> tuple[float, int, int]:
    """Return what makes a plan better when lower: weighted lateness, number of late jobs, sum of finishes."""
    late = sum(outcome.finish[job.id] > job.due for job in outcome.sequence)
    return outcome.late, late, sum(outcome.finish.values())


def _work(job: Job) -> int:
    """Return roughly how long (ms) a job takes from first to last operation on an empty shop, closed time not counted."""
    first = job.lots[0].routes[0] if job.lots else ()
    chain = sum(task.work if task.days is None else round(task.days * DAY_MS) for task in first)
    widest = max((task.work for task in first if task.days is None), default=0)
    return max(1, chain + widest * (len(job.lots) - 1))


def _release(job: Job, now: int) -> int:
    return max([now, *(lot.release for lot in job.lots)])


def edd(jobs: Iterable[Job]) -> list[Job]:
    """Return the jobs by rank and due date."""
    return sorted(jobs, key=lambda job: (job.rank, job.due, job.id))


def _slack(jobs: Sequence[Job], now: int) -> list[Job]:
    return sorted(jobs, key=lambda job: (job.rank, job.due - _release(job, now) - _work(job), job.id))


def _ratio(jobs: Sequence[Job], now: int) -> list[Job]:
    def key(job: Job) -> tuple[int, float, str]:
        left = job.due - _release(job, now)
        return job.rank, left / _work(job) if left > 0 else float(left), job.id

    return sorted(jobs, key=key)


def _stepwise(jobs: Sequence[Job], now: int, pace: float, key: Callable[[Job, float], tuple[float, ...]]) -> list[Job]:
    """Sequence by a priority that depends on time, looked at anew after each 64th part of the jobs; ``pace`` is time a ms of work taken."""
    left, found = edd(jobs), []
    when, step = float(now), max(1, len(jobs) // 64)
    while left:
        left.sort(key=lambda job: (job.rank, *key(job, when), job.id))
        taken, left = left[:step], left[step:]
        found += taken
        when += sum(_work(job) for job in taken) * pace
    return found


def _cost(jobs: Sequence[Job], now: int, pace: float, look: float) -> list[Job]:
    """Sequence by apparent tardiness cost, looking ``look`` mean jobs ahead."""
    work = {job.id: _work(job) for job in jobs}
    far = look * sum(work.values()) / max(1, len(work))

    def key(job: Job, when: float) -> tuple[float, ...]:
        slack = max(0.0, job.due - when - work[job.id] * 2)
        return (-job.weight / work[job.id] * math.exp(-slack / far),)

    return _stepwise(jobs, now, pace, key)


def _modified(jobs: Sequence[Job], now: int, pace: float) -> list[Job]:
    """Sequence by modified due date: the date, or when the job could be ready if that is later."""
    work = {job.id: _work(job) for job in jobs}
    return _stepwise(jobs, now, pace, lambda job, when: (max(job.due, when + work[job.id]),))


def _sequences(jobs: Sequence[Job], shop: Shop) -> Iterator[tuple[str, list[Job]]]:
    """Yield the sequences of the dispatch rules, the most promising first. How fast work is done is not known beforehand: several paces are tried."""
    now, pace = shop.now, 1 / max(1, len(shop.centres))
    yield "modified due date", _modified(jobs, now, 3 * pace)
    yield "apparent tardiness cost", _cost(jobs, now, pace, 1)
    yield "least slack", _slack(jobs, now)
    yield "apparent tardiness cost", _cost(jobs, now, 3 * pace, 2)
    yield "modified due date", _modified(jobs, now, 2 * pace)
    yield "apparent tardiness cost", _cost(jobs, now, pace, 8)
    yield "critical ratio", _ratio(jobs, now)


def _squeak(outcome: Outcome, push: float) -> list[Job]:
    """Move late jobs forward in the sequence, the later the further."""
    worst = max((outcome.finish[job.id] - job.due for job in outcome.sequence), default=0)
    count = len(outcome.sequence)

    def key(pair: tuple[int, Job]) -> tuple[int, float, int]:
        place, job = pair
        over = outcome.finish[job.id] - job.due
        return job.rank, place - (push * count * (0.25 + over / worst) if over > 0 else 0.0), place

    return [job for _, job in sorted(enumerate(outcome.sequence), key=key)]


def _shaken(outcome: Outcome, dice: Random) -> list[Job]:
    """Return the sequence with every job moved a little at random."""
    reach = max(1.5, 0.005 * len(outcome.sequence))
    placed = [(job.rank, place + dice.uniform(-reach, reach), place, job) for place, job in enumerate(outcome.sequence)]
    return [row[3] for row in sorted(placed, key=lambda row: row[:3])]


def best(shop: Shop, jobs: Sequence[Job], budget: int = BUDGET) -> Outcome:
    """Return the best plan found within ``budget`` operations placed; never worse than by earliest due date."""
    found = run(shop, edd(jobs), "earliest due date")
    if not found.late:
        return found
    size = max(1, sum(len(spots) for spots in found.spots.values()))
    left = min(MOST_PASSES, budget // size) - 1
    top = score(found)
    for rule, sequence in islice(_sequences(jobs, shop), max(0, left)):
        left -= 1
        tried = run(shop, sequence, rule)
        if score(tried) < top:
            found, top = tried, score(tried)
    dice = Random(len(jobs))  # noqa: S311 - the same from run to run, not a secret
    for turn in range(left):
        if not found.late:
            break
        sequence = _shaken(found, dice) if turn % 2 else _squeak(found, PUSHES[turn // 2 % len(PUSHES)])
        tried = run(shop, sequence, found.rule.removesuffix(MOVED) + MOVED)
        if score(tried) < top:
            found, top = tried, score(tried)
    return found
