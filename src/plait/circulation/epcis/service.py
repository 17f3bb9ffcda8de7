"""The verbs of the event store: capture, jobs, queries, and a snapshot for traces to walk over."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from sqlalchemy import Connection

from plait.circulation.epcis import tables
from plait.circulation.epcis.document import Batch, read_batch, stamp
from plait.circulation.epcis.errors import CAPTURE_LIMIT, NO_RESOURCE, TOO_LARGE, VALIDATION, shape
from plait.circulation.epcis.links import Happening, Role, party_key
from plait.circulation.epcis.loss import check
from plait.circulation.epcis.model import Answer, Captured, CaptureJob, JobError
from plait.circulation.epcis.prepare import captured, prepare, view
from plait.circulation.epcis.query import Query, compile_query, key_after, read_query, token_of
from plait.circulation.trace.rules import visible
from plait.kernel import gs1
from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock, iso
from plait.kernel.ids import new_id
from plait.kernel.ports import Directory, Guard
from plait.kernel.problems import CONFLICT, Problem
from plait.store import Database, Store, Tx, from_ms, ms_of

__all__ = ["CAPTURE_BYTES", "CAPTURE_EVENTS", "KIND", "EpcisService", "Snapshot"]

KIND = "traceability"
CAPTURE_EVENTS = 10_000
CAPTURE_BYTES = 8_000_000
IN_THREAD = 64_000
Behaviour = Literal["rollback", "proceed"]
Document = bytes | Mapping[str, Any] | Iterable[Mapping[str, Any]]
R = TypeVar("R")


class _Told(msgspec.Struct, frozen=True):
    number: int
    key: str
    fact: Captured


class Snapshot:
    """One consistent view of the event store, as ``trace.rules`` walk over it; each event is read once."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._views: dict[int, Happening | None] = {}

    def events_of(self, keys: Collection[str]) -> dict[str, list[tuple[Role, Happening]]]:
        """Return for each identifier the events that name it, with its role; events declared not to have occurred are left out."""
        names = {number: uri for uri, number in tables.find_epcs(self._conn, keys).items()}
        rows = tables.numbers_in(self._conn, names)
        fresh = {event for _, event, _ in rows} - self._views.keys()
        self._views.update(dict.fromkeys(fresh))
        self._views.update((row.id, view(row.id, row.eid, row.doc)) for row in tables.documents(self._conn, fresh))
        found: dict[str, list[tuple[Role, Happening]]] = {}
        for key, event, role in rows:
            seen = self._views[event]
            if seen is not None:
                found.setdefault(names[key], []).append((Role(role), seen))
        return found

    def document(self, number: int) -> dict[str, Any]:
        """Return the kept JSON of an event."""
        row = tables.documents(self._conn, [number])[0]
        event: dict[str, Any] = msgspec.json.decode(row.doc)
        return event


