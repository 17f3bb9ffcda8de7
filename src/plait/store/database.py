"""A database of the node: one writer with group commit, any number of readers on consistent snapshots."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData

from plait.kernel.activity import Activity
from plait.kernel.clock import BusinessClock
from plait.kernel.problems import UNAVAILABLE, Problem
from plait.store.engine import Source, damage_told, make_source
from plait.store.migrate import bring_up, name_of
from plait.store.writer import Ledger, Work, Writer

__all__ = ["Base", "Database"]

R = TypeVar("R")


class _NoLedger:
    """A database without facts keeps nothing beside its transactions."""

    def load(self, conn: Connection) -> None:
        del conn

    def mark(self) -> None:
        return None

    def undo(self, mark: None) -> None:
        del mark

    def flush(self, conn: Connection) -> None:
        del conn

    def committed(self) -> Callable[[], None]:
        return lambda: None

    def rest_due(self) -> float | None:
        return None

    def rest(self, *, last: bool = False) -> None:
        del last


class Base:
    """What every database of the node has: opening, closing, reading."""

    def __init__(self, url: str, metadata: MetaData, clock: BusinessClock, activity: Activity) -> None:
        self.metadata = metadata
        self.clock = clock
        self.activity = activity
        self._source: Source = make_source(url, name_of(metadata))
        self._writer = Writer(self._source, self._ledger(), activity)
        self._reading: set[asyncio.Future[Any]] = set()
        self._opened = False

    @property
    def work(self) -> Work:
        """What the writer has done since it was opened."""
        return self._writer.work

    def _ledger(self) -> Ledger:
        return _NoLedger()

    async def open(self) -> None:
        """Take the writer's lock, bring the tables up to date, start the writer; raise ``store-locked`` or ``store-newer``."""
        conn: Connection | None = None
        try:
            with damage_told(self._source):
                conn = self._source.writer()
                self._source.settle(conn)
                conn.rollback()
                bring_up(conn, self.metadata, self._source.keep_copy)
                self._check(conn)
                conn.rollback()
        except BaseException:
            if conn is not None:
                conn.close()
            self._source.close()
            raise
        self._writer.open(conn)
        self._opened = True

    def _check(self, conn: Connection) -> None:
        """Look at what stands in the database before anything is done with it; raise a Problem for what must not be used."""

    @property
    def file(self) -> Path | None:
        """The database's file, None for one on a server."""
        return self._source.file

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Give a snapshot, also of a database that is not opened here: another process may be writing it, or none; nothing is changed."""
        try:
            with damage_told(self._source), self._source.reader() as conn:
                yield conn
        finally:
            if not self._opened:
                self._source.close()

    async def close(self) -> None:
        """Finish what is queued and let another process write."""
        self._opened = False
        await self._writer.close()
        await asyncio.gather(*self._reading, return_exceptions=True)
        self._source.close()

    def read_now(self, fn: Callable[[Connection], R]) -> R:
        """Run ``fn`` on a read-only connection with one consistent snapshot (any thread; quick look-ups only).

        Raise ``unavailable`` while the database is not open.
        """
        if not self._opened:
            raise Problem(UNAVAILABLE, "The store is closed.")
        with damage_told(self._source), self._source.reader() as conn:
            return fn(conn)

    async def read(self, fn: Callable[[Connection], R]) -> R:
        """Run ``fn`` on a read-only connection with one consistent snapshot; on PostgreSQL in a thread."""
        if self._source.inline:
            return self.read_now(fn)
        reading = asyncio.ensure_future(asyncio.to_thread(self.read_now, fn))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        return await asyncio.shield(reading)


class Database(Base):
    """A database without facts (the event store): rows only."""

    async def write(self, fn: Callable[[Connection], R]) -> R:
        """Run ``fn`` on the writer's thread in a savepoint of the group; return once the group is on disk.

        What ``fn`` raises is raised here and undoes only its own changes; ``unavailable`` when the group could not be
        written, then nothing of it is there.
        """
        result: R = await self._writer.submit(fn)
        return result
