"""The verbs of parts with their stock: a page of them, and one with all that belongs to it."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.facts import Fact, decode
from plait.kernel.ports import Guard
from plait.kernel.problems import FORBIDDEN, Problem
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.inbox.attachments import AttachmentService
from plait.manufacturing.desk.inbox.model import Kept
from plait.manufacturing.part import tables
from plait.manufacturing.part.model import Part, Stock
from plait.manufacturing.part.stock import NO_PART
from plait.manufacturing.schedule import tables as schedule_tables
from plait.overview.parts import rules
from plait.overview.parts.model import Movement, PartsPage, PartsShown, PartView
from plait.overview.parts.rules import Wanted
from plait.store import Store

__all__ = ["MOST", "PartsService"]

MOST = 200
MOVEMENTS = 50
FILES = 20
PIECE = 1000
KINDS = (
    "book.line_entered", "book.line_changed", "book.line_closed", "part.revised", "part.withdrawn", "part.stock_in", "part.stock_out", "line.job_started",
)  # fmt: skip
NOTHING = Wanted({}, {}, [], {}, {})


class PartsService:
    """Parts and stock as people look at them. What open orders take is worked out once after each change of them; ``name_of`` knows people by id."""

    def __init__(self, store: Store, guard: Guard, attachments: AttachmentService, name_of: Callable[[str], str]) -> None:
        self.store = store
        self.guard = guard
        self.attachments = attachments
        self.name_of = name_of
        self._turn = asyncio.Lock()
        self._kept: tuple[str, str, Wanted] | None = None

    async def page(self, actor: Actor, shown: PartsShown = "all", text: str = "", after: str = "", limit: int = 100) -> PartsPage:
        """Return some parts by number: all, those in stock, or those of which open orders take more than is here (``short``).

        ``text`` occurs in number, name, GTIN, drawing, family or material; ``after`` is a page's own. Only our own people see them.
        """
        scope = self._scope(actor)
        wanted = await self._wanted(actor)
        limit = min(limit, MOST)

        def read(conn: Connection) -> tuple[list[Part], list[Stock]]:
            ids = wanted.short if shown == "short" else tables.in_stock(conn, scope) if shown == "stock" else None
            found = tables.page(conn, scope, text.strip(), after, limit + 1, ids)
            return found, tables.stock_of(conn, scope, [part.id for part in found[:limit]])

        found, lots = await self.store.read(read)
        by_part: dict[str, list[Stock]] = {}
        for lot in lots:
            by_part.setdefault(lot.part_id, []).append(lot)
        rows = [rules.row(part, rules.amounts_of(by_part.get(part.id, ()), wanted, part.id)) for part in found[:limit]]
        return PartsPage(rows, found[limit - 1].id if len(found) > limit else "", len(wanted.short))

    async def part(self, actor: Actor, id: str) -> PartView:
        """Return one part with its lots, movements, takers and files; raise ``no-such-part``."""
        scope = self._scope(actor)
        part, revisions, lots = await self.store.read(
            lambda conn: (tables.part(conn, scope, id), tables.revisions_of(conn, scope, id), tables.stock_of(conn, scope, [id]))
        )
        if part is None:
            raise Problem(NO_PART, f"part {id} is not known")
        wanted = await self._wanted(actor)
        amounts = rules.amounts_of(lots, wanted, id)
        return PartView(
            part=part,
            revisions=revisions,
            lots=lots,
            amounts=amounts,
            short=amounts.short,
            takers=wanted.takers.get(id, []),
            taken_by=wanted.counts.get(id, 0),
            movements=await self._movements(id),
            files=await self._files(actor, part),
            estimated=rules.estimated(part),
            unmade=rules.unmade(part),
        )

    def _scope(self, actor: Actor) -> Scope:
        self.guard.require(actor, "part.read")
        scope = self.guard.scope(actor, "read", "part")
        scope.own("parts with their stock")
        return scope

    async def _wanted(self, actor: Actor) -> Wanted:
        """Return what open orders take; nothing to who may not read the desk."""
        try:
            self.guard.require(actor, "desk.read")
        except Problem as problem:
            if problem.code != FORBIDDEN:
                raise
            return NOTHING
        scope = self.guard.scope(actor, "read", "desk.line")
        async with self._turn:
            latest = await self.store.latest(KINDS)
            mark = (latest.id if latest is not None else "", await self.store.read(schedule_tables.stamp))
            if self._kept is None or self._kept[:2] != mark:
                self._kept = (*mark, await self.store.read(lambda conn: _read(conn, scope)))
            return self._kept[2]

    async def _movements(self, id: str) -> list[Movement]:
        found: list[Fact] = []
        after = 0
        while facts := await self.store.facts(after, PIECE, f"stock/{id}"):
            found = [*found, *facts][-MOVEMENTS:]
            after = facts[-1].seq
        return [_movement(fact, self._by(fact.actor)) for fact in reversed(found) if fact.body is not None]

    def _by(self, label: str) -> str:
        kind, _, id = label.partition(":")
        name = self.name_of(id)
        return name if name != id else id if kind == "system" else kind

    async def _files(self, actor: Actor, part: Part) -> list[Kept]:
        try:
            found = await self.attachments.kept(actor, FILES, part_id=part.id)
            more = await self.attachments.kept(actor, FILES, drawing_no=part.drawing_no) if part.drawing_no else []
        except Problem as problem:
            if problem.code != FORBIDDEN:
                raise
            return []
        return list({each.id: each for each in (*found, *more)}.values())


def _read(conn: Connection, scope: Scope) -> Wanted:
    lines = [line for line in book_tables.lines(conn, scope, state="open") if line.part_id] if scope.everything else []
    parts = {part.id: part for part in tables.page(conn, scope, limit=len(lines), ids=rules.parts_of(lines))} if lines else {}
    materials = {each.part for part in parts.values() for each in part.materials if each.part} - parts.keys()
    parts |= {part.id: part for part in tables.page(conn, scope, limit=len(materials), ids=materials)} if materials else {}
    lots = tables.stock_of(conn, scope, {*parts, *materials})
    by_order = schedule_tables.begun(conn, scope, {order for line in lines for order in (line.id, line.run) if order}) if lines else {}
    begun = {line.id: by_order[order] for line in lines for order in (line.run or line.id,) if order in by_order}
    return rules.wanted(lines, parts, lots, begun)


class _Moved(msgspec.Struct, frozen=True):
    """What a fact of stock says."""

    quantity: Decimal
    unit: str
    lot: str
    order: str
    owner: str
    back: bool = False


def _movement(fact: Fact, by: str) -> Movement:
    body = msgspec.convert(msgspec.to_builtins(decode(fact)), _Moved)
    kind = "in" if fact.kind == "part.stock_in" else "out"
    return Movement(fact.at, kind, body.quantity, body.unit, body.lot, body.order, body.owner, body.back, by)  # type: ignore[arg-type]
