"""The verbs of orders: a page of them, whether they will be there, and one with all that belongs to it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import FORBIDDEN, INVALID, NOT_FOUND, Problem
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.late.model import LateLine, LateReport
from plait.manufacturing.trade.model import DespatchAdvice, Order, OrderCancellation, OrderResponse
from plait.overview.braid.finding import Story, find_story
from plait.overview.braid.service import SOURCES
from plait.overview.orders import rules, tables
from plait.overview.orders.model import OrderRow, OrdersPage, OrdersShown, OrderView, Paper, Standing
from plait.store import Store

__all__ = ["MOST", "OrderService", "allowed", "placed_at"]

ALL = Scope(everything=True)
NOTHING = Scope()
MOST = 200
SEARCHED = 2000
"""So many of the latest orders placed are gone through for a text, or for those that are late."""
Known = Callable[[Actor], Awaitable[LateReport | None]]


def allowed(guard: Guard, actor: Actor, action: str) -> bool:
    """Tell whether the actor may do ``action``."""
    try:
        guard.require(actor, action)
    except Problem as problem:
        if problem.code != FORBIDDEN:
            raise
        return False
    return True


class OrderService:
    """Orders of every kind. ``known`` gives the plan's report on open orders, None while it is worked out (bound to what Today asks)."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, known: Known) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.known = known
        self._by_line: tuple[LateReport | None, Mapping[str, LateLine]] = (None, {})

    async def page(self, actor: Actor, shown: OrdersShown = "open", text: str = "", after: str = "", limit: int = 100) -> OrdersPage:
        """Return some orders: open (by date), late (the latest first), placed with partners, done or cancelled (the newest first).

        ``text`` occurs in number, firm, part or name; of placed orders the latest 2,000 are gone through for it. ``after`` is a page's own.
        Needs ``overview.read``; what the actor may not read is left out. Raise ``invalid`` for an ``after`` that is none.
        """
        self._own(actor)
        limit = min(limit, MOST)
        if shown == "placed":
            return await self._placed(actor, text, placed_at(after), limit)
        if shown == "late":
            return await self._late(actor, text, placed_at(after) or 0, limit)
        return await self._book(actor, shown, text, _spot(after), limit)

    async def standing(self, actor: Actor) -> Standing:
        """Return whether open orders will be there; needs ``overview.read``."""
        self._own(actor)
        desk, trade, own = self._scope(actor, "desk.read"), self._scope(actor, "trade.read"), self.guard.firm().party_id
        report, moved, today = await self._report(actor), await self._placed_late(actor), self._today()
        planned = next((line for line in report.lines if line.verdict == "late"), None) if report is not None else None

        def read(conn: Connection) -> tuple[int, int, int, OrderLine | None]:
            open_, placed = tables.count_lines(conn, desk, "open"), tables.count_placed(conn, trade, own)
            if report is not None:
                return open_, placed, report.late, tables.lines_of(conn, desk, [planned.id]).get(planned.id) if planned else None
            past = tables.count_past(conn, desk, today.isoformat())
            return open_, placed, past, tables.lines(conn, desk, "open", "", None, 1)[0] if past else None

        open_, placed, late, line = await self.store.read(read)
        worst = rules.sold_row(line, planned, today) if line is not None else None
        unplanned, computed = (report.unplanned, report.computed) if report is not None else (0, None)
        return Standing(open_, late, unplanned, placed, moved, worst, computed)

    async def order(self, actor: Actor, id: str) -> OrderView:
        """Return one order by its id or number; raise ``no-such-order`` or ``ambiguous-order``. Needs ``overview.read``."""
        self._own(actor)
        may = frozenset(action for action in SOURCES if allowed(self.guard, actor, action))

        def read(conn: Connection) -> tuple[Story, str]:
            found = find_story(conn, may.__contains__, id)
            return found, tables.served(conn, ALL, [found.order.id]).get(found.order.id, "") if found.order else ""

        story, served = await self.store.read(read)
        report = await self._report(actor)
        planned = self._planned(report).get(story.line.id) if story.line else None
        return self._view(story, planned, served)

    # -- what a list is made of

    def _own(self, actor: Actor) -> None:
        self.guard.require(actor, "overview.read")
        self.guard.scope(actor, "read", "overview").own("orders")

    def _scope(self, actor: Actor, action: str) -> Scope:
        return self.guard.scope(actor, "read", "overview") if allowed(self.guard, actor, action) else NOTHING

    def _today(self) -> date:
        return self.clock.now().astimezone(ZoneInfo(self.guard.firm().zone)).date()

    async def _report(self, actor: Actor) -> LateReport | None:
        try:
            return await self.known(actor)
        except Problem as problem:
            if problem.code not in {FORBIDDEN, NOT_FOUND}:
                raise
            return None

    def _planned(self, report: LateReport | None) -> Mapping[str, LateLine]:
        if self._by_line[0] is not report:
            self._by_line = (report, {line.id: line for line in report.lines} if report else {})
        return self._by_line[1]

    async def _book(self, actor: Actor, state: str, text: str, start: tuple[str, str] | None, limit: int) -> OrdersPage:
        desk, trade = self._scope(actor, "desk.read"), self._scope(actor, "trade.read")
        planned = self._planned(await self._report(actor)) if state == "open" else {}

        def read(conn: Connection) -> tuple[list[Any], list[OrderRow]]:
            waiting = [] if start is not None or state == "done" else self._waiting(conn, desk, trade, "confirming" if state == "open" else "refused", limit)
            return tables.lines(conn, desk, state, text, start, limit + 1), waiting

        lines, waiting = await self.store.read(read)
        today, page = self._today(), lines[:limit]
        rows = [row for row in waiting if rules.has(row, text)] + [rules.sold_row(line, planned.get(line.id), today) for line in page]
        return OrdersPage(rows, f"{page[-1].due.isoformat()}/{page[-1].id}" if len(lines) > limit else "")

    @staticmethod
    def _waiting(conn: Connection, desk: Scope, trade: Scope, state: str, limit: int) -> list[OrderRow]:
        """Return the orders of partners that stand in no book: not confirmed yet, or refused."""
        found = {row.order_id: row for row in tables.inquiries(conn, desk, state, limit) if row.order_id}
        return [rules.waiting_row(doc, found[id]) for id, doc in tables.by_ids(conn, trade, found).items() if isinstance(doc, Order)]

    async def _placed(self, actor: Actor, text: str, start: int | None, limit: int) -> OrdersPage:
        scope, firm, now = self._scope(actor, "trade.read"), self.guard.firm(), self.clock.now()

        def read(conn: Connection) -> OrdersPage:
            found = tables.typed(conn, scope, "Order", start, SEARCHED if text else limit + 1, party=firm.party_id)
            named = [(seq, order) for seq, order in found if rules.has(rules.placed_row(order, (), now, firm.zone), text)] if text else found
            page = named[:limit]
            after = tables.after(conn, scope, [order.id for _, order in page])
            served = tables.served(conn, scope, [order.id for _, order in page])
            rows = [rules.placed_row(order, after.get(order.id, ()), now, firm.zone, served.get(order.id, "")) for _, order in page]
            return OrdersPage(rows, str(page[-1][0]) if len(named) > limit else "")

        return await self.store.read(read)

    async def _placed_late(self, actor: Actor) -> list[OrderRow]:
        """Return those of the latest orders placed that are not here yet and will be late."""
        rows = (await self._placed(actor, "", None, MOST)).rows
        return sorted((row for row in rows if row.verdict == "late" and row.state != "done"), key=lambda row: (row.slack_days or 0, row.id))

    async def _late(self, actor: Actor, text: str, start: int, limit: int) -> OrdersPage:
        report, desk, today = await self._report(actor), self._scope(actor, "desk.read"), self._today()
        placed = [row for row in await self._placed_late(actor) if rules.has(row, text)]
        if report is None:
            lines = await self.store.read(lambda conn: tables.lines(conn, desk, "open", text, None, MOST))
            past = [rules.sold_row(line, None, today) for line in lines if line.due < today]
            return _cut([*past, *placed], start, limit)
        wanted = [line for line in report.lines if line.verdict != "on_time" and (not text or _says(line, text))]
        some = wanted[start : start + limit]
        known = await self.store.read(lambda conn: tables.lines_of(conn, desk, [line.id for line in some]))
        rows = [rules.sold_row(known[line.id], line, today) for line in some if line.id in known]
        if start + limit >= len(wanted):
            first = max(0, start - len(wanted))
            room = limit - len(some)
            rows += placed[first : first + room]
            more = len(placed) > first + room
        else:
            more = True
        return OrdersPage(rows, str(start + limit) if more else "")

    # -- one order

    def _view(self, story: Story, planned: LateLine | None, served: str) -> OrderView:
        firm, now = self.guard.firm(), self.clock.now()
        order = story.order
        after = [doc for doc in story.docs if isinstance(doc, OrderResponse | OrderCancellation | DespatchAdvice)]
        bought = order is not None and order.party == firm.party_id
        if story.line is not None:
            row = rules.sold_row(story.line, planned, self._today())
        elif bought and order is not None:
            row = rules.placed_row(order, after, now, firm.zone, served)
        elif order is not None and story.inquiry is not None:
            row = rules.waiting_row(order, story.inquiry)
        else:
            row = _before(story, firm.party_id)
        line = story.line
        return OrderView(
            id=line.id if line else order.id if order else row.id,
            row=row,
            key=line.id if line else order.number if order else "",
            line=line,
            documents=list(story.docs),
            supplies=[supply for supply, _ in story.supplies],
            inquiry=story.inquiry,
            offer=story.offer.number if story.offer else "",
            run=story.run.order.number if story.run else "",
            batches=list(story.batches),
            jobs=list(story.jobs),
            papers=_papers(story, firm.party_id),
            acts=_acts(story, row),
            guest="order" if line is not None and not line.customer_party else "purchase" if bought and order and not order.counterparty else "",
        )


