"""The verbs of the story of a thing: its whole way as a picture, what was made lately, and the recall list as a file."""

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection

from plait.circulation.epcis.links import Happening, canonical
from plait.circulation.epcis.service import EpcisService
from plait.circulation.trace.down import Affected
from plait.circulation.trace.model import Recall, TraceGraph, TraceItem
from plait.circulation.trace.rules import Walk, goals, origins
from plait.circulation.trace.service import TraceService, key_of
from plait.circulation.trace.up import find_member, kind_of
from plait.kernel.actor import Actor
from plait.kernel.clock import iso
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem
from plait.overview.trace import tables
from plait.overview.trace.model import Hidden, Made, Move, Origin, Story
from plait.overview.trace.rules import Become, Seen, article_of, number_of, picture
from plait.store import Store, from_ms

__all__ = ["StoryService"]

MOST_EVENTS = 200
MOST_HIDDEN = 100
MOST_MOVES = 50
FEW = 3
LATELY = 16
PIECES = 2
MAKING = "commissioning|creating_class_instance|assembling|receiving"


class StoryService:
    """Tells where a thing comes from and where it went, over our events and what contracts show of others'."""

    def __init__(self, trace: TraceService, store: Store, guard: Guard) -> None:
        self.trace = trace
        self.epcis: EpcisService = trace.epcis
        self.store = store
        self.guard = guard

    async def story(self, actor: Actor, epc: str) -> Story:
        """Return the whole way of ``epc``; own people only (``forbidden``). Raises ``not-found``, ``epcis-validation``."""
        self.guard.require(actor, "trace.read")
        self.guard.scope(actor, "read", "traceability").own("Stories of things")
        key = key_of(epc)
        graph, below = await asyncio.gather(self.trace.up(actor, key), self.trace.affected(actor, key))
        own = Walk("up")
        await self.epcis.look(lambda snapshot: own.extend(snapshot, {key: 0}))
        articles = {article_of(each) for each in (*(item.epc for item in graph.items), *below.walk.items)}
        names = await asyncio.to_thread(self.store.read_now, lambda conn: self._named(conn, actor, articles))
        return await asyncio.to_thread(self._told, key, graph, below, own, names)

    def _told(self, key: str, graph: TraceGraph, below: Affected, own: Walk, names: Mapping[str, str]) -> Story:
        happened = {**own.events, **below.walk.events}
        for moved in (own.moves, below.walk.moves):
            happened |= {number: event for events in moved.values() for number, event in events.items()}
        asked = next((item for item in graph.items if item.epc == key), TraceItem(key, self.guard.firm().name, "", kind_of(key)))
        called = {item.epc: item.name or names.get(article_of(item.epc), "") for item in graph.items}
        goes = self._goes(below.walk)
        hidden = self._hidden(graph, below)
        boxes, lines = picture(
            key,
            self._seen(key, graph, below.walk),
            _becomes(graph, happened.values()),
            {piece: lot for event in happened.values() for piece, lot in event.lots.items()},
            goes,
            lambda epc: called.get(epc, "") or names.get(article_of(epc), ""),
            [(gap.epc, gap.firm, gap.reason) for gap in graph.gaps],
        )
        began = _began(graph, lines_from={epc for event in graph.events for epc in event.outputs if event.type == "TransformationEvent"}, key=key)
        recall = self.trace.recalled(below, key)
        made = next((event for event in graph.events if event.type == "TransformationEvent" and key in event.outputs), None)
        return Story(
            key,
            kind_of(key),
            called.get(key, ""),
            number_of(key),
            article_of(key),
            asked.firm if asked.made else "",
            made.at if made is not None else "",
            [Origin(item.epc, item.kind, number_of(item.epc), called.get(item.epc, ""), item.firm) for item in began[:FEW]],
            len(began),
            self._moves(key, below.walk),
            boxes,
            lines,
            len(graph.items) + len(below.walk.items.keys() - {item.epc for item in graph.items}),
            graph.events[-MOST_EVENTS:],
            len(graph.events),
            hidden[:MOST_HIDDEN],
            graph.firms,
            len(recall.items),
            sum(item.state == "here" for item in recall.items),
            sum(item.state == "delivered" for item in recall.items),
        )

    def _seen(self, key: str, graph: TraceGraph, below: Walk) -> list[Seen]:
        """Return all things once: those it came from lit, those it went into not."""
        seen = {item.epc: Seen(item.epc, -item.depth, item.firm, True) for item in graph.items}
        for epc, depth in below.items.items():
            if epc not in seen:
                seen[epc] = Seen(epc, depth, self._maker(epc, below), False)
        return sorted(seen.values(), key=lambda each: (each.step, each.epc != key, kind_of(each.epc) != "lot", each.epc))

    def _maker(self, epc: str, below: Walk) -> str:
        """Return the firm a thing is of: ours if we made it or nobody sent it, else who sent it to us."""
        if epc not in below.made:
            for event in below.moves.get(epc, {}).values():
                for party in origins(event, self.epcis.own()):
                    return self._firm(party)[0]
        return self.guard.firm().name

    def _firm(self, party: str) -> tuple[str, str]:
        """Return (name, party_id) of a firm as events name it; without a node only what it is called there."""
        member = find_member(self.trace.directory, party)
        return (member.name, member.party_id) if member is not None else (party.rpartition("/")[2], "")

    def _goes(self, walk: Walk) -> dict[str, dict[str, str]]:
        """Return to which firms each thing was handed."""
        own, found = self.epcis.own(), {}
        for epc, moves in walk.moves.items():
            parties = {party for event in moves.values() if event.destinations for party in goals(event, own)}
            if parties:
                named = (self._firm(party) for party in sorted(parties))
                found[epc] = {party or name: name for name, party in named}
        return found

    def _moves(self, key: str, walk: Walk) -> list[Move]:
        """Return how the asked thing, or the pieces of the asked lot, came here and left, oldest first."""
        own = self.epcis.own()
        events: dict[int, tuple[Happening, set[str]]] = {}
        for epc, depth in walk.items.items():
            for number, event in walk.moves.get(epc, {}).items() if depth == 0 else ():
                events.setdefault(number, (event, set()))[1].add(epc)
        moves = []
        for event, moved in sorted(events.values(), key=lambda each: (each[0].at, each[0].number)):
            ways: tuple[tuple[Any, tuple[str, ...]], ...] = (("in", origins(event, own)), ("out", goals(event, own)))
            for way, parties in ways:
                moves += [Move(way, iso(from_ms(event.at)), *self._firm(party), len(moved - {key}) or 1) for party in parties]
        return moves[-MOST_MOVES:]

    def _hidden(self, graph: TraceGraph, below: Affected) -> list[Hidden]:
        gaps = {(gap.epc, gap.firm): gap.reason for gap in (*below.gaps.values(), *graph.gaps)}
        members = {member.name: member.party_id for member in self.trace.directory.members()}
        return [Hidden(epc, number_of(epc) if epc else "", *_known(firm, members), reason) for (epc, firm), reason in sorted(gaps.items())]

    def _named(self, conn: Connection, actor: Actor, gtins: Iterable[str]) -> dict[str, str]:
        """Return what our parts of these GTINs are called, as far as the actor may see parts."""
        try:
            self.guard.require(actor, "part.read")
        except Problem:
            return {}
        return tables.names(conn, self.guard.scope(actor, "read", "part"), gtins)

    # -- lately, and as a file

    async def recent(self, actor: Actor, limit: int = LATELY) -> list[Made]:
        """Return the things that were made, numbered or received here lately, the latest first; own people only."""
        self.guard.require(actor, "trace.read")
        self.guard.scope(actor, "read", "traceability").own("What was made lately")
        query = {"EQ_bizStep": MAKING, "orderBy": "eventTime", "orderDirection": "DESC", "perPage": str(limit)}
        answer = await self.epcis.events(actor, query)
        found: dict[str, tuple[float, str, int]] = {}
        for event in answer.events:
            things = _things(msgspec.json.decode(event))
            for index, (epc, quantity, at) in enumerate(things[:PIECES]):
                found.setdefault(epc, (quantity, at, len(things) - PIECES if index == PIECES - 1 else 0))
        kept = dict(list(found.items())[:limit])
        names = await asyncio.to_thread(self.store.read_now, lambda conn: self._named(conn, actor, {article_of(epc) for epc in kept}))
        return [Made(epc, kind_of(epc), article_of(epc), number_of(epc), names.get(article_of(epc), ""), *rest) for epc, rest in kept.items()]

    async def name(self, actor: Actor, epc: str) -> str:
        """Return what our part of the thing's article is called, "" when it is none of ours or the actor may not see parts."""
        gtin = article_of(epc)
        return (await asyncio.to_thread(self.store.read_now, lambda conn: self._named(conn, actor, [gtin]))).get(gtin, "")

    async def recall_file(self, actor: Actor, epc: str) -> str:
        """Return the recall list of ``epc`` as CSV: everything that contains it, where it is; own people only."""
        self.guard.require(actor, "trace.read")
        recall: Recall = await self.trace.recall(actor, epc)
        gtins = {article_of(item.epc) for item in recall.items}
        names = await asyncio.to_thread(self.store.read_now, lambda conn: self._named(conn, actor, gtins))
        out = io.StringIO()
        write = csv.writer(out, lineterminator="\r\n").writerow
        write(("identifier", "kind", "number", "name", "state", "delivered_to", "steps"))
        for item in recall.items:
            name = item.name or names.get(article_of(item.epc), "")
            write([_plain(each) for each in (item.epc, item.kind, number_of(item.epc), name, item.state, "; ".join(item.delivered_to), str(item.depth))])
        for gap in recall.gaps:
            write([_plain(each) for each in (gap.epc, "", number_of(gap.epc) if gap.epc else "", "", "unknown", gap.firm, gap.reason)])
        return "\ufeff" + out.getvalue()


