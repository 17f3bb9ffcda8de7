"""Two engines with one behaviour: SQLite in a file, PostgreSQL by URL. One writing connection, any number of readers."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from plait.kernel.os import FileLock, fsync_file, make_dir, replace
from plait.kernel.problems import UNAVAILABLE, Problem, register

__all__ = ["BAD_URL", "DAMAGED", "LOCKED", "Postgres", "Source", "Sqlite", "damage_told", "make_source"]

LOCKED = register("store-locked", 409, "Another process writes this store", "Stop the other node first; a store has one writer.")
BAD_URL = register("store-url", 422, "The store's URL cannot be used", "Use sqlite:///path/to/file.db or postgresql+psycopg://user@host/name.")
DAMAGED = register(
    "store-damaged",
    500,
    "A file of the store is damaged",
    "Stop the node, keep the folder for examination, and restore the last backup with `plait restore`; `plait doctor --full` says what is wrong.",
)
UNWRITABLE = register(
    "folder-unwritable",
    503,
    "The data folder cannot be written",
    "Give the user who runs the node the right to write it, make room, or mount the disk for writing; then start again.",
)
NO_COPY = register(
    "no-copy-before-upgrade",
    507,
    "The copy that is kept before an upgrade could not be made",
    "Make room on the disk (as much as the database takes) and start again; nothing was changed.",
)
WRITER_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",
    "checkpoint_fullfsync=ON",
    "foreign_keys=ON",
    "secure_delete=ON",
    "wal_autocheckpoint=4000",
    "cache_size=-16000",
)
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
PASSING = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY})


class Source(Protocol):
    """An engine as the store sees it. ``inline``: reads are quick enough to run on the event loop."""

    inline: bool
    mark: str

    def writer(self) -> Connection:
        """Return the one connection that may write; raise ``store-locked`` when another process has it."""
        ...

    def settle(self, conn: Connection) -> None:
        """Make sure, at the start and after a write or sync has failed, that everything visible through ``conn`` is on disk."""
        ...

    def reader(self) -> AbstractContextManager[Connection]:
        """Return a context manager giving a read-only connection on one consistent snapshot."""
        ...

    @property
    def place(self) -> str:
        """Say where the data lie, for people; no secret."""
        ...

    @property
    def file(self) -> Path | None:
        """The database's file, None for one on a server."""
        ...

    def keep_copy(self, version: int) -> None:
        """Keep a copy of the data as they are before the tables of ``version`` are changed, where that is ours to do."""
        ...

    def scrub(self) -> None:
        """Take bytes that were overwritten out of the engine's own journal as far as it allows."""
        ...

    def close(self) -> None:
        """Close every connection and let another process write."""
        ...


@contextmanager
def damage_told(source: Source) -> Iterator[None]:
    """Turn the engine's word for a damaged file into ``store-damaged``, and for one it cannot reach or use now into ``unavailable``."""
    try:
        yield
    except (DatabaseError, sqlite3.Error) as error:
        told: BaseException | None = error.orig if isinstance(error, DatabaseError) else error
        code = getattr(told, "sqlite_errorcode", 0) & 0xFF if isinstance(told, sqlite3.Error) else None
        if code in DAMAGE or (code is not None and "Could not decode" in str(told)):
            raise Problem(DAMAGED, f"{source.place}: {told}.") from error
        if code in PASSING or (code is None and isinstance(error, OperationalError)):
            raise Problem(UNAVAILABLE, f"The store cannot be used now ({source.place}): {told}.") from error
        raise


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as conn, conn.begin() as transaction:
        yield conn
        transaction.rollback()


