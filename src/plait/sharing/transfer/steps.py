"""What one message of a transfer, heard or said, changes: state, timeline and outbox together, in one transaction."""

from typing import Any

import msgspec

from plait.kernel.actor import Scope
from plait.kernel.clock import iso
from plait.sharing.dsp import (
    Message,
    TransferCompletionMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
    encode,
    make,
)
from plait.sharing.machine import other
from plait.sharing.peer import Peers, letter_path, segment
from plait.sharing.tables import StepView, note
from plait.sharing.transfer import rules, tables
from plait.sharing.transfer.model import Transfer, TransferEnded, TransferStarted
from plait.store import Tx

__all__ = ["Steps"]

ALL = Scope(everything=True)
WORDS: dict[str, type[Message]] = {"completion": TransferCompletionMessage, "suspension": TransferSuspensionMessage, "termination": TransferTerminationMessage}


class Steps:
    """The steps of transfers."""

    def __init__(self, peers: Peers) -> None:
        self.peers = peers

    def move(self, tx: Tx, row: Transfer, direction: str, what: str, state: str, reason: str = "", **changes: Any) -> Transfer:
        """Write the next version of a transfer and its step; a token is worth nothing outside STARTED."""
        at = iso(tx.at)
        if state != "STARTED":
            changes |= {"token": "", "confirmed": True}
        moved = msgspec.structs.replace(row, state=state, reason=reason, version=row.version + 1, changed=at, begun=row.begun or at, **changes)
        tables.put(tx.conn, moved)
        note(tx.conn, row.pid, StepView(at, direction, what, state, reason))
        name = self.peers.member(row.party).name
        if state == "STARTED" and row.state != "STARTED":
            tx.append(f"transfer/{row.pid}", TransferStarted(row.pid, row.agreement, row.dataset, name, row.role))
        elif state not in {"STARTED", "REQUESTED"}:
            tx.append(f"transfer/{row.pid}", TransferEnded(row.pid, row.agreement, row.dataset, name, row.role, state, reason))
        return moved

    def hear(self, tx: Tx, row: Transfer, name: str, message: Any, cause: str, reason: str = "", **changes: Any) -> Transfer:
        """Take a partner's message; raise ``dsp-state`` when it may not come now."""
        state = rules.MACHINE.step(row.state, name, other(row.role))
        return self.move(tx, row, "in", message.type, state, reason, cause=cause, **changes)

    def say(self, tx: Tx, row: Transfer, name: str, reason: str = "") -> Transfer:
        """Suspend, complete or terminate, and tell the partner by the outbox; raise ``dsp-state`` when that may not be now."""
        state = rules.MACHINE.step(row.state, name, row.role)
        if not row.peer_pid:
            return self.move(tx, row, "own", "ends", state, reason, cause="")
        text = {"code": name, "reason": [reason]} if reason and name != "completion" else {}
        message = make(WORDS[name], provider_pid=row.provider_pid, consumer_pid=row.consumer_pid, **text)
        moved = self.move(tx, row, "out", message.type, state, reason, cause="")
        path = letter_path(self.peers.member(row.party), f"{row.callback}/transfers/{segment(row.peer_pid)}/{name}")
        tx.post(row.party, path, encode(message), key=f"dsp:t:{row.pid}:{name}:{moved.version}")
        return moved

    def end_all(self, tx: Tx, agreement: str, reason: str, *, tell: bool) -> None:
        """End every transfer under an agreement; ``tell`` the partner, or only note that it told us."""
        for row in tables.transfers(tx.conn, ALL, agreement=agreement):
            if row.state in rules.MACHINE.final:
                continue
            if tell:
                self.say(tx, row, "termination", reason)
            else:
                self.move(tx, row, "own", "ends with the agreement", "TERMINATED", reason, cause="")
