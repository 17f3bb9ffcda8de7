"""The rows of transfers."""

from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Connection, Index, Integer, LargeBinary, Row, Table, Text, false, insert, or_, select, update

from plait.kernel.actor import Scope
from plait.sharing.machine import Role
from plait.sharing.transfer.model import Transfer
from plait.store import metadata

__all__ = ["by_token", "put", "transfer", "transfers"]

transfer_table = Table(
    "sharing_transfer",
    metadata,
    Column("pid", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("callback", Text, nullable=False),
    Column("agreement", Text, nullable=False, index=True),
    Column("dataset", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("peer_pid", Text, nullable=False),
    Column("token", Text, nullable=False, index=True),
    Column("address", LargeBinary, nullable=False),
    Column("cause", Text, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("begun", Text, nullable=False),
    Column("changed", Text, nullable=False),
)
Index("sharing_transfer_peer", transfer_table.c.party, transfer_table.c.peer_pid)

t = transfer_table.c


def _transfer(row: Row[Any]) -> Transfer:
    values = dict(row._mapping)
    values["address"] = bytes(values["address"])
    return Transfer(**values)


def transfers(
    conn: Connection, scope: Scope, *, pid: str | None = None, agreement: str | None = None, role: Role | None = None, peer_pid: str | None = None
) -> list[Transfer]:
    """Return the transfers in scope, newest first; of one pid, agreement, role or pid of the partner's if named."""
    query = select(transfer_table).order_by(t.begun.desc(), t.pid.desc())
    if not scope.everything:
        ways = [t.party == scope.party] if scope.party is not None else []
        query = query.where(or_(*ways, t.pid.in_(scope.ids)) if scope.ids is not None else ways[0] if ways else false())
    for column, value in ((t.pid, pid), (t.agreement, agreement), (t.role, role), (t.peer_pid, peer_pid)):
        if value is not None:
            query = query.where(column == value)
    return [_transfer(row) for row in conn.execute(query)]


def transfer(conn: Connection, scope: Scope, pid: str) -> Transfer | None:
    """Return one transfer by our own pid, None when it is not in scope."""
    return next(iter(transfers(conn, scope, pid=pid)), None)


def by_token(conn: Connection, scope: Scope, token: str) -> Transfer | None:
    """Return the started transfer whose bearer token hashes to ``token``."""
    if not scope.everything or not token:
        return None
    row = conn.execute(select(transfer_table).where(t.token == token, t.state == "STARTED", t.role == "provider")).first()
    return _transfer(row) if row else None


def put(conn: Connection, row: Transfer) -> None:
    """Enter a transfer, or write its next version over the one before."""
    values = msgspec.structs.asdict(row)
    if row.version == 1:
        conn.execute(insert(transfer_table).values(**values))
        return
    done = conn.execute(update(transfer_table).where(t.pid == row.pid, t.version == row.version - 1).values(**values))
    if done.rowcount != 1:
        raise LookupError(f"transfer {row.pid} has moved on")
