"""Rows of links for screens."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Table, Text, select

from plait.kernel.actor import Scope
from plait.overview.wall.model import WallLink
from plait.store import from_ms, metadata, ms_of, upsert

__all__ = ["drop", "link_of", "links", "put", "saw"]

link_table = Table(
    "wall_link",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("seen", BigInteger),
)


def links(conn: Connection, scope: Scope) -> list[WallLink]:
    """Return the links there are, the oldest first; only our own people see them."""
    if not scope.everything:
        return []
    rows = conn.execute(select(link_table).order_by(link_table.c.made, link_table.c.id))
    return [WallLink(row.id, row.title, row.area, row.language, from_ms(row.made), None if row.seen is None else from_ms(row.seen)) for row in rows]


def link_of(conn: Connection, scope: Scope, digest: str) -> WallLink | None:
    """Return the link whose code has this hash."""
    found = conn.execute(select(link_table.c.id).where(link_table.c.digest == digest)).scalar_one_or_none()
    return next((link for link in links(conn, scope) if link.id == found), None)


def put(conn: Connection, link: WallLink, digest: str) -> None:
    """Write a link."""
    values = {"id": link.id, "digest": digest, "title": link.title, "area": link.area, "language": link.language, "made": ms_of(link.made)}
    upsert(conn, link_table, "id", values)


def saw(conn: Connection, id: str, at: datetime) -> None:
    """Note when a link was last looked at."""
    conn.execute(link_table.update().where(link_table.c.id == id).values(seen=ms_of(at)))


def drop(conn: Connection, id: str) -> None:
    """Take a link out."""
    conn.execute(link_table.delete().where(link_table.c.id == id))
