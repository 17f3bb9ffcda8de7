"""Steps that are skipped; and what is counted in other rooms' tables, each by an index of theirs."""

from sqlalchemy import Column, Connection, Table, Text, delete, insert, select

from plait.kernel.actor import Scope
from plait.store import metadata

__all__ = ["set_skipped", "skipped"]

skip_table = Table("overview_skip", metadata, Column("step", Text, primary_key=True))


def skipped(conn: Connection, scope: Scope) -> frozenset[str]:
    """Return the steps of the first start that are skipped; only our own people see them."""
    return frozenset(conn.execute(select(skip_table.c.step)).scalars()) if scope.everything else frozenset()


def set_skipped(conn: Connection, step: str, *, skipped: bool) -> bool:
    """Skip a step or take it up again; tell whether that changes anything."""
    gone = conn.execute(delete(skip_table).where(skip_table.c.step == step)).rowcount > 0
    if skipped:
        conn.execute(insert(skip_table).values(step=step))
    return gone != skipped
