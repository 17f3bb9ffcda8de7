"""From points to states and cycles: a pure function of what is remembered, the points, and up to when they are complete."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from plait.infrastructure.meaning.language import And, Compare, Condition, Cycle, Held, Not, Or, Program, leaves
from plait.infrastructure.meaning.model import Memory, Said, SignalValue

__all__ = ["BAD", "advance", "due", "moments"]

BAD = 2


def advance(program: Program, memory: Memory, points: Iterable[SignalValue], until: int) -> tuple[Memory, list[Said]]:
    """Return what is remembered at ``until`` and what followed, in order; the answer is the same however the time is cut into calls.

    ``points``: those up to ``until``, in any order; twice the same is once, and one not later than the last of its signal changes nothing. One
    that is news but lies before ``memory.upto`` (it comes late) counts from then on: the past stays as it was told.
    """
    memory = msgspec.structs.replace(
        memory,
        seen=dict(memory.seen),
        values=dict(memory.values),
        holds=dict(memory.holds),
        since=dict(memory.since),
        counters=dict(memory.counters),
    )
    told: list[Said] = []
    news = {point for point in points if memory.seen.get(point.signal, -1) < point.ms <= until}
    for ms, group in moments(news, memory.upto):
        _timers(program, memory, ms - 1, told)
        stepped = 0.0
        for point in group:
            memory.seen[point.signal] = point.ms
            memory.values[point.signal] = None if point.quality >= BAD else point.value
            stepped += _count(program, memory, point)
        _look(program, memory, ms, told, stepped)
        memory.upto = ms
    _timers(program, memory, until, told)
    memory.upto = max(memory.upto, until)
    return memory, told


def moments(points: Iterable[SignalValue], upto: int) -> Iterator[tuple[int, list[SignalValue]]]:
    """Yield the points of each moment together, none before ``upto`` + 1; within one they come in an order that does not depend on how they came."""
    ordered = sorted(points, key=lambda each: (max(each.ms, upto + 1), each.signal, each.ms, isinstance(each.value, str), each.value, each.quality))
    for ms, group in groupby(ordered, key=lambda each: max(each.ms, upto + 1)):
        yield ms, list(group)


def due(program: Program, memory: Memory) -> int | None:
    """Return at which ms something follows although no point comes, None when nothing does."""
    waiting = [memory.since[leaf.key] + leaf.ms for leaf in _held(program) if leaf.key in memory.since and not memory.holds.get(leaf.key)]
    return min(waiting, default=None)


def _held(program: Program) -> Iterator[Held]:
    for condition in _conditions(program):
        yield from (leaf for leaf in leaves(condition) if isinstance(leaf, Held))


def _conditions(program: Program) -> Iterator[Condition]:
    yield from (rule.condition for rule in program.rules if rule.condition is not None)
    if program.cycle is not None and program.cycle.condition is not None:
        yield program.cycle.condition


def _timers(program: Program, memory: Memory, until: int, told: list[Said]) -> None:
    while (when := due(program, memory)) is not None and when <= until:
        _look(program, memory, when, told)


def _holds(condition: Condition, memory: Memory, ms: int) -> bool:
    """Tell whether a condition holds at ``ms``; every part is looked at, so that each remembers."""
    match condition:
        case Compare():
            memory.holds[condition.key] = held = _compared(condition, memory)
            return held
        case Held(key=key, inner=inner, ms=span):
            if not _holds(inner, memory, ms):
                memory.since.pop(key, None)
                memory.holds[key] = False
                return False
            memory.holds[key] = ms - memory.since.setdefault(key, ms) >= span
            return memory.holds[key]
        case Not(inner=inner):
            return not _holds(inner, memory, ms)
        case And(parts=parts):
            return False not in [_holds(part, memory, ms) for part in parts]
        case Or(parts=parts):
            return True in [_holds(part, memory, ms) for part in parts]


def _compared(one: Compare, memory: Memory) -> bool:
    value = memory.values.get(one.signal)
    if value is None:
        return False
    if one.op in ("=", "in"):
        return value in one.values
    limit = one.values[0]
    if one.op == "!=":
        return value != limit
    if isinstance(value, str) or isinstance(limit, str):
        return False
    slack = one.hysteresis if memory.holds.get(one.key) else 0.0
    if one.op == ">":
        return value > limit - slack
    if one.op == ">=":
        return value >= limit - slack
    return value < limit + slack if one.op == "<" else value <= limit + slack


def _look(program: Program, memory: Memory, ms: int, told: list[Said], stepped: float = 0.0) -> None:
    """Look at every rule as of ``ms`` and note what changed; the counter of cycles went on by ``stepped``."""
    known = any(value is not None for value in memory.values.values())
    chosen = None
    for rule in program.rules:
        if rule.condition is None or _holds(rule.condition, memory, ms):
            chosen = chosen or rule
    if chosen is not None and known and (chosen.state, chosen.reason) != (memory.state, memory.reason):
        memory.state, memory.reason, memory.state_since = chosen.state, chosen.reason, ms
        told.append(Said(ms, chosen.state, chosen.reason))
    if program.cycle is not None:
        _cycle(program, program.cycle, memory, ms, told, stepped)


def _cycle(program: Program, cycle: Cycle, memory: Memory, ms: int, told: list[Said], stepped: float) -> None:
    if cycle.condition is None:
        if stepped > 0:
            if program.parts is None:
                memory.parts = stepped
            _finish(memory, ms, told)
            memory.begun = ms
        return
    now, before = _holds(cycle.condition, memory, ms), memory.in_cycle
    memory.in_cycle = now
    if cycle.kind == "while" and before and not now:
        _finish(memory, ms, told)
        memory.begun = None
    elif now and not before:
        if cycle.kind == "rise" and memory.begun is not None:
            _finish(memory, ms, told)
        memory.begun = ms


def _finish(memory: Memory, ms: int, told: list[Said]) -> None:
    told.append(Said(ms, "", "", memory.begun, memory.parts, memory.scrap))
    memory.parts = memory.scrap = 0.0


def _count(program: Program, memory: Memory, point: SignalValue) -> float:
    """Take a counter's value in; return by how much the counter of cycles went on."""
    stepping = program.cycle is not None and program.cycle.signal == point.signal
    counters = [(name, each) for name, each in (("parts", program.parts), ("scrap", program.scrap)) if each is not None and each.signal == point.signal]
    if isinstance(point.value, str) or point.quality >= BAD or not (stepping or counters):
        return 0.0
    before, gained = memory.counters.get(point.signal), 0.0
    for name, counter in counters:
        gained = _gained(counter.rolls_over, before, point.value)
        setattr(memory, name, getattr(memory, name) + gained)
    if stepping and not counters:
        gained = _gained(0.0, before, point.value)
    memory.counters[point.signal] = point.value
    return gained if stepping else 0.0


def _gained(rolls_over: float, before: float | None, now: float) -> float:
    """Return by how much a counter went on: one that fell began anew, or rolled over where it was near its end."""
    if before is None or now == before:
        return 0.0
    if now > before:
        return now - before
    if before > rolls_over / 2 > now and rolls_over:
        return rolls_over - before + 1 + now
    return max(0.0, now)
