"""What has changed in the tables of ``plait.db`` since the first release; each change is one numbered migration."""

from sqlalchemy import Connection, inspect

from plait.store.migrate import migration
from plait.store.tables import metadata, once, once_recorded

__all__ = ["digest_of_once"]


@migration(metadata, 2)
def digest_of_once(conn: Connection) -> None:
    """Keep with each idempotency key what it was used for, and find old keys by their time."""
    if "digest" not in {column["name"] for column in inspect(conn).get_columns(once.name)}:
        conn.exec_driver_sql(f"ALTER TABLE {once.name} ADD COLUMN digest TEXT NOT NULL DEFAULT ''")
    once_recorded.create(conn, checkfirst=True)
