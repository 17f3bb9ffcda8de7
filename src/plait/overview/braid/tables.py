"""Queries over several rooms' tables at once, for many orders; only our own people see them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import Connection, func, select

from plait.kernel.actor import Scope
from plait.kernel.clock import parse_iso
from plait.manufacturing.desk.book.tables import line_table
from plait.manufacturing.schedule.calendar import to_time
from plait.manufacturing.schedule.tables import booking_table
from plait.manufacturing.trade.model import Document
from plait.manufacturing.trade.tables import document_table
from plait.store.tables import log

__all__ = ["documents", "fact_spans", "lines_of_orders", "planned_ends"]

_document = msgspec.json.Decoder(Document).decode


def lines_of_orders(conn: Connection, scope: Scope, orders: Iterable[str]) -> dict[str, str]:
    """Return the numbers of the book's lines by the ids of the trade orders they stand for."""
    if not scope.everything:
        return {}
    query = select(line_table.c.order_id, line_table.c.id).where(line_table.c.order_id.in_([order for order in orders if order]))
    return {row.order_id: row.id for row in conn.execute(query)}


def documents(conn: Connection, scope: Scope, column: Literal["id", "number", "before"], values: Iterable[str]) -> list[Document]:
    """Return the documents with one of ``values`` in a column, in the order they came."""
    if not scope.everything:
        return []
    query = select(document_table.c.body).where(document_table.c[column].in_(list(values))).order_by(document_table.c.seq)
    return [_document(row.body) for row in conn.execute(query)]


def fact_spans(conn: Connection, scope: Scope, streams: Collection[str], kinds: Collection[str]) -> list[tuple[str, str, datetime, datetime]]:
    """Return (stream, kind, first, last) of the facts of ``kinds`` in ``streams``."""
    if not scope.everything:
        return []
    query = select(log.c.stream, log.c.kind, func.min(log.c.at), func.max(log.c.at)).where(log.c.stream.in_(streams), log.c.kind.in_(kinds))
    rows = conn.execute(query.group_by(log.c.stream, log.c.kind).order_by(log.c.stream, log.c.kind))
    return [(stream, kind, parse_iso(first), parse_iso(last)) for stream, kind, first, last in rows]


def planned_ends(conn: Connection, scope: Scope, orders: Collection[str]) -> dict[str, datetime]:
    """Return when the plan has each order ready."""
    if not scope.everything:
        return {}
    columns = booking_table.c
    query = select(columns.order_no, func.max(columns.end)).where(columns.order_no.in_(orders)).group_by(columns.order_no)
    return {number: to_time(end) for number, end in conn.execute(query)}
