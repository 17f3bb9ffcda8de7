"""What a device beside a machine posts, read into readings and states. Pure functions."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from plait.infrastructure.machines.model import Machine, Message, Reading, Status
from plait.infrastructure.machines.mqtt.rules import Sense, StateRule, json_of, moment, scalar
from plait.infrastructure.machines.push import PushConfig
from plait.infrastructure.machines.rules import scaled
from plait.kernel.problems import INVALID, Problem

__all__ = ["HTTP", "PushReader", "Pushed", "from_json", "from_lines"]

# Below this topic, which no device may publish on, stands what came by HTTP.
HTTP = "$push"
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
MOST_SIGNALS = 100
MOST_VALUES = 10_000
DEEPEST = 4


class Pushed(msgspec.Struct, array_like=True):
    """One value as it was posted; ``at`` in ms since 1970 (None: when it came)."""

    signal: str
    value: float | str
    at: int | None = None


def _bad(where: str, why: str) -> Problem:
    return Problem(INVALID, f"{where}: {why}", path=where)


def _value(value: Any, where: str) -> float | str:
    found = scalar(value)
    if found is None:
        raise _bad(where, "a value is a finite number or a text that is not empty.")
    return found


def _at(value: Any, where: str) -> int | None:
    if value is None:
        return None
    when = moment(value, "ms" if isinstance(value, int | float) else "iso")
    if when is None:
        raise _bad(where, "a time is RFC 3339 with an offset, or milliseconds since 1970.")
    return round(when.timestamp() * 1000)


def _name(name: Any, where: str) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _bad(where, "a signal's name is 1 to 64 letters, digits, dots, - or _.")
    return name


def from_json(content: Any) -> list[Pushed]:
    """Read ``{"current": 4.2, "at": ...}`` or a list of such; raise ``invalid`` naming what is wrong."""
    found: list[Pushed] = []
    rows = content if isinstance(content, list) else [content]
    for index, row in enumerate(rows):
        where = f"$[{index}]" if isinstance(content, list) else "$"
        if not isinstance(row, dict) or not set(row) - {"at"}:
            raise _bad(where, "an object with at least one signal is wanted.")
        at = _at(row.get("at"), f"{where}.at")
        found += [Pushed(_name(name, f"{where}.{name}"), _value(value, f"{where}.{name}"), at) for name, value in row.items() if name != "at"]
        if len(found) > MOST_VALUES:
            raise _bad(where, f"more than {MOST_VALUES} values at once.")
    return found


def from_lines(text: str) -> list[Pushed]:
    """Read a value a line, ``name value [time]``; raise ``invalid`` naming the line."""
    found: list[Pushed] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        where = f"line {number}"
        if len(words) not in (2, 3):
            raise _bad(where, "name, value and perhaps a time are wanted, with spaces between.")
        at = _at(int(words[2]) if words[2].isdecimal() and len(words[2]) < 20 else words[2], where) if len(words) == 3 else None
        found.append(Pushed(_name(words[0], where), _value(words[1], where), at))
        if len(found) > MOST_VALUES:
            raise _bad(where, f"more than {MOST_VALUES} values at once.")
    if not found:
        raise _bad("line 1", "nothing was posted.")
    return found


def _flat(value: Any, name: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and depth < DEEPEST:
        for part, inner in value.items():
            if name or part != "at":
                yield from _flat(inner, f"{name}.{part}" if name else str(part), depth + 1)
    elif name:
        yield name, value


class PushReader:
    """Reads what came for one machine. Every signal it posts is kept, at most a hundred. Its state follows from the value in the unit somebody has chosen."""

    def __init__(self, machine: Machine, config: PushConfig) -> None:
        self.silence_s = config.silence_s
        self._signal = config.signal
        self._sense = Sense(StateRule(words=config.words, running_above=config.running_above, idle_below=config.idle_below))
        self._choices = {each.address: each for each in machine.signals}
        self._http = f"{HTTP}/{machine.id}"
        self._base = config.topic.strip("/") or machine.id
        self._names: set[str] = set()
        self.filters: tuple[str, ...] = (self._http, f"{self._base}/#")

    def first(self, at: datetime) -> Status:
        """Nothing is known of a machine's state before its device speaks."""
        return Status("silent", at, "nothing was heard of it yet")

    def forget(self) -> None:
        """Say the state again with the next message."""
        self._sense.state = None

    def read(self, message: Message, at: datetime) -> tuple[list[Status], list[Reading]]:
        """Return what a message says."""
        statuses: list[Status] = []
        readings: list[Reading] = []
        for name, value, when in self._values(message, at):
            if name not in self._names and (len(self._names) >= MOST_SIGNALS or not NAME.fullmatch(name)):
                continue
            self._names.add(name)
            choice = self._choices.get(name)
            readings.append(Reading(choice.name if choice is not None else name, when, value))
            if name == self._signal:
                status = self._sense.follow(value if choice is None else scaled(choice, value), when)
                statuses += [status] if status is not None else []
        return statuses, readings

    def _values(self, message: Message, at: datetime) -> Iterator[tuple[str, float | str, datetime]]:
        if message.topic == self._http:
            for one in msgspec.json.decode(message.payload, type=list[Pushed]):
                yield one.signal, one.value, (moment(one.at, "ms") or at) if one.at is not None else at
            return
        content = json_of(message.payload)
        when = at
        if isinstance(content, dict):
            given = content.get("at")
            when = moment(given, "ms" if isinstance(given, int | float) else "iso") or at
        for name, part in _flat(content, message.topic[len(self._base) + 1 :].replace("/", ".")):
            value = scalar(part)
            if value is not None:
                yield name, value, when
