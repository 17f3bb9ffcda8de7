"""The negotiation's messages as they come from partners. Each is taken whole or refused whole."""

from typing import Any

import msgspec
from msgspec import UNSET

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import iso
from plait.kernel.firm import Member
from plait.kernel.ids import new_id, urn
from plait.kernel.problems import Problem
from plait.sharing.dsp import (
    DSP_MALFORMED,
    NIL,
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
    ContractNegotiation,
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
    ContractOfferMessage,
    ContractRequestMessage,
    Message,
    decode,
    encode,
    make,
    reasons,
)
from plait.sharing.errors import DSP_REFUSED, NO_PROCESS, naming
from plait.sharing.followups import AFTER_ANSWER
from plait.sharing.negotiation import tables
from plait.sharing.negotiation.model import Agreed, Negotiation
from plait.sharing.negotiation.service import NegotiationService
from plait.sharing.negotiation.steps import digest
from plait.sharing.peer import signed_by
from plait.sharing.policy import rules as policy_rules
from plait.store import Tx

__all__ = ["KINDS", "NegotiationInbox", "callback_of"]

ALL = Scope(everything=True)

KINDS: dict[str, type[Message]] = {
    "request": ContractRequestMessage,
    "offers": ContractOfferMessage,
    "agreement": ContractAgreementMessage,
    "agreement/verification": ContractAgreementVerificationMessage,
    "events": ContractNegotiationEventMessage,
    "termination": ContractNegotiationTerminationMessage,
}
NAMES = {"request": "request", "offers": "offer", "agreement": "agreement", "agreement/verification": "verification", "termination": "termination"}


def callback_of(address: Any) -> str:
    """Return where a partner takes messages, without a trailing slash; raise ``dsp-refused`` for what is no address."""
    if not isinstance(address, str) or not address.startswith(("http://", "https://")) or any(char.isspace() for char in address):
        raise Problem(DSP_REFUSED, f"callbackAddress {address!r} is no http address.")
    return address.rstrip("/")


def _ack(row: Negotiation) -> ContractNegotiation:
    return make(ContractNegotiation, provider_pid=row.provider_pid or NIL, consumer_pid=row.consumer_pid or NIL, state=row.state)


