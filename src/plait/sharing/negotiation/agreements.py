"""The verbs of agreements: list, revoke, and the partner's word that it revoked one."""

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock, iso
from plait.kernel.firm import Firm, Member
from plait.kernel.ports import Guard
from plait.kernel.problems import CONFLICT, Problem
from plait.sharing.dsp import BASE, Agreement
from plait.sharing.errors import NO_PROCESS
from plait.sharing.negotiation import tables
from plait.sharing.negotiation.model import Agreed, AgreementMade, AgreementRevoked, AgreementView, Revocation
from plait.sharing.peer import Peers, segment
from plait.sharing.policy import rules as policy_rules
from plait.store import Store, Tx

__all__ = ["AgreementService", "Ended", "document_of"]

ALL = Scope(everything=True)
Ended = Callable[[Tx, Agreed, str, bool], None]


def document_of(row: Agreed) -> Agreement:
    """Return the agreement's document."""
    return msgspec.json.decode(row.document, type=Agreement)


class AgreementService:
    """The agreements this firm has, as provider and as consumer."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, peers: Peers) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.peers = peers
        self.on_end: list[Ended] = []
        """Called in the transaction that ends an agreement, with the reason and whether the partner must be told."""

    def _names(self, row: Agreed) -> tuple[Firm | Member, Firm | Member]:
        """Return provider and consumer."""
        firm: Firm = self.guard.firm()
        other = self.peers.member(row.party)
        return (firm, other) if row.role == "provider" else (other, firm)

    def _name(self, row: Agreed) -> str:
        provider, consumer = self._names(row)
        return f"{row.dataset}:{provider.name}:{consumer.name}"

    async def agreements(self, actor: Actor) -> list[AgreementView]:
        """Return the agreements the actor may see, newest first."""
        scope = self.guard.scope(actor, "read", "sharing")
        rows = await self.store.read(lambda conn: tables.agreements(conn, scope))
        return [self._view(row) for row in rows if row.state in {"active", "revoked"}]

    def _view(self, row: Agreed) -> AgreementView:
        provider, consumer = self._names(row)
        reading = policy_rules.read(document_of(row))
        terms = [*policy_rules.describe(reading.policy), *(f"{each} (declared)" for each in reading.unknown)]
        signed = [side for side, jws in (("provider", row.provider_jws), ("consumer", row.consumer_jws)) if jws]
        return AgreementView(
            id=row.id,
            dataset=row.dataset,
            kind=row.kind,
            role=row.role,
            provider=provider.party_id,
            provider_name=provider.name,
            consumer=consumer.party_id,
            consumer_name=consumer.name,
            state=row.state,
            made=row.made,
            ended=row.ended,
            reason=row.reason,
            terms=terms,
            signed=signed,
            policy=reading.policy,
            unknown=reading.unknown,
        )

    def in_force(self, conn: Connection, party: str, dataset: str) -> Agreed | None:
        """Return our agreement as consumer on a partner's dataset, if there is one in force."""
        rows = tables.agreements(conn, ALL, party=party, dataset=dataset, role="consumer", state="active")
        return rows[0] if rows else None

    def callback(self, conn: Connection, row: Agreed) -> str:
        """Return where the partner took messages when the agreement was negotiated."""
        process = tables.negotiation(conn, ALL, row.negotiation)
        return process.callback if process else ""

    def conclude(self, tx: Tx, id: str) -> None:
        """Put an agreement in force; the fact keeps both signatures in the chain."""
        row = tables.agreement(tx.conn, ALL, id)
        if row is None or row.state != "agreed":
            return
        tables.put_agreement(tx.conn, msgspec.structs.replace(row, state="active"))
        provider, consumer = self._names(row)
        body = AgreementMade(
            name=self._name(row),
            agreement=row.id,
            dataset=row.dataset,
            other_name=self.peers.member(row.party).name,
            provider=provider.party_id,
            consumer=consumer.party_id,
            role=row.role,
            document=msgspec.json.decode(row.document),
            provider_jws=row.provider_jws,
            consumer_jws=row.consumer_jws,
        )
        tx.append(f"agreement/{row.id}", body)

    async def revoke(self, actor: Actor, id: str, reason: str) -> AgreementView:
        """End an agreement now: every access is refused from here on, the partner is told. Raise ``no-such-process`` or ``conflict``."""
        self.guard.require(actor, "sharing.write")
        scope = self.guard.scope(actor, "read", "sharing")

        def work(tx: Tx) -> Agreed:
            row = tables.agreement(tx.conn, scope, id)
            if row is None:
                raise Problem(NO_PROCESS, f"There is no agreement {id}.")
            if row.state != "active":
                raise Problem(CONFLICT, f"Agreement {id} is {row.state}, not active.")
            ended = self._end(tx, row, self.guard.firm().party_id, reason)
            path = f"{BASE}/agreements/{segment(id)}/revocation"
            tx.post(row.party, path, msgspec.json.encode(Revocation(reason)), key=f"dsp:revoked:{id}")
            return ended

        return self._view(await self.store.write(actor, work))

    async def revoked(self, actor: Actor, id: str, reason: str) -> None:
        """Take a partner's word that it ended an agreement; a repeat does nothing. Raise ``no-such-process``."""
        self.guard.require(actor, "dsp.revoke")

        def work(tx: Tx) -> None:
            row = tables.agreement(tx.conn, Scope(party=actor.party), id)
            if row is None or row.state not in {"active", "revoked"}:
                raise Problem(NO_PROCESS, f"There is no agreement {id} with you.")
            if row.state == "active":
                self._end(tx, row, actor.party, reason)

        await self.store.write(actor, work)

    def _end(self, tx: Tx, row: Agreed, by: str, reason: str) -> Agreed:
        ended = msgspec.structs.replace(row, state="revoked", ended=iso(tx.at), reason=reason)
        tables.put_agreement(tx.conn, ended)
        body = AgreementRevoked(self._name(row), row.id, row.dataset, self.peers.member(row.party).name, by, reason)
        tx.append(f"agreement/{row.id}", body)
        for call in self.on_end:
            call(tx, ended, reason, by != row.party)
        return ended
