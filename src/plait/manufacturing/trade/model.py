"""Trade documents, one Struct a type, and the facts they leave.

A document is never changed; what holds is derived from the chain. ``party`` is the issuer's party_id, ``counterparty`` the other's.
Element names follow UBL 2.4 where it has them.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from plait.kernel.facts import fact
from plait.kernel.money import Money
from plait.manufacturing.requirement import Requirement

__all__ = [
    "Decline",
    "Demand",
    "DemandReceived",
    "DespatchAdvice",
    "DespatchLine",
    "Document",
    "Line",
    "Order",
    "OrderCancellation",
    "OrderResponse",
    "Quotation",
    "Ref",
    "RequestForQuotation",
    "Withdrawal",
    "hash_of",
]


class Ref(msgspec.Struct, frozen=True):
    """A predecessor: its type, id, number, and the SHA-256 of its canonical bytes."""

    type: str
    id: str
    number: str
    hash: str


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line. ``quantity`` in ``unit`` (UN/ECE Rec 20); ``price`` of one unit; ``lead_minutes`` the time one lot takes at the supplier."""

    id: str
    name: str
    quantity: Decimal
    unit: str = "C62"
    gtin: str = ""
    requirement: Requirement | None = None
    requested: datetime | None = None
    price: Money | None = None
    promised: datetime | None = None
    lead_minutes: int = 0


class DespatchLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Goods of one lot (or with serials) on their way; ``batch`` is the receiver's own reference."""

    name: str
    gtin: str
    lot: str
    quantity: Decimal
    serials: tuple[str, ...] = ()
    batch: str = ""
    unit: str = "C62"


class _Header(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    id: str
    number: str
    party: str
    party_name: str
    counterparty: str
    counterparty_name: str = ""
    issued: datetime
    refs: tuple[Ref, ...] = ()
    note: str = ""
    version: int = 1


class RequestForQuotation(_Header, frozen=True, kw_only=True, tag=True):
    """Asks for price and date; with ``option`` the answer is to be held for us until it expires."""

    lines: tuple[Line, ...]
    respond_by: datetime
    option: bool = False
    origin: str = ""


class Quotation(_Header, frozen=True, kw_only=True, tag=True):
    """Price and promised date, good until ``valid_until``; ``hold_id`` is the seller's own slot."""

    lines: tuple[Line, ...]
    valid_until: datetime
    hold_id: str = ""
    option: bool = False


class Decline(_Header, frozen=True, kw_only=True, tag=True):
    """Answers a request with no, and why."""

    reason: str
    reasons: tuple[str, ...] = ()
    option: bool = False


class Withdrawal(_Header, frozen=True, kw_only=True, tag=True):
    """Takes back a request or a quotation (also: releases an option)."""

    reason: str


class Order(_Header, frozen=True, kw_only=True, tag=True):
    """Accepts a quotation as it stands."""

    lines: tuple[Line, ...]
    option: bool = False


class OrderResponse(_Header, frozen=True, kw_only=True, tag=True):
    """The seller's word on an order: accepted, rejected, or (later) changed with a new date."""

    code: Literal["accepted", "rejected", "changed"]
    promised: datetime | None = None
    reason: str = ""


class OrderCancellation(_Header, frozen=True, kw_only=True, tag=True):
    """The buyer takes back what has not been begun (``quantity`` None: all of that)."""

    reason: str
    quantity: Decimal | None = None


class DespatchAdvice(_Header, frozen=True, kw_only=True, tag=True):
    """Goods have left and should arrive at ``eta``."""

    lines: tuple[DespatchLine, ...]
    departed: datetime
    eta: datetime
    carrier: str = ""
    sscc: str = ""


Document = RequestForQuotation | Quotation | Decline | Withdrawal | Order | OrderResponse | OrderCancellation | DespatchAdvice


def hash_of(document: Document) -> str:
    """Return the SHA-256 (hex) of a document's canonical bytes."""
    import hashlib

    return hashlib.sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()


class Demand(msgspec.Struct, frozen=True):
    """What our own planning system asks for; no supplier is named."""

    id: str
    number: str
    lines: tuple[Line, ...]
    respond_by: datetime


class DocFact(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact says of a document. ``key`` is its number (with the sender's name when received), ``target_id`` its predecessor."""

    doc_id: str
    key: str
    number: str
    other: str
    other_name: str
    target_id: str = ""
    quantity: str = ""
    option: bool = False
    origin: str = ""
    order_id: str = ""
    code: str = ""
    promised: datetime | None = None
    reason: str = ""


KINDS = {
    "RequestForQuotation": "rfq",
    "Quotation": "quotation",
    "Decline": "decline",
    "Withdrawal": "withdrawal",
    "Order": "order",
    "OrderResponse": "order_response",
    "OrderCancellation": "cancellation",
    "DespatchAdvice": "despatch",
}
FACTS: dict[tuple[str, bool], Any] = {}
for _type, _name in KINDS.items():
    for _sent in (True, False):
        _kind = f"trade.{_name}_{'sent' if _sent else 'received'}"
        _class = msgspec.defstruct(_kind.replace(".", "_"), [], bases=(DocFact,), frozen=True, kw_only=True)
        FACTS[_type, _sent] = fact(_kind, key="key", quantity="quantity")(_class)


@fact("trade.demand_received", key="number", quantity="quantity")
class DemandReceived(msgspec.Struct, frozen=True):
    """Our own system dropped a demand."""

    doc_id: str
    number: str
    quantity: str
