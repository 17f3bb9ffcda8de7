"""The plant: what happens on the cells by itself, as events of the kernel. What clients ask for is in ``commands``."""

import hashlib
from collections import deque
from datetime import datetime, timedelta

from plait.plant.cell import Cell
from plait.plant.config import ROBOT, FaultConfig, PlantConfig
from plait.plant.job import Job, Order
from plait.plant.kernel import Kernel, minutes
from plait.plant.pieces import draw, plan
from plait.wire import isa95
from plait.wire.isa95 import Ended, Interrupted, Prepare
from plait.wire.packml import Command
from plait.wire.packml import State as Unit

__all__ = ["Journal", "Plant"]

MILLISECOND = timedelta(milliseconds=1)
KEEP = 1000


class Journal:
    """What happened, hashed; lines of one moment are taken in sorted order, so that only time and content count."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=KEEP)
        self._hash = hashlib.sha256()
        self._moment = -1
        self._open: list[str] = []

    def write(self, moment: int, *words: object) -> None:
        """Add a line at ``moment`` (ms)."""
        if moment != self._moment:
            self._fold()
            self._moment = moment
        self._open.append("|".join(map(str, (moment, *words))))

    def _fold(self) -> None:
        for line in sorted(self._open):
            self.lines.append(line)
            self._hash.update(line.encode() + b"\n")
        self._open = []

    def digest(self) -> str:
        """Return the hash of everything so far (SHA-256, hex)."""
        whole = self._hash.copy()
        for line in sorted(self._open):
            whole.update(line.encode() + b"\n")
        return whole.hexdigest()


class Plant:
    """The cells of one firm from the business time ``start`` on. After any change ``touched`` cells have something new to show."""

    def __init__(self, config: PlantConfig, start: datetime) -> None:
        self.config = config
        self.start = start
        self.kernel = Kernel(config.seed)
        self.journal = Journal()
        self.cells = {cell.id: Cell(cell, self.kernel) for cell in config.cells}
        self.robot = self.cells.get(ROBOT) if config.robot else None
        self._sampling = False
        for fault in config.fault:
            moment = self.ms(fault.moment(start))
            if moment >= 0:
                self.kernel.at(moment, self._fault, fault)

    def ms(self, when: datetime) -> int:
        """Return ``when`` in the kernel's time."""
        return (when - self.start) // MILLISECOND

    def time(self, ms: int) -> datetime:
        """Return the kernel's time ``ms`` as business time."""
        return self.start + ms * MILLISECOND

    def next_wake(self) -> datetime | None:
        """Return when something happens next by itself."""
        due = self.kernel.next_time()
        return None if due is None else self.time(due)

    def run_to(self, now: datetime, *, before: bool = False) -> None:
        """Let everything due up to ``now`` happen; with ``before`` what is due at this very moment waits for its turn."""
        end = self.ms(now)
        self.kernel.run_until(end - 1 if before else end)
        self.kernel.now = max(self.kernel.now, end)

    def note(self, cell: Cell, what: str, job: Job | None = None, *more: object) -> None:
        """Write to the journal and mark the cell as changed."""
        cell.touched = True
        if job is not None:
            cell.jobs_changed = True
        self.journal.write(self.kernel.now, cell.id, what, job.id if job else "", *more)

    def stir(self, cell: Cell) -> None:
        """Look at ``cell`` again, as an event of this same moment."""
        if not cell.stirred:
            cell.stirred = True
            self.kernel.at(self.kernel.now, self._dispatch, cell)

    def stir_at(self, cell: Cell, moment: int) -> None:
        """Look at ``cell`` again at ``moment`` (ms)."""
        if moment > self.kernel.now:
            self.kernel.at(moment, self.stir, cell)

    def _dispatch(self, cell: Cell) -> None:
        cell.stirred = False
        self._fetch(cell)
        if cell.free:
            due = [job for job in cell.ready() if job.order.not_before <= self.kernel.now]
            if due:
                self._begin(cell, due[0])
                self._fetch(cell)

    def _fetch(self, cell: Cell) -> None:
        for job in cell.waiting():
            if not cell.room:
                return
            if self.robot is None or cell is self.robot:
                self._release(job.lot)
                self._arrive(cell, job)
            elif not job.fetching:
                job.fetching = True
                order = Order(f"move/{cell.id}/{job.id}", 0.0, self.config.robot_min, 1, job.lot, job.order.part, "", job.order.priority)
                errand = Job(order, self.robot.id, move_for=job)
                errand.sub = Prepare.READY
                self.robot.jobs[errand.id] = errand
                self.robot.touched = True
                self.stir(self.robot)

    def _arrive(self, cell: Cell, job: Job) -> None:
        job.fetching = False
        if cell.jobs.get(job.id) is job and job.sub is Prepare.WAITING:
            job.sub = Prepare.READY
            self.note(cell, "arrived", job, job.lot)
            self.stir(cell)

    def _release(self, lot: str) -> None:
        """Take ``lot`` out of the output buffer it lies in."""
        for cell in self.cells.values():
            if lot in cell.out:
                cell.out.remove(lot)
                cell.touched = True
                self._unblock(cell)

    def release(self, lot: str) -> None:
        """The finished ``lot`` was taken away by people."""
        self._release(lot)

    def _unblock(self, cell: Cell) -> None:
        if cell.blocked and not cell.crowded:
            cell.out.append(cell.blocked)
            cell.blocked = ""
            self.note(cell, "unblocked")
            if cell.unit is Unit.COMPLETE:
                cell.go(Command.RESET)
            self.stir(cell)

    def _begin(self, cell: Cell, job: Job) -> None:
        if job.move_for is not None:
            self._release(job.lot)
        order = job.order
        job.pieces = draw(order.quantity, order.cycle_min, cell.config.spread, self.kernel.stream("job", job.id))
        job.setup_left = minutes(order.setup_min)
        job.state = isa95.State.RUNNING
        job.sub = None
        job.started = self.kernel.now
        cell.accrue()
        cell.job = job
        cell.go(Command.START, rest=False)
        self.note(cell, "began", job, order.quantity)
        self._proceed(cell, job)

    def resume(self, cell: Cell) -> None:
        """Go on with the interrupted job in the cell; ValueError when the cell's state does not allow it."""
        job = cell.job
        if job is None:
            raise ValueError("no job to go on with")
        command = {Unit.HELD: Command.UNHOLD, Unit.SUSPENDED: Command.UNSUSPEND}.get(cell.unit, Command.START)
        cell.go(command, rest=command is not Command.START)
        job.state = isa95.State.RUNNING
        job.sub = None
        job.reason = ""
        self.note(cell, "resumed", job, len(job.pieces))
        self._proceed(cell, job)

    def _proceed(self, cell: Cell, job: Job) -> None:
        cell.epoch += 1
        job.setup_end = self.kernel.now + job.setup_left
        if cell.unit is Unit.STARTING and job.setup_left:
            self.kernel.at(job.setup_end, self._set_up, (cell, cell.epoch))
        else:
            cell.finish_acting()
            self._execute(cell, job)
        self._sample_later()

    def _set_up(self, argument: tuple[Cell, int]) -> None:
        cell, epoch = argument
        if epoch == cell.epoch and cell.job is not None:
            cell.finish_acting()
            self._execute(cell, cell.job)

    def _execute(self, cell: Cell, job: Job) -> None:
        now = self.kernel.now
        job.run = plan(job.pieces, max(now, job.setup_end), cell.worn, cell.config, cell.speed)
        cell.executing_since = now
        self.kernel.at(job.run.end, self._done, (cell, cell.epoch))
        failures = cell.config.failures
        if failures is None:
            return
        if cell.until_failure is None:
            stream = self.kernel.stream("failure", cell.id, cell.failures)
            cell.until_failure = minutes(60 * stream.weibullvariate(failures.scale_h, failures.shape))
        if now + cell.until_failure < job.run.end:
            self.kernel.at(now + cell.until_failure, self._fail, (cell, cell.epoch))

    def halt(self, cell: Cell, job: Job) -> None:
        """Stop working: what is finished is counted, the piece in work will be made again."""
        cell.accrue()
        good, scrap = job.good, job.scrap
        ran = job.run is not None
        worn = job.settle(self.kernel.now)
        cell.worn = cell.worn if worn is None else worn
        cell.processed += job.good + job.scrap - good - scrap
        cell.defective += job.scrap - scrap
        if ran and cell.until_failure is not None:
            cell.until_failure = max(0, cell.until_failure - (self.kernel.now - cell.executing_since))
        cell.epoch += 1

    def interrupt(self, cell: Cell, job: Job, why: Interrupted, reason: str) -> None:
        """Bring the running ``job`` to Interrupted."""
        self.halt(cell, job)
        job.state = isa95.next_state(job.state, isa95.Command.INTERRUPT) or job.state
        job.sub = why
        job.reason = reason
        self.note(cell, "interrupted", job, why.name, reason, job.good, job.scrap)

    def _done(self, argument: tuple[Cell, int]) -> None:
        cell, epoch = argument
        job = cell.job
        if epoch == cell.epoch and job is not None:
            self.halt(cell, job)
            self.finish(cell, job, isa95.Command.FINISH)

    def finish(self, cell: Cell, job: Job, cause: isa95.Command) -> None:
        """End ``job`` on its cell with what it has made (``cause`` Stop or the execution's own end), and make the cell free."""
        job.state = isa95.next_state(job.state, cause) or job.state
        job.sub = Ended.COMPLETED
        job.ended = self.kernel.now
        self.note(cell, "ended", job, job.good, job.scrap, round(job.energy_kwh, 6))
        cell.job = None
        if job.move_for is not None:
            del cell.jobs[job.id]
            self._arrive(self.cells[job.move_for.cell], job.move_for)
        elif cell.unit is Unit.EXECUTE and cell.crowded:
            cell.blocked = job.lot
            self.note(cell, "blocked", job)
        else:
            cell.out.append(job.lot)
        self.vacate(cell)
        self.stir(cell)

    def vacate(self, cell: Cell) -> None:
        """Bring a working or held unit back to Idle (to Complete while blocked)."""
        if cell.unit is Unit.EXECUTE:
            cell.go(Command.TO_COMPLETE)
            if not cell.blocked:
                cell.go(Command.RESET)
        elif cell.unit in (Unit.HELD, Unit.SUSPENDED, Unit.STARTING):
            cell.go(Command.STOP)
            cell.go(Command.RESET)

    def _fault(self, fault: FaultConfig) -> None:
        self.break_down(self.cells[fault.cell], fault.minutes, fault.reason)

    def _fail(self, argument: tuple[Cell, int]) -> None:
        cell, epoch = argument
        failures = cell.config.failures
        if epoch == cell.epoch and failures is not None:
            cell.failures += 1
            cell.until_failure = None
            repair = failures.repair_min * self.kernel.stream("repair", cell.id, cell.failures).lognormvariate(0.0, 0.4)
            self.break_down(cell, repair, failures.reason)

    def break_down(self, cell: Cell, repair_min: float, reason: str) -> None:
        """The cell fails now; it is repaired after ``repair_min`` minutes (the later of two repairs counts)."""
        job = cell.job
        if job is not None and job.state is isa95.State.RUNNING:
            self.interrupt(cell, job, Interrupted.HELD, reason)
        if cell.unit is not Unit.ABORTED:
            cell.go(Command.ABORT)
        until = self.kernel.now + minutes(repair_min)
        if cell.repair_at is None or until > cell.repair_at:
            cell.repair_at, cell.repair_min = until, repair_min
            cell.alarm, cell.alarm_at = reason, self.kernel.now
            self.kernel.at(until, self._repair, (cell, until))
        self.note(cell, "broke down", None, reason, repair_min)

    def _repair(self, argument: tuple[Cell, int]) -> None:
        cell, until = argument
        if cell.repair_at != until:
            return
        cell.repair_at, cell.repair_min, cell.alarm = None, 0.0, ""
        self.note(cell, "repaired")
        cell.go(Command.CLEAR)
        self.restart(cell)

    def restart(self, cell: Cell) -> None:
        """Reset a stopped unit; a job that a fault had interrupted goes on."""
        cell.go(Command.RESET)
        job = cell.job
        if job is not None and job.sub is Interrupted.HELD:
            self.resume(cell)
        self.stir(cell)

    def _sample_later(self) -> None:
        if not self._sampling:
            self._sampling = True
            step = minutes(self.config.sample_min)
            self.kernel.at((self.kernel.now // step + 1) * step, self._sample)

    def _sample(self, _: object) -> None:
        self._sampling = False
        busy = [cell for cell in self.cells.values() if cell.busy]
        for cell in busy:
            cell.accrue()
            cell.touched = cell.responses_changed = True
        if busy:
            self._sample_later()
