"""The rows of ``events.db``: events as they came, an index of identifiers, capture jobs; and what of it is told in ``plait.db``.

Times ``t`` (event) and ``rt`` (record) are milliseconds since 1970. ``er`` is the event's number times 16 plus the role.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Index, Integer, LargeBinary, MetaData, Select, Table, Text, bindparam, func, select

from plait.circulation.epcis.links import Role
from plait.kernel.actor import Scope
from plait.store import metadata as facts_metadata

__all__ = ["Row", "ee", "ev", "find_epcs", "find_terms", "metadata", "told"]

BIG = BigInteger().with_variant(Integer(), "sqlite")
CHUNK = 500

metadata = MetaData(info={"name": "events"})

ev = Table(
    "ev",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("eid", Text, nullable=False, index=True),
    Column("kind", Integer, nullable=False),
    Column("action", Integer, nullable=False),
    Column("t", BIG, nullable=False, index=True),
    Column("rt", BIG, nullable=False, index=True),
    Column("step", Integer),
    Column("disp", Integer),
    Column("rp", Integer),
    Column("bl", Integer),
    Column("ctx", Integer, nullable=False),
    Column("declared", Integer, nullable=False),
    Column("void", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("doc", LargeBinary, nullable=False),
)
Index("ev_untold", ev.c.id, sqlite_where=ev.c.told == 0, postgresql_where=ev.c.told == 0)

term = Table("term", metadata, Column("id", Integer, primary_key=True, autoincrement=False), Column("uri", Text, nullable=False, unique=True))

epc = Table("epc", metadata, Column("id", BIG, primary_key=True, autoincrement=False), Column("uri", Text, nullable=False))

ee = Table(
    "ee",
    metadata,
    Column("epc", BIG, primary_key=True, autoincrement=False),
    Column("er", BIG, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

job = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("once", Text),
    Column("body", LargeBinary, nullable=False),
    Index("job_once", "actor", "once"),
)

told = Table("epcis_told", facts_metadata, Column("event_id", Text, primary_key=True))


class Row(msgspec.Struct):
    """An event on its way into the store, its words and identifiers not yet replaced by numbers."""

    eid: str
    kind: str
    action: int
    t: int
    rt: int
    step: str | None
    disp: str | None
    rp: str | None
    bl: str | None
    ctx: str
    declared: bool
    denied: bool
    doc: bytes
    links: set[tuple[Role, str]]


def _chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    every = list(values)
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))


def _number(uri: str) -> int:
    return int.from_bytes(hashlib.blake2b(uri.encode(), digest_size=8).digest(), "big", signed=True)


def find_epcs(conn: Connection, uris: Collection[str]) -> dict[str, int]:
    """Return the numbers of the identifiers that are known; two that share a hash are told apart by their text."""
    found: dict[str, int] = {}
    open_ = {uri: _number(uri) for uri in uris}
    while open_:
        known: dict[int, str] = {}
        for chunk in _chunks(set(open_.values())):
            known.update((int(row.id), str(row.uri)) for row in conn.execute(select(epc).where(epc.c.id.in_(chunk))))
        found.update((uri, number) for uri, number in open_.items() if known.get(number) == uri)
        open_ = {uri: number + 1 for uri, number in open_.items() if number in known and known[number] != uri}
    return found


def _intern_epcs(conn: Connection, uris: set[str]) -> dict[str, int]:
    found = find_epcs(conn, uris)
    wanted = {uri: _number(uri) for uri in sorted(uris - found.keys())}
    taken = {row.id for chunk in _chunks(wanted.values()) for row in conn.execute(select(epc.c.id).where(epc.c.id.in_(chunk)))}
    fresh: dict[int, str] = {}
    for uri, hashed in wanted.items():
        number = hashed
        while number in fresh or (number in taken if number == hashed else _is_taken(conn, number)):
            number += 1
        fresh[number] = uri
        found[uri] = number
    if fresh:
        conn.execute(epc.insert(), [{"id": number, "uri": uri} for number, uri in fresh.items()])
    return found


def _is_taken(conn: Connection, number: int) -> bool:
    return conn.execute(select(epc.c.id).where(epc.c.id == number)).first() is not None


def find_terms(conn: Connection, words: Collection[str]) -> dict[str, int]:
    """Return the numbers of the words that are known."""
    return {row.uri: row.id for chunk in _chunks(words) for row in conn.execute(select(term).where(term.c.uri.in_(chunk)))}


def _intern_terms(conn: Connection, words: set[str]) -> dict[str, int]:
    found = find_terms(conn, words)
    fresh = sorted(words - found.keys())
    if fresh:
        last = int(conn.execute(select(func.coalesce(func.max(term.c.id), 0))).scalar_one())
        numbered = list(enumerate(fresh, last + 1))
        conn.execute(term.insert(), [{"id": number, "uri": word} for number, word in numbered])
        found.update((word, number) for number, word in numbered)
    return found


def words(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Return the words behind numbers."""
    return {row.id: row.uri for chunk in _chunks(ids) for row in conn.execute(select(term).where(term.c.id.in_(chunk)))}


