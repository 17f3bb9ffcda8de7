"""Upstream across firms: our own events, each partner's part fetched from the partner, put together."""

from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import quote

import msgspec

from plait.circulation.epcis.links import Happening
from plait.circulation.epcis.service import EpcisService
from plait.circulation.trace.model import Gap, OpenEnd, TraceEvent, TraceGraph, TraceItem
from plait.circulation.trace.rules import Walk, concerns, origins
from plait.kernel.clock import iso
from plait.kernel.firm import Member
from plait.kernel.ports import Directory, PartnerData
from plait.kernel.problems import Problem
from plait.store import from_ms

__all__ = ["DATASET", "Gather", "Names", "find_member", "kind_of", "sorted_graph"]

DATASET = "traceability"
Names = Callable[[str], str]


def kind_of(epc: str) -> str:
    """Return ``unit`` for a logistic unit, ``item`` for a piece with its own number, ``lot`` for anything else."""
    if "/00/" in epc:
        return "unit"
    return "item" if "/21/" in epc or "/8004/" in epc or "/8003/" in epc else "lot"


def find_member(directory: Directory, party: str) -> Member | None:
    """Return the firm that an event names as ``https://id.gs1.org/417/...`` or by another identifier."""
    return directory.member(party.rpartition("/417/")[2])


class Gather:
    """One question going up: it grows a walk over our events and a graph of what partners told."""

    def __init__(self, epcis: EpcisService, directory: Directory, partner_data: PartnerData, names: Names, via: Sequence[str]) -> None:
        self.epcis = epcis
        self.directory = directory
        self.partner_data = partner_data
        self.names = names
        self.via = tuple(via)
        self.own = epcis.own()
        self.walk = Walk("up")
        self.items: dict[str, TraceItem] = {}
        self.events: dict[str, TraceEvent] = {}
        self.gaps: dict[tuple[str, str], Gap] = {}
        self.open: dict[tuple[str, str], OpenEnd] = {}
        self._asked: set[tuple[str, str]] = set()

    async def run(self, starts: Mapping[str, int]) -> None:
        """Follow ``starts`` to their ends, here and at partners; what a partner leaves open to us goes on here."""
        me = self.epcis.guard.firm().party_id
        while starts:
            begin = dict(starts)
            await self.epcis.look(lambda snapshot, begin=begin: self.walk.extend(snapshot, begin))  # type: ignore[misc]
            starts = {}
            for epc, party in self._arrivals():
                graph = await self._ask(epc, party)
                if graph is not None:
                    starts |= self._merge(epc, graph, me)

    def _arrivals(self) -> list[tuple[str, str]]:
        """Return what came from others and has not been asked about: (item, party as events name it)."""
        found = {(epc, party) for epc in self.walk.items for event in self.walk.moves.get(epc, {}).values() for party in origins(event, self.own)}
        fresh = sorted(found - self._asked)
        self._asked.update(fresh)
        return fresh

    async def _ask(self, epc: str, party: str) -> TraceGraph | None:
        member = find_member(self.directory, party)
        if member is None:
            self._gap(epc, party, "the directory does not know this firm")
            return None
        if member.party_id in self.via:
            self.open[epc, member.party_id] = OpenEnd(epc, member.party_id, self.walk.items[epc])
            return None
        via = ",".join((*self.via, self.epcis.guard.firm().party_id))
        path = f"/api/v1/trace/up?epc={quote(epc, safe='')}&via={quote(via, safe=',')}"
        try:
            return msgspec.json.decode(await self.partner_data.fetch(member.party_id, DATASET, path), type=TraceGraph)
        except Problem as problem:
            self._gap(epc, member.name, problem.detail or problem.kind.title)
        except msgspec.MsgspecError as error:
            self._gap(epc, member.name, f"its answer cannot be read: {error}")
        return None

    def _gap(self, epc: str, firm: str, reason: str) -> None:
        self.gaps[epc, firm] = Gap(epc, firm, reason)

    def _merge(self, epc: str, graph: TraceGraph, me: str) -> dict[str, int]:
        """Take over a partner's part, ``epc`` being its start; return what it leaves to us."""
        base = self.walk.items[epc]
        for item in graph.items:
            self._item(msgspec.structs.replace(item, depth=item.depth + base))
        self.events.update((event.id, event) for event in graph.events if event.id not in self.events)
        self.gaps.update(((gap.epc, gap.firm), gap) for gap in graph.gaps)
        left: dict[str, int] = {}
        for end in graph.open:
            if end.party == me:
                left[end.epc] = end.depth + base
            else:
                self.open[end.epc, end.party] = msgspec.structs.replace(end, depth=end.depth + base)
        return left

    def _item(self, item: TraceItem) -> None:
        known = self.items.get(item.epc)
        if known is None or (item.made and not known.made):
            self.items[item.epc] = item

    def graph(self, firm: str, agreement: str, shown_to: Collection[str] | None) -> TraceGraph:
        """Return the whole answer of ``firm``; ``shown_to`` (party keys): leave out what goes to or belongs to third parties."""
        for epc, depth in self.walk.items.items():
            made = epc in self.walk.made
            if made or epc not in self.items:
                self.items[epc] = TraceItem(epc, firm, self.names(epc), kind_of(epc), depth, made)
        for event in self.walk.events.values():
            if shown_to is None or concerns(event, shown_to, self.own):
                self.events[event.id] = self._event(event, firm, agreement, only=shown_to is not None)
        if self.walk.cut:
            self._gap("", firm, "the trace is too large and was cut off")
        return sorted_graph(self.items.values(), self.events.values(), self.gaps.values(), self.open.values())

    def _event(self, event: Happening, firm: str, agreement: str, only: bool) -> TraceEvent:
        inputs = event.inputs or event.children
        outputs = event.outputs or event.things or ((event.parent,) if event.parent else ())
        if only:
            inputs, outputs = (tuple(epc for epc in side if epc in self.walk.items or kind_of(epc) == "unit") for side in (inputs, outputs))
        return TraceEvent(event.id, firm, event.type, event.biz_step, iso(from_ms(event.at)), list(inputs), list(outputs), agreement)


STEPS = {
    step: place
    for place, step in enumerate(("commissioning", "encoding", "assembling", "packing", "loading", "shipping", "departing", "arriving", "receiving"))
}
"""What comes first of two things that happen at one moment: goods are packed before they are shipped."""


def sorted_graph(items: Collection[TraceItem], events: Collection[TraceEvent], gaps: Collection[Gap], open_: Collection[OpenEnd]) -> TraceGraph:
    """Return a graph whose parts stand in an order that does not depend on how they were found."""
    rows = sorted(items, key=lambda item: (item.depth, item.epc))
    told = sorted(events, key=lambda event: (event.at, STEPS.get(event.biz_step, len(STEPS)), event.id))
    firms = sorted({event.firm for event in told} | {item.firm for item in rows})
    depth = max((item.depth for item in rows), default=0)
    return TraceGraph(rows, told, sorted(gaps, key=lambda gap: (gap.epc, gap.firm)), depth, firms, sorted(open_, key=lambda end: (end.epc, end.party)))
