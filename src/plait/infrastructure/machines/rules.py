"""What follows from what machines report: pure functions."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from plait.infrastructure.machines.model import CameBack, JobChanged, State, StateChanged, Status, WentDown
from plait.kernel.ports import JobState
from plait.wire.packml import State as Unit

__all__ = ["FINAL", "LIVE", "SENT", "Known", "after_status", "changed_job", "five", "resend", "vanished"]

SENT = "sent"
LIVE = frozenset({SENT, "waiting", "running", "interrupted"})
FINAL = frozenset({"ended", "aborted", "removed"})

_FIVE: dict[Unit, State] = {
    Unit.EXECUTE: "running",
    Unit.COMPLETING: "running",
    Unit.UNHOLDING: "running",
    Unit.UNSUSPENDING: "running",
    Unit.STARTING: "setup",
    Unit.RESETTING: "setup",
    Unit.IDLE: "idle",
    Unit.COMPLETE: "idle",
    Unit.SUSPENDING: "idle",
    Unit.SUSPENDED: "idle",
}


def five(unit: Unit) -> State:
    """Map a PackML state (ANSI/ISA-TR88.00.02, 17 states) to running, setup, idle or down.

    Suspended is idle (starved or blocked from outside), Held is down (an inner cause); whatever needs a Clear or a
    Reset before it can work is down.
    """
    return _FIVE.get(unit, "down")


class Known(msgspec.Struct, frozen=True):
    """What is known of a machine: its state as last told, and whether it counts as down (also while it is silent)."""

    state: str
    reason: str
    expected_minutes: float
    down: bool


def after_status(machine_id: str, known: Known, status: Status) -> tuple[Known, list[msgspec.Struct]]:
    """Return what is known after ``status`` and the facts that follow; none when nothing has changed."""
    down = status.state == "down" or (status.state == "silent" and known.down)
    after = Known(status.state, status.reason, status.expected_minutes, down)
    if after == known:
        return known, []
    facts: list[msgspec.Struct] = [StateChanged(machine_id, status.state, status.reason, status.expected_minutes, status.at)]
    if down and not known.down:
        facts.append(WentDown(machine_id, status.reason, status.expected_minutes, status.at))
    if known.down and not down:
        facts.append(CameBack(machine_id, status.state, status.at))
    return after, facts


def changed_job(known: JobState | None, now: JobState) -> JobChanged | None:
    """Return the fact that follows when a job known as ``known`` is reported as ``now``; a job never comes back from its end."""
    if known is not None and (known.state in FINAL or (known.state, known.reason) == (now.state, now.reason)):
        return None
    return JobChanged(now.machine_id, now.job_id, now.state, now.good, now.scrap, now.started, now.ended, now.energy_kwh, now.reason)


def vanished(known: Mapping[str, JobState], listed: Iterable[JobState]) -> list[JobState]:
    """Return the unfinished jobs that were on the machine's list and are not there any more."""
    there = {job.job_id for job in listed}
    gone = [job for job in known.values() if job.job_id not in there and job.state in LIVE and job.state != SENT]
    return [msgspec.structs.replace(job, state="removed", reason="the machine no longer knows this job") for job in gone]


def resend(known: Mapping[str, JobState], listed: Iterable[JobState]) -> Sequence[str]:
    """Return the ids of jobs we sent that never began and that the machine does not have: to be sent again after a reconnect."""
    there = {job.job_id for job in listed}
    return [job.job_id for job in known.values() if job.job_id not in there and job.state in (SENT, "waiting")]
