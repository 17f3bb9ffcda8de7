"""Times for parts without a routing, from what like parts take, from what is paid for them, or a stated default; and what jobs really took (pure).

Medians everywhere, so that one odd job or price does not carry an estimate away; slopes by Theil and Sen (Sen, JASA 63, 1968).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median, quantiles

import msgspec

from plait.manufacturing.desk.masters.families import families
from plait.manufacturing.desk.masters.model import Correction, Estimate, Measured, PastJob, Spread
from plait.manufacturing.desk.masters.rules import op_name
from plait.manufacturing.part.model import Operation, Part
from plait.manufacturing.vocabulary import GENERAL, fold, is_a, recognise_process

__all__ = ["DEFAULT_CYCLE_MIN", "DEFAULT_SETUP_MIN", "WORKSHOP", "Past", "corrections", "estimates", "fit", "lacks_routing"]

DEFAULT_SETUP_MIN = 30.0
"""Minutes of set-up of a batch when nothing at all is known."""
DEFAULT_CYCLE_MIN = 5.0
"""Minutes of a piece when nothing at all is known."""
DEFAULT_RATE = 60.0
"""What an hour of work is taken to be paid with, in the firm's currency, when no work centre has a rate."""
WORKSHOP = "workshop"
"""The group of an estimated operation when no group fits its process."""
WORK_SHARE = 0.5
"""How much of a price pays for machine time when nothing is known of the material."""
VALUE_SHARE = 0.8
"""How much of a price without its material pays for machine time; the rest is profit and overhead."""
DAY_MIN = 480.0
LEAST_JOBS = 3
LEAST_CHANGE = 0.05
SETUP_RANGE = (5.0, 240.0)
LEAST_CYCLE = 0.05


class Past(msgspec.Struct, frozen=True):
    """What there is to learn from: all parts, order lines, ended jobs, hourly rates by group, and the groups of work centres."""

    parts: Sequence[Part]
    jobs: Sequence[PastJob] = ()
    measured: Sequence[Measured] = ()
    rates: Mapping[str, float] = {}
    groups: Sequence[str] = ()


def lacks_routing(part: Part) -> bool:
    """Tell whether a part is made here and nobody has said how: it has no routing, or an estimated one."""
    return part.supply != "buy" and all(op.estimated for op in part.routing)


def _spread(values: Sequence[float]) -> Spread:
    if len(values) < 2:
        return Spread(round(values[0], 2), round(values[0], 2))
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(round(low, 2), round(high, 2))


def _slope(points: Sequence[tuple[float, float]]) -> float | None:
    """Return the median slope between every two points, None when all lie above one another."""
    points = points[-200:]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for n, a in enumerate(points) for b in points[n + 1 :] if b[0] != a[0]]
    return median(slopes) if slopes else None


def fit(jobs: Sequence[tuple[int, float]], setup: float) -> tuple[float, float]:
    """Return (set-up, minutes of a piece) from jobs of (pieces, minutes).

    Both are found when the jobs differ enough in size; otherwise the planned ``setup`` is kept, cut when jobs were shorter than it.
    """
    sizes = sorted(pieces for pieces, _ in jobs)
    if len(jobs) >= 4 and sizes[-1] >= 1.5 * sizes[0]:
        cycle = _slope([(float(pieces), minutes) for pieces, minutes in jobs])
        if cycle is not None and cycle > 0:
            found = max(0.0, median(minutes - cycle * pieces for pieces, minutes in jobs))
            return round(found, 2), round(cycle, 3)
    setup = min(setup, 0.9 * min(minutes for _, minutes in jobs))
    return round(setup, 2), round(max(0.0, median((minutes - setup) / pieces for pieces, minutes in jobs)), 3)


def _of_jobs(measured: Iterable[Measured]) -> dict[tuple[str, int], list[tuple[int, float]]]:
    found: dict[tuple[str, int], list[tuple[int, float]]] = defaultdict(list)
    for job in measured:
        if job.pieces > 0 and job.minutes > 0:
            found[job.part_id, job.seq].append((job.pieces, job.minutes))
    return found


def corrections(parts: Iterable[Part], measured: Iterable[Measured]) -> list[Correction]:
    """Return the operations whose planned times at least three ended jobs contradict by 5 %, or whose estimated times they confirm."""
    jobs = _of_jobs(measured)
    found = []
    for part in parts:
        for op in part.routing:
            mine = jobs.get((part.id, op.seq), ())
            if op.outside or len(mine) < LEAST_JOBS:
                continue
            setup, cycle = fit(mine, op.setup_min)
            size = median(pieces for pieces, _ in mine)
            was, now = op.setup_min + op.cycle_min * size, setup + cycle * size
            if op.estimated or abs(now - was) > LEAST_CHANGE * max(was, LEAST_CYCLE):
                spread = _spread([max(0.0, (minutes - setup) / pieces) for pieces, minutes in mine])
                times = (op.setup_min, setup, op.cycle_min, cycle)
                found.append(Correction(part.id, part.name, op.seq, op.name, *times, jobs=len(mine), spread=spread, estimated=op.estimated))
    return found


def _signature(part: Part) -> tuple[tuple[str, str], ...]:
    return tuple((op.process or fold(op.name), op.group or op.supplier) for op in part.routing)


