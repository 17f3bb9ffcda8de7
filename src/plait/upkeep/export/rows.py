"""Reading whole databases for an export, row by row on one snapshot; no scope, because it is the firm's own folder that is read."""

import base64
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, MetaData, Table, select

__all__ = ["SECRET", "cell", "columns", "plain_tables", "rows"]

# Rows that are worth nothing elsewhere, or would open a door: hashes of tokens, sessions and passwords, answers under keys.
LEFT_OUT = frozenset({"store_fact", "store_once", "store_follower", "identity_jti", "ev", "ee", "epc", "term", "job", "epcis_told"})
SECRET = ("token", "secret", "password", "hash", "address", "code")
GUARDED = ("identity_", "sharing_transfer", "people_", "guest_link")


def plain_tables(conn: Connection) -> list[Table]:
    """Return the tables that are written as they are, by name, as the database itself describes them."""
    found = MetaData()
    found.reflect(conn)
    return [table for name, table in sorted(found.tables.items()) if name not in LEFT_OUT]


def columns(table: Table) -> list[str]:
    """Return the columns that may leave the house: none that holds a secret."""
    names = [column.name for column in table.columns]
    if not table.name.startswith(GUARDED):
        return names
    return [name for name in names if not any(word in name for word in SECRET)]


def rows(conn: Connection, table: Table, names: list[str], *order: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table, in the order of its key or of ``order``."""
    keys = [table.c[name] for name in order] or list(table.primary_key.columns)
    for row in conn.execution_options(yield_per=1000).execute(select(*(table.c[name] for name in names)).order_by(*keys)):
        yield tuple(row)


def cell(value: Any) -> str:
    """Return one value as text: empty for nothing, bytes as UTF-8 where they are text, else ``base64:`` and the bytes."""
    if value is None:
        return ""
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return "base64:" + base64.b64encode(content).decode("ascii")
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)
