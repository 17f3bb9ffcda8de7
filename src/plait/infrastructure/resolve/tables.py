"""Links by the name they belong to."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column as Col
from sqlalchemy import ColumnElement, Connection, Integer, Row, Table, Text, UniqueConstraint, and_, delete, false, insert, select, true, update

from plait.infrastructure.resolve.model import Link
from plait.kernel.actor import Scope
from plait.store import metadata

__all__ = ["drop", "links", "put"]

_link = Table(
    "resolve_link",
    metadata,
    Col("number", Integer, primary_key=True),
    Col("anchor", Text, nullable=False),
    Col("rel", Text, nullable=False),
    Col("href", Text, nullable=False),
    Col("title", Text, nullable=False),
    Col("lang", Text, nullable=False),
    Col("type", Text, nullable=False),
    Col("description", Text, nullable=False),
    UniqueConstraint("anchor", "rel", "lang", "type"),
)


def _visible(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    return _link.c.anchor.in_(scope.ids) if scope.ids is not None else false()


def links(conn: Connection, scope: Scope, anchors: Sequence[str] | None = None) -> list[Link]:
    """Return the links of ``anchors`` (None: all) in the order they were put."""
    named = true() if anchors is None else _link.c.anchor.in_(anchors)
    rows = conn.execute(select(_link).where(and_(_visible(scope), named)).order_by(_link.c.number))
    return [Link(row.anchor, row.rel, row.href, row.title, row.lang, row.type, row.description) for row in rows]


def _same(link: Link) -> ColumnElement[bool]:
    return and_(_link.c.anchor == link.anchor, _link.c.rel == link.rel, _link.c.lang == link.lang, _link.c.type == link.type)


def _find(conn: Connection, link: Link) -> Row[Any] | None:
    return conn.execute(select(_link).where(_same(link))).first()


def put(conn: Connection, link: Link) -> bool:
    """Enter or change the link of that name, relation, language and type; False when that changes nothing."""
    row = _find(conn, link)
    if row is None:
        conn.execute(insert(_link).values(**{name: getattr(link, name) for name in link.__struct_fields__}))
        return True
    if (row.href, row.title, row.description) == (link.href, link.title, link.description):
        return False
    conn.execute(update(_link).where(_same(link)).values(href=link.href, title=link.title, description=link.description))
    return True


def drop(conn: Connection, link: Link) -> bool:
    """Take a link out; False when it is not there."""
    return conn.execute(delete(_link).where(_same(link))).rowcount > 0
