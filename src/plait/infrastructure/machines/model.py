"""Machines and what they report, in our own words, whatever protocol they speak."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import msgspec

from plait.kernel.facts import fact
from plait.kernel.ports import JobOrder, JobState
from plait.kernel.problems import Problem, register

__all__ = [
    "BAD_MACHINE",
    "NO_MACHINE",
    "REFUSED",
    "UNREACHABLE",
    "AdapterPlugin",
    "Around",
    "Batch",
    "CameBack",
    "Choice",
    "Found",
    "Gap",
    "Inbox",
    "Ingest",
    "JobChanged",
    "Link",
    "LinkLost",
    "Listening",
    "Machine",
    "MachineAdded",
    "MachineRemoved",
    "MachineStatus",
    "Message",
    "Offered",
    "Reading",
    "State",
    "StateChanged",
    "Status",
    "WentDown",
]

NO_MACHINE = register("no-such-machine", 404, "There is no such machine", "Check the id under Machines.")
BAD_MACHINE = register("bad-machine", 422, "The machine cannot be added as described", "Correct the named field of the machine or its adapter's config.")
REFUSED = register("machine-refused", 409, "The machine does not take the command", "See the machine's state and its reason.")
UNREACHABLE = register("machine-unreachable", 503, "The machine cannot be reached now", "It is linked again by itself; check its address and network.")

State: TypeAlias = Literal["running", "idle", "down", "setup", "silent"]
MachineId: TypeAlias = str


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signal somebody has chosen of a machine: ``name`` within the machine (``spindle.load``), ``address`` as the adapter's ``browse`` names it.

    ``unit``: UN/ECE Rec 20 common code; what is kept is value x ``scale`` + ``offset``; ``semantic``: IRDI or IRI of what it means; ``title`` for people.
    """

    name: str
    address: str
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    semantic: str = ""
    title: str = ""


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A machine as its owner describes it. ``group`` names the kind of work, ``adapter`` a plug-in, ``config`` that plug-in's settings.

    ``place``: area and line below the site, as ``hall-2/line-1`` (ISA-95 equipment hierarchy); ``signals``: what is kept of it, where the adapter lets choose.
    """

    id: str
    name: str
    group: str
    adapter: str = "opcua"
    config: dict[str, Any] = {}
    site: str = ""
    place: str = ""
    signals: tuple[Choice, ...] = ()


class MachineStatus(msgspec.Struct, frozen=True):
    """A machine with its present state; ``since`` in business time, ``expected_minutes`` of a stop (0: not known), ``linked``: a link is live."""

    machine: Machine
    state: str
    since: datetime | None
    reason: str
    expected_minutes: float
    jobs: tuple[str, ...]
    linked: bool


class Status(msgspec.Struct, frozen=True):
    """The state a machine says it is in since ``at``; ``expected_minutes``: how long a stop will last from then (0: not known)."""

    state: State
    at: datetime
    reason: str = ""
    expected_minutes: float = 0.0


class Reading(msgspec.Struct, frozen=True):
    """One value of one signal; ``quality`` 0 good, 1 uncertain, 2 bad. Words (a program's name, an execution state) are values too.

    Links hand over what the device has; scale and offset of a choice are applied by the keeper alone.
    """

    signal: str
    at: datetime
    value: float | str
    quality: int = 0


class Batch(msgspec.Struct):
    """What a link hands over at once: states in order of time, whole job lists, readings.

    ``beat`` is the number of the link's last heartbeat in it, ``lost`` how many notifications are known to be missing. ``caught_up``: machines
    whose device kept what it said while the link was away: everything from then on has come now, so that a gap ends there.
    """

    statuses: dict[MachineId, list[Status]] = msgspec.field(default_factory=dict)
    jobs: dict[MachineId, list[JobState]] = msgspec.field(default_factory=dict)
    readings: dict[MachineId, list[Reading]] = msgspec.field(default_factory=dict)
    beat: int | None = None
    lost: int = 0
    caught_up: dict[MachineId, datetime] = msgspec.field(default_factory=dict)


class LinkLost(Exception):
    """The link to the machines is gone or could not be made; the text says why."""


class Link(Protocol):
    """A connection to one endpoint, on behalf of the machines behind it.

    Every method may raise ``LinkLost``; commands raise Problem ``machine-refused`` when the machine says no.
    """

    name: str

    async def connect(self) -> None:
        """Make the connection; afterwards ``name`` is what the endpoint calls this link in its heartbeats."""
        ...

    async def watch(self, machine: Machine) -> None:
        """Begin to hear of ``machine``; its whole present state comes as part of a following batch.

        Again: hear of it as it is described now, in place of before; when that is refused (Problem) what was heard before is still heard.
        """
        ...

    async def unwatch(self, machine_id: str) -> None:
        """Hear of the machine no more."""
        ...

    async def next(self) -> Batch:
        """Wait for what comes next."""
        ...

    async def start(self, machine_id: str, job: JobOrder) -> None:
        """Store the job and allow it to start; a job that is already there is left alone."""
        ...

    async def abort(self, machine_id: str, job_id: str) -> None:
        """Abort the job and take it off the list; one that is not there is no error."""
        ...

    async def clear(self, machine_id: str, job_id: str) -> None:
        """Take a finished job off the list; one that is not there is no error."""
        ...

    async def jobs(self, machine_id: str) -> Sequence[JobState]:
        """Read the machine's own list of jobs."""
        ...

    async def stop(self, machine_id: str) -> None:
        """Stop the machine now; one that stands already is left alone."""
        ...

    async def reset(self, machine_id: str) -> None:
        """Make a stopped machine ready again."""
        ...

    async def write(self, machine_id: str, signal: str, value: float | str) -> None:
        """Write one of the machine's chosen signals, as the device has it; return when the device has taken it."""
        ...

    async def close(self) -> None:
        """End the connection, so that ``next`` raises ``LinkLost``; never raises itself."""
        ...


class Listening:
    """What a link to a machine that takes no commands answers to them: inherit before writing ``connect``, ``watch``, ``next`` and ``close``."""

    name = ""

    async def unwatch(self, machine_id: str) -> None:
        """Nothing is to be undone."""

    async def start(self, machine_id: str, job: JobOrder) -> None:
        """Refuse."""
        raise _deaf(machine_id)

    async def abort(self, machine_id: str, job_id: str) -> None:
        """Do nothing: it was never sent."""

    async def clear(self, machine_id: str, job_id: str) -> None:
        """Do nothing: it was never sent."""

    async def jobs(self, machine_id: str) -> Sequence[JobState]:
        """Return none."""
        return ()

    async def stop(self, machine_id: str) -> None:
        """Refuse."""
        raise _deaf(machine_id)

    async def reset(self, machine_id: str) -> None:
        """Refuse."""
        raise _deaf(machine_id)

    async def write(self, machine_id: str, signal: str, value: float | str) -> None:
        """Refuse."""
        raise _deaf(machine_id)


def _deaf(machine_id: str) -> Problem:
    return Problem(REFUSED, f"{machine_id} is connected for listening only: it takes no commands from here.")


class Message(NamedTuple):
    """An MQTT message as it came: ``ms`` of its receipt (since 1970, UTC), ``client`` who sent it."""

    topic: str
    payload: bytes
    ms: int
    retained: bool
    client: str


class Inbox(Protocol):
    """What one listener gets of the messages."""

    async def next(self) -> Sequence[Message]:
        """Wait for messages; asking again says that what was made of the former ones is on disk."""
        ...

    async def close(self) -> None:
        """Listen no more; what was not confirmed comes again."""
        ...


class Ingest(Protocol):
    """The node's own MQTT listener, as adapters see it."""

    async def listen(self, name: str, filters: Sequence[str]) -> Inbox:
        """Return what comes under topic ``filters`` from where the listener ``name`` had come to (a new one: what is retained, and what comes from now on)."""
        ...

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send a message to whoever has subscribed to its topic."""
        ...


class Around(msgspec.Struct, frozen=True):
    """What an adapter finds around it: how often it should tell (ms), a folder of its own for keys, the node's MQTT listener (None: there is none).

    ``networks``: where ``find`` looks (CIDR; ``:port`` after it for another port than the protocol's); empty: this computer's own networks.
    """

    publishing_ms: int
    folder: Path
    ingest: Ingest | None = None
    networks: tuple[str, ...] = ()


class Offered(msgspec.Struct, frozen=True):
    """A signal a device offers: ``address`` to choose it by, ``name`` proposed, ``kind`` of value as the device calls it, ``unit`` as it says, a ``value``.

    ``group``: what it belongs to on the device (an axis, a folder), for showing them together; ``why`` it cannot be read now (empty: it can).
    """

    address: str
    name: str
    kind: str = ""
    unit: str = ""
    value: float | str | None = None
    group: str = ""
    writable: bool = False
    why: str = ""


class Found(msgspec.Struct, frozen=True):
    """A device found on the network: its ``title``, and the ``config`` with which it can be connected (to be completed by a person)."""

    title: str
    config: dict[str, Any]


class AdapterPlugin(msgspec.Struct, frozen=True):
    """An adapter: the ``PLUGIN`` value of its folder, readable without importing its protocol library.

    ``endpoint`` tells from a config which connection a machine shares with others; ``link(config, around)`` makes one and may import what
    it needs. ``capabilities``: state, jobs, commands, signals, beats, write. ``browse(config, around)``: what the device offers, with present
    values; raises ``LinkLost`` or a Problem in words a person can act on. ``find(around)``: devices that answer on this network.
    ``advice``: what must be set at the device, a line each. ``title`` is what people call it.
    """

    name: str
    summary: str
    config: type[msgspec.Struct]
    capabilities: frozenset[str]
    endpoint: Callable[[Any], str]
    link: Callable[[Any, Around], Link]
    browse: Callable[[Any, Around], Awaitable[Sequence[Offered]]] | None = None
    find: Callable[[Around], Awaitable[Sequence[Found]]] | None = None
    advice: tuple[str, ...] = ()
    title: str = ""


Plugins: TypeAlias = Mapping[str, AdapterPlugin]


@fact("machine.added")
class MachineAdded(msgspec.Struct, frozen=True):
    """A machine belongs to the firm from now on."""

    machine_id: str
    name: str
    group: str
    adapter: str
    site: str


@fact("machine.removed")
class MachineRemoved(msgspec.Struct, frozen=True):
    """A machine is no longer linked."""

    machine_id: str


@fact("machine.state_changed")
class StateChanged(msgspec.Struct, frozen=True):
    """A machine went into another state, or stays in it for another reason, at business time ``at``."""

    machine_id: str
    state: str
    reason: str
    expected_minutes: float
    at: datetime


@fact("machine.went_down", key="machine_id")
class WentDown(msgspec.Struct, frozen=True):
    """A machine broke down or was stopped; ``expected_minutes`` from ``at`` on until it is back (0: not known)."""

    machine_id: str
    reason: str
    expected_minutes: float
    at: datetime


@fact("machine.came_back", key="machine_id")
class CameBack(msgspec.Struct, frozen=True):
    """A machine that was down can work again."""

    machine_id: str
    state: str
    at: datetime


@fact("machine.job_changed")
class JobChanged(msgspec.Struct, frozen=True):
    """A job on a machine went into another state: waiting, running, interrupted, ended, aborted, removed."""

    machine_id: str
    job_id: str
    state: str
    good: int
    scrap: int
    started: datetime | None
    ended: datetime | None
    energy_kwh: float
    reason: str


@fact("machine.gap")
class Gap(msgspec.Struct, frozen=True):
    """What a machine said between ``since`` and ``until`` may be missing; ``lost`` notifications are known to be (0: not countable)."""

    machine_id: str
    since: datetime
    until: datetime
    reason: str
    lost: int
