"""What one message, heard or said, changes: state, timeline and outbox together, in one transaction."""

import hashlib
from typing import Any

import msgspec

from plait.kernel.actor import Scope
from plait.kernel.clock import iso
from plait.kernel.firm import Member
from plait.kernel.ids import new_id, urn
from plait.kernel.ports import Guard
from plait.sharing.catalog import rules as catalog_rules
from plait.sharing.catalog import tables as catalog_tables
from plait.sharing.catalog.model import Offered
from plait.sharing.dsp import (
    BASE,
    Agreement,
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
    ContractRequestMessage,
    Message,
    Offer,
    encode,
    make,
)
from plait.sharing.machine import other
from plait.sharing.negotiation import rules, tables
from plait.sharing.negotiation.agreements import AgreementService
from plait.sharing.negotiation.model import Agreed, Negotiation, NegotiationEnded, NegotiationWaiting
from plait.sharing.peer import letter_path, segment
from plait.sharing.policy import rules as policy_rules
from plait.sharing.ports import Signer
from plait.sharing.tables import StepView, note
from plait.store import Tx

__all__ = ["Steps", "digest", "read_offer"]

ALL = Scope(everything=True)
PLACES = {"accepted": "events", "agreement": "agreement", "verification": "agreement/verification", "finalized": "events", "termination": "termination"}


def digest(body: bytes) -> str:
    """Return the hash by which a repeated message is known."""
    return hashlib.sha256(body).hexdigest()


def read_offer(stored: bytes) -> Offer | None:
    """Return a stored offer, None when there is none."""
    return msgspec.json.decode(stored, type=Offer) if stored else None


