"""HTTP of the letterhead and of papers."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.desk.papers.floor import FloorPapers
from plait.manufacturing.desk.papers.model import Letterhead
from plait.manufacturing.desk.papers.service import LOGO_BYTES, PaperService
from plait.web import Api, Reply

__all__ = ["FLOOR", "ROUTES"]

API = Api("desk", PaperService)
ROUTES = API
FLOOR = Api("desk", FloorPapers)
PNG, JPEG, PDF = "image/png", "image/jpeg", "application/pdf"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@API.get("/api/v1/desk/letterhead", action="desk.read", summary="Show what stands on the firm's papers")
async def letterhead(service: PaperService, actor: Actor) -> Letterhead:
    """Return the letterhead."""
    return await service.letterhead(actor)


@API.put("/api/v1/desk/letterhead", action="desk.write", summary="Enter what stands on the firm's papers")
async def put_letterhead(service: PaperService, actor: Actor, body: Letterhead, once: str | None) -> Letterhead:
    """Enter or change the letterhead; the logo stays."""
    return await service.put_letterhead(actor, body, once=once)


@API.put("/api/v1/desk/letterhead/logo", action="desk.write", accepts=(PNG, JPEG), limit=LOGO_BYTES, summary="Put a picture on the firm's papers")
async def put_logo(service: PaperService, actor: Actor, body: bytes) -> None:
    """Take a PNG or JPEG picture in the place of the logo."""
    await service.put_logo(actor, body)


@API.delete("/api/v1/desk/letterhead/logo", action="desk.write", summary="Take the picture off the firm's papers")
async def drop_logo(service: PaperService, actor: Actor) -> None:
    """Print the firm's name instead."""
    await service.put_logo(actor, b"")


class InLanguage(msgspec.Struct, frozen=True):
    """``language``: en, de or zh; left out, the letterhead's."""

    language: Literal["", "en", "de", "zh"] = ""


class OfWeek(InLanguage, frozen=True):
    """Any ``day`` of the week (left out: today), as ``pdf`` or ``xlsx``."""

    day: date | None = None
    form: Literal["pdf", "xlsx"] = "pdf"


class OfDelivery(InLanguage, frozen=True):
    """``labels``: those of the logistic unit and its goods follow the note. ``quantity``, ``lot``: of a line of the order book (left out: all that is open)."""

    labels: bool = True
    quantity: Decimal | None = None
    lot: Annotated[str, msgspec.Meta(max_length=20)] = ""


@FLOOR.get("/api/v1/desk/papers/runs/{run}", action="desk.read", summary="Route cards of a run, with bar codes", produces=(PDF,))
async def card(service: FloorPapers, actor: Actor, run: str, query: InLanguage) -> Reply:
    """Return the route cards as PDF."""
    return Reply(await service.card(actor, run, query.language), media_type=PDF)


@FLOOR.get("/api/v1/desk/papers/week", action="desk.read", summary="The plan of a week as PDF or Excel", produces=(PDF, EXCEL))
async def week(service: FloorPapers, actor: Actor, query: OfWeek) -> Reply:
    """Return the plan, work centre by work centre."""
    excel = query.form == "xlsx"
    return Reply(await service.week(actor, query.day, excel=excel, language=query.language), media_type=EXCEL if excel else PDF)


@FLOOR.get(
    "/api/v1/desk/papers/deliveries/{number}",
    action="desk.read",
    summary="Delivery note: by despatch advice, order or order line",
    produces=(PDF,),
)
async def delivery(service: FloorPapers, actor: Actor, number: str, query: OfDelivery) -> Reply:
    """Return the delivery note as PDF, labels on pages of their own after it."""
    return Reply(await service.delivery(actor, number, query.language, labels=query.labels, quantity=query.quantity, lot=query.lot), media_type=PDF)


@FLOOR.get("/api/v1/desk/papers/confirmations/{number}", action="desk.read", summary="Our confirmation of a customer's order", produces=(PDF,))
async def confirmation(service: FloorPapers, actor: Actor, number: str, query: InLanguage) -> Reply:
    """Return the confirmation as PDF."""
    return Reply(await service.confirmation(actor, number, query.language), media_type=PDF)
