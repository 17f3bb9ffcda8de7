"""HTTP of passports: reading by product (EN 18222, read second-hand)."""

from typing import Any, Literal

import msgspec
from starlette.requests import Request

from plait.circulation.passport.service import PassportService
from plait.kernel.actor import Actor
from plait.web import Api

__all__ = ["ROUTES"]

API = Api("passports", PassportService)
ROUTES = API
PATH = "/dpp/v1/dppsByProductId/"


class Shown(msgspec.Struct, frozen=True):
    """``compressed``: elements as name and value; ``full``: with their types."""

    representation: Literal["compressed", "full"] = "compressed"


@API.get("/dpp/v1/dppsByProductId/{id:path}", action=None, summary="Show the passport of a product, batch or piece")
async def by_product(service: PassportService, actor: Actor, id: str, query: Shown, request: Request) -> dict[str, Any]:
    """Return a passport; ``id`` is a Digital Link, percent-encoded whole, or its path as it stands."""
    raw = request.scope.get("raw_path", b"").decode("ascii").partition("?")[0]
    path = raw[raw.index(PATH) + len(PATH) :] if PATH in raw else id
    passport = await service.passport(actor, path if "/" in path else id)
    document: dict[str, Any] = msgspec.to_builtins(passport)
    if query.representation == "compressed":
        document["elements"] = {each.element_id: msgspec.to_builtins(each.value) for each in passport.elements}
    return document
