"""The fact log: append with a chain of hashes, read, verify, erase a body.

Facts are numbered and chained in memory as they are appended and inserted together at the end of the group, so a
job sees its own facts as the values ``append`` returned, not in the table.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from plait.kernel.clock import parse_iso
from plait.kernel.facts import GENESIS, Fact, encode, fact_hash, kind_of
from plait.kernel.ids import new_id
from plait.kernel.problems import NOT_FOUND, Problem
from plait.store.engine import DAMAGED
from plait.store.tables import log

__all__ = ["ChainReport", "Link", "Log", "Mark", "check_chain", "erase_body", "lost_since", "read_facts", "read_head", "read_latest", "read_links"]

Mark: TypeAlias = tuple[int, int, int, str]
Link: TypeAlias = tuple[int, str, str, str, int, str, str, str, bytes | None, str, str, str]

_COLUMNS = [column.name for column in log.columns]


class ChainReport(msgspec.Struct, frozen=True):
    """What a walk along the chain found: how many facts, how many with erased body, and where it first breaks, if it does."""

    ok: bool
    facts: int
    erased: int
    head: str
    broken_at: int | None = None
    reason: str = ""


class Log:
    """The end of the log while it is being written; used on the writer's thread only."""

    def __init__(self, mark: str) -> None:
        self.seq = 0
        self.hash = GENESIS
        self.pending: list[Fact] = []
        self._rows: list[tuple[Any, ...]] = []
        self._written = 0
        self._insert = f"INSERT INTO {log.name} ({', '.join(_COLUMNS)}) VALUES ({', '.join([mark] * len(_COLUMNS))})"  # noqa: S608 - names of our own table

    def load(self, conn: Connection) -> None:
        """Read where the log ends."""
        self.taken()
        self.seq, self.hash = read_head(conn)

    def append(self, stream: str, body: msgspec.Struct, at: datetime, recorded: datetime, times: tuple[str, str], actor: str) -> Fact:
        """Enter a fact; ``times`` are ``at`` and ``recorded`` as text."""
        known = kind_of(body)
        content = encode(body)
        digest = hashlib.sha256(content).hexdigest()
        id = new_id()
        link = fact_hash(self.hash, (id, stream, known.kind, str(known.version), *times, actor), digest)
        seq = self.seq + 1
        entered = Fact(seq, id, stream, known.kind, known.version, at, recorded, actor, content, digest, self.hash, link)
        self._rows.append((seq, id, stream, known.kind, known.version, *times, actor, content, digest, self.hash, link))
        self.pending.append(entered)
        self.seq, self.hash = seq, link
        return entered

    def mark(self) -> Mark:
        """Return a mark to come back to."""
        return len(self.pending), self._written, self.seq, self.hash

    def undo(self, mark: Mark) -> None:
        """Forget the facts entered since ``mark``."""
        length, self._written, self.seq, self.hash = mark
        del self.pending[length:]
        del self._rows[length:]

    def flush(self, conn: Connection) -> None:
        """Insert the facts entered that are not yet in the table."""
        rows = self._rows[self._written :]
        if rows:
            raw: Any = conn.connection.driver_connection
            raw.cursor().executemany(self._insert, rows)
            self._written = len(self._rows)

    def taken(self) -> list[Fact]:
        """Return the facts entered, now on disk, and begin anew."""
        facts, self.pending, self._rows, self._written = self.pending, [], [], 0
        return facts


def _fact(row: Row[Any]) -> Fact:
    values = list(row)
    try:
        values[5], values[6] = parse_iso(values[5]), parse_iso(values[6])
    except (ValueError, TypeError) as error:
        raise Problem(DAMAGED, f"Fact {values[0]}: {error}.") from error
    if values[8] is not None:
        values[8] = bytes(values[8])
    return Fact(*values)


def read_head(conn: Connection) -> tuple[int, str]:
    """Return number and hash of the last fact (0 and the genesis hash of an empty log)."""
    row = conn.execute(select(log.c.seq, log.c.hash).order_by(log.c.seq.desc()).limit(1)).first()
    return (row[0], row[1]) if row else (0, GENESIS)


def lost_since(conn: Connection, seq: int, hash: str) -> str:
    """Return in words what the log has lost since its head was noted as fact ``seq`` with ``hash``; empty when nothing."""
    last, _ = read_head(conn)
    if last < seq:
        return f"the log ends at fact {last}, but facts up to {seq} were on disk."
    found = conn.execute(select(log.c.hash).where(log.c.seq == seq)).scalar()
    return "" if seq == 0 or found == hash else f"fact {seq} is not the one that was on disk."


def read_facts(
    conn: Connection, after: int = 0, limit: int = 1000, stream: str | None = None, kinds: Iterable[str] | None = None, *, newest: bool = False
) -> list[Fact]:
    """Return up to ``limit`` facts numbered above ``after`` in order (``newest``: the last of them, the newest first), of one stream and kinds if named."""
    query = select(log).where(log.c.seq > after).order_by(log.c.seq.desc() if newest else log.c.seq).limit(limit)
    if stream is not None:
        query = query.where(log.c.stream == stream)
    if kinds is not None:
        query = query.where(log.c.kind.in_(sorted(kinds)))
    return [_fact(row) for row in conn.execute(query)]


def read_latest(conn: Connection, kinds: Iterable[str]) -> Fact | None:
    """Return the last fact of the given kinds."""
    found = [conn.execute(select(log).where(log.c.kind == kind).order_by(log.c.seq.desc()).limit(1)).first() for kind in kinds]
    return max((_fact(row) for row in found if row is not None), key=lambda one: one.seq, default=None)


def read_links(conn: Connection, after: int = 0, limit: int = 2000) -> list[Link]:
    """Return up to ``limit`` rows numbered above ``after`` in order, as they stand in the table: what the chain is checked on."""
    raw: Any = conn.connection.driver_connection
    cursor = raw.cursor()
    try:
        cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM {log.name} WHERE seq > {int(after)} ORDER BY seq LIMIT {int(limit)}")  # noqa: S608 - own names, whole numbers
        rows: list[Link] = cursor.fetchall()
        return rows
    finally:
        cursor.close()


def check_chain(read: Callable[[int], list[Link]]) -> ChainReport:
    """Walk the chain from its beginning; ``read(after)`` gives the next rows, none at the end."""
    last, head, erased = 0, GENESIS, 0
    sha256 = hashlib.sha256
    while rows := read(last):
        for seq, id, stream, kind, version, at, recorded, actor, body, digest, prev, link in rows:
            if seq != last + 1:
                return ChainReport(False, last, erased, head, seq, f"fact {last + 1} is missing")
            if prev != head:
                return ChainReport(False, last, erased, head, seq, "it does not follow the fact before it")
            if body is None:
                erased += 1
            elif not isinstance(body, bytes) or sha256(body).hexdigest() != digest:
                return ChainReport(False, last, erased, head, seq, "its body was changed")
            if fact_hash(head, (id, stream, kind, str(version), at, recorded, actor), digest) != link:
                return ChainReport(False, last, erased, head, seq, "its header was changed")
            last, head = seq, link
    return ChainReport(True, last, erased, head)


def erase_body(conn: Connection, fact_id: str) -> None:
    """Take the body of a fact out for good; the chain stays whole because it holds only the body's hash."""
    count = conn.execute(select(func.count()).where(log.c.id == fact_id)).scalar()
    if not count:
        raise Problem(NOT_FOUND, f"There is no fact {fact_id}.")
    conn.execute(update(log).where(log.c.id == fact_id).values(body=None))
