"""What messages mean: values out of payloads, states out of values. Pure functions."""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from plait.infrastructure.machines.model import Choice, Machine, Message, Offered, Reading, State, Status
from plait.infrastructure.mqtt.topics import is_filter, matches
from plait.kernel.clock import parse_iso

__all__ = ["Address", "Sense", "StateRule", "TopicReader", "address_of", "moment", "offered", "picked", "scalar"]

LONGEST_TEXT = 1_000
DEEPEST = 8
MOST_OFFERED = 2_000
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_decode = msgspec.json.Decoder().decode
NOTHING = object()


class Address(NamedTuple):
    """Where a value is: under a topic filter, in the payload at a JSON Pointer (RFC 6901; empty: the payload itself)."""

    filter: str
    path: tuple[str, ...]


def address_of(text: str) -> Address:
    """Read ``topic`` or ``topic#/path/in/json``; ValueError for anything else."""
    topic, found, pointer = text.partition("#/")
    if not is_filter(topic) or (found and topic.endswith("/")):
        raise ValueError(f"{topic[:80]!r} is no topic")
    return Address(topic, tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")) if found else ())


def json_of(payload: bytes) -> Any:
    """Return a payload as JSON, the text itself where it is none."""
    try:
        return _decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return payload.decode("utf-8", "replace")


def picked(value: Any, path: tuple[str, ...]) -> Any:
    """Return what stands at ``path`` in ``value``, ``NOTHING`` where nothing does."""
    for part in path:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return NOTHING
    return value


def scalar(value: Any) -> float | str | None:
    """Return a number or a text as a signal has it, None for what is neither (null, an object, no finite number)."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str):
        text = value.strip()
        if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
            return float(text)
        return text[:LONGEST_TEXT] or None
    return None


def moment(value: Any, unit: str) -> datetime | None:
    """Return the time that a message gives itself, None when it gives none that can be understood."""
    try:
        if unit == "iso":
            return parse_iso(value) if isinstance(value, str) else None
        number = scalar(value)
        return datetime.fromtimestamp(number / (1000 if unit == "ms" else 1), UTC) if isinstance(number, float) else None
    except (ValueError, OverflowError, OSError):
        return None


class StateRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a value tells the machine's state: by ``words`` (``{"RUN": "running"}``), or as a number with hysteresis.

    Above ``running_above`` it runs; it stands again at ``idle_below`` or under (default: the same value).
    """

    address: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] = ""
    words: dict[str, State] = {}
    running_above: float | None = None
    idle_below: float | None = None


class Sense:
    """Follows one machine's state by a rule."""

    def __init__(self, rule: StateRule) -> None:
        self._words = {word.casefold(): state for word, state in rule.words.items()}
        self._above = rule.running_above
        self._below = rule.idle_below if rule.idle_below is not None else rule.running_above
        self.state: State | None = None

    def follow(self, value: float | str, at: datetime) -> Status | None:
        """Return the state when it has changed."""
        state: State | None = None
        if isinstance(value, float) and self._above is not None and self._below is not None:
            if value > self._above:
                state = "running"
            elif value <= self._below or self.state is None:
                state = "idle"
        else:
            text = f"{value:g}" if isinstance(value, float) else value
            state = self._words.get(text.casefold())
        if state is None or state == self.state:
            return None
        self.state = state
        return Status(state, at, str(value) if isinstance(value, str) and state == "down" else "")


class TopicReader:
    """Reads the messages of one machine: its chosen signals, and its state by a rule. ``at``: where a message gives its time, ``unit`` of that."""

    def __init__(self, machine: Machine, rule: StateRule | None, at: str, unit: Literal["iso", "s", "ms"], silence_s: float) -> None:
        self.silence_s = silence_s
        self._signals = [(address_of(choice.address), choice) for choice in machine.signals]
        self._sense = Sense(rule) if rule is not None else None
        self._state_at = address_of(rule.address) if rule is not None else None
        self._at = tuple(at.strip("/").split("/")) if at else ()
        self._unit = unit
        self._told = False
        self.filters = tuple(sorted({each.filter for each, _ in self._signals} | ({self._state_at.filter} if self._state_at else set())))
        self._topics: dict[str, tuple[list[tuple[Address, Choice]], bool]] = {}

    def first(self, at: datetime) -> Status:
        """Nothing is known of a machine's state before it speaks."""
        return Status("silent", at, "nothing was heard of it yet")

    def forget(self) -> None:
        """Say the state again with the next message."""
        self._told = False
        if self._sense is not None:
            self._sense.state = None

    def read(self, message: Message, at: datetime) -> tuple[list[Status], list[Reading]]:
        """Return the state when it has changed, and the value of each chosen signal in the message."""
        here = self._topics.get(message.topic)
        if here is None:
            signals = [(each, choice) for each, choice in self._signals if matches(each.filter, message.topic)]
            here = signals, self._state_at is not None and matches(self._state_at.filter, message.topic)
            if len(self._topics) < MOST_OFFERED:
                self._topics[message.topic] = here
        content = json_of(message.payload)
        if self._at:
            at = moment(picked(content, self._at), self._unit) or at
        readings = []
        for address, choice in here[0]:
            value = scalar(picked(content, address.path))
            if value is not None:
                readings.append(Reading(choice.name, at, value))
        return self._states(content, at, speaks=here[1]), readings

    def _states(self, content: Any, at: datetime, *, speaks: bool) -> list[Status]:
        if self._sense is None:
            told, self._told = self._told, True
            return [] if told else [Status("idle", at, "no rule tells its state")]
        assert self._state_at is not None
        value = scalar(picked(content, self._state_at.path)) if speaks else None
        status = self._sense.follow(value, at) if value is not None else None
        return [status] if status is not None else []


def _leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and depth < DEEPEST:
        for name, part in value.items():
            yield from _leaves(part, f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}", depth + 1)
    elif isinstance(value, list) and depth < DEEPEST:
        for index, part in enumerate(value[:100]):
            yield from _leaves(part, f"{path}/{index}", depth + 1)
    else:
        yield path, value


def offered(messages: list[Message]) -> list[Offered]:
    """Return what can be chosen of these messages, one a topic: a plain payload as a whole, of JSON each number and text in it."""
    found: list[Offered] = []
    for message in sorted(messages):
        for path, part in _leaves(json_of(message.payload), "", 0):
            value = scalar(part)
            kind = "number" if isinstance(value, float) else "text"
            address = f"{message.topic}#{path}" if path else message.topic
            name = re.sub(r"[^A-Za-z0-9]+", ".", f"{message.topic}{path}").strip(".")[-64:].lstrip(".") or "value"
            found.append(
                Offered(address, name, kind, value=value, group=message.topic, why="" if value is not None else "it holds neither a number nor a text")
            )
            if len(found) >= MOST_OFFERED:
                return found
    return found
