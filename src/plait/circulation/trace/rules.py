"""Walking the graph of events, up to where a thing came from and down to what became of it (pure).

Upstream of a thing: its events except those it went into; from an output to the inputs; from a child to the parent, but only
while it was in there. Downstream: from an input to the outputs; from a child to the parent that moves it; from a parent asked
for to its children. Other consumers of a shared lot are never pulled in on the way up. Events that share a transformationID
are one. A lot leads to an instance only where the instance's identifier names the lot.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypeAlias

from plait.circulation.epcis.links import Happening, Role
from plait.circulation.trace.windows import ALWAYS, Window, contents, inside, intersect, moment, windows

__all__ = ["LIMIT", "Source", "Walk", "concerns", "delivered", "goals", "origins", "receivers", "visible"]

LIMIT = 200_000
Links: TypeAlias = Sequence[tuple[Role, Happening]]
Spans: TypeAlias = tuple[Window, ...]
Riders: TypeAlias = dict[str, dict[tuple[str, str], Spans]]


class Source(Protocol):
    """Where events come from: a snapshot of the event store, or a table in a test."""

    def events_of(self, keys: Collection[str]) -> Mapping[str, Links]:
        """Return for each identifier the events that name it, with its role, in the order of capture."""
        ...


def _foreign(entries: Iterable[tuple[str, str]], own: Collection[str]) -> tuple[str, ...]:
    """Return the owners that are not ``own``, else those who only possess: a carrier stands behind an owner, a contractor does not."""
    known = tuple(entries)
    owners = tuple(party for type, party in known if type == "owning_party" and party not in own)
    return owners or tuple(party for type, party in known if type == "possessing_party" and party not in own)


def origins(event: Happening, own: Collection[str]) -> tuple[str, ...]:
    """Return the other firms from which the event received things."""
    return _foreign(event.sources, own)


def goals(event: Happening, own: Collection[str]) -> tuple[str, ...]:
    """Return the other firms for which the event's things were meant."""
    return _foreign(event.destinations, own)


def receivers(event: Happening) -> set[str]:
    """Return the parties to which the event sends things."""
    return {party for type, party in event.destinations if type in ("owning_party", "possessing_party")}


def concerns(event: Happening, parties: Collection[str], own: Collection[str]) -> bool:
    """Tell whether ``parties`` may see the event: it sends nothing to others, or something to them (others may carry it)."""
    to = receivers(event) - set(own)
    return not to or bool(to & set(parties))


