"""Two engines with one behaviour: SQLite in a file, PostgreSQL by URL. One writing connection, any number of readers."""

import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event, make_url

from plait.kernel.os import FileLock
from plait.kernel.problems import Problem, register

__all__ = ["BAD_URL", "LOCKED", "Postgres", "Source", "Sqlite", "make_source"]

LOCKED = register("store-locked", 409, "Another process writes this store", "Stop the other node first; a store has one writer.")
BAD_URL = register("store-url", 422, "The store's URL cannot be used", "Use sqlite:///path/to/file.db or postgresql+psycopg://user@host/name.")


class Source(Protocol):
    """An engine as the store sees it. ``inline``: reads are quick enough to run on the event loop."""

    inline: bool
    mark: str

    def writer(self) -> Connection:
        """Return the one connection that may write; raise ``store-locked`` when another process has it."""
        ...

    def reader(self) -> AbstractContextManager[Connection]:
        """Return a context manager giving a read-only connection on one consistent snapshot."""
        ...

    def scrub(self) -> None:
        """Take bytes that were overwritten out of the engine's own journal as far as it allows."""
        ...

    def close(self) -> None:
        """Close every connection and let another process write."""
        ...


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
        self.path.parent.mkdir(parents=True, exist_ok=True)
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
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "wal_autocheckpoint=4000", "cache_size=-32000"):
            dbapi.execute(f"PRAGMA {pragma}").fetchall()

    @staticmethod
    def _prepare_reader(dbapi: Any, record: object) -> None:
        del record
        dbapi.isolation_level = None
        for pragma in ("query_only=ON", "cache_size=-8000"):
            dbapi.execute(f"PRAGMA {pragma}").fetchall()

    def writer(self) -> Connection:
        """Return the writing connection; raise ``store-locked`` when another process writes this file."""
        if not self._locked and not self._lock.acquire():
            raise Problem(LOCKED, f"{self.path} is being written by another process.")
        self._locked = True
        return self._write.connect()

    def reader(self) -> AbstractContextManager[Connection]:
        """Return a read-only connection on one snapshot."""
        return _snapshot(self._read)

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
            raise Problem(LOCKED, f"{self._write.url.render_as_string(hide_password=True)} is being written by another process.")
        return conn

    def reader(self) -> AbstractContextManager[Connection]:
        """Return a read-only connection on one snapshot."""
        return _snapshot(self._read)

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
