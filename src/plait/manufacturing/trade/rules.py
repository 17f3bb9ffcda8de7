"""The chain of documents: what may follow what, and when it is too late (pure)."""

from collections.abc import Sequence
from datetime import datetime

from plait.kernel.problems import INVALID, Problem, register
from plait.manufacturing.trade.model import (
    Decline,
    DespatchAdvice,
    Document,
    Line,
    Order,
    OrderCancellation,
    OrderResponse,
    Quotation,
    Ref,
    RequestForQuotation,
    Withdrawal,
    hash_of,
)

__all__ = ["AFTER", "check", "check_wanted", "ref_to", "state_of"]

UNKNOWN_REF = register("unknown-reference", 425, "The document refers to one not known here yet", "Send the earlier document; this one is tried again.")
BAD_REF = register("reference-differs", 422, "The document refers to another content than we have", "Refer to the document as it was sent, by its hash.")
WRONG_STEP = register("wrong-successor", 409, "This document cannot follow that one", "See the chain for what may follow.")
FOREIGN = register("foreign-document", 403, "The document belongs to other parties", "Only the two parties of a chain add to it.")
TOO_LATE = register("quotation-expired", 409, "The quotation is no longer valid", "Ask for a new quotation.")
TAKEN = register("already-answered", 409, "It has been answered already", "One answer counts; see the chain.")
REVOKED = register("offer-revoked", 409, "The offer was taken back", "Ask for a new quotation.")
DEVIATES = register("order-deviates", 422, "The order deviates from the quotation", "Order what was quoted, or ask for a new quotation.")

AFTER: dict[type, tuple[type, ...]] = {
    Quotation: (RequestForQuotation,),
    Decline: (RequestForQuotation,),
    Withdrawal: (RequestForQuotation, Quotation),
    Order: (Quotation,),
    OrderResponse: (Order,),
    OrderCancellation: (Order,),
    DespatchAdvice: (Order,),
}
ONCE = (Quotation, Decline, Order)
BY_ISSUER_OF_ROOT = (OrderCancellation,)


def _responder(document: Document, before: Document) -> bool:
    """Tell whether the right side issues ``document``: answers come from the counterparty, the rest from the issuer itself."""
    if isinstance(document, OrderCancellation):
        return document.party == before.party
    if isinstance(document, Withdrawal | DespatchAdvice):
        return document.party in (before.party, before.counterparty)
    return document.party == before.counterparty


def check(document: Document, before: Document | None, siblings: Sequence[Document], at: datetime, *, sent: bool = False) -> None:
    """Return when ``document`` may follow ``before`` (its predecessor as we hold it); raise the precise refusal otherwise.

    ``siblings`` are the documents that already follow ``before``. ``sent``: it is ours, so its issuer knows them all; what a partner
    sends may have crossed an answer of ours.
    """
    if not all(line.quantity.is_finite() for line in getattr(document, "lines", ())):
        raise Problem(INVALID, f"{document.number} asks for a quantity that is no number")
    if isinstance(document, RequestForQuotation):
        return
    if not document.refs:
        raise Problem(BAD_REF, f"{document.number} refers to nothing")
    if before is None:
        raise Problem(UNKNOWN_REF, f"{document.number} refers to {document.refs[0].number}, which is not known here")
    name = type(document).__name__
    if not isinstance(before, AFTER[type(document)]):
        raise Problem(WRONG_STEP, f"a {name} cannot follow a {type(before).__name__}")
    if hash_of(before) != document.refs[0].hash:
        raise Problem(BAD_REF, f"{before.number} has another content here than {document.number} refers to")
    if {document.party, document.counterparty} != {before.party, before.counterparty} or not _responder(document, before):
        raise Problem(FOREIGN, f"{document.number} is not for its sender to issue")
    if isinstance(document, Withdrawal):
        _check_withdrawal(document, before, [each for each in siblings if sent or each.party == document.party])
    else:
        _check_state(document, before, siblings, at)


def _check_withdrawal(document: Withdrawal, before: Document, known: Sequence[Document]) -> None:
    """``known``: what follows ``before`` to the issuer's certain knowledge."""
    if isinstance(before, RequestForQuotation) and document.party != before.party:
        raise Problem(FOREIGN, f"{before.number} is its issuer's to withdraw; decline it instead")
    if answer := next((each for each in known if isinstance(each, (*ONCE, Withdrawal))), None):
        raise Problem(TAKEN, f"{before.number} has been answered by {answer.number} already, so it cannot be withdrawn")


def _check_state(document: Document, before: Document, siblings: Sequence[Document], at: datetime) -> None:
    if any(isinstance(each, Withdrawal) for each in siblings):
        raise Problem(REVOKED, f"{before.number} was withdrawn")
    if isinstance(document, ONCE) and any(isinstance(each, ONCE) for each in siblings):
        raise Problem(TAKEN, f"{before.number} has been answered already")
    if isinstance(document, Order) and isinstance(before, Quotation):
        if at >= before.valid_until:
            raise Problem(TOO_LATE, f"{before.number} was valid until {before.valid_until:%Y-%m-%d %H:%M} UTC")
        if [(line.id, line.quantity, line.price) for line in document.lines] != [(line.id, line.quantity, line.price) for line in before.lines]:
            raise Problem(DEVIATES, f"{document.number} orders other lines, quantities or prices than {before.number} quotes")
    if isinstance(document, OrderResponse):
        codes = [each.code for each in siblings if isinstance(each, OrderResponse)]
        if document.code != "changed" and codes:
            raise Problem(TAKEN, f"{before.number} has been answered already")
        if document.code == "changed" and "accepted" not in codes:
            raise Problem(WRONG_STEP, f"{before.number} has not been accepted, so nothing can be changed")
    if isinstance(document, DespatchAdvice | OrderCancellation) and not any(isinstance(each, OrderResponse) and each.code == "accepted" for each in siblings):
        raise Problem(UNKNOWN_REF, f"{before.number} has not been accepted yet")


def check_wanted(lines: Sequence[Line]) -> None:
    """Return when a request asks for something; raise ``invalid`` naming the line otherwise."""
    if not lines:
        raise Problem(INVALID, "lines: a request asks for at least one thing")
    for line in lines:
        if not (line.quantity.is_finite() and line.quantity > 0):
            raise Problem(INVALID, f"line {line.id}: quantity {line.quantity} is not above zero")


def state_of(document: Document, successors: Sequence[Document], at: datetime) -> str:
    """Return where a document stands, derived from what follows it: open, quoted, declined, withdrawn, ordered, expired, accepted, ..."""
    if any(isinstance(each, Withdrawal) for each in successors):
        return "withdrawn"
    if isinstance(document, RequestForQuotation):
        return "declined" if any(isinstance(each, Decline) for each in successors) else "quoted" if successors else "open"
    if isinstance(document, Quotation):
        return "ordered" if successors else "expired" if at >= document.valid_until else "open"
    if isinstance(document, Order):
        if any(isinstance(each, OrderCancellation) for each in successors):
            return "cancelled"
        answers = [each for each in successors if isinstance(each, OrderResponse)]
        return answers[-1].code if answers else "open"
    return "final"


def ref_to(document: Document) -> Ref:
    """Return the reference to a document."""
    return Ref(type(document).__name__, document.id, document.number, hash_of(document))