def known_ids(conn: Connection, eids: Collection[str]) -> set[tuple[str, bool]]:
    """Return which of the event ids are there, each as (id, whether with an error declaration)."""
    rows = (conn.execute(select(ev.c.eid, ev.c.declared).where(ev.c.eid.in_(chunk))) for chunk in _chunks(eids))
    return {(row.eid, bool(row.declared)) for result in rows for row in result}


def digests(conn: Connection, eids: Collection[str]) -> dict[str, set[str]]:
    """Return the SHA-256 of each event as it is kept, by its id; one with an error declaration is there beside the event it declares wrong."""
    found: dict[str, set[str]] = {}
    for chunk in _chunks(eids):
        for row in conn.execute(select(ev.c.eid, ev.c.doc).where(ev.c.eid.in_(chunk))):
            found.setdefault(row.eid, set()).add(hashlib.sha256(row.doc).hexdigest())
    return found


def enter(conn: Connection, rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """Write events and their index; return each with its number. A declared error of occurrence voids the event it names."""
    terms = _intern_terms(conn, {word for row in rows for word in (row.kind, row.step, row.disp, row.rp, row.bl, row.ctx) if word is not None})
    epcs = _intern_epcs(conn, {key for row in rows for _, key in row.links})
    last = int(conn.execute(select(func.coalesce(func.max(ev.c.id), 0))).scalar_one())
    numbered = list(enumerate(rows, last + 1))
    conn.execute(ev.insert(), [_values(number, row, terms) for number, row in numbered])
    pairs = sorted((epcs[key], number * 16 + role) for number, row in numbered for role, key in row.links)
    if pairs:
        conn.execute(ee.insert(), [{"epc": key, "er": er} for key, er in pairs])
    _void(conn, {row.eid for row in rows})
    return numbered


def _values(number: int, row: Row, terms: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "eid": row.eid,
        "kind": terms[row.kind],
        "action": row.action,
        "t": row.t,
        "rt": row.rt,
        "step": terms[row.step] if row.step is not None else None,
        "disp": terms[row.disp] if row.disp is not None else None,
        "rp": terms[row.rp] if row.rp is not None else None,
        "bl": terms[row.bl] if row.bl is not None else None,
        "ctx": terms[row.ctx],
        "declared": int(row.declared),
        "void": int(row.denied),
        "told": 0,
        "doc": row.doc,
    }


def _void(conn: Connection, eids: set[str]) -> None:
    for chunk in _chunks(eids):
        denied = select(ev.c.eid).where(ev.c.eid.in_(chunk), ev.c.void == 1)
        conn.execute(ev.update().where(ev.c.eid.in_(denied), ev.c.void == 0).values(void=1))


def numbers_in(conn: Connection, keys: Collection[int]) -> list[tuple[int, int, int]]:
    """Return (identifier, event, role) for the identifiers ``keys``, in the order of capture."""
    rows: list[tuple[int, int, int]] = []
    for chunk in _chunks(keys):
        found = conn.execute(select(ee).where(ee.c.epc.in_(chunk)).order_by(ee.c.epc, ee.c.er))
        rows.extend((row.epc, row.er >> 4, row.er % 16) for row in found)
    return rows


def documents(conn: Connection, numbers: Collection[int]) -> list[Any]:
    """Return (id, eid, doc) of the events that did happen among ``numbers``."""
    query = select(ev.c.id, ev.c.eid, ev.c.doc).where(ev.c.void == 0).order_by(ev.c.id)
    return [row for chunk in _chunks(numbers) for row in conn.execute(query.where(ev.c.id.in_(chunk)))]


def having(roles: Collection[int], keys: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that one of the identifiers stands in one of the roles."""
    named = select(ee.c.er // 16).where(ee.c.epc.in_(list(keys)), (ee.c.er % 16).in_(sorted(roles)))
    return ev.c.id.in_(named)


def like(conn: Connection, prefix: str) -> list[int]:
    """Return the numbers of the identifiers that begin with ``prefix``."""
    return [row.id for row in conn.execute(select(epc.c.id).where(epc.c.uri.startswith(prefix, autoescape=True)))]


def _scoped(scope: Scope) -> Select[Any]:
    query = select(ev)
    if scope.everything:
        return query
    mine = [int(number) for number in scope.ids or ()]
    return query.where(ev.c.id.in_(bindparam("mine", mine, expanding=True, literal_execute=True)))


def page(conn: Connection, scope: Scope, where: Sequence[ColumnElement[bool]], order: Sequence[Any], limit: int) -> list[Any]:
    """Return up to ``limit`` events in scope (``ids``: the numbers of the events) that meet all conditions."""
    if scope.nothing:
        return []
    return list(conn.execute(_scoped(scope).where(*where).order_by(*order).limit(limit)))


def last(conn: Connection) -> int:
    """Return the number of the newest event, 0 when there is none."""
    return int(conn.execute(select(func.coalesce(func.max(ev.c.id), 0))).scalar_one())


def kinds(conn: Connection, scope: Scope) -> list[str]:
    """Return the types of the events in scope."""
    if scope.nothing:
        return []
    rows = conn.execute(select(term.c.uri).where(term.c.id.in_(_scoped(scope).with_only_columns(ev.c.kind))).order_by(term.c.uri))
    return [row.uri for row in rows]


def untold(conn: Connection) -> list[Any]:
    """Return (id, eid, declared, doc) of the events whose fact may be missing."""
    return list(conn.execute(select(ev.c.id, ev.c.eid, ev.c.declared, ev.c.doc).where(ev.c.told == 0).order_by(ev.c.id)))


def mark_told(conn: Connection, numbers: Collection[int]) -> None:
    """Note that the facts of these events are in the log."""
    for chunk in _chunks(numbers):
        conn.execute(ev.update().where(ev.c.id.in_(chunk)).values(told=1))


def put_job(conn: Connection, id: str, actor: str, once: str | None, body: bytes) -> None:
    """Keep the outcome of a capture."""
    conn.execute(job.insert().values(id=id, actor=actor, once=once, body=body))


def job_of(conn: Connection, scope: Scope, id: str, actor: str) -> bytes | None:
    """Return a capture's outcome: anybody's for those who may see everything, else only the actor's own."""
    query = select(job.c.body).where(job.c.id == id)
    found = conn.execute(query if scope.everything else query.where(job.c.actor == actor)).scalar()
    return None if found is None else bytes(found)


def jobs(conn: Connection, scope: Scope, actor: str, limit: int) -> list[bytes]:
    """Return the newest outcomes, as ``job_of``."""
    query = select(job.c.body).order_by(job.c.id.desc()).limit(limit)
    return [bytes(row.body) for row in conn.execute(query if scope.everything else query.where(job.c.actor == actor))]


def job_once(conn: Connection, actor: str, once: str) -> bytes | None:
    """Return the outcome of the capture that ``actor`` sent under the idempotency key ``once``."""
    found = conn.execute(select(job.c.body).where(job.c.actor == actor, job.c.once == once)).scalar()
    return None if found is None else bytes(found)


def take_untold(conn: Connection, keys: Collection[str]) -> set[str]:
    """Return those of ``keys`` whose fact is not in ``plait.db`` yet, and note there that it is being written."""
    known = {row.event_id for chunk in _chunks(keys) for row in conn.execute(select(told.c.event_id).where(told.c.event_id.in_(chunk)))}
    fresh = {key for key in keys if key not in known}
    if fresh:
        conn.execute(told.insert(), [{"event_id": key} for key in sorted(fresh)])
    return fresh
