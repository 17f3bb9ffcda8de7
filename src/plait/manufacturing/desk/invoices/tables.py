"""Who we are on invoices: one row."""

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, select

from plait.kernel.actor import Scope
from plait.manufacturing.desk.invoices.model import Seller
from plait.store import metadata, upsert

__all__ = ["put_seller", "seller"]

seller_table = Table("desk_invoice_seller", metadata, Column("id", Text, primary_key=True), Column("body", LargeBinary, nullable=False))
ONE = "firm"


def seller(conn: Connection, scope: Scope) -> Seller | None:
    """Return what the firm says of itself on invoices, None when it was not entered, or to somebody from outside."""
    row = conn.execute(select(seller_table)).first() if scope.everything else None
    return msgspec.json.decode(row.body, type=Seller) if row is not None else None


def put_seller(conn: Connection, row: Seller) -> None:
    """Keep it."""
    upsert(conn, seller_table, "id", {"id": ONE, "body": msgspec.json.encode(row)})
