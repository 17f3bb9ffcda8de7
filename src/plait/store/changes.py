"""What has changed in the tables of ``plait.db`` since the first release; each change is one numbered migration."""

from sqlalchemy import Connection, inspect

from plait.store.migrate import migration
from plait.store.tables import metadata, once, once_recorded

__all__ = ["digest_of_once", "scopes_of_tokens"]


@migration(metadata, 2)
def digest_of_once(conn: Connection) -> None:
    """Keep with each idempotency key what it was used for, and find old keys by their time."""
    _add(conn, once.name, "digest TEXT NOT NULL DEFAULT ''")
    once_recorded.create(conn, checkfirst=True)


@migration(metadata, 3)
def scopes_of_tokens(conn: Connection) -> None:
    """Let a token be narrower than its role, and say who made it and when it was last used."""
    if not inspect(conn).has_table("identity_token"):
        return
    for column in ("scopes TEXT NOT NULL DEFAULT ''", "maker TEXT NOT NULL DEFAULT ''", "used BIGINT"):
        _add(conn, "identity_token", column)


def _add(conn: Connection, table: str, column: str) -> None:
    if column.partition(" ")[0] not in {each["name"] for each in inspect(conn).get_columns(table)}:
        conn.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
