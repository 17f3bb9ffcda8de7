"""The negotiation's states and what this node does in each (pure). Dataspace Protocol 2025-1, section 7.1."""

from typing import Literal, TypeAlias

from msgspec import UNSET

from plait.sharing.dsp import Agreement, Offer
from plait.sharing.machine import Machine, Role
from plait.sharing.policy import rules as policy_rules

__all__ = ["ACTIVE", "MACHINE", "MESSAGES", "SEEN", "Reply", "answer_agreement", "answer_offer", "answer_request"]

ACTIVE = ("REQUESTED", "OFFERED", "ACCEPTED", "AGREED", "VERIFIED")
MESSAGES = ("request", "offer", "accepted", "agreement", "verification", "finalized", "termination")
_ENDS: tuple[Role, Role] = ("consumer", "provider")

MACHINE = Machine(
    {
        ("", "request", "consumer"): "REQUESTED",
        ("", "offer", "provider"): "OFFERED",
        ("REQUESTED", "offer", "provider"): "OFFERED",
        ("REQUESTED", "agreement", "provider"): "AGREED",
        ("OFFERED", "request", "consumer"): "REQUESTED",
        ("OFFERED", "accepted", "consumer"): "ACCEPTED",
        ("OFFERED", "offer", "provider"): "OFFERED",
        ("ACCEPTED", "agreement", "provider"): "AGREED",
        ("AGREED", "verification", "consumer"): "VERIFIED",
        ("VERIFIED", "finalized", "provider"): "FINALIZED",
        **{(state, "termination", sender): "TERMINATED" for state in ACTIVE for sender in _ENDS},
    },
    frozenset({"FINALIZED", "TERMINATED"}),
)

# In which states of the partner a message of ours has certainly been taken, though its answer was lost.
SEEN: dict[str, frozenset[str]] = {
    "request": frozenset({*ACTIVE, "FINALIZED"}),
    "accepted": frozenset({"ACCEPTED", "AGREED", "VERIFIED", "FINALIZED"}),
    "agreement": frozenset({"AGREED", "VERIFIED", "FINALIZED"}),
    "verification": frozenset({"VERIFIED", "FINALIZED"}),
    "finalized": frozenset({"FINALIZED"}),
    "termination": frozenset({"TERMINATED"}),
}

Reply: TypeAlias = tuple[Literal["agree", "accept", "verify", "terminate", "wait"], str]


def answer_request(asked: Offer, known: Offer | None, unsatisfied: list[str]) -> Reply:
    """As provider: agree to a known offer with unchanged terms whose policy is satisfied, else end with the reason."""
    if known is None:
        return "terminate", "This offer is no longer made."
    if not policy_rules.bare(asked) and not policy_rules.same(asked, known):
        return "terminate", "The terms differ from those offered, and other terms are not negotiable."
    if unsatisfied:
        return "terminate", f"You cannot have an agreement: your firm {'; '.join(unsatisfied)}."
    return "agree", ""


def answer_offer(offered: Offer, asked: Offer | None) -> Reply:
    """As consumer: accept what we asked for ourselves; anything else, or an offer nobody asked for, is for a person."""
    if asked is None:
        return "wait", "Your partner makes this offer unasked: a person decides."
    if not policy_rules.same(offered, asked):
        return "wait", "Your partner offers other terms than were asked for: a person decides."
    if unknown := policy_rules.read(offered).unknown:
        return "wait", f"A person decides on terms this node does not understand: {'; '.join(unknown)}"
    return "accept", ""


def answer_agreement(agreement: Agreement, asked: Offer, provider: str, consumer: str) -> Reply:
    """As consumer: verify an agreement on what we asked for between the right two (DIDs), else end with the reason."""
    if agreement.target != asked.target:
        return "terminate", f"The agreement is on {agreement.target}, asked for was {asked.target}."
    if (agreement.assigner, agreement.assignee) != (provider, consumer):
        return "terminate", f"The agreement is between {agreement.assigner} and {agreement.assignee}, not between the two of us."
    if agreement.timestamp is UNSET:
        return "terminate", "The agreement bears no time."
    if not policy_rules.same(agreement, asked):
        return "terminate", "The terms of the agreement differ from those offered."
    return "verify", ""
