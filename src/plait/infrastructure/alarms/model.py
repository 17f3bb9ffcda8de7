"""Alarms as they are defined, as they stand, and the facts of their life (IEC 62682, ANSI/ISA-18.2)."""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple, TypeAlias

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = [
    "BAD_ALARM",
    "NO_ALARM",
    "Acknowledged",
    "Alarm",
    "AlarmState",
    "AlarmView",
    "Cleared",
    "Defined",
    "Kind",
    "Memory",
    "Notice",
    "Preview",
    "Raised",
    "Removed",
    "ServiceChanged",
    "Severity",
    "Shelved",
    "Tested",
    "Turn",
    "Turned",
    "Unshelved",
]

NO_ALARM = register("no-such-alarm", 404, "There is no such alarm", "The alarms there are stand under Alarms.")
BAD_ALARM = register("bad-alarm", 422, "The alarm cannot be set as described", "Correct the named field.")

Kind: TypeAlias = Literal["high", "high-high", "low", "low-low", "word", "state", "silence"]
Severity: TypeAlias = Literal["critical", "high", "medium", "low"]
AlarmState: TypeAlias = Literal["normal", "unacknowledged", "acknowledged", "returned", "shelved", "suppressed", "out-of-service"]
Span: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class Alarm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a person is called.

    ``kind``: a number of ``signal`` beyond ``limit`` (high, low and their further ones), ``signal`` says ``word``, the machine is in the state
    ``word``, or ``silence``: no value of ``signal`` for ``on_delay_s``.

    ``hysteresis``: how far a number must come back; it must hold ``on_delay_s`` before it is raised, be over ``off_delay_s`` before it is cleared (seconds).
    ``severity``: its priority; ``text``: what is wrong; ``advice``: what to do. ``suppress_when_down``: nobody is called while the machine is down anyway.
    """

    id: str
    machine_id: str
    kind: Kind
    signal: str = ""
    limit: float = 0.0
    word: str = ""
    hysteresis: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    on_delay_s: Span = 0.0
    off_delay_s: Span = 0.0
    severity: Severity = "medium"
    text: str = ""
    advice: str = ""
    suppress_when_down: bool = True


class Memory(msgspec.Struct):
    """What an alarm remembers. ``upto``: every point to this ms was looked at; ``seen``: the ms of the last; ``beyond`` its limit since ``turned``.

    ``active``: it holds, delays included, since ``since``; ``raised``: a person was called for it, and ``unacked`` nobody has answered. ``recent``: when it was
    raised of late (ms).
    """

    upto: int = -1
    seen: int = -1
    value: float | str | None = None
    beyond: bool = False
    turned: int | None = None
    active: bool = False
    since: int | None = None
    raised: bool = False
    unacked: bool = False
    suppressed: bool = False
    shelved_until: int | None = None
    out_of_service: bool = False
    reason: str = ""
    note: str = ""
    by: str = ""
    count: int = 0
    recent: list[int] = msgspec.field(default_factory=list)


class Turn(NamedTuple):
    """At ``ms`` an alarm's condition came to hold (``active``) or ceased to."""

    ms: int
    active: bool
    value: float | str | None


class AlarmView(msgspec.Struct, frozen=True):
    """An alarm and how it stands. ``since``: it holds, or was raised last; ``hint``: what is wrong with the alarm itself, as that it chatters."""

    alarm: Alarm
    state: AlarmState
    since: datetime | None
    value: float | str | None
    machine: str
    raised: int
    shelved_until: datetime | None
    reason: str
    note: str
    by: str
    chattering: bool
    hint: str


class Turned(msgspec.Struct, frozen=True):
    """An alarm would have been raised at ``since`` and cleared at ``until`` (None: it would still hold)."""

    since: datetime
    until: datetime | None
    value: float | str | None


class Preview(msgspec.Struct, frozen=True):
    """What an alarm would have done between two moments: how many times it would have been raised, and for how many minutes it would have held."""

    since: datetime
    until: datetime
    points: int
    cut: bool
    raised: int
    minutes: float
    times: tuple[Turned, ...]
    hint: str


class Notice(msgspec.Struct, frozen=True):
    """A message that calls somebody: by ``channel`` (webhook, mail); ``state``: waiting, sent, failed; ``error``: what went wrong last."""

    id: int
    alarm_id: str
    channel: str
    subject: str
    state: str
    tries: int
    at: datetime
    error: str


@fact("alarm.defined", key="alarm_id")
class Defined(msgspec.Struct, frozen=True):
    """A person set an alarm; ``alarm`` is all of it, ``before`` what it was (None: it is new)."""

    alarm_id: str
    alarm: Alarm
    before: Alarm | None


@fact("alarm.removed", key="alarm_id")
class Removed(msgspec.Struct, frozen=True):
    """A person took an alarm away; ``alarm`` is what it was."""

    alarm_id: str
    alarm: Alarm


@fact("alarm.raised")
class Raised(msgspec.Struct, frozen=True):
    """An alarm is raised since ``at``, with the value that did it."""

    alarm_id: str
    machine_id: str
    severity: str
    text: str
    value: float | str | None
    at: datetime


@fact("alarm.cleared")
class Cleared(msgspec.Struct, frozen=True):
    """What an alarm was raised for is over since ``at``."""

    alarm_id: str
    machine_id: str
    value: float | str | None
    at: datetime


@fact("alarm.acknowledged")
class Acknowledged(msgspec.Struct, frozen=True):
    """A person has seen an alarm; ``note`` is what they said."""

    alarm_id: str
    machine_id: str
    note: str


@fact("alarm.shelved")
class Shelved(msgspec.Struct, frozen=True):
    """A person does not want to be called for an alarm before ``until``, because of ``reason``."""

    alarm_id: str
    machine_id: str
    until: datetime
    reason: str


@fact("alarm.unshelved")
class Unshelved(msgspec.Struct, frozen=True):
    """An alarm is no longer shelved: a person took it back, or its time was over (``expired``)."""

    alarm_id: str
    machine_id: str
    expired: bool


@fact("alarm.service_changed")
class ServiceChanged(msgspec.Struct, frozen=True):
    """An alarm was taken out of service, or put back, because of ``reason``."""

    alarm_id: str
    machine_id: str
    out_of_service: bool
    reason: str


@fact("alarm.tested")
class Tested(msgspec.Struct, frozen=True):
    """A person had a message of trial sent by these channels."""

    channels: tuple[str, ...]
