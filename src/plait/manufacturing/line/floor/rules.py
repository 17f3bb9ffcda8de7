"""What may be done at a machine, when it was done, and how a job looks there (pure)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from plait.kernel.clock import iso
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.line.floor.model import (
    BAD_TAP,
    BUSY,
    ELSEWHERE,
    MACHINE_COUNTS,
    MACHINE_DOWN,
    NOT_BEGUN,
    NOT_YOURS,
    TOO_MANY,
    UNCOUNTED,
    Act,
    FloorJob,
    StationView,
    Tapped,
    Tended,
)
from plait.manufacturing.line.model import Job, RunOrder
from plait.manufacturing.line.rules import candidates

__all__ = ["OLDEST", "SCRAP_REASONS", "STOP_REASONS", "age_of", "begin", "check_reason", "count", "finish", "in_order", "may_be_here", "own", "shown", "stop"]

STOP_REASONS = ("tool worn", "material missing", "set-up", "quality", "machine fault", "break", "end of shift", "other")
SCRAP_REASONS = ("dimension", "surface", "material", "set-up piece", "tool", "other")
OLDEST = timedelta(hours=24)
SKEW = timedelta(minutes=2)
READY = 30
LATER = 20


def age_of(tapped: datetime | None, sent: datetime | None, now: datetime) -> timedelta:
    """Return how long ago something was done (real time); raise ``tap-time`` for the future and for more than a day.

    ``sent`` is the telephone's own clock when it sends, so that one that is set wrongly still tells how long an entry has waited. Without it a
    telephone may be two minutes fast.
    """
    if tapped is None:
        return timedelta(0)
    if tapped.tzinfo is None or (sent is not None and sent.tzinfo is None):
        raise Problem(BAD_TAP, "The time has no time zone.")
    age = (sent or now) - tapped
    if age < timedelta(0) and (sent is not None or age < -SKEW):
        raise Problem(BAD_TAP, "It lies in the future.")
    if age > OLDEST:
        raise Problem(BAD_TAP, f"It was entered {age.total_seconds() / 3600:.0f} hours ago.")
    return max(age, timedelta(0))


def check_reason(reason: str, known: Sequence[str]) -> None:
    """Raise ``invalid`` for a reason that is none of those ``known``."""
    if reason not in known:
        raise Problem(INVALID, f"reason: one of {', '.join(known)}", path="$.reason")


def begin(job: Job, tended: Tended | None, others: Iterable[Tended], station: StationView, tap: Tapped, running: Sequence[str]) -> Tended:
    """Return the job begun, gone on with, or taken over; raise ``machine-down``, ``machine-counts``, ``station-busy``, ``job-not-begun``.

    ``running`` are the ids of other jobs that run at the station, ``others`` what is told of them: one that was stopped is in nobody's way.
    """
    if station.linked and station.state == "down":
        raise Problem(MACHINE_DOWN, station.reason)
    if job.state not in ("waiting", "released", "running"):
        raise Problem(NOT_BEGUN, f"{job.id} is {job.state}")
    if station.linked and job.state != "running":
        raise Problem(MACHINE_COUNTS, f"{job.id} is begun by {station.name}")
    stopped = {each.job for each in others if each.state == "stopped"}
    if blocking := [id for id in running if id not in stopped]:
        raise Problem(BUSY, f"{blocking[0]} runs at {station.name}")
    if tended is None:
        return Tended(job.id, job.run, station.id, tap.person, "running", tap.at)
    if tended.state == "running" and tended.person == tap.person:
        raise Problem(NOT_BEGUN, f"{job.id} runs already")
    return replace(tended, station=station.id, person=tap.person, state="running", since=tap.at, reason="")


def own(job: Job, tended: Tended | None, tap: Tapped, station: StationView) -> Tended:
    """Return what is told of a job that ``tap``'s person works on; raise ``job-not-begun`` or ``job-not-yours``.

    Of a machine that counts by itself whoever stands there may tell.
    """
    if job.state != "running":
        raise Problem(NOT_BEGUN, f"{job.id} is {job.state}")
    if station.linked:
        return replace(tended, person=tap.person) if tended else Tended(job.id, job.run, station.id, tap.person, "running", tap.at)
    if tended is None:
        raise Problem(NOT_BEGUN, f"{job.id} has not been begun by anybody")
    if tended.person != tap.person:
        raise Problem(NOT_YOURS, "")
    return tended


def stop(tended: Tended, act: Act, tap: Tapped) -> Tended:
    """Return the job stopped; raise ``job-not-begun`` when it stands already."""
    if tended.state == "stopped":
        raise Problem(NOT_BEGUN, f"{tended.job} stands already")
    return replace(tended, state="stopped", since=tap.at, reason=act.reason)


def count(job: Job, tended: Tended, act: Act, station: StationView) -> Tended:
    """Return the job with more pieces counted; raise ``invalid``, ``count-too-high`` or ``machine-counts``."""
    if not act.good and not act.scrap:
        raise Problem(INVALID, "good: nothing is counted", path="$.good")
    if station.linked and act.good:
        raise Problem(MACHINE_COUNTS, f"{station.name} counts good pieces itself")
    good, scrap = tended.good + act.good, tended.scrap + act.scrap
    if good < 0 or scrap < 0:
        raise Problem(TOO_MANY, f"{tended.good} good and {tended.scrap} scrap are counted")
    if good + scrap > job.quantity:
        raise Problem(TOO_MANY, f"{good + scrap} of {job.quantity}")
    return replace(tended, good=good, scrap=scrap)


def finish(job: Job, tended: Tended, act: Act, station: StationView) -> tuple[int, int]:
    """Return good and scrap of a job that is done; raise ``machine-counts``, or ``pieces-uncounted`` when the rest is not accounted for."""
    if station.linked:
        raise Problem(MACHINE_COUNTS, f"{station.name} ends the job itself")
    rest = job.quantity - tended.good - tended.scrap
    if rest and not act.rest:
        raise Problem(UNCOUNTED, f"{rest} of {job.quantity}")
    return tended.good + (rest if act.rest == "good" else 0), tended.scrap + (rest if act.rest == "scrap" else 0)


def in_order(jobs: Sequence[Job], station: str, group: str) -> list[tuple[Job, bool]]:
    """Return the jobs that a station has and will have, each with whether it may begin: those that are there, the next that may come, some later ones."""
    here = [job for job in jobs if job.station == station and job.state in ("released", "running")]
    here.sort(key=lambda job: (job.state != "running", job.planned))
    ready = candidates(jobs, group)
    known = {job.id for job in (*here, *ready)}
    later = sorted((job for job in jobs if job.group == group and job.state == "waiting" and job.id not in known), key=lambda job: (job.planned, job.id))
    return [*((job, True) for job in (*here, *ready[:READY])), *((job, False) for job in later[:LATER])]


def may_be_here(job: Job, station: str, group: str, jobs: Sequence[Job]) -> bool:
    """Return whether a job waits for somebody else to give it out (True) or is at the station already (False); raise ``job-elsewhere``."""
    if job.state in ("released", "running") and job.station == station:
        return False
    if job.state == "waiting" and any(each.id == job.id for each in candidates(jobs, group)):
        return True
    if job.state == "ended":
        raise Problem(NOT_BEGUN, f"{job.id} is done")
    raise Problem(ELSEWHERE, f"{job.id} is not at {station}")


def shown(job: Job, order: RunOrder, tended: Tended | None, name: str, ready: bool, linked: bool) -> FloorJob:
    """Return a job as the page shows it."""
    step = next((step.name for step in order.steps if step.seq == job.seq), str(job.seq))
    state = "ready" if ready else "waiting"
    if job.state == "running":
        state = tended.state if tended else "running"
    return FloorJob(
        job.id,
        job.run,
        step,
        order.part_name,
        order.revision,
        order.customer_name,
        job.quantity,
        tended.good if tended else 0,
        tended.scrap if tended else 0,
        state,
        iso(tended.since) if tended else "",
        tended.reason if tended else "",
        tended.person if tended else "",
        name,
        linked,
        job.planned,
    )
