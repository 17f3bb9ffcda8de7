"""HTTP of invoices."""

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.desk.invoices.model import Form, Handover, Invoice, Seller
from plait.manufacturing.desk.invoices.service import MEDIA_TYPES, InvoiceService
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("invoices", InvoiceService)
ROUTES = API


class As(msgspec.Struct, frozen=True):
    """The form of the file; ``columns``: which column map a ``table`` follows."""

    form: Form = "xrechnung"
    columns: str = "plain"


@API.get("/api/v1/desk/invoices/seller", action="desk.read", summary="What the firm says of itself on invoices")
async def seller(service: InvoiceService, actor: Actor) -> Seller:
    """Return it."""
    return await service.seller(actor)


@API.put("/api/v1/desk/invoices/seller", action="desk.write", summary="Enter what the firm says of itself on invoices")
async def put_seller(service: InvoiceService, actor: Actor, body: Seller) -> Seller:
    """Enter or change it."""
    return await service.put_seller(actor, body)


@API.get("/api/v1/desk/invoices/columns", action="desk.read", summary="List the column maps of bookkeeping programs")
async def maps(service: InvoiceService, actor: Actor) -> list[str]:
    """Return their names."""
    return await service.maps(actor)


@API.post("/api/v1/desk/invoices/draft", action="desk.read", summary="Show the invoice that would be handed over")
async def draft(service: InvoiceService, actor: Actor, body: Handover) -> Invoice:
    """Return it; nothing is noted."""
    return await service.draft(actor, body)


@API.post("/api/v1/desk/invoices", action="desk.write", summary="Hand an invoice over", produces=tuple(dict.fromkeys(MEDIA_TYPES.values())))
async def hand_over(service: InvoiceService, actor: Actor, body: Handover, query: As, once: str | None) -> Reply:
    """Return the invoice as UBL, XRechnung, CII, ZUGFeRD (a PDF) or table."""
    return Reply(await service.hand_over(actor, body, query.form, query.columns, once), media_type=MEDIA_TYPES[query.form])
