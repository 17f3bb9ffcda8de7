"""The rows of listed prices, and what things were before a table changed them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, Text, bindparam, delete, insert, select

from plait.kernel.actor import Scope
from plait.kernel.money import Money
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.masters.model import Price
from plait.store import metadata

__all__ = ["Image", "drop_images", "images", "key_of", "prices", "put_images", "put_prices"]

KEY = ("kind", "part_id", "party_key", "from_quantity", "valid_from")

price_table = Table(
    "desk_price",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("part_id", Text, primary_key=True),
    Column("party_key", Text, primary_key=True),
    Column("from_quantity", Text, primary_key=True),
    Column("valid_from", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("price", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("valid_until", Text, nullable=False),
    Column("source", Text, nullable=False),
)


image_table = Table(
    "desk_master_image",
    metadata,
    Column("source", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("before", LargeBinary),
    Column("after", LargeBinary),
)


class Image(msgspec.Struct, frozen=True):
    """What one thing was before a table changed it and what it was afterwards, as JSON; None: it was not there."""

    what: str
    key: str
    before: bytes | None
    after: bytes | None


def put_images(conn: Connection, source: str, kind: str, rows: Iterable[Image]) -> None:
    """Keep what ``source`` changed in tables of ``kind``; what it changed twice keeps its first image and its last."""
    known = {(row.what, row.key): row for row in images(conn, Scope(everything=True), source, kind)}
    for row in rows:
        first = known.get((row.what, row.key))
        known[row.what, row.key] = row if first is None else msgspec.structs.replace(first, after=row.after)
    drop_images(conn, source, kind)
    if known:
        values = [{"source": source, "kind": kind, "place": place, **msgspec.structs.asdict(row)} for place, row in enumerate(known.values())]
        conn.execute(insert(image_table), values)


def images(conn: Connection, scope: Scope, source: str, kind: str) -> list[Image]:
    """Return what ``source`` changed in tables of ``kind``; only our own people see it."""
    if not scope.everything:
        return []
    query = select(image_table).where(image_table.c.source == source, image_table.c.kind == kind).order_by(image_table.c.place)
    return [Image(row.what, row.key, row.before, row.after) for row in conn.execute(query)]


def drop_images(conn: Connection, source: str, kind: str) -> None:
    """Forget what ``source`` changed."""
    conn.execute(delete(image_table).where(image_table.c.source == source, image_table.c.kind == kind))


def key_of(row: Price) -> tuple[str, str, str, str, str]:
    """Return what tells a price: kind, part, party (as it is compared), from which quantity and which day."""
    quantity = f"{row.from_quantity.normalize():f}"
    return row.kind, row.part_id, fold(row.party), quantity, row.valid_from.isoformat() if row.valid_from else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _price(row: Any) -> Price:
    money = Money(Decimal(row.price), row.currency)
    return Price(row.kind, row.part_id, row.party, Decimal(row.from_quantity), money, row.unit, _day(row.valid_from), _day(row.valid_until), row.source)


def prices(conn: Connection, scope: Scope, part_id: str = "", kind: str = "") -> list[Price]:
    """Return the listed prices, of one part and of one kind if named; only our own people see them."""
    if not scope.everything:
        return []
    query = select(price_table).order_by(*price_table.primary_key.columns)
    if part_id:
        query = query.where(price_table.c.part_id == part_id)
    if kind:
        query = query.where(price_table.c.kind == kind)
    return [_price(row) for row in conn.execute(query)]


def put_prices(conn: Connection, rows: Iterable[Price], gone: Iterable[Price] = ()) -> None:
    """Insert or replace prices, and take ``gone`` out."""
    rows = list(rows)
    keys = [{f"this_{name}": value for name, value in zip(KEY, key_of(row), strict=True)} for row in (*gone, *rows)]
    if keys:
        conn.execute(delete(price_table).where(*(price_table.c[name] == bindparam(f"this_{name}") for name in KEY)), keys)
    if rows:
        conn.execute(insert(price_table), [_values(row) for row in rows])


def _values(row: Price) -> dict[str, str]:
    until = row.valid_until.isoformat() if row.valid_until else ""
    rest = {"party": row.party, "price": str(row.price.amount), "currency": row.price.currency, "unit": row.unit, "valid_until": until, "source": row.source}
    return dict(zip(KEY, key_of(row), strict=True)) | rest