def _known(firm: str, members: Mapping[str, str]) -> tuple[str, str]:
    """Return what a gap calls the firm: its name and, if the directory knows it, its party_id."""
    return (firm, members[firm]) if firm in members else (firm.rpartition("/")[2] if "://" in firm else firm, "")


def _plain(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def _becomes(graph: TraceGraph, happened: Iterable[Happening]) -> list[Become]:
    """Return what became what: each transformation, those of one run together, and what was taken out of a unit."""
    found = [Become(tuple(event.inputs), tuple(event.outputs)) for event in graph.events if event.type == "TransformationEvent"]
    runs: dict[str, tuple[set[str], set[str]]] = {}
    for event in happened:
        if event.run:
            into, out = runs.setdefault(event.run, (set(), set()))
            into.update(event.inputs)
            out.update(event.outputs)
        elif event.outputs:
            found.append(Become(event.inputs, event.outputs))
        elif event.parent and event.children:
            found.append(Become((event.parent,), event.children))
    return found + [Become(tuple(sorted(into)), tuple(sorted(out))) for into, out in runs.values()]


def _began(graph: TraceGraph, *, lines_from: set[str], key: str) -> list[TraceItem]:
    """Return the things the trace begins with, those farthest away first: nothing made them as far as is shown."""
    first = [item for item in graph.items if item.epc != key and item.epc not in lines_from and item.depth > 0 and item.kind != "unit"]
    return sorted(first, key=lambda item: (-item.depth, item.epc))


def _things(event: dict[str, Any]) -> list[tuple[str, float, str]]:
    """Return what an event made, numbered or received: (identifier, quantity, when)."""
    at = str(event.get("eventTime", ""))
    making = event.get("type") == "TransformationEvent"
    pieces = event.get("outputEPCList" if making else "epcList") or ()
    bulk = event.get("outputQuantityList" if making else "quantityList") or ()
    found = [(str(epc), 1.0, at) for epc in pieces]
    found += [(str(each.get("epcClass", "")), float(each.get("quantity") or 0), at) for each in bulk]
    kept = []
    for epc, quantity, when in found:
        try:
            kept.append((canonical(epc), quantity, when))
        except Problem:
            continue
    return kept
