"""What a machine must be, and what follows from what machines report: pure functions."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from plait.infrastructure.machines.model import BAD_MACHINE, CameBack, Choice, JobChanged, Machine, State, StateChanged, Status, WentDown
from plait.kernel.ports import JobState
from plait.kernel.problems import Problem
from plait.wire.packml import State as Unit

__all__ = [
    "FINAL",
    "LIVE",
    "MOST_SIGNALS",
    "SENT",
    "Difference",
    "Known",
    "after_status",
    "changed_job",
    "check_place",
    "check_signals",
    "check_state",
    "difference",
    "five",
    "resend",
    "scaled",
    "unscaled",
    "vanished",
]

SENT = "sent"
LIVE = frozenset({SENT, "waiting", "running", "interrupted"})
FINAL = frozenset({"ended", "aborted", "removed"})

MOST_SIGNALS = 2000
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")
_UNIT = re.compile(r"[A-Z0-9]{1,3}|")
_LEVELS = 4
_FIELDS = tuple(name for name in Choice.__struct_fields__ if name != "name")

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


def check_place(site: str, place: str) -> None:
    """Raise ``bad-machine`` unless ``place`` is at most four names with / between them, and the site one name."""
    parts = place.split("/") if place else []
    if len(parts) > _LEVELS or any(part != part.strip() or not part or not part.isprintable() for part in parts) or len(place) > 200:
        raise Problem(BAD_MACHINE, f"place: {place[:80]!r} is not area/line: at most {_LEVELS} names with / between them.", field="place")
    if site != site.strip() or "/" in site or len(site) > 100 or not site.isprintable():
        raise Problem(BAD_MACHINE, f"site: {site[:80]!r} is not one name of at most 100 characters without /.", field="site")


def check_signals(signals: Sequence[Choice]) -> None:
    """Raise ``bad-machine`` naming the first chosen signal that is wrong."""
    if len(signals) > MOST_SIGNALS:
        raise Problem(BAD_MACHINE, f"signals: {len(signals)} are chosen; at most {MOST_SIGNALS} of one machine.", field="signals")
    taken: set[str] = set()
    for each in signals:
        why = _wrong(each, taken)
        if why:
            raise Problem(BAD_MACHINE, f"signals: {each.name[:80]!r} {why}.", field="signals", signal=each.name[:200])
        taken.add(each.name)


def _wrong(each: Choice, taken: set[str]) -> str:
    if not _NAME.fullmatch(each.name):
        return "is not a name of 1 to 200 characters without spaces"
    if each.name in taken:
        return "is there twice"
    if not each.address.strip() or len(each.address) > 1000:
        return "has no address, or one of more than 1000 characters"
    if not _UNIT.fullmatch(each.unit):
        return f"has the unit {each.unit[:20]!r}; take its UN/ECE code, as CEL for degrees Celsius or MMT for millimetres"
    if not math.isfinite(each.scale) or each.scale == 0 or not math.isfinite(each.offset):
        return "has a scale or offset that is no number, or the scale 0"
    return "has a title or meaning of more than 500 characters" if max(len(each.title), len(each.semantic)) > 500 else ""


def check_state(machine: Machine) -> None:
    """Raise ``bad-machine`` when a machine's state is told by a signal that is not kept of it."""
    signal = str(machine.config.get("state_signal") or "")
    if signal and signal not in {each.name for each in machine.signals}:
        raise Problem(
            BAD_MACHINE,
            f"config.state_signal: {signal!r} tells the state of {machine.id} and is not among its chosen signals: keep it, or name another in the settings.",
            field="config",
        )


class Difference(NamedTuple):
    """Names added and removed, those renamed by their former one, and by new name which fields have changed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: dict[str, str]
    changed: dict[str, tuple[str, ...]]


def difference(before: Sequence[Choice], after: Sequence[Choice]) -> Difference:
    """Return what another choice of signals changes; another name at the same address is a renaming."""
    was, now = ({each.name: each for each in some} for some in (before, after))
    left = {each.address: each.name for each in reversed(before) if each.name not in now}
    renamed: dict[str, str] = {}
    for each in after:
        if each.name not in was and each.address in left:
            renamed[left.pop(each.address)] = each.name
    changed = {}
    for name, old in ((renamed.get(each.name, each.name), each) for each in before):
        if name in now and (fields := tuple(one for one in _FIELDS if getattr(old, one) != getattr(now[name], one))):
            changed[name] = fields
    added = tuple(name for name in now if name not in was and name not in renamed.values())
    return Difference(added, tuple(name for name in was if name not in now and name not in renamed), renamed, changed)


def scaled(choice: Choice, value: float | str) -> float | str:
    """Return a value as it is kept: x scale + offset; words as they are."""
    return value if isinstance(value, str) else value * choice.scale + choice.offset


def unscaled(choice: Choice, value: float | str) -> float | str:
    """Return a kept value as the device has it."""
    return value if isinstance(value, str) else (value - choice.offset) / choice.scale
