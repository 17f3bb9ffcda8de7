"""HTTP of the order book."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.desk.book.model import OrderLine, StateCount
from plait.manufacturing.desk.book.service import BookService, LineEdit, NewLine
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("desk", BookService)
ROUTES = API


class LinesQuery(msgspec.Struct, frozen=True):
    """``state``: open, done, cancelled or all. ``customer`` by name; ``text`` occurs in number, order, part or name; ``part`` is the part's id."""

    state: Literal["open", "done", "cancelled", "all"] = "open"
    customer: str = ""
    text: str = ""
    part: str = ""
    sender: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 500


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a line ends, and why."""

    state: Literal["done", "cancelled"]
    reason: str = ""


class Delivery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much more has been delivered."""

    quantity: Decimal


class Reopening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much is open again (left out: what was)."""

    quantity: Decimal | None = None


@API.get("/api/v1/desk/orders", action="desk.read", summary="List customers' order lines, the earliest due first")
async def lines(service: BookService, actor: Actor, query: LinesQuery) -> list[OrderLine]:
    """Return the lines of the order book."""
    where = {name: value for name, value in (("part_id", query.part), ("sender", query.sender)) if value}
    state = "" if query.state == "all" else query.state
    return list(await service.lines(actor, state=state, customer=query.customer, text=query.text, limit=query.limit, **where))


@API.get("/api/v1/desk/orders/counts", action="desk.read", summary="Count the order lines in each state")
async def counts(service: BookService, actor: Actor) -> list[StateCount]:
    """Return numbers by state."""
    return await service.counts(actor)


@API.get("/api/v1/desk/orders/{id}", action="desk.read", summary="Show one order line")
async def line(service: BookService, actor: Actor, id: str) -> OrderLine:
    """Return one line."""
    return await service.line(actor, id)


@API.post("/api/v1/desk/orders", action="desk.write", ok=201, summary="Enter an order line by hand")
async def enter(service: BookService, actor: Actor, body: NewLine, once: str | None) -> OrderLine:
    """Enter a line."""
    return await service.enter(actor, body, once)


@API.patch("/api/v1/desk/orders/{id}", action="desk.write", summary="Change an open order line")
async def change(service: BookService, actor: Actor, id: str, body: LineEdit, once: str | None) -> OrderLine:
    """Change what is given."""
    return await service.change(actor, id, body, once)


@API.post("/api/v1/desk/orders/{id}/deliver", action="desk.write", summary="Note what has been delivered of an order line")
async def deliver(service: BookService, actor: Actor, id: str, body: Delivery, once: str | None) -> OrderLine:
    """Note a delivery."""
    return await service.deliver(actor, id, body.quantity, once)


@API.post("/api/v1/desk/orders/{id}/close", action="desk.write", summary="Close an order line: done or cancelled")
async def close(service: BookService, actor: Actor, id: str, body: Closing, once: str | None) -> OrderLine:
    """Close a line."""
    return await service.close(actor, id, body.state, body.reason, once)


@API.post("/api/v1/desk/orders/{id}/reopen", action="desk.write", summary="Open a closed order line again")
async def reopen(service: BookService, actor: Actor, id: str, body: Reopening, once: str | None) -> OrderLine:
    """Open it again."""
    return await service.reopen(actor, id, body.quantity, once)