def _from_family(part: Part, family: str, like: Sequence[Part], measured: Mapping[tuple[str, int], list[tuple[int, float]]]) -> Estimate:
    """Return the operations that most like parts have, each with the median of their times."""
    counts = Counter(_signature(each) for each in like)
    usual = max(counts, key=lambda sign: (counts[sign], len(sign), sign))
    same = [each for each in like if _signature(each) == usual]
    operations, totals, jobs = [], [0.0] * len(same), 0
    for index, op in enumerate(same[0].routing):
        times = []
        for n, each in enumerate(same):
            own = each.routing[index]
            mine = measured.get((each.id, own.seq), ())
            setup, cycle = fit(mine, own.setup_min) if len(mine) >= LEAST_JOBS else (own.setup_min, own.cycle_min)
            jobs += len(mine) if len(mine) >= LEAST_JOBS else 0
            totals[n] += cycle
            times.append((setup, cycle))
        setup, cycle = (round(median(column), 3) for column in zip(*times, strict=True))
        lead = median(each.routing[index].lead_days for each in same)
        operations.append(msgspec.structs.replace(op, setup_min=setup, cycle_min=cycle, lead_days=lead, estimated=True, program="", semi_gtin=""))
    names = ", ".join(each.id for each in same[:3]) + (f" and {len(same) - 3} more" if len(same) > 3 else "")
    why = f"medians of {len(same)} like parts ({names})" + (f" and {jobs} ended jobs" if jobs else "")
    ids = tuple(each.id for each in same)
    return Estimate(part.id, part.name, family, "family", tuple(operations), _spread(totals), ids, jobs, why)


def _group_for(process: str, groups: Sequence[str]) -> str:
    """Return the group of work centres that can do ``process``: by its name, or the only one there is."""
    for group in groups if process and process != GENERAL else ():
        code = recognise_process(group)
        if code and (is_a(process, code) or is_a(code, process)):
            return group
    return groups[0] if len(groups) == 1 else WORKSHOP


def _material(part: Part) -> float | None:
    """Return what the material of a piece costs, None when a price is not known or there is no bill of material."""
    prices = [line.price for line in part.materials if line.supply != "customer"]
    if not part.materials or any(price is None for price in prices):
        return None
    return sum(float(line.quantity * line.price.amount) for line in part.materials if line.price is not None and line.supply != "customer")


def _paid(part: Part, prices: Sequence[tuple[float, float]], rate: float) -> tuple[float, float, list[float]]:
    """Return (set-up, minutes of a piece, minutes of a piece by price) that ``prices`` (quantity, price of a piece) pay for at ``rate`` an hour."""
    material = _material(part)
    share, base = (WORK_SHARE, 0.0) if material is None else (VALUE_SHARE, material)
    setup, distinct = DEFAULT_SETUP_MIN, {quantity for quantity, _ in prices}
    if len(distinct) >= 3:
        slope = _slope([(1 / quantity, price) for quantity, price in prices])
        if slope is not None and slope > 0:
            setup = min(max(slope * share / rate * 60, SETUP_RANGE[0]), SETUP_RANGE[1])
    paid = [max(LEAST_CYCLE, max(0.0, price - base) * share / rate * 60 - setup / quantity) for quantity, price in prices]
    return round(setup, 1), round(median(paid), 2), paid


def _alone(part: Part, family: str, jobs: Sequence[PastJob], own: bool, past: Past) -> Estimate:
    """Return one operation whose time follows from prices, or from the stated default."""
    process = part.process if part.process not in ("", GENERAL) else recognise_process(part.name)
    group = _group_for(process, past.groups)
    rates = list(past.rates.values())
    rate = past.rates.get(group) or (median(rates) if rates else DEFAULT_RATE)
    assumed = "" if rates else " (assumed: no work centre has a rate)"
    prices = [(job.quantity, job.price) for job in jobs if job.price and job.quantity > 0]
    whose = "its" if own else "its family's"
    setup, cycle, found = DEFAULT_SETUP_MIN, DEFAULT_CYCLE_MIN, [DEFAULT_CYCLE_MIN]
    if prices:
        setup, cycle, found = _paid(part, prices, rate)
        basis, why = "price", f"what {whose} prices in {len(prices)} order lines pay for at {rate:g} an hour{assumed}"
    else:
        bounds = [DAY_MIN * job.days / job.quantity for job in jobs if job.days and job.days > 0 and job.quantity > 0]
        if bounds and median(bounds) < cycle:
            cycle = round(max(LEAST_CYCLE, median(bounds)), 2)
            found = bounds
        basis, why = (
            "default",
            "nothing is known of like parts or prices: a default" + (", cut to the days its orders had" if cycle < DEFAULT_CYCLE_MIN else ""),
        )
    name = op_name("", process if process != GENERAL else "", "Making")
    op = Operation(10, name, process, group, setup, cycle, estimated=True)
    return Estimate(part.id, part.name, family, "price" if basis == "price" else "default", (op,), _spread(found), (), len(jobs), why)


def estimates(past: Past) -> list[Estimate]:
    """Return an estimate for every part made here that has no routing, or only an estimated one."""
    family_of = families(past.parts)
    members: dict[str, list[Part]] = defaultdict(list)
    for part in past.parts:
        members[family_of[part.id]].append(part)
    jobs: dict[str, list[PastJob]] = defaultdict(list)
    for job in past.jobs:
        jobs[job.part_id].append(job)
    measured = _of_jobs(past.measured)
    found = []
    usual: dict[tuple[str, str], Estimate | None] = {}
    for part in past.parts:
        if not lacks_routing(part):
            continue
        family = family_of[part.id]
        if (family, part.supply) not in usual:
            like = [each for each in members[family] if each.routing and not lacks_routing(each) and each.supply == part.supply]
            usual[family, part.supply] = _from_family(part, family, like, measured) if like else None
        alike = usual[family, part.supply]
        if alike is not None:
            found.append(msgspec.structs.replace(alike, part_id=part.id, name=part.name))
            continue
        own = any(job.price for job in jobs[part.id])
        lines = jobs[part.id] if own else [job for each in members[family] for job in jobs[each.id]]
        found.append(_alone(part, family, lines, own, past))
    return found
