"""Rules of machines in all their versions, and what watches remember."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Row, Table, Text, delete, func, insert, select

from plait.kernel.actor import Scope
from plait.store import from_ms, metadata, ms_of, upsert

__all__ = ["Version", "current", "forget", "memory", "put_memory", "put_version", "versions"]

MOST_VERSIONS = 200

_rules = Table(
    "meaning_rules",
    metadata,
    Column("machine_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("rules", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
)
_memory = Table("meaning_memory", metadata, Column("name", Text, primary_key=True), Column("body", LargeBinary, nullable=False))


class Version(NamedTuple):
    """Rules of a machine as somebody set them."""

    machine_id: str
    version: int
    rules: str
    at: datetime
    actor: str


def versions(conn: Connection, scope: Scope, machine_id: str) -> list[Version]:
    """Return the versions of a machine's rules, the newest first; only our own people see them."""
    if not scope.everything:
        return []
    rows = conn.execute(select(_rules).where(_rules.c.machine_id == machine_id).order_by(_rules.c.version.desc()).limit(MOST_VERSIONS))
    return [_version(row) for row in rows]


def current(conn: Connection, scope: Scope) -> dict[str, Version]:
    """Return the latest version of each machine's rules; one whose rules are empty has none."""
    if not scope.everything:
        return {}
    newest = select(_rules.c.machine_id, func.max(_rules.c.version).label("version")).group_by(_rules.c.machine_id).subquery()
    rows = conn.execute(select(_rules).join(newest, (_rules.c.machine_id == newest.c.machine_id) & (_rules.c.version == newest.c.version)))
    return {row.machine_id: _version(row) for row in rows}


def _version(row: Row[Any]) -> Version:
    return Version(row.machine_id, row.version, row.rules, from_ms(row.at), row.actor)


def put_version(conn: Connection, one: Version) -> None:
    """Write a new version of a machine's rules."""
    conn.execute(insert(_rules).values(machine_id=one.machine_id, version=one.version, rules=one.rules, at=ms_of(one.at), actor=one.actor))


def memory(conn: Connection, scope: Scope, name: str) -> bytes | None:
    """Return what the watch ``name`` remembers, None when nothing."""
    return conn.execute(select(_memory.c.body).where(_memory.c.name == name)).scalar_one_or_none() if scope.everything else None


def put_memory(conn: Connection, name: str, body: bytes) -> None:
    """Write what the watch ``name`` remembers."""
    upsert(conn, _memory, "name", {"name": name, "body": body})


def forget(conn: Connection, name: str) -> None:
    """Drop what the watch ``name`` remembers."""
    conn.execute(delete(_memory).where(_memory.c.name == name))
