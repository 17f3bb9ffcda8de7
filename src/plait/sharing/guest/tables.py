"""The rows of guest links and of what was done by them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, insert, select

from plait.kernel.actor import Scope
from plait.kernel.clock import iso
from plait.sharing.guest.model import Act, Link, PastLink
from plait.store import metadata, upsert

__all__ = ["ALL", "act", "acts", "enter_act", "link", "links", "past", "past_file", "put_link", "put_past", "put_past_file"]

ALL = Scope(everything=True)

link_table = Table(
    "guest_link",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("thing", Text, nullable=False, index=True),
    Column("name", Text, nullable=False, index=True),
    Column("state", Text, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)

act_table = Table(
    "guest_act",
    metadata,
    Column("link", Text, primary_key=True),
    Column("ticket", Text, primary_key=True),
    Column("act", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

past_table = Table(
    "guest_past",
    metadata,
    Column("id", Text, primary_key=True),
    Column("issuer", Text, nullable=False, index=True),
    Column("made", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

file_table = Table(
    "guest_past_file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("jws", Text, nullable=False),
)

_past = msgspec.json.Decoder(PastLink).decode
_link = msgspec.json.Decoder(Link).decode
_act = msgspec.json.Decoder(Act).decode


def put_link(conn: Connection, row: Link, hash: str = "") -> None:
    """Keep a link; ``hash`` of its code is given when it is made."""
    values = {"kind": row.kind, "thing": row.thing, "name": row.name.casefold(), "state": row.state, "body": msgspec.json.encode(row)}
    if hash:
        upsert(conn, link_table, "id", {"id": row.id, "hash": hash, **values})
    else:
        conn.execute(link_table.update().where(link_table.c.id == row.id).values(**values))


def links(conn: Connection, scope: Scope, limit: int | None = None, **where: str) -> Sequence[Link]:
    """Return the links with the given column values (only the last ``limit``), in the order they were made; only our own people see them."""
    if not scope.everything:
        return []
    query: Any = select(link_table.c.body).order_by(link_table.c.id.desc()).limit(limit)
    for name, value in where.items():
        query = query.where(link_table.c[name] == value)
    return [_link(row.body) for row in conn.execute(query)][::-1]


def link(conn: Connection, scope: Scope, **where: str) -> Link | None:
    """Return one link, by its id or the hash of its code."""
    return next(iter(links(conn, scope, 1, **where)), None)


def acts(conn: Connection, scope: Scope, link: str) -> list[Act]:
    """Return what was done by a link, in the order it was done."""
    if not scope.everything:
        return []
    query = select(act_table.c.body).where(act_table.c.link == link).order_by(act_table.c.at, act_table.c.ticket)
    return [_act(row.body) for row in conn.execute(query)]


def act(conn: Connection, scope: Scope, link: str, **where: str) -> Act | None:
    """Return the first act by a link with the given column values."""
    if not scope.everything:
        return None
    query: Any = select(act_table.c.body).where(act_table.c.link == link).order_by(act_table.c.at).limit(1)
    for name, value in where.items():
        query = query.where(act_table.c[name] == value)
    found = conn.execute(query).first()
    return _act(found.body) if found is not None else None


def enter_act(conn: Connection, row: Act, at: str) -> None:
    """Enter what a guest did."""
    conn.execute(insert(act_table).values(link=row.link, ticket=row.ticket, act=row.act, at=at, body=msgspec.json.encode(row)))


def put_past(conn: Connection, row: PastLink) -> None:
    """Keep what we did by a link of another firm."""
    upsert(conn, past_table, "id", {"id": row.id, "issuer": row.issuer, "made": iso(row.made), "body": msgspec.json.encode(row)})


def past(conn: Connection, scope: Scope, **where: str) -> list[PastLink]:
    """Return what we did by links of other firms, in the order those were made; only our own people see it."""
    if not scope.everything:
        return []
    query: Any = select(past_table.c.body).order_by(past_table.c.made, past_table.c.id)
    for name, value in where.items():
        query = query.where(past_table.c[name] == value)
    return [_past(row.body) for row in conn.execute(query)]


def put_past_file(conn: Connection, id: str, jws: str) -> None:
    """Keep a history as its issuer signed it, under its SHA-256."""
    upsert(conn, file_table, "id", {"id": id, "jws": jws})


def past_file(conn: Connection, scope: Scope, id: str) -> str | None:
    """Return a history as its issuer signed it."""
    if not scope.everything:
        return None
    return conn.execute(select(file_table.c.jws).where(file_table.c.id == id)).scalar()
