"""The chain of documents: what may follow what, from whom, and until when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from plait.kernel.money import Money
from plait.kernel.problems import Problem
from plait.manufacturing.trade import rules
from plait.manufacturing.trade.model import (
    Decline,
    DespatchAdvice,
    DespatchLine,
    Line,
    Order,
    OrderCancellation,
    OrderResponse,
    Quotation,
    Ref,
    RequestForQuotation,
    Withdrawal,
)

AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
LINE = Line("1", "Gear set", Decimal(120), price=Money(Decimal(70), "EUR"))


def head(number, party, other):
    return {"id": number, "number": number, "party": party, "party_name": party, "counterparty": other, "issued": AT}


RFQ = RequestForQuotation(**head("RFQ-1", "buyer", "seller"), lines=(LINE,), respond_by=AT)


def after(before, kind, party="seller", other="buyer", number="X-1", **fields):
    return kind(**head(number, party, other), refs=(rules.ref_to(before),), **fields)


QUOTE = after(RFQ, Quotation, number="Q-1", lines=(LINE,), valid_until=AT + timedelta(hours=48))
ORDER = after(QUOTE, Order, "buyer", "seller", "PO-1", lines=(LINE,))
YES = after(ORDER, OrderResponse, number="OR-1", code="accepted", promised=AT)
GOODS = {"lines": (DespatchLine("x", "", "L", Decimal(1)),), "departed": AT, "eta": AT}

GOOD = [
    ("a request", RFQ, None, [], AT),
    ("a quotation", QUOTE, RFQ, [], AT),
    ("a decline", after(RFQ, Decline, reason="no"), RFQ, [], AT),
    ("an order a moment before expiry", ORDER, QUOTE, [], AT + timedelta(hours=47, minutes=59)),
    ("the seller withdraws its quotation", after(QUOTE, Withdrawal, reason="sold"), QUOTE, [], AT),
    ("the buyer lets a quotation go", after(QUOTE, Withdrawal, "buyer", "seller", reason="no need"), QUOTE, [], AT),
    ("an acceptance", YES, ORDER, [], AT),
    ("a new date", after(ORDER, OrderResponse, number="OR-2", code="changed", promised=AT), ORDER, [YES], AT),
    ("a cancellation by the buyer", after(ORDER, OrderCancellation, "buyer", "seller", reason="moved"), ORDER, [YES], AT),
    ("goods to the buyer", after(ORDER, DespatchAdvice, **GOODS), ORDER, [YES], AT),
    ("pieces to be worked on", after(ORDER, DespatchAdvice, "buyer", "seller", **GOODS), ORDER, [YES], AT),
]


@pytest.mark.parametrize(("document", "before", "siblings", "at"), [row[1:] for row in GOOD], ids=[row[0] for row in GOOD])
def test_what_may_follow(document, before, siblings, at):
    """Tests that every step of a proper chain is taken."""
    rules.check(document, before, siblings, at)


FORGED = msgspec.structs.replace(QUOTE, refs=(Ref("RequestForQuotation", "RFQ-1", "RFQ-1", "f" * 64),))
CHEAPER = after(QUOTE, Order, "buyer", "seller", lines=(msgspec.structs.replace(LINE, price=Money(Decimal(1), "EUR")),))
MORE = after(QUOTE, Order, "buyer", "seller", lines=(msgspec.structs.replace(LINE, quantity=Decimal(121)),))
BAD = [
    ("the predecessor is not here yet", QUOTE, None, [], AT, "unknown-reference", 425),
    ("it refers to nothing", msgspec.structs.replace(QUOTE, refs=()), None, [], AT, "reference-differs", 422),
    ("it refers to another content", FORGED, RFQ, [], AT, "reference-differs", 422),
    ("an order on a request", after(RFQ, Order, "buyer", "seller", lines=(LINE,)), RFQ, [], AT, "wrong-successor", 409),
    ("the buyer quotes itself", after(RFQ, Quotation, "buyer", "seller", lines=(LINE,), valid_until=AT), RFQ, [], AT, "foreign-document", 403),
    ("a third firm quotes", after(RFQ, Quotation, "other", "buyer", lines=(LINE,), valid_until=AT), RFQ, [], AT, "foreign-document", 403),
    ("the seller orders", after(QUOTE, Order, lines=(LINE,)), QUOTE, [], AT, "foreign-document", 403),
    ("the seller cancels", after(ORDER, OrderCancellation, reason="x"), ORDER, [YES], AT, "foreign-document", 403),
    ("after expiry", ORDER, QUOTE, [], AT + timedelta(hours=48), "quotation-expired", 409),
    ("accepted twice", msgspec.structs.replace(ORDER, id="PO-2"), QUOTE, [ORDER], AT, "already-answered", 409),
    ("quoted twice", msgspec.structs.replace(QUOTE, id="Q-2"), RFQ, [QUOTE], AT, "already-answered", 409),
    ("ordered after withdrawal", ORDER, QUOTE, [after(QUOTE, Withdrawal, reason="sold")], AT, "offer-revoked", 409),
    ("quoted after withdrawal", QUOTE, RFQ, [after(RFQ, Withdrawal, "buyer", "seller", reason="x")], AT, "offer-revoked", 409),
    ("another price", CHEAPER, QUOTE, [], AT, "order-deviates", 422),
    ("another quantity", MORE, QUOTE, [], AT, "order-deviates", 422),
    ("answered twice", after(ORDER, OrderResponse, number="OR-3", code="rejected"), ORDER, [YES], AT, "already-answered", 409),
    ("changed before it was accepted", after(ORDER, OrderResponse, code="changed"), ORDER, [], AT, "wrong-successor", 409),
    ("goods before it was accepted", after(ORDER, DespatchAdvice, **GOODS), ORDER, [], AT, "unknown-reference", 425),
]


@pytest.mark.parametrize(("document", "before", "siblings", "at", "code", "status"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_may_not_follow(document, before, siblings, at, code, status):
    """Tests that each wrong step is refused for its own reason."""
    with pytest.raises(Problem) as refused:
        rules.check(document, before, siblings, at)
    assert (refused.value.code, refused.value.status) == (code, status)


def test_state_is_derived_from_the_chain():
    """Tests that where a document stands follows from what came after it and the time."""
    assert rules.state_of(RFQ, [], AT) == "open"
    assert rules.state_of(RFQ, [QUOTE], AT) == "quoted"
    assert rules.state_of(QUOTE, [], AT + timedelta(hours=49)) == "expired"
    assert rules.state_of(QUOTE, [ORDER], AT) == "ordered"
    assert rules.state_of(ORDER, [YES], AT) == "accepted"
    assert rules.state_of(ORDER, [YES, after(ORDER, OrderCancellation, "buyer", "seller", reason="x")], AT) == "cancelled"


@pytest.mark.parametrize("quantity", [None, "0", "-1", "NaN", "Infinity"])
def test_a_request_asks_for_something(quantity):
    """Tests that an empty request and a quantity that is not above zero are refused before anything is sent."""
    lines = [] if quantity is None else [msgspec.structs.replace(LINE, quantity=Decimal(quantity))]
    with pytest.raises(Problem, match="invalid"):
        rules.check_wanted(lines)
    rules.check_wanted([LINE])
