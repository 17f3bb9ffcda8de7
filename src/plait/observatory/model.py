"""What a firm reports of itself under contract, and what the observatory makes of it.

Money is a decimal amount in the report's one currency; never an order, a price or a drawing.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from plait.kernel.facts import fact

__all__ = [
    "AggregateReport",
    "ClassView",
    "Collected",
    "Figures",
    "FirmView",
    "LinkView",
    "Method",
    "Refusal",
    "ReportReceived",
    "Stop",
    "Tier",
    "Trade",
    "View",
]


class Trade(msgspec.Struct, frozen=True):
    """Value traded with one firm in the period: ``sold`` to it and ``bought`` from it.

    Without ``consent`` of both ends the report adds it to one nameless row (``party`` and ``name`` empty).
    """

    party: str
    name: str
    sold: Decimal = Decimal(0)
    bought: Decimal = Decimal(0)
    consent: bool = False


class Figures(msgspec.Struct, frozen=True):
    """A firm's own figures of a period, before they become a report; ``jobs`` counts jobs by state, ``machine_hours`` in hours."""

    since: datetime
    until: datetime
    currency: str
    revenue: Decimal
    purchases: Decimal
    trades: tuple[Trade, ...] = ()
    jobs: Mapping[str, int] = {}
    machine_hours: float = 0.0


class AggregateReport(msgspec.Struct, frozen=True):
    """What leaves a firm under the contract for its aggregates; ``isic`` is its ISIC Rev.4 class, ``region`` an ISO 3166-2 code."""

    party: str
    name: str
    isic: str
    region: str
    since: datetime
    until: datetime
    currency: str
    revenue: Decimal
    purchases: Decimal
    trades: tuple[Trade, ...] = ()
    jobs: Mapping[str, int] = {}
    machine_hours: float = 0.0


@fact("observatory.report_received", key="name", quantity="revenue")
class ReportReceived(msgspec.Struct, frozen=True):
    """A member's aggregate report was fetched under contract; ``revenue`` as plain text."""

    party: str
    name: str
    isic: str
    revenue: str
    currency: str
    since: datetime
    until: datetime


class Refusal(msgspec.Struct, frozen=True):
    """A firm whose report was not had, and why (``code`` of the problem)."""

    party: str
    name: str
    code: str
    reason: str


class Collected(msgspec.Struct, frozen=True):
    """Whose reports were received (by name), which of them were new, and who refused."""

    received: list[str]
    changed: list[str]
    refused: list[Refusal]


class FirmView(msgspec.Struct, frozen=True):
    """One firm as it reported itself; ``tier`` 0 buys from no reporting firm."""

    party: str
    name: str
    isic: str
    title: str
    region: str
    revenue: Decimal
    purchases: Decimal
    tier: int
    jobs: Mapping[str, int]
    machine_hours: float


class ClassView(msgspec.Struct, frozen=True):
    """Concentration of one class by revenue of the reporting firms.

    ``hhi`` is the sum of squared shares in percent (10,000: one firm has all), ``cr4`` the share of the four largest in
    percent; None where the class has no revenue.
    """

    isic: str
    title: str
    firms: list[str]
    revenue: Decimal
    hhi: float | None
    cr4: float | None


class LinkView(msgspec.Struct, frozen=True):
    """Goods or services of ``value`` from ``supplier`` to ``buyer`` (names). ``gap``: the two ends differ by more than a fifth."""

    supplier: str
    buyer: str
    value: Decimal
    reported_by: Literal["supplier", "buyer", "both"]
    essential: bool
    gap: bool = False


class Tier(msgspec.Struct, frozen=True):
    """The firms at one distance from the raw material, counted along the longest way; firms that supply one another share a tier."""

    level: int
    firms: list[str]


class Stop(msgspec.Struct, frozen=True):
    """What happens if ``firm`` stops: who is hit ``direct``ly over essential links, who ``through`` others.

    ``value`` is the revenue of all of them, the firm included, ``share`` its part of all reported revenue (0 to 1);
    ``esri`` is the systemic risk index, which also weighs how much of an input is lost and what can be replaced.
    """

    firm: str
    direct: list[str]
    through: list[str]
    value: Decimal
    share: float
    esri: float


class Method(msgspec.Struct, frozen=True):
    """How the numbers were made; stated with them because they mean nothing without."""

    essential: str
    market: str
    weights: str
    eps: float


class View(msgspec.Struct, frozen=True):
    """The network as the reports show it, in ``currency``; ``left_out`` says which reports could not be used and why, ``missing`` who gave none (names)."""

    at: datetime
    currency: str
    firms: list[FirmView]
    classes: list[ClassView]
    links: list[LinkView]
    chain: list[Tier]
    stops: list[Stop]
    left_out: list[str]
    method: Method
    missing: list[str] = []