class Steps:
    """The steps of negotiations."""

    def __init__(self, guard: Guard, identity: Signer, agreements: AgreementService) -> None:
        self.guard = guard
        self.identity = identity
        self.agreements = agreements
        self.peers = agreements.peers

    def hear(self, tx: Tx, row: Negotiation, name: str, message: Any, cause: str, why: str = "", **changes: Any) -> Negotiation:
        """Take a partner's message; raise ``dsp-state`` when it may not come now."""
        state = rules.MACHINE.step(row.state, name, other(row.role))
        return self._move(tx, row, "in", message.type, state, why, cause=cause, waiting="", **changes)

    def _move(self, tx: Tx, row: Negotiation, direction: str, what: str, state: str, why: str = "", **changes: Any) -> Negotiation:
        at = iso(tx.at)
        moved = msgspec.structs.replace(row, state=state, version=row.version + 1, changed=at, begun=row.begun or at, **changes)
        tables.put_negotiation(tx.conn, moved)
        note(tx.conn, row.pid, StepView(at, direction, what, state, why))
        return moved

    def _say(self, tx: Tx, row: Negotiation, name: str, message: Message, why: str = "", **changes: Any) -> Negotiation:
        state = rules.MACHINE.step(row.state, name, row.role)
        moved = self._move(tx, row, "out", message.type, state, why, cause="", waiting="", approved=False, **changes)
        place = "request" if name == "request" else f"{segment(row.peer_pid)}/{PLACES[name]}"
        path = letter_path(self.peers.member(row.party), f"{row.callback}/negotiations/{place}")
        tx.post(row.party, path, encode(message), key=f"dsp:n:{row.pid}:{name}:{moved.version}")
        return moved

    def request(self, tx: Tx, row: Negotiation) -> Negotiation:
        """As consumer: ask for the agreement on what ``row`` has as asked."""
        own = f"{self.guard.firm().url}{BASE}"
        return self._say(tx, row, "request", make(ContractRequestMessage, consumer_pid=row.pid, offer=read_offer(row.asked), callback_address=own))

    def wait(self, tx: Tx, row: Negotiation, reason: str) -> Negotiation:
        """Leave the negotiation to a person, with the reason."""
        tx.append(f"negotiation/{row.pid}", NegotiationWaiting(row.pid, row.dataset, self.peers.member(row.party).name, reason))
        return self._move(tx, row, "own", "waits for a person", row.state, reason, waiting=reason)

    def terminate(self, tx: Tx, row: Negotiation, reason: str) -> Negotiation:
        """End the negotiation and tell the partner, if it knows of it."""
        if row.state and row.peer_pid:
            text = {"code": "terminated", "reason": [reason]} if reason else {}
            message = make(ContractNegotiationTerminationMessage, provider_pid=row.provider_pid, consumer_pid=row.consumer_pid, **text)
            moved = self._say(tx, row, "termination", message, reason, reason=reason)
        else:
            moved = self._move(tx, row, "own", "ends", "TERMINATED", reason, waiting="", reason=reason)
        self.ended(tx, moved)
        return moved

    def ended(self, tx: Tx, row: Negotiation) -> None:
        """Note the end of a negotiation without an agreement."""
        agreed = tables.agreement(tx.conn, ALL, row.agreement) if row.agreement else None
        if agreed is not None and agreed.state == "agreed":
            tables.put_agreement(tx.conn, msgspec.structs.replace(agreed, state="void", ended=iso(tx.at), reason=row.reason))
        tx.append(f"negotiation/{row.pid}", NegotiationEnded(row.pid, row.dataset, self.peers.member(row.party).name, row.reason))

    def advance(self, tx: Tx, pid: str) -> None:
        """Do what follows from the state of a negotiation, if it is our turn."""
        row = tables.negotiation(tx.conn, ALL, pid)
        if row is None or (row.waiting and not row.approved):
            return
        turn = {
            ("provider", "REQUESTED"): self._answer_request,
            ("provider", "ACCEPTED"): self._answer_request,
            ("provider", "VERIFIED"): self._finalize,
            ("consumer", "OFFERED"): self._answer_offer,
            ("consumer", "AGREED"): self._answer_agreement,
        }.get((row.role, row.state))
        if turn is not None:
            turn(tx, row)

    def _answer_request(self, tx: Tx, row: Negotiation) -> None:
        asked = read_offer(row.offered if row.state == "ACCEPTED" else row.asked)
        assert asked is not None
        partner = self.peers.member(row.party)
        found = [each for each in catalog_tables.datasets(tx.conn, ALL, row.dataset, asked.id) if each.state == "offered"]
        known = found[0] if found else None
        terms = catalog_rules.offer_of(known, target=True) if known else None
        answer, reason = rules.answer_request(asked, terms, policy_rules.why_not(known.policy, partner) if known else [])
        if answer == "terminate" or known is None:
            self.terminate(tx, row, reason)
        else:
            self._agree(tx, row, partner, known)

    def _agree(self, tx: Tx, row: Negotiation, partner: Member, known: Offered) -> None:
        id, at = urn(new_id()), iso(tx.at)
        sides = {"assigner": self.guard.firm().did, "assignee": partner.did}
        agreement = make(Agreement, id=id, target=row.dataset, timestamp=at, permission=policy_rules.permissions(known.policy), **sides)
        jws = self.identity.sign(encode(agreement))
        kept = Agreed(id, "provider", row.pid, row.party, row.dataset, known.dataset.kind, encode(agreement), "agreed", at, provider_jws=jws)
        tables.put_agreement(tx.conn, kept)
        message = make(ContractAgreementMessage, provider_pid=row.provider_pid, consumer_pid=row.consumer_pid, agreement=agreement, jws=jws)
        self._say(tx, row, "agreement", message, agreement=id)

    def _finalize(self, tx: Tx, row: Negotiation) -> None:
        message = make(ContractNegotiationEventMessage, provider_pid=row.provider_pid, consumer_pid=row.consumer_pid, event_type="FINALIZED")
        self._say(tx, row, "finalized", message)
        self.agreements.conclude(tx, row.agreement)

    def _answer_offer(self, tx: Tx, row: Negotiation) -> None:
        offered = read_offer(row.offered)
        assert offered is not None
        answer, reason = ("accept", "") if row.approved else rules.answer_offer(offered, read_offer(row.asked))
        if answer == "wait":
            self.wait(tx, row, reason)
            return
        message = make(ContractNegotiationEventMessage, provider_pid=row.provider_pid, consumer_pid=row.consumer_pid, event_type="ACCEPTED")
        self._say(tx, row, "accepted", message, asked=row.offered)

    def _answer_agreement(self, tx: Tx, row: Negotiation) -> None:
        kept, asked = tables.agreement(tx.conn, ALL, row.agreement), read_offer(row.asked)
        assert kept is not None
        assert asked is not None
        agreement = msgspec.json.decode(kept.document, type=Agreement)
        answer, reason = rules.answer_agreement(agreement, asked, self.peers.member(row.party).did, self.guard.firm().did)
        if answer == "terminate":
            self.terminate(tx, row, reason)
            return
        jws = self.identity.sign(kept.document)
        tables.put_agreement(tx.conn, msgspec.structs.replace(kept, consumer_jws=jws))
        message = make(ContractAgreementVerificationMessage, provider_pid=row.provider_pid, consumer_pid=row.consumer_pid, jws=jws)
        self._say(tx, row, "verification", message)
