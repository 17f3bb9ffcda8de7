"""The verbs of the inbox: take, look, correct, put in, take back, put away."""

import asyncio
import contextlib
import hashlib
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import msgspec
import structlog

from plait.kernel.activity import Token
from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ids import new_id
from plait.kernel.ports import Guard
from plait.kernel.problems import CONFLICT, INVALID, TOO_LARGE, Problem, register
from plait.manufacturing.desk.book.model import StateCount
from plait.manufacturing.desk.inbox import applying, keeping, rules, tables
from plait.manufacturing.desk.inbox.example import EXAMPLE_NAME, order_list
from plait.manufacturing.desk.inbox.looking import Held, held_in, issues_above_note, table_views, unmapped
from plait.manufacturing.desk.inbox.model import (
    Applier,
    ApplyOrder,
    Context,
    Corrections,
    EditedTable,
    InboxSetAside,
    InboxTaken,
    Item,
    Outcome,
    Preview,
    Remembered,
)
from plait.manufacturing.desk.inbox.readings import Reading, Readings, said_around, settled
from plait.manufacturing.desk.reading.context import Context as ReadingContext
from plait.manufacturing.desk.reading.erp import load_folder
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import DocumentKind, Limits, Mapping
from plait.store import Blobs, Store, Tx

__all__ = ["InboxService"]

NO_ITEM = register("no-such-item", 404, "The inbox holds no such item", "See what it holds with `plait desk inbox`.")
NO_MAPPING = register("no-such-mapping", 404, "No such mapping is remembered", "List them; it may have been forgotten already.")

ALL = Scope(everything=True)
SERIES = "IN"

_log = structlog.get_logger("plait.inbox")


