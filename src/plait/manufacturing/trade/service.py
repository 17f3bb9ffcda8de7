"""The verbs of trade: every document is signed, kept and posted in one transaction; what comes in is checked before it is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.ids import new_id
from plait.kernel.ports import Directory, Guard
from plait.kernel.problems import FORBIDDEN, MALFORMED, NOT_FOUND, Problem
from plait.manufacturing.trade import rules, tables
from plait.manufacturing.trade.model import (
    FACTS,
    Decline,
    DespatchAdvice,
    DespatchLine,
    Document,
    Line,
    Order,
    OrderCancellation,
    OrderResponse,
    Quotation,
    RequestForQuotation,
    Withdrawal,
)
from plait.store import Store, Tx

__all__ = ["Signer", "TradeService"]

ALL = Scope(everything=True)
MAIL = "/api/v1/trade/mail"
_decoder = msgspec.json.Decoder(Document)


class Signer(Protocol):
    """Signs in the firm's name and checks partners' signatures (bound to ``identity``)."""

    def sign(self, payload: bytes) -> str:
        """Return a compact JWS."""
        ...

    async def verify(self, party: str, jws: str) -> bytes:
        """Return the payload signed by ``party``; raise ``unauthenticated``."""
        ...


class TradeService:
    """Requests, quotations, orders and what follows, with partners who have a node."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, signer: Signer, directory: Directory) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.signer = signer
        self.directory = directory

    def _name(self, party: str) -> str:
        member = self.directory.member(party)
        return member.name if member else ""

    def _header(self, tx: Tx, series: str, to: str) -> dict[str, Any]:
        firm = self.guard.firm()
        number = f"{series}-{tx.number(series):05}"
        names = {"party_name": firm.name, "counterparty_name": self._name(to)}
        return {"id": new_id(), "number": number, "party": firm.party_id, "counterparty": to, "issued": tx.at, **names}

    def _send(self, tx: Tx, document: Document, before: Document | None = None) -> Document:
        siblings = tables.successors(tx.conn, ALL, before.id) if before else []
        rules.check(document, before, siblings, tx.at, sent=True)
        jws = self.signer.sign(msgspec.json.encode(document, order="deterministic"))
        tables.put_document(tx.conn, document, jws)
        tx.append(f"trade/{_root(tx, document).number}", _fact(tx, document, sent=True))
        if document.counterparty:
            tx.post(document.counterparty, MAIL, jws.encode(), media_type="application/jose", key=document.id)
        return document

    async def _follow(self, actor: Actor, id: str, make: Callable[[Tx, Document], Document], once: str | None = None) -> Document:
        def work(tx: Tx) -> Document:
            before = tables.document(tx.conn, ALL, id)
            if before is None:
                raise Problem(NOT_FOUND, f"document {id} is not known")
            return self._send(tx, make(tx, before), before)

        done: Document = await self.store.write(actor, work, once=once, result=Document)
        return done

    async def request(
        self, actor: Actor, to: str, lines: Sequence[Line], respond_by: datetime, *, option: bool = False, origin: str = "", once: str | None = None
    ) -> RequestForQuotation:
        """Ask ``to`` for price and date; with ``option`` its answer is to be held for us. Raise ``invalid`` when nothing is asked for."""
        self.guard.require(actor, "trade.write")
        rules.check_wanted(lines)

        def work(tx: Tx) -> RequestForQuotation:
            return self.request_in(tx, to, lines, respond_by, option=option, origin=origin)

        return await self.store.write(actor, work, once=once, result=RequestForQuotation)

    def request_in(self, tx: Tx, to: str, lines: Sequence[Line], respond_by: datetime, *, option: bool, origin: str, name: str = "") -> RequestForQuotation:
        """As ``request``, inside a transaction; ``to`` empty: one without a node, called ``name``, who is told by other ways."""
        head = self._header(tx, "RFQ", to)
        head["counterparty_name"] = head["counterparty_name"] or name
        rfq = RequestForQuotation(**head, lines=tuple(lines), respond_by=respond_by, option=option, origin=origin)
        self._send(tx, rfq)
        return rfq

    async def quote(self, actor: Actor, rfq_id: str, lines: Sequence[Line], valid_until: datetime, hold_id: str = "", once: str | None = None) -> Document:
        """Answer a request with price and promised date."""
        self.guard.require(actor, "trade.write")

        return await self._follow(actor, rfq_id, lambda tx, rfq: self.quotation_of(tx, rfq, lines, valid_until, hold_id), once)

    def quotation_of(self, tx: Tx, rfq: Document, lines: Sequence[Line], valid_until: datetime, hold_id: str) -> Quotation:
        """Return the quotation on ``rfq``, to be sent."""
        head = self._header(tx, "Q", rfq.party)
        option = isinstance(rfq, RequestForQuotation) and rfq.option
        return Quotation(**head, refs=(rules.ref_to(rfq),), lines=tuple(lines), valid_until=valid_until, hold_id=hold_id, option=option)

    async def decline(self, actor: Actor, rfq_id: str, reason: str, reasons: Sequence[str] = (), once: str | None = None) -> Document:
        """Answer a request with no, and why."""
        self.guard.require(actor, "trade.write")

        def make(tx: Tx, rfq: Document) -> Document:
            option = isinstance(rfq, RequestForQuotation) and rfq.option
            return Decline(**self._header(tx, "D", rfq.party), refs=(rules.ref_to(rfq),), reason=reason, reasons=tuple(reasons), option=option)

        return await self._follow(actor, rfq_id, make, once)

    async def withdraw(self, actor: Actor, id: str, reason: str, once: str | None = None) -> Document:
        """Take back a request (once it is quoted: the quotation goes with it) or a quotation of ours, or let go a quotation held for us."""
        self.guard.require(actor, "trade.write")

        def work(tx: Tx) -> Document:
            before = tables.open_step(tx.conn, id) or tables.document(tx.conn, ALL, id)
            if before is None:
                raise Problem(NOT_FOUND, f"document {id} is not known")
            return self._send(tx, self.withdrawal_of(tx, before, reason), before)

        done: Document = await self.store.write(actor, work, once=once, result=Document)
        return done

    def withdrawal_of(self, tx: Tx, before: Document, reason: str) -> Withdrawal:
        """Return the withdrawal of ``before``, to be sent."""
        ours = before.party == self.guard.firm().party_id
        head = self._header(tx, "W", before.counterparty if ours else before.party)
        head["counterparty_name"] = head["counterparty_name"] or (before.counterparty_name if ours else before.party_name)
        return Withdrawal(**head, refs=(rules.ref_to(before),), reason=reason)

    async def order(self, actor: Actor, quotation_id: str, note: str = "", once: str | None = None) -> Document:
        """Accept a quotation as it stands; raise ``quotation-expired``, ``already-answered`` or ``offer-revoked``."""
        self.guard.require(actor, "trade.write")
        return await self._follow(actor, quotation_id, lambda tx, before: self.order_of(tx, before, note), once)

    def order_of(self, tx: Tx, before: Document, note: str = "") -> Order:
        """Return the order on quotation ``before``, to be sent."""
        if not isinstance(before, Quotation):
            raise Problem(rules.WRONG_STEP, f"{before.number} is no quotation")
        head = self._header(tx, "PO", before.party)
        head["counterparty_name"] = head["counterparty_name"] or before.party_name
        return Order(**head, refs=(rules.ref_to(before),), lines=before.lines, note=note, option=before.option)

    def send_in(self, tx: Tx, document: Document, before: Document) -> Document:
        """Send a document made inside a transaction."""
        return self._send(tx, document, before)

    async def open_request(self, actor: Actor, id: str) -> bool:
        """Tell whether a request has neither been answered nor withdrawn; raise ``not-found``."""
        rfq = await self.document(actor, id)
        return rules.state_of(rfq, await self.store.read(lambda conn: tables.successors(conn, ALL, id)), self.clock.now()) == "open"

    async def respond(self, actor: Actor, order_id: str, code: str, promised: datetime | None, reason: str, once: str | None = None) -> Document:
        """Answer an order: accepted or rejected once, changed as often as the date moves."""
        self.guard.require(actor, "trade.write")

        return await self._follow(actor, order_id, lambda tx, order: self.response_of(tx, order, code, promised, reason), once)

    def response_of(self, tx: Tx, order: Document, code: Any, promised: datetime | None, reason: str) -> OrderResponse:
        """Return the answer to ``order``, to be sent."""
        return OrderResponse(**self._header(tx, "OR", order.party), refs=(rules.ref_to(order),), code=code, promised=promised, reason=reason)

    async def cancel(self, actor: Actor, order_id: str, quantity: Decimal | None, reason: str, once: str | None = None) -> Document:
        """Take back what the supplier has not begun of an order of ours."""
        self.guard.require(actor, "trade.write")

        def make(tx: Tx, order: Document) -> Document:
            return OrderCancellation(**self._header(tx, "OC", order.counterparty), refs=(rules.ref_to(order),), reason=reason, quantity=quantity)

        return await self._follow(actor, order_id, make, once)

    async def despatch(
        self,
        actor: Actor,
        order_id: str,
        lines: Sequence[DespatchLine],
        eta: datetime,
        *,
        carrier: str = "",
        sscc: str = "",
        once: str | None = None,
    ) -> Document:
        """Announce goods to the other party of an order: ours to the buyer, or our own pieces to whom we ordered work on them from."""
        self.guard.require(actor, "trade.write")

        def make(tx: Tx, order: Document) -> Document:
            other = order.counterparty if order.party == self.guard.firm().party_id else order.party
            head = self._header(tx, "DA", other)
            return DespatchAdvice(**head, refs=(rules.ref_to(order),), lines=tuple(lines), departed=tx.at, eta=eta, carrier=carrier, sscc=sscc)

        return await self._follow(actor, order_id, make, once)

    async def receive(self, actor: Actor, jws: str) -> Document:
        """Take in a signed document from a partner; the same one again gets the same answer. Raise the precise refusal and keep nothing."""
        if actor.kind != "partner":
            raise Problem(FORBIDDEN, "documents come from partners, with their own token")
        try:
            document: Document = _decoder.decode(await self.signer.verify(actor.party, jws))
        except msgspec.ValidationError as error:
            raise Problem(MALFORMED, f"the document cannot be read: {error}") from error
        if document.party != actor.party or document.counterparty != self.guard.firm().party_id:
            raise Problem(rules.FOREIGN, f"{document.number} is not from {actor.id} to us")

        def work(tx: Tx) -> Document:
            known = tables.document(tx.conn, ALL, document.id)
            if known is not None:
                if known != document:
                    raise Problem(rules.BAD_REF, f"another document {document.id} was received before")
                return known
            before = tables.document(tx.conn, ALL, document.refs[0].id) if document.refs else None
            siblings = tables.successors(tx.conn, ALL, before.id) if before else []
            rules.check(document, before, siblings, tx.at)
            tables.put_document(tx.conn, document, jws)
            tx.append(f"trade/{_root(tx, document).number}", _fact(tx, document, sent=False))
            return document

        kept: Document = await self.store.write(actor, work)
        return kept

    def take_in(self, tx: Tx, document: Document, before: Document | None = None) -> Document:
        """Keep, inside a transaction, a document of a firm without a node: unsigned, as a person or a file says it; raise the precise refusal."""
        rules.check(document, before, tables.successors(tx.conn, ALL, before.id) if before else [], tx.at)
        tables.put_document(tx.conn, document, "")
        tx.append(f"trade/{_root(tx, document).number}", _fact(tx, document, sent=False))
        return document

    async def document(self, actor: Actor, id: str) -> Any:
        """Return one document the actor may see; raise ``not-found``."""
        scope = self.guard.scope(actor, "read", "trade.document")
        found = await self.store.read(lambda conn: tables.document(conn, scope, id))
        if found is None:
            raise Problem(NOT_FOUND, f"document {id} is not known")
        return found

    async def signed(self, actor: Actor, id: str) -> str:
        """Return one document as its issuer signed it; raise ``not-found``."""
        scope = self.guard.scope(actor, "read", "trade.document")
        found = await self.store.read(lambda conn: tables.jws_of(conn, scope, id))
        if not found:
            raise Problem(NOT_FOUND, f"no signed document {id} is known")
        return found

    async def chain(self, actor: Actor, number: str) -> Sequence[Any]:
        """Return every document of the chain that ``number`` (or id) belongs to, in the order they came; raise ``not-found``."""
        scope = self.guard.scope(actor, "read", "trade.document")
        found = await self.store.read(lambda conn: tables.chain(conn, scope, number))
        if not found:
            raise Problem(NOT_FOUND, f"document {number} is not known")
        return found

    async def documents(self, actor: Actor, type: str | None = None, limit: int | None = None) -> Sequence[Any]:
        """Return the documents the actor may see, of one type if named, or only the last ``limit``."""
        scope = self.guard.scope(actor, "read", "trade.document")
        where = {"type": type} if type else {}
        return await self.store.read(lambda conn: tables.documents(conn, scope, limit, **where))


