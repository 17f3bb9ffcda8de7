"""The verbs of parts and stock."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.money import Money
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem, register
from plait.manufacturing.part import revisions, rules, stock, tables
from plait.manufacturing.part.model import (
    CostBreakdown,
    Counted,
    LotUse,
    Match,
    Need,
    Part,
    PartRevised,
    PartWithdrawn,
    Stock,
    StockCount,
    StockIn,
)
from plait.manufacturing.requirement import Requirement
from plait.store import Store, Tx

__all__ = ["PartService"]

ALL = Scope(everything=True)
REVISED = register("revision-reused", 409, "This revision of the part is released with other content", "Give the changed part a new revision.")


class PartService:
    """What the firm sells, buys and does, and what of it is in stock."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock

    async def put(self, actor: Actor, part: Part, once: str | None = None) -> Part:
        """Release a revision of a part; the same content again changes nothing.

        Raises ``bad-part``, ``unknown-code``, or ``revision-reused`` when the same revision was released with technically other
        content (``revisions.changed``).
        """
        self.guard.require(actor, "part.write")
        await self.store.write(actor, lambda tx: self.put_in(tx, part), once=once)
        return part

    @staticmethod
    def put_in(tx: Tx, part: Part, *, unmade: bool = False) -> None:
        """Release a revision inside another room's transaction (see ``put``); ``unmade``: nothing was made by it, so it may be replaced."""
        rules.check_part(part)
        now = tables.part(tx.conn, ALL, part.id)
        same = tables.part(tx.conn, ALL, part.id, part.revision)
        fields = revisions.changed(same, part) if same is not None and not unmade else []
        if fields:
            raise Problem(REVISED, f"{part.id} revision {part.revision} is released with other content: {', '.join(fields)}")
        if now != part:
            tables.put_part(tx.conn, part)
            tx.append(f"part/{part.id}", PartRevised(part.id, part.revision, part.name, part.gtin, part.supply))

    @staticmethod
    def put_all_in(tx: Tx, parts: Sequence[Part]) -> None:
        """Release revisions of different parts inside another room's transaction, whose rules have been held against what is there before."""
        tables.put_parts(tx.conn, parts)
        for part in parts:
            tx.append(f"part/{part.id}", PartRevised(part.id, part.revision, part.name, part.gtin, part.supply))

    @staticmethod
    def withdraw_in(tx: Tx, part: Part, back: Part | None) -> None:
        """Take what ``part`` says out again inside another room's transaction; ``back`` is the present state from then on (None: it is unknown)."""
        if back is None or back.revision != part.revision:
            tables.drop_revision(tx.conn, part.id, part.revision)
            tx.append(f"part/{part.id}", PartWithdrawn(part.id, part.revision))
        if back is not None:
            tables.put_part(tx.conn, back)
            tx.append(f"part/{back.id}", PartRevised(back.id, back.revision, back.name, back.gtin, back.supply))

    async def get(self, actor: Actor, id: str, revision: str | None = None) -> Part:
        """Return a part in its present (or the named) revision; raise ``no-such-part``."""
        scope = self.guard.scope(actor, "read", "part")
        found = await self.store.read(lambda conn: tables.part(conn, scope, id, revision))
        if found is None:
            raise Problem(stock.NO_PART, f"part {id} is not known")
        return found

    async def parts(self, actor: Actor) -> list[Part]:
        """Return the parts the actor may see, by id."""
        scope = self.guard.scope(actor, "read", "part")
        return await self.store.read(lambda conn: tables.parts(conn, scope))

    async def matches(self, actor: Actor, requirement: Requirement) -> list[Match]:
        """Return every part made or done here held against ``requirement``, the fitting first."""
        return rules.best(requirement, await self.parts(actor))

    async def find(self, actor: Actor, requirement: Requirement) -> tuple[Part | None, list[str]]:
        """Return the part that meets ``requirement`` and [], or None and why the nearest does not."""
        rows = await self.matches(actor, requirement)
        if not rows:
            return None, ["nothing is made here"]
        return (rows[0].part, []) if rows[0].fits else (None, rows[0].why_not)

    @staticmethod
    def needs(part: Part, quantity: int) -> list[Need]:
        """Return what other firms must give for ``quantity`` pieces (``rules.needs``)."""
        return rules.needs(part, quantity)

    def cost(self, part: Part, quantity: int, rates: Mapping[str, Money], bought: Mapping[str, Money]) -> CostBreakdown:
        """Return cost and price in the firm's currency (``rules.cost``)."""
        return rules.cost(part, quantity, rates, bought, self.guard.firm().currency)

    async def receive(self, actor: Actor, goods: StockIn, once: str | None = None) -> Stock:
        """Take goods into stock; raise ``no-such-part`` or ``bad-stock``."""
        self.guard.require(actor, "part.receive")
        return await self.store.write(actor, lambda tx: stock.receive(tx, goods), once=once, result=Stock)

    async def count(self, actor: Actor, seen: StockCount, once: str | None = None) -> Counted:
        """Book the difference between what was counted and what is booked, as ``stock.count`` does it; with ``dry`` only say it.

        Raises ``no-such-part`` or ``bad-stock``.
        """
        self.guard.require(actor, "part.write")
        new_lot = f"COUNT-{self.clock.now().astimezone(ZoneInfo(self.guard.firm().zone)):%Y-%m-%d}"
        if seen.dry:
            return await self.store.read(lambda conn: _difference(conn, seen)[1])

        def work(tx: Tx) -> Counted:
            part, answer = _difference(tx.conn, seen)
            stock.count(tx, part, seen.lot, seen.quantity, seen.unit or part.unit, new_lot)
            return answer

        return await self.store.write(actor, work, once=once, result=Counted)

    @staticmethod
    def take(tx: Tx, part: str, quantity: Decimal, order: str | None = None) -> list[LotUse]:
        """Take from stock inside another room's transaction (``stock.take``); raise ``stock-short``."""
        return stock.take(tx, part, quantity, order)

    @staticmethod
    def give_back(tx: Tx, uses: Sequence[LotUse]) -> None:
        """Put back what was taken, inside another room's transaction."""
        stock.give_back(tx, uses)

    @staticmethod
    def receive_in(tx: Tx, goods: StockIn) -> Stock:
        """Take goods into stock inside another room's transaction; raise ``no-such-part`` or ``bad-stock``."""
        return stock.receive(tx, goods)

    async def on_hand(self, actor: Actor, part: str | None = None) -> list[Stock]:
        """Return the lots the actor may see, oldest first; a partner sees its own goods here."""
        scope = self.guard.scope(actor, "read", "stock")
        return [row for _, row in await self.store.read(lambda conn: tables.stock(conn, scope, part))]


def _difference(conn: Connection, seen: StockCount) -> tuple[Part, Counted]:
    part = tables.part(conn, ALL, seen.part_id)
    if part is None:
        raise Problem(stock.NO_PART, f"part {seen.part_id} is not known")
    rows = stock.counted(tables.stock(conn, ALL, part.id), seen.lot)
    more = stock.difference(part, rows, seen.quantity, seen.unit or part.unit)
    booked = sum((row.quantity for _, row in rows), Decimal(0))
    return part, Counted(part.id, seen.lot, booked, booked + more, more, part.unit, seen.dry)
