"""The language of rules: a rule a line, read into a tree; every refusal says line and column.

``when execution = "ACTIVE" then running``, ``when current > 5 hysteresis 0.5 for 3 s then running because "it draws current"``,
``otherwise idle``, ``cycle while running_light = 1``, ``cycle on rise of door = 1``, ``cycle on step of part_count``,
``parts from part_count rolls over at 65535``, ``scrap from scrap_count``.
"""

import math
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from plait.infrastructure.meaning.model import BAD_RULES
from plait.kernel.problems import Problem

__all__ = ["And", "Compare", "Condition", "Counter", "Cycle", "Held", "Not", "Or", "Program", "Rule", "leaves", "parse", "signals_of"]

MOST_LETTERS = 8000
MOST_RULES = 50
MOST_DEPTH = 12
MOST_NODES = 400
LONGEST_S = 86_400.0
STATES = ("running", "idle", "down", "setup")
OPERATORS = ("<=", ">=", "!=", "=", "<", ">")
_UNITS = {"ms": 1, "s": 1000, "sec": 1000, "seconds": 1000, "min": 60_000, "minutes": 60_000, "h": 3_600_000}
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"\n]*")|(?P<quoted>`[^`\n]*`)|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w])|(?P<op><=|>=|!=|=|<|>|\(|\)|,)|(?P<word>[^\W\d][\w.:/\-]*))"""
)


class Compare(msgspec.Struct, frozen=True, tag=True):
    """A signal against a number or words; ``hysteresis``: how far a number must come back before it no longer holds. ``key`` numbers it in its rules."""

    key: int
    signal: str
    op: str
    values: tuple[float | str, ...]
    hysteresis: float = 0.0


class Held(msgspec.Struct, frozen=True, tag=True):
    """``inner`` has held for ``ms`` without a break."""

    key: int
    inner: "Condition"
    ms: int


class Not(msgspec.Struct, frozen=True, tag=True):
    """``inner`` does not hold."""

    inner: "Condition"


class And(msgspec.Struct, frozen=True, tag=True):
    """All hold."""

    parts: tuple["Condition", ...]


class Or(msgspec.Struct, frozen=True, tag=True):
    """At least one holds."""

    parts: tuple["Condition", ...]


Condition: TypeAlias = Compare | Held | Not | And | Or


class Rule(NamedTuple):
    """While ``condition`` holds (None: otherwise) the machine is in ``state``, because of ``reason``."""

    condition: Condition | None
    state: Literal["running", "idle", "down", "setup"]
    reason: str


class Cycle(NamedTuple):
    """What a cycle is: ``while`` a condition holds, from one ``rise`` of it to the next, or each ``step`` of a counter."""

    kind: Literal["while", "rise", "step"]
    condition: Condition | None
    signal: str


class Counter(NamedTuple):
    """A signal that counts up; after ``rolls_over`` (0: never) comes 0."""

    signal: str
    rolls_over: float


class Program(NamedTuple):
    """Rules as read, in order; the first that holds says the state."""

    rules: tuple[Rule, ...]
    cycle: Cycle | None
    parts: Counter | None
    scrap: Counter | None


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


def parse(text: str) -> Program:
    """Read rules; raise ``bad-rules`` with the line and the column of the first mistake."""
    if len(text) > MOST_LETTERS:
        raise Problem(BAD_RULES, f"rules: {len(text)} characters; at most {MOST_LETTERS}.", field="rules")
    reader = _Reader()
    for number, line in enumerate(text.splitlines(), 1):
        bare = _without_comment(line)
        if bare.strip():
            reader.line(number, bare)
    if not reader.rules and reader.cycle is None:
        raise Problem(BAD_RULES, 'rules: there is none; write for example: when execution = "ACTIVE" then running', field="rules")
    return Program(tuple(reader.rules), reader.cycle, reader.counters.get("parts"), reader.counters.get("scrap"))


def _without_comment(line: str) -> str:
    inside = ""
    for at, letter in enumerate(line):
        if inside:
            inside = "" if letter == inside else inside
        elif letter in '"`':
            inside = letter
        elif letter == "#":
            return line[:at]
    return line


