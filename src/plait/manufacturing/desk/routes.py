"""HTTP of the order desk."""

from decimal import Decimal
from typing import Annotated

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.model import GoodsArrived, Inquiry, Proposal, Sourced
from plait.manufacturing.desk.service import DeskService, WorkOrder
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.schedule.model import Moment
from plait.manufacturing.trade.model import Line
from plait.web import Api, Latest

__all__ = ["ROUTES"]

API = Api("desk", DeskService)
ROUTES = API


class NewWorkOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be made to stock."""

    part_id: str
    quantity: int


@API.get("/api/v1/desk/inquiries", action="desk.read", summary="List customers' requests and where each stands")
async def inquiries(service: DeskService, actor: Actor, query: Latest) -> list[Inquiry]:
    """Return the latest inquiries in the order they came."""
    return list(await service.inquiries(actor, query.limit))


class NewPromise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until when an order is promised, and why then."""

    promised: Moment
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class NewDemand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What we want to have made, and until when we want the answers."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    quantity: Decimal
    requirement: Requirement
    respond_by: Moment
    unit: str = "C62"
    requested: Moment | None = None


class Sent(msgspec.Struct, frozen=True):
    """The quotation that is out, by the id of its document."""

    quotation: str


class No(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a request is declined."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


@API.post("/api/v1/desk/orders/{id}/promise", action="desk.write", summary="Promise a date for an order; its customer is told")
async def promise(service: DeskService, actor: Actor, id: str, body: NewPromise, once: str | None) -> OrderLine:
    """Return the line with its promise."""
    return await service.promise(actor, id, body.promised, body.reason, once=once)


@API.get("/api/v1/desk/requests/{id}/proposal", action="trade.write", summary="Work out what price and date an answer to a request would have")
async def proposal(service: DeskService, actor: Actor, id: str) -> Proposal:
    """Return price and date, or why there can be none; nothing is held."""
    return await service.answers.proposal(actor, id)


@API.post("/api/v1/desk/requests/{id}/quote", action="trade.write", summary="Answer a partner's request with price and date")
async def quote(service: DeskService, actor: Actor, id: str) -> Sent:
    """Send the quotation and hold its slot; one answer counts, the first."""
    return Sent(await service.answers.quote(actor, id))


@API.post("/api/v1/desk/requests/{id}/decline", action="trade.write", summary="Decline a partner's request, saying why")
async def decline(service: DeskService, actor: Actor, id: str, body: No) -> None:
    """Say no; one answer counts, the first."""
    await service.answers.decline(actor, id, body.reason)


@API.post("/api/v1/desk/demands", action="trade.write", ok=201, summary="Ask every firm that can make it for price and date")
async def demand(service: DeskService, actor: Actor, body: NewDemand, once: str | None) -> Sourced:
    """Send a request to each firm that fits; the others are named with the reason."""
    line = Line("1", body.name, body.quantity, body.unit, "", body.requirement, body.requested)
    return await service.answers.ask(actor, line, body.respond_by, once)


@API.get("/api/v1/desk/arrivals", action="desk.read", summary="List goods on their way to us")
async def arrivals(service: DeskService, actor: Actor) -> list[GoodsArrived]:
    """Return what is expected."""
    return list(await service.expected(actor))


@API.post("/api/v1/desk/arrivals/{doc_id}/receive", action="desk.write", summary="Book announced goods in")
async def receive(service: DeskService, actor: Actor, doc_id: str) -> None:
    """Goods are here."""
    await service.receive(actor, doc_id)


@API.post("/api/v1/desk/work-orders", action="desk.write", ok=201, summary="Make a part to stock")
async def produce(service: DeskService, actor: Actor, body: NewWorkOrder, once: str | None) -> WorkOrder:
    """Open a run to stock."""
    return await service.produce(actor, body.part_id, body.quantity, once=once)
