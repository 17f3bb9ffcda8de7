"""The rows of the inbox: items, kept attachments, remembered mappings, and what has gone in."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Index, LargeBinary, Select, Table, Text, UniqueConstraint, delete, func, insert, select

from plait.kernel.actor import Scope
from plait.manufacturing.desk.book.model import StateCount
from plait.manufacturing.desk.inbox.model import Applied, Item, Kept, Remembered
from plait.store import metadata, upsert

__all__ = [
    "applied",
    "attachments",
    "counts",
    "forget",
    "item",
    "items",
    "mappings",
    "own_mappings",
    "previous",
    "put_applied",
    "put_attachment",
    "put_item",
    "put_mapping",
    "put_own_mappings",
]

item_table = Table(
    "desk_item",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("parent", Text, nullable=False, index=True),
    Column("layout", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("spec", LargeBinary, nullable=False),
    Column("mappings", LargeBinary),
    Index("desk_item_sender", "sender", "name"),
)

attachment_table = Table(
    "desk_attachment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("item", Text, nullable=False, index=True),
    Column("sha256", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("drawing_no", Text, nullable=False, index=True),
    Column("part_id", Text, nullable=False, index=True),
    Column("spec", LargeBinary, nullable=False),
    UniqueConstraint("item", "name", "sha256"),
)

mapping_table = Table(
    "desk_mapping",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sender", Text, nullable=False, index=True),
    Column("layout", Text, nullable=False),
    Column("spec", LargeBinary, nullable=False),
    UniqueConstraint("sender", "layout"),
)

applied_table = Table(
    "desk_applied",
    metadata,
    Column("source", Text, primary_key=True),
    Column("item", Text, nullable=False, index=True),
    Column("spec", LargeBinary, nullable=False),
)

_item = msgspec.json.Decoder(Item).decode
_kept = msgspec.json.Decoder(Kept).decode
_remembered = msgspec.json.Decoder(Remembered).decode
_applied = msgspec.json.Decoder(Applied).decode
_mappings = msgspec.json.Decoder(list[Remembered]).decode


def _items(scope: Scope) -> Select[Any]:
    query = select(item_table.c.spec).order_by(item_table.c.id.desc())
    return query if scope.everything else query.where(item_table.c.id.in_(scope.ids or ()))


def items(conn: Connection, scope: Scope, limit: int | None = None, *, text: str = "", before: str = "", **where: str) -> list[Item]:
    """Return the items in scope, the newest first: those with a text in name, sender or summary, with the given column values, older than ``before``."""
    query = _items(scope).limit(limit)
    if before:
        query = query.where(item_table.c.id < before)
    if text:
        query = query.where(item_table.c.words.contains(text.casefold(), autoescape=True))
    for name, value in where.items():
        query = query.where(item_table.c[name] == value)
    return [_item(row.spec) for row in conn.execute(query)]


def item(conn: Connection, scope: Scope, **where: str) -> Item | None:
    """Return the newest item in scope with the given column values, e.g. ``id="IN-00001"`` or ``sha256=...``."""
    return next(iter(items(conn, scope, 1, **where)), None)


def previous(conn: Connection, scope: Scope, of: Item) -> Item | None:
    """Return the newest item before ``of`` from the same sender that has gone in and bears the same name or layout."""
    like = item_table.c.name == of.name
    if of.layout:
        like |= item_table.c.layout == of.layout
    query = _items(scope).where(item_table.c.sender == of.sender, item_table.c.state == "applied", item_table.c.id < of.id, like).limit(1)
    row = conn.execute(query).first()
    return None if row is None else _item(row.spec)


def counts(conn: Connection, scope: Scope) -> list[StateCount]:
    """Return how many items there are in each state; only our own people see that."""
    if not scope.everything:
        return []
    query = select(item_table.c.state, func.count()).group_by(item_table.c.state).order_by(item_table.c.state)
    return [StateCount(str(state), int(number)) for state, number in conn.execute(query)]


def put_item(conn: Connection, row: Item) -> None:
    """Insert or replace an item; how a person has had it read stays."""
    values = {name: getattr(row, name) for name in ("id", "sha256", "name", "sender", "state", "parent", "layout")}
    words = "\n".join((row.id, row.name, row.sender, row.summary)).casefold()
    upsert(conn, item_table, "id", {**values, "words": words, "spec": msgspec.json.encode(row)})


def own_mappings(conn: Connection, scope: Scope, id: str) -> list[Remembered]:
    """Return how a person has had the tables of one item read; only our own people see that."""
    if not scope.everything:
        return []
    found = conn.execute(select(item_table.c.mappings).where(item_table.c.id == id)).scalar()
    return [] if found is None else _mappings(found)


def put_own_mappings(conn: Connection, id: str, rows: Sequence[Remembered]) -> None:
    """Keep how a person has the tables of one item read."""
    conn.execute(item_table.update().where(item_table.c.id == id).values(mappings=msgspec.json.encode(list(rows))))


def attachments(conn: Connection, scope: Scope, limit: int | None = None, **where: str) -> list[Kept]:
    """Return kept drawings, models and pictures, the newest first, with the given column values; only our own people see them."""
    if not scope.everything:
        return []
    query = select(attachment_table.c.spec).order_by(attachment_table.c.id.desc()).limit(limit)
    for name, value in where.items():
        query = query.where(attachment_table.c[name] == value)
    return [_kept(row.spec) for row in conn.execute(query)]


def put_attachment(conn: Connection, row: Kept) -> bool:
    """Insert or replace a kept file; False when its item holds the same content under the same name already."""
    known = (attachment_table.c.item == row.item) & (attachment_table.c.name == row.name) & (attachment_table.c.sha256 == row.sha256)
    there = conn.execute(select(attachment_table.c.id).where(known)).scalar()
    if there is not None and there != row.id:
        return False
    values = {name: getattr(row, name) for name in ("id", "item", "sha256", "name", "drawing_no", "part_id")}
    upsert(conn, attachment_table, "id", {**values, "spec": msgspec.json.encode(row)})
    return True


def mappings(conn: Connection, scope: Scope, **where: str) -> list[Remembered]:
    """Return remembered mappings, the newest first, with the given column values; only our own people see them."""
    if not scope.everything:
        return []
    query = select(mapping_table.c.spec).order_by(mapping_table.c.id.desc())
    for name, value in where.items():
        query = query.where(mapping_table.c[name] == value)
    return [_remembered(row.spec) for row in conn.execute(query)]


def put_mapping(conn: Connection, row: Remembered) -> None:
    """Remember a mapping, in the place of an earlier one of the same sender and layout."""
    conn.execute(delete(mapping_table).where(mapping_table.c.sender == row.sender, mapping_table.c.layout == row.layout))
    conn.execute(insert(mapping_table).values(id=row.id, sender=row.sender, layout=row.layout, spec=msgspec.json.encode(row)))


def forget(conn: Connection, id: str) -> bool:
    """Forget a remembered mapping; False when there is none."""
    return bool(conn.execute(delete(mapping_table).where(mapping_table.c.id == id)).rowcount)


def applied(conn: Connection, scope: Scope, **where: str) -> list[Applied]:
    """Return what has gone in, the newest first, with the given column values; only our own people see it."""
    if not scope.everything:
        return []
    query = select(applied_table.c.spec)
    for name, value in where.items():
        query = query.where(applied_table.c[name] == value)
    return sorted((_applied(row.spec) for row in conn.execute(query)), key=lambda each: (each.at, each.source), reverse=True)


def put_applied(conn: Connection, row: Applied) -> None:
    """Insert or replace a record of what has gone in."""
    upsert(conn, applied_table, "source", {"source": row.source, "item": row.item, "spec": msgspec.json.encode(row)})