class Sqlite:
    """One file in WAL mode; ``synchronous=FULL`` puts every commit on disk; a lock file keeps a second process out."""

    inline = True
    mark = "?"

    def __init__(self, url: str) -> None:
        database = make_url(url).database
        if not database or database == ":memory:":
            raise Problem(BAD_URL, "SQLite needs the path of a file.")
        self.path = Path(database)
        make_dir(self.path.parent)
        self._lock = FileLock(self.path.with_name(self.path.name + ".lock"))
        self._locked = False
        self._write = create_engine(url, poolclass=NullPool, connect_args={"check_same_thread": False, "timeout": 30})
        self._read = create_engine(url, poolclass=QueuePool, pool_size=4, max_overflow=28, connect_args={"check_same_thread": False, "timeout": 30})
        event.listen(self._write, "connect", self._prepare_writer)
        event.listen(self._write, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
        event.listen(self._read, "connect", self._prepare_reader)
        event.listen(self._read, "begin", lambda conn: conn.exec_driver_sql("BEGIN"))

    @staticmethod
    def _prepare_writer(dbapi: Any, record: object) -> None:
        del record
        dbapi.isolation_level = None
        for pragma in WRITER_PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}").fetchall()

    @staticmethod
    def _prepare_reader(dbapi: Any, record: object) -> None:
        del record
        dbapi.isolation_level = None
        for pragma in ("query_only=ON", "cache_size=-4000"):
            dbapi.execute(f"PRAGMA {pragma}").fetchall()

    def writer(self) -> Connection:
        """Return the writing connection; raise ``store-locked`` when another process writes this file."""
        try:
            free = self._locked or self._lock.acquire()
        except OSError as error:
            raise Problem(UNWRITABLE, f"{self._lock.path}: {error.strerror or error}.") from error
        if not free:
            raise Problem(LOCKED, f"{self.place} is being written by another process.")
        self._locked = True
        return self._write.connect()

    def settle(self, conn: Connection) -> None:
        """Write every page of the journal into the file, sync that, and begin the journal anew.

        After a failed fsync the system forgets which pages are not on disk, so the same journal must not be written further; and
        nobody knows whether the process before this one met a failed fsync.
        """
        raw: Any = conn.connection.driver_connection
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise Problem(UNAVAILABLE, f"{self.place} is being read and cannot be settled after a failed write yet.")

    def reader(self) -> AbstractContextManager[Connection]:
        """Return a read-only connection on one snapshot."""
        return _snapshot(self._read)

    @property
    def place(self) -> str:
        """The path of the file."""
        return str(self.path)

    @property
    def file(self) -> Path | None:
        """The path of the file."""
        return self.path

    def keep_copy(self, version: int) -> None:
        """Copy the file to ``NAME.v<version>`` beside it, whole or not at all; one that is there already is kept."""
        kept = self.path.with_name(f"{self.path.name}.v{version}")
        if kept.exists():
            return
        draft = kept.with_name(kept.name + ".part")
        try:
            draft.unlink(missing_ok=True)
            with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(draft)) as target:
                source.backup(target)
            with draft.open("r+b") as file:
                fsync_file(file)
            replace(draft, kept)
        except (OSError, sqlite3.OperationalError) as error:
            raise Problem(NO_COPY, f"{kept} could not be written: {error}.") from error

    def scrub(self) -> None:
        """Fold the write-ahead log into the file and empty it, so that no old page stays behind."""
        raw: Any = self._write.raw_connection()
        try:
            raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            raw.close()

    def close(self) -> None:
        """Close every connection and give the lock back."""
        self._read.dispose()
        self._write.dispose()
        self._lock.release()
        self._locked = False


class Postgres:
    """PostgreSQL; an advisory lock held by the writing connection makes the one writer of a schema."""

    inline = False
    mark = "%s"

    def __init__(self, url: str, name: str) -> None:
        self._key = zlib.crc32(name.encode()) - (1 << 31)
        self._write = create_engine(url, poolclass=NullPool)
        self._read = create_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True)
        event.listen(self._read, "begin", lambda conn: conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))

    def writer(self) -> Connection:
        """Return the writing connection; raise ``store-locked`` when another one holds the advisory lock."""
        conn = self._write.connect()
        conn.exec_driver_sql("SET synchronous_commit TO on")
        taken = conn.exec_driver_sql("SELECT pg_try_advisory_lock(hashtext(current_schema()), %s)", (self._key,)).scalar()
        conn.commit()
        if not taken:
            conn.close()
            raise Problem(LOCKED, f"{self.place} is being written by another process.")
        return conn

    def settle(self, conn: Connection) -> None:
        """Leave it to the server, which stops and recovers when a sync fails."""

    def reader(self) -> AbstractContextManager[Connection]:
        """Return a read-only connection on one snapshot."""
        return _snapshot(self._read)

    @property
    def place(self) -> str:
        """The URL without its password."""
        return self._write.url.render_as_string(hide_password=True)

    @property
    def file(self) -> Path | None:
        """None: the data lie on a server."""
        return None

    def keep_copy(self, version: int) -> None:
        """Leave it to the server's own backup: changing tables is part of the transaction there and is undone with it."""

    def scrub(self) -> None:
        """Leave it to the server: its vacuum and the age of its archive decide when old row versions are gone."""

    def close(self) -> None:
        """Close every connection; the advisory lock goes with the writing one."""
        self._read.dispose()
        self._write.dispose()


def make_source(url: str, name: str) -> Source:
    """Return the engine that ``url`` names; ``name`` tells two sets of tables in one PostgreSQL database apart."""
    if url.startswith("sqlite"):
        return Sqlite(url)
    if url.startswith("postgresql+psycopg"):
        return Postgres(url, name)
    raise Problem(BAD_URL, f"{url.partition(':')[0]} is no database this node can use.")