class InboxService:
    """What came, as it came. ``appliers`` take tables by kind; with ``auto_apply`` what leaves no doubt goes in by itself.

    ``maps`` is the folder of the firm's own column maps, read once.
    """

    def __init__(
        self,
        store: Store,
        guard: Guard,
        clock: BusinessClock,
        blobs: Blobs,
        appliers: Lookup[DocumentKind, Applier],
        *,
        auto_apply: bool = False,
        maps: Path | None = None,
    ) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.blobs = blobs
        self.appliers = appliers
        self.auto_apply = auto_apply
        self.readings = Readings()
        self.keeper = keeping.Keeper(store, blobs, self._attached)
        self.maps, wrong = load_folder(maps) if maps is not None else ((), ())
        for problem in wrong:
            _log.warning("a column map is not used", reason=problem.detail)
        self._queue: asyncio.Queue[tuple[str, Token]] = asyncio.Queue()
        self._turn = asyncio.Lock()

    # -- what comes in

    async def take(self, actor: Actor, name: str, content: bytes, sender: str = "", via: str = "upload", *, kind: str = "", parent: str = "") -> Item:
        """Keep a file or mail and return its item once both are on disk; the same content again returns the first item and changes nothing.

        A sender or kind that had not been said is taken from the second time, as long as the item has not gone in.
        Raise ``invalid`` for an empty one or an unknown ``kind``, ``too-large`` above 25 MB.
        """
        return (await self.take_new(actor, name, content, sender, via, kind=kind, parent=parent))[0]

    async def take_new(
        self, actor: Actor, name: str, content: bytes, sender: str = "", via: str = "upload", *, kind: str = "", parent: str = ""
    ) -> tuple[Item, bool]:
        """As ``take``; the second value is False when the content was here already."""
        self.guard.require(actor, "desk.write")
        if not content:
            raise Problem(INVALID, f"{name or 'the file'} is empty", path="$")
        if len(content) > Limits().bytes:
            raise Problem(TOO_LARGE, f"{len(content)} bytes have come, {Limits().bytes} are read.", limit=Limits().bytes)
        if kind and kind not in KINDS:
            raise Problem(INVALID, f"kind: {kind!r} is none of {', '.join(KINDS)}", path="$.kind")
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        known = await self.store.read(lambda conn: tables.item(conn, ALL, sha256=digest))
        if known is not None and await asyncio.to_thread(self.blobs.has, digest):
            return await self._again(actor, known, _line(sender), kind), False
        await asyncio.to_thread(self.blobs.put, content)
        shown, media = rules.clean_name(name), rules.kept_type(name)

        def work(tx: Tx) -> tuple[Item, bool]:
            there = tables.item(tx.conn, ALL, sha256=digest)
            if there is not None:
                return there, False
            made = Item(f"{SERIES}-{tx.number(SERIES):06}", digest, shown, len(content), _line(sender), via, tx.at, media_type=media, kind=kind, parent=parent)
            tables.put_item(tx.conn, made)
            tx.append(f"inbox/{made.id}", InboxTaken(made.id, made.name, digest, made.sender, via))
            return made, True

        made, new = await self.store.write(actor, work)
        if new:
            self._later(made.id)
        return made, new

    async def take_example(self, actor: Actor) -> Item:
        """Take a made-up list of open orders, due in the weeks from today on, to try the desk with; a second time on a day changes nothing."""
        return await self.take(actor, EXAMPLE_NAME, order_list(self._reading_context().today))

    async def _again(self, actor: Actor, item: Item, sender: str, kind: str) -> Item:
        """The same content came again: a sender nobody had named and what it is about are taken from now, as long as it has not gone in."""
        said = {"sender": item.sender or sender, "kind": kind or item.kind}
        if item.state == "applied" or (item.sender, item.kind) == (said["sender"], said["kind"]):
            return item

        def work(tx: Tx) -> Item:
            there = _there(tables.item(tx.conn, ALL, id=item.id), item.id)
            if there.state == "applied":
                return there
            now = msgspec.structs.replace(there, state="new", **said)
            tables.put_item(tx.conn, now)
            return now

        done = await self.store.write(actor, work)
        if done.state == "new":
            self._later(done.id)
        return done

    async def _attached(self, actor: Actor, name: str, content: bytes, sender: str, parent: str) -> Item:
        return await self.take(actor, name, content, sender, "attachment", parent=parent)

    def _later(self, id: str) -> None:
        self._queue.put_nowait((id, self.store.activity.hold("inbox")))

    async def open(self) -> None:
        """Go on with what had not been read when the node stopped."""
        for one in reversed(await self.store.read(lambda conn: tables.items(conn, ALL, state="new"))):
            self._later(one.id)

    async def run(self) -> None:
        """Read what comes, one after the other, until cancelled."""
        while True:
            id, token = await self._queue.get()
            with token:
                try:
                    await self._ready(id)
                except Problem as problem:
                    _log.warning("an item of the inbox could not be read now", item=id, code=problem.code, reason=problem.detail)
                except Exception as error:  # noqa: BLE001 - the next item must not go without it
                    _log.error("an item of the inbox could not be read", item=id, exc_info=error)
                    await self._stuck(id)

    async def _ready(self, id: str) -> None:
        """Read an item unless that has been done; whoever looks at it first need not wait for those that came before it."""
        async with self._turn:
            if (await self._item(system_actor(self.guard.firm().party_id), id)).state == "new":
                await self.process(id)

    async def _stuck(self, id: str) -> None:
        """Say of an item that reading it has failed through no fault of its own; a look at it tries again."""

        def work(tx: Tx) -> None:
            item = _there(tables.item(tx.conn, ALL, id=id), id)
            tables.put_item(
                tx.conn, msgspec.structs.replace(item, state="nothing", issues=1, summary="it could not be read: an error here, which the log tells of")
            )

        with contextlib.suppress(Problem):
            await self.store.write(system_actor(self.guard.firm().party_id, "inbox"), work)

    async def process(self, id: str) -> Item:
        """Read an item: keep its attachments, say what it holds, and put it in where that is allowed and leaves no doubt."""
        me = system_actor(self.guard.firm().party_id, "inbox")
        item = await self._item(me, id)
        try:
            reading = await self._read(item)
        except Problem as problem:
            reading = None
            said = f"{problem.kind.title}: {problem.detail}" if problem.detail else problem.kind.title
        kept = await self.keeper.keep(me, item, reading.content if reading is not None else None)
        held = held_in(reading) if reading is not None else []
        issues = issues_above_note(held, reading) if reading is not None else 1
        if reading is not None:
            said = keeping.summary(held, reading, kept)
        elif kept:
            said, issues = "kept as an attachment", 0

        def work(tx: Tx) -> Item:
            now = tables.item(tx.conn, ALL, id=id)
            assert now is not None
            if reading is not None:
                now = _read_as(now, reading, held)
            now = msgspec.structs.replace(now, summary=said, issues=issues)
            if now.state == "new":
                now = msgspec.structs.replace(now, state="waiting" if held else "nothing")
            before = tables.previous(tx.conn, ALL, now)
            now = msgspec.structs.replace(now, previous=before.id if before is not None else "")
            tables.put_item(tx.conn, now)
            return now

        item = await self.store.write(me, work)
        if self.auto_apply and reading is not None and item.state == "waiting" and self._plain(reading, held):
            item = (await self.apply(me, id)).item
        return item

    def _plain(self, reading: Reading, held: Sequence[Held]) -> bool:
        """Tell whether nothing of it needs a person: mappings known for certain, no doubt above a note, a place for every table."""
        certain = all(table.mapping.source in ("remembered", "document") or table.mapping.source.startswith("map:") for table in held)
        placed = all(table.kind in self.appliers for table in held)
        return certain and placed and not reading.result.suggestion and not issues_above_note(held, reading)

    # -- looking

    async def items(self, actor: Actor, *, text: str = "", before: str = "", limit: int | None = None, **where: str) -> list[Item]:
        """Return what came, the newest first: with a text in name, sender or summary, with column values (``state``, ``sender``, ``parent``).

        ``before``: only what came before that item, for the next page.
        """
        scope = self.guard.scope(actor, "read", "desk.inbox")
        return await self.store.read(lambda conn: tables.items(conn, scope, limit, text=text, before=before, **where))

    async def item(self, actor: Actor, id: str) -> Item:
        """Return one item; raise ``no-such-item``."""
        return await self._item(actor, id)

    async def _item(self, actor: Actor, id: str) -> Item:
        scope = self.guard.scope(actor, "read", "desk.inbox")
        return _there(await self.store.read(lambda conn: tables.item(conn, scope, id=id)), id)

    async def counts(self, actor: Actor) -> list[StateCount]:
        """Return how many items there are in each state."""
        scope = self.guard.scope(actor, "read", "desk.inbox")
        return await self.store.read(lambda conn: tables.counts(conn, scope))

    async def content(self, actor: Actor, id: str) -> tuple[Item, bytes]:
        """Return an item with its content as it came; raise ``no-such-item``, ``blob-damaged``."""
        item = await self._item(actor, id)
        return item, await asyncio.to_thread(self.blobs.get, item.sha256)

    async def _read(self, item: Item, own: Sequence[Remembered] | None = None) -> Reading:
        content = await asyncio.to_thread(self.blobs.get, item.sha256)
        mine, known = await self.store.read(lambda conn: (tables.own_mappings(conn, ALL, item.id), tables.mappings(conn, ALL, sender=item.sender)))
        kind = cast("DocumentKind | None", item.kind or None)
        context = self._reading_context()
        return await self.readings.read(item.sha256, content, item.name, context, own=mine if own is None else own, remembered=known, kind=kind)

    def _reading_context(self) -> ReadingContext:
        firm = self.guard.firm()
        return ReadingContext(self.clock.now().astimezone(ZoneInfo(firm.zone)).date(), firm.currency, maps=self.maps)

    async def _settled(self, item: Item, reading: Reading, mapping: Mapping, actor: Actor) -> Remembered:
        kind = cast("DocumentKind | None", item.kind or None)
        whole, layout, shift = await asyncio.to_thread(settled, mapping, reading.content, item.name, self._reading_context(), kind)
        return Remembered(new_id(), item.sender, layout, whole, self.clock.now(), actor.label, item.name, shift)

    def context(self, item: Item, source: str, *, whole: bool, reading: Reading | None = None) -> Context:
        """Return what an applier must know about an item."""
        firm = self.guard.firm()
        return Context(item.sender, self.clock.now(), firm.currency, firm.zone, source, whole, said_around(reading) if reading else "")

    async def preview(self, actor: Actor, id: str, corrections: Corrections | None = None, *, whole: bool = False, first: int = 50) -> Preview:
        """Return what an item holds, how it is read and what it would change, with ``corrections`` if given; nothing is changed.

        Raise ``no-such-item``, ``bad-mapping``, or why the file cannot be read.
        """
        self.guard.require(actor, "desk.read")
        scope = self.guard.scope(actor, "read", "desk.inbox")
        item = await self._item(actor, id)
        if item.state == "new":
            with contextlib.suppress(Problem):
                await self._ready(id)
            item = await self._item(actor, id)
        wanted = corrections or Corrections()
        reading = await self._read(item)
        if wanted.mappings:
            own = [await self._settled(item, reading, mapping, actor) for mapping in wanted.mappings]
            reading = await self._read(item, own)
        held = self._held(reading, wanted.tables)
        context = self.context(item, item.id, whole=whole, reading=reading)
        views, keys = await asyncio.to_thread(self.store.read_now, lambda conn: table_views(conn, held, reading, self.appliers, context, first))
        return await self.store.read(lambda conn: keeping.around(conn, scope, item, reading, views, keys))

    @staticmethod
    def _held(reading: Reading, edited: Sequence[EditedTable]) -> list[Held]:
        return [unmapped(table.kind, rules.records_of(table)) for table in edited] if edited else held_in(reading)

    # -- correcting

    async def correct(self, actor: Actor, id: str, mapping: Mapping, *, remember: bool = True) -> Preview:
        """Have a table of an item read by a person's mapping, and remember it for all tables of that layout from that sender.

        Raise ``no-such-item`` or ``bad-mapping``.
        """
        self.guard.require(actor, "desk.write")
        item = await self._item(actor, id)
        reading = await self._read(item)
        made = await self._settled(item, reading, mapping, actor)

        def work(tx: Tx) -> None:
            mine = [each for each in tables.own_mappings(tx.conn, ALL, id) if each.layout != made.layout]
            tables.put_own_mappings(tx.conn, id, [*mine, made])
            if remember and made.layout:
                tables.put_mapping(tx.conn, made)

        await self.store.write(actor, work)
        await self.process(id)
        return await self.preview(actor, id)

    async def remembered(self, actor: Actor, sender: str | None = None) -> list[Remembered]:
        """Return the mappings that are remembered (for one sender), the newest first."""
        scope = self.guard.scope(actor, "read", "desk.inbox")
        where = {} if sender is None else {"sender": sender}
        return await self.store.read(lambda conn: tables.mappings(conn, scope, **where))

    async def forget(self, actor: Actor, id: str) -> None:
        """Forget a remembered mapping; what was read by it stays as it is. Raise ``no-such-mapping``."""
        self.guard.require(actor, "desk.write")
        if not await self.store.write(actor, lambda tx: tables.forget(tx.conn, id)):
            raise Problem(NO_MAPPING, f"mapping {id} is not known")

    # -- putting in

    async def apply(
        self,
        actor: Actor,
        id: str,
        *,
        good_only: bool = False,
        whole: bool = False,
        confirm: bool = False,
        edited: Sequence[EditedTable] = (),
    ) -> Outcome:
        """Put what an item holds where it belongs, all of it in one transaction; the same again changes nothing.

        Raise ``rows-refused`` when some rows cannot go in and not ``good_only``, ``needs-confirming`` for a suggestion without ``confirm``,
        ``nothing-to-apply``, ``no-such-item``, or why the file cannot be read. Then nothing has changed.
        """
        self.guard.require(actor, "desk.write")
        item = await self._item(actor, id)
        reading = await self._read(item)
        order = ApplyOrder(good_only, whole, confirm, tuple(edited))
        held = self._held(reading, edited)
        applying.check(item, reading, held, order, self.appliers)
        return await self.store.write(actor, lambda tx: applying.apply_in(tx, id, held, order, self.appliers, partial(self.context, reading=reading)))

    async def undo(self, actor: Actor, id: str) -> Item:
        """Take back what an item has put in; raise ``changed-since``, ``no-way-back`` or ``conflict``, then nothing has changed."""
        self.guard.require(actor, "desk.write")
        await self._item(actor, id)
        return await self.store.write(actor, lambda tx: applying.undo_in(tx, id, self.appliers))

    async def set_aside(self, actor: Actor, id: str, reason: str = "") -> Item:
        """Put an item away without putting it in; a second time changes nothing. Raise ``no-such-item`` or ``conflict`` when it has gone in."""
        self.guard.require(actor, "desk.write")

        def work(tx: Tx) -> Item:
            item = _there(tables.item(tx.conn, ALL, id=id), id)
            if item.state == "applied":
                raise Problem(CONFLICT, f"{item.name} has gone in; take that back first.")
            if item.state == "set-aside":
                return item
            item = msgspec.structs.replace(item, state="set-aside")
            tables.put_item(tx.conn, item)
            tx.append(f"inbox/{id}", InboxSetAside(id, reason))
            return item

        return await self.store.write(actor, work)


def _there(item: Item | None, id: str) -> Item:
    if item is None:
        raise Problem(NO_ITEM, f"item {id} is not known")
    return item


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]


def _read_as(item: Item, reading: Reading, held: Sequence[Held]) -> Item:
    header = reading.result.header or reading.content.header
    return msgspec.structs.replace(
        item,
        format=reading.result.format,
        header=header,
        sender=item.sender or _line(keeping.sender_in(header)),
        rows=sum(len(table.good) for table in held),
        refused=sum(len(table.refused) for table in held),
        suggestion=reading.result.suggestion,
        layout=reading.layout,
    )
