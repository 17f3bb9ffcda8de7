"""Who stands where, and what goes which way (pure)."""

from collections.abc import Collection, Mapping

import msgspec

from plait.kernel import classification
from plait.kernel.problems import Problem
from plait.overview.network.model import Strand

__all__ = ["BY_BUYER", "Flow", "flow_of", "section_of", "tiers"]

BY_BUYER = frozenset({"RequestForQuotation", "Order", "OrderCancellation", "Withdrawal"})
"""Types of documents that the buyer issues; all others come from the seller."""
RAW = frozenset({"A", "B"})
MAKES = frozenset({"C", "D", "E", "F", "", "H"})


class Flow(msgspec.Struct, frozen=True):
    """From whom to whom a strand runs."""

    source: str
    target: str
    strand: Strand


def flow_of(type: str, party: str, counterparty: str) -> Flow:
    """Return which way a document's goods go: from the seller to the buyer; a despatch advice tells of the goods themselves."""
    seller, buyer = (counterparty, party) if type in BY_BUYER else (party, counterparty)
    return Flow(seller, buyer, "circulation" if type == "DespatchAdvice" else "manufacturing")


def section_of(isic: str) -> str:
    """Return the section letter of an ISIC Rev.4 class, empty when it is not known."""
    try:
        return classification.section(isic) if isic else ""
    except Problem:
        return ""


def tiers(own: str, suppliers: Collection[str], customers: Collection[str], sections: Mapping[str, str]) -> dict[str, int]:
    """Return the tier of every firm in ``sections`` (by party_id), counted from 0 at the left.

    Who only supplies us stands left of us, who only buys from us right of us, who does both beside us. Of a firm with which nothing was ordered yet
    the section says it: agriculture and mining left, makers and carriers beside us, all others right.
    """

    def place(party: str) -> int:
        if party == own:
            return 0
        if party in suppliers or party in customers:
            return (party in customers) - (party in suppliers)
        section = sections[party]
        return -1 if section in RAW else 0 if section in MAKES else 1

    placed = {party: place(party) for party in sections}
    least = min(placed.values(), default=0)
    return {party: tier - least for party, tier in placed.items()}
