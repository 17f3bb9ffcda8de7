"""HTTP of the inbox and of what is kept beside it."""

from typing import Annotated, Literal

import msgspec

from plait.kernel.actor import Actor
from plait.manufacturing.desk.book.model import StateCount
from plait.manufacturing.desk.inbox.attachments import AttachmentEdit, AttachmentService, download_headers
from plait.manufacturing.desk.inbox.model import ApplyOrder, Corrections, Item, Kept, Outcome, Preview, Remembered
from plait.manufacturing.desk.inbox.service import InboxService
from plait.manufacturing.desk.reading.kinds import KINDS, Field
from plait.manufacturing.desk.reading.model import Limits, Mapping
from plait.web import Api, Reply

__all__ = ["KEPT", "ROUTES"]

API = Api("desk", InboxService)
ROUTES = API
KEPT = Api("desk", AttachmentService)

ANY = ("application/octet-stream", "*/*")
SAFE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/tiff", "image/bmp", "model/step", "model/stl"})


class Taking(msgspec.Struct, frozen=True):
    """``name`` of the file; who sent it, in words; ``kind`` when it is known what it is about (orders, prices, ...)."""

    name: str
    sender: str = ""
    kind: str = ""


class ItemsQuery(msgspec.Struct, frozen=True):
    """``state`` of the items; ``text`` occurs in name, sender or summary; ``parent``: what was attached to that item; ``before``: older than that item."""

    state: Literal["", "new", "waiting", "applied", "nothing", "set-aside"] = ""
    sender: str = ""
    parent: str = ""
    text: str = ""
    before: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200


class Looking(msgspec.Struct, frozen=True):
    """``whole``: as if it were the whole list; ``first`` rows of each table are shown."""

    whole: bool = False
    first: Annotated[int, msgspec.Meta(ge=0, le=2000)] = 50


