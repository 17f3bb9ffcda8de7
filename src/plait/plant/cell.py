"""A cell: its PackML state, energy and temperature by state, tool, buffers, and what it shows."""

import math
from typing import NamedTuple

from plait.plant.config import CellConfig
from plait.plant.job import Job
from plait.plant.kernel import Kernel, minutes
from plait.wire import packml
from plait.wire.isa95 import Prepare, State
from plait.wire.packml import Command
from plait.wire.packml import State as Unit

__all__ = ["Cell", "Signals"]

AMBIENT, TAU_MIN = 22.0, 30.0
_RUNNING = frozenset({Unit.EXECUTE})
_SETUP = frozenset({Unit.STARTING})
_DOWN = frozenset({Unit.ABORTING, Unit.ABORTED, Unit.STOPPED, Unit.STOPPING, Unit.CLEARING})


class Signals(NamedTuple):
    """Spindle load (%), temperature (°C), power (kW), energy meter (kWh), tool wear (0 to 1)."""

    spindle_load: float
    temperature: float
    power: float
    energy_kwh: float
    tool_wear: float


class Cell:
    """One cell of the plant; the rules that move it are in ``model``."""

    def __init__(self, config: CellConfig, kernel: Kernel) -> None:
        self.config = config
        self.id = config.id
        self._kernel = kernel
        self.unit = Unit.IDLE
        self.mode = packml.Mode.PRODUCE
        self.speed = 100.0
        self.jobs: dict[str, Job] = {}
        self.job: Job | None = None
        self.out: list[str] = []
        self.blocked = ""
        self.alarm = ""
        self.alarm_at = 0
        self.repair_at: int | None = None
        self.repair_min = 0.0
        self.worn = 0
        self.processed = 0
        self.defective = 0
        self.epoch = 0
        self.failures = 0
        self.until_failure: int | None = None
        self.stirred = False
        self.energy_kwh = 0.0
        self.temperature = AMBIENT
        self._since = kernel.now
        self.trace: list[Unit] = []
        self.touched = True
        self.jobs_changed = True
        self.responses_changed = False
        self.executing_since = 0

    @property
    def power(self) -> float:
        """Nominal electric power in the present state, kW."""
        kw = self.config.kw
        if self.unit in _RUNNING:
            return kw.run
        if self.unit in _SETUP:
            return kw.setup
        return kw.down if self.unit in _DOWN else kw.idle

    @property
    def wear(self) -> float:
        """The used share of the tool's life, 0 to 1."""
        life = minutes(self.config.tool_life_min)
        if not life:
            return 0.0
        worn = self.worn
        if self.job is not None and self.job.run is not None:
            finished = self.job.run.finished(self._kernel.now)
            worn = self.job.run.wear[finished - 1] if finished else worn
        return min(1.0, worn / life)

    @property
    def free(self) -> bool:
        """Whether a job could be put on it now."""
        return self.unit is Unit.IDLE and self.job is None and not self.blocked and self.mode is packml.Mode.PRODUCE

    @property
    def busy(self) -> bool:
        """Whether it sets up or works just now."""
        return self.unit in _RUNNING or self.unit in _SETUP

    @property
    def crowded(self) -> bool:
        """Whether the output buffer is full."""
        return bool(self.config.out_buffer) and len(self.out) >= self.config.out_buffer

    def orders(self) -> list[Job]:
        """Return the job list as others see it: without the robot's errands, in the order of arrival."""
        return [job for job in self.jobs.values() if job.move_for is None]

    def waiting(self) -> list[Job]:
        """Return the jobs allowed to start whose batch is not here, first to be fetched first."""
        return sorted((job for job in self.jobs.values() if job.state is State.ALLOWED_TO_START and job.sub is Prepare.WAITING), key=lambda job: job.rank)

    def ready(self) -> list[Job]:
        """Return the jobs whose batch is in the input buffer and that are allowed to start, first to start first."""
        return sorted((job for job in self.jobs.values() if job.state is State.ALLOWED_TO_START and job.sub is Prepare.READY), key=lambda job: job.rank)

    @property
    def arrived(self) -> int:
        """Batches in the input buffer."""
        return sum(1 for job in self.jobs.values() if job.sub is Prepare.READY)

    @property
    def room(self) -> bool:
        """Whether one more batch may be brought."""
        coming = sum(1 for job in self.jobs.values() if job.fetching)
        return not self.config.in_buffer or self.arrived + coming < self.config.in_buffer

    @property
    def starved(self) -> bool:
        """Idle with work in the list and no batch here."""
        return self.free and bool(self.waiting()) and not self.ready()

    def accrue(self) -> None:
        """Bring meter, the job's energy and temperature up to the present."""
        spent = (self._kernel.now - self._since) / 60_000
        self._since = self._kernel.now
        used = self.power * spent / 60
        self.energy_kwh += used
        if self.job is not None and self.job.state is State.RUNNING:
            self.job.energy_kwh += used
        target = AMBIENT + (34 + 8 * self.wear if self.unit in _RUNNING else 6 if self.unit in _SETUP else 1)
        self.temperature = target + (self.temperature - target) * math.exp(-spent / TAU_MIN)

    def go(self, command: Command, *, rest: bool = True) -> None:
        """Take ``command`` and, with ``rest``, what follows by itself; ValueError when the state does not take it."""
        target = packml.next_state(self.unit, command)
        self.accrue()
        self._enter(target)
        while rest and (after := packml.done(self.unit)) is not None:
            self._enter(after)

    def finish_acting(self) -> None:
        """Let an acting state (Starting) end."""
        self.accrue()
        after = packml.done(self.unit)
        if after is not None:
            self._enter(after)

    def _enter(self, unit: Unit) -> None:
        self.unit = unit
        self.trace.append(unit)
        self.touched = True

    def signals(self) -> Signals:
        """Return what the sensors show now; their noise belongs to the moment, not to how often one looks."""
        noise = self._kernel.stream(self.id, "signal", self._kernel.now)
        load = (52 + 26 * self.wear if self.unit in _RUNNING else 3.0 if self.unit in _SETUP else 0.0) * (1 + noise.gauss(0, 0.02))
        power = self.power * (1 + noise.gauss(0, 0.015))
        warmth = self.temperature + noise.gauss(0, 0.1)
        return Signals(round(load, 2), round(warmth, 2), round(power, 3), round(self.energy_kwh, 3), round(self.wear, 4))
