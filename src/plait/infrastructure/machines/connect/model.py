"""What is asked and answered on the way from a device on the network to a machine of the firm, and the facts of what was chosen since."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from plait.infrastructure.machines.model import Choice, Machine
from plait.infrastructure.signals.model import Series
from plait.kernel.facts import fact

__all__ = [
    "AdapterView",
    "Chosen",
    "ConnectWanted",
    "Connected",
    "Device",
    "Equipment",
    "FindWanted",
    "Hint",
    "KeptOffersWanted",
    "KeptSignal",
    "MeaningView",
    "Moved",
    "Offers",
    "OffersWanted",
    "Place",
    "Proposal",
    "Proposed",
    "Rechosen",
    "Reconnect",
    "Reconnected",
    "Search",
    "SignalWritten",
    "SignalsChosen",
    "SignalsView",
    "Trial",
    "Tried",
    "Value",
    "Why",
]

Why: TypeAlias = Literal["ok", "config", "name", "refused", "timeout", "protocol", "login", "certificate", "other"]
Level: TypeAlias = Literal["enterprise", "site", "area", "line", "unit", "machine", "signal"]


class AdapterView(msgspec.Struct, frozen=True):
    """An adapter as it can be chosen: ``schema`` is the JSON Schema of its config, ``advice`` what must be set at the device, a line each."""

    name: str
    title: str
    summary: str
    advice: tuple[str, ...]
    config: dict[str, Any]
    finds: bool
    browses: bool
    writes: bool
    states: bool


class FindWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to look (``networks`` as CIDR, ``:port`` after it for another port; empty: this computer's own), with which adapters (empty: all), how long."""

    adapters: tuple[str, ...] = ()
    networks: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=60)], ...], msgspec.Meta(max_length=8)] = ()
    seconds: Annotated[float, msgspec.Meta(ge=1, le=120)] = 40.0


class Device(msgspec.Struct, frozen=True):
    """A device that answered; ``machine``: the id of the machine that is connected to it already ("": none)."""

    adapter: str
    title: str
    config: dict[str, Any]
    machine: str = ""


class Search(msgspec.Struct, frozen=True):
    """How the last search stands: ``asked`` adapters, those ``done``, devices found, and why an adapter could not search."""

    running: bool
    asked: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    failed: dict[str, str] = {}


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A config to try, or to look at what is offered with."""

    adapter: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    config: dict[str, Any]


class Tried(msgspec.Struct, frozen=True):
    """Whether a config reaches its device. ``says`` in one line what is, or what is wrong; ``advice``: what to do, a line each; ``field`` at fault."""

    ok: bool
    why: Why
    says: str
    advice: tuple[str, ...] = ()
    field: str = ""
    offered: int = 0


class OffersWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the offered signals: those with ``text`` in name, address or group, ``limit`` of them after the first ``skip``."""

    adapter: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    config: dict[str, Any]
    text: Annotated[str, msgspec.Meta(max_length=200)] = ""
    skip: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 200
    fresh: bool = False


Hint: TypeAlias = Literal["unit", "state", "count", "number", "word", "identity", "unreadable", "zero", "many"]


class Proposal(msgspec.Struct, frozen=True):
    """An offered signal as it would be kept; ``chosen`` by default because of ``hint``; ``why`` it cannot be read now (empty: it can).

    ``meaning``: the words for the proposed ``choice.semantic``, where it is of our own table.
    """

    choice: Choice
    chosen: bool
    hint: Hint
    value: float | str | None = None
    kind: str = ""
    unit: str = ""
    group: str = ""
    writable: bool = False
    why: str = ""
    meaning: str = ""


class Offers(msgspec.Struct, frozen=True):
    """Some of what a device offers: ``total`` with the text that was asked for, ``chosen`` of all by default, ``groups`` there are."""

    signals: tuple[Proposal, ...]
    total: int
    chosen: int
    groups: tuple[str, ...]


class Proposed(msgspec.Struct, frozen=True):
    """A machine as it would be connected, with the signals chosen by default; change what is not right."""

    machine: Machine
    total: int


class ConnectWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Connect this machine; ``dry``: only check and try it; ``untried``: also when it does not answer now."""

    machine: Machine
    dry: bool = False
    untried: bool = False


class Connected(msgspec.Struct, frozen=True):
    """The machine, and what came of trying it; ``connected``: it belongs to the firm now."""

    machine: Machine
    tried: Tried
    connected: bool


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which signals are kept of a machine from now on; ``dry``: only say what that would change."""

    signals: Annotated[tuple[Choice, ...], msgspec.Meta(max_length=2000)]
    dry: bool = False


class Rechosen(Machine, frozen=True, forbid_unknown_fields=True):
    """A machine with the signals kept of it now (``dry``: as they would be), and what is different; what was kept before stays under its name.

    Names ``added`` and ``removed``, ``renamed`` by their former name, and by its new name which fields of a signal have ``changed``.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: dict[str, str] = msgspec.field(default_factory=dict)
    changed: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    dry: bool = False


class KeptSignal(msgspec.Struct, frozen=True):
    """A signal that is kept: ``path`` in the equipment hierarchy, ``meaning`` in words where it is of our table, its last value (``quality`` 2: bad)."""

    choice: Choice
    path: str
    meaning: str = ""
    at: datetime | None = None
    value: float | str | None = None
    quality: int = 0


class SignalsView(msgspec.Struct, frozen=True):
    """What is kept of a machine. ``title`` names its kind of connection, ``where`` it leads; ``browses``: it can be looked at for more.

    ``others``: series of the machine that are not among them: kept before, or (``chooses`` is false) brought by the machine itself.
    """

    machine: Machine
    title: str
    where: str
    path: str
    state: str
    reason: str
    linked: bool
    browses: bool
    chooses: bool
    signals: tuple[KeptSignal, ...]
    others: tuple[Series, ...]


class KeptOffersWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the signals a connected machine offers: as ``OffersWanted``; ``fresh``: ask the machine, also when it was asked lately."""

    text: Annotated[str, msgspec.Meta(max_length=200)] = ""
    skip: Annotated[int, msgspec.Meta(ge=0)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 200
    fresh: bool = False


class Reconnect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reach a machine with these settings from now on; ``dry``: only check and try them; ``untried``: also when it does not answer now."""

    config: dict[str, Any]
    dry: bool = False
    untried: bool = False


class MeaningView(msgspec.Struct, frozen=True):
    """A meaning that a signal may have: ``id`` for ``semantic``, ``term`` in its vocabulary, ``words`` for people, ``units`` it may bear."""

    id: str
    term: str
    words: str
    units: tuple[str, ...]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a machine stands: ``site``, and ``place`` below it (area/line)."""

    site: Annotated[str, msgspec.Meta(max_length=100)] = ""
    place: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value to write, in the signal's own unit."""

    value: float | Annotated[str, msgspec.Meta(max_length=1000)]


class Equipment(msgspec.Struct):
    """A node of the equipment hierarchy (IEC 62264-1, 5.3): ``path`` from the enterprise down, ``state`` of a machine, ``unit`` and ``value`` of a signal."""

    level: Level
    id: str
    name: str
    path: str
    state: str = ""
    unit: str = ""
    value: float | str | None = None
    children: list["Equipment"] = msgspec.field(default_factory=list)


@fact("machine.signals_chosen")
class SignalsChosen(msgspec.Struct, frozen=True):
    """From now on these signals are kept of a machine."""

    machine_id: str
    signals: tuple[str, ...]


@fact("machine.reconnected")
class Reconnected(msgspec.Struct, frozen=True):
    """A machine is reached in another way from now on; ``settings``: the names of those that are different."""

    machine_id: str
    settings: tuple[str, ...]


@fact("machine.moved")
class Moved(msgspec.Struct, frozen=True):
    """A machine stands elsewhere in the equipment hierarchy."""

    machine_id: str
    site: str
    place: str


@fact("machine.signal_written")
class SignalWritten(msgspec.Struct, frozen=True):
    """Somebody (the fact's actor) wrote a value into a machine, which took it."""

    machine_id: str
    signal: str
    value: float | str
