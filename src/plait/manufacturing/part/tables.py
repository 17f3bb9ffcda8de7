"""The rows of parts (every revision) and of stock by lot."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, Select, Table, Text, bindparam, func, or_, select

from plait.kernel.actor import Scope
from plait.manufacturing.part.model import Part, Stock
from plait.store import metadata

__all__ = ["drop_revision", "in_stock", "page", "part", "parts", "put_part", "put_parts", "put_stock", "revisions", "revisions_of", "stock", "stock_of"]

PIECE = 400

part_table = Table(
    "part_part",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision", Text, primary_key=True),
    Column("current", Integer, nullable=False, index=True),
    Column("gtin", Text, nullable=False, server_default=""),
    Column("words", Text, nullable=False, server_default=""),
    Column("spec", LargeBinary, nullable=False),
    Index("part_part_gtin", "gtin"),
    Index("part_part_words", "current", "id", "words"),
)

stock_table = Table(
    "part_stock",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("part_id", Text, nullable=False, index=True),
    Column("lot", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("order_no", Text, nullable=False),
    Column("quantity", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("gtin", Text, nullable=False),
    Column("serials", LargeBinary, nullable=False),
    Index("part_stock_lot", "lot"),
)

_part = msgspec.json.Decoder(Part)
_serials = msgspec.json.Decoder(tuple[str, ...])


def _parts(scope: Scope) -> Select[Any]:
    query = select(part_table).order_by(part_table.c.id)
    return query if scope.everything else query.where(part_table.c.id.in_(scope.ids or ()))


def parts(conn: Connection, scope: Scope) -> list[Part]:
    """Return the present revision of the parts in scope, by id."""
    return [_part.decode(row.spec) for row in conn.execute(_parts(scope).where(part_table.c.current == 1))]


def page(conn: Connection, scope: Scope, text: str = "", after: str = "", limit: int = 100, ids: Iterable[str] | None = None) -> list[Part]:
    """Return the first ``limit`` parts in scope behind ``after``, by id: those with ``text`` in number, name, drawing or family, and only ``ids``."""
    if scope.nothing:
        return []
    query = _parts(scope).where(part_table.c.current == 1, part_table.c.id > after).limit(limit)
    if text:
        query = query.where(part_table.c.words.contains(text.casefold(), autoescape=True))
    if ids is None:
        return [_part.decode(row.spec) for row in conn.execute(query)]
    found: list[Part] = []
    wanted = sorted(id for id in set(ids) if id > after)
    for start in range(0, len(wanted), PIECE):
        if len(found) < limit:
            found += [_part.decode(row.spec) for row in conn.execute(query.where(part_table.c.id.in_(wanted[start : start + PIECE])))]
    return found[:limit]


def in_stock(conn: Connection, scope: Scope) -> list[str]:
    """Return the parts of which there is stock; only our own people are told."""
    return list(conn.execute(select(stock_table.c.part_id).distinct()).scalars()) if scope.everything else []


def stock_of(conn: Connection, scope: Scope, ids: Iterable[str]) -> list[Stock]:
    """Return the lots of several parts, oldest first; only our own people see them."""
    found: list[Stock] = []
    wanted = sorted(set(ids))
    if scope.everything:
        for start in range(0, len(wanted), PIECE):
            query = select(stock_table).where(stock_table.c.part_id.in_(wanted[start : start + PIECE])).order_by(stock_table.c.place)
            found += [_stock(row) for row in conn.execute(query)]
    return found


def part(conn: Connection, scope: Scope, id: str, revision: str | None = None) -> Part | None:
    """Return one part in scope, in its present or the named revision."""
    query = _parts(scope).where(part_table.c.id == id)
    query = query.where(part_table.c.current == 1 if revision is None else part_table.c.revision == revision)
    row = conn.execute(query).first()
    return _part.decode(row.spec) if row is not None else None


def revisions(conn: Connection, scope: Scope) -> dict[str, set[str]]:
    """Return the revisions, present and past, of the parts in scope."""
    found: dict[str, set[str]] = {}
    query = select(part_table.c.id, part_table.c.revision)
    for row in conn.execute(query if scope.everything else query.where(part_table.c.id.in_(scope.ids or ()))):
        found.setdefault(row.id, set()).add(row.revision)
    return found


def revisions_of(conn: Connection, scope: Scope, id: str) -> list[str]:
    """Return the revisions of one part, the present one last; only our own people are told."""
    if not scope.everything:
        return []
    query = select(part_table.c.revision).where(part_table.c.id == id).order_by(part_table.c.current, part_table.c.revision)
    return list(conn.execute(query).scalars())


def put_part(conn: Connection, row: Part) -> None:
    """Make ``row`` the present revision of its part."""
    conn.execute(part_table.update().where(part_table.c.id == row.id).values(current=0))
    values = {key: value for key, value in _values(row).items() if key not in ("id", "revision")}
    this = (part_table.c.id == row.id) & (part_table.c.revision == row.revision)
    if conn.execute(part_table.update().where(this).values(values)).rowcount == 0:
        conn.execute(part_table.insert().values(id=row.id, revision=row.revision, **values))


def _values(row: Part) -> dict[str, Any]:
    words = (row.id, row.name, row.gtin, row.drawing_no, row.family, row.material_text)
    return {
        "id": row.id,
        "revision": row.revision,
        "current": 1,
        "gtin": row.gtin,
        "words": "\n".join(words).casefold(),
        "spec": msgspec.json.encode(row),
    }


def put_parts(conn: Connection, rows: Sequence[Part]) -> None:
    """Make each of ``rows`` (of different parts) the present revision of its part; as ``put_part``, for many."""
    if rows:
        this = (part_table.c.id == bindparam("this_id")) & (part_table.c.revision == bindparam("this_revision"))
        conn.execute(part_table.update().where(part_table.c.id == bindparam("this_id")).values(current=0), [{"this_id": row.id} for row in rows])
        conn.execute(part_table.delete().where(this), [{"this_id": row.id, "this_revision": row.revision} for row in rows])
        conn.execute(part_table.insert(), [_values(row) for row in rows])


def drop_revision(conn: Connection, id: str, revision: str) -> None:
    """Take a revision out."""
    conn.execute(part_table.delete().where((part_table.c.id == id) & (part_table.c.revision == revision)))


def _stock(row: Any) -> Stock:
    return Stock(row.part_id, row.lot, Decimal(row.quantity), row.unit, row.gtin, row.owner, row.order_no, _serials.decode(row.serials))


def stock(conn: Connection, scope: Scope, part_id: str | None = None) -> Sequence[tuple[int, Stock]]:
    """Return the lots in scope, oldest first, each with its place in the queue; a partner sees what it owns."""
    if scope.nothing:
        return []
    query = select(stock_table).order_by(stock_table.c.place)
    if not scope.everything:
        mine = stock_table.c.owner == scope.party if scope.party else None
        listed = stock_table.c.part_id.in_(scope.ids or ())
        query = query.where(listed if mine is None else or_(mine, listed))
    if part_id is not None:
        query = query.where(stock_table.c.part_id == part_id)
    return [(row.place, _stock(row)) for row in conn.execute(query)]


def put_stock(conn: Connection, row: Stock, place: int | None = None) -> None:
    """Write a lot at its ``place`` (None: behind all others); a lot of nothing is taken out."""
    values = {
        "part_id": row.part_id,
        "lot": row.lot,
        "owner": row.owner,
        "order_no": row.order,
        "quantity": str(row.quantity),
        "unit": row.unit,
        "gtin": row.gtin,
        "serials": msgspec.json.encode(row.serials),
    }
    if place is None:
        last = conn.execute(select(func.coalesce(func.max(stock_table.c.place), 0))).scalar_one()
        conn.execute(stock_table.insert().values(place=int(last) + 1, **values))
    elif row.quantity == 0:
        conn.execute(stock_table.delete().where(stock_table.c.place == place))
    else:
        conn.execute(stock_table.update().where(stock_table.c.place == place).values(values))
