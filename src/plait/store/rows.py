"""Writing a row whether or not it is there yet."""

from typing import Any

from sqlalchemy import Connection, Table

__all__ = ["upsert"]


def upsert(conn: Connection, table: Table, key: str, values: dict[str, Any]) -> None:
    """Replace the row whose column ``key`` has the value that ``values`` gives, or insert it."""
    column = table.c[key]
    if conn.execute(table.update().where(column == values[key]).values(values)).rowcount == 0:
        conn.execute(table.insert().values(values))
