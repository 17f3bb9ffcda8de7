"""The verb of the network's picture."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock, iso, parse_iso
from plait.kernel.firm import Firm
from plait.kernel.ports import Directory, Guard
from plait.kernel.problems import Problem
from plait.overview import paths
from plait.overview.network import tables
from plait.overview.network.model import Edge, Message, Network, NetworkNode, Strand
from plait.overview.network.rules import Flow, flow_of, section_of, tiers
from plait.store import Store

__all__ = ["NetworkService"]

DAY = timedelta(hours=24)
RECENT = 50
TRADE = ("rfq", "quotation", "decline", "withdrawal", "order", "order_response", "cancellation", "despatch")
TRADED = tuple(f"trade.{name}_{way}" for name in TRADE for way in ("sent", "received"))
SHARED = ("sharing.agreement_made", "sharing.agreement_revoked", "sharing.transfer_started", "sharing.transfer_ended")
ORDERED = "Order"


class _Told(msgspec.Struct, frozen=True):
    """What facts of messages have in common, as far as each has it."""

    doc_id: str = ""
    number: str = ""
    other: str = ""
    other_name: str = ""
    agreement: str = ""
    dataset: str = ""
    role: str = ""


class _Count(msgspec.Struct):
    day: int = 0
    total: int = 0
    last: str = ""


_told = msgspec.json.Decoder(_Told).decode


class NetworkService:
    """Shows the firms this node knows and what goes between them and us."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, directory: Directory) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.directory = directory

    async def network(self, actor: Actor) -> Network:
        """Return firms, edges and the latest messages; a strand the actor may not read is left out. Needs ``overview.read``."""
        self.guard.require(actor, "overview.read")
        self.guard.scope(actor, "read", "overview").own("Pictures of the network")
        now = self.clock.now()
        trade, shared = self._scope(actor, "trade.read", "trade.document"), self._scope(actor, "sharing.read", "sharing")
        counts, ordered = await asyncio.to_thread(self.store.read_now, lambda conn: self._counted(conn, trade, shared, now))
        recent = await asyncio.to_thread(self.store.read_now, lambda conn: self._recent(conn, trade, shared))
        edges = [Edge(flow.source, flow.target, flow.strand, each.day, each.total, _when(each.last)) for flow, each in counts.items()]
        nodes = self._nodes(ordered, counts)
        return Network(now, nodes, sorted(edges, key=lambda edge: (edge.strand, edge.source, edge.target)), recent)

    def _scope(self, actor: Actor, action: str, kind: str) -> Scope:
        try:
            self.guard.require(actor, action)
        except Problem:
            return Scope()
        return self.guard.scope(actor, "read", kind)

    def _counted(self, conn: Connection, trade: Scope, shared: Scope, now: datetime) -> tuple[dict[Flow, _Count], list[Flow]]:
        """Return what went which way, and who orders from whom; with whom nothing was ordered yet, who asked whom."""
        found: dict[Flow, _Count] = {}
        ordered = []
        since = iso(now - DAY)
        for row in tables.documents(conn, trade):
            flow = flow_of(row.type, row.party, row.counterparty)
            _add(found, flow, row.number, row.last)
            if row.type == ORDERED:
                ordered.append(flow)
        for row in tables.documents(conn, trade, since):
            found[flow_of(row.type, row.party, row.counterparty)].day += row.number
        for row in (*tables.agreements(conn, shared), *tables.transfers(conn, shared)):
            _add(found, self._shared(row.party, row.role), row.number, row.last)
        for row in (*tables.agreements(conn, shared, since), *tables.transfers(conn, shared, since)):
            found[self._shared(row.party, row.role)].day += row.number
        settled = {party for flow in ordered for party in (flow.source, flow.target)} - {self.guard.firm().party_id}
        asked = [flow for flow in found if flow.strand == "manufacturing" and not settled & {flow.source, flow.target}]
        return found, [*ordered, *asked]

    def _shared(self, party: str, role: str) -> Flow:
        own = self.guard.firm().party_id
        return Flow(own, party, "infrastructure") if role == "provider" else Flow(party, own, "infrastructure")

    def _nodes(self, ordered: Iterable[Flow], counts: Mapping[Flow, _Count]) -> list[NetworkNode]:
        own = self.guard.firm()
        firms: list[Any] = [own, *self.directory.members()]
        sections = {firm.party_id: section_of(firm.isic) for firm in firms}
        suppliers = {flow.source for flow in ordered if flow.target == own.party_id}
        customers = {flow.target for flow in ordered if flow.source == own.party_id}
        placed = tiers(own.party_id, suppliers, customers, sections)
        moving = {party for flow in counts for party in (flow.source, flow.target) if flow.strand != "infrastructure"}
        nodes = [
            NetworkNode(
                party=firm.party_id,
                name=firm.name,
                tier=placed[firm.party_id],
                isic=firm.isic,
                section=sections[firm.party_id],
                region=firm.region,
                link=paths.firm() if isinstance(firm, Firm) else paths.partner(firm.party_id),
                own=firm.party_id == own.party_id,
                trades=firm.party_id in moving,
            )
            for firm in firms
        ]
        return sorted(nodes, key=lambda node: (node.tier, node.name, node.party))

    def _recent(self, conn: Connection, trade: Scope, shared: Scope) -> list[Message]:
        rows = [*tables.latest(conn, trade, TRADED, RECENT), *tables.latest(conn, shared, SHARED, RECENT)]
        return [self._message(row) for row in sorted(rows, key=lambda row: int(row.seq), reverse=True)[:RECENT]]

    def _message(self, row: Any) -> Message:
        told, at = _told(row.body), parse_iso(row.at)
        room, _, name = row.kind.partition(".")
        member = self.directory.member(told.other or told.other_name)
        party, other = (member.party_id, member.name) if member is not None else (told.other, told.other_name)
        if room == "trade":
            what, _, way = name.rpartition("_")
            strand: Strand = "circulation" if what == "despatch" else "manufacturing"
            link = paths.rfq(told.doc_id) if what == "rfq" else paths.document(told.doc_id)
            direction: Literal["in", "out"] = "out" if way == "sent" else "in"
            return Message(row.id, at, direction, party, other, strand, what, told.number, link)
        direction = "out" if told.role == "provider" else "in"
        return Message(row.id, at, direction, party, other, "infrastructure", name, told.dataset, paths.contract(told.agreement))


def _add(found: dict[Flow, _Count], flow: Flow, number: int, last: str) -> None:
    each = found.setdefault(flow, _Count())
    each.total += number
    each.last = max(each.last, last)


def _when(text: str) -> datetime | None:
    return parse_iso(text) if text else None
