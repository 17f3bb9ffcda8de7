"""The rows of negotiations and agreements."""

from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, ColumnElement, Connection, Index, Integer, LargeBinary, Row, Select, Table, Text, false, insert, or_, select, update

from plait.kernel.actor import Scope
from plait.sharing.machine import Role
from plait.sharing.negotiation.model import Agreed, Negotiation
from plait.store import metadata

__all__ = ["agreement", "agreements", "negotiation", "negotiations", "put_agreement", "put_negotiation"]

negotiation_table = Table(
    "sharing_negotiation",
    metadata,
    Column("pid", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("callback", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("peer_pid", Text, nullable=False),
    Column("asked", LargeBinary, nullable=False),
    Column("offered", LargeBinary, nullable=False),
    Column("cause", Text, nullable=False),
    Column("waiting", Text, nullable=False),
    Column("approved", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("agreement", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("begun", Text, nullable=False),
    Column("changed", Text, nullable=False),
)
Index("sharing_negotiation_peer", negotiation_table.c.party, negotiation_table.c.peer_pid)
_waits = negotiation_table.c.waiting != ""
Index("sharing_negotiation_waiting", negotiation_table.c.changed, sqlite_where=_waits, postgresql_where=_waits)

agreement_table = Table(
    "sharing_agreement",
    metadata,
    Column("id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("negotiation", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("provider_jws", Text, nullable=False),
    Column("consumer_jws", Text, nullable=False),
    Column("ended", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
Index("sharing_agreement_party", agreement_table.c.party, agreement_table.c.dataset)

n = negotiation_table.c
a = agreement_table.c


def _visible(scope: Scope, party: ColumnElement[Any], id: ColumnElement[Any]) -> ColumnElement[bool] | None:
    if scope.everything:
        return None
    ways = [party == scope.party] if scope.party is not None else []
    if scope.ids is not None:
        ways.append(id.in_(scope.ids))
    return or_(*ways) if ways else false()


def _negotiation(row: Row[Any]) -> Negotiation:
    values = dict(row._mapping)
    values["asked"], values["offered"] = bytes(values["asked"]), bytes(values["offered"])
    return Negotiation(**values)


def _agreed(row: Row[Any]) -> Agreed:
    values = dict(row._mapping)
    values["document"] = bytes(values["document"])
    return Agreed(**values)


def _scoped(query: Select[Any], scope: Scope, party: ColumnElement[Any], id: ColumnElement[Any]) -> Select[Any]:
    visible = _visible(scope, party, id)
    return query if visible is None else query.where(visible)


def negotiation(conn: Connection, scope: Scope, pid: str) -> Negotiation | None:
    """Return one negotiation by our own pid, None when it is not in scope."""
    row = conn.execute(_scoped(select(negotiation_table).where(n.pid == pid), scope, n.party, n.pid)).first()
    return _negotiation(row) if row else None


def negotiations(
    conn: Connection, scope: Scope, *, party: str | None = None, dataset: str | None = None, peer_pid: str | None = None, role: Role | None = None
) -> list[Negotiation]:
    """Return the negotiations in scope, newest first, with one party, on one dataset, or of one process of the partner's if named."""
    query = _scoped(select(negotiation_table).order_by(n.begun.desc(), n.pid.desc()), scope, n.party, n.pid)
    for column, value in ((n.party, party), (n.dataset, dataset), (n.peer_pid, peer_pid), (n.role, role)):
        if value is not None:
            query = query.where(column == value)
    return [_negotiation(row) for row in conn.execute(query)]


def put_negotiation(conn: Connection, row: Negotiation) -> None:
    """Enter a negotiation, or write its next version over the one before."""
    values = msgspec.structs.asdict(row)
    if row.version == 1:
        conn.execute(insert(negotiation_table).values(**values))
        return
    done = conn.execute(update(negotiation_table).where(n.pid == row.pid, n.version == row.version - 1).values(**values))
    if done.rowcount != 1:
        raise LookupError(f"negotiation {row.pid} has moved on")


def agreement(conn: Connection, scope: Scope, id: str) -> Agreed | None:
    """Return one agreement, None when it is not in scope."""
    row = conn.execute(_scoped(select(agreement_table).where(a.id == id), scope, a.party, a.id)).first()
    return _agreed(row) if row else None


def agreements(
    conn: Connection, scope: Scope, *, party: str | None = None, dataset: str | None = None, role: Role | None = None, state: str | None = None
) -> list[Agreed]:
    """Return the agreements in scope, newest first, of one party, dataset, role and state if named."""
    query = _scoped(select(agreement_table).order_by(a.made.desc(), a.id.desc()), scope, a.party, a.id)
    for column, value in ((a.party, party), (a.dataset, dataset), (a.role, role), (a.state, state)):
        if value is not None:
            query = query.where(column == value)
    return [_agreed(row) for row in conn.execute(query)]


def put_agreement(conn: Connection, row: Agreed) -> None:
    """Enter an agreement or replace it."""
    values = msgspec.structs.asdict(row)
    if conn.execute(update(agreement_table).where(a.id == row.id).values(**values)).rowcount == 0:
        conn.execute(insert(agreement_table).values(**values))
