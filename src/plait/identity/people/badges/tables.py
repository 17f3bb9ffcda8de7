"""Rows of badges and PINs; nothing here belongs to a partner. Times are milliseconds since 1970 (system time)."""

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, Table, Text, delete, select

from plait.identity.people.badges.model import BadgeState
from plait.store import metadata, upsert

__all__ = ["badge", "drop_badge", "language", "made_at", "pin", "put_badge", "put_language", "put_pin"]

badge_table = Table(
    "people_badge",
    metadata,
    Column("person", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("made", BigInteger, nullable=False),
)

pin_table = Table(
    "people_pin",
    metadata,
    Column("person", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
)

language_table = Table("people_language", metadata, Column("person", Text, primary_key=True), Column("language", Text, nullable=False))


def put_badge(conn: Connection, person: str, hashed: str, made_ms: int) -> None:
    """Keep the hash of somebody's badge in the place of an earlier one."""
    upsert(conn, badge_table, "person", {"person": person, "hash": hashed, "made": made_ms})


def drop_badge(conn: Connection, person: str) -> bool:
    """Take somebody's badge back; tell whether there was one."""
    return bool(conn.execute(delete(badge_table).where(badge_table.c.person == person)).rowcount)


def badge(conn: Connection, hashed: str) -> str:
    """Return whose badge it is, "" for one that is not known."""
    return str(conn.execute(select(badge_table.c.person).where(badge_table.c.hash == hashed)).scalar() or "")


def made_at(conn: Connection, person: str) -> int | None:
    """Return when somebody's badge was made, None without one."""
    found = conn.execute(select(badge_table.c.made).where(badge_table.c.person == person)).scalar()
    return None if found is None else int(found)


def put_pin(conn: Connection, person: str, state: BadgeState) -> None:
    """Keep the hash of somebody's PIN and the wrong tries."""
    upsert(conn, pin_table, "person", {"person": person, "hash": state.hash, "wrong": state.wrong, "last": state.last})


def pin(conn: Connection, person: str) -> BadgeState | None:
    """Return somebody's PIN as it is kept, None when none is set."""
    row: Any = conn.execute(select(pin_table).where(pin_table.c.person == person)).first()
    return None if row is None else BadgeState(row.hash, row.wrong, row.last)


def put_language(conn: Connection, person: str, language: str) -> None:
    """Keep the language that somebody reads."""
    upsert(conn, language_table, "person", {"person": person, "language": language})


def language(conn: Connection, person: str) -> str:
    """Return the language that somebody reads, "" when they have not said."""
    return str(conn.execute(select(language_table.c.language).where(language_table.c.person == person)).scalar() or "")
