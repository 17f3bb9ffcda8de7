"""Looking for a number in other rooms' tables: the whole of it, or how it begins; each look goes by an index, never through all rows."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, and_, or_, select

from plait.kernel.actor import Scope
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.tables import line_table
from plait.manufacturing.desk.inbox.tables import item_table
from plait.manufacturing.desk.offers.tables import offer_table
from plait.manufacturing.line.tables import run_table
from plait.manufacturing.part.tables import part_table, stock_table
from plait.manufacturing.trade.tables import document_table
from plait.sharing.negotiation.tables import agreement_table, negotiation_table

__all__ = [
    "Column",
    "ColumnElement",
    "agreement_table",
    "agreements",
    "begins",
    "document_table",
    "documents",
    "gtins",
    "item_table",
    "items",
    "line_table",
    "lines",
    "lots",
    "negotiation_table",
    "negotiations",
    "offer_table",
    "offers",
    "one_of",
    "part_table",
    "parts",
    "run_table",
    "runs",
    "stock_table",
]

LAST = "\U0010ffff"
MOST_GTINS = 2000

_line = msgspec.json.Decoder(OrderLine).decode


class Named(msgspec.Struct, frozen=True):
    """A name in the spec of a row."""

    name: str = ""


_named = msgspec.json.Decoder(Named).decode


def one_of(column: Column[Any], texts: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column is one of ``texts``."""
    return column.in_(list(texts))


def begins(column: Column[Any], texts: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column begins with one of ``texts``, as ranges, which an index can walk."""
    return or_(*(and_(column >= text, column < text + LAST) for text in texts))


def _rows(conn: Connection, query: Any, limit: int) -> Sequence[Any]:
    return conn.execute(query.limit(limit)).all()


def _own(scope: Scope, query: Select[Any], ways: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Narrow a query to what belongs to the other side in scope."""
    return query if scope.everything else query.where(or_(*ways))


def lines(conn: Connection, scope: Scope, where: ColumnElement[bool], limit: int) -> list[OrderLine]:
    """Return order lines in scope."""
    if scope.nothing:
        return []
    query = _own(scope, select(line_table.c.spec).where(where), [line_table.c.customer_party == (scope.party or "-")])
    return [_line(row.spec) for row in _rows(conn, query, limit)]


def runs(conn: Connection, scope: Scope, where: ColumnElement[bool], limit: int) -> list[tuple[str, str]]:
    """Return runs of the line in scope: number and state."""
    if scope.nothing:
        return []
    query = _own(scope, select(run_table.c.number, run_table.c.state).where(where), [run_table.c.customer == (scope.party or "-")])
    return [(row.number, row.state) for row in _rows(conn, query, limit)]


def documents(conn: Connection, scope: Scope, where: ColumnElement[bool], limit: int) -> list[Any]:
    """Return trade documents in scope: id, type, number, party, counterparty."""
    if scope.nothing:
        return []
    c, party = document_table.c, scope.party or "-"
    query = select(c.id, c.type, c.number, c.party, c.counterparty).where(where)
    query = _own(scope, query, [c.party == party, c.counterparty == party])
    return list(_rows(conn, query, limit))


def offers(conn: Connection, scope: Scope, where: ColumnElement[bool], limit: int) -> list[tuple[str, str, str]]:
    """Return offers: number, customer, state; only our own people see them."""
    if not scope.everything:
        return []
    c = offer_table.c
    return [(row.number, row.customer, row.state) for row in _rows(conn, select(c.number, c.customer, c.state).where(where), limit)]


def parts(conn: Connection, scope: Scope, where: ColumnElement[bool], limit: int) -> list[tuple[str, str]]:
    """Return parts in their present revision: id and name."""
    if scope.nothing:
        return []
    query = _own(scope, select(part_table.c.id, part_table.c.spec).where(where, part_table.c.current + 0 == 1), [part_table.c.id.in_(scope.ids or ())])
    return [(row.id, _named(row.spec).name) for row in _rows(conn, query, limit)]


def lots(conn: Connection, scope: Scope, where: ColumnElement[bool], limit: int) -> list[Any]:
    """Return lots in stock: lot, GTIN, part; only our own people see them."""
    if not scope.everything:
        return []
    c = stock_table.c
    return list(_rows(conn, select(c.lot, c.gtin, c.part_id).where(where).distinct(), limit))


def gtins(conn: Connection, scope: Scope) -> list[str]:
    """Return the GTINs of our parts, two thousand at most; only our own people see them."""
    if not scope.everything:
        return []
    query: Select[Any] = select(part_table.c.gtin).where(part_table.c.gtin > "").distinct().limit(MOST_GTINS)
    return list(conn.execute(query).scalars())


def items(conn: Connection, scope: Scope, where: ColumnElement[bool], limit: int) -> list[Any]:
    """Return items of the inbox: id, name, sender, state; only our own people see them."""
    if not scope.everything:
        return []
    c = item_table.c
    return list(_rows(conn, select(c.id, c.name, c.sender, c.state).where(where), limit))


def agreements(conn: Connection, scope: Scope, where: ColumnElement[bool], limit: int) -> list[Any]:
    """Return agreements in scope: id, party, dataset, state."""
    return _of_party(conn, scope, agreement_table, agreement_table.c.id, where, limit)


def negotiations(conn: Connection, scope: Scope, where: ColumnElement[bool], limit: int) -> list[Any]:
    """Return negotiations in scope: id, party, dataset, state."""
    return _of_party(conn, scope, negotiation_table, negotiation_table.c.pid, where, limit)


def _of_party(conn: Connection, scope: Scope, table: Table, id: Column[Any], where: ColumnElement[bool], limit: int) -> list[Any]:
    if scope.nothing:
        return []
    query = select(id.label("id"), table.c.party, table.c.dataset, table.c.state).where(where)
    return list(_rows(conn, _own(scope, query, [table.c.party == (scope.party or "-")]), limit))
