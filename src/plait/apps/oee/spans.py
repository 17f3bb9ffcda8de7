"""Sets of time as sorted spans that do not touch (pure); times in milliseconds."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

__all__ = ["Spans", "cut", "length", "minus", "union"]

Spans: TypeAlias = list[tuple[int, int]]


def union(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return the spans put together, in order and not touching."""
    found: Spans = []
    for begin, end in sorted(spans):
        if end <= begin:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def cut(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> Spans:
    """Return what two sets have in common."""
    found: Spans = []
    i = j = 0
    while i < len(one) and j < len(other):
        begin, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if begin < end:
            found.append((begin, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return found


def minus(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> Spans:
    """Return what is in ``one`` and not in ``other``."""
    found: Spans = []
    at = 0
    for since, end in one:
        while at < len(other) and other[at][1] <= since:
            at += 1
        begin, index = since, at
        while index < len(other) and other[index][0] < end:
            if other[index][0] > begin:
                found.append((begin, other[index][0]))
            begin = max(begin, other[index][1])
            index += 1
        if begin < end:
            found.append((begin, end))
    return found


def length(spans: Iterable[tuple[int, int]]) -> int:
    """Return how long the spans are together."""
    return sum(end - begin for begin, end in spans)
