"""What went between us and other firms, counted by indexes; and the latest facts that tell of messages."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, select

from plait.kernel.actor import Scope
from plait.manufacturing.trade.tables import document_table
from plait.sharing.negotiation.tables import agreement_table
from plait.sharing.transfer.tables import transfer_table
from plait.store.tables import log

__all__ = ["agreements", "documents", "latest", "transfers"]


def documents(conn: Connection, scope: Scope, since: str = "") -> list[Any]:
    """Return how many trade documents there are (issued at ``since`` or later) by party, counterparty and type, and when the last was issued."""
    if not scope.everything:
        return []
    c = document_table.c
    query = select(c.party, c.counterparty, c.type, func.count().label("number"), func.max(c.issued).label("last"))
    if since:
        query = query.where(c.issued >= since)
    return list(conn.execute(query.group_by(c.party, c.counterparty, c.type)))


def agreements(conn: Connection, scope: Scope, since: str = "") -> list[Any]:
    """Return how many agreements there are with each firm by our role (made at ``since`` or later), and when the last was made."""
    if not scope.everything:
        return []
    c = agreement_table.c
    query = select(c.party, c.role, func.count().label("number"), func.max(c.made).label("last"))
    if since:
        query = query.where(c.made >= since)
    return list(conn.execute(query.group_by(c.party, c.role)))


def transfers(conn: Connection, scope: Scope, since: str = "") -> list[Any]:
    """Return how many transfers of data there are with each firm by our role (changed at ``since`` or later), and when the last did."""
    if not scope.everything:
        return []
    c = transfer_table.c
    query = select(c.party, c.role, func.count().label("number"), func.max(c.changed).label("last"))
    if since:
        query = query.where(c.changed >= since)
    return list(conn.execute(query.group_by(c.party, c.role)))


def latest(conn: Connection, scope: Scope, kinds: Collection[str], limit: int) -> list[Any]:
    """Return the last ``limit`` facts of some kinds, the newest first: seq, id, kind, version, at, body."""
    if not scope.everything:
        return []
    c = log.c
    found: list[Any] = []
    for kind in kinds:
        query = select(c.seq, c.id, c.kind, c.version, c.at, c.body).where(c.kind == kind, c.body.is_not(None))
        found += conn.execute(query.order_by(c.seq.desc()).limit(limit))
    return sorted(found, key=lambda row: int(row.seq), reverse=True)[:limit]
