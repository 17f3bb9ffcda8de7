"""Listed prices, estimates, corrections, and the facts about them."""

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from plait.kernel.facts import fact
from plait.kernel.money import Money
from plait.manufacturing.part.model import Operation

__all__ = ["Correction", "Corrections", "Estimate", "Estimates", "Measured", "PastJob", "Price", "PricesListed", "Spread", "TimesCorrected"]


class Price(msgspec.Struct, frozen=True):
    """A listed price of one ``unit`` (UN/ECE Rec 20) of a part, from ``from_quantity`` on.

    ``sale``: what ``party`` (a customer's name; empty: everybody) pays. ``purchase``: what ``party`` (a supplier's name) is paid. It holds from
    ``valid_from`` to ``valid_until``, both days included; None: no limit. ``source`` is the inbox item it came by.
    """

    kind: Literal["sale", "purchase"]
    part_id: str
    party: str
    from_quantity: Decimal
    price: Money
    unit: str = "C62"
    valid_from: date | None = None
    valid_until: date | None = None
    source: str = ""


@fact("masters.prices_listed", key="part_id", quantity="prices")
class PricesListed(msgspec.Struct, frozen=True):
    """Listed prices of a part came, changed or went; ``prices`` counts them."""

    part_id: str
    prices: int
    source: str


class Spread(msgspec.Struct, frozen=True):
    """The middle half of what was found, in minutes: a quarter lies below ``low``, a quarter above ``high``."""

    low: float
    high: float


class PastJob(msgspec.Struct, frozen=True):
    """One order line of the past (or open): pieces, days from order to due date, price of a piece. None: not known."""

    part_id: str
    quantity: float
    price: float | None = None
    days: float | None = None


class Measured(msgspec.Struct, frozen=True):
    """One job that has ended: ``pieces`` of a part at operation ``seq`` took ``minutes`` of open time."""

    part_id: str
    seq: int
    pieces: int
    minutes: float


class Estimate(msgspec.Struct, frozen=True):
    """Estimated operations of a part without a routing.

    ``basis``: ``family`` (medians of routings and measured jobs of like parts), ``price`` (minutes that its price pays for) or ``default``.
    ``like`` are the parts, ``jobs`` counts the jobs behind it, ``spread`` the minutes of a piece (all operations), ``why`` says it in words.
    """

    part_id: str
    name: str
    family: str
    basis: Literal["family", "price", "default"]
    operations: tuple[Operation, ...]
    spread: Spread
    like: tuple[str, ...] = ()
    jobs: int = 0
    why: str = ""


class Estimates(msgspec.Struct, frozen=True):
    """Estimates of all parts without a routing; ``applied`` when they were entered, ``work_centres`` are those assumed for them."""

    estimates: list[Estimate]
    applied: bool = False
    work_centres: list[str] = []


class Correction(msgspec.Struct, frozen=True):
    """Times of an operation as planned (``was``) and as ``jobs`` ended jobs show them (``now``): minutes of set-up and of a piece.

    ``spread`` is that of the time of a piece.
    """

    part_id: str
    part_name: str
    seq: int
    name: str
    setup_was: float
    setup_now: float
    cycle_was: float
    cycle_now: float
    jobs: int
    spread: Spread
    estimated: bool = False


class Corrections(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which corrections are accepted: operations as ``PART/seq``; empty: all."""

    accept: tuple[str, ...] = ()


@fact("masters.times_corrected", key="part_id")
class TimesCorrected(msgspec.Struct, frozen=True):
    """The planned times of an operation were corrected by what jobs took."""

    part_id: str
    seq: int
    setup_min: float
    cycle_min: float
    jobs: int
