"""The rows of offers: the offers themselves, what became of each line, and which part a customer's number has meant."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, delete, select

from plait.kernel.actor import Scope
from plait.kernel.clock import iso
from plait.manufacturing.desk.offers.model import Offer, Outcome
from plait.store import metadata, upsert

__all__ = ["ALL", "alias", "by_source", "drop_outcome", "offer", "offer_of", "offers", "outcomes", "put_alias", "put_offer", "put_outcome"]

ALL = Scope(everything=True)

offer_table = Table(
    "desk_offer",
    metadata,
    Column("number", Text, primary_key=True),
    Column("customer", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("until", Text, nullable=False),
    Column("source", Text, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)

line_table = Table(
    "desk_offer_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("number", Text, nullable=False),
)

outcome_table = Table(
    "desk_offer_outcome",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)

alias_table = Table(
    "desk_offer_alias",
    metadata,
    Column("id", Text, primary_key=True),
    Column("part_id", Text, nullable=False),
)

_offer = msgspec.json.Decoder(Offer).decode
_outcome = msgspec.json.Decoder(Outcome).decode


def put_offer(conn: Connection, row: Offer) -> None:
    """Keep an offer; it is found again by the purposes, quotations, orders and runs of its lines."""
    until = iso(row.until) if row.until else ""
    values = {"number": row.number, "customer": row.asked.customer, "state": row.state, "until": until, "source": row.asked.source}
    upsert(conn, offer_table, "number", {**values, "body": msgspec.json.encode(row)})
    for line in row.lines:
        for key in filter(None, (line.purpose, line.quotation_id, line.order_id, line.run)):
            upsert(conn, line_table, "key", {"key": key, "number": row.number})


def put_outcome(conn: Connection, row: Outcome, at: str) -> None:
    """Keep what became of a line."""
    upsert(conn, outcome_table, "id", {"id": f"{row.number}/{row.version}/{row.index}", "at": at, "body": msgspec.json.encode(row)})


def drop_outcome(conn: Connection, number: str, version: int, index: int) -> None:
    """Forget a line that was taken back before it was answered."""
    conn.execute(delete(outcome_table).where(outcome_table.c.id == f"{number}/{version}/{index}"))


def put_alias(conn: Connection, id: str, part_id: str) -> None:
    """Keep that a customer's number (``id``: both folded) means a part."""
    upsert(conn, alias_table, "id", {"id": id, "part_id": part_id})


def offers(conn: Connection, scope: Scope, limit: int | None = None, *, before: str = "", **where: str) -> Sequence[Offer]:
    """Return the offers with the given column values (only the last ``limit`` before the number ``before``) by number; only our own people see them."""
    if not scope.everything:
        return []
    query = select(offer_table.c.body).order_by(offer_table.c.number.desc()).limit(limit)
    if before:
        query = query.where(offer_table.c.number < before)
    for name, value in where.items():
        query = query.where(offer_table.c[name] == value)
    return [_offer(row.body) for row in conn.execute(query)][::-1]


def offer(conn: Connection, scope: Scope, number: str) -> Offer | None:
    """Return one offer."""
    return next(iter(offers(conn, scope, 1, number=number)), None)


def by_source(conn: Connection, scope: Scope, source: str) -> Offer | None:
    """Return the offer a source has asked for already."""
    return next(iter(offers(conn, scope, 1, source=source)), None) if source else None


def offer_of(conn: Connection, scope: Scope, key: str) -> Offer | None:
    """Return the offer one of whose lines bears ``key``: a purpose, a quotation's or an order's id, a run."""
    row = conn.execute(select(line_table.c.number).where(line_table.c.key == key)).first() if key else None
    return offer(conn, scope, row.number) if row is not None else None


def outcomes(conn: Connection, scope: Scope, limit: int = 1000) -> list[Outcome]:
    """Return what became of the last ``limit`` lines offered, the earliest first; only our own people see them."""
    if not scope.everything:
        return []
    query: Any = select(outcome_table.c.body).order_by(outcome_table.c.at.desc(), outcome_table.c.id.desc()).limit(limit)
    return [_outcome(row.body) for row in conn.execute(query)][::-1]


def alias(conn: Connection, scope: Scope, id: str) -> str:
    """Return the part that a customer's number has meant, "" when it never did."""
    row = conn.execute(select(alias_table.c.part_id).where(alias_table.c.id == id)).first() if scope.everything else None
    return str(row.part_id) if row is not None else ""
