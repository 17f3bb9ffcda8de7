"""The manifest of Parquet files: a file is part of the lake from the moment its row is committed. Times in ms since 1970, business time."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, Table, Text, delete, false, insert, select, true, update
from sqlalchemy import Column as Col

from plait.infrastructure.signals import tables
from plait.kernel.actor import Scope
from plait.store import metadata

__all__ = ["HOUR", "MINUTE", "RAW", "TIERS", "Dropped", "File", "add_dropped", "commit", "compacted", "dropped", "files"]

RAW = "raw"
MINUTE = "minute"
HOUR = "hour"
TIERS = {RAW: 1, MINUTE: 60_000, HOUR: 3_600_000}

_file = Table(
    "signal_file",
    metadata,
    Col("name", Text, primary_key=True),
    Col("tier", Text, nullable=False),
    Col("level", Integer, nullable=False),
    Col("first", BigInteger, nullable=False),
    Col("last", BigInteger, nullable=False),
    Col("first_ms", BigInteger, nullable=False),
    Col("last_ms", BigInteger, nullable=False),
    Col("rows", BigInteger, nullable=False),
    Col("bytes", BigInteger, nullable=False),
    Col("sha256", Text, nullable=False),
    Col("written_ms", BigInteger, nullable=False),
)
_reach = Table(
    "signal_compacted",
    metadata,
    Col("id", Integer, primary_key=True, autoincrement=False),
    Col("segment", BigInteger, nullable=False),
)
_dropped = Table(
    "signal_dropped",
    metadata,
    Col("tier", Text, primary_key=True),
    Col("since", BigInteger, nullable=False),
    Col("until", BigInteger, nullable=False),
    Col("points", BigInteger, nullable=False),
)


class File(msgspec.Struct, frozen=True):
    """A Parquet file of a tier (``raw``, ``minute``, ``hour``): what segments ``first`` to ``last`` held, sorted by series and time.

    ``level``: how often it was merged; times of its rows from ``first_ms`` to ``last_ms``; ``written_ms``: when its points were compacted.
    """

    name: str
    tier: str
    level: int
    first: int
    last: int
    first_ms: int
    last_ms: int
    rows: int
    bytes: int
    sha256: str
    written_ms: int


class Dropped(msgspec.Struct, frozen=True):
    """How many values of a tier were dropped because their time to be kept was over, and of which time they were."""

    tier: str
    since: int
    until: int
    points: int


def _own(scope: Scope) -> ColumnElement[bool]:
    return true() if scope.everything else false()


def files(conn: Connection, scope: Scope) -> list[File]:
    """Return all files, in order of their segments."""
    rows = conn.execute(select(_file).where(_own(scope)).order_by(_file.c.first, _file.c.name))
    return [File(*row) for row in rows]


def compacted(conn: Connection, scope: Scope) -> int:
    """Return the last segment whose points are in Parquet (or were, before they were dropped); 0 at first."""
    return int(conn.execute(select(_reach.c.segment).where(_own(scope))).scalar() or 0)


def dropped(conn: Connection, scope: Scope) -> list[Dropped]:
    """Return what was dropped, by tier."""
    return [Dropped(*row) for row in conn.execute(select(_dropped).where(_own(scope)))]


def _strike(conn: Connection, names: Iterable[str]) -> None:
    """Strike files off."""
    conn.execute(delete(_file).where(_file.c.name.in_(list(names))))


def commit(conn: Connection, made: Sequence[File], replaced: Iterable[str] = (), reach: int = 0) -> None:
    """Enter new files in the place of ``replaced`` ones; with ``reach``, segments up to it are done with."""
    _strike(conn, replaced)
    if made:
        conn.execute(insert(_file), [msgspec.structs.asdict(file) for file in made])
    if reach:
        if conn.execute(update(_reach).values(segment=reach)).rowcount == 0:
            conn.execute(insert(_reach).values(id=1, segment=reach))
        tables.strike_spans(conn, reach)


def add_dropped(conn: Connection, tier: str, gone: Sequence[File]) -> None:
    """Strike files off whose time is over, and count what was in them."""
    _strike(conn, [file.name for file in gone])
    since, until, points = min(file.first_ms for file in gone), max(file.last_ms for file in gone), sum(file.rows for file in gone)
    known = conn.execute(select(_dropped).where(_dropped.c.tier == tier)).first()
    if known is None:
        conn.execute(insert(_dropped).values(tier=tier, since=since, until=until, points=points))
    else:
        values = {"since": min(since, known.since), "until": max(until, known.until), "points": points + known.points}
        conn.execute(update(_dropped).where(_dropped.c.tier == tier).values(**values))
