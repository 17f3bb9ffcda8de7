"""Rows of what people at the machines tell. They are the firm's own: nobody else sees any of them."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Column, Connection, Integer, Table, Text, delete, func, select

from plait.kernel.actor import Scope
from plait.kernel.clock import iso, parse_iso
from plait.manufacturing.line.floor.model import Call, CallQuery, Note, NoteQuery, Tended
from plait.store import metadata, upsert

__all__ = ["attended", "call", "calls", "drop_tended", "note", "notes", "photos", "put_attended", "put_call", "put_note", "put_tended", "tended"]

attended_table = Table("line_attended", metadata, Column("station", Text, primary_key=True), Column("person", Text, nullable=False))

tended_table = Table(
    "line_tended",
    metadata,
    Column("job", Text, primary_key=True),
    Column("run", Text, nullable=False),
    Column("station", Text, nullable=False, index=True),
    Column("person", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("good", Integer, nullable=False),
    Column("scrap", Integer, nullable=False),
)

note_table = Table(
    "line_note",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("run", Text, nullable=False, index=True),
    Column("job", Text, nullable=False, index=True),
    Column("station", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("good", Integer, nullable=False),
    Column("scrap", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("blob", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("size", Integer, nullable=False),
)

call_table = Table(
    "line_call",
    metadata,
    Column("id", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("job", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("answered_by", Text, nullable=False),
    Column("answered", Text, nullable=False),
)


def put_attended(conn: Connection, station: str, person: str) -> None:
    """Note that a station's jobs wait for a person; an empty ``person``: that they do not any more."""
    if person:
        upsert(conn, attended_table, "station", {"station": station, "person": person})
    else:
        conn.execute(delete(attended_table).where(attended_table.c.station == station))


def attended(conn: Connection, scope: Scope) -> frozenset[str]:
    """Return the stations whose jobs wait for a person."""
    return frozenset(conn.execute(select(attended_table.c.station)).scalars()) if scope.everything else frozenset()


def put_tended(conn: Connection, row: Tended) -> None:
    """Insert or replace what is told of a job."""
    upsert(conn, tended_table, "job", {**asdict(row), "since": iso(row.since)})


def drop_tended(conn: Connection, job: str) -> None:
    """Forget what was told of a job that is done."""
    conn.execute(delete(tended_table).where(tended_table.c.job == job))


def tended(conn: Connection, scope: Scope, station: str = "", job: str = "") -> dict[str, Tended]:
    """Return what is told of jobs (at a station, or of one job), by job."""
    if not scope.everything:
        return {}
    query = select(tended_table)
    for column, value in ((tended_table.c.station, station), (tended_table.c.job, job)):
        query = query.where(column == value) if value else query
    return {row.job: Tended(**{**row._mapping, "since": parse_iso(row.since)}) for row in conn.execute(query)}


def put_note(conn: Connection, row: Note) -> None:
    """Insert a note."""
    upsert(conn, note_table, "id", {name: value for name, value in {**asdict(row), "at": iso(row.at)}.items() if name != "name"})


def _note(row: Any) -> Note:
    return Note(**{**row._mapping, "at": parse_iso(row.at), "name": ""})


def notes(conn: Connection, scope: Scope, wanted: NoteQuery) -> Sequence[Note]:
    """Return the latest notes that are wanted, the latest first."""
    if not scope.everything:
        return []
    query = select(note_table).order_by(note_table.c.id.desc()).limit(wanted.limit)
    for name in ("run", "job", "kind"):
        if value := getattr(wanted, name):
            query = query.where(note_table.c[name] == value)
    return [_note(row) for row in conn.execute(query)]


def note(conn: Connection, scope: Scope, id: str) -> Note | None:
    """Return one note."""
    row = conn.execute(select(note_table).where(note_table.c.id == id)).first() if scope.everything else None
    return _note(row) if row is not None else None


def photos(conn: Connection, scope: Scope, job: str) -> int:
    """Return how many photos a job has."""
    if not scope.everything:
        return 0
    return int(conn.execute(select(func.count()).where(note_table.c.job == job, note_table.c.kind == "photo")).scalar_one())


def put_call(conn: Connection, row: Call) -> None:
    """Insert or replace a call for help."""
    values = {name: value for name, value in asdict(row).items() if name != "name"}
    upsert(conn, call_table, "id", {**values, "at": iso(row.at), "answered": iso(row.answered) if row.answered else ""})


def _call(row: Any) -> Call:
    return Call(**{**row._mapping, "at": parse_iso(row.at), "answered": parse_iso(row.answered) if row.answered else None, "name": ""})


def calls(conn: Connection, scope: Scope, wanted: CallQuery, station: str = "") -> Sequence[Call]:
    """Return the latest calls for help that are wanted (of one station), the latest first."""
    if not scope.everything:
        return []
    query = select(call_table).order_by(call_table.c.id.desc()).limit(wanted.limit)
    query = query.where(call_table.c.state == wanted.state) if wanted.state else query
    query = query.where(call_table.c.station == station) if station else query
    return [_call(row) for row in conn.execute(query)]


def call(conn: Connection, scope: Scope, id: str) -> Call | None:
    """Return one call for help."""
    row = conn.execute(select(call_table).where(call_table.c.id == id)).first() if scope.everything else None
    return _call(row) if row is not None else None
