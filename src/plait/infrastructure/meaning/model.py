"""Rules of machines, what follows from them, and what they would have said."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = [
    "BAD_RULES",
    "NO_RULES",
    "CycleFinished",
    "DryRun",
    "LimitCrossed",
    "Memory",
    "RulesSet",
    "RulesView",
    "Said",
    "SignalValue",
    "Started",
    "Stopped",
    "Stretch",
    "Text",
]

BAD_RULES = register(
    "bad-rules", 422, "The rules cannot be read", "Correct the place that is named; the page on machine states shows every form a rule may have."
)
NO_RULES = register("no-such-rules", 404, "There are no such rules", "The versions there are stand in the machine's rules.")


class SignalValue(NamedTuple):
    """A value of a signal at ``ms`` since 1970; ``quality`` 2: it cannot be used."""

    ms: int
    signal: str
    value: float | str
    quality: int = 0


class Memory(msgspec.Struct):
    """What rules remember of a machine: everything from which the next points go on. ``upto``: every point to this ms has been looked at.

    ``seen``: the ms of each signal's last point. ``holds``: comparisons that hold, by their number; ``since``: from when a timed part has held.
    ``begun``: when the running cycle began.
    """

    upto: int = -1
    seen: dict[str, int] = msgspec.field(default_factory=dict)
    values: dict[str, float | str | None] = msgspec.field(default_factory=dict)
    holds: dict[int, bool] = msgspec.field(default_factory=dict)
    since: dict[int, int] = msgspec.field(default_factory=dict)
    state: str = ""
    reason: str = ""
    state_since: int = 0
    in_cycle: bool = False
    begun: int | None = None
    parts: float = 0.0
    scrap: float = 0.0
    counters: dict[str, float] = msgspec.field(default_factory=dict)


class Said(NamedTuple):
    """What followed at ``ms``: a ``state`` with its ``reason``, or a finished cycle (``state`` empty)."""

    ms: int
    state: str
    reason: str
    begun: int | None = None
    parts: float = 0.0
    scrap: float = 0.0


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules as a person writes them; empty: none, the machine's own word counts."""

    rules: str


class RulesView(msgspec.Struct, frozen=True):
    """Rules of a machine: ``version`` counts from 1 (0: nobody has set any), ``proposed`` is what fits its signals and adapter."""

    machine_id: str
    version: int
    rules: str
    at: datetime | None
    actor: str
    proposed: str
    signals: tuple[str, ...]
    state: str
    late: int


class Stretch(msgspec.Struct, frozen=True):
    """The machine would have been in ``state`` between two moments."""

    state: str
    reason: str
    since: datetime
    until: datetime


class DryRun(msgspec.Struct, frozen=True):
    """What rules would have said between ``since`` and ``until``, of ``points`` values; ``cut``: there were too many, ``until`` is how far they were looked at.

    ``minutes``: by state. ``unknown``: signals that are named but have never said anything.
    """

    since: datetime
    until: datetime
    points: int
    cut: bool
    stretches: tuple[Stretch, ...]
    minutes: dict[str, float]
    cycles: int
    parts: float
    scrap: float
    mean_cycle_s: float | None
    unknown: tuple[str, ...]


@fact("machine.rules_set", key="machine_id")
class RulesSet(msgspec.Struct, frozen=True):
    """A person set the rules by which a machine's state follows from its signals; ``version`` bears them, the former ones are kept."""

    machine_id: str
    version: int
    rules: str


@fact("machine.cycle_finished")
class CycleFinished(msgspec.Struct, frozen=True):
    """A machine finished a cycle at ``ended`` (``started`` None: its begin was not seen) with so many good ``parts`` and ``scrap``."""

    machine_id: str
    started: datetime | None
    ended: datetime
    seconds: float | None
    parts: float
    scrap: float


@fact("machine.limit_crossed")
class LimitCrossed(msgspec.Struct, frozen=True):
    """A signal went beyond a limit somebody has set, at ``at``; ``kind``: high, low, high-high, low-low."""

    machine_id: str
    signal: str
    kind: str
    limit: float
    value: float
    at: datetime


@fact("machine.started")
class Started(msgspec.Struct, frozen=True):
    """A machine began to run, as its signals say."""

    machine_id: str
    at: datetime


@fact("machine.stopped")
class Stopped(msgspec.Struct, frozen=True):
    """A machine ceased to run and is in ``state`` now, as its signals say."""

    machine_id: str
    state: str
    reason: str
    at: datetime
