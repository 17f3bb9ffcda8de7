"""What is kept beside the rows of an item: drawings, models, pictures with number and revision; and what an item says of itself."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.ids import new_id
from plait.kernel.problems import Problem
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.inbox import tables
from plait.manufacturing.desk.inbox.looking import Held
from plait.manufacturing.desk.inbox.model import Item, Kept, Preview, TableView
from plait.manufacturing.desk.inbox.readings import Reading
from plait.manufacturing.desk.inbox.rules import clean_name, drawing_of, kept_type, readable
from plait.manufacturing.desk.reading.model import Attachment, Content, Limits
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.model import Part
from plait.store import Blobs, Store, Tx

__all__ = ["Keeper", "around", "part_of", "sender_in", "summary"]

ALL = Scope(everything=True)
WORDS = {
    "orders": "order lines",
    "request": "requested lines",
    "prices": "prices",
    "stock": "stock rows",
    "parts": "parts",
    "routings": "operations",
    "materials": "materials",
    "calendar": "calendar rows",
}


def sender_in(header: Mapping[str, str]) -> str:
    """Return who sent a document, as it says itself ("" when it does not)."""
    return next((header[name] for name in ("sender", "from", "customer") if header.get(name)), "")


def part_of(parts: Sequence[Part], number: str) -> str:
    """Return the id of the one part whose number or drawing is ``number`` ("" for none or several)."""
    wanted = fold(number)
    found = {part.id for part in parts if wanted and wanted in {fold(part.id), fold(part.drawing_no)}}
    return next(iter(found)) if len(found) == 1 else ""


Take = Callable[[Actor, str, bytes, str, str], Awaitable[Item]]
"""Puts content (its name, who sent it, the item it came with) into the inbox."""


class Keeper:
    """Keeps drawings, models and pictures that come; ``take`` makes what can be read an item of its own."""

    def __init__(self, store: Store, blobs: Blobs, take: Take) -> None:
        self.store = store
        self.blobs = blobs
        self.take = take

    async def keep(self, actor: Actor, item: Item, content: Content | None) -> list[Kept]:
        """Keep the item itself, if it is a drawing, model or picture, and what is attached to it; what can be read becomes an item of its own.

        What is attached deeper than ``Limits.depth`` is kept, and not read.
        """
        sender = item.sender or (sender_in(content.header) if content is not None else "")
        made = [await self._kept(actor, item, item.name, item.sha256, item.size, sender)] if item.media_type and not item.parent else []
        attached = content.attachments if content is not None else []
        deep = len(await self._above(item)) >= Limits().depth if attached else True
        for each in attached:
            name = clean_name(each.name)
            if kept_type(name):
                digest = await asyncio.to_thread(self.blobs.put, each.content)
                made.append(await self._kept(actor, item, name, digest, len(each.content), sender))
            if readable(name) and not deep:
                await self._child(actor, item, each, name, sender)
        return [each for each in made if each is not None]

    async def _above(self, item: Item) -> list[Item]:
        """Return the items that ``item`` came in, the nearest first, at most ``Limits.depth`` of them."""

        def read(conn: Connection) -> list[Item]:
            found: list[Item] = []
            above: Item | None = item
            while above is not None and above.parent and len(found) < Limits().depth:
                above = tables.item(conn, ALL, id=above.parent)
                found += [above] if above is not None else []
            return found

        return await self.store.read(read)

    async def _child(self, actor: Actor, item: Item, attached: Attachment, name: str, sender: str) -> None:
        try:
            await self.take(actor, name, attached.content, sender, item.id)
        except Problem as problem:
            if problem.status >= 500:
                raise

    async def _kept(self, actor: Actor, item: Item, name: str, digest: str, size: int, sender: str) -> Kept | None:
        drawing, revision = drawing_of(name)

        def work(tx: Tx) -> Kept | None:
            part_id = part_of(part_tables.parts(tx.conn, ALL), drawing)
            lines = book_tables.lines(tx.conn, ALL, text=drawing) if drawing and not part_id else []
            part_id = next((line.part_id for line in lines if line.part_id and fold(drawing) in {fold(line.drawing_no), fold(line.customer_part_no)}), part_id)
            row = Kept(new_id(), item.id, digest, name, size, kept_type(name), tx.at, sender, drawing, revision, part_id)
            return row if tables.put_attachment(tx.conn, row) else None

        made = await self.store.write(actor, work)
        if made is not None:
            return made
        known = await self.store.read(lambda conn: tables.attachments(conn, ALL, item=item.id, sha256=digest))
        return next((each for each in known if each.name == name), None)


def summary(held: Sequence[Held], reading: Reading, kept: Sequence[Kept]) -> str:
    """Return in one line what an item holds."""
    rows = Counter[str]()
    for table in held:
        rows[table.kind] += len(table.records)
    said = [f"{number} {WORDS[kind]}" for kind, number in rows.items()]
    refused = sum(len(table.refused) for table in held)
    if refused:
        said.append(f"{refused} cannot go in")
    if not held:
        said += [issue.reason for issue in reading.result.issues if issue.level != "note"][:2]
        subject = reading.content.header.get("subject", "")
        said += [subject] if subject else []
    attached = len(reading.content.attachments)
    if attached:
        said.append(f"{attached} attached")
    return ", ".join(said) or ("kept as an attachment" if kept else "nothing that can go in")


def around(conn: Connection, scope: Scope, item: Item, reading: Reading, views: list[TableView], keys: frozenset[str]) -> Preview:
    """Return the preview of an item with what belongs to it: attachments, children, when it went in, what was in the list before it.

    ``keys`` are what its rows are about.
    """
    counts = Counter[str]()
    for view in views:
        counts.update(view.counts)
    return Preview(
        item=item,
        format=reading.result.format,
        tables=views,
        issues=reading.result.issues,
        header=reading.result.header or reading.content.header,
        text=reading.content.text[:20_000],
        suggestion=reading.result.suggestion,
        good=sum(view.good for view in views),
        refused=sum(view.refused for view in views),
        counts=dict(sorted(counts.items())),
        missing=_missing(conn, scope, item, keys),
        attachments=tables.attachments(conn, scope, item=item.id),
        children=tables.items(conn, scope, parent=item.id),
        applied=tables.applied(conn, scope, item=item.id),
    )


def _missing(conn: Connection, scope: Scope, item: Item, keys: frozenset[str]) -> list[str]:
    """Return what the list before this one was about and this one is not."""
    if not item.previous:
        return []
    before = next((each for each in tables.applied(conn, scope, item=item.previous) if not each.undone), None)
    return [key for key in before.keys if key not in keys] if before is not None else []