class NegotiationInbox:
    """What partners may say."""

    def __init__(self, negotiations: NegotiationService) -> None:
        self.negotiations = negotiations
        self.store = negotiations.store
        self.guard = negotiations.guard
        self.steps = negotiations.steps
        self.peers = negotiations.peers

    def _caller(self, actor: Actor) -> Member:
        self.guard.require(actor, "dsp.negotiate")
        member = self.peers.directory.member(actor.party)
        if member is None:
            raise Problem(NO_PROCESS, "This node does not know your firm; announce yourself first.")
        return member

    async def request(self, actor: Actor, body: bytes) -> ContractNegotiation:
        """Take the first ContractRequestMessage of a process; a repeat of its consumerPid gets the process there is."""
        with naming(body):
            caller = self._caller(actor)
            message = decode(body, ContractRequestMessage)
            if message.callback_address is UNSET or message.provider_pid is not UNSET:
                raise Problem(DSP_MALFORMED, "A first request bears callbackAddress and no providerPid.")
            policy_rules.check_terms(message.offer)
            callback = callback_of(message.callback_address)
            row = await self.store.write(actor, lambda tx: self._first_request(tx, caller, message, callback, digest(body)))
        self.negotiations.go_on(row.pid, AFTER_ANSWER)
        return _ack(row)

    def _first_request(self, tx: Tx, caller: Member, message: ContractRequestMessage, callback: str, cause: str) -> Negotiation:
        known = tables.negotiations(tx.conn, Scope(party=caller.party_id), peer_pid=message.consumer_pid, role="provider")
        if known:
            return known[0]
        offer = message.offer
        found = self.negotiations.catalog.visible(tx.conn, caller, offer=offer.id)
        if not found:
            raise Problem(DSP_REFUSED, f"There is no offer {offer.id} for you.")
        dataset = found[0].dataset.id
        if offer.target is not UNSET and offer.target != dataset:
            raise Problem(DSP_REFUSED, f"Offer {offer.id} is not on {offer.target}.")
        row = Negotiation(urn(new_id()), "provider", caller.party_id, callback, dataset, peer_pid=message.consumer_pid)
        return self.steps.hear(tx, row, "request", message, cause, asked=encode(offer))

    async def offer(self, actor: Actor, body: bytes) -> ContractNegotiation:
        """Take an offer nobody asked for: it waits for a person."""
        with naming(body):
            caller = self._caller(actor)
            message = decode(body, ContractOfferMessage)
            if message.callback_address is UNSET or message.consumer_pid is not UNSET:
                raise Problem(DSP_MALFORMED, "A first offer bears callbackAddress and no consumerPid.")
            if message.offer.target is UNSET:
                raise Problem(DSP_MALFORMED, "An offer needs a target.")
            policy_rules.check_terms(message.offer)
            callback = callback_of(message.callback_address)

            def work(tx: Tx) -> Negotiation:
                known = tables.negotiations(tx.conn, Scope(party=caller.party_id), peer_pid=message.provider_pid, role="consumer")
                if known:
                    return known[0]
                row = Negotiation(urn(new_id()), "consumer", caller.party_id, callback, str(message.offer.target), peer_pid=message.provider_pid)
                return self.steps.hear(tx, row, "offer", message, digest(body), offered=encode(message.offer))

            row = await self.store.write(actor, work)
        self.negotiations.go_on(row.pid, AFTER_ANSWER)
        return _ack(row)

    async def state(self, actor: Actor, pid: str) -> ContractNegotiation:
        """Return where a process stands, to its other side only; raise ``no-such-process``."""
        with naming(b""):
            self.guard.require(actor, "dsp.negotiate")
            row = await self.store.read(lambda conn: tables.negotiation(conn, Scope(party=actor.party), pid))
            if row is None or not row.state:
                raise Problem(NO_PROCESS, f"There is no negotiation {pid}.")
            return _ack(row)

    async def revoked(self, actor: Actor, id: str, reason: str) -> None:
        """Take a partner's word that it ended an agreement; raise ``no-such-process``."""
        await self.negotiations.agreements.revoked(actor, id, reason)

    async def receive(self, actor: Actor, pid: str, place: str, body: bytes) -> ContractNegotiation:
        """Take a later message of a process. The same bytes again change nothing; what may not come now is refused."""
        with naming(body):
            caller = self._caller(actor)
            await self.state(actor, pid)
            message: Any = decode(body, KINDS[place])
            name = _name(place, message)

            def work(tx: Tx) -> Negotiation:
                row = tables.negotiation(tx.conn, Scope(party=caller.party_id), pid)
                if row is None:
                    raise Problem(NO_PROCESS, f"There is no negotiation {pid}.")
                row = _with_peer(row, message)
                cause = digest(body)
                return row if row.cause == cause else self._take(tx, row, name, message, cause, caller)

            row = await self.store.write(actor, work)
        self.negotiations.go_on(row.pid)
        return _ack(row)

    def _take(self, tx: Tx, row: Negotiation, name: str, message: Any, cause: str, caller: Member) -> Negotiation:
        changes: dict[str, Any] = {"peer_pid": row.peer_pid}
        reason = ""
        if name in {"request", "offer"}:
            self._check_offer(row, message)
            changes["asked" if name == "request" else "offered"] = encode(message.offer)
        elif name == "agreement":
            changes["agreement"] = self._keep(tx, row, message, caller)
        elif name == "verification":
            self._countersign(tx, row, message, caller)
        elif name == "termination":
            reason = reasons(message)
            changes["reason"] = reason
        moved = self.steps.hear(tx, row, name, message, cause, reason, **changes)
        if name == "termination":
            self.steps.ended(tx, moved)
        elif name == "finalized":
            self.steps.agreements.conclude(tx, row.agreement)
        return moved

    @staticmethod
    def _check_offer(row: Negotiation, message: Any) -> None:
        if message.callback_address is not UNSET:
            raise Problem(DSP_MALFORMED, "A later request or offer bears no callbackAddress.")
        policy_rules.check_terms(message.offer)
        if message.offer.target not in {UNSET, row.dataset}:
            raise Problem(DSP_REFUSED, f"This negotiation is about {row.dataset}, not about {message.offer.target}.")

    def _keep(self, tx: Tx, row: Negotiation, message: ContractAgreementMessage, caller: Member) -> str:
        policy_rules.check_terms(message.agreement)
        document = encode(message.agreement)
        jws = _signature(message.jws, caller, document)
        if tables.agreement(tx.conn, ALL, message.agreement.id) is not None:
            raise Problem(DSP_REFUSED, f"There is an agreement {message.agreement.id} already.")
        at = iso(tx.at)
        kept = Agreed(message.agreement.id, "consumer", row.pid, row.party, row.dataset, "", document, "agreed", at, provider_jws=jws)
        tables.put_agreement(tx.conn, kept)
        return kept.id

    @staticmethod
    def _countersign(tx: Tx, row: Negotiation, message: ContractAgreementVerificationMessage, caller: Member) -> None:
        kept = tables.agreement(tx.conn, ALL, row.agreement) if row.agreement else None
        if kept is not None and kept.state == "agreed":
            jws = _signature(message.jws, caller, kept.document)
            tables.put_agreement(tx.conn, msgspec.structs.replace(kept, consumer_jws=jws))


def _signature(jws: Any, caller: Member, document: bytes) -> str:
    """Return a partner's signature over the agreement, empty when it sends none; raise ``dsp-refused`` for a false one."""
    if jws is UNSET:
        return ""
    if not signed_by(caller, jws, document):
        raise Problem(DSP_REFUSED, "The signature is not yours over this agreement.")
    return str(jws)


def _name(place: str, message: Any) -> str:
    if place != "events":
        return NAMES[place]
    if message.event_type not in {"ACCEPTED", "FINALIZED"}:
        raise Problem(DSP_MALFORMED, f"eventType {message.event_type!r} is neither ACCEPTED nor FINALIZED.")
    return str(message.event_type).lower()


def _with_peer(row: Negotiation, message: Any) -> Negotiation:
    """Return the row with the partner's pid, which a first answer may not have brought; raise ``dsp-malformed`` for pids of another process."""
    own, peer = (message.provider_pid, message.consumer_pid) if row.role == "provider" else (message.consumer_pid, message.provider_pid)
    if own is UNSET or peer is UNSET or own != row.pid or (row.peer_pid and peer != row.peer_pid) or not peer:
        raise Problem(DSP_MALFORMED, "The pids are not those of this process.")
    return row if row.peer_pid else msgspec.structs.replace(row, peer_pid=peer)
