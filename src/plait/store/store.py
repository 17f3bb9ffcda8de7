"""``plait.db``: rows, facts, outbox and idempotency keys changed together in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import structlog
from sqlalchemy import Connection, MetaData, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM, BusinessClock, iso
from plait.kernel.facts import GENESIS, Fact, fact
from plait.kernel.problems import CONFLICT, Problem, register
from plait.store import changes as _changes
from plait.store import idempotency, letters
from plait.store.anchor import Anchor
from plait.store.database import Base
from plait.store.follow import Followers, FollowerView, Handler, Start
from plait.store.letters import Letter, State
from plait.store.log import ChainReport, Link, Log, Mark, check_chain, erase_body, lost_since, read_facts, read_head, read_latest, read_links
from plait.store.outbox import Outbox
from plait.store.rows import upsert
from plait.store.tables import follower as follower_table
from plait.store.tables import number as number_table
from plait.store.times import ms_of
from plait.store.writer import Ledger

__all__ = ["LOST", "FactErased", "LossAccepted", "Store", "Tx"]

assert _changes, "the migrations are registered"

R = TypeVar("R")

LOST = register(
    "facts-lost",
    500,
    "The fact log has lost facts that were on disk",
    "Restore the last backup with `plait restore`. If there is none, `plait accept-loss` goes on with what is left.",
)
LIFT = 1000
EVERY = "*"

_log = structlog.get_logger("plait.store")
_OUTBOX = Actor("system", "outbox", "")
_STORE = Actor("system", "store", "")


@fact("store.fact_erased")
class FactErased(msgspec.Struct, frozen=True):
    """The body of a fact was taken out by law or agreement; ``reason`` says which."""

    fact: str
    reason: str


@fact("store.loss_accepted")
class LossAccepted(msgspec.Struct, frozen=True):
    """Facts up to number ``noted`` had been on disk; the log went on behind number ``left``. Number series were lifted."""

    noted: int
    left: int


def _keep_cursor(conn: Connection, name: str, seq: int) -> None:
    upsert(conn, follower_table, "name", {"name": name, "seq": seq})


def _noted(kept: "asyncio.Future[Any]") -> None:
    """Look at the outcome: a cursor that was not kept is kept with the next ones."""
    if not kept.cancelled() and (error := kept.exception()) is not None:
        _log.warning("a follower's place could not be kept yet", reason=str(error))


def _whole_ms(when: datetime) -> datetime:
    return when.replace(microsecond=when.microsecond // 1000 * 1000)


class _Books:
    """The log's end and the number of posts, following the fate of the group; told to followers and outbox when it is on disk."""

    def __init__(self, log: Log, tell: Callable[[list[Fact], bool], Callable[[], None]], anchor: Anchor | None) -> None:
        self.log = log
        self.posts = 0
        self._tell = tell
        self._anchor = anchor
        self._kept = (0, GENESIS)

    def load(self, conn: Connection) -> None:
        self.posts = 0
        self.log.load(conn)
        self._kept = (self.log.seq, self.log.hash)

    def mark(self) -> tuple[Mark, int]:
        return self.log.mark(), self.posts

    def undo(self, mark: tuple[Mark, int]) -> None:
        self.log.undo(mark[0])
        self.posts = mark[1]

    def flush(self, conn: Connection) -> None:
        self.log.flush(conn)

    def committed(self) -> Callable[[], None]:
        posted, self.posts = self.posts > 0, 0
        self._kept = (self.log.seq, self.log.hash)
        self._note()
        return self._tell(self.log.taken(), posted)

    def rest_due(self) -> float | None:
        return None if self._anchor is None else self._anchor.due()

    def rest(self, *, last: bool = False) -> None:
        if self._anchor is not None and (last or self._anchor.due() == 0):
            self._note(sync=True)
        if self._anchor is not None and last:
            self._anchor.close()

    def _note(self, *, sync: bool = False) -> None:
        """Note how far the log is on disk; facts that are there stay acknowledged when the note cannot be written."""
        if self._anchor is None:
            return
        try:
            self._anchor.note(*self._kept)
            if sync:
                self._anchor.sync()
        except OSError as error:
            _log.warning("the head of the log could not be noted", path=str(self._anchor.path), reason=str(error))