@dataclass(frozen=True)
class _Root:
    number: str
    origin: str


def _root(tx: Tx, document: Document) -> _Root:
    current: Document | None = document
    while current is not None and current.refs:
        before = tables.document(tx.conn, ALL, current.refs[0].id)
        if before is None:
            break
        current = before
    assert current is not None
    return _Root(current.number, current.origin if isinstance(current, RequestForQuotation) else "")


def _fact(tx: Tx, document: Document, *, sent: bool) -> Any:
    lines: Sequence[Any] = getattr(document, "lines", ())
    other, name = (document.counterparty, document.counterparty_name) if sent else (document.party, document.party_name)
    target = document.refs[0] if document.refs else None
    return FACTS[type(document).__name__, sent](
        doc_id=document.id,
        key=document.number if sent else f"{document.party_name}/{document.number}",
        number=document.number,
        other=other,
        other_name=name,
        target_id=target.id if target else "",
        quantity=str(sum((line.quantity for line in lines), Decimal(0))) if lines else "",
        option=getattr(document, "option", False),
        origin=_root(tx, document).origin,
        order_id=target.id if target and target.type == "Order" else "",
        code=getattr(document, "code", ""),
        promised=getattr(document, "promised", None),
        reason=getattr(document, "reason", ""),
    )
