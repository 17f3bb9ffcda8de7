"""The verbs of the order book."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.money import Money
from plait.kernel.ports import Guard
from plait.kernel.problems import CONFLICT, Problem
from plait.manufacturing.desk.book import rules, tables
from plait.manufacturing.desk.book.applier import SERIES, close_in, enter_in
from plait.manufacturing.desk.book.model import LineChanged, OrderLine, StateCount
from plait.manufacturing.desk.book.parts import Known
from plait.manufacturing.desk.book.rules import NO_LINE
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.stock import NO_PART
from plait.store import Store, Tx

__all__ = ["BookService", "LineEdit", "NewLine"]

ALL = Scope(everything=True)


class NewLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line entered by hand; ``quantity`` is what is ordered, in ``unit`` (UN/ECE Rec 20), ``price`` that of one."""

    customer: str
    order_no: str
    due: date
    quantity: Decimal
    line_no: str = ""
    part_id: str = ""
    part_no: str = ""
    customer_part_no: str = ""
    name: str = ""
    unit: str = "C62"
    revision: str = ""
    drawing_no: str = ""
    material: str = ""
    ordered: date | None = None
    price: Money | None = None
    priority: int = 0
    note: str = ""
    contact: str = ""


class LineEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is to be different about a line; fields that are left out stay. ``quantity`` is what is still open of ``ordered_quantity``."""

    due: date | msgspec.UnsetType = msgspec.UNSET
    promised: datetime | msgspec.UnsetType | None = msgspec.UNSET
    quantity: Decimal | msgspec.UnsetType = msgspec.UNSET
    ordered_quantity: Decimal | msgspec.UnsetType = msgspec.UNSET
    unit: str | msgspec.UnsetType = msgspec.UNSET
    part_id: str | msgspec.UnsetType = msgspec.UNSET
    part_no: str | msgspec.UnsetType = msgspec.UNSET
    customer_part_no: str | msgspec.UnsetType = msgspec.UNSET
    name: str | msgspec.UnsetType = msgspec.UNSET
    revision: str | msgspec.UnsetType = msgspec.UNSET
    drawing_no: str | msgspec.UnsetType = msgspec.UNSET
    material: str | msgspec.UnsetType = msgspec.UNSET
    price: Money | msgspec.UnsetType | None = msgspec.UNSET
    priority: int | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType = msgspec.UNSET
    contact: str | msgspec.UnsetType = msgspec.UNSET
    run: str | msgspec.UnsetType = msgspec.UNSET


class BookService:
    """Every line that customers have ordered, however it came."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock

    async def lines(self, actor: Actor, *, state: str = "", customer: str = "", text: str = "", limit: int | None = None, **where: str) -> Sequence[OrderLine]:
        """Return the lines the actor may see, the earliest due first: of a state, a customer, with a text in them, with other column values."""
        scope = self.guard.scope(actor, "read", "desk.line")
        return await self.store.read(lambda conn: tables.lines(conn, scope, limit, state=state, customer=customer, text=text, **where))

    async def line(self, actor: Actor, id: str) -> OrderLine:
        """Return one line; raise ``no-such-line``."""
        scope = self.guard.scope(actor, "read", "desk.line")
        return _there(await self.store.read(lambda conn: tables.line(conn, scope, id=id)), id)

    async def counts(self, actor: Actor) -> list[StateCount]:
        """Return how many lines there are in each state."""
        scope = self.guard.scope(actor, "read", "desk.line")
        return await self.store.read(lambda conn: tables.counts(conn, scope))

    async def enter(self, actor: Actor, new: NewLine, once: str | None = None) -> OrderLine:
        """Enter a line; raise ``invalid``, ``conflict`` when the book has the line already, or ``no-such-part``."""
        self.guard.require(actor, "desk.write")
        key = rules.key_of(new.customer, new.order_no, new.line_no, new.part_no or new.customer_part_no or new.drawing_no or new.name or new.part_id)

        def work(tx: Tx) -> OrderLine:
            known = tables.lines_by_key(tx.conn, ALL, [key])
            if known:
                raise Problem(CONFLICT, f"{new.customer} {new.order_no} {new.line_no} is in the book as {known[0].id}.")
            values: dict[str, Any] = {name: getattr(new, name) for name in NewLine.__struct_fields__}
            row = OrderLine(id="", key=key, ordered_quantity=new.quantity, source=actor.label, **values)
            self._check(tx, row)
            row = msgspec.structs.replace(row, id=f"SO-{tx.number(SERIES):05}")
            tables.put_line(tx.conn, row)
            enter_in(tx, row)
            return row

        return await self.store.write(actor, work, once=once, result=OrderLine)

    def _check(self, tx: Tx, row: OrderLine) -> None:
        rules.check(row)
        if row.part_id and part_tables.part(tx.conn, ALL, row.part_id) is None:
            raise Problem(NO_PART, f"part {row.part_id} is not known")

    async def change(self, actor: Actor, id: str, edit: LineEdit, once: str | None = None) -> OrderLine:
        """Change an open line; what is the same already changes nothing. Raise ``no-such-line``, ``invalid``, ``conflict`` or ``no-such-part``."""
        self.guard.require(actor, "desk.write")
        given = {name: value for name in LineEdit.__struct_fields__ if (value := getattr(edit, name)) is not msgspec.UNSET}

        def work(tx: Tx) -> OrderLine:
            was = self._open(tx, id)
            now = msgspec.structs.replace(was, **given)
            if "quantity" in given and "ordered_quantity" not in given and now.ordered_quantity is not None and now.quantity > now.ordered_quantity:
                now = msgspec.structs.replace(now, ordered_quantity=now.quantity)
            self._check(tx, now)
            self._keep(tx, was, now, actor.label)
            return now

        return await self.store.write(actor, work, once=once, result=OrderLine)

    @staticmethod
    def _open(tx: Tx, id: str) -> OrderLine:
        row = _there(tables.line(tx.conn, ALL, id=id), id)
        if row.state != "open":
            raise Problem(CONFLICT, f"{id} is {row.state}: {row.reason}.")
        return row

    @staticmethod
    def _keep(tx: Tx, was: OrderLine, now: OrderLine, source: str) -> None:
        if now == was:
            return
        tables.put_line(tx.conn, now)
        if was.state == "open" and now.state != "open":
            close_in(tx, now)
        elif changes := rules.changes_of(was, now):
            tx.append(f"book/{now.id}", LineChanged(now.id, changes, source))

    async def deliver(self, actor: Actor, id: str, quantity: Decimal, once: str | None = None) -> OrderLine:
        """Note that ``quantity`` more has been delivered; with the last piece the line is done. Raise ``no-such-line``, ``invalid`` or ``conflict``."""
        self.guard.require(actor, "desk.write")

        def work(tx: Tx) -> OrderLine:
            was = self._open(tx, id)
            now = rules.delivered(was, quantity)
            self._keep(tx, was, now, actor.label)
            return now

        return await self.store.write(actor, work, once=once, result=OrderLine)

    async def close(self, actor: Actor, id: str, state: Literal["done", "cancelled"], reason: str, once: str | None = None) -> OrderLine:
        """Close a line; one that is closed so already stays as it is. Raise ``no-such-line``, ``invalid`` or ``conflict``."""
        self.guard.require(actor, "desk.write")

        def work(tx: Tx) -> OrderLine:
            was = _there(tables.line(tx.conn, ALL, id=id), id)
            if was.state == state:
                return was
            was = self._open(tx, id)
            now = _closed(was, state, reason, "person")
            self._keep(tx, was, now, actor.label)
            return now

        return await self.store.write(actor, work, once=once, result=OrderLine)

    async def reopen(self, actor: Actor, id: str, quantity: Decimal | None = None, once: str | None = None) -> OrderLine:
        """Open a closed line again, with ``quantity`` open (default: what was, or all that was ordered). Raise ``no-such-line`` or ``conflict``."""
        self.guard.require(actor, "desk.write")

        def work(tx: Tx) -> OrderLine:
            was = _there(tables.line(tx.conn, ALL, id=id), id)
            if was.run and was.closed_by == "run":
                raise Problem(CONFLICT, f"{id} was made and shipped as run {was.run}.")
            if was.state == "open":
                return was
            left = quantity or was.quantity or was.ordered_quantity or Decimal(0)
            now = msgspec.structs.replace(was, state="open", quantity=left, closed_by="", reason="")
            rules.check(now)
            self._keep(tx, was, now, actor.label)
            return now

        return await self.store.write(actor, work, once=once, result=OrderLine)

    async def recognise(self, actor: Actor, once: str | None = None) -> int:
        """Give open lines whose part was not known the part that they mean by now; return how many."""
        self.guard.require(actor, "desk.write")

        def work(tx: Tx) -> int:
            unknown = tables.lines(tx.conn, ALL, state="open", part_id="")
            if not unknown:
                return 0
            known = Known(part_tables.parts(tx.conn, ALL), tables.lines(tx.conn, ALL))
            found = [(row, known.find(msgspec.structs.asdict(row), row.customer).part_id) for row in unknown]
            for row, part_id in found:
                if part_id:
                    self._keep(tx, row, msgspec.structs.replace(row, part_id=part_id), actor.label)
            return sum(1 for _, part_id in found if part_id)

        return await self.store.write(actor, work, once=once, result=int)

    async def accepted(self, actor: Actor, row: OrderLine, once: str | None = None) -> None:
        """An order came through the network and has become run ``row.run``: it stands in the book under the run's number (for reactions)."""

        def work(tx: Tx) -> None:
            if tables.line(tx.conn, ALL, id=row.id) is None:
                tables.put_line(tx.conn, row)
                enter_in(tx, row)

        await self.store.write(actor, work, once=once)

    async def run_moved(self, actor: Actor, run: str, promised: datetime, once: str | None = None) -> None:
        """The promise of a run was moved (for reactions); no line, or a closed one, is no error."""

        def work(tx: Tx) -> None:
            was = tables.line(tx.conn, ALL, run=run)
            if was is not None and was.state == "open":
                self._keep(tx, was, msgspec.structs.replace(was, promised=promised), run)

        await self.store.write(actor, work, once=once)

    async def run_cut(self, actor: Actor, run: str, quantity: int, reason: str, once: str | None = None) -> None:
        """The customer took ``quantity`` pieces out of a run (for reactions); when none are left the line is closed."""

        def work(tx: Tx) -> None:
            was = tables.line(tx.conn, ALL, run=run)
            if was is None or was.state != "open":
                return
            left = max(Decimal(0), was.quantity - quantity)
            ordered = was.delivered + left
            now = msgspec.structs.replace(was, quantity=left, ordered_quantity=ordered)
            state: Literal["done", "cancelled"] = "done" if was.delivered else "cancelled"
            self._keep(tx, was, now if left else _closed(was, state, reason, "run"), run)

        await self.store.write(actor, work, once=once)

    async def run_sent(self, actor: Actor, run: str, quantity: Decimal, *, last: bool, once: str | None = None) -> None:
        """``quantity`` of a run is on its way to the customer (for reactions); with the ``last`` its line is done, a closed one stays as it is."""

        def work(tx: Tx) -> None:
            was = tables.line(tx.conn, ALL, run=run)
            if was is None or was.state != "open":
                return
            left = max(Decimal(0), was.quantity - quantity)
            ordered = was.ordered_quantity or was.quantity
            now = msgspec.structs.replace(was, quantity=left, ordered_quantity=ordered)
            self._keep(tx, was, _closed(now, "done", "shipped", "run") if last or not left else now, run)

        await self.store.write(actor, work, once=once)


def _there(row: OrderLine | None, id: str) -> OrderLine:
    if row is None:
        raise Problem(NO_LINE, f"line {id} is not known")
    return row


def _closed(was: OrderLine, state: Literal["done", "cancelled"], reason: str, by: Literal["person", "run"]) -> OrderLine:
    left = Decimal(0) if state == "done" else was.quantity
    ordered = was.ordered_quantity or was.quantity
    return msgspec.structs.replace(was, state=state, quantity=left, ordered_quantity=ordered, closed_by=by, reason=reason.strip() or state)
