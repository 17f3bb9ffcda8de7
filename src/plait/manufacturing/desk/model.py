"""Inquiries, supplies and arrivals, and the facts the desk leaves."""

from datetime import datetime

import msgspec

from plait.kernel.facts import fact
from plait.manufacturing.part.model import CostBreakdown

__all__ = [
    "Accepted",
    "Arrival",
    "DemandDeclined",
    "DemandSourced",
    "GoodsArrived",
    "GoodsItem",
    "Inquiry",
    "NotFit",
    "PromiseKept",
    "PromiseMoved",
    "Proposal",
    "Sourced",
    "StandInFound",
    "StandInSought",
    "Supply",
]


class Inquiry(msgspec.Struct, frozen=True):
    """A customer's request on its way to a run.

    ``state``: options, ready (a person is to answer), quoted, declined, confirming, accepted, refused.
    """

    rfq_id: str
    purpose: str
    customer: str
    customer_name: str
    part_id: str
    quantity: int
    state: str
    hold_id: str = ""
    quotation_id: str = ""
    order_id: str = ""
    run: str = ""
    promised: datetime | None = None


class Proposal(msgspec.Struct, frozen=True):
    """What an answer to a request would say now: cost with its price, date, until when it would hold.

    Without a date: ``waits`` names the suppliers whose answers are out, ``reasons`` says why it cannot be quoted.
    """

    rfq_id: str
    part_id: str = ""
    quantity: int = 0
    cost: CostBreakdown | None = None
    promised: datetime | None = None
    until: datetime | None = None
    waits: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Supply(msgspec.Struct, frozen=True):
    """What a supplier does for a purpose; ``role`` is material:<part>, service:<op> or freight.

    ``state``: ordered, active, refused, unwanted (to be ended once it is accepted), ended.
    """

    purpose: str
    role: str
    supplier: str
    supplier_name: str
    order_id: str
    state: str
    lead_minutes: int = 0


class GoodsItem(msgspec.Struct, frozen=True):
    """One line of goods that came: identity by GTIN with lot or serials; ``batch`` is our own reference, if any."""

    gtin: str
    lot: str
    quantity: int
    serials: tuple[str, ...] = ()
    batch: str = ""
    name: str = ""


class Arrival(msgspec.Struct, frozen=True):
    """Goods announced by a despatch advice; ``state`` is expected or arrived."""

    doc_id: str
    number: str
    eta: datetime
    state: str


class NotFit(msgspec.Struct, frozen=True):
    """Why one firm was not asked."""

    firm: str
    reasons: tuple[str, ...]


class Sourced(msgspec.Struct, frozen=True):
    """A demand of ours that was sent out: its number, the firms that were asked, and why the others were not."""

    number: str
    asked: tuple[str, ...]
    others: tuple[NotFit, ...]


@fact("desk.demand_sourced", key="demand", quantity="asked")
class DemandSourced(msgspec.Struct, frozen=True):
    """Our own demand was sent as a request to every firm that fits; the others say why they do not."""

    demand: str
    asked: int
    firms: tuple[str, ...]
    others: tuple[NotFit, ...]


@fact("desk.demand_declined", key="demand")
class DemandDeclined(msgspec.Struct, frozen=True):
    """Nobody in the network fits the demand."""

    demand: str
    reason: str
    others: tuple[NotFit, ...]


@fact("desk.accepted", key="run", quantity="quantity")
class Accepted(msgspec.Struct, frozen=True):
    """An order was accepted and has become run ``run``, promised for ``promised``."""

    run: str
    order_id: str
    order_number: str
    customer: str
    customer_name: str
    part_id: str
    quantity: int
    promised: datetime


@fact("desk.promise_kept", key="run")
class PromiseKept(msgspec.Struct, frozen=True):
    """Something went wrong, the plan was repaired, and the promised date still holds."""

    run: str
    promised: datetime
    finish: datetime
    reason: str


@fact("desk.promise_moved", key="run", quantity="now")
class PromiseMoved(msgspec.Struct, frozen=True):
    """The promised date cannot be kept; the customer was told the new one and why."""

    run: str
    was: datetime
    now: datetime
    reason: str


@fact("desk.standin_sought", key="role")
class StandInSought(msgspec.Struct, frozen=True):
    """A supplier has failed; those who can stand in were asked."""

    role: str
    purpose: str
    failed: str
    reason: str
    candidates: tuple[str, ...]
    others: tuple[NotFit, ...]


@fact("desk.standin_found", key="role")
class StandInFound(msgspec.Struct, frozen=True):
    """Another supplier has taken over."""

    role: str
    purpose: str
    supplier: str
    supplier_name: str
    order_id: str


@fact("desk.goods_arrived", key="number", quantity="quantity")
class GoodsArrived(msgspec.Struct, frozen=True):
    """Goods announced by despatch advice ``doc_id`` are here; ``number`` is the sender's, with its name."""

    number: str
    doc_id: str
    sender: str
    sender_name: str
    order_id: str
    quantity: int
    items: tuple[GoodsItem, ...]
    sscc: str = ""
    carrier: str = ""
