"""From points to alarms: pure functions."""

import math
import re
from collections.abc import Iterable

import msgspec

from plait.infrastructure.alarms.model import BAD_ALARM, Alarm, AlarmState, Memory, Turn
from plait.infrastructure.meaning.model import SignalValue
from plait.infrastructure.meaning.rules import BAD, moments
from plait.kernel.problems import Problem

__all__ = ["CHATTER_MS", "CHATTER_TIMES", "RANK", "advance", "chatters", "check", "due", "hint", "state_of"]

RANK = {"critical": 0, "high": 1, "medium": 2, "low": 3}
CHATTER_MS = 600_000
CHATTER_TIMES = 5
STATES = ("running", "idle", "down", "setup", "silent")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def check(alarm: Alarm) -> None:
    """Raise ``bad-alarm`` naming what is wrong."""
    if not _ID.fullmatch(alarm.id):
        raise Problem(BAD_ALARM, f"id: {alarm.id[:40]!r} is not 1 to 100 letters, digits, dots and dashes.", field="id")
    if alarm.kind != "state" and not 1 <= len(alarm.signal) <= 200:
        raise Problem(BAD_ALARM, "signal: say which.", field="signal")
    if alarm.kind == "word" and not 1 <= len(alarm.word) <= 500:
        raise Problem(BAD_ALARM, "word: say which.", field="word")
    if alarm.kind == "state" and alarm.word not in STATES:
        raise Problem(BAD_ALARM, f"word: {alarm.word[:40]!r} is no state; there are {', '.join(STATES)}.", field="word")
    if alarm.kind == "silence" and alarm.on_delay_s < 1:
        raise Problem(BAD_ALARM, "on_delay_s: at least 1: for so many seconds nothing is heard.", field="on_delay_s")
    if not math.isfinite(alarm.limit) or not math.isfinite(alarm.hysteresis):
        raise Problem(BAD_ALARM, "limit: is no number.", field="limit")
    if len(alarm.text) > 300 or len(alarm.advice) > 2000:
        raise Problem(BAD_ALARM, "text: at most 300 characters; advice: at most 2000.", field="text")


def advance(alarm: Alarm, memory: Memory, points: Iterable[SignalValue], until: int) -> tuple[Memory, list[Turn]]:
    """Return what is remembered at ``until`` and when the alarm's condition came to hold or ceased to; shelves and people are not looked at.

    Points come in any order, twice is once; one not later than the last changes nothing. The answer is the same however time is cut into calls.
    """
    memory = msgspec.structs.replace(memory, recent=list(memory.recent))
    told: list[Turn] = []
    for ms, group in moments({point for point in points if memory.seen < point.ms <= until}, memory.upto):
        _timers(alarm, memory, ms - 1, told)
        last = group[-1]
        memory.seen, memory.value = last.ms, None if last.quality >= BAD else last.value
        beyond = False if alarm.kind == "silence" else _beyond(alarm, memory)
        if alarm.kind == "silence":
            _settle(memory, ms, told, active=False)
        elif beyond != memory.beyond:
            memory.beyond, memory.turned = beyond, ms
        _timers(alarm, memory, ms, told)
        memory.upto = ms
    _timers(alarm, memory, until, told)
    memory.upto = max(memory.upto, until)
    return memory, told


def due(alarm: Alarm, memory: Memory) -> int | None:
    """Return at which ms the alarm turns although no point comes."""
    if alarm.kind == "silence":
        return None if memory.active else memory.seen + round(alarm.on_delay_s * 1000)
    if memory.turned is None or memory.beyond == memory.active:
        return None
    return memory.turned + round((alarm.on_delay_s if memory.beyond else alarm.off_delay_s) * 1000)


def _timers(alarm: Alarm, memory: Memory, until: int, told: list[Turn]) -> None:
    when = due(alarm, memory)
    if when is not None and when <= until:
        _settle(memory, max(when, memory.upto + 1) if alarm.kind == "silence" else when, told, active=alarm.kind == "silence" or memory.beyond)


def _settle(memory: Memory, ms: int, told: list[Turn], *, active: bool) -> None:
    if active != memory.active:
        memory.active, memory.since = active, ms
        told.append(Turn(ms, active, memory.value))


def _beyond(alarm: Alarm, memory: Memory) -> bool:
    """Tell whether the value is beyond the limit; a value that cannot be used leaves it as it was."""
    value = memory.value
    if value is None:
        return memory.beyond
    if alarm.kind in ("word", "state"):
        return str(value) == alarm.word
    if isinstance(value, str):
        return False
    slack = alarm.hysteresis if memory.beyond else 0.0
    return value > alarm.limit - slack if alarm.kind in ("high", "high-high") else value < alarm.limit + slack


def state_of(memory: Memory) -> AlarmState:
    """Return how an alarm stands (IEC 62682, 5.4)."""
    if memory.out_of_service:
        return "out-of-service"
    if memory.shelved_until is not None:
        return "shelved"
    if memory.active and memory.suppressed:
        return "suppressed"
    if memory.active and memory.raised:
        return "unacknowledged" if memory.unacked else "acknowledged"
    return "returned" if memory.unacked else "normal"


def chatters(recent: Iterable[int], now: int) -> bool:
    """Tell whether an alarm was raised so often of late that its messages only disturb."""
    return sum(now - CHATTER_MS < ms <= now for ms in recent) >= CHATTER_TIMES


def hint(alarm: Alarm, times: int, minutes: float) -> str:
    """Return what to change on an alarm that was raised so many ``times`` within ``minutes``, "" when nothing."""
    if times < CHATTER_TIMES or minutes / max(1, times) > CHATTER_MS / 60_000:
        return ""
    if alarm.kind in ("high", "high-high", "low", "low-low") and not alarm.hysteresis:
        return "It comes and goes: give it a hysteresis, or delays."
    return "It comes and goes: make its delays longer, or move its limit."
