"""The manufacturing strand: documents, promises and changes as knots (pure)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from plait.kernel.facts import Fact, decode
from plait.kernel.money import Money
from plait.manufacturing.trade.model import (
    Decline,
    DespatchAdvice,
    Document,
    Order,
    OrderCancellation,
    OrderResponse,
    Quotation,
    RequestForQuotation,
    Withdrawal,
)
from plait.overview import paths
from plait.overview.braid.finding import Story
from plait.overview.braid.model import Knot, Words

__all__ = ["desk_knots", "document_knots", "end_of", "moved_most", "promises"]

KINDS: dict[type, str] = {
    RequestForQuotation: "rfq",
    Quotation: "quotation",
    Decline: "decline",
    Withdrawal: "withdrawal",
    Order: "order",
    OrderResponse: "promise",
    OrderCancellation: "cancellation",
    DespatchAdvice: "despatch",
}
# What is said of a document (ours, theirs).
SAID: dict[str, tuple[str, str]] = {
    "rfq": ("{firm} is asked for {quantity} {name}", "{firm} asks for {quantity} {name}"),
    "quotation": ("Quoted: {price}, {when}", "{firm} quotes {price}, {when}"),
    "decline": ("Declined: {reason}", "{firm} declines: {reason}"),
    "withdrawal": ("Taken back: {reason}", "{firm} takes it back: {reason}"),
    "order": ("Ordered from {firm}: {quantity} {name}", "{firm} orders {quantity} {name}"),
    "cancellation": ("Cancelled at {firm}: {reason}", "{firm} cancels: {reason}"),
    "despatch": ("Goods announced to {firm}, due {when}", "{firm} announces the goods for {when}"),
    "accepted": ("Promised for {when}", "{firm} promises {when}"),
    "changed": ("Promise moved to {when}: {reason}", "{firm} moves its promise to {when}: {reason}"),
    "rejected": ("Order refused: {reason}", "{firm} refuses the order: {reason}"),
}
WEIGHTS = {"order": 3, "promise": 3, "cancellation": 3, "quotation": 2, "rfq": 2, "decline": 3, "despatch": 1}
LONGEST = 120


def document_knots(story: Story, own: str, firm: str) -> list[Knot]:
    """Return the knots of the order's own chain and of the chains with those who supply it; ``own`` is our party_id."""
    knots = [_knot(doc, story, own, firm, "") for doc in story.docs]
    for supply, docs in story.supplies:
        knots += [_knot(doc, story, own, firm, supply.supplier_name) for doc in docs]
    return knots


def _knot(doc: Document, story: Story, own: str, firm: str, supplier: str) -> Knot:
    """Make the knot of one document; what belongs to a supplier's part weighs less than the order's own."""
    kind = KINDS[type(doc)]
    ours = doc.party == own
    other = (doc.counterparty_name or doc.counterparty) if ours else (doc.party_name or doc.party)
    told = story.told.get(doc.id)
    code = doc.code if isinstance(doc, OrderResponse) else kind
    weight = WEIGHTS.get(kind, 2)
    return Knot(
        id=doc.id,
        strand="circulation" if kind == "despatch" else "manufacturing",
        at=told.at if told else doc.issued,
        kind=f"trade.{kind}",
        title=_said(code, doc, ours, other),
        firm=firm if ours else other,
        ours=ours,
        fact=told.id if told else doc.id,
        link=paths.document(doc.id),
        details=_details(doc, supplier),
        weight=max(1, weight - 1) if supplier else weight,
    )


def _said(code: str, doc: Document, ours: bool, other: str) -> Words:
    text = SAID[code][0 if ours else 1]
    lines: Sequence[Any] = getattr(doc, "lines", ())
    when: datetime | None = getattr(doc, "promised", None) or getattr(doc, "eta", None) or next((line.promised for line in lines if _has_date(line)), None)
    values = {"firm": other, "reason": _short(getattr(doc, "reason", "") or "-"), "price": _price(lines) or "-"}
    values |= {"quantity": _amount(sum((line.quantity for line in lines), Decimal(0))), "name": _short(lines[0].name if lines else doc.number)}
    used = {name: value for name, value in values.items() if f"{{{name}}}" in text}
    if "{when}" not in text:
        return Words(text, used)
    return Words(text, used, {"when": when}) if when is not None else Words(text, used | {"when": "-"})


