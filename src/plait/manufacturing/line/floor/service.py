"""The verbs of people at the machines: see the jobs, begin, stop, count, finish, add a photo, call for help and answer."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from msgspec.structs import replace
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import SYSTEM
from plait.kernel.ids import new_id
from plait.kernel.ports import MachineView
from plait.kernel.problems import NOT_FOUND, Problem
from plait.kernel.settings import Line
from plait.manufacturing.line import tables as line_tables
from plait.manufacturing.line.floor import rules, tables
from plait.manufacturing.line.floor.model import (
    BAD_PHOTO,
    BUSY,
    MATERIAL,
    NO_CALL,
    NO_JOB,
    NO_STATION,
    Act,
    Board,
    Call,
    CallQuery,
    Counted,
    FloorJob,
    HelpAnswered,
    HelpAsked,
    Note,
    NoteQuery,
    PhotoAdded,
    StationAttended,
    StationLeft,
    StationView,
    Stopped,
    Tapped,
    Tended,
    WorkBegun,
)
from plait.manufacturing.line.floor.photo import Picture, looked_at
from plait.manufacturing.line.model import Job, RunOrder
from plait.manufacturing.line.service import LineService
from plait.manufacturing.line.stations import Station
from plait.store import Blobs, Tx

__all__ = ["FloorService"]

ALL = Scope(everything=True)
PHOTOS = 40


class FloorService:
    """What people at the machines see and tell.

    ``name_of`` says what a person is called, ``code`` draws the QR code (SVG) of one of our paths, ``pace`` is how many business seconds pass in a real one.
    """

    def __init__(
        self, line: LineService, blobs: Blobs, settings: Line, name_of: Callable[[str], str], code: Callable[[str], Awaitable[str]], pace: float = 1.0
    ) -> None:
        self.line = line
        self.store = line.store
        self.guard = line.guard
        self.blobs = blobs
        self.settings = settings
        self.name_of = name_of
        self._code = code
        self.pace = pace
        self.stop_reasons = (*rules.STOP_REASONS, *settings.stop_reasons)
        self.scrap_reasons = (*rules.SCRAP_REASONS, *settings.scrap_reasons)

    # -- what there is

    async def stations(self, actor: Actor) -> list[StationView]:
        """Return the machines and places of work."""
        self.guard.require(actor, "line.read")
        views = self._views()

        def read(conn: Connection) -> list[StationView]:
            told, attended = tables.tended(conn, ALL).values(), tables.attended(conn, ALL)
            return [_viewed(each, views, told, attended) for each in self.line.stations_in(conn)]

        return await self.store.read(read) if self.guard.scope(actor, "read", "line.run").everything else []

    async def board(self, actor: Actor, station: str) -> Board:
        """Return what somebody at a machine sees; raise ``no-such-station``."""
        self.guard.require(actor, "line.read")
        self.guard.scope(actor, "read", "line.run").own("The boards of machines")
        views = self._views()

        def read(conn: Connection) -> Board:
            place = self._find(conn, station)
            view = self._station(conn, place, views)
            told = tables.tended(conn, ALL)
            jobs = rules.in_order(line_tables.near(conn, ALL, place.id, place.group), place.id, place.group)
            calls = tables.calls(conn, ALL, CallQuery("open"), place.id)
            orders = {run: self._order(conn, run) for run in {job.run for job, _ in jobs}}
            shown = [self._shown(job, orders[job.run], told.get(job.id), ready, view.linked) for job, ready in jobs]
            return Board(view, shown, [self._named(each) for each in calls])

        return await self.store.read(read)

    async def code(self, actor: Actor, station: str) -> str:
        """Return the QR code (SVG) that opens the page of a machine, to be put on it; raise ``no-such-station``."""
        self.guard.require(actor, "line.read")
        self.guard.scope(actor, "read", "line.run").own("The codes of machines")
        place = await self.store.read(lambda conn: self._find(conn, station))
        return await self._code(f"/op/m/{quote(place.id, safe='')}")

    async def notes(self, actor: Actor, wanted: NoteQuery) -> list[Note]:
        """Return what was told at the machines, the latest first."""
        self.guard.require(actor, "line.read")
        scope = self.guard.scope(actor, "read", "line.run")
        found = await self.store.read(lambda conn: tables.notes(conn, scope, wanted))
        return [replace(each, name=self.name_of(each.person)) for each in found]

    async def calls(self, actor: Actor, wanted: CallQuery) -> list[Call]:
        """Return calls for help, the latest first."""
        self.guard.require(actor, "line.read")
        scope = self.guard.scope(actor, "read", "line.run")
        return [self._named(each) for each in await self.store.read(lambda conn: tables.calls(conn, scope, wanted))]

    async def photo(self, actor: Actor, id: str) -> tuple[Note, bytes]:
        """Return a photo and its note; raise ``not-found``."""
        self.guard.require(actor, "line.read")
        scope = self.guard.scope(actor, "read", "line.run")
        note = await self.store.read(lambda conn: tables.note(conn, scope, id))
        if note is None or not note.blob:
            raise Problem(NOT_FOUND, f"There is no photo {id[:60]}.")
        return note, self.blobs.get(note.blob)

    # -- what is done

    async def attend(self, actor: Actor, station: str) -> StationView:
        """Somebody works at ``station`` from now on: its jobs wait for a person; raise ``no-such-station``. A linked machine goes on by itself."""
        self.guard.require(actor, "line.work")
        views = self._views()

        def work(tx: Tx) -> StationView:
            place = self._find(tx.conn, station)
            self._attended(tx, place, actor.id)
            return self._station(tx.conn, place, views)

        return await self.store.write(actor, work)

    @staticmethod
    def _attended(tx: Tx, place: Station, person: str) -> None:
        if not place.machine_id and place.id not in tables.attended(tx.conn, ALL):
            tables.put_attended(tx.conn, place.id, person)
            tx.append(f"station/{place.id}", StationAttended(place.id, person))

    async def by_clock(self, actor: Actor, station: str) -> None:
        """Let the jobs of a place begin and end by the clock again; raise ``no-such-station``."""
        self.guard.require(actor, "line.write")

        def work(tx: Tx) -> None:
            place = self._find(tx.conn, station)
            if place.id in tables.attended(tx.conn, ALL):
                tables.put_attended(tx.conn, place.id, "")
                tx.append(f"station/{place.id}", StationLeft(place.id))

        await self.store.write(actor, work)
        await self.line.take_up(station)

    async def act(self, actor: Actor, act: Act, once: str | None = None, sent: datetime | None = None) -> Board:
        """Do one thing at a machine and return its board; the same ``once`` again does nothing. ``sent``: the telephone's clock.

        Raises ``tap-time`` and what the rules of each act raise.
        """
        self.guard.require(actor, "line.work")
        deeds = {"start": self._start, "stop": self._stop, "count": self._count, "finish": self._finish, "help": self._help, "answer": self._answer}
        views = self._views()

        def work(tx: Tx) -> str:
            station = self._station(tx.conn, self._find(tx.conn, act.station), views)
            deeds[act.do](tx, act, station, self._tap(tx, actor, act.tapped, sent))
            return station.id

        await self.store.write(actor, work, once=once)
        return await self.board(actor, act.station)

    async def add_photo(self, actor: Actor, act: Act, content: bytes, once: str | None = None, sent: datetime | None = None) -> Note:
        """Keep a photo with a job, byte for byte as it came; raise ``photo`` for what is none, is too large or one too many."""
        self.guard.require(actor, "line.work")
        picture = await looked_at(content, self.settings.photo_mb)
        blob = self.blobs.put(content)

        def work(tx: Tx) -> Note:
            station = self._find(tx.conn, act.station)
            job = self._job(tx, act.job)
            if job.state == "waiting" or job.station != station.id:
                rules.may_be_here(job, station.id, station.group, line_tables.near(tx.conn, ALL, station.id, station.group))
            if tables.photos(tx.conn, ALL, job.id) >= PHOTOS:
                raise Problem(BAD_PHOTO, f"{job.id} has {PHOTOS} photos already.")
            return self._photo(tx, act, job, blob, len(content), picture, self._tap(tx, actor, act.tapped, sent))

        return await self.store.write(actor, work, once=once, result=Note)

    async def answer(self, actor: Actor, call: str, once: str | None = None) -> Call:
        """Answer a call for help; one that was answered before stays as it is. Raise ``no-such-call``."""
        self.guard.require(actor, "line.work")

        def work(tx: Tx) -> Call:
            return self._answered(tx, call, Tapped(actor.id, tx.at))

        return self._named(await self.store.write(actor, work, once=once, result=Call))

    # -- the deeds, inside one transaction

    def _start(self, tx: Tx, act: Act, station: StationView, tap: Tapped) -> None:
        job = self._job(tx, act.job)
        jobs = line_tables.near(tx.conn, ALL, station.id, station.group)
        to_give = rules.may_be_here(job, station.id, station.group, jobs)
        running = [each.id for each in jobs if each.station == station.id and each.state == "running" and each.id != job.id]
        told = tables.tended(tx.conn, ALL)
        before = told.get(job.id)
        begun = rules.begin(job, before, told.values(), station, tap, running)
        place = self._find(tx.conn, station.id)
        if to_give and not self.line.release_in(tx, place, job):
            raise Problem(MATERIAL, job.id)
        self._attended(tx, place, tap.person)
        self.line.begin_in(tx, job.id)
        tables.put_tended(tx.conn, begun)
        taken = before.person if before is not None and before.person != tap.person else ""
        body = WorkBegun(job.id, job.run, station.id, tap, before is not None, taken)
        tx.append(f"run/{job.run}", body)
        self._note(tx, "begun", begun, tap)

    def _mine(self, tx: Tx, act: Act, station: StationView, tap: Tapped) -> tuple[Job, Tended]:
        job = self._job(tx, act.job)
        if job.station != station.id:
            rules.may_be_here(job, station.id, station.group, line_tables.near(tx.conn, ALL, station.id, station.group))
        return job, rules.own(job, tables.tended(tx.conn, ALL, job=job.id).get(job.id), tap, station)

    def _stop(self, tx: Tx, act: Act, station: StationView, tap: Tapped) -> None:
        rules.check_reason(act.reason, self.stop_reasons)
        job, told = self._mine(tx, act, station, tap)
        stopped = rules.stop(told, act, tap)
        tables.put_tended(tx.conn, stopped)
        tx.append(f"run/{job.run}", Stopped(job.id, job.run, station.id, act.reason, act.note, tap))
        self._note(tx, "stopped", stopped, tap, reason=act.reason, note=act.note)

    def _count(self, tx: Tx, act: Act, station: StationView, tap: Tapped) -> None:
        if act.scrap > 0:
            rules.check_reason(act.reason, self.scrap_reasons)
        job, told = self._mine(tx, act, station, tap)
        counted = rules.count(job, told, act, station)
        tables.put_tended(tx.conn, counted)
        tx.append(f"run/{job.run}", Counted(job.id, job.run, station.id, act.good, act.scrap, act.reason, counted.good, counted.scrap, tap))
        self._note(tx, "counted", counted, tap, good=act.good, scrap=act.scrap, reason=act.reason)

    def _finish(self, tx: Tx, act: Act, station: StationView, tap: Tapped) -> None:
        job, told = self._mine(tx, act, station, tap)
        good, scrap = rules.finish(job, told, act, station)
        more_good, more_scrap = good - told.good, scrap - told.scrap
        if more_good or more_scrap:
            tx.append(f"run/{job.run}", Counted(job.id, job.run, station.id, more_good, more_scrap, act.reason, good, scrap, tap))
            self._note(tx, "counted", told, tap, good=more_good, scrap=more_scrap, reason=act.reason)
        self.line.end_in(tx, job.id, good, scrap)
        tables.drop_tended(tx.conn, job.id)

    def _help(self, tx: Tx, act: Act, station: StationView, tap: Tapped) -> None:
        job = self._job(tx, act.job) if act.job else None
        if any(each.job == act.job for each in tables.calls(tx.conn, ALL, CallQuery("open"), station.id)):
            raise Problem(BUSY, "Help was called for already.")
        run = job.run if job else ""
        call = Call(f"HELP-{tx.number('HELP'):05}", station.id, act.job, run, tap.person, "", tap.at, act.note, "open")
        tables.put_call(tx.conn, call)
        tx.append(_stream(run, station.id), HelpAsked(call.id, station.id, act.job, run, act.note, tap))

    def _answer(self, tx: Tx, act: Act, station: StationView, tap: Tapped) -> None:
        del station
        self._answered(tx, act.call, tap)

    @staticmethod
    def _answered(tx: Tx, id: str, tap: Tapped) -> Call:
        call = tables.call(tx.conn, ALL, id)
        if call is None:
            raise Problem(NO_CALL, id)
        if call.state == "open":
            call = replace(call, state="answered", answered_by=tap.person, answered=tap.at)
            tables.put_call(tx.conn, call)
            tx.append(_stream(call.run, call.station), HelpAnswered(call.id, call.station, call.run, tap))
        return call

    def _photo(self, tx: Tx, act: Act, job: Job, blob: str, size: int, picture: Picture, tap: Tapped) -> Note:
        body = PhotoAdded(job.id, job.run, act.station, blob, picture.media, size, picture.width, picture.height, act.note, tap)
        tx.append(f"run/{job.run}", body)
        note = Note(new_id(), "photo", job.run, job.id, act.station, tap.person, "", tap.at, note=act.note, blob=blob, media=picture.media, size=size)
        tables.put_note(tx.conn, note)
        return note

    # -- helpers

    def _tap(self, tx: Tx, actor: Actor, tapped: datetime | None, sent: datetime | None) -> Tapped:
        age = rules.age_of(tapped, sent, SYSTEM.now())
        return Tapped(actor.id, tx.at - timedelta(seconds=round(age.total_seconds() * self.pace, 3)), round(age.total_seconds()))

    @staticmethod
    def _note(tx: Tx, kind: str, told: Tended, tap: Tapped, *, good: int = 0, scrap: int = 0, reason: str = "", note: str = "") -> None:
        row = Note(new_id(), kind, told.run, told.job, told.station, tap.person, "", tap.at, good, scrap, reason, note)
        tables.put_note(tx.conn, row)

    @staticmethod
    def _job(tx: Tx, id: str) -> Job:
        job = line_tables.job(tx.conn, ALL, id)
        if job is None:
            raise Problem(NO_JOB, id)
        return job

    def _find(self, conn: Connection, id: str) -> Station:
        found = next((each for each in self.line.stations_in(conn) if each.id == id), None)
        if found is None:
            raise Problem(NO_STATION, id)
        return found

    def _views(self) -> dict[str, MachineView]:
        return {view.id: view for view in self.line.machines.machines()}

    @staticmethod
    def _station(conn: Connection, place: Station, views: dict[str, MachineView]) -> StationView:
        return _viewed(place, views, tables.tended(conn, ALL, station=place.id).values(), tables.attended(conn, ALL))

    @staticmethod
    def _order(conn: Connection, number: str) -> RunOrder:
        run = line_tables.run(conn, ALL, number)
        assert run is not None
        return run.order

    def _shown(self, job: Job, order: RunOrder, told: Tended | None, ready: bool, linked: bool) -> FloorJob:
        return rules.shown(job, order, told, self.name_of(told.person) if told else "", ready, linked)

    def _named(self, call: Call) -> Call:
        return replace(call, name=self.name_of(call.person))


def _viewed(place: Station, views: Mapping[str, MachineView], told: Iterable[Tended], attended: Collection[str]) -> StationView:
    """Return a station: what its machine says, or where none is linked what is told of its jobs."""
    if place.machine_id:
        view = views.get(place.machine_id)
        since = view.since.isoformat() if view and view.since else ""
        return StationView(place.id, view.name if view else place.id, place.group, True, view.state if view else "silent", since, view.reason if view else "")
    here = sorted((each for each in told if each.station == place.id), key=lambda each: each.since)
    now = next((each for each in here if each.state == "running"), here[-1] if here else None)
    state = "idle" if now is None else "running" if now.state == "running" else "setup" if now.reason == "set-up" else "down"
    since = now.since.isoformat() if now else ""
    return StationView(place.id, place.id, place.group, False, state, since, now.reason if now else "", place.id in attended)


def _stream(run: str, station: str) -> str:
    return f"run/{run}" if run else f"station/{station}"
