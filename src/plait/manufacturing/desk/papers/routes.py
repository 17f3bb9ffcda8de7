"""HTTP of the letterhead."""

from plait.kernel.actor import Actor
from plait.manufacturing.desk.papers.model import Letterhead
from plait.manufacturing.desk.papers.service import LOGO_BYTES, PaperService
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("desk", PaperService)
ROUTES = API
PNG, JPEG = "image/png", "image/jpeg"


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