def _has_date(line: Any) -> bool:
    return getattr(line, "promised", None) is not None


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _amount(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _price(lines: Iterable[Any]) -> str:
    """Return what all lines cost together, "" when one has no price or they are of several currencies."""
    total = Decimal(0)
    currencies = set()
    for line in lines:
        price: Money | None = getattr(line, "price", None)
        if price is None:
            return ""
        total += price.amount * line.quantity
        currencies.add(price.currency)
    return f"{total:,.2f} {currencies.pop()}" if len(currencies) == 1 else ""


def _details(doc: Document, supplier: str) -> dict[str, str]:
    found = {"number": doc.number}
    if supplier:
        found["supplier"] = supplier
    if doc.note:
        found["note"] = doc.note
    if isinstance(doc, DespatchAdvice):
        found |= {name: value for name, value in (("sscc", doc.sscc), ("carrier", doc.carrier)) if value}
    if isinstance(doc, Decline) and doc.reasons:
        found["reasons"] = "; ".join(doc.reasons)
    return found


def promises(docs: Sequence[Document]) -> list[datetime]:
    """Return the dates an order was promised for, the first one first."""
    answers = [doc for doc in docs if isinstance(doc, OrderResponse) and doc.promised is not None and doc.code != "rejected"]
    return [doc.promised for doc in answers if doc.promised is not None]


def moved_most(docs: Sequence[Document]) -> str:
    """Return the reason of the change that moved the promise most, "" when none gave one."""
    worst, why, before = timedelta(0), "", None
    for doc in docs:
        if not isinstance(doc, OrderResponse) or doc.promised is None:
            continue
        if doc.code == "changed" and doc.reason and before is not None and doc.promised - before > worst:
            worst, why = doc.promised - before, doc.reason
        before = doc.promised
    return why


def end_of(docs: Sequence[Document]) -> tuple[str, datetime] | None:
    """Return how and when the documents ended an order (cancelled, refused), None while they have not."""
    for doc in docs:
        if isinstance(doc, OrderCancellation) and doc.quantity is None:
            return "cancelled", doc.issued
        if isinstance(doc, Decline | Withdrawal) or (isinstance(doc, OrderResponse) and doc.code == "rejected"):
            return "refused", doc.issued
    return None


Say = Callable[[Any], tuple[Words, int]]


def _changed(body: Any) -> tuple[Words, int]:
    """Say what changed; a promise alone has its own document."""
    said = "; ".join(f"{change.field} {change.was or '-'} → {change.now or '-'}" for change in body.changes)
    return Words("Changed: {changes}", {"changes": _short(said)}), 1 if all(change.field == "promised" for change in body.changes) else 2


DESK: dict[str, Say] = {
    "book.line_entered": lambda body: (
        Words("{firm} orders {quantity} {name}", {"firm": body.customer, "quantity": _amount(body.quantity), "name": body.name or body.part_id}),
        3,
    ),
    "book.line_changed": _changed,
    "book.line_closed": lambda body: (
        Words("Done: {reason}", {"reason": body.reason or "-"}) if body.state == "done" else Words("Cancelled: {reason}", {"reason": body.reason or "-"}),
        3,
    ),
    "book.line_removed": lambda body: (Words("Taken out of the book: {reason}", {"reason": body.reason}), 3),
    "offer.asked": lambda body: (Words("{firm} asks for an offer", {"firm": body.customer}), 2),
    "offer.changed": lambda body: (Words("Offer changed: {changes}", {"changes": _short("; ".join(body.changes))}), 1),
    "offer.sent": lambda body: (Words("Offer {number} sent to {firm}", {"number": body.number, "firm": body.customer}), 2),
    "offer.replied": lambda body: (Words("An answer to offer {number} came by e-mail", {"number": body.number}), 1),
    "offer.accepted": lambda body: (Words("{firm} accepts the offer", {"firm": body.customer}), 3),
    "offer.lost": lambda body: (Words("Lost: {reason}", {"reason": body.text or body.reason}), 3),
    "desk.promise_kept": lambda body: (Words("Plan repaired, the promise is kept: {reason}", {"reason": _short(body.reason)}), 2),
    "desk.promise_moved": lambda body: (Words("Promise moved to {when}: {reason}", {"reason": _short(body.reason)}, {"when": body.now}), 3),
    "desk.standin_sought": lambda body: (Words("Stand-in sought for {firm}: {reason}", {"firm": body.failed, "reason": _short(body.reason)}), 2),
    "desk.standin_found": lambda body: (Words("{firm} stands in", {"firm": body.supplier_name}), 3),
    "schedule.booked": lambda body: (Words("Planned: ready {when}", {}, {"when": body.finish}), 1),
    "schedule.cancelled": lambda body: (Words("Taken out of the plan: {reason}", {"reason": _short(body.reason)}), 2),
    "schedule.repaired": lambda body: (Words("Plan moved to {when}: {reason}", {"reason": _short(body.reason)}, {"when": body.now}), 1),
    "line.run_opened": lambda body: (Words("Work opened: {quantity} pcs", {"quantity": str(body.quantity)}), 1),
    "line.run_cut": lambda body: (Words("{quantity} pcs taken out: {reason}", {"quantity": str(body.quantity), "reason": _short(body.reason)}), 2),
    "invoice.handed_over": lambda body: (Words("Invoice {number} handed over", {"number": body.number}), 2),
}


def desk_knots(story: Story, firm: str) -> list[Knot]:
    """Return the knots of what the desk, the schedule and the invoices noted; what a document of the chain says already is left out."""
    told = {"book.line_entered"} if story.order is not None else set()
    told |= {"desk.promise_moved"} if any(isinstance(doc, OrderResponse) for doc in story.docs) else set()
    number = story.run_number
    knots = []
    for fact in [*story.facts, *(one for one in story.invoices if _bills(one, number))]:
        body = decode(fact) if fact.kind in DESK and fact.kind not in told else None
        if body is not None:
            words, weight = DESK[fact.kind](body)
            if fact.kind == "book.line_closed" and story.order is not None:
                weight = 2
            link = paths.run(number) if fact.kind.startswith("line.") else paths.order(number)
            knots.append(Knot(fact.id, "manufacturing", fact.at, fact.kind, words, firm, fact=fact.id, link=link, weight=weight))
    return knots


def _bills(fact: Fact, number: str) -> bool:
    body = decode(fact)
    return body is not None and number in body.orders
