"""The verbs of negotiations for people and for the rest of the node: begin, decide, look at."""

from typing import Any

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock, iso
from plait.kernel.facts import Fact, decode
from plait.kernel.firm import Member
from plait.kernel.ids import new_id, urn
from plait.kernel.ports import Guard
from plait.kernel.problems import CONFLICT, Problem
from plait.sharing.catalog.service import CatalogService
from plait.sharing.dsp import Offer, encode, make
from plait.sharing.errors import NO_PROCESS
from plait.sharing.followups import FollowUps
from plait.sharing.negotiation import rules, tables
from plait.sharing.negotiation.agreements import AgreementService
from plait.sharing.negotiation.model import Negotiation, ProcessView
from plait.sharing.negotiation.steps import Steps
from plait.sharing.peer import detail_of, segment
from plait.sharing.policy import rules as policy_rules
from plait.sharing.ports import Signer
from plait.sharing.tables import timeline
from plait.store import Store, Tx
from plait.web import Answer

__all__ = ["NegotiationService"]

ALL = Scope(everything=True)


class NegotiationService:
    """Negotiations in both roles."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, identity: Signer, catalog: CatalogService, agreements: AgreementService) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.catalog = catalog
        self.agreements = agreements
        self.peers = agreements.peers
        self.steps = Steps(guard, identity, agreements)
        self.followups = FollowUps(store.activity)
        store.follow("sharing.negotiation.refused", frozenset({"store.letter_refused"}), self._letter_refused)

    async def open(self) -> None:
        """Take up every negotiation in which it was our turn when the node stopped."""
        rows = await self.store.read(lambda conn: tables.negotiations(conn, ALL))
        for row in rows:
            if row.state not in rules.MACHINE.final:
                self.go_on(row.pid)

    async def close(self) -> None:
        """Stop follow-ups."""
        await self.followups.close()

    def go_on(self, pid: str, pause: float = 0.0) -> None:
        """Do what follows from the state of a negotiation right after the present answer."""
        me = system_actor(self.guard.firm().party_id)

        async def advance() -> None:
            await self.store.write(me, lambda tx: self.steps.advance(tx, pid))

        self.followups.soon(advance, pause)

    async def negotiate(self, actor: Actor, party: str, dataset: str) -> ProcessView:
        """Begin to negotiate for a partner's dataset; an agreement in force or a negotiation under way is used again.

        Raise ``not-found`` for an unknown firm, ``no-contract`` when the dataset is not offered to us, ``partner-unreachable``.
        """
        self.guard.require(actor, "sharing.write")
        partner = self.peers.member(party)
        running = await self.store.read(lambda conn: self._running(conn, partner, dataset))
        if running is None:
            base = await self.peers.base(partner)
            offer = await self.catalog.of_partner(partner, base, dataset)
            running = await self.store.write(actor, lambda tx: self._begin(tx, partner, base, dataset, offer))
        return await self._view(running)

    def _running(self, conn: Connection, partner: Member, dataset: str) -> Negotiation | None:
        held = self.agreements.in_force(conn, partner.party_id, dataset)
        if held is not None:
            return tables.negotiation(conn, ALL, held.negotiation)
        rows = tables.negotiations(conn, ALL, party=partner.party_id, dataset=dataset, role="consumer")
        return next((row for row in rows if row.state not in rules.MACHINE.final), None)

    def _begin(self, tx: Tx, partner: Member, base: str, dataset: str, offer: Offer) -> Negotiation:
        running = self._running(tx.conn, partner, dataset)
        if running is not None:
            return running
        parts = {"permission": offer.permission, "prohibition": offer.prohibition, "obligation": offer.obligation}
        asked = make(Offer, id=offer.id, target=dataset, **parts)
        row = Negotiation(urn(new_id()), "consumer", partner.party_id, base, dataset, asked=encode(asked), begun=iso(tx.at))
        if unknown := policy_rules.read(offer).unknown:
            return self.steps.wait(tx, row, f"A person decides on terms this node does not understand: {'; '.join(unknown)}")
        return self.steps.request(tx, row)

    async def approve(self, actor: Actor, pid: str) -> ProcessView:
        """Decide for what a negotiation waits with; raise ``no-such-process`` or ``conflict`` when it does not wait."""

        def work(tx: Tx) -> Negotiation:
            row = self._own(tx, actor, pid)
            if not row.waiting:
                raise Problem(CONFLICT, f"Negotiation {pid} does not wait for a decision.")
            if not row.state:
                return self.steps.request(tx, row)
            tables.put_negotiation(tx.conn, row := _next(row, approved=True))
            self.steps.advance(tx, pid)
            return row

        self.guard.require(actor, "sharing.write")
        await self.store.write(actor, work)
        return await self.process(actor, pid)

    async def decline(self, actor: Actor, pid: str, reason: str) -> ProcessView:
        """End a negotiation under way; raise ``no-such-process`` or ``conflict`` when it has ended."""

        def work(tx: Tx) -> None:
            row = self._own(tx, actor, pid)
            if row.state in rules.MACHINE.final:
                raise Problem(CONFLICT, f"Negotiation {pid} has ended.")
            self.steps.terminate(tx, row, reason)

        self.guard.require(actor, "sharing.write")
        await self.store.write(actor, work)
        return await self.process(actor, pid)

    def _own(self, tx: Tx, actor: Actor, pid: str) -> Negotiation:
        row = tables.negotiation(tx.conn, self.guard.scope(actor, "read", "sharing"), pid)
        if row is None:
            raise Problem(NO_PROCESS, f"There is no negotiation {pid}.")
        return row

    async def process(self, actor: Actor, pid: str) -> ProcessView:
        """Return one negotiation with its timeline; raise ``no-such-process``."""
        scope = self.guard.scope(actor, "read", "sharing")
        row = await self.store.read(lambda conn: tables.negotiation(conn, scope, pid))
        if row is None:
            raise Problem(NO_PROCESS, f"There is no negotiation {pid}.")
        return await self._view(row)

    async def processes(self, actor: Actor) -> list[ProcessView]:
        """Return the negotiations the actor may see, newest first."""
        scope = self.guard.scope(actor, "read", "sharing")
        return [await self._view(row) for row in await self.store.read(lambda conn: tables.negotiations(conn, scope))]

    async def _view(self, row: Negotiation) -> ProcessView:
        steps = await self.store.read(lambda conn: timeline(conn, ALL, row.pid))
        partner = self.peers.directory.member(row.party)
        name = partner.name if partner else row.party
        state = row.state or "WAITING"
        return ProcessView(row.pid, row.role, row.party, name, row.dataset, state, row.waiting, row.reason, row.agreement, row.begun, row.changed, steps)

    async def _letter_refused(self, fact: Fact) -> None:
        """A partner refused a message of ours for good: see whether it had taken it all the same, else end the negotiation."""
        body = decode(fact)
        if body is None or not body.key.startswith("dsp:n:"):
            return
        pid, name, _ = body.key.removeprefix("dsp:n:").rsplit(":", 2)
        detail = detail_of(Answer(body.status, {}, body.detail.encode()))
        self.followups.soon(lambda: self._after_refusal(pid, name, detail))

    async def _after_refusal(self, pid: str, name: str, detail: str) -> None:
        row = await self.store.read(lambda conn: tables.negotiation(conn, ALL, pid))
        if row is None or row.state in rules.MACHINE.final:
            return
        partner = self.peers.member(row.party)
        if row.peer_pid and await self._peer_state(row, partner) in rules.SEEN[name]:
            return
        me = system_actor(self.guard.firm().party_id)

        def work(tx: Tx) -> None:
            now = tables.negotiation(tx.conn, ALL, pid)
            if now is not None and now.state not in rules.MACHINE.final:
                self.steps.terminate(tx, now, f"{partner.name} refused our {name}: {detail}")

        await self.store.write(me, work)

    async def _peer_state(self, row: Negotiation, partner: Member) -> str:
        try:
            answer = await self.peers.call(partner, "GET", f"{row.callback}/negotiations/{segment(row.peer_pid)}")
            said = answer.json() if answer.status == 200 else {}
        except Problem:
            return ""
        return str(said.get("state", "")) if isinstance(said, dict) else ""


def _next(row: Negotiation, **changes: Any) -> Negotiation:
    return msgspec.structs.replace(row, version=row.version + 1, **changes)
