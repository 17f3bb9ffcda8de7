"""HTTP of the order desk."""

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.desk.model import GoodsArrived, Inquiry
from plait.manufacturing.desk.service import DeskService, WorkOrder
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
