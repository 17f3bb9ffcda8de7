"""What clients ask of the plant: job orders (ISA-95 Job Control) and unit commands (PackML). A refusal changes nothing."""

from collections.abc import Callable
from typing import Any

from plait.plant.cell import Cell
from plait.plant.job import LIVE, Job, Order
from plait.plant.model import Plant
from plait.wire import isa95, packml
from plait.wire.isa95 import Command, Interrupted, Refused, ReturnStatus, State
from plait.wire.packml import State as Unit

__all__ = ["BY_ID", "by_id", "set_mode", "set_speed", "store", "unit_command", "update"]


def store(plant: Plant, cell: Cell, order: Order, raw: Any = None, *, start: bool = True) -> None:
    """Put ``order`` into the cell's list, allowed to start or not; raise ``Refused`` when its id is there or the list is full."""
    if order.id in cell.jobs:
        raise Refused(ReturnStatus.INVALID_STATE, f"job order {order.id} is already in the list of {cell.id}")
    if len(cell.orders()) >= cell.config.max_jobs:
        raise Refused(ReturnStatus.UNABLE, f"the list of {cell.id} is full")
    job = Job(order, cell.id, raw)
    job.state = State.ALLOWED_TO_START if start else State.NOT_ALLOWED_TO_START
    cell.jobs[order.id] = job
    plant.note(cell, "stored", job, job.state.name)
    _look(plant, cell, job)


def _look(plant: Plant, cell: Cell, job: Job) -> None:
    plant.stir(cell)
    plant.stir_at(cell, job.order.not_before)


def _find(cell: Cell, id: str, command: Command) -> Job:
    job = cell.jobs.get(id)
    if job is None or job.move_for is not None:
        isa95.next_state(None, command)
        raise Refused(ReturnStatus.UNKNOWN_JOB, f"no job order {id} on {cell.id}")
    isa95.next_state(job.state, command)
    return job


def update(plant: Plant, cell: Cell, order: Order, raw: Any = None) -> None:
    """Replace a job order that has not begun."""
    job = _find(cell, order.id, Command.UPDATE)
    job.order, job.raw = order, raw
    plant.note(cell, "updated", job)
    _look(plant, cell, job)


def _start(plant: Plant, cell: Cell, job: Job) -> None:
    job.state = State.ALLOWED_TO_START
    plant.note(cell, "allowed", job)
    _look(plant, cell, job)


def _revoke(plant: Plant, cell: Cell, job: Job) -> None:
    job.state = State.NOT_ALLOWED_TO_START
    plant.note(cell, "revoked", job)


def _pause(plant: Plant, cell: Cell, job: Job) -> None:
    plant.interrupt(cell, job, Interrupted.SUSPENDED, "paused")
    cell.go(packml.Command.HOLD)


def _resume(plant: Plant, cell: Cell, job: Job) -> None:
    if cell.unit not in (Unit.HELD, Unit.SUSPENDED, Unit.IDLE):
        raise Refused(ReturnStatus.UNABLE, f"{cell.id} is {packml.state_text(cell.unit)}: {cell.alarm or 'not ready'}")
    plant.resume(cell)


def _stop(plant: Plant, cell: Cell, job: Job) -> None:
    if job.state is State.RUNNING:
        plant.halt(cell, job)
    plant.finish(cell, job, Command.STOP)


def _abort(plant: Plant, cell: Cell, job: Job) -> None:
    if job.state is State.RUNNING:
        plant.halt(cell, job)
    if job.state in LIVE:
        cell.job = None
        plant.vacate(cell)
    job.state, job.sub, job.ended, job.reason = State.ABORTED, None, plant.kernel.now, job.reason or "aborted by the master"
    plant.note(cell, "aborted", job, job.good, job.scrap)
    plant.stir(cell)


def _remove(plant: Plant, cell: Cell, job: Job) -> None:
    del cell.jobs[job.id]
    plant.note(cell, "removed", job)
    if job.lot in cell.out:
        plant.release(job.lot)
    elif cell.blocked == job.lot:
        cell.out.append(job.lot)
        cell.blocked = ""
        plant.release(job.lot)
        if cell.unit is Unit.COMPLETE:
            cell.go(packml.Command.RESET)
    plant.stir(cell)


_BY_ID: dict[Command, Callable[[Plant, Cell, Job], None]] = {
    Command.START: _start,
    Command.REVOKE_START: _revoke,
    Command.PAUSE: _pause,
    Command.RESUME: _resume,
    Command.STOP: _stop,
    Command.ABORT: _abort,
    Command.CANCEL: _remove,
    Command.CLEAR: _remove,
}
BY_ID = frozenset(_BY_ID)


def by_id(plant: Plant, cell: Cell, command: Command, id: str) -> None:
    """Apply ``command`` to the job order ``id``; raise ``Refused`` with the status the method returns."""
    _BY_ID[command](plant, cell, _find(cell, id, command))


def set_mode(plant: Plant, cell: Cell, mode: int) -> None:
    """Set the unit's mode (only Produce takes jobs); ValueError for an unknown one or while it works."""
    if cell.busy:
        raise ValueError("the mode does not change while the unit works")
    cell.mode = packml.Mode(mode)
    plant.note(cell, "mode", None, cell.mode.name)
    plant.stir(cell)


def unit_command(plant: Plant, cell: Cell, command: packml.Command) -> None:
    """Apply a PackML command; ValueError when the unit's state (or a fault under repair) does not take it."""
    packml.next_state(cell.unit, command)
    job = cell.job
    if command is packml.Command.CLEAR and cell.repair_at is not None:
        raise ValueError(f"under repair: {cell.alarm}")
    if command is packml.Command.RESET and cell.blocked:
        raise ValueError("blocked: the output buffer is full")
    if command in (packml.Command.START, packml.Command.UNHOLD, packml.Command.UNSUSPEND):
        plant.resume(cell)
        return
    if command is packml.Command.TO_COMPLETE:
        if job is None:
            raise ValueError("no job to complete")
        _stop(plant, cell, job)
        return
    plant.note(cell, "command", None, command.value)
    _obey(plant, cell, command, job)


def _obey(plant: Plant, cell: Cell, command: packml.Command, job: Job | None) -> None:
    """Apply a command that stops or resets the unit."""
    if command is packml.Command.RESET:
        plant.restart(cell)
        return
    if job is not None and job.state is State.RUNNING:
        why = Interrupted.HELD if command is packml.Command.ABORT else Interrupted.SUSPENDED
        plant.interrupt(cell, job, why, f"{command.value} by the operator")
    if command is packml.Command.ABORT:
        cell.alarm, cell.alarm_at = "Abort by the operator", plant.kernel.now
    elif command is packml.Command.CLEAR:
        cell.alarm = ""
    cell.go(command)


def set_speed(plant: Plant, cell: Cell, speed: float) -> None:
    """Set the unit's speed in percent of its design speed, in force from the next piece run; ValueError outside 1 to 100."""
    if not 1 <= speed <= 100:
        raise ValueError("the speed is 1 to 100 percent")
    cell.speed = float(speed)
    plant.note(cell, "speed", None, cell.speed)