def _before(story: Story, own: str) -> OrderRow:
    """Return what has not become an order yet: its request."""
    doc: Any = story.docs[0] if story.docs else None
    lines: Sequence[Any] = getattr(doc, "lines", ())
    line = lines[0] if lines else None
    side: Any = "bought" if doc is not None and doc.party == own else "sold"
    other = (doc.counterparty_name if side == "bought" else doc.party_name) if doc is not None else ""
    name = line.name if line else ""
    return OrderRow(doc.id if doc else "", doc.number if doc else "", side, other, "", "", name, line.quantity if line else Decimal(0), "C62", "open")


def _papers(story: Story, own: str) -> list[Paper]:
    line, order, base = story.line, story.order, "/api/v1/desk/papers"
    sold = order is not None and order.counterparty == own
    papers = []
    if story.offer is not None and story.offer.lines and all(each.price for each in story.offer.lines):
        papers.append(Paper("quotation", f"/api/v1/desk/offers/{quote(story.offer.number, safe='')}/pdf"))
    if sold and order is not None and any(isinstance(doc, OrderResponse) and doc.code != "rejected" for doc in story.docs):
        papers.append(Paper("confirmation", f"{base}/confirmations/{quote(order.id, safe='')}"))
    elif line is not None and line.state == "open" and not line.run and (line.promised or story.bookings):
        papers.append(Paper("confirmation", f"{base}/confirmations/{quote(line.id, safe='')}"))
    if story.run is not None or (line is not None and line.state == "open" and story.bookings):
        papers.append(Paper("card", f"{base}/runs/{quote(story.run_number, safe='')}"))
    despatched = [doc for doc in story.docs if isinstance(doc, DespatchAdvice) and doc.party == own]
    if despatched:
        papers += [Paper("delivery", f"{base}/deliveries/{quote(doc.id, safe='')}") for doc in despatched[-5:]]
    elif line is not None and line.state == "open" and not line.run:
        papers.append(Paper("delivery", f"{base}/deliveries/{quote(line.id, safe='')}"))
    return papers


