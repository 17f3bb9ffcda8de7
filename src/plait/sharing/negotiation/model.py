"""Negotiations and agreements as kept, as shown, and as facts."""

from typing import Any

import msgspec

from plait.kernel.facts import fact
from plait.sharing.machine import Role
from plait.sharing.policy.model import Policy
from plait.sharing.tables import StepView

__all__ = [
    "Agreed",
    "AgreementMade",
    "AgreementRevoked",
    "AgreementView",
    "Negotiation",
    "NegotiationEnded",
    "NegotiationWaiting",
    "ProcessView",
    "Revocation",
    "Wanted",
]


class Negotiation(msgspec.Struct, frozen=True):
    """One negotiation as one side keeps it. ``pid`` is our own process id, ``peer_pid`` the partner's (empty until known).

    ``callback``: where the partner's side takes messages. ``asked``/``offered``: the consumer's and the provider's latest
    offer (JSON). ``cause``: SHA-256 of the partner's message that led to ``state``. ``waiting``: why a person must decide.
    """

    pid: str
    role: Role
    party: str
    callback: str
    dataset: str
    state: str = ""
    peer_pid: str = ""
    asked: bytes = b""
    offered: bytes = b""
    cause: str = ""
    waiting: str = ""
    approved: bool = False
    reason: str = ""
    agreement: str = ""
    version: int = 0
    begun: str = ""
    changed: str = ""

    @property
    def provider_pid(self) -> str:
        """The provider's process id."""
        return self.pid if self.role == "provider" else self.peer_pid

    @property
    def consumer_pid(self) -> str:
        """The consumer's process id."""
        return self.pid if self.role == "consumer" else self.peer_pid


class Agreed(msgspec.Struct, frozen=True):
    """One agreement as kept: ``document`` is the Agreement (JSON) that both signatures cover. ``state`` is agreed, active, revoked or void."""

    id: str
    role: Role
    negotiation: str
    party: str
    dataset: str
    kind: str
    document: bytes
    state: str
    made: str
    provider_jws: str = ""
    consumer_jws: str = ""
    ended: str = ""
    reason: str = ""


class AgreementView(msgspec.Struct, frozen=True):
    """An agreement as people see it; ``provider`` and ``consumer`` are party_ids, times RFC 3339; ``terms`` with their honesty class.

    ``policy`` are those terms as this node understands them, ``unknown`` what it does not.
    """

    id: str
    dataset: str
    kind: str
    role: str
    provider: str
    provider_name: str
    consumer: str
    consumer_name: str
    state: str
    made: str
    ended: str
    reason: str
    terms: list[str]
    signed: list[str]
    policy: Policy = Policy()
    unknown: tuple[str, ...] = ()


class ProcessView(msgspec.Struct, frozen=True):
    """A negotiation as people see it, with every message there was."""

    id: str
    role: str
    party: str
    party_name: str
    dataset: str
    state: str
    waiting: str
    reason: str
    agreement: str
    begun: str
    changed: str
    timeline: list[StepView]


class Wanted(msgspec.Struct, frozen=True):
    """Whose data are wanted: the partner (party_id, DID, GLN or name) and its dataset."""

    party: str
    dataset: str


class Revocation(msgspec.Struct, frozen=True):
    """Why an agreement ends."""

    reason: str = ""


@fact("sharing.agreement_made", key="name")
class AgreementMade(msgspec.Struct, frozen=True):
    """An agreement is in force; ``name`` is dataset:provider:consumer, the same on both sides. The signatures cover ``document``."""

    name: str
    agreement: str
    dataset: str
    other_name: str
    provider: str
    consumer: str
    role: str
    document: dict[str, Any]
    provider_jws: str
    consumer_jws: str


@fact("sharing.agreement_revoked", key="name")
class AgreementRevoked(msgspec.Struct, frozen=True):
    """An agreement is no longer in force; ``by`` is the party_id of whoever ended it."""

    name: str
    agreement: str
    dataset: str
    other_name: str
    by: str
    reason: str


@fact("sharing.negotiation_ended")
class NegotiationEnded(msgspec.Struct, frozen=True):
    """A negotiation ended without an agreement."""

    process: str
    dataset: str
    other_name: str
    reason: str


@fact("sharing.negotiation_waiting")
class NegotiationWaiting(msgspec.Struct, frozen=True):
    """A negotiation waits for a person."""

    process: str
    dataset: str
    other_name: str
    reason: str
