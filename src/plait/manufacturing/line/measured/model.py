"""Measured jobs, what they say together, proposals to correct a routing, and the facts about them."""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = [
    "DECIDED",
    "NO_PROPOSAL",
    "STALE",
    "JobTimes",
    "Measured",
    "Proposal",
    "ProposalState",
    "TimesAccepted",
    "TimesDeclined",
    "TimesProposed",
    "TimesUndone",
]

NO_PROPOSAL = register("no-such-times-proposal", 404, "There is no such proposal", "`plait times` lists the proposals there are.")
DECIDED = register("times-decided", 409, "The proposal is decided already", "Look at the part's page what became of it.")
STALE = register("times-changed", 409, "The routing has been changed since", "Look at the routing as it is now; it is held against the next job again.")

ProposalState: TypeAlias = Literal["open", "accepted", "declined", "undone"]


class JobTimes(msgspec.Struct, frozen=True):
    """What one job took on its machine, in minutes without time in which the machine stood or nothing was known of it.

    ``setup_min`` None: the machine told of no set-up. ``pieces`` good and scrap, of which ``scrap``.
    """

    job_id: str
    machine_id: str
    setup_min: float | None
    run_min: float
    pieces: int
    scrap: int
    at: datetime


class Measured(msgspec.Struct, frozen=True):
    """What the last jobs of one operation of a part took, beside what its routing says. Minutes; ``scrap`` is a share.

    Medians of jobs, far outliers left out; half of the jobs lie between ``cycle_low`` and ``cycle_high``. ``setup_min`` None: no machine told of a set-up.
    """

    part_id: str
    revision: str
    seq: int
    name: str
    group: str
    jobs: int
    cycle_min: float
    cycle_low: float
    cycle_high: float
    setup_min: float | None
    setup_jobs: int
    scrap: float
    since: datetime
    until: datetime
    routing_setup_min: float
    routing_cycle_min: float


class Proposal(msgspec.Struct, frozen=True):
    """A correction of a routing: operation ``seq`` of a part (0: the part's scrap allowance, a share), what it ``was`` and should be ``now``.

    ``setup_now`` None: nothing is proposed for the set-up. ``by_rule``: taken over without a person. ``decided``: when it was.
    """

    id: str
    part_id: str
    revision: str
    seq: int
    name: str
    group: str
    cycle_was: float
    cycle_now: float
    setup_was: float | None
    setup_now: float | None
    jobs: int
    low: float
    high: float
    state: ProposalState
    at: datetime
    decided: datetime | None = None
    by_rule: bool = False
    reason: str = ""


@fact("routing.proposed", key="part_id")
class TimesProposed(msgspec.Struct, frozen=True):
    """Machines take another time than a routing says: a correction waits for a person (seq 0: the scrap allowance)."""

    proposal: str
    part_id: str
    revision: str
    seq: int
    cycle_was: float
    cycle_now: float
    setup_was: float | None
    setup_now: float | None
    jobs: int


@fact("routing.accepted", key="part_id")
class TimesAccepted(msgspec.Struct, frozen=True):
    """Measured times became those of the routing; quotes and schedules use them from then on."""

    proposal: str
    part_id: str
    seq: int
    cycle_min: float
    setup_min: float | None
    by_rule: bool


@fact("routing.declined", key="part_id")
class TimesDeclined(msgspec.Struct, frozen=True):
    """A person left the routing as it was."""

    proposal: str
    part_id: str
    seq: int
    reason: str


@fact("routing.undone", key="part_id")
class TimesUndone(msgspec.Struct, frozen=True):
    """Measured times that had been accepted were taken back: the routing says again what it said."""

    proposal: str
    part_id: str
    seq: int
    cycle_min: float
    setup_min: float | None