class _Reader:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.cycle: Cycle | None = None
        self.counters: dict[str, Counter] = {}
        self._keys = 0
        self._number = 0
        self._tokens: list[_Token] = []
        self._at = 0
        self._end = 1

    def line(self, number: int, line: str) -> None:
        self._number, self._at, self._end = number, 0, len(line) + 1
        self._tokens = self._cut(line)
        first = self._next("when, otherwise, cycle, parts or scrap")
        if first.text == "when" and first.kind == "word":
            self._rule(self._or(0), first)
        elif first.text == "otherwise" and first.kind == "word":
            self._rule(None, first)
        elif first.text == "cycle" and first.kind == "word":
            self._cycle(first)
        elif first.text in ("parts", "scrap") and first.kind == "word":
            self._counter(first)
        else:
            self._wrong(first.column, f"{first.text[:40]!r} begins no rule; a line begins with when, otherwise, cycle, parts or scrap")
        if self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._wrong(token.column, f"{token.text[:40]!r} is too much here")

    def _wrong(self, column: int, why: str) -> None:
        raise Problem(BAD_RULES, f"Line {self._number}, column {column}: {why}.", field="rules", line=self._number, column=column)

    def _cut(self, line: str) -> list[_Token]:
        found, at = [], 0
        while line[at:].strip():
            match = _TOKEN.match(line, at)
            if match is None or match.lastgroup is None:
                column = at + len(line[at:]) - len(line[at:].lstrip()) + 1
                letter = line[column - 1]
                self._wrong(column, "a quotation mark is not closed" if letter in '"`' else f"{letter!r} cannot be read here")
                break
            kind, said = match.lastgroup, match.group(match.lastgroup)
            if kind == "quoted":
                kind, said = "word", said[1:-1] or " "
                kind = "name"
            elif kind == "text":
                said = said[1:-1]
            found.append(_Token(kind, said, match.start(match.lastgroup) + 1))
            at = match.end()
        return found

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, wanted: str) -> _Token:
        token = self._peek()
        if token is None:
            self._wrong(self._end, f"the line ends; {wanted} is missing")
            raise AssertionError
        self._at += 1
        return token

    def _has(self, *words: str) -> bool:
        """Take ``words`` if they come next."""
        ahead = self._tokens[self._at : self._at + len(words)]
        if len(ahead) < len(words) or any(token.kind not in ("word", "op") or token.text != word for token, word in zip(ahead, words, strict=True)):
            return False
        self._at += len(words)
        return True

    def _must(self, *words: str) -> None:
        if not self._has(*words):
            token = self._peek()
            self._wrong(token.column if token else self._end, f"{' '.join(words)!r} must stand here")

    def _rule(self, condition: Condition | None, first: _Token) -> None:
        if condition is not None:
            self._must("then")
        elif any(rule.condition is None for rule in self.rules):
            self._wrong(first.column, "there is an otherwise already")
        if condition is not None and any(rule.condition is None for rule in self.rules):
            self._wrong(first.column, "after otherwise no rule can hold; put it last")
        state = self._next("a state (running, idle, down, setup)")
        if state.text not in STATES or state.kind != "word":
            self._wrong(state.column, f"{state.text[:40]!r} is no state; there are running, idle, down and setup (silent is said by the link itself)")
        reason = ""
        if self._has("because"):
            token = self._next('a reason in "quotation marks"')
            if token.kind != "text" or len(token.text) > 200:
                self._wrong(token.column, 'the reason stands in "quotation marks" and has at most 200 characters')
            reason = token.text
        if len(self.rules) >= MOST_RULES:
            self._wrong(first.column, f"there are more than {MOST_RULES} rules")
        self.rules.append(Rule(condition, state.text, reason))  # type: ignore[arg-type]

    def _cycle(self, first: _Token) -> None:
        if self.cycle is not None:
            self._wrong(first.column, "there is a cycle already; a machine has one")
        if self._has("while"):
            self.cycle = Cycle("while", self._or(0), "")
        elif self._has("on", "rise", "of"):
            self.cycle = Cycle("rise", self._or(0), "")
        elif self._has("on", "step", "of"):
            self.cycle = Cycle("step", None, self._signal())
        else:
            token = self._peek()
            self._wrong(token.column if token else self._end, "a cycle is 'while ...', 'on rise of ...' or 'on step of <counter>'")

    def _counter(self, first: _Token) -> None:
        if first.text in self.counters:
            self._wrong(first.column, f"{first.text} are counted already")
        self._must("from")
        signal, over = self._signal(), 0.0
        if self._has("rolls", "over", "at"):
            over, column = self._number_of("a number")
            if over <= 0:
                self._wrong(column, "a counter rolls over at a number above 0")
        self.counters[first.text] = Counter(signal, over)

    def _signal(self) -> str:
        token = self._next("a signal's name")
        if token.kind not in ("word", "name") or len(token.text) > 200:
            self._wrong(token.column, f"{token.text[:40]!r} is no signal's name; put a strange one in `backticks`")
        return token.text

    def _number_of(self, what: str) -> tuple[float, int]:
        token = self._next(what)
        if token.kind != "number" or not math.isfinite(float(token.text)):
            self._wrong(token.column, f"{token.text[:40]!r} is not {what}")
        return float(token.text), token.column

    def _key(self, column: int) -> int:
        self._keys += 1
        if self._keys > MOST_NODES:
            self._wrong(column, f"there are more than {MOST_NODES} conditions")
        return self._keys

    def _or(self, depth: int) -> Condition:
        parts = [self._and(depth)]
        while self._has("or"):
            parts.append(self._and(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self, depth: int) -> Condition:
        parts = [self._one(depth)]
        while self._has("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Condition:
        token = self._peek()
        column = token.column if token else self._end
        if depth > MOST_DEPTH:
            self._wrong(column, f"more than {MOST_DEPTH} brackets stand within each other")
        made: Condition
        if self._has("not"):
            return Not(self._one(depth + 1))
        if self._has("("):
            made = self._or(depth + 1)
            self._must(")")
        else:
            made = self._compare(column)
        if self._has("for"):
            much, at = self._number_of("a number of seconds")
            unit = self._next("s, min or h")
            if unit.text not in _UNITS:
                self._wrong(unit.column, f"{unit.text[:40]!r} is no unit of time; there are ms, s, min and h")
            ms = round(much * _UNITS[unit.text])
            if not 0 < ms <= LONGEST_S * 1000:
                self._wrong(at, "the time is above 0 and at most a day")
            made = Held(self._key(column), made, ms)
        return made

    def _compare(self, column: int) -> Condition:
        signal = self._signal()
        if self._has("in"):
            self._must("(")
            values = [self._value()]
            while self._has(","):
                values.append(self._value())
            self._must(")")
            return Compare(self._key(column), signal, "in", tuple(values))
        op = self._next("a comparison (=, !=, <, <=, >, >=, in)")
        if op.kind != "op" or op.text not in OPERATORS:
            self._wrong(op.column, f"{op.text[:40]!r} is no comparison; there are =, !=, <, <=, >, >= and in")
        value = self._value()
        if isinstance(value, str) and op.text not in ("=", "!="):
            self._wrong(op.column, "words can only be equal (=), not equal (!=) or in (...)")
        much = 0.0
        if self._has("hysteresis"):
            much, at = self._number_of("a number")
            if op.text in ("=", "!=") or much < 0:
                self._wrong(at, "hysteresis is a number from 0 on and goes with <, <=, > and >=")
        return Compare(self._key(column), signal, op.text, (value,), much)

    def _value(self) -> float | str:
        token = self._next('a number or "words"')
        if token.kind == "text":
            return token.text
        if token.kind == "number" and math.isfinite(float(token.text)):
            return float(token.text)
        if token.kind == "word" and token.text in ("true", "false"):
            return float(token.text == "true")
        self._wrong(token.column, f'{token.text[:40]!r} is neither a number nor "words in quotation marks"')
        raise AssertionError


def leaves(condition: Condition) -> Iterator[Compare | Held]:
    """Yield the parts of a condition that remember something."""
    match condition:
        case Compare():
            yield condition
        case Held(inner=inner):
            yield condition
            yield from leaves(inner)
        case Not(inner=inner):
            yield from leaves(inner)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from leaves(part)


def signals_of(program: Program) -> frozenset[str]:
    """Return the names of the signals that rules look at."""
    conditions = [rule.condition for rule in program.rules if rule.condition is not None]
    found = {counter.signal for counter in (program.parts, program.scrap) if counter is not None}
    if program.cycle is not None:
        found |= {program.cycle.signal} - {""}
        conditions += [program.cycle.condition] if program.cycle.condition is not None else []
    found |= {leaf.signal for condition in conditions for leaf in leaves(condition) if isinstance(leaf, Compare)}
    return frozenset(found)
