"""HTTP of passports: reading by product (EN 18222, read second-hand), and our own people's list, view of who sees what, and changes."""

from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request

from plait.circulation.passport.model import Product, Tiers
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


class Listed(msgspec.Struct, frozen=True):
    """``after``: the GTIN behind which the list goes on; ``limit``: how many at most."""

    after: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class Of(msgspec.Struct, frozen=True):
    """``key``: a Digital Link, its path, or an EPC URN."""

    key: str


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of every piece of an article; ``materials_public``: everybody may see what it was made from."""

    fields: dict[Annotated[str, msgspec.Meta(min_length=1, max_length=60)], Annotated[str, msgspec.Meta(max_length=1000)]]
    materials_public: bool = False


@API.get("/api/v1/passports", action="passport.read", summary="List the passports of our articles")
async def listed(service: PassportService, actor: Actor, query: Listed) -> list[Product]:
    """Return their static parts, by GTIN."""
    return await service.passports(actor, query.after, query.limit)


@API.get("/api/v1/passports/tiers", action="passport.read", summary="Show what anybody and what others besides may read in a passport")
async def tiers(service: PassportService, actor: Actor, query: Of) -> Tiers:
    """Return the passport of an article, lot or piece, by who may read it."""
    return await service.tiers(actor, query.key)


@API.put("/api/v1/passports/{gtin}", action="passport.write", summary="Enter the static part of an article's passport")
async def put(service: PassportService, actor: Actor, gtin: str, body: Said) -> Product:
    """Keep it as a new version; the same again changes nothing."""
    return await service.put_passport(actor, gtin, body.fields, body.materials_public)
