"""HTTP for devices beside machines: ``/api/v1/machines/{id}/push``."""

from plait.infrastructure.machines.push.service import PushService
from plait.kernel.actor import Actor
from plait.web import Api, Request

__all__ = ["ROUTES"]

API = Api("machines", PushService)
ROUTES = API
MOST = 1_000_000


@API.post(
    "/api/v1/machines/{id}/push",
    action="machines.push",
    ok=204,
    summary="Post values of a machine without an interface",
    accepts=("application/json", "text/plain"),
    limit=MOST,
)
async def push(service: PushService, actor: Actor, id: str, body: bytes, request: Request) -> None:
    """Take values: ``{"current": 4.2, "at": "2026-01-05T08:00:00Z"}``, a list of such, or as text a value a line, ``current 4.2``."""
    lines = request.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/plain"
    await service.push(actor, id, body, lines=lines)
