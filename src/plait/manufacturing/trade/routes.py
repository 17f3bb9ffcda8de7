"""HTTP of trade."""

from datetime import datetime
from decimal import Decimal

import msgspec

from plait.kernel.actor import Actor
from plait.kernel.firm import Firm
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.trade.intake import IntakeService, Taken
from plait.manufacturing.trade.model import Document, Line
from plait.manufacturing.trade.options import OptionService, OptionView
from plait.manufacturing.trade.service import TradeService
from plait.manufacturing.trade.ubl_write import write_ubl
from plait.web import Api, Latest, Reply, Request

__all__ = ["FILES", "OPTIONS", "ROUTES"]

API = Api("trade", TradeService)
ROUTES = API
FILES = Api("trade", IntakeService)
OPTIONS = Api("trade", OptionService)
JOSE, XML = "application/jose", "application/xml"


class Received(msgspec.Struct, frozen=True):
    """The document is kept."""

    id: str
    number: str


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a request for quotation."""

    name: str
    quantity: Decimal
    requirement: Requirement
    unit: str = "C62"
    requested: datetime | None = None


class NewRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request to partner ``party`` (party_id)."""

    party: str
    lines: list[Wanted]
    respond_by: datetime


class NewOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order on a quotation."""

    quotation_id: str
    note: str = ""


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why."""

    reason: str = ""


class OfType(Latest, frozen=True):
    """Which documents; ``type`` is a UBL name such as Quotation."""

    type: str | None = None


class Purpose(msgspec.Struct, frozen=True):
    """What options were taken for."""

    purpose: str


@API.post("/api/v1/trade/mail", action="trade.mail", accepts=(JOSE,), summary="Take in a signed document from a partner")
async def mail(service: TradeService, actor: Actor, body: bytes) -> Received:
    """Answer once the document is on disk."""
    document = await service.receive(actor, body.decode("ascii", "replace"))
    return Received(document.id, document.number)


@FILES.post("/api/v1/trade/ubl", action="trade.write", accepts=(XML, "text/xml"), ok=202, summary="Drop a UBL RequestForQuotation, or an Order on our offer")
async def ubl(service: IntakeService, actor: Actor, body: bytes) -> Taken:
    """Take a file of our own system or of a customer without a node."""
    return await service.take(actor, body)


@API.get("/api/v1/trade/documents", action="trade.read", summary="List trade documents")
async def documents(service: TradeService, actor: Actor, query: OfType) -> list[Document]:
    """Return the latest documents in the order they came."""
    return list(await service.documents(actor, query.type, query.limit))


@API.get("/api/v1/trade/documents/{id}", action="trade.read", summary="Show a document as JSON, UBL XML or as it was signed", produces=(XML, JOSE))
async def document(service: TradeService, actor: Actor, id: str, request: Request) -> Reply:
    """Return one document in the form that Accept names."""
    found = await service.document(actor, id)
    accept = request.headers.get("accept", "")
    if "xml" in accept:
        return Reply(write_ubl(found, _firms(service, found)), media_type=XML)
    if JOSE in accept:
        return Reply((await service.signed(actor, id)).encode(), media_type=JOSE)
    return Reply(found)


def _firms(service: TradeService, found: Document) -> dict[str, Firm]:
    own = service.guard.firm()
    other = found.counterparty if found.party == own.party_id else found.party
    name = found.counterparty_name if found.party == own.party_id else found.party_name
    member = service.directory.member(other) if other else None
    return {own.party_id: own, other: Firm(other, name, "", "", gln=member.gln if member else "")}


@API.get("/api/v1/trade/chains/{number}", action="trade.read", summary="Show a document and all that came before and after it")
async def chain(service: TradeService, actor: Actor, number: str) -> list[Document]:
    """Return the chain that a document (by number or id) belongs to."""
    return list(await service.chain(actor, number))


@API.post("/api/v1/trade/rfqs", action="trade.write", ok=201, summary="Ask a partner for price and date")
async def ask(service: TradeService, actor: Actor, body: NewRequest, once: str | None) -> Document:
    """Send a request for quotation."""
    lines = [Line(str(index), each.name, each.quantity, each.unit, "", each.requirement, each.requested) for index, each in enumerate(body.lines, 1)]
    return await service.request(actor, body.party, lines, body.respond_by, once=once)


@API.post("/api/v1/trade/orders", action="trade.write", ok=201, summary="Order on a quotation")
async def order(service: TradeService, actor: Actor, body: NewOrder, once: str | None) -> Document:
    """Accept a quotation as it stands."""
    return await service.order(actor, body.quotation_id, body.note, once=once)


@API.post("/api/v1/trade/documents/{id}/withdraw", action="trade.write", summary="Take back a request or quotation")
async def withdraw(service: TradeService, actor: Actor, id: str, body: Reason, once: str | None) -> Document:
    """Withdraw a document of ours, or let go a quotation held for us."""
    return await service.withdraw(actor, id, body.reason, once=once)


class Cancelling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an order of ours is taken back, and how much of what has not been begun (left out: all of that)."""

    reason: str = ""
    quantity: Decimal | None = None


@API.post("/api/v1/trade/orders/{id}/cancel", action="trade.write", summary="Take back what a supplier has not begun of an order of ours")
async def cancel(service: TradeService, actor: Actor, id: str, body: Cancelling, once: str | None) -> Document:
    """Cancel; the supplier is told, with the reason."""
    return await service.cancel(actor, id, body.quantity, body.reason, once=once)


@OPTIONS.get("/api/v1/trade/options", action="trade.read", summary="Show the options taken on suppliers for a purpose")
async def options(service: OptionService, actor: Actor, query: Purpose) -> list[OptionView]:
    """Return the options of a purpose."""
    return list(await service.status(actor, query.purpose))
