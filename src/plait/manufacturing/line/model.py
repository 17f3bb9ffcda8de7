"""Runs, batches and jobs: what the line makes, and the facts it leaves."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from plait.kernel.facts import fact

__all__ = [
    "Batch",
    "BatchFinished",
    "Job",
    "JobEnded",
    "JobReleased",
    "JobStarted",
    "Lot",
    "MaterialLine",
    "Run",
    "RunFinished",
    "RunOpened",
    "RunOrder",
    "Scrapped",
    "Step",
    "StepOut",
]


class Step(msgspec.Struct, frozen=True):
    """One operation of the routing. Times in minutes (``cycle_min`` a piece); ``outside``: a supplier does it."""

    seq: int
    name: str
    group: str
    setup_min: float
    cycle_min: float
    outside: bool = False
    semi_gtin: str = ""
    program: str = ""


class MaterialLine(msgspec.Struct, frozen=True):
    """What a piece takes: ``quantity`` of part ``part_id``; supply ``customer``: it comes with the customer's order."""

    part_id: str
    quantity: Decimal
    unit: str = "C62"
    supply: str = "stock"


class Lot(msgspec.Struct, frozen=True):
    """Pieces of one lot that went in: identity by GTIN and lot, or by serial numbers."""

    part_id: str
    gtin: str
    lot: str
    quantity: Decimal
    unit: str = "C62"
    serials: tuple[str, ...] = ()


class RunOrder(msgspec.Struct, frozen=True):
    """An accepted order (or an order to stock) as the line needs it. ``starts`` gives the planned start of each job id."""

    number: str
    part_id: str
    part_name: str
    revision: str
    gtin: str
    quantity: int
    batch_size: int
    steps: tuple[Step, ...]
    materials: tuple[MaterialLine, ...] = ()
    order_id: str = ""
    customer: str = ""
    customer_name: str = ""
    serial: bool = False
    pairing: Literal["batch", "piece"] = "batch"
    service: bool = False
    starts: dict[str, datetime] = {}


class Run(msgspec.Struct, frozen=True):
    """A run and how far it is; ``state`` is open, finished or cancelled."""

    order: RunOrder
    state: str
    made: int
    scrapped: int


class Batch(msgspec.Struct, frozen=True):
    """Pieces that travel together; ``state`` is waiting, running, outside, finished or lost."""

    id: str
    run: str
    number: int
    quantity: int
    good: int
    state: str
    lots: tuple[Lot, ...] = ()


class Job(msgspec.Struct, frozen=True):
    """One batch at one operation; ``state`` is waiting, released, running, ended or outside."""

    id: str
    run: str
    batch: str
    seq: int
    group: str
    station: str
    machine_id: str
    quantity: int
    good: int
    scrap: int
    state: str
    planned: str


@fact("line.run_opened", key="run", quantity="quantity")
class RunOpened(msgspec.Struct, frozen=True):
    """A run was opened for an accepted order."""

    run: str
    part_id: str
    quantity: int
    order_id: str
    customer: str


@fact("line.job_released")
class JobReleased(msgspec.Struct, frozen=True):
    """A job may start: material, station and predecessor are there."""

    job: str
    run: str
    batch: str
    seq: int
    station: str
    machine_id: str
    quantity: int


@fact("line.job_started", key="job", quantity="quantity")
class JobStarted(msgspec.Struct, frozen=True):
    """A machine (or hand station) has begun the job."""

    job: str
    run: str
    seq: int
    station: str
    quantity: int


@fact("line.job_ended", key="job", quantity="good")
class JobEnded(msgspec.Struct, frozen=True):
    """The job is done: ``good`` pieces go on, ``scrap`` pieces do not; energy in kWh."""

    job: str
    run: str
    batch: str
    seq: int
    station: str
    good: int
    scrap: int
    energy_kwh: float = 0.0


@fact("line.scrapped", key="job", quantity="quantity")
class Scrapped(msgspec.Struct, frozen=True):
    """Pieces were measured and found bad; they are in quarantine. ``replaced_in`` names the batch that makes up for them."""

    job: str
    run: str
    batch: str
    quantity: int
    gtin: str
    replaced_in: str


@fact("line.step_out", key="job", quantity="quantity")
class StepOut(msgspec.Struct, frozen=True):
    """A batch is ready to go to the supplier of its next operation."""

    job: str
    run: str
    batch: str
    seq: int
    quantity: int
    semi_gtin: str
    lots: tuple[Lot, ...]


@fact("line.batch_finished", key="batch", quantity="good")
class BatchFinished(msgspec.Struct, frozen=True):
    """A batch has passed its last operation; ``serials`` are the pieces' own numbers where the part has them."""

    batch: str
    run: str
    part_id: str
    part_name: str
    gtin: str
    good: int
    serials: tuple[str, ...]
    lots: tuple[Lot, ...]
    pairing: str
    service: bool
    order_id: str
    customer: str


@fact("line.run_finished", key="run", quantity="made")
class RunFinished(msgspec.Struct, frozen=True):
    """Everything ordered is made."""

    run: str
    part_id: str
    made: int
    order_id: str
    customer: str


@fact("line.run_cut", key="run", quantity="quantity")
class RunCut(msgspec.Struct, frozen=True):
    """The customer took ``quantity`` pieces that had not been begun out of the order."""

    run: str
    quantity: int
    reason: str
