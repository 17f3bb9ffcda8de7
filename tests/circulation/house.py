"""Firms in one process: an event store and a trace service each, joined directly to one another."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from plait.circulation.epcis.service import EpcisService
from plait.circulation.epcis.tables import metadata as events_metadata
from plait.circulation.trace.service import TraceService
from plait.kernel import gs1
from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import iso
from plait.kernel.firm import Firm, Member
from plait.kernel.problems import FORBIDDEN, Problem
from plait.store import Database, Store
from tests.support import make_store

RIGHTS = {"person": {"*"}, "system": {"*"}, "contract": {"trace.read", "epcis.read"}, "partner": set(), "anonymous": set()}


class Rights:
    """A guard for one firm: its own people may do all, a contract sees its party's things."""

    def __init__(self, firm: Firm) -> None:
        self._firm = firm

    def firm(self) -> Firm:
        """Return the firm."""
        return self._firm

    def require(self, actor: Actor, action: str) -> None:
        """Refuse what the kind of actor may not do."""
        allowed = RIGHTS[actor.kind]
        if "*" not in allowed and action not in allowed:
            raise Problem(FORBIDDEN, f"{actor.kind} may not {action}")

    def scope(self, actor: Actor, action: str, kind: str) -> Scope:
        """Show own people all, a contract its party."""
        if actor.kind in ("person", "system"):
            return Scope(everything=True)
        if actor.kind == "contract" and actor.dataset == kind:
            return Scope(party=actor.party, agreement=actor.agreement)
        return Scope()


class Book:
    """The directory of one firm: all the others."""

    def __init__(self, own: Firm, firms: Sequence[Firm]) -> None:
        self._members = [Member(each.party_id, each.name, each.did, each.url, each.gln) for each in firms if each is not own]

    def members(self) -> Sequence[Member]:
        """Return the others by name."""
        return sorted(self._members, key=lambda member: member.name)

    def member(self, party: str) -> Member | None:
        """Find one by any of its names."""
        return next((each for each in self._members if party in (each.party_id, each.did, each.gln, each.name)), None)


@dataclass
class Node:
    """One firm."""

    firm: Firm
    store: Store
    epcis: EpcisService
    trace: TraceService
    refuses: set[str] = field(default_factory=set)

    @property
    def me(self) -> Actor:
        """The node itself as actor."""
        return system_actor(self.firm.party_id)

    def contract(self, party: str) -> Actor:
        """The actor of a partner's transfer token for our events."""
        return Actor("contract", party, party, agreement=f"agreement-{party}", dataset="traceability")


class Joined:
    """Partner data without a network: the asked firm's own services, under a contract."""

    def __init__(self, own: Firm, nodes: dict[str, Node]) -> None:
        self._own = own
        self._nodes = nodes
        self.calls: list[tuple[str, str]] = []

    async def public(self, party: str, path: str) -> bytes:
        """Show nothing to everybody."""
        raise NotImplementedError(path)

    async def fetch(self, party: str, dataset: str, path: str) -> bytes:
        """Ask the partner, unless it has revoked the contract."""
        self.calls.append((party, path))
        node = self._nodes[party]
        if self._own.party_id in node.refuses:
            raise Problem(FORBIDDEN, f"{node.firm.name} has revoked the contract")
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        actor = node.contract(self._own.party_id)
        via = tuple(query["via"].split(","))
        verb = {"/api/v1/trace/up": node.trace.up, "/api/v1/trace/contains": node.trace.contains}[parts.path]
        return msgspec.json.encode(await verb(actor, query["epc"], via))


def make_firm(number: int) -> Firm:
    """Return firm ``number`` with a GLN of its own."""
    gln = f"9521{number:03}00000"
    name = f"firm{number}"
    return Firm(f"0190000{number}-0000-7000-8000-000000000000", name, f"did:web:{name}", f"https://{name}", gln + gs1.check_digit(gln), f"9521{number:03}")


@asynccontextmanager
async def open_nodes(folder: Path, count: int, events_url: Callable[[Firm], str] | None = None) -> AsyncIterator[list[Node]]:
    """Open ``count`` firms that know and trust one another; ``events_url`` says where a firm's event store is, if not in a file."""
    firms = [make_firm(number) for number in range(1, count + 1)]
    nodes: dict[str, Node] = {}
    async with AsyncExitStack() as stack:
        for firm in firms:
            home = folder / firm.name
            home.mkdir()
            store = await stack.enter_async_context(make_store(home))
            url = events_url(firm) if events_url else f"sqlite:///{home / 'events.db'}"
            events = Database(url, events_metadata, store.clock, store.activity)
            await events.open()
            stack.push_async_callback(events.close)
            guard, book = Rights(firm), Book(firm, firms)
            epcis = EpcisService(events, store, guard, store.clock, book)
            trace = TraceService(epcis, store, guard, store.clock, book, Joined(firm, nodes))
            nodes[firm.party_id] = Node(firm, store, epcis, trace)
        yield list(nodes.values())


def event(kind: str, at: Any, step: str, **fields: Any) -> dict[str, Any]:
    """Return an event of ``kind`` with the fields every event has."""
    return {"type": kind, "eventTime": at if isinstance(at, str) else iso(at), "eventTimeZoneOffset": "+00:00", "bizStep": step, **fields}


def parties(source: Firm, destination: Firm, holder_from: Firm | None = None, holder_to: Firm | None = None) -> dict[str, Any]:
    """Return the lists that say whose the goods were and became, and, where somebody carries them, who held them."""
    held_from, held_to = holder_from or source, holder_to or destination
    return {
        "sourceList": [{"type": "possessing_party", "source": gs1.gln(held_from.gln)}, {"type": "owning_party", "source": gs1.party(source.gln)}],
        "destinationList": [
            {"type": "possessing_party", "destination": gs1.gln(held_to.gln)},
            {"type": "owning_party", "destination": gs1.party(destination.gln)},
        ],
    }
