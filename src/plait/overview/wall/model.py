"""Tiles, the picture of one machine, and links for a screen on the wall."""

from datetime import datetime

import msgspec

from plait.infrastructure.machines.model import MachineStatus
from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = [
    "GONE",
    "NO_LINK",
    "Curve",
    "Goal",
    "MachinePicture",
    "Mark",
    "Span",
    "Tile",
    "Wall",
    "WallLink",
    "WallLinkAsked",
    "WallLinkClosed",
    "WallLinkMade",
    "WallLinkNew",
]

NO_LINK = register("no-such-wall-link", 404, "There is no such link for a screen", "The links there are stand under Machines.")
GONE = register("wall-link-gone", 404, "This link shows nothing", "Ask whoever looks after the machines for a new one.")


class Goal(msgspec.Struct, frozen=True):
    """OEE of a machine's present shift, as shares of 1: ``oee`` None when it cannot be said, ``goal`` as the firm has set it."""

    oee: float | None
    goal: float


class Tile(msgspec.Struct, frozen=True):
    """One machine on the wall. ``state``: running, idle, down, setup, silent; ``area`` and ``line`` of its place.

    ``done`` of ``quantity`` pieces of the ``job`` there; ``ring``: share of the goal reached, of the job's pieces where there is a job, else of the shift's
    OEE (None: there is no goal). ``alarms``: how many nobody has acknowledged.
    """

    machine: MachineStatus
    state: str
    area: str = ""
    line: str = ""
    job: str = ""
    part: str = ""
    operation: str = ""
    done: int = 0
    quantity: int = 0
    ring: float | None = None
    oee: float | None = None
    goal: float | None = None
    alarms: int = 0


class Wall(msgspec.Struct, frozen=True):
    """All tiles by place, in the order of places, then those that stand first; ``now`` is business time."""

    now: datetime
    tiles: tuple[Tile, ...]


class Span(msgspec.Struct, frozen=True):
    """A stretch of time on a picture, in milliseconds since 1970; ``kind``: a state, ``gap``, or a job's state; ``text``: the reason, or the job."""

    since: int
    until: int
    kind: str
    text: str = ""


class Mark(msgspec.Struct, frozen=True):
    """A moment on a picture: an alarm, with its ``severity`` and text."""

    at: int
    kind: str
    text: str
    severity: str = ""


class Curve(msgspec.Struct, frozen=True):
    """A signal's values as they look at the width asked for, every peak among them: at ``at`` (milliseconds after the picture's ``since``) it was ``value``.

    ``words``: what the numbers of a signal that says words mean. ``of``: so many points it stands for; ``latest``: its last value.
    """

    name: str
    title: str
    unit: str
    at: list[int]
    value: list[float]
    of: int = 0
    words: list[str] = []
    latest: float | str | None = None
    latest_at: int | None = None


class MachinePicture(msgspec.Struct, frozen=True):
    """One machine between ``since`` and ``until`` (milliseconds): states, jobs, gaps, marks, and a curve a signal asked for.

    ``first``: when something was first known of it; ``energy_kwh``: of the jobs, as far as they lie in the time; ``power_kwh``: what its first signal of
    power (unit kW or W) adds up to where it is known, None when it has none.
    """

    machine_id: str
    since: int
    until: int
    now: int
    first: int | None
    states: list[Span]
    jobs: list[Span]
    gaps: list[Span]
    marks: list[Mark]
    curves: list[Curve]
    energy_kwh: float = 0.0
    power_kwh: float | None = None


class WallLinkAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link for a screen is wanted: ``title`` says where it hangs, ``area`` shows only the machines there, ``language`` en, de or zh."""

    title: str
    area: str = ""
    language: str = "en"


class WallLink(msgspec.Struct, frozen=True):
    """A link for a screen on the wall; what opens it is kept only as a hash."""

    id: str
    title: str
    area: str
    language: str
    made: datetime
    seen: datetime | None = None


class WallLinkNew(msgspec.Struct, frozen=True):
    """A link that was just made; ``path`` on this node opens it and is shown this once."""

    link: WallLink
    path: str


@fact("wall.link_made", key="title")
class WallLinkMade(msgspec.Struct, frozen=True):
    """A person made a link that shows the machines on a screen without a login."""

    link: str
    title: str
    area: str


@fact("wall.link_closed")
class WallLinkClosed(msgspec.Struct, frozen=True):
    """A link for a screen shows nothing any more."""

    link: str