class Correcting(msgspec.Struct, frozen=True):
    """``remember``: use the mapping from now on for all tables of that layout from that sender."""

    remember: bool = True


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is put away."""

    reason: str = ""


class MappingsQuery(msgspec.Struct, frozen=True):
    """Only those of ``sender``."""

    sender: str | None = None


class KeptQuery(msgspec.Struct, frozen=True):
    """Files of an ``item``, a ``part`` (its id), a ``drawing`` (its number), or with a ``sha256``."""

    item: str = ""
    part: str = ""
    drawing: str = ""
    sha256: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200


@API.post(
    "/api/v1/desk/inbox",
    action="desk.write",
    ok=201,
    summary="Put a file or mail into the inbox",
    accepts=ANY,
    limit=Limits().bytes,
    produces=("application/json",),
)
async def take(service: InboxService, actor: Actor, query: Taking, body: bytes) -> Reply:
    """Keep the content and return its item (201; 200 when the same content was here already)."""
    item, new = await service.take_new(actor, query.name, body, query.sender, kind=query.kind)
    return Reply(item, 201 if new else 200)


@API.post("/api/v1/desk/example", action="desk.write", ok=201, summary="Put a made-up order list into the inbox, to try the desk with")
async def example(service: InboxService, actor: Actor) -> Item:
    """Keep the example and return its item."""
    return await service.take_example(actor)


@API.get("/api/v1/desk/inbox", action="desk.read", summary="List what came, the newest first")
async def items(service: InboxService, actor: Actor, query: ItemsQuery) -> list[Item]:
    """Return the items."""
    where = {name: value for name in ("state", "sender", "parent") if (value := getattr(query, name))}
    return await service.items(actor, text=query.text, before=query.before, limit=query.limit, **where)


@API.get("/api/v1/desk/inbox/counts", action="desk.read", summary="Count the items in each state")
async def counts(service: InboxService, actor: Actor) -> list[StateCount]:
    """Return numbers by state."""
    return await service.counts(actor)


@API.get("/api/v1/desk/inbox/{id}", action="desk.read", summary="Show one item")
async def item(service: InboxService, actor: Actor, id: str) -> Item:
    """Return one item."""
    return await service.item(actor, id)


@API.get("/api/v1/desk/inbox/{id}/content", action="desk.read", summary="Fetch an item as it came", produces=("application/octet-stream",))
async def content(service: InboxService, actor: Actor, id: str) -> Reply:
    """Return the bytes, to be saved."""
    found, held = await service.content(actor, id)
    return Reply(held, headers=download_headers(found.name), media_type="application/octet-stream")


@API.get("/api/v1/desk/inbox/{id}/preview", action="desk.read", summary="See how an item is read and what it would change")
async def preview(service: InboxService, actor: Actor, id: str, query: Looking) -> Preview:
    """Return tables with mapping, cells, rows, doubts and changes."""
    return await service.preview(actor, id, whole=query.whole, first=query.first)


@API.post("/api/v1/desk/inbox/{id}/preview", action="desk.read", summary="See it read otherwise, without changing anything")
async def try_out(service: InboxService, actor: Actor, id: str, query: Looking, body: Corrections) -> Preview:
    """Return the preview under the given corrections."""
    return await service.preview(actor, id, body, whole=query.whole, first=query.first)


@API.put("/api/v1/desk/inbox/{id}/mapping", action="desk.write", summary="Correct how a table is read")
async def correct(service: InboxService, actor: Actor, id: str, query: Correcting, body: Mapping) -> Preview:
    """Have it read so, and remember it."""
    return await service.correct(actor, id, body, remember=query.remember)


@API.post("/api/v1/desk/inbox/{id}/apply", action="desk.write", summary="Put in what an item holds")
async def apply(service: InboxService, actor: Actor, id: str, body: ApplyOrder) -> Outcome:
    """Put it in, all or (good_only) what can."""
    return await service.apply(actor, id, good_only=body.good_only, whole=body.whole, confirm=body.confirm, edited=body.tables)


@API.post("/api/v1/desk/inbox/{id}/undo", action="desk.write", summary="Take back what an item put in")
async def undo(service: InboxService, actor: Actor, id: str) -> Item:
    """Take it back."""
    return await service.undo(actor, id)


@API.post("/api/v1/desk/inbox/{id}/set-aside", action="desk.write", summary="Put an item away")
async def set_aside(service: InboxService, actor: Actor, id: str, body: Reason) -> Item:
    """Put it away."""
    return await service.set_aside(actor, id, body.reason)


@API.get("/api/v1/desk/mappings", action="desk.read", summary="List remembered mappings")
async def mappings(service: InboxService, actor: Actor, query: MappingsQuery) -> list[Remembered]:
    """Return the mappings that people have set."""
    return await service.remembered(actor, query.sender)


@API.delete("/api/v1/desk/mappings/{id}", action="desk.write", summary="Forget a remembered mapping")
async def forget(service: InboxService, actor: Actor, id: str) -> None:
    """Forget it."""
    await service.forget(actor, id)


@API.get("/api/v1/desk/fields", action="desk.read", summary="List the fields a column can be read as, by kind of table")
async def fields(actor: Actor) -> dict[str, list[Field]]:
    """Return the desk's vocabulary."""
    del actor
    return {kind: list(named.values()) for kind, named in KINDS.items()}


@KEPT.get("/api/v1/desk/attachments", action="desk.read", summary="List kept drawings, models and pictures")
async def attachments(service: AttachmentService, actor: Actor, query: KeptQuery) -> list[Kept]:
    """Return the kept files, the newest first."""
    asked = {"item": query.item, "part_id": query.part, "drawing_no": query.drawing, "sha256": query.sha256}
    return await service.kept(actor, query.limit, **{name: value for name, value in asked.items() if value})


@KEPT.get("/api/v1/desk/attachments/{id}/content", action="desk.read", summary="Fetch a kept file", produces=("application/octet-stream",))
async def attachment(service: AttachmentService, actor: Actor, id: str) -> Reply:
    """Return the bytes, to be saved."""
    row, held = await service.content(actor, id)
    media = row.media_type if row.media_type in SAFE else "application/octet-stream"
    return Reply(held, headers=download_headers(row.name), media_type=media)


@KEPT.patch("/api/v1/desk/attachments/{id}", action="desk.write", summary="Say number, revision or part of a kept file")
async def describe(service: AttachmentService, actor: Actor, id: str, body: AttachmentEdit) -> Kept:
    """Correct what is known of it."""
    return await service.describe(actor, id, body)
