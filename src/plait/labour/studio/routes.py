"""HTTP of labels."""

from typing import Annotated

import msgspec
from starlette.requests import Request

from plait.kernel.actor import Actor
from plait.kernel.problems import NOT_FOUND, Problem
from plait.labour.studio.model import MEDIA_TYPES, Form, LabelPrinted, LabelRead, LabelRequest
from plait.labour.studio.service import LabelService
from plait.web import Api, Reply

__all__ = ["ROUTES"]

API = Api("labels", LabelService)
ROUTES = API
PATH = "/api/v1/labels/"
FORMS = tuple(MEDIA_TYPES.values())


class Shown(msgspec.Struct, frozen=True):
    """What is printed beside the identity."""

    name: str = ""
    quantity: float | None = None


class Made(msgspec.Struct, frozen=True):
    """How the label is given: ``png``, ``pdf`` or ``zpl``."""

    form: Form = "png"


class Copies(msgspec.Struct, frozen=True):
    """How many are printed."""

    copies: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1


class Asked(msgspec.Struct, frozen=True):
    """``path``: of a Digital Link, as ``01/{gtin}/21/{serial}``; the rest as it is printed."""

    path: str
    name: str = ""
    quantity: float | None = None


@API.get("/api/v1/labels/codes", action="label.read", summary="Draw a label, read it back, and say what its codes say")
async def codes(service: LabelService, actor: Actor, query: Asked) -> LabelRead:
    """Return what a scanner reads on the label."""
    return await service.read(actor, query.path, query.name, query.quantity)


@API.get("/api/v1/labels/{key:path}", action="label.read", summary="Draw the label of a GS1 Digital Link path (ends in .png, .pdf or .zpl)", produces=FORMS)
async def show(service: LabelService, actor: Actor, key: str, query: Shown, request: Request) -> Reply:
    """Return a label; ``key`` as in ``01/{gtin}/21/{serial}.png``, percent-encoded as in a Digital Link."""
    raw = request.scope.get("raw_path", b"").decode("ascii").partition("?")[0]
    path, _, ending = (raw[raw.index(PATH) + len(PATH) :] if PATH in raw else key).rpartition(".")
    for form, media_type in MEDIA_TYPES.items():
        if form == ending:
            return Reply(await service.show(actor, path, query.name, query.quantity, form), media_type=media_type)
    raise Problem(NOT_FOUND, f"the address of a label ends in .{', .'.join(MEDIA_TYPES)}")


@API.post("/api/v1/labels", action="label.make", summary="Make a label", produces=FORMS)
async def make(service: LabelService, actor: Actor, body: LabelRequest, query: Made) -> Reply:
    """Make the label of an article or a logistic unit, note it, and return it."""
    return Reply(await service.wanted(actor, body, query.form), media_type=MEDIA_TYPES[query.form])


@API.post("/api/v1/labels/print", action="label.make", summary="Send a label to the label printer")
async def send(service: LabelService, actor: Actor, body: LabelRequest, query: Copies) -> LabelPrinted:
    """Print the label of an article or a logistic unit on the printer named in the settings."""
    return await service.send(actor, body, query.copies)
