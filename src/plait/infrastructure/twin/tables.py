"""Products that have a twin, and nameplates."""

import msgspec
from sqlalchemy import Column as Col
from sqlalchemy import ColumnElement, Connection, Integer, Table, Text, false, insert, select, true, update

from plait.infrastructure.twin.model import Nameplate
from plait.kernel.actor import Scope
from plait.store import metadata

__all__ = ["Product", "plate", "products", "put_plate", "put_product"]

_product = Table(
    "twin_product",
    metadata,
    Col("number", Integer, primary_key=True),
    Col("gtin", Text, nullable=False, unique=True),
    Col("name", Text, nullable=False),
)
_plate = Table("twin_nameplate", metadata, Col("asset", Text, primary_key=True), Col("body", Text, nullable=False))


class Product(msgspec.Struct, frozen=True):
    """A product of ours and its place in the order they were put."""

    number: int
    gtin: str
    name: str


def _visible(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    return _product.c.gtin.in_(scope.ids) if scope.ids is not None else false()


def products(conn: Connection, scope: Scope) -> list[Product]:
    """Return the products, in the order they were put; the scope names GTINs."""
    rows = conn.execute(select(_product).where(_visible(scope)).order_by(_product.c.number))
    return [Product(row.number, row.gtin, row.name) for row in rows]


def _name(conn: Connection, gtin: str) -> str | None:
    return conn.execute(select(_product.c.name).where(_product.c.gtin == gtin)).scalar()


def put_product(conn: Connection, gtin: str, name: str) -> bool:
    """Enter or rename a product; False when that changes nothing."""
    known = _name(conn, gtin)
    if known is None:
        conn.execute(insert(_product).values(gtin=gtin, name=name))
    elif known != name:
        conn.execute(update(_product).where(_product.c.gtin == gtin).values(name=name))
    return known != name


def _body(conn: Connection, asset: str) -> str | None:
    return conn.execute(select(_plate.c.body).where(_plate.c.asset == asset)).scalar()


def plate(conn: Connection, scope: Scope, asset: str, key: str) -> Nameplate:
    """Return what the nameplate of an asset says; ``scope`` is that of its kind and names keys (machine ids, GTINs)."""
    seen = scope.everything or (scope.ids is not None and key in scope.ids)
    body = _body(conn, asset) if seen else None
    return Nameplate() if body is None else msgspec.json.decode(body, type=Nameplate)


def put_plate(conn: Connection, asset: str, nameplate: Nameplate) -> bool:
    """Write a nameplate; False when that changes nothing."""
    body = msgspec.json.encode(nameplate, order="deterministic").decode()
    known = _body(conn, asset)
    if known is None:
        conn.execute(insert(_plate).values(asset=asset, body=body))
    else:
        conn.execute(update(_plate).where(_plate.c.asset == asset).values(body=body))
    return known != body
