"""Steps that are skipped, and what there is of what the others are about."""

from sqlalchemy import Column, Connection, Table, Text, delete, insert, select

from plait.identity.tables import person_table
from plait.infrastructure.machines import tables as machine_tables
from plait.kernel.actor import Scope
from plait.manufacturing.capability.tables import offer_table
from plait.manufacturing.desk.book.tables import line_table
from plait.store import metadata

__all__ = ["set_skipped", "skipped", "there"]

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


def there(conn: Connection, scope: Scope, own: str) -> dict[str, bool]:
    """Return whether there is an order, a machine, a person, and something that the firm ``own`` offers."""
    if not scope.everything:
        return {}
    asked = {
        "orders": select(line_table.c.id),
        "people": select(person_table.c.id),
        "capability": select(offer_table.c.id).where(offer_table.c.party == own),
    }
    found = {step: conn.execute(query.limit(1)).first() is not None for step, query in asked.items()}
    return {**found, "machine": bool(machine_tables.machines(conn, scope))}
