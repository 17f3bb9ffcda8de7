"""Small braids of many orders, read together: a handful of look-ups however many orders there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Scope
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.rules import end_of_day
from plait.manufacturing.trade.model import DespatchAdvice, Document, Order
from plait.overview.braid import documents, rules, tables
from plait.overview.braid.finding import May
from plait.overview.braid.model import Mark, SmallBraid, Strand

__all__ = ["find_small"]

ALL = Scope(everything=True)
STRAND_OF: dict[str, Strand] = {
    "book.line_entered": "manufacturing",
    "book.line_changed": "manufacturing",
    "book.line_closed": "manufacturing",
    "desk.promise_moved": "manufacturing",
    "line.job_started": "infrastructure",
    "line.job_ended": "infrastructure",
    "line.run_finished": "infrastructure",
    "line.batch_finished": "circulation",
    "line.step_out": "circulation",
}


class _Order(msgspec.Struct):
    """What is gathered of one order."""

    asked: str
    line: OrderLine | None = None
    docs: list[Document] = []
    marks: list[Mark] = []
    made: datetime | None = None
    planned: datetime | None = None

    @property
    def number(self) -> str:
        if self.line is not None:
            return self.line.run or self.line.id
        return next((doc.number for doc in self.docs if isinstance(doc, Order)), self.asked)


def find_small(conn: Connection, may: May, wanted: Sequence[str], now: datetime, zone: str) -> list[SmallBraid]:
    """Return the small braids of ``wanted`` (numbers or ids) in that order."""
    orders = {id: _Order(id) for id in dict.fromkeys(wanted)}
    if may("desk.read"):
        _lines(conn, orders)
    if may("trade.read"):
        _documents(conn, orders)
    known = {order.number: order for order in orders.values() if order.line is not None or order.docs}
    _facts(conn, may, known)
    if may("schedule.read"):
        for number, end in tables.planned_ends(conn, ALL, known).items():
            known[number].planned = end
    return [_small(order, now, zone) for order in orders.values() if order.line is not None or order.docs]


def _lines(conn: Connection, orders: Mapping[str, _Order]) -> None:
    by_id = book_tables.lines_by_id(conn, ALL, orders)
    others = tables.lines_of_orders(conn, ALL, [key for key in orders if key not in by_id])
    by_order = book_tables.lines_by_id(conn, ALL, others.values())
    for key, order in orders.items():
        order.line = by_id.get(key) or by_order.get(others.get(key, ""))


def _documents(conn: Connection, orders: Mapping[str, _Order]) -> None:
    """Read the orders' documents: by id (or, where it is the only one, by number), what came before them, and what follows."""
    ids = {order.line.order_id if order.line and order.line.order_id else key: order for key, order in orders.items()}
    found = tables.documents(conn, ALL, "id", ids)
    placed: dict[str, _Order] = {doc.id: ids[doc.id] for doc in found}
    left = {key: order for key, order in ids.items() if key not in placed and order.line is None}
    same: dict[str, list[Document]] = defaultdict(list)
    for doc in tables.documents(conn, ALL, "number", left):
        same[doc.number].append(doc)
    for number, docs in same.items():
        if len(docs) == 1:
            placed[docs[0].id] = left[number]
            found.append(docs[0])
    before = {doc.refs[0].id: placed[doc.id] for doc in found if doc.refs}
    quotes = tables.documents(conn, ALL, "id", before)
    first = {doc.refs[0].id: before[doc.id] for doc in quotes if doc.refs}
    for doc in tables.documents(conn, ALL, "id", first):
        first[doc.id].docs.append(doc)
    for doc in quotes:
        before[doc.id].docs.append(doc)
    for doc in found:
        placed[doc.id].docs.append(doc)
    for doc in tables.documents(conn, ALL, "before", placed):
        placed[doc.refs[0].id].docs.append(doc)


def _facts(conn: Connection, may: May, known: Mapping[str, _Order]) -> None:
    """Read when each kind of fact of each order came first and last."""
    kinds = [kind for kind in STRAND_OF if may(f"{'desk' if kind.startswith(('book.', 'desk.')) else 'line'}.read")]
    streams = {f"{head}/{number}": order for number, order in known.items() for head in ("run", "book")}
    for stream, kind, first, last in tables.fact_spans(conn, ALL, streams, kinds):
        order = streams[stream]
        order.marks += [Mark(STRAND_OF[kind], at) for at in dict.fromkeys((first, last))]
        if kind in ("line.run_finished", "book.line_closed"):
            order.made = last


def _small(order: _Order, now: datetime, zone: str) -> SmallBraid:
    marks = [*order.marks, *(Mark("circulation" if isinstance(doc, DespatchAdvice) else "manufacturing", doc.issued) for doc in order.docs)]
    marks.sort(key=lambda mark: mark.at)
    dates = _dates(order, now, zone)
    late = rules.lateness(dates, rules.Reason(said=documents.moved_most(order.docs)))
    started = marks[0].at if marks else now
    words = late.words if late else None
    id = next((doc.id for doc in order.docs if isinstance(doc, Order)), order.number)
    return SmallBraid(id, order.number, dates.state, started, now, tuple(marks), dates.ended, dates.promised, words)


def _dates(order: _Order, now: datetime, zone: str) -> rules.Dates:
    promised = documents.promises(order.docs)
    line = order.line
    if not promised and line is not None:
        promised = [line.promised] if line.promised else [end_of_day(line.due, zone)]
    etas = [doc.eta for doc in order.docs if isinstance(doc, DespatchAdvice)]
    ended = documents.end_of(order.docs)
    state, at = ended if ended is not None else ("open", None)
    if ended is None and etas and max(etas) <= now and (line is None or line.state != "open"):
        state, at = "done", max(etas)
    elif ended is None and not etas and line is not None and line.state != "open":
        state, at = line.state, order.made or now
    first = promised[0] if len(promised) > 1 else None
    return rules.Dates(now, state, promised[-1] if promised else None, first, at, max(etas) if etas else order.planned)
