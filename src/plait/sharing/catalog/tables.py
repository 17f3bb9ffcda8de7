"""The rows of datasets on offer."""

from typing import Any

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Row, Table, Text, insert, select, update

from plait.kernel.actor import Scope
from plait.sharing.catalog.model import Dataset, Offered
from plait.sharing.policy.model import Policy
from plait.store import metadata

__all__ = ["datasets", "put", "withdraw"]

dataset_table = Table(
    "sharing_dataset",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("policy", LargeBinary, nullable=False),
    Column("offer", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
)

d = dataset_table.c


def _offered(row: Row[Any]) -> Offered:
    return Offered(Dataset(row.id, row.kind, row.title, row.path), msgspec.json.decode(row.policy, type=Policy), row.offer, row.state)


def datasets(conn: Connection, scope: Scope, id: str | None = None, offer: str | None = None) -> list[Offered]:
    """Return the datasets in scope by id, withdrawn ones too; only the one with ``id`` or of ``offer`` if named."""
    query = select(dataset_table).order_by(d.id)
    if not scope.everything:
        query = query.where(d.id.in_(scope.ids or ()))
    if id is not None:
        query = query.where(d.id == id)
    if offer is not None:
        query = query.where(d.offer == offer)
    return [_offered(row) for row in conn.execute(query)]


def put(conn: Connection, row: Offered) -> None:
    """Enter a dataset or replace it."""
    new = row.dataset
    values = {"kind": new.kind, "title": new.title, "path": new.path, "policy": msgspec.json.encode(row.policy), "offer": row.offer, "state": row.state}
    if conn.execute(update(dataset_table).where(d.id == new.id).values(**values)).rowcount == 0:
        conn.execute(insert(dataset_table).values(id=new.id, **values))


def withdraw(conn: Connection, id: str) -> bool:
    """Take a dataset off the catalog; tell whether it was offered."""
    return conn.execute(update(dataset_table).where(d.id == id, d.state == "offered").values(state="withdrawn")).rowcount > 0