class Tx:
    """One transaction as a service's function sees it. No waiting and no input or output inside."""

    __slots__ = ("_books", "_times", "actor", "at", "conn", "recorded")

    def __init__(self, conn: Connection, actor: Actor, at: datetime, books: _Books) -> None:
        self.conn = conn
        self.actor = actor
        self.at = _whole_ms(at)
        self.recorded = _whole_ms(SYSTEM.now())
        self._times = (iso(self.at), iso(self.recorded))
        self._books = books

    def append(self, stream: str, body: msgspec.Struct) -> Fact:
        """Enter a fact; the type of ``body`` is registered with ``@fact``. Raise KeyError when it is not."""
        return self._books.log.append(stream, body, self.at, self.recorded, self._times, self.actor.label)

    def post(self, party: str, path: str, body: bytes, *, media_type: str = "application/json", key: str) -> None:
        """Send ``body`` to ``path`` of partner ``party`` (its party_id) after the commit; a second post under the same key does nothing."""
        if letters.enter(self.conn, self._times[0], ms_of(self.recorded), party, path, body, media_type, key):
            self._books.posts += 1

    def number(self, series: str) -> int:
        """Return the next number (1, 2, 3...) of ``series``; none is lost when the transaction fails."""
        return self.numbers(series, 1)[0]

    def numbers(self, series: str, many: int) -> range:
        """Return the next ``many`` numbers of ``series`` at once; none is lost when the transaction fails."""
        if many < 1:
            return range(0)
        make = sqlite.insert if self.conn.dialect.name == "sqlite" else postgresql.insert
        floor = select(number_table.c.last).where(number_table.c.series == EVERY).scalar_subquery()
        enter = make(number_table).values(series=series, last=func.coalesce(floor, literal(0)) + literal(many))
        add = enter.on_conflict_do_update(index_elements=["series"], set_={"last": number_table.c.last + literal(many)}).returning(number_table.c.last)
        last = int(self.conn.execute(add).scalar_one())
        return range(last - many + 1, last + 1)

    def lift(self, by: int = LIFT) -> None:
        """Lift every number series, also those yet to begin, because numbers may have been handed out that are no longer known here."""
        self.conn.execute(update(number_table).values(last=number_table.c.last + by))
        if self.conn.execute(select(number_table.c.last).where(number_table.c.series == EVERY)).first() is None:
            upsert(self.conn, number_table, "series", {"series": EVERY, "last": by})

    def reopen(self, letter: int, state: State, due: int | None) -> Letter:
        """Set a row of the outbox that is not delivered to ``waiting`` or ``given-up``."""
        changed = letters.put_back(self.conn, letter, state, due)
        self._books.posts += 1
        return changed


