"""From changes of state to stretches of time (pure). Times in milliseconds since 1970."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["WORST", "Change", "Span", "coarse", "stretches"]

WORST = ("down", "setup", "idle", "running", "silent")


class Change(NamedTuple):
    """A machine went into ``state`` at ``at``."""

    at: int
    state: str
    reason: str


class Span(NamedTuple):
    """A stretch of one state."""

    since: int
    until: int
    state: str
    reason: str


def stretches(changes: Sequence[Change], since: int, until: int) -> list[Span]:
    """Return the stretches between ``since`` and ``until`` from changes in order of time, the first of which may lie before.

    What lies before the first change is not there; neighbours in the same state for the same reason are one.
    """
    found: list[Span] = []
    for index, change in enumerate(changes):
        begin = max(change.at, since)
        end = min(changes[index + 1].at if index + 1 < len(changes) else until, until)
        if end <= begin:
            continue
        last = found[-1] if found else None
        if last is not None and (last.until, last.state, last.reason) == (begin, change.state, change.reason):
            found[-1] = last._replace(until=end)
        else:
            found.append(Span(begin, end, change.state, change.reason))
    return found


def coarse(spans: Sequence[Span], since: int, until: int, most: int) -> list[Span]:
    """Return at most about ``most`` stretches that look the same from afar.

    Time is cut into slots; what is longer than a slot stays as it is, and short ones within a slot become one: the worst state that fills
    at least a fifth of it, so that a stop is not lost among production.
    """
    if len(spans) <= most:
        return list(spans)
    slot = max(1, -(-(until - since) // most))
    found: list[Span] = []
    small: list[Span] = []

    def put(span: Span) -> None:
        if found and found[-1].until == span.since and (found[-1].state, found[-1].reason) == (span.state, span.reason):
            found[-1] = found[-1]._replace(until=span.until)
        else:
            found.append(span)

    def flush() -> None:
        if small:
            spent: Counter[str] = Counter()
            for each in small:
                spent[each.state] += each.until - each.since
            total = sum(spent.values())
            state = next((state for state in WORST if spent[state] * 5 >= total), small[0].state)
            put(Span(small[0].since, small[-1].until, state, ""))
            small.clear()

    for span in spans:
        if span.until - span.since >= slot:
            flush()
            put(span)
            continue
        if small and ((span.since - since) // slot != (small[0].since - since) // slot or span.since != small[-1].until):
            flush()
        small.append(span)
    flush()
    return found
