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

from plait.kernel.clock import iso, parse_iso
from plait.kernel.facts import GENESIS, Fact, encode, fact_hash, header_of, kind_of
from plait.kernel.ids import new_id
from plait.kernel.problems import NOT_FOUND, Problem
from plait.store.tables import log

__all__ = ["ChainReport", "Log", "Mark", "check_chain", "erase_body", "read_facts", "read_head"]

Mark: TypeAlias = tuple[int, int, int, str]

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
    values[5], values[6] = parse_iso(values[5]), parse_iso(values[6])
    if values[8] is not None:
        values[8] = bytes(values[8])
    return Fact(*values)


def read_head(conn: Connection) -> tuple[int, str]:
    """Return number and hash of the last fact (0 and the genesis hash of an empty log)."""
    row = conn.execute(select(log.c.seq, log.c.hash).order_by(log.c.seq.desc()).limit(1)).first()
    return (row[0], row[1]) if row else (0, GENESIS)


def read_facts(conn: Connection, after: int = 0, limit: int = 1000, stream: str | None = None, kinds: Iterable[str] | None = None) -> list[Fact]:
    """Return up to ``limit`` facts numbered above ``after`` in order, of one stream and of the given kinds if named."""
    query = select(log).where(log.c.seq > after).order_by(log.c.seq).limit(limit)
    if stream is not None:
        query = query.where(log.c.stream == stream)
    if kinds is not None:
        query = query.where(log.c.kind.in_(sorted(kinds)))
    return [_fact(row) for row in conn.execute(query)]


def _fault(fact: Fact, seq: int, prev_hash: str) -> str:
    if fact.seq != seq:
        return f"fact {seq} is missing"
    if fact.prev_hash != prev_hash:
        return "it does not follow the fact before it"
    if fact.body is not None and hashlib.sha256(fact.body).hexdigest() != fact.body_hash:
        return "its body was changed"
    header = header_of(fact.id, fact.stream, fact.kind, fact.version, fact.at, fact.recorded, fact.actor)
    return "" if fact_hash(prev_hash, header, fact.body_hash) == fact.hash else "its header was changed"


def check_chain(read: Callable[[int], list[Fact]]) -> ChainReport:
    """Walk the chain from its beginning; ``read(after)`` gives the next facts, none at the end."""
    seq, head, erased = 0, GENESIS, 0
    while facts := read(seq):
        for fact in facts:
            if fault := _fault(fact, seq + 1, head):
                return ChainReport(False, seq, erased, head, fact.seq, fault)
            seq, head = fact.seq, fact.hash
            erased += fact.body is None
    return ChainReport(True, seq, erased, head)


def erase_body(conn: Connection, fact_id: str) -> None:
    """Take the body of a fact out for good; the chain stays whole because it holds only the body's hash."""
    count = conn.execute(select(func.count()).where(log.c.id == fact_id)).scalar()
    if not count:
        raise Problem(NOT_FOUND, f"There is no fact {fact_id}.")
    conn.execute(update(log).where(log.c.id == fact_id).values(body=None))


def times_of(at: datetime, recorded: datetime) -> tuple[str, str]:
    """Return both times of a fact as they are kept and hashed."""
    return iso(at), iso(recorded)