class Store(Base):
    """The fact log and everything decided together with it."""

    def __init__(self, url: str, metadata: MetaData, clock: BusinessClock, activity: Activity) -> None:
        self._listeners: list[Callable[[Fact], None]] = []
        self._lenient = False
        super().__init__(url, metadata, clock, activity)
        self._followers = Followers(self._read_after, self._save_cursors, activity)
        self._new: list[tuple[str, frozenset[str] | None, Handler, Start]] = []
        self.outbox = Outbox(self, activity)

    def _ledger(self) -> Ledger:
        file = self._source.file
        self._anchor = None if file is None else Anchor(file.with_name(f"{file.name}.head"))
        self._books = _Books(Log(self._source.mark), self._tell, self._anchor)
        return self._books

    def _check(self, conn: Connection) -> None:
        noted = self._anchor.read() if self._anchor is not None else None
        if noted is not None and not self._lenient and (fault := lost_since(conn, *noted)):
            raise Problem(LOST, f"{self._source.place}: {fault}")

    async def open(self) -> None:
        """As ``Base.open``; followers registered before go on where they stood. Raise ``facts-lost`` when the log is shorter than it was."""
        await super().open()
        self._followers.take(self.read_now(read_head)[0])
        for one in self._new:
            self._register(*one)
        self._new.clear()
        self._followers.start()

    async def close(self) -> None:
        """Stop followers and deliveries, finish what is queued, let another process write."""
        if self._opened:
            await self.outbox.stop()
            await self._followers.stop()
        await super().close()

    async def write(self, actor: Actor, fn: Callable[[Tx], R], *, once: str | None = None, result: Any = None) -> R:
        """Run ``fn(tx)`` on the writer's thread; return its answer once everything it changed is on disk.

        ``once``: idempotency key; a repeat by the same actor does not run ``fn`` and returns the first answer, decoded
        to the type ``result`` if one is named. What ``fn`` raises is raised here and nothing of it is kept.
        """
        answer: R = await self._writer.submit(lambda conn: self._run(conn, actor, fn, once, result))
        return answer

    def change(self, fn: Callable[[Tx], R]) -> Awaitable[R]:
        """Run ``fn(tx)`` in the name of the outbox (used by ``Outbox``)."""
        return self.write(_OUTBOX, fn)

    def _run(self, conn: Connection, actor: Actor, fn: Callable[[Tx], R], once: str | None, result: Any) -> R:
        tx = Tx(conn, actor, self.clock.now(), self._books)
        if once is None:
            return fn(tx)
        known, answer = idempotency.recall(conn, actor, once, result)
        if known:
            first: R = answer
            return first
        done = fn(tx)
        idempotency.keep(conn, actor, once, iso(tx.recorded), done)
        return done

    def _tell(self, facts: list[Fact], posted: bool) -> Callable[[], None]:
        """On the writer's thread, after the commit: take the tokens; return what the loop is to do."""
        if facts:
            self._followers.take(facts[-1].seq)
        if posted:
            self.outbox.take()

        def go() -> None:
            if facts:
                self._followers.wake()
                for listener in list(self._listeners):
                    for one in facts:
                        listener(one)
            if posted:
                self.outbox.wake()

        return go

    async def facts(
        self, after: int = 0, limit: int = 1000, stream: str | None = None, kinds: Iterable[str] | None = None, *, newest: bool = False
    ) -> list[Fact]:
        """Return up to ``limit`` facts numbered above ``after`` in order, of one stream and of the given kinds if named; ``newest``: the last, backwards."""
        return await self.read(lambda conn: read_facts(conn, after, limit, stream, kinds, newest=newest))

    async def latest(self, kinds: Iterable[str]) -> Fact | None:
        """Return the last fact of the given kinds, None when there is none."""
        return await self.read(lambda conn: read_latest(conn, kinds))

    async def head(self) -> int:
        """Return the number of the last fact, 0 when there is none."""
        return (await self.read(read_head))[0]

    async def verify(self, *, pause_s: float = 0.0) -> ChainReport:
        """Walk the whole chain of facts in a thread, resting ``pause_s`` between pieces, and say whether it is whole."""

        def links(after: int) -> list[Link]:
            if after and pause_s:
                SYSTEM.pause(pause_s)
            return self.read_now(lambda conn: read_links(conn, after))

        return await asyncio.to_thread(check_chain, links)

    def loss(self) -> LossAccepted | None:
        """Return what the log (of a store that is not open) has lost since its head was last noted, None when nothing."""
        noted = self._anchor.read() if self._anchor is not None else None
        if noted is None:
            return None
        with self.look() as conn:
            return LossAccepted(noted[0], read_head(conn)[0]) if lost_since(conn, *noted) else None

    async def accept_loss(self, actor: Actor = _STORE) -> LossAccepted:
        """Open the store although facts are lost, and say so in the log; raise ``conflict`` when none are."""
        loss = self.loss()
        if loss is None:
            raise Problem(CONFLICT, f"{self._source.place} has lost no facts that are known of.")
        self._lenient = True
        await self.open()

        def accept(tx: Tx) -> None:
            tx.lift()
            tx.append("store", loss)

        await self.write(actor, accept)
        if self._anchor is not None:
            anchor = self._anchor
            await self._writer.submit(lambda conn: anchor.forget())
        return loss

    async def tidy(self, before: datetime) -> int:
        """Forget idempotency keys and settled rows of the outbox from before ``before`` (system time); return how many."""

        def work(tx: Tx) -> int:
            posted = iso(tx.at - (tx.recorded - before))
            return idempotency.prune(tx.conn, iso(before)) + letters.prune(tx.conn, posted)

        return await self.write(_STORE, work)

    async def erase(self, fact_id: str, reason: str = "", actor: Actor = _STORE) -> None:
        """Take the body of a fact out for good and append a fact that says so; raise ``not-found``."""

        def drop(tx: Tx) -> None:
            self._books.log.flush(tx.conn)
            erase_body(tx.conn, fact_id)
            tx.append("store", FactErased(fact_id, reason))

        await self.write(actor, drop)
        await asyncio.to_thread(self._source.scrub)

    def follow(self, name: str, kinds: frozenset[str] | None, handler: Handler, *, start: Start = "now") -> None:
        """Call ``handler`` with every fact of ``kinds`` (None: all) from a durable cursor called ``name`` on.

        A new name starts after the present end of the log, or at its ``begin``. After a crash facts may come twice,
        so use ``once=f"{name}:{fact.id}"`` in the handler's write. A handler that raises is tried again with back-off.
        """
        if self._opened:
            self._register(name, kinds, handler, start)
        else:
            self._new.append((name, kinds, handler, start))

    def _register(self, name: str, kinds: frozenset[str] | None, handler: Handler, start: Start) -> None:
        saved = self.read_now(lambda conn: conn.execute(select(follower_table.c.seq).where(follower_table.c.name == name)).scalar())
        if saved is None:
            seq = self.read_now(read_head)[0] if start == "now" else 0
            self._writer.submit(lambda conn: _keep_cursor(conn, name, seq)).add_done_callback(_noted)
            saved = seq
        self._followers.add(name, kinds, handler, int(saved))

    def followers(self) -> list[FollowerView]:
        """Return where each follower stands, in order of registration."""
        return self._followers.views()

    def listen(self, call: Callable[[Fact], None]) -> Callable[[], None]:
        """Call ``call`` on the loop with each fact once it is on disk (live views; nothing is repeated); return the way out."""
        self._listeners.append(call)
        return lambda: self._listeners.remove(call)

    async def _read_after(self, after: int, limit: int) -> list[Fact]:
        return await self.facts(after, limit)

    async def _save_cursors(self, cursors: dict[str, int]) -> None:
        def save(conn: Connection) -> None:
            for name, seq in cursors.items():
                _keep_cursor(conn, name, seq)

        await self._writer.submit(save, quiet=True)
