"""The static parts of passports, every version (EN 18221: versions are kept)."""

import msgspec
from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, Text, select

from plait.circulation.passport.model import Product
from plait.kernel.actor import Scope
from plait.store import metadata

__all__ = ["latest", "put"]

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


def put(conn: Connection, row: Product) -> None:
    """Keep a new version."""
    conn.execute(product.insert().values(gtin=row.gtin, version=row.version, body=msgspec.json.encode(row)))
