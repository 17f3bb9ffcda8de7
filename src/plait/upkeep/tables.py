"""Counts of what the stores hold: numbers for metrics, health and support, no content."""

from sqlalchemy import Connection, func, inspect, select, table

from plait.store.tables import log, outbox

__all__ = ["fact_kinds", "outbox_states", "rows"]


def outbox_states(conn: Connection) -> dict[str, int]:
    """Return how many letters are in each state."""
    return {str(row[0]): int(row[1]) for row in conn.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))}


def fact_kinds(conn: Connection) -> dict[str, int]:
    """Return how many facts there are of each kind."""
    return {str(row[0]): int(row[1]) for row in conn.execute(select(log.c.kind, func.count()).group_by(log.c.kind).order_by(log.c.kind))}


def rows(conn: Connection) -> dict[str, int]:
    """Return how many rows each table of the database has."""
    return {name: int(conn.execute(select(func.count()).select_from(table(name))).scalar_one()) for name in sorted(inspect(conn).get_table_names())}
