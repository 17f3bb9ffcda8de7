"""HTTP of orders and requests of every kind."""

from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.overview.orders.model import OrdersPage, OrdersShown, OrderView, RequestsPage, RequestView, Standing
from plait.overview.orders.requests import RequestService
from plait.overview.orders.service import MOST, OrderService
from plait.web import Api

__all__ = ["REQUESTS", "ROUTES"]

API = Api("overview", OrderService)
ROUTES = API
REQUESTS = Api("overview", RequestService)
Text = Annotated[str, msgspec.Meta(max_length=200)]
After = Annotated[str, msgspec.Meta(max_length=100)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST)]


class OrdersQuery(msgspec.Struct, frozen=True):
    """``shown``: open, late, placed (with partners), done or cancelled. ``text`` occurs in number, firm, part or name; ``after`` is a page's own."""

    shown: OrdersShown = "open"
    text: Text = ""
    after: After = ""
    limit: Limit = 100


class RequestsQuery(msgspec.Struct, frozen=True):
    """``side``: received, sent, or empty for both; the rest as for orders."""

    side: Literal["", "received", "sent"] = ""
    text: Text = ""
    after: After = ""
    limit: Limit = 100


@API.get("/api/v1/orders", action="overview.read", summary="List orders of every kind: customers' with us, and ours with partners")
async def orders(service: OrderService, actor: Actor, query: OrdersQuery) -> OrdersPage:
    """Return a page of them."""
    return await service.page(actor, query.shown, query.text, query.after, query.limit)


@API.get("/api/v1/orders/standing", action="overview.read", summary="Say whether open orders will be there on time")
async def standing(service: OrderService, actor: Actor) -> Standing:
    """Return how many are late, and the worst."""
    return await service.standing(actor)


@API.get("/api/v1/orders/{order}", action="overview.read", summary="Show one order with its documents, work, suppliers and papers")
async def order(service: OrderService, actor: Actor, order: str) -> OrderView:
    """Return an order by its id or number."""
    return await service.order(actor, order)


@REQUESTS.get("/api/v1/requests", action="trade.read", summary="List requests for price and date, received and sent")
async def requests(service: RequestService, actor: Actor, query: RequestsQuery) -> RequestsPage:
    """Return a page of them, the newest first."""
    return await service.page(actor, query.side, query.text, query.after, query.limit)


@REQUESTS.get("/api/v1/requests/{id}", action="trade.read", summary="Show one request with its answers side by side, and who answered it")
async def request(service: RequestService, actor: Actor, id: str) -> RequestView:
    """Return a request by the id of its document."""
    return await service.request(actor, id)
