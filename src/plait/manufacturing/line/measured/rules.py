"""What jobs say together, and when that is worth a proposal (pure)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import floor, log10, prod
from statistics import median
from typing import NamedTuple

from plait.kernel.settings import Cycles
from plait.manufacturing.line.measured.model import JobTimes, Measured, Proposal
from plait.manufacturing.part.model import Operation, Part

__all__ = ["Typical", "allowance", "at_most", "by_rule", "lasting", "measured", "net", "same", "typical", "wanted", "worth"]

FAR = 3.5 * 1.4826
"""A value further from the median than so many median deviations is left out (Iglewicz and Hoaglin: a modified z-score above 3.5)."""
BLIND = 0.05
LEAST_ALLOWANCE = 0.005


class Typical(NamedTuple):
    """The median of values without far outliers, the middle half of them, and how many they are."""

    middle: float
    low: float
    high: float
    jobs: int


def typical(values: Iterable[float]) -> Typical | None:
    """Return what is typical of values, None of none; one wild value among several changes nothing, and neither does their order."""
    every = sorted(values)
    if not every:
        return None
    middle = median(every)
    spread = median(abs(value - middle) for value in every)
    kept = [value for value in every if abs(value - middle) <= max(FAR * spread, middle * 1e-9)]
    return Typical(median(kept), kept[(len(kept) - 1) // 4], kept[(3 * (len(kept) - 1) + 3) // 4], len(kept))


def rounded(value: float) -> float:
    """Return a time to three digits that count: 3.417 min is 3.42."""
    return value if value <= 0 else round(value, max(0, 2 - floor(log10(value))))


def net(spans: Iterable[tuple[str, float]]) -> tuple[float | None, float] | None:
    """Return minutes of set-up (None: the machine told of none) and of running of a job, from stretches of states and their minutes.

    Standing does not count. None when the machine did not run, or when more than a twentieth of the time nothing was known of it.
    """
    spent: dict[str, float] = {}
    for state, minutes in spans:
        spent[state] = spent.get(state, 0.0) + minutes
    total = sum(spent.values())
    if not spent.get("running") or spent.get("silent", 0.0) > BLIND * total:
        return None
    return spent.get("setup"), spent["running"]


def measured(part: Part, op: Operation, jobs: Sequence[JobTimes]) -> Measured | None:
    """Return what the jobs of an operation say together, None when none says anything."""
    counted = [job for job in jobs if job.pieces > 0 and job.run_min > 0]
    cycle = typical(job.run_min / job.pieces for job in counted)
    if cycle is None:
        return None
    setup = typical(job.setup_min for job in counted if job.setup_min is not None)
    pieces, scrap = sum(job.pieces for job in counted), sum(job.scrap for job in counted)
    first, last = min(job.at for job in counted), max(job.at for job in counted)
    return Measured(
        part_id=part.id,
        revision=part.revision,
        seq=op.seq,
        name=op.name,
        group=op.group,
        jobs=cycle.jobs,
        cycle_min=rounded(cycle.middle),
        cycle_low=rounded(cycle.low),
        cycle_high=rounded(cycle.high),
        setup_min=rounded(setup.middle) if setup else None,
        setup_jobs=setup.jobs if setup else 0,
        scrap=scrap / pieces,
        since=first,
        until=last,
        routing_setup_min=op.setup_min,
        routing_cycle_min=op.cycle_min,
    )


def _off(was: float, now: float) -> float:
    return abs(now - was) / was if was else float(now > 0)


def worth(found: Measured, rule: Cycles) -> tuple[float, float | None] | None:
    """Return the cycle time and set-up (None: left alone) to propose, None when jobs are too few or agree with the routing."""
    if found.jobs < rule.jobs:
        return None
    cycle = found.cycle_min if _off(found.routing_cycle_min, found.cycle_min) >= rule.deviation else found.routing_cycle_min
    setup = None
    if found.setup_min is not None and found.setup_jobs >= rule.jobs and _off(found.routing_setup_min, found.setup_min) >= rule.deviation:
        setup = found.setup_min
    return None if cycle == found.routing_cycle_min and setup is None else (cycle, setup)


def allowance(found: Sequence[Measured], was: float, rule: Cycles) -> tuple[float, int] | None:
    """Return the scrap allowance that the operations' scrap asks for and by how many jobs, None when it agrees with what ``was``.

    Pieces to begin for one good piece: 1 / product(1 - scrap of an operation), less one.
    """
    enough = [each for each in found if each.jobs >= rule.jobs]
    if not enough or any(each.scrap >= 1 for each in enough):
        return None
    now = round(1 / prod(1 - each.scrap for each in enough) - 1, 3)
    return (now, min(each.jobs for each in enough)) if abs(now - was) >= max(LEAST_ALLOWANCE, was * rule.deviation) else None


def wanted(now: float, jobs: int, last: Proposal | None, rule: Cycles) -> bool:
    """Tell whether a person should be asked (again): what was declined or undone is asked only when as many more jobs say something else."""
    if last is None or last.state not in ("declined", "undone"):
        return True
    return jobs >= last.jobs + rule.jobs and _off(last.cycle_now, now) >= rule.deviation


def by_rule(proposal: Proposal, rule: Cycles) -> bool:
    """Tell whether a proposal is taken over without a person: enough jobs, and not too far from what was."""
    if not rule.auto_jobs or proposal.jobs < rule.auto_jobs or proposal.seq == 0:
        return False
    setup = proposal.setup_was is None or proposal.setup_now is None or _off(proposal.setup_was, proposal.setup_now) <= rule.auto_within
    return setup and _off(proposal.cycle_was, proposal.cycle_now) <= rule.auto_within


def same(part: Part, proposal: Proposal, *, accepted: bool) -> bool:
    """Tell whether a part's routing says what a proposal was made from, or (``accepted``) what it was changed to."""
    cycle, setup = (proposal.cycle_now, proposal.setup_now) if accepted else (proposal.cycle_was, proposal.setup_was)
    if proposal.seq == 0:
        return abs(float(part.scrap_allowance) - cycle) < 1e-9
    op = next((op for op in part.routing if op.seq == proposal.seq), None)
    return op is not None and op.cycle_min == cycle and (setup is None or op.setup_min == setup)


def at_most(jobs: Sequence[JobTimes], rule: Cycles) -> list[JobTimes]:
    """Return the latest jobs that count."""
    return sorted(jobs, key=lambda job: (job.at, job.job_id))[-rule.window :]


def lasting(since: datetime, until: datetime) -> float:
    """Return minutes between two moments."""
    return (until - since).total_seconds() / 60
