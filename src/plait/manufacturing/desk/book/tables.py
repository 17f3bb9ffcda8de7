"""The rows of the order book, and what lines were like before a list changed them. ``worth``: price times quantity in hundredths of ``currency``."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Index, Integer, LargeBinary, Select, Table, Text, delete, func, insert, select

from plait.kernel.actor import Scope
from plait.manufacturing.desk.book.model import OrderLine, StateCount
from plait.manufacturing.desk.book.rules import fold
from plait.store import metadata, upsert

__all__ = [
    "Image",
    "counts",
    "drop_images",
    "drop_lines",
    "images",
    "line",
    "lines",
    "lines_by_id",
    "lines_by_key",
    "lines_of_runs",
    "put_image",
    "put_line",
    "put_new_lines",
]

PIECE = 400

line_table = Table(
    "desk_line",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, index=True),
    Column("state", Text, nullable=False, index=True),
    Column("due", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("customer_party", Text, nullable=False, index=True),
    Column("sender", Text, nullable=False, index=True),
    Column("part_id", Text, nullable=False, index=True),
    Column("order_id", Text, nullable=False, index=True),
    Column("run", Text, nullable=False, index=True),
    Column("words", Text, nullable=False),
    Column("worth", BigInteger, nullable=False, server_default="0"),
    Column("currency", Text, nullable=False, server_default=""),
    Column("order_no", Text, nullable=False, server_default=""),
    Column("customer_part_no", Text, nullable=False, server_default=""),
    Column("spec", LargeBinary, nullable=False),
    Index("desk_line_open", "state", "due"),
    Index("desk_line_worth", "state", "currency", "worth"),
    Index("desk_line_order_no", "order_no"),
    Index("desk_line_customer_part", "customer_part_no"),
)

image_table = Table(
    "desk_line_image",
    metadata,
    Column("source", Text, primary_key=True),
    Column("line_id", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("before", LargeBinary),
    Column("after", LargeBinary, nullable=False),
)

_line = msgspec.json.Decoder(OrderLine).decode


class Image(msgspec.Struct, frozen=True):
    """What a line was before a list changed it (None: not there) and what it was afterwards."""

    line_id: str
    before: OrderLine | None
    after: OrderLine


def _values(row: OrderLine) -> dict[str, Any]:
    words = (row.id, row.customer, row.order_no, row.line_no, row.part_id, row.part_no, row.customer_part_no, row.drawing_no, row.name, row.note)
    return {
        "id": row.id,
        "key": row.key,
        "state": row.state,
        "due": row.due.isoformat(),
        "customer": fold(row.customer),
        "customer_party": row.customer_party,
        "sender": row.sender,
        "part_id": row.part_id,
        "order_id": row.order_id,
        "run": row.run,
        "words": "\n".join(words).casefold(),
        "worth": round(row.price.amount * row.quantity * 100) if row.price else 0,
        "currency": row.price.currency if row.price else "",
        "order_no": row.order_no.casefold(),
        "customer_part_no": row.customer_part_no.casefold(),
        "spec": msgspec.json.encode(row),
    }


def _query(scope: Scope) -> Select[Any]:
    query = select(line_table.c.spec).order_by(line_table.c.due, line_table.c.id)
    return query if scope.everything else query.where(line_table.c.customer_party == (scope.party or "-"))


def lines(
    conn: Connection, scope: Scope, limit: int | None = None, *, state: str = "", customer: str = "", text: str = "", **where: str
) -> Sequence[OrderLine]:
    """Return the lines in scope, the earliest due first: of a state, a customer (by name, folded), with a text in them, with column values."""
    if scope.nothing:
        return []
    query = _query(scope).limit(limit)
    if state:
        query = query.where(line_table.c.state == state)
    if customer:
        query = query.where(line_table.c.customer == fold(customer))
    if text:
        query = query.where(line_table.c.words.contains(text.casefold(), autoescape=True))
    for name, value in where.items():
        query = query.where(line_table.c[name] == value)
    return [_line(row.spec) for row in conn.execute(query)]


def line(conn: Connection, scope: Scope, **where: str) -> OrderLine | None:
    """Return the first line in scope with the given column values, e.g. ``id="SO-00001"``."""
    return next(iter(lines(conn, scope, 1, **where)), None)


def lines_by_key(conn: Connection, scope: Scope, keys: Iterable[str]) -> list[OrderLine]:
    """Return the lines in scope whose key is one of ``keys``, in the order of their numbers."""
    found: list[OrderLine] = []
    wanted = sorted(set(keys))
    if scope.nothing:
        return found
    for start in range(0, len(wanted), PIECE):
        query = _query(scope).where(line_table.c.key.in_(wanted[start : start + PIECE]))
        found += [_line(row.spec) for row in conn.execute(query)]
    return sorted(found, key=lambda each: each.id)


def lines_by_id(conn: Connection, scope: Scope, ids: Iterable[str]) -> dict[str, OrderLine]:
    """Return the lines in scope by number."""
    found: dict[str, OrderLine] = {}
    wanted = sorted(set(ids))
    if scope.nothing:
        return found
    for start in range(0, len(wanted), PIECE):
        query = _query(scope).where(line_table.c.id.in_(wanted[start : start + PIECE]))
        found |= {row.id: row for row in (_line(each.spec) for each in conn.execute(query))}
    return found


def lines_of_runs(conn: Connection, scope: Scope, runs: Iterable[str]) -> list[OrderLine]:
    """Return the lines in scope that are made by one of ``runs``."""
    found: list[OrderLine] = []
    wanted = sorted(set(runs) - {""})
    if scope.nothing:
        return found
    for start in range(0, len(wanted), PIECE):
        query = _query(scope).where(line_table.c.run.in_(wanted[start : start + PIECE]))
        found += [_line(row.spec) for row in conn.execute(query)]
    return found


def counts(conn: Connection, scope: Scope) -> list[StateCount]:
    """Return how many lines in scope there are in each state."""
    if scope.nothing:
        return []
    query = select(line_table.c.state, func.count()).group_by(line_table.c.state).order_by(line_table.c.state)
    if not scope.everything:
        query = query.where(line_table.c.customer_party == (scope.party or "-"))
    return [StateCount(str(state), int(number)) for state, number in conn.execute(query)]


def customers(conn: Connection, scope: Scope) -> list[str]:
    """Return the names of all customers in scope, each once, as their latest lines write them."""
    latest = select(func.max(line_table.c.id)).group_by(line_table.c.customer)
    return [] if scope.nothing else sorted(_line(row.spec).customer for row in conn.execute(_query(scope).where(line_table.c.id.in_(latest))))


def put_line(conn: Connection, row: OrderLine) -> None:
    """Insert or replace a line."""
    upsert(conn, line_table, "id", _values(row))


def put_new_lines(conn: Connection, rows: Sequence[OrderLine]) -> None:
    """Insert lines that are not there yet."""
    if rows:
        conn.execute(insert(line_table), [_values(row) for row in rows])


def drop_lines(conn: Connection, ids: Sequence[str]) -> None:
    """Take lines out."""
    for start in range(0, len(ids), PIECE):
        conn.execute(delete(line_table).where(line_table.c.id.in_(ids[start : start + PIECE])))


def put_image(conn: Connection, source: str, rows: Sequence[Image]) -> None:
    """Keep what a list changed, in its order; a line that the same source changes twice keeps its first image."""
    known = set(conn.execute(select(image_table.c.line_id).where(image_table.c.source == source)).scalars())
    made = []
    for place, row in enumerate(rows):
        after = msgspec.json.encode(row.after)
        if row.line_id in known:
            mine = (image_table.c.source == source) & (image_table.c.line_id == row.line_id)
            conn.execute(image_table.update().where(mine).values(after=after))
            continue
        before = None if row.before is None else msgspec.json.encode(row.before)
        made.append({"source": source, "line_id": row.line_id, "place": place, "before": before, "after": after})
    if made:
        conn.execute(insert(image_table), made)


def images(conn: Connection, scope: Scope, source: str) -> list[Image]:
    """Return what ``source`` changed, the last change first; only our own people see it."""
    if not scope.everything:
        return []
    query = select(image_table).where(image_table.c.source == source).order_by(image_table.c.place.desc(), image_table.c.line_id.desc())
    return [Image(row.line_id, _line(row.before) if row.before is not None else None, _line(row.after)) for row in conn.execute(query)]


def drop_images(conn: Connection, source: str) -> None:
    """Forget what ``source`` changed: it has been taken back."""
    conn.execute(delete(image_table).where(image_table.c.source == source))
