"""The transfer's messages as they come from partners. Each is taken whole or refused whole."""

import hashlib
from typing import Any

import msgspec
from msgspec import UNSET

from plait.kernel.actor import Actor, Scope
from plait.kernel.firm import Member
from plait.kernel.ids import new_id, urn
from plait.kernel.problems import Problem
from plait.sharing.dsp import (
    DSP_MALFORMED,
    NIL,
    PULL,
    DataAddress,
    Message,
    TransferCompletionMessage,
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
    decode,
    encode,
    make,
    reasons,
)
from plait.sharing.errors import DSP_REFUSED, NO_PROCESS, naming
from plait.sharing.followups import AFTER_ANSWER
from plait.sharing.machine import DSP_STATE
from plait.sharing.negotiation import tables as agreement_tables
from plait.sharing.negotiation.inbox import callback_of
from plait.sharing.transfer import tables
from plait.sharing.transfer.model import Transfer
from plait.sharing.transfer.service import TransferService, endpoint_of
from plait.store import Tx

__all__ = ["KINDS", "TransferInbox"]

KINDS: dict[str, type[Message]] = {
    "start": TransferStartMessage,
    "completion": TransferCompletionMessage,
    "suspension": TransferSuspensionMessage,
    "termination": TransferTerminationMessage,
}


def _ack(row: Transfer) -> TransferProcess:
    return make(TransferProcess, provider_pid=row.provider_pid or NIL, consumer_pid=row.consumer_pid or NIL, state=row.state)


class TransferInbox:
    """What partners may say."""

    def __init__(self, transfers: TransferService) -> None:
        self.transfers = transfers
        self.store = transfers.store
        self.guard = transfers.guard
        self.steps = transfers.steps
        self.peers = transfers.peers

    def _caller(self, actor: Actor) -> Member:
        self.guard.require(actor, "dsp.transfer")
        member = self.peers.directory.member(actor.party)
        if member is None:
            raise Problem(NO_PROCESS, "This node does not know your firm; announce yourself first.")
        return member

    async def request(self, actor: Actor, body: bytes) -> TransferProcess:
        """Take a TransferRequestMessage; a repeat of its consumerPid gets the process there is."""
        with naming(body):
            caller = self._caller(actor)
            message = decode(body, TransferRequestMessage)
            if message.format != PULL:
                raise Problem(DSP_REFUSED, f"Data leave this node as {PULL}, not as {message.format}.")
            if message.data_address is not UNSET:
                raise Problem(DSP_REFUSED, "A pull bears no dataAddress.")
            callback = callback_of(message.callback_address)

            def work(tx: Tx) -> Transfer:
                known = tables.transfers(tx.conn, Scope(party=caller.party_id), peer_pid=message.consumer_pid, role="provider")
                return known[0] if known else self._first(tx, caller, message, callback, hashlib.sha256(body).hexdigest())

            row = await self.store.write(actor, work)
        self.transfers.go_on(row.pid, AFTER_ANSWER)
        return _ack(row)

    def _first(self, tx: Tx, caller: Member, message: TransferRequestMessage, callback: str, cause: str) -> Transfer:
        held = agreement_tables.agreement(tx.conn, Scope(party=caller.party_id), message.agreement_id)
        if held is None or held.role != "provider" or held.state not in {"active", "revoked"}:
            raise Problem(DSP_REFUSED, f"There is no agreement {message.agreement_id} with you in force.")
        if held.state == "revoked":
            raise Problem(DSP_REFUSED, f"The agreement was revoked: {held.reason or 'no reason given'}")
        if reasons_against := self.transfers.contracts.unsatisfied(held):
            raise Problem(DSP_REFUSED, f"Your firm {'; '.join(reasons_against)}.")
        row = Transfer(urn(new_id()), "provider", caller.party_id, callback, held.id, held.dataset, peer_pid=message.consumer_pid)
        return self.steps.hear(tx, row, "request", message, cause)

    async def state(self, actor: Actor, pid: str) -> TransferProcess:
        """Return where a process stands, to its other side only; raise ``no-such-process``."""
        with naming(b""):
            self.guard.require(actor, "dsp.transfer")
            row = await self.store.read(lambda conn: tables.transfer(conn, Scope(party=actor.party), pid))
            if row is None:
                raise Problem(NO_PROCESS, f"There is no transfer {pid}.")
            return _ack(row)

    async def receive(self, actor: Actor, pid: str, name: str, body: bytes) -> TransferProcess:
        """Take a later message of a process. The same bytes again change nothing; what may not come now is refused."""
        with naming(body):
            caller = self._caller(actor)
            await self.state(actor, pid)
            message: Any = decode(body, KINDS[name])

            def work(tx: Tx) -> Transfer:
                row = tables.transfer(tx.conn, Scope(party=caller.party_id), pid)
                if row is None:
                    raise Problem(NO_PROCESS, f"There is no transfer {pid}.")
                row = _with_peer(row, message)
                cause = hashlib.sha256(body).hexdigest()
                return row if row.cause == cause else self._take(tx, row, name, message, cause)

            row = await self.store.write(actor, work)
        self.transfers.stir(pid)
        return _ack(row)

    def _take(self, tx: Tx, row: Transfer, name: str, message: Any, cause: str) -> Transfer:
        if name == "start":
            return self._started(tx, row, message, cause)
        reason = "" if name == "completion" else reasons(message)
        return self.steps.hear(tx, row, name, message, cause, reason, peer_pid=row.peer_pid)

    def _started(self, tx: Tx, row: Transfer, message: TransferStartMessage, cause: str) -> Transfer:
        if row.role == "provider" and row.state == "SUSPENDED":
            raise Problem(DSP_STATE, "The provider suspended the data and resumes them.")
        address = message.data_address
        if isinstance(address, DataAddress):
            if not endpoint_of(address).startswith(("http://", "https://")) or not address.property("authorization"):
                raise Problem(DSP_MALFORMED, "The dataAddress of a pull needs an endpoint and an authorization.")
            row = msgspec.structs.replace(row, address=encode(address))
        elif not row.address:
            raise Problem(DSP_MALFORMED, "The first start of a pull needs a dataAddress.")
        return self.steps.hear(tx, row, "start", message, cause, peer_pid=row.peer_pid)


def _with_peer(row: Transfer, message: Any) -> Transfer:
    """Return the row with the partner's pid, which a first answer may not have brought; raise ``dsp-malformed`` for pids of another process."""
    own, peer = (message.provider_pid, message.consumer_pid) if row.role == "provider" else (message.consumer_pid, message.provider_pid)
    if own != row.pid or (row.peer_pid and peer != row.peer_pid) or not peer:
        raise Problem(DSP_MALFORMED, "The pids are not those of this process.")
    return row if row.peer_pid else msgspec.structs.replace(row, peer_pid=peer)