class Walk:
    """A walk that can be taken further: ``items`` with their depth (transformations away from the start), the ``events`` met.

    ``moves`` are the events in which an item was moved, itself or inside a parent. ``made`` are the items that came out of a
    transformation here, ``used`` those that went into one. ``cut`` is True when the limit was reached.
    """

    def __init__(self, direction: Literal["up", "down"], limit: int = LIMIT) -> None:
        self.direction = direction
        self.items: dict[str, int] = {}
        self.events: dict[int, Happening] = {}
        self.moves: dict[str, dict[int, Happening]] = defaultdict(dict)
        self.made: set[str] = set()
        self.used: set[str] = set()
        self.cut = False
        self._limit = limit
        self._runs: set[str] = set()
        self._carried: set[tuple[str, str, Spans]] = set()

    def extend(self, source: Source, starts: Mapping[str, int], *, far: bool = True) -> None:
        """Walk from ``starts`` (item to depth) to the end of what ``source`` knows; not ``far``: only how the starts themselves moved."""
        level = self._enter((key, depth) for key, depth in starts.items())
        while level and not self.cut:
            known = source.events_of(level)
            found: list[tuple[str, int]] = []
            parents: Riders = {}
            for key in level:
                found += self._step(source, key, known.get(key, ()), parents)
            self._carry(source, parents)
            level = self._enter(found) if far else []

    def _enter(self, found: Iterable[tuple[str, int]]) -> list[str]:
        fresh = []
        for key, depth in found:
            if key not in self.items:
                self.items[key] = depth
                fresh.append(key)
        self.cut = self.cut or len(self.items) > self._limit
        return fresh

    def _step(self, source: Source, key: str, known: Links, parents: Riders) -> Iterator[tuple[str, int]]:
        depth = self.items[key]
        for role, event in known:
            self.made |= {key} if role is Role.OUTPUT else set()
            self.used |= {key} if role is Role.INPUT else set()
            if role is Role.THING:
                self._note(event)
                self.moves[key][event.number] = event
            if role is Role.CHILD:
                self._note(event)
                if event.parent:
                    parents.setdefault(event.parent, {})[key, key] = ALWAYS
            yield from ((next_key, depth + step) for next_key, step in self._onward(source, key, role, event))

    def _onward(self, source: Source, key: str, role: Role, event: Happening) -> Iterator[tuple[str, int]]:
        """Yield the items that ``event`` leads to from ``key`` in ``role``, each with the levels in between."""
        if self.direction == "up":
            if role is Role.OUTPUT:
                yield from ((other, 1) for one in self._joined(source, event) for other in one.inputs)
            if role in (Role.THING, Role.OUTPUT, Role.CHILD) and key in event.lots:
                yield event.lots[key], 0
            if role is Role.PARENT:
                self._note(event)
            return
        if role is Role.INPUT:
            yield from ((other, 1) for one in self._joined(source, event) for other in one.outputs)
        if role is Role.LOT:
            yield from ((instance, 0) for instance, lot in event.lots.items() if lot == key)
        if role is Role.PARENT:
            self._note(event)
            yield from ((child, 0) for child in event.children)

    def _joined(self, source: Source, event: Happening) -> list[Happening]:
        """Return the event with all that share its transformationID; nothing the second time."""
        together = [event]
        if event.run:
            if event.run in self._runs:
                return []
            self._runs.add(event.run)
            together = [one for _, one in source.events_of([event.run]).get(event.run, ())]
        for one in together:
            self._note(one)
        return together

    def _note(self, event: Happening) -> None:
        self.events[event.number] = event
        self.cut = self.cut or len(self.events) > self._limit

    def _carry(self, source: Source, parents: Riders) -> None:
        """Follow parents, and theirs, through the time in which they held the items."""
        while parents:
            known = source.events_of(list(parents))
            above: Riders = {}
            for parent, riders in parents.items():
                self._ride(parent, riders, known.get(parent, ()), above)
            parents = above

    def _ride(self, parent: str, riders: Mapping[tuple[str, str], Spans], known: Links, above: Riders) -> None:
        """Note what happened to ``parent`` while it held the riders: (item, what of it stands among the children) with spans."""
        holding = [event for role, event in known if role is Role.PARENT]
        for (item, child), within in riders.items():
            spans = intersect(windows(child, parent, holding), within)
            if not spans or (parent, item, spans) in self._carried:
                continue
            self._carried.add((parent, item, spans))
            for role, event in known:
                if role is Role.THING and inside(moment(event), spans):
                    self._note(event)
                    self.moves[item][event.number] = event
                if role is Role.CHILD and event.parent:
                    self._note(event)
                    above.setdefault(event.parent, {})[item, parent] = spans


def delivered(source: Source, parties: Collection[str]) -> dict[str, list[Happening]]:
    """Return what was sent to ``parties``, and what was inside it when it was sent, with the events that sent it."""
    found: dict[str, list[Happening]] = defaultdict(list)
    sent = {event.number: event for links in source.events_of(parties).values() for role, event in links if role is Role.DESTINATION}
    for event in sent.values():
        level: set[str] = {*event.things, *event.children, *((event.parent,) if event.parent else ())}
        while level:
            for key in sorted(level):
                found[key].append(event)
            held = source.events_of(level)
            level = {child for key in level for child in contents(key, [one for role, one in held.get(key, ()) if role is Role.PARENT], moment(event))}
            level = {child for child in level if event not in found.get(child, ())}
    return found


def visible(source: Source, parties: Collection[str], own: Collection[str]) -> tuple[Walk, set[int]]:
    """Return what ``parties`` may see: what was sent to them, where it came from, and the numbers of those events.

    Events that send things to third parties are left out.
    """
    walk = Walk("up")
    walk.extend(source, dict.fromkeys(delivered(source, parties), 0))
    return walk, {number for number, event in walk.events.items() if concerns(event, parties, own)}
