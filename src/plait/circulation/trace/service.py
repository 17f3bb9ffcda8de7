"""The verbs of tracing: up to the origin, down to what contains it, recall."""

from collections.abc import Sequence

from plait.circulation.epcis.links import LOT_AND_SERIAL, canonical
from plait.circulation.epcis.service import KIND, EpcisService, Snapshot
from plait.circulation.trace.down import Affected
from plait.circulation.trace.model import Contained, Contains, Gap, Recall, Recalled, TraceGraph
from plait.circulation.trace.rules import Walk, goals, receivers
from plait.circulation.trace.up import Gather, Names, find_member, kind_of
from plait.circulation.trace.windows import moment
from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Directory, Guard, PartnerData
from plait.kernel.problems import FORBIDDEN, NOT_FOUND, Problem, register
from plait.store import Store

__all__ = ["TraceService", "key_of"]

LONGEST_CHAIN = 16
TOO_LONG = register("trace-too-long", 422, "The chain of those asking is too long", f"At most {LONGEST_CHAIN} firms may ask one through another.")


def _no_name(epc: str) -> str:
    del epc
    return ""


def key_of(epc: str) -> str:
    """Return the one form under which events name ``epc``: of a piece without its lot; raise ``epcis-validation``."""
    key = canonical(epc)
    found = LOT_AND_SERIAL.fullmatch(key)
    return found[1] + found[3] if found else key


def _moves(snapshot: Snapshot, walk: Walk, key: str) -> bool:
    """Let ``walk`` note how ``key`` moved; return whether any event names it."""
    walk.extend(snapshot, {key: 0}, far=False)
    return key in snapshot.events_of([key])


class TraceService:
    """Traces over our events and, under contracts, over partners'. ``names`` gives what an item is called (default: nothing)."""

    def __init__(
        self,
        epcis: EpcisService,
        store: Store,
        guard: Guard,
        clock: BusinessClock,
        directory: Directory,
        partner_data: PartnerData,
        names: Names = _no_name,
    ) -> None:
        self.epcis = epcis
        self.store = store
        self.guard = guard
        self.clock = clock
        self.directory = directory
        self.partner_data = partner_data
        self.names = names
        if epcis.directory is None:
            epcis.directory = directory

    async def up(self, actor: Actor, epc: str, via: Sequence[str] = ()) -> TraceGraph:
        """Return where ``epc`` came from, through all firms that will say.

        ``via`` are the party_ids of those asking one through another; a partner among them is not asked in a circle, the
        item is left open for it. A partner's refusal becomes a gap. For a contract only what was delivered to its party is
        traced: ``forbidden`` otherwise. Raises ``not-found`` when nothing is known of the item, ``trace-too-long``.
        """
        scope = self._scope(actor, via)
        key = key_of(epc)
        shown_to = None if scope.everything else self.epcis.parties(scope.party or "")
        await self._may_ask(key, shown_to)
        gather = Gather(self.epcis, self.directory, self.partner_data, self.names, via)
        await gather.run({key: 0})
        return gather.graph(self.guard.firm().name, (actor.agreement or scope.agreement or "") if shown_to is not None else "", shown_to)

    async def _may_ask(self, key: str, shown_to: set[str] | None) -> None:
        """Raise unless ``key`` is known and, for a partner, was delivered to it."""
        walk = Walk("up")
        known = await self.epcis.look(lambda snapshot: _moves(snapshot, walk, key))
        if shown_to is None and not known:
            raise Problem(NOT_FOUND, f"no event names {key}")
        if shown_to is not None and not any(receivers(event) & shown_to for event in walk.moves.get(key, {}).values()):
            raise Problem(FORBIDDEN, f"{key} was not delivered to you; the contract covers what was")

    async def contains(self, actor: Actor, epc: str, via: Sequence[str] = ()) -> Contains:
        """Return what of the goods delivered to the asking partner contains ``epc`` (several: separated by ``|``).

        Raises ``forbidden`` for anybody but a partner under a contract, ``trace-too-long``.
        """
        scope = self._scope(actor, via)
        if scope.everything or scope.party is None:
            raise Problem(FORBIDDEN, "contains answers partners of what was delivered to them; ask recall for your own")
        theirs = self.epcis.parties(scope.party)
        items: list[Contained] = []
        gaps: list[Gap] = []
        firm = self.guard.firm().name
        for key in dict.fromkeys(key_of(one) for one in epc.split("|") if one):
            found = await self._affected(key, via)
            gaps += found.gaps.values()
            for item, depth in sorted(found.walk.items.items()):
                if item != key and any(receivers(event) & theirs for event in found.walk.moves.get(item, {}).values()):
                    items.append(Contained(item, key, depth, firm, self.names(item), kind_of(item), item in found.rounds.items))
        return Contains(items, sorted(gaps, key=lambda gap: (gap.epc, gap.firm)))

    async def recall(self, actor: Actor, epc: str) -> Recall:
        """Return every finished item here that contains ``epc``, and to whom it was delivered; own people only (``forbidden``)."""
        return self.recalled(await self.affected(actor, epc), key_of(epc))

    async def affected(self, actor: Actor, epc: str) -> Affected:
        """Return the walk over everything here that contains ``epc``, made or not; own people only (``forbidden``)."""
        if not self._scope(actor, ()).everything:
            raise Problem(FORBIDDEN, "a recall looks into all deliveries; partners ask contains")
        return await self._affected(key_of(epc), ())

    def recalled(self, found: Affected, key: str) -> Recall:
        """Return what of a walk is finished or in stock, and to whom it was delivered; ``key`` is where the walk began, in its one form."""
        firm = self.guard.firm().name
        items = [self._recalled(found.walk, item, depth, firm) for item, depth in found.walk.items.items()]
        gone = {key} | found.returned
        wanted = (item for item in items if item.epc not in gone and (item.delivered_to or item.epc not in found.walk.used))
        kept = sorted(wanted, key=lambda item: (item.depth, item.epc))
        firms = sorted({firm, *(name for item in kept for name in item.delivered_to)})
        gaps = sorted(found.gaps.values(), key=lambda gap: (gap.epc, gap.firm))
        return Recall(key, kept, gaps, max((item.depth for item in kept), default=0), firms)

    def _recalled(self, walk: Walk, item: str, depth: int, firm: str) -> Recalled:
        """Say where an item is: a piece where it was last sent to, a lot wherever some of it was."""
        handed = sorted((event for event in walk.moves.get(item, {}).values() if event.destinations), key=moment)
        told = handed if kind_of(item) == "lot" else handed[-1:]
        parties = {party for event in told for party in goals(event, self.epcis.own())}
        members = {party: find_member(self.directory, party) for party in parties}
        to = sorted({member.name if member else party for party, member in members.items()})
        return Recalled(item, firm, self.names(item), kind_of(item), depth, "delivered" if to else "here", to)

    async def _affected(self, key: str, via: Sequence[str]) -> Affected:
        affected = Affected(self.epcis, self.directory, self.partner_data, via)
        await affected.run(key)
        return affected

    def _scope(self, actor: Actor, via: Sequence[str]) -> Scope:
        scope = self.guard.scope(actor, "read", KIND)
        if scope.nothing:
            raise Problem(FORBIDDEN, "there is no contract under which events are shown to you")
        if len(via) > LONGEST_CHAIN:
            raise Problem(TOO_LONG, f"{len(via)} firms ask through one another")
        return scope
