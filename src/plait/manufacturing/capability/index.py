"""The search over everything published: exact, by looking at each capability.

A faster index takes this one's place by offering the same ``search``; this one remains its oracle.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from plait.manufacturing.capability.model import Capability, FirmOffer, Found
from plait.manufacturing.capability.rules import fit
from plait.manufacturing.requirement import Requirement

__all__ = ["NOTHING", "Index", "ScanIndex"]

NOTHING = "publishes no capability"


class Index(Protocol):
    """Finds firms for requirements."""

    def search(self, requirement: Requirement, currency: str) -> list[Found]:
        """Return every firm held against ``requirement``, best first; rates in ``currency`` are compared first."""
        ...


def _rate(capability: Capability | None, currency: str) -> tuple[bool, bool, Decimal]:
    if capability is None or capability.rate is None:
        return True, True, Decimal(0)
    return False, capability.rate.currency != currency, capability.rate.amount


class ScanIndex:
    """Looks at every capability of every firm."""

    def __init__(self, firms: Iterable[FirmOffer]) -> None:
        self._firms = list(firms)

    def search(self, requirement: Requirement, currency: str) -> list[Found]:
        """As ``Index.search``: firms that fit by rate, then by name; then the others, the nearest first."""
        found = [self._judge(firm, requirement, currency) for firm in self._firms]
        return sorted(found, key=lambda row: (len(row.why_not), _rate(row.capability, currency), row.name, row.party))

    @staticmethod
    def _judge(firm: FirmOffer, requirement: Requirement, currency: str) -> Found:
        if not firm.capabilities:
            return Found(firm.party, firm.name, None, False, [NOTHING], None)
        rows = [(fit(requirement, capability), capability) for capability in firm.capabilities]
        reasons, best = min(rows, key=lambda row: (len(row[0]), _rate(row[1], currency), row[1].id))
        return Found(firm.party, firm.name, best, not reasons, reasons, best.rate)
