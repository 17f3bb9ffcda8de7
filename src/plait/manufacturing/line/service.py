"""The verbs of the line: open a run, let jobs go, take over what machines report."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock, iso, parse_iso
from plait.kernel.ports import Guard, JobOrder, JobState, MachinePort
from plait.kernel.problems import INVALID, Problem, register
from plait.manufacturing.line import rules, tables
from plait.manufacturing.line.floor import tables as floor_tables
from plait.manufacturing.line.model import Batch, Job, JobEnded, JobReleased, JobStarted, Lot, Run, RunCut, RunOpened, RunOrder
from plait.manufacturing.line.stations import Station, StationsOf, open_at
from plait.manufacturing.line.take import TakeMaterial, try_take
from plait.manufacturing.line.work import after_job
from plait.store import Store, Tx

__all__ = ["LineService"]

NOT_OUTSIDE = register("not-outside", 409, "The batch is not at a supplier", "Look under Line where it is.")
NO_RUN = register("no-such-run", 404, "There is no such run on the line", "Check the number under Line.")
ALL = Scope(everything=True)


class LineService:
    """Runs, batches and jobs of this firm; machines are reached through ``machines`` only."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, machines: MachinePort, stations: StationsOf, take: TakeMaterial) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.machines = machines
        self._stations = stations
        self._take = take

    def _me(self) -> Actor:
        return system_actor(self.guard.firm().party_id, "line")

    async def open(self) -> None:
        """Take up again the timers of hand stations after a restart."""
        await self._await_hands()

    async def _await_hands(self, only: str = "") -> None:
        for job, due in await self.store.read(lambda conn: tables.hand_jobs(conn, ALL)):
            if only in ("", job.id):
                self._await_hand(job.id, parse_iso(due))

    async def open_run(self, actor: Actor, order: RunOrder, once: str | None = None) -> None:
        """Open a run for an accepted order; batches of customer's goods are opened when the goods come."""

        def work(tx: Tx) -> None:
            if tables.run(tx.conn, ALL, order.number) is not None:
                return
            tables.put_run(tx.conn, Run(order, "open", 0, 0))
            tx.append(f"run/{order.number}", RunOpened(order.number, order.part_id, order.quantity, order.order_id, order.customer))
            if not order.service:
                for number, size in enumerate(rules.batches_of(order.quantity, order.batch_size), 1):
                    self._open_batch(tx, order, number, size)

        await self.store.write(actor, work, once=once)

    @staticmethod
    def _open_batch(tx: Tx, order: RunOrder, number: int, size: int, lots: tuple[Lot, ...] = ()) -> None:
        batch = Batch(rules.batch_id(order.number, number), order.number, number, size, size, "waiting", lots)
        tables.put_batch(tx.conn, batch)
        for job in rules.jobs_of(order, batch.id, size, tx.at.isoformat()):
            tables.put_job(tx.conn, job)

    async def customer_goods(self, actor: Actor, number: str, lots: Sequence[Lot], once: str | None = None) -> None:
        """Open a batch for each lot of the customer's goods that has come in for run ``number``; a run that was closed goes on."""

        def work(tx: Tx) -> None:
            run = self._run(tx, number)
            batches = tables.batches(tx.conn, ALL, number)
            here = sum(batch.quantity for batch in batches) + sum(int(lot.quantity) for lot in lots)
            if run.state != "open" or here > run.order.quantity:
                order = msgspec.structs.replace(run.order, quantity=max(here, run.order.quantity))
                run = msgspec.structs.replace(run, order=order, state="open")
                tables.put_run(tx.conn, run)
            for offset, lot in enumerate(lots, 1):
                self._open_batch(tx, run.order, len(batches) + offset, int(lot.quantity), (lot,))

        await self.store.write(actor, work, once=once)

    @staticmethod
    def _run(tx: Tx, number: str) -> Run:
        run = tables.run(tx.conn, ALL, number)
        if run is None:
            raise Problem(NO_RUN, f"run {number} is not known")
        return run

    async def release(self, actor: Actor) -> list[str]:
        """Let every job go that may start now: its machine is idle, the batch's last step is done, its material is here.

        The schedule gives the order; a free station takes the next feasible job. Returns the ids of the jobs let go.
        """
        views = {view.id: view for view in self.machines.machines()}

        def work(tx: Tx) -> list[str]:
            busy = {job.station for job in tables.jobs(tx.conn, ALL) if job.state in ("released", "running")}
            gone = []
            for station in self._stations(tx.conn):
                view = views.get(station.machine_id)
                free = station.id not in busy and (not station.machine_id or (view is not None and view.state == "idle" and not view.jobs))
                if not free:
                    continue
                opens = open_at(station, tx.at)
                job = self._release_one(tx, station) if opens is None else None
                if opens is not None and rules.candidates(tables.jobs(tx.conn, ALL), station.group):
                    later.append((station.id, opens))
                if job is not None:
                    gone.append(job.id)
            return gone

        later: list[tuple[str, datetime]] = []
        released = await self.store.write(actor, work)
        for station, opens in later:
            self.clock.at(opens, f"line/open/{station}", self._release_later)
        return released

    async def _release_later(self) -> None:
        await self.release(self._me())

    def _release_one(self, tx: Tx, station: Station) -> Job | None:
        gone = (self.release_in(tx, station, job) for job in rules.candidates(tables.jobs(tx.conn, ALL), station.group))
        return next((job for job in gone if job is not None), None)

    def release_in(self, tx: Tx, station: Station, job: Job) -> Job | None:
        """Let one job go to ``station`` inside a transaction and return it, None when its material is not here."""
        run = self._run(tx, job.run)
        batch = next(row for row in tables.batches(tx.conn, ALL, job.run) if row.id == job.batch)
        if batch.state == "waiting" and not batch.lots:
            lots = try_take(tx, self._take, run.order, batch.good)
            if lots is None:
                return None
            batch = msgspec.structs.replace(batch, lots=lots)
        tables.put_batch(tx.conn, msgspec.structs.replace(batch, state="running"))
        gone = msgspec.structs.replace(job, state="released", station=station.id, machine_id=station.machine_id, quantity=batch.good)
        tables.put_job(tx.conn, gone)
        tx.append(f"run/{job.run}", JobReleased(job.id, job.run, job.batch, job.seq, station.id, station.machine_id, batch.good))
        return gone

    def stations_in(self, conn: Connection) -> Sequence[Station]:
        """Return the stations as ``conn`` sees them."""
        return self._stations(conn)

    def begin_in(self, tx: Tx, job_id: str) -> None:
        """Begin a released job inside a transaction; one that runs already goes on."""
        self._started(tx, job_id)

    def end_in(self, tx: Tx, job_id: str, good: int, scrap: int) -> None:
        """End a job inside a transaction, as a machine's report would."""
        self._ended(tx, job_id, good, scrap)

    async def take_up(self, station: str) -> None:
        """Let the jobs of a place that nobody attends any more begin and end by the clock."""
        jobs = await self.store.read(lambda conn: tables.jobs(conn, ALL))
        for job in jobs:
            if job.station == station and job.state == "released":
                await self.send(self._me(), job.id)
            elif job.station == station and job.state == "running":
                await self._await_hands(job.id)

    async def send(self, actor: Actor, job_id: str) -> None:
        """Hand a released job to its machine; a hand station begins at once, one where somebody attends when they do. Safe to call again."""
        job, attended = await self.store.read(lambda conn: (tables.job(conn, ALL, job_id), floor_tables.attended(conn, ALL)))
        if job is None or job.state != "released":
            await self._await_hands(job_id)
            return
        if not job.machine_id and job.station in attended:
            return
        run = await self.store.read(lambda conn: tables.run(conn, ALL, job.run))
        assert run is not None
        step = next(step for step in run.order.steps if step.seq == job.seq)
        if job.machine_id:
            order = JobOrder(job.id, step.name, run.order.part_id, job.batch, job.quantity, step.setup_min, step.cycle_min, program=step.program)
            await self.machines.start(job.machine_id, order)
            return
        due = self.clock.now() + timedelta(minutes=step.setup_min + step.cycle_min * job.quantity)
        await self.store.write(actor, lambda tx: self._started(tx, job.id, iso(due)))
        self._await_hand(job.id, due)

    def _await_hand(self, job_id: str, due: datetime) -> None:
        def work(tx: Tx) -> None:
            job = tables.job(tx.conn, ALL, job_id)
            if job is None or job.state != "running" or job.station in floor_tables.attended(tx.conn, ALL) or floor_tables.tended(tx.conn, ALL, job=job_id):
                return
            self._ended(tx, job_id, job.quantity, 0)

        async def done() -> None:
            await self.store.write(self._me(), work)

        self.clock.at(due, f"line/hand/{job_id}", done)

    async def report(self, actor: Actor, state: JobState, once: str | None = None) -> None:
        """Take over what a machine says of a job; what is known already changes nothing.

        ``once``: an older report told again does not undo a newer one.
        """

        def work(tx: Tx) -> None:
            if state.state in ("running", "ended"):
                self._started(tx, state.job_id)
            if state.state == "ended":
                good, scrap = rules.also_scrap(state.good, state.scrap, floor_tables.tended(tx.conn, ALL, job=state.job_id).values())
                self._ended(tx, state.job_id, good, scrap, state.energy_kwh)
                floor_tables.drop_tended(tx.conn, state.job_id)
            elif state.state in ("aborted", "removed"):
                self._back(tx, state.job_id)

        await self.store.write(actor, work, once=once)

    @staticmethod
    def _back(tx: Tx, job_id: str) -> None:
        """A machine has given a job up: it waits again for the next free station."""
        job = tables.job(tx.conn, ALL, job_id)
        if job is not None and job.state in ("released", "running"):
            tables.put_job(tx.conn, msgspec.structs.replace(job, state="waiting", station="", machine_id=""))

    @staticmethod
    def _started(tx: Tx, job_id: str, due: str = "") -> None:
        job = tables.job(tx.conn, ALL, job_id)
        if job is not None and job.state == "released":
            tables.put_job(tx.conn, msgspec.structs.replace(job, state="running"), due)
            tx.append(f"run/{job.run}", JobStarted(job.id, job.run, job.seq, job.station, job.quantity))

    def _ended(self, tx: Tx, job_id: str, good: int, scrap: int, energy_kwh: float = 0.0) -> None:
        """End a job: good pieces go on, scrap is quarantined and replaced, the batch moves to its next step."""
        job = tables.job(tx.conn, ALL, job_id)
        if job is None or job.state not in ("released", "running"):
            return
        tables.put_job(tx.conn, msgspec.structs.replace(job, state="ended", good=good, scrap=scrap))
        tx.append(f"run/{job.run}", JobEnded(job.id, job.run, job.batch, job.seq, job.station, good, scrap, energy_kwh))
        after_job(tx, self._run(tx, job.run), job, good, scrap, self._open_batch)

    async def returned(self, actor: Actor, batch_id: str, lots: tuple[Lot, ...], quantity: int, once: str | None = None) -> None:
        """A batch is back from the supplier of its step, as ``lots`` of ``quantity`` pieces."""

        def work(tx: Tx) -> None:
            job = next((row for row in tables.jobs(tx.conn, ALL) if row.batch == batch_id and row.state == "outside"), None)
            if job is None:
                return
            run = self._run(tx, job.run)
            batch = next(row for row in tables.batches(tx.conn, ALL, job.run) if row.id == batch_id)
            tables.put_batch(tx.conn, msgspec.structs.replace(batch, lots=lots, state="running"))
            tables.put_job(tx.conn, msgspec.structs.replace(job, state="ended", good=quantity))
            tx.append(f"run/{job.run}", JobEnded(job.id, job.run, job.batch, job.seq, "outside", quantity, 0))
            after_job(tx, run, msgspec.structs.replace(job, quantity=batch.good), quantity, 0, self._open_batch)

        await self.store.write(actor, work, once=once)

    async def back(self, actor: Actor, batch_id: str, quantity: int, lot: str = "", once: str | None = None) -> str:
        """A person says that ``quantity`` good pieces of a batch are back from a supplier; return the run.

        Raises ``not-outside`` when the batch is not outside, ``invalid`` when more come back than went out.
        """
        self.guard.require(actor, "line.write")
        jobs = await self.store.read(lambda conn: tables.jobs(conn, ALL))
        job = next((row for row in jobs if row.batch == batch_id and row.state == "outside"), None)
        if job is None:
            raise Problem(NOT_OUTSIDE, f"batch {batch_id} is not at a supplier")
        if quantity > job.quantity:
            raise Problem(INVALID, f"quantity: {quantity} are back of {job.quantity} that went out")
        run = await self.find(job.run)
        step = next((step for step in run.order.steps if step.seq == job.seq), None) if run else None
        lots = (Lot("outside", step.semi_gtin if step else "", lot or batch_id, Decimal(quantity)),)
        await self.returned(actor, batch_id, lots, quantity, once)
        return job.run

    async def cut(self, actor: Actor, number: str, reason: str, once: str | None = None) -> int:
        """Take what has not been begun out of a service run (the customer moved it elsewhere); return how many pieces."""

        def work(tx: Tx) -> int:
            run = self._run(tx, number)
            begun = sum(batch.quantity for batch in tables.batches(tx.conn, ALL, number))
            left = max(0, run.order.quantity - begun)
            if left:
                order = msgspec.structs.replace(run.order, quantity=begun)
                done = run.made + run.scrapped >= begun
                tables.put_run(tx.conn, msgspec.structs.replace(run, order=order, state="finished" if done else "open"))
                tx.append(f"run/{number}", RunCut(number, left, reason))
            return left

        return await self.store.write(actor, work, once=once, result=int)

    async def stop(self, actor: Actor) -> None:
        """Stop every machine now."""
        self.guard.require(actor, "line.stop")
        await self.machines.stop_all()

    async def runs(self, actor: Actor, limit: int | None = None) -> Sequence[Run]:
        """Return the runs the actor may see, or only the last ``limit``."""
        scope = self.guard.scope(actor, "read", "line.run")
        return await self.store.read(lambda conn: tables.runs(conn, scope, limit))

    async def run(self, actor: Actor, number: str) -> tuple[Run, Sequence[Batch], Sequence[Job]]:
        """Return one run with its batches and jobs; raise ``no-such-run``."""
        scope = self.guard.scope(actor, "read", "line.run")
        found = await self.store.read(lambda conn: (tables.run(conn, scope, number), tables.batches(conn, scope, number), tables.jobs(conn, scope, number)))
        if found[0] is None:
            raise Problem(NO_RUN, f"run {number} is not known")
        return found[0], found[1], found[2]

    async def find(self, number: str) -> Run | None:
        """Return the run of that number, or None (for reactions)."""
        return await self.store.read(lambda conn: tables.run(conn, ALL, number))

    async def run_of(self, order_id: str) -> Run | None:
        """Return the run opened for an order document, or None (for reactions)."""
        return next(iter(await self.store.read(lambda conn: tables.runs(conn, ALL, order_id=order_id))), None)