def _acts(story: Story, row: OrderRow) -> list[str]:
    line = story.line
    if line is not None and line.state == "open":
        return ["promise", "change", "what-if", *([] if line.run else ["deliver", "cancel"])]
    if line is not None:
        return [] if line.run and line.closed_by == "run" else ["reopen"]
    return ["cancel"] if row.side == "bought" and row.state in ("accepted", "changed") else []


def _says(line: LateLine, text: str) -> bool:
    return text.casefold() in "\n".join((line.id, line.customer, line.order_no, line.part_id, line.part_no, line.name)).casefold()


def _cut(rows: Sequence[OrderRow], start: int, limit: int) -> OrdersPage:
    return OrdersPage(list(rows[start : start + limit]), str(start + limit) if len(rows) > start + limit else "")


def placed_at(after: str) -> int | None:
    """Return the place a page goes on at, None for the first; raise ``invalid``."""
    if not after:
        return None
    if not (after.isascii() and after.isdigit() and len(after) < 16):
        raise Problem(INVALID, "after: it is no page of this list")
    return int(after)


def _spot(after: str) -> tuple[str, str] | None:
    if not after:
        return None
    due, mark, id = after.partition("/")
    if not (mark and id and len(after) < 100):
        raise Problem(INVALID, "after: it is no page of this list")
    return due, id
