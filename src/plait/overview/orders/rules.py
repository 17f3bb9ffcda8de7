"""Rows of orders and requests from what the rooms hold (pure)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from plait.kernel.money import Money
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.late.model import LateLine
from plait.manufacturing.desk.model import Inquiry
from plait.manufacturing.trade.model import (
    Decline,
    DespatchAdvice,
    Document,
    Line,
    Order,
    OrderCancellation,
    OrderResponse,
    Quotation,
    RequestForQuotation,
    Withdrawal,
)
from plait.manufacturing.trade.rules import state_of
from plait.overview.braid.documents import moved_most, promises
from plait.overview.orders.model import Answer, OrderRow, RequestRow, RequestView

__all__ = ["answer_of", "best", "has", "has_request", "placed_row", "replaced", "request_row", "sold_row", "total_of", "waiting_row"]

SENDING = (OrderCancellation, DespatchAdvice)


def total_of(lines: Sequence[Line]) -> Money | None:
    """Return what all lines cost together; None when one has no price or they are of several currencies."""
    amounts = [line.price.times(line.quantity) for line in lines if line.price is not None]
    if not amounts or len(amounts) < len(lines) or len({each.currency for each in amounts}) > 1:
        return None
    return sum(amounts[1:], amounts[0]).rounded()


def sold_row(line: OrderLine, planned: LateLine | None, today: date) -> OrderRow:
    """Return a line of the order book; without a plan an open one is late when its date is past."""
    value = line.price.times(line.ordered_quantity or line.quantity).rounded() if line.price else None
    number = f"{line.order_no}/{line.line_no}" if line.line_no else line.order_no
    verdict, slack, reason = "", None, line.reason if line.state != "open" else ""
    if planned is not None and line.state == "open":
        verdict, slack, reason = planned.verdict, planned.slack_days, planned.reason
    elif line.state == "open" and line.due < today:
        verdict, slack = "late", (line.due - today).days
    return OrderRow(
        id=line.id,
        number=number,
        side="sold",
        other=line.customer,
        party=line.customer_party,
        part=line.part_id,
        name=line.name or line.part_no or line.customer_part_no,
        quantity=line.quantity if line.state == "open" else line.ordered_quantity or line.quantity,
        unit=line.unit,
        state=line.state,
        due=line.due,
        promised=line.promised,
        verdict=verdict,  # type: ignore[arg-type]
        slack_days=slack,
        reason=reason,
        value=value,
    )


def waiting_row(order: Order, inquiry: Inquiry) -> OrderRow:
    """Return an order of a partner that we have not confirmed (its suppliers have not), or have refused."""
    row = _order(order, "sold", order.party_name or order.party, order.party)
    state = "rejected" if inquiry.state == "refused" else "open"
    due = next((line.promised for line in order.lines if line.promised), None)
    return _with(row, state=state, part=inquiry.part_id, promised=due)


def placed_row(order: Order, after: Sequence[Document], now: datetime, zone: str, served: str = "") -> OrderRow:
    """Return an order of ours with a partner; ``after`` are the documents that follow it. It is late as far as its promise was moved, or is past.

    ``served`` is the state of the customer's order it is for: with that one work for it (such as freight, which nobody announces) has ended too.
    """
    dates = promises(after)
    first = dates[0] if dates else next((line.promised for line in order.lines if line.promised), None)
    promised = dates[-1] if dates else first
    sent = [doc for doc in after if isinstance(doc, DespatchAdvice) and doc.counterparty == order.party]
    state = state_of(order, [doc for doc in after if isinstance(doc, OrderResponse | OrderCancellation | Withdrawal)], now)
    ended = max((doc.eta for doc in sent), default=None)
    if state in ("accepted", "changed") and ended is not None:
        state = "done" if ended <= now else "sent"
    if state in ("accepted", "changed") and ended is None and served in ("done", "cancelled"):
        state = served
    verdict, slack = "", None
    if first is not None and state not in ("cancelled", "rejected", "withdrawn"):
        until = ended or max(promised or first, now if state != "done" else first)
        slack = (first.astimezone(ZoneInfo(zone)).date() - until.astimezone(ZoneInfo(zone)).date()).days
        verdict = "late" if slack < 0 else "on_time"
    row = _order(order, "bought", order.counterparty_name or order.counterparty, order.counterparty)
    return _with(row, state=state, promised=promised, verdict=verdict, slack_days=slack, reason=moved_most(after) if verdict == "late" else "")


def _order(order: Order, side: Any, other: str, party: str) -> OrderRow:
    line = order.lines[0] if order.lines else Line("", "", Decimal(0))
    more = f" +{len(order.lines) - 1}" if len(order.lines) > 1 else ""
    due = line.requested.date() if line.requested else None
    return OrderRow(order.id, order.number, side, other, party, "", f"{line.name}{more}", line.quantity, line.unit, "open", due, value=total_of(order.lines))


def _with(row: OrderRow, **values: Any) -> OrderRow:
    return msgspec.structs.replace(row, **values)


def has(row: OrderRow, text: str) -> bool:
    """Tell whether a row has ``text`` in its number, firm, part or name."""
    return not text or text.casefold() in "\n".join((row.id, row.number, row.other, row.part, row.name)).casefold()


def has_request(rfq: RequestForQuotation, text: str) -> bool:
    """Tell whether a request has ``text`` in its number, firms or names."""
    words = (rfq.number, rfq.party_name, rfq.counterparty_name, rfq.origin, *(line.name for line in rfq.lines))
    return not text or text.casefold() in "\n".join(words).casefold()


def replaced(view: RequestView, **values: Any) -> RequestView:
    """Return a view with other values."""
    return msgspec.structs.replace(view, **values)


def request_row(
    rfq: RequestForQuotation, after: Sequence[Document], later: Mapping[str, Sequence[Document]], inquiry: Inquiry | None, own: str, now: datetime
) -> RequestRow:
    """Return a request; ``after`` follows it, ``later`` what follows each of those."""
    quotation = next((doc for doc in after if isinstance(doc, Quotation)), None)
    state = state_of(rfq, after, now)
    if quotation is not None and state == "quoted":
        state = {"open": "quoted"}.get(on := state_of(quotation, later.get(quotation.id, ()), now), on)
    elif state == "open" and inquiry is not None:
        state = {"options": "waiting", "ready": "ready"}.get(inquiry.state, state)
    received = rfq.counterparty == own
    line = rfq.lines[0] if rfq.lines else Line("", "", Decimal(0))
    offered = quotation.lines[0] if quotation is not None and quotation.lines else None
    return RequestRow(
        id=rfq.id,
        number=rfq.number,
        side="received" if received else "sent",
        other=(rfq.party_name or rfq.party) if received else (rfq.counterparty_name or rfq.counterparty),
        party=rfq.party if received else rfq.counterparty,
        name=line.name,
        quantity=line.quantity,
        unit=line.unit,
        state=state,
        issued=rfq.issued,
        respond_by=rfq.respond_by,
        price=offered.price if offered else None,
        promised=offered.promised if offered else None,
        origin=rfq.origin,
    )


def answer_of(rfq: RequestForQuotation, after: Sequence[Document], later: Sequence[Document], now: datetime) -> Answer:
    """Return what one firm answered; ``later`` follows its quotation."""
    firm, party = rfq.counterparty_name or rfq.counterparty, rfq.counterparty
    no = next((doc for doc in after if isinstance(doc, Decline | Withdrawal)), None)
    quotation = next((doc for doc in after if isinstance(doc, Quotation)), None)
    if quotation is None:
        return Answer(rfq.id, firm, party, state_of(rfq, after, now) if after else "asked", reason=no.reason if no else "")
    order = next((doc for doc in later if isinstance(doc, Order)), None)
    gone = next((doc for doc in later if isinstance(doc, Withdrawal)), None)
    dates = [line.promised for line in quotation.lines if line.promised]
    return Answer(
        rfq.id,
        firm,
        party,
        state_of(quotation, later, now),
        quotation.id,
        quotation.lines[0].price if len(quotation.lines) == 1 else None,
        total_of(quotation.lines),
        max(dates, default=None),
        quotation.valid_until,
        gone.reason if gone else "",
        order.id if order else "",
    )


def best(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers, the cheapest and the earliest of those that are open marked; prices of several currencies are not compared."""
    open_ = [each for each in answers if each.state == "open"]
    totals = [each.total for each in open_ if each.total]
    dates = [each.promised for each in open_ if each.promised]
    one = len({each.currency for each in totals}) == 1 and len(open_) > 1
    low = min((each.amount for each in totals), default=None) if one else None
    first = min(dates, default=None) if len(open_) > 1 else None
    return [
        msgspec.structs.replace(
            each,
            cheapest=each in open_ and low is not None and each.total is not None and each.total.amount == low,
            earliest=each in open_ and first is not None and each.promised == first,
        )
        for each in answers
    ]