class EpcisService:
    """The event store of the node. ``events`` is its database (opened and closed by its owner), ``store`` takes the facts.

    Without a ``directory`` no partner can be told from another, so contracts show nothing.
    """

    def __init__(self, events: Database, store: Store, guard: Guard, clock: BusinessClock, directory: Directory | None = None) -> None:
        self.events_db = events
        self.store = store
        self.guard = guard
        self.clock = clock
        self.directory = directory
        self._marks: list[int] = []

    async def open(self) -> None:
        """Tell the facts of events that were captured but not told when the node last ended; raise ``events-lost``."""
        await check(self.store, self.events_db)
        rows = await self.events_db.read(tables.untold)
        told = [_Told(row.id, _told_key(row.eid, bool(row.declared)), captured(row.eid, row.doc)) for row in rows]
        await self._tell(system_actor(self.guard.firm().party_id), told)

    async def close(self) -> None:
        """Note which facts are told, so that the next start need not look."""
        marks, self._marks = self._marks, []
        if marks:
            await self.events_db.write(lambda conn: tables.mark_told(conn, marks))

    async def capture(self, actor: Actor, document: Document, once: str | None = None, behaviour: Behaviour = "rollback") -> CaptureJob:
        """Capture the events of a document and return the finished job; its events are on disk.

        ``rollback``: one event that breaks a rule and none is stored; ``proceed``: the good ones are. Events whose eventID is
        there already are ignored. Raises ``epcis-validation`` for content that is no document, ``epcis-capture-limit``.
        """
        self.guard.require(actor, "epcis.capture")
        created = self.clock.now()
        batch = read_batch(document)
        if len(batch.events) > CAPTURE_EVENTS:
            raise Problem(CAPTURE_LIMIT, f"{len(batch.events)} events; {CAPTURE_EVENTS} are taken at once")
        rows, refused = await self._prepare(batch, ms_of(created))
        stored = rows if behaviour == "proceed" or not refused else []
        errors = [_error(problem) for problem in refused]
        job = CaptureJob(new_id(), iso(created), iso(self.clock.now()), False, not refused, behaviour, errors)
        job, fresh = await self.events_db.write(lambda conn: self._enter(conn, actor, once, job, stored))
        await self._tell(actor, fresh)
        return job

    @staticmethod
    async def _prepare(batch: Batch, recorded: int) -> tuple[list[tables.Row], list[Problem]]:
        if sum(memoryview(raw).nbytes for raw in batch.events) < IN_THREAD:
            return prepare(batch, recorded)
        return await asyncio.to_thread(prepare, batch, recorded)

    def _enter(self, conn: Connection, actor: Actor, once: str | None, job: CaptureJob, rows: Sequence[tables.Row]) -> tuple[CaptureJob, list[_Told]]:
        """On the writer's thread: the first answer to a repeated key, else the new events and the job."""
        if once is not None and (first := tables.job_once(conn, actor.label, once)) is not None:
            return msgspec.json.decode(first, type=CaptureJob), []
        marks, self._marks = self._marks, []
        tables.mark_told(conn, marks)
        known = tables.known_ids(conn, [row.eid for row in rows])
        fresh: dict[tuple[str, bool], tables.Row] = {}
        for row in rows:
            if (row.eid, row.declared) not in known:
                fresh.setdefault((row.eid, row.declared), row)
        entered = tables.enter(conn, list(fresh.values())) if fresh else []
        tables.put_job(conn, job.captureID, actor.label, once, msgspec.json.encode(job))
        return job, [_Told(number, _told_key(row.eid, row.declared), captured(row.eid, row.doc)) for number, row in entered]

    async def _tell(self, actor: Actor, events: Sequence[_Told]) -> None:
        """Append the facts of ``events`` that are not in the log yet."""
        if not events:
            return

        def work(tx: Tx) -> None:
            fresh = tables.take_untold(tx.conn, [one.key for one in events])
            for one in events:
                if one.key in fresh:
                    tx.append("epcis", one.fact)

        await self.store.write(actor, work)
        self._marks += [one.number for one in events]

    async def capture_events(self, actor: Actor, events: list[dict[str, Any]]) -> list[str]:
        """Capture events of our own making, all or none, and return their ids; raise ``epcis-validation`` naming what is wrong."""
        job = await self.capture(actor, events)
        if not job.success:
            raise Problem(VALIDATION, "; ".join(error.detail for error in job.errors))
        return [str(event.get("eventID", "")) for event in events]

    async def capture_one(self, actor: Actor, event: bytes, once: str | None = None) -> str:
        """Capture one bare event and return its id; raise ``conflict`` when the id is taken, ``epcis-validation``."""
        self.guard.require(actor, "epcis.capture")
        batch = read_batch(event)
        if len(batch.events) != 1 or b'"epcisBody"' in event:
            raise Problem(VALIDATION, "exactly one event is taken here; documents go to /epcis/capture")
        rows, refused = prepare(batch, ms_of(self.clock.now()))
        if refused:
            raise refused[0]
        now = iso(self.clock.now())
        asked = CaptureJob(rows[0].eid, now, now, False, True, "rollback")

        def work(conn: Connection) -> tuple[CaptureJob, list[_Told]]:
            first = once is not None and tables.job_once(conn, actor.label, once) is not None
            if not first and tables.known_ids(conn, [rows[0].eid]):
                raise Problem(CONFLICT, f"event {rows[0].eid} has been captured")
            return self._enter(conn, actor, once, asked, rows)

        job, fresh = await self.events_db.write(work)
        await self._tell(actor, fresh)
        return job.captureID

    async def job(self, actor: Actor, id: str) -> CaptureJob:
        """Return what became of a capture; raise ``epcis-no-such-resource``."""
        scope = self.guard.scope(actor, "read", KIND)
        body = await self.events_db.read(lambda conn: tables.job_of(conn, scope, id, actor.label))
        if body is None:
            raise Problem(NO_RESOURCE, f"there is no capture job {id}")
        return msgspec.json.decode(body, type=CaptureJob)

    async def jobs(self, actor: Actor, limit: int = 30) -> list[CaptureJob]:
        """Return the newest capture jobs the actor may see."""
        scope = self.guard.scope(actor, "read", KIND)
        bodies = await self.events_db.read(lambda conn: tables.jobs(conn, scope, actor.label, limit))
        return [msgspec.json.decode(body, type=CaptureJob) for body in bodies]

    async def events(self, actor: Actor, parameters: Mapping[str, str]) -> Answer:
        """Return the page of events that ``parameters`` ask for (``query.read_query``), of those the actor may see.

        Raises ``epcis-query-parameter``; ``epcis-query-too-large`` when more than maxEventCount match.
        """
        query = read_query(parameters)
        scope = self.guard.scope(actor, "read", KIND)
        return await self.events_db.read(lambda conn: self._page(conn, self._visible(conn, scope), query))

    async def event(self, actor: Actor, id: str) -> Answer:
        """Return one event by its eventID, with an error declaration if there is one; raise ``epcis-no-such-resource``."""
        answer = await self.events(actor, {"EQ_eventID": id})
        if not answer.events:
            raise Problem(NO_RESOURCE, f"there is no event {id}")
        return Answer(answer.events[-1:], answer.contexts[-1:])

    async def event_types(self, actor: Actor) -> list[str]:
        """Return the types of the events the actor may see."""
        scope = self.guard.scope(actor, "read", KIND)
        return await self.events_db.read(lambda conn: tables.kinds(conn, self._visible(conn, scope)))

    def parties(self, party: str) -> set[str]:
        """Return the keys under which events name a partner: by its GLN and its DID."""
        member = self.directory.member(party) if self.directory is not None else None
        if member is None:
            return set()
        return {party_key(gs1.party(member.gln)) if member.gln else member.did, member.did, *member.former}

    def own(self) -> set[str]:
        """Return the keys under which events name ourselves."""
        firm = self.guard.firm()
        return {party_key(gs1.party(firm.gln)) if firm.gln else firm.did, firm.did, *firm.former}

    def _visible(self, conn: Connection, scope: Scope) -> Scope:
        """Return the scope with a contract's reach spelled out: events of what was sent to the party and of where that came from."""
        if scope.everything or scope.party is None:
            return scope
        _, numbers = visible(Snapshot(conn), self.parties(scope.party), self.own())
        return msgspec.structs.replace(scope, ids=frozenset(str(number) for number in numbers))

    @staticmethod
    def _page(conn: Connection, scope: Scope, query: Query) -> Answer:
        start = key_after(query, tables.last(conn))
        where, order = compile_query(conn, query, start)
        if query.max_count is not None and len(tables.page(conn, scope, where, order, query.max_count + 1)) > query.max_count:
            raise Problem(TOO_LARGE, f"more than {query.max_count} events match")
        left = None if query.count_limit is None else max(0, query.count_limit - start.given)
        size = query.page.per_page if left is None else min(query.page.per_page, left)
        rows = tables.page(conn, scope, where, order, size + 1)
        more = len(rows) > size and (left is None or left > size)
        rows = rows[:size]
        contexts = tables.words(conn, {row.ctx for row in rows})
        events = [msgspec.Raw(stamp(row.doc, {"recordTime": iso(from_ms(row.rt))})) for row in rows]
        token = token_of(query, start.snapshot, rows[-1], start.given + len(rows)) if more else None
        return Answer(events, [msgspec.json.decode(contexts[row.ctx]) for row in rows], token)

    async def look(self, fn: Callable[[Snapshot], R]) -> R:
        """Run ``fn`` on one snapshot of all events; whoever calls has checked the actor's scope."""
        return await self.events_db.read(lambda conn: fn(Snapshot(conn)))


def _told_key(eid: str, declared: bool) -> str:
    return f"{eid}#declared" if declared else eid


def _error(problem: Problem) -> JobError:
    found = shape(problem)
    return JobError(found["type"], found["title"], found["status"], found["detail"])
