"""The verbs of kept drawings, models and pictures."""

import asyncio
from urllib.parse import quote

import msgspec

from plait.kernel.actor import Actor, Scope
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem, register
from plait.manufacturing.desk.inbox import tables
from plait.manufacturing.desk.inbox.model import Kept
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.stock import NO_PART
from plait.store import Blobs, Store, Tx

__all__ = ["AttachmentEdit", "AttachmentService", "download_headers"]

NO_ATTACHMENT = register("no-such-attachment", 404, "No such file is kept", "List what is kept at /api/v1/desk/attachments.")
ALL = Scope(everything=True)


class AttachmentEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a kept file is, as a person says; what is left out stays."""

    drawing_no: str | None = None
    revision: str | None = None
    part_id: str | None = None


class AttachmentService:
    """Drawings, models and pictures as they came, found by drawing, part or item."""

    def __init__(self, store: Store, guard: Guard, blobs: Blobs) -> None:
        self.store = store
        self.guard = guard
        self.blobs = blobs

    async def kept(self, actor: Actor, limit: int | None = None, **where: str) -> list[Kept]:
        """Return the files that are kept, the newest first: of an ``item``, a ``part_id``, a ``drawing_no``, with a ``sha256``."""
        self.guard.require(actor, "desk.read")
        scope = self.guard.scope(actor, "read", "desk.attachment")
        return await self.store.read(lambda conn: tables.attachments(conn, scope, limit, **where))

    async def content(self, actor: Actor, id: str) -> tuple[Kept, bytes]:
        """Return a kept file and its content; raise ``no-such-attachment`` or ``blob-damaged``."""
        row = _there(await self.kept(actor, 1, id=id), id)
        return row, await asyncio.to_thread(self.blobs.get, row.sha256)

    async def describe(self, actor: Actor, id: str, edit: AttachmentEdit) -> Kept:
        """Say number, revision or part of a kept file; raise ``no-such-attachment`` or ``no-such-part``."""
        self.guard.require(actor, "desk.write")
        given = {name: value.strip() for name in AttachmentEdit.__struct_fields__ if (value := getattr(edit, name)) is not None}

        def work(tx: Tx) -> Kept:
            row = _there(tables.attachments(tx.conn, ALL, 1, id=id), id)
            if given.get("part_id") and part_tables.part(tx.conn, ALL, given["part_id"]) is None:
                raise Problem(NO_PART, f"part {given['part_id']} is not known")
            row = msgspec.structs.replace(row, **given)
            tables.put_attachment(tx.conn, row)
            return row

        return await self.store.write(actor, work)


def _there(rows: list[Kept], id: str) -> Kept:
    if not rows:
        raise Problem(NO_ATTACHMENT, f"file {id} is not known")
    return rows[0]


def download_headers(name: str) -> dict[str, str]:
    """Return headers under which a browser saves a stranger's file and does nothing else with it (RFC 6266, RFC 8187)."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%;' else "_" for sign in name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
