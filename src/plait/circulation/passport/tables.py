"""The static parts of passports, every version (EN 18221: versions are kept)."""

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, Text, func, select

from plait.circulation.passport.model import Product
from plait.kernel.actor import Scope
from plait.store import metadata

__all__ = ["latest", "page", "put"]

product = Table(
    "passport_product",
    metadata,
    Column("gtin", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)


def latest(conn: Connection, scope: Scope, gtin: str) -> Product | None:
    """Return the newest version of an article's static part if it is in scope."""
    if scope.nothing:
        return None
    query = select(product.c.body).where(product.c.gtin == gtin).order_by(product.c.version.desc()).limit(1)
    body = conn.execute(query).scalar()
    return None if body is None else msgspec.json.decode(body, type=Product)


def page(conn: Connection, scope: Scope, after: str = "", limit: int = 100) -> list[Product]:
    """Return the newest static parts in scope behind ``after``, by GTIN."""
    if not scope.everything:
        return []
    newest = select(product.c.gtin, func.max(product.c.version).label("version")).where(product.c.gtin > after).group_by(product.c.gtin)
    first = newest.order_by(product.c.gtin).limit(limit).subquery()
    query = select(product.c.body).join(first, (product.c.gtin == first.c.gtin) & (product.c.version == first.c.version)).order_by(product.c.gtin)
    return [msgspec.json.decode(body, type=Product) for body in conn.execute(query).scalars()]


def put(conn: Connection, row: Product) -> None:
    """Keep a new version."""
    conn.execute(product.insert().values(gtin=row.gtin, version=row.version, body=msgspec.json.encode(row)))
