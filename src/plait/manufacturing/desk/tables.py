"""The desk's rows: inquiries, supplies, arrivals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, Table, Text, or_, select

from plait.kernel.actor import Scope
from plait.kernel.clock import iso, parse_iso
from plait.manufacturing.desk.model import Arrival, GoodsArrived, Inquiry, Supply
from plait.store import metadata, upsert

__all__ = ["arrivals", "expected", "inquiries", "inquiry", "put_arrival", "put_inquiry", "put_supply", "supplies", "supplies_of"]

inquiry_table = Table(
    "desk_inquiry",
    metadata,
    Column("rfq_id", Text, primary_key=True),
    Column("purpose", Text, nullable=False, index=True),
    Column("customer", Text, nullable=False),
    Column("customer_name", Text, nullable=False),
    Column("part_id", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("hold_id", Text, nullable=False),
    Column("quotation_id", Text, nullable=False, index=True),
    Column("order_id", Text, nullable=False),
    Column("run", Text, nullable=False, index=True),
    Column("promised", Text, nullable=True),
    Index("desk_inquiry_state", "state"),
)

supply_table = Table(
    "desk_supply",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("purpose", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("supplier_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("lead_minutes", Integer, nullable=False),
)

arrival_table = Table(
    "desk_arrival",
    metadata,
    Column("doc_id", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("eta", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)


def put_inquiry(conn: Connection, row: Inquiry) -> None:
    """Insert or replace an inquiry."""
    upsert(conn, inquiry_table, "rfq_id", {**msgspec.structs.asdict(row), "promised": iso(row.promised) if row.promised else None})


def put_supply(conn: Connection, row: Supply) -> None:
    """Insert or replace a supply."""
    upsert(conn, supply_table, "order_id", msgspec.structs.asdict(row))


def put_arrival(conn: Connection, row: Arrival, body: GoodsArrived) -> None:
    """Insert or replace an expected arrival."""
    values = {"doc_id": row.doc_id, "number": row.number, "eta": iso(row.eta), "state": row.state}
    upsert(conn, arrival_table, "doc_id", {**values, "body": msgspec.json.encode(body)})


def _inquiry(row: Any) -> Inquiry:
    values = {name: row._mapping[name] for name in Inquiry.__struct_fields__}
    promised: datetime | None = parse_iso(row.promised) if row.promised else None
    return Inquiry(**{**values, "promised": promised})


def inquiries(conn: Connection, scope: Scope, limit: int | None = None, **where: str) -> Sequence[Inquiry]:
    """Return the inquiries in scope with the given column values (only the last ``limit``), in the order of their requests."""
    if scope.nothing:
        return []
    query = select(inquiry_table).order_by(inquiry_table.c.rfq_id.desc()).limit(limit)
    if not scope.everything:
        query = query.where(inquiry_table.c.customer == (scope.party or ""))
    for key, value in where.items():
        query = query.where(inquiry_table.c[key] == value)
    return [_inquiry(row) for row in conn.execute(query)][::-1]


def inquiry(conn: Connection, scope: Scope, **where: str) -> Inquiry | None:
    """Return the first inquiry in scope with the given column values, e.g. ``run="SO-00001"``."""
    return next(iter(inquiries(conn, scope, 1, **where)), None)


def supplies(conn: Connection, scope: Scope, **where: str) -> Sequence[Supply]:
    """Return the supplies with the given column values; only our own people see them."""
    if not scope.everything:
        return []
    query = select(supply_table).order_by(supply_table.c.role, supply_table.c.order_id)
    for key, value in where.items():
        query = query.where(supply_table.c[key] == value)
    return [Supply(**{name: row._mapping[name] for name in Supply.__struct_fields__}) for row in conn.execute(query)]


def supplies_of(conn: Connection, scope: Scope, purpose: str, role: str) -> Sequence[Supply]:
    """Return who was to do ``role`` for a purpose, stand-ins too; only our own people see them."""
    if not scope.everything:
        return []
    column = supply_table.c.purpose
    mine = or_(column == purpose, column.startswith(f"{purpose}#", autoescape=True))
    query = select(supply_table).where(supply_table.c.role == role, mine).order_by(supply_table.c.order_id)
    return [Supply(**{name: row._mapping[name] for name in Supply.__struct_fields__}) for row in conn.execute(query)]


def arrivals(conn: Connection, scope: Scope, **where: str) -> Sequence[tuple[Arrival, GoodsArrived]]:
    """Return announced goods that have not come, with the given column values; only our own people see them."""
    if not scope.everything:
        return []
    query = select(arrival_table).where(arrival_table.c.state == "expected").order_by(arrival_table.c.eta, arrival_table.c.number)
    for key, value in where.items():
        query = query.where(arrival_table.c[key] == value)
    rows = conn.execute(query)
    return [(Arrival(row.doc_id, row.number, parse_iso(row.eta), row.state), msgspec.json.decode(row.body, type=GoodsArrived)) for row in rows]


def expected(conn: Connection, scope: Scope, doc_id: str) -> tuple[Arrival, GoodsArrived] | None:
    """Return one announced arrival that has not come yet."""
    return next(iter(arrivals(conn, scope, doc_id=doc_id)), None)
