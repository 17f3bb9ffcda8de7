"""The one writer of a database: a thread that drains a queue and commits what it finds there as one group.

Each job runs in its own savepoint, so that one that fails undoes only its own changes. An answer is given only
after the group is on disk and after everybody who has work because of it has taken its activity token.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from plait.kernel.activity import Activity, Token
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import UNAVAILABLE, Problem
from plait.store.engine import Source, damage_told

__all__ = ["GROUP_JOBS", "GROUP_SECONDS", "Ledger", "Work", "Writer"]

GROUP_JOBS = 1000
GROUP_SECONDS = 0.05


class Ledger(Protocol):
    """What is kept in memory beside the transaction and must follow its fate."""

    def load(self, conn: Connection) -> None:
        """Read the present state through a fresh connection."""
        ...

    def mark(self) -> Any:
        """Return a mark to come back to."""
        ...

    def undo(self, mark: Any) -> None:
        """Forget what was entered since ``mark``."""
        ...

    def flush(self, conn: Connection) -> None:
        """Write what was entered; called last in the transaction."""
        ...

    def committed(self) -> Callable[[], None]:
        """Called on the writer's thread once the group is on disk, before its answers: take tokens; return what is to be done on the loop."""
        ...

    def rest_due(self) -> float | None:
        """Return in how many seconds ``rest`` is to be called, None when there is nothing to do."""
        ...

    def rest(self, *, last: bool = False) -> None:
        """Do what may wait until answers are given (on the writer's thread); ``last``: nothing comes after."""
        ...


@dataclass
class Work:
    """What a writer has done since it was opened: groups and jobs committed, and the seconds that commits took."""

    groups: int = 0
    jobs: int = 0
    seconds: float = 0.0


class _Job:
    __slots__ = ("error", "future", "quiet", "run", "value")

    def __init__(self, run: Callable[[Connection], Any], future: "asyncio.Future[Any]", quiet: bool) -> None:
        self.run = run
        self.future = future
        self.quiet = quiet
        self.value: Any = None
        self.error: Exception | None = None


class Writer:
    """Runs jobs of one event loop on ``source``; ``open`` and ``close`` belong to that loop."""

    def __init__(self, source: Source, ledger: Ledger, activity: Activity) -> None:
        self._source = source
        self._ledger = ledger
        self._activity = activity
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._conn: Connection | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._waiting = 0
        self.work = Work()
        self._token: Token | None = None
        self._ending = False
        self._ended = False

    def open(self, conn: Connection) -> None:
        """Start the thread on the writing connection ``conn``."""
        self._loop = asyncio.get_running_loop()
        self._conn = conn
        self._ledger.load(conn)
        conn.rollback()
        self._thread = threading.Thread(target=self._drain, name="plait-writer", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Finish what is queued, then end the thread."""
        if self._thread is not None:
            self._ending = True
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join)
            self._thread = None
            self._drop()

    def submit(self, run: Callable[[Connection], Any], *, quiet: bool = False) -> "asyncio.Future[Any]":
        """Queue a job and return the future of its answer; ``quiet`` jobs hold no activity token."""
        if self._loop is None or self._thread is None or self._ending:
            raise Problem(UNAVAILABLE, "The store is closed.")
        job = _Job(run, self._loop.create_future(), quiet)
        if not quiet:
            if self._token is None:
                self._token = self._activity.hold("write")
            self._waiting += 1
        self._queue.put(job)
        return job.future

    def _drain(self) -> None:
        while not self._ended:
            due = self._ledger.rest_due()
            try:
                job = self._queue.get(timeout=due)
            except queue.Empty:
                self._ledger.rest()
                continue
            if job is None:
                break
            jobs = [job]
            try:
                with damage_told(self._source):
                    self._group(jobs)
            except Exception as error:  # noqa: BLE001 - whatever broke the group is the answer to its jobs
                self._fail(jobs, error)
            self._ledger.rest()
        self._ledger.rest(last=True)

    def _group(self, jobs: list[_Job]) -> None:
        """Run ``jobs[0]`` and what is queued behind it as one transaction."""
        conn = self._connection()
        began = SYSTEM.monotonic()
        conn.begin()
        self._run(conn, jobs[0])
        while len(jobs) < GROUP_JOBS and SYSTEM.monotonic() - began < GROUP_SECONDS:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._ended = True
                break
            jobs.append(job)
            self._run(conn, job)
        self._ledger.flush(conn)
        flushed = SYSTEM.monotonic()
        conn.commit()
        self.work.groups += 1
        self.work.jobs += len(jobs)
        self.work.seconds += SYSTEM.monotonic() - flushed
        self._answer(jobs, self._ledger.committed())

    def _run(self, conn: Connection, job: _Job) -> None:
        mark = self._ledger.mark()
        raw: Any = conn.connection.driver_connection
        raw.execute("SAVEPOINT job")
        try:
            with damage_told(self._source):
                job.value = job.run(conn)
        except Exception as error:  # noqa: BLE001 - a refusal or a bug: it belongs to whoever queued the job
            job.error = error
            raw.execute("ROLLBACK TO SAVEPOINT job")
            self._ledger.undo(mark)
        raw.execute("RELEASE SAVEPOINT job")

    def _connection(self) -> Connection:
        """Return the writing connection; after a failure a fresh one, once what it shows is known to be on disk."""
        if self._conn is None:
            conn = self._source.writer()
            try:
                self._source.settle(conn)
                self._ledger.load(conn)
                conn.rollback()
            except BaseException:
                conn.invalidate()
                conn.close()
                raise
            self._conn = conn
        return self._conn

    def _drop(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.invalidate()
            conn.close()

    def _fail(self, jobs: list[_Job], error: Exception) -> None:
        self._drop()
        for job in jobs:
            if job.error is None:
                job.error = error if isinstance(error, Problem) else Problem(UNAVAILABLE, f"The store could not write: {error}")
                job.error.__cause__ = error if job.error is not error else None
        self._answer(jobs, lambda: None)

    def _answer(self, jobs: list[_Job], after: Callable[[], None]) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._resolve, jobs, after)

    def _resolve(self, jobs: list[_Job], after: Callable[[], None]) -> None:
        after()
        for job in jobs:
            if not job.quiet:
                self._waiting -= 1
            if job.future.done():
                continue
            if job.error is not None:
                job.future.set_exception(job.error)
            else:
                job.future.set_result(job.value)
        if self._token is not None and not self._waiting:
            assert self._loop is not None
            token, self._token = self._token, None
            self._loop.call_soon(token.release)
