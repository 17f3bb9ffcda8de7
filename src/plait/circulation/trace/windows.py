"""When a thing was in (or fixed to) a parent, and what a parent held: folded from aggregation and association events (pure).

Moments are (time in ms, order of capture), so that two events of the same millisecond keep their order.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from plait.circulation.epcis.links import Happening

__all__ = ["ALWAYS", "BEGIN", "END", "Moment", "Window", "contents", "inside", "intersect", "moment", "windows"]

Moment: TypeAlias = tuple[float, int]
Window: TypeAlias = tuple[Moment, Moment]

BEGIN: Moment = (float("-inf"), 0)
END: Moment = (float("inf"), 0)
ALWAYS: tuple[Window, ...] = ((BEGIN, END),)
HOLDING = frozenset({"AggregationEvent", "AssociationEvent"})


def moment(event: Happening) -> Moment:
    """Return when ``event`` was, exactly enough to order it."""
    return (event.at, event.number)


def windows(child: str, parent: str, events: Iterable[Happening]) -> tuple[Window, ...]:
    """Return when ``child`` was in ``parent``, from the events that name the parent.

    From ADD to the DELETE that lists the child or lists nothing (everything leaves). What is first heard of a child is that it
    is taken out or seen there, so it had been there before: it came packed from elsewhere.
    """
    found: list[Window] = []
    start: Moment | None = None
    heard = False
    for event in sorted((e for e in events if e.type in HOLDING and e.parent == parent), key=moment):
        named = child in event.children
        if event.action == "DELETE" and (named or not event.children):
            if start is not None or (named and not heard):
                found.append((start or BEGIN, moment(event)))
            start = None
        elif named and start is None:
            start = moment(event) if event.action == "ADD" or heard else BEGIN
        heard = heard or named
    if start is not None:
        found.append((start, END))
    return tuple(found)


def inside(when: Moment, spans: Sequence[Window]) -> bool:
    """Tell whether ``when`` lies in one of ``spans``, ends included."""
    return any(start <= when <= end for start, end in spans)


def intersect(first: Sequence[Window], second: Sequence[Window]) -> tuple[Window, ...]:
    """Return the spans that lie in both."""
    both = ((max(a[0], b[0]), min(a[1], b[1])) for a in first for b in second)
    return tuple(sorted({span for span in both if span[0] <= span[1]}))


def contents(parent: str, events: Iterable[Happening], when: Moment) -> set[str]:
    """Return what ``parent`` held at ``when``."""
    every = [event for event in events if event.type in HOLDING and event.parent == parent]
    children = {child for event in every for child in event.children}
    return {child for child in children if inside(when, windows(child, parent, every))}
