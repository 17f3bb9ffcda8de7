"""The rows of guest links and of what was done by them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, insert, select

from plait.kernel.actor import Scope
from plait.sharing.guest.model import Act, Link
from plait.store import metadata, upsert

__all__ = ["ALL", "act", "acts", "enter_act", "link", "links", "put_link"]

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
