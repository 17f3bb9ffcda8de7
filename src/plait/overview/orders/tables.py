"""Orders and requests page by page: each look goes by an index and reads no more than a page (texts: what is searched of placed orders is bounded)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from plait.kernel.actor import Scope
from plait.kernel.clock import parse_iso
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.tables import line_table, lines_by_id
from plait.manufacturing.desk.model import Inquiry
from plait.manufacturing.desk.tables import inquiry_table, supply_table
from plait.manufacturing.trade.model import Document
from plait.manufacturing.trade.tables import document_table

__all__ = ["after", "by_ids", "count_lines", "count_past", "count_placed", "inquiries", "inquiries_of", "lines", "lines_of", "served", "typed"]

PIECE = 400

_line = msgspec.json.Decoder(OrderLine).decode
_document = msgspec.json.Decoder(Document).decode


def lines(conn: Connection, scope: Scope, state: str, text: str, start: tuple[str, str] | None, limit: int) -> list[OrderLine]:
    """Return lines of the order book in a state after ``start`` (due, id): open ones by date, the others latest first."""
    if not scope.everything:
        return []
    due, id = line_table.c.due, line_table.c.id
    rising = state == "open"
    query = select(line_table.c.spec).where(line_table.c.state == state).order_by(*((due, id) if rising else (due.desc(), id.desc()))).limit(limit)
    if text:
        query = query.where(line_table.c.words.contains(text.casefold(), autoescape=True))
    if start is not None:
        first, second = start
        further: ColumnElement[bool] = or_(due > first, and_(due == first, id > second)) if rising else or_(due < first, and_(due == first, id < second))
        query = query.where(further)
    return [_line(row.spec) for row in conn.execute(query)]


def count_lines(conn: Connection, scope: Scope, state: str) -> int:
    """Return how many lines of the order book are in a state."""
    if not scope.everything:
        return 0
    return int(conn.execute(select(func.count()).select_from(line_table).where(line_table.c.state == state)).scalar_one())


def count_past(conn: Connection, scope: Scope, today: str) -> int:
    """Return how many open lines were due before ``today`` (YYYY-MM-DD)."""
    if not scope.everything:
        return 0
    where = (line_table.c.state == "open", line_table.c.due < today)
    return int(conn.execute(select(func.count()).select_from(line_table).where(*where)).scalar_one())


def lines_of(conn: Connection, scope: Scope, ids: Iterable[str]) -> dict[str, OrderLine]:
    """Return lines of the order book by id."""
    return lines_by_id(conn, scope, ids) if scope.everything else {}


def count_placed(conn: Connection, scope: Scope, party: str) -> int:
    """Return how many orders ``party`` has placed."""
    if not scope.everything:
        return 0
    where = (document_table.c.party == party, document_table.c.type == "Order")
    return int(conn.execute(select(func.count()).select_from(document_table).where(*where)).scalar_one())


def typed(conn: Connection, scope: Scope, type: str, start: int | None, limit: int, **where: str) -> list[tuple[int, Any]]:
    """Return documents of a type with other column values before place ``start``, the newest first, with their places."""
    if not scope.everything:
        return []
    columns = document_table.c
    query = select(columns.seq, columns.body).where(columns.type == type).order_by(columns.seq.desc()).limit(limit)
    for name, value in where.items():
        query = query.where(columns[name] == value)
    if start is not None:
        query = query.where(columns.seq < start)
    return [(int(row.seq), _document(row.body)) for row in conn.execute(query)]


def by_ids(conn: Connection, scope: Scope, ids: Iterable[str]) -> dict[str, Any]:
    """Return documents by id."""
    wanted = sorted(set(ids))
    found: dict[str, Any] = {}
    for at in range(0, len(wanted) if scope.everything else 0, PIECE):
        query = select(document_table.c.body).where(document_table.c.id.in_(wanted[at : at + PIECE]))
        found |= {doc.id: doc for doc in (_document(row.body) for row in conn.execute(query))}
    return found


def after(conn: Connection, scope: Scope, ids: Iterable[str]) -> dict[str, Sequence[Document]]:
    """Return what follows each of the documents ``ids``, in the order it came."""
    wanted = sorted(set(ids))
    found: dict[str, list[Document]] = defaultdict(list)
    for at in range(0, len(wanted) if scope.everything else 0, PIECE):
        columns = document_table.c
        query = select(columns.before, columns.body).where(columns.before.in_(wanted[at : at + PIECE])).order_by(columns.seq)
        for row in conn.execute(query):
            found[row.before].append(_document(row.body))
    return dict(found)


def served(conn: Connection, scope: Scope, ids: Iterable[str]) -> dict[str, str]:
    """Return the state in the order book of what each of our orders ``ids`` is for; those for nothing there are left out."""
    wanted = sorted(set(ids))
    found: dict[str, str] = {}
    for at in range(0, len(wanted) if scope.everything else 0, PIECE):
        purposes = {
            row.order_id: row.purpose.partition("#")[0]
            for row in conn.execute(select(supply_table).where(supply_table.c.order_id.in_(wanted[at : at + PIECE])))
        }
        asked = select(inquiry_table.c.purpose, inquiry_table.c.run).where(inquiry_table.c.purpose.in_(set(purposes.values())), inquiry_table.c.run != "")
        runs = {row.purpose: row.run for row in conn.execute(asked)}
        states = {row.run: row.state for row in conn.execute(select(line_table.c.run, line_table.c.state).where(line_table.c.run.in_(set(runs.values()))))}
        found |= {id: states[runs[purpose]] for id, purpose in purposes.items() if runs.get(purpose) in states}
    return found


def inquiries(conn: Connection, scope: Scope, state: str, limit: int) -> list[Inquiry]:
    """Return inquiries in a state."""
    if not scope.everything:
        return []
    return [_inquiry(row) for row in conn.execute(select(inquiry_table).where(inquiry_table.c.state == state).limit(limit))]


def inquiries_of(conn: Connection, scope: Scope, ids: Iterable[str]) -> dict[str, Inquiry]:
    """Return the inquiries of requests ``ids``."""
    if not scope.everything:
        return {}
    rows = conn.execute(select(inquiry_table).where(inquiry_table.c.rfq_id.in_(sorted(set(ids)))))
    return {row.rfq_id: _inquiry(row) for row in rows}


def _inquiry(row: Any) -> Inquiry:
    values = dict(row._mapping)
    return Inquiry(**{**values, "promised": parse_iso(values["promised"]) if values["promised"] else None})
