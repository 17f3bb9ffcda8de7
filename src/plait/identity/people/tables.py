"""Rows of passwords, codes, sessions and failures; nothing here belongs to a partner. Times are milliseconds since 1970 (system time)."""

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, Table, Text, delete, insert, select, update

from plait.identity.people.model import SessionView
from plait.store import from_ms, metadata, ms_of, upsert

__all__ = [
    "code",
    "end_sessions",
    "enter_code",
    "enter_session",
    "failures",
    "forget_failures",
    "known_address",
    "note_failure",
    "note_seen",
    "password",
    "put_password",
    "sessions",
    "take_code",
]

password_table = Table("people_password", metadata, Column("person", Text, primary_key=True), Column("hash", Text, nullable=False))

code_table = Table(
    "people_code",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
)

session_table = Table(
    "people_session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("person", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
)

failure_table = Table(
    "people_failure",
    metadata,
    Column("door", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("told", Integer, nullable=False),
)

address_table = Table("people_address", metadata, Column("person", Text, primary_key=True), Column("address", Text, primary_key=True))


def password(conn: Connection, person: str) -> str | None:
    """Return the hash of somebody's password, None when none is set."""
    found = conn.execute(select(password_table.c.hash).where(password_table.c.person == person)).scalar()
    return None if found is None else str(found)


def put_password(conn: Connection, person: str, hashed: str) -> None:
    """Keep the hash of somebody's password; an empty one takes it away."""
    if hashed:
        upsert(conn, password_table, "person", {"person": person, "hash": hashed})
    else:
        conn.execute(delete(password_table).where(password_table.c.person == person))


def enter_code(conn: Connection, hash: str, person: str, expires_ms: int) -> None:
    """Keep the hash of a one-time code in the place of the person's earlier ones."""
    conn.execute(delete(code_table).where(code_table.c.person == person))
    conn.execute(insert(code_table).values(hash=hash, person=person, expires=expires_ms))


def code(conn: Connection, hash: str, now_ms: int) -> str | None:
    """Return whose code it is, None when there is none in force."""
    found = conn.execute(select(code_table.c.person).where(code_table.c.hash == hash, code_table.c.expires > now_ms)).scalar()
    return None if found is None else str(found)


def take_code(conn: Connection, hash: str, now_ms: int) -> str | None:
    """As ``code``, and use it up."""
    found = code(conn, hash, now_ms)
    conn.execute(delete(code_table).where((code_table.c.hash == hash) | (code_table.c.expires <= now_ms)))
    return found


def enter_session(conn: Connection, hash: str, session: SessionView) -> None:
    """Keep a session by the hash of its secret, and the address as one its person is known at."""
    times = {"since": ms_of(session.since), "seen": ms_of(session.seen), "ends": ms_of(session.ends)}
    who = {"id": session.id, "person": session.person, "name": session.name, "device": session.device, "address": session.address}
    conn.execute(insert(session_table).values(hash=hash, **who, **times))
    if not known_address(conn, session.person, session.address):
        conn.execute(insert(address_table).values(person=session.person, address=session.address))


def known_address(conn: Connection, person: str, address: str) -> bool:
    """Tell whether somebody has signed in from there before."""
    return conn.execute(select(address_table).where(address_table.c.person == person, address_table.c.address == address)).first() is not None


def sessions(conn: Connection, now_ms: int) -> dict[str, SessionView]:
    """Return the sessions that have not ended, by the hash of their secret, the oldest first."""
    rows: Any = conn.execute(select(session_table).where(session_table.c.ends > now_ms).order_by(session_table.c.id))
    return {
        row.hash: SessionView(row.id, row.person, row.name, row.device, row.address, from_ms(row.since), from_ms(row.seen), from_ms(row.ends)) for row in rows
    }


def end_sessions(conn: Connection, ids: list[str]) -> int:
    """Take sessions out; return how many there were."""
    return conn.execute(delete(session_table).where(session_table.c.id.in_(ids))).rowcount


def note_seen(conn: Connection, id: str, seen_ms: int, ends_ms: int) -> None:
    """Note when a session was last used, and until when it lasts now."""
    conn.execute(update(session_table).where(session_table.c.id == id).values(seen=seen_ms, ends=ends_ms))


def failures(conn: Connection, door: str) -> tuple[int, int]:
    """Return how many wrong passwords came in a row through a door (a person, an address), and when the last one did."""
    row = conn.execute(select(failure_table.c.count, failure_table.c.last).where(failure_table.c.door == door)).first()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def note_failure(conn: Connection, door: str, now_ms: int, forget_ms: int) -> int:
    """Count one more wrong password, beginning anew after ``forget_ms`` of quiet; return how many there are."""
    count, last = failures(conn, door)
    count = 1 if now_ms - last > forget_ms else count + 1
    upsert(conn, failure_table, "door", {"door": door, "count": count, "last": now_ms, "told": 0})
    return count


def forget_failures(conn: Connection, doors: list[str]) -> None:
    """Forget wrong passwords after a right one."""
    conn.execute(delete(failure_table).where(failure_table.c.door.in_(doors)))
