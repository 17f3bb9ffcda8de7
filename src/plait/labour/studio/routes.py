"""HTTP of labels."""

import msgspec
from starlette.requests import Request

from plait.kernel.actor import Actor
from plait.kernel.problems import NOT_FOUND, Problem
from plait.labour.studio.model import LabelRequest
from plait.labour.studio.service import LabelService
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("labels", LabelService)
ROUTES = API
PATH = "/api/v1/labels/"


class Shown(msgspec.Struct, frozen=True):
    """What is printed beside the identity."""

    name: str = ""
    quantity: float | None = None


@API.get("/api/v1/labels/{key:path}", action="label.read", summary="Draw the label of a GS1 Digital Link path (ends in .png)", produces=("image/png",))
async def show(service: LabelService, actor: Actor, key: str, query: Shown, request: Request) -> Reply:
    """Return a label as PNG; ``key`` as in ``01/{gtin}/21/{serial}.png``, percent-encoded as in a Digital Link."""
    raw = request.scope.get("raw_path", b"").decode("ascii").partition("?")[0]
    path = raw[raw.index(PATH) + len(PATH) :] if PATH in raw else key
    if not path.endswith(".png"):
        raise Problem(NOT_FOUND, "labels are pictures: the address ends in .png")
    return Reply(await service.show(actor, path.removesuffix(".png"), query.name, query.quantity), media_type="image/png")


@API.post("/api/v1/labels", action="label.make", summary="Make a label", produces=("image/png",))
async def make(service: LabelService, actor: Actor, body: LabelRequest) -> Reply:
    """Make the label of an article, note it, and return it as PNG."""
    return Reply(await service.label(actor, body.gtin, body.lot, body.serial, body.name, body.quantity), media_type="image/png")
