"""Stretches, jobs and cycles of machines."""

from datetime import datetime

import msgspec

__all__ = ["MOST_DAYS", "Cycle", "Stretch", "Work"]

MOST_DAYS = 800
"""So many days can be asked for at once."""


class Stretch(msgspec.Struct, frozen=True):
    """A machine was in ``state`` (running, idle, down, setup, silent) from ``since`` until ``until`` (business time), for ``reason``.

    ``until`` of the last one is the end of what was asked for. Of many short ones shown as one, ``state`` is the worst that lasted.
    """

    state: str
    since: datetime
    until: datetime
    reason: str = ""


class Work(msgspec.Struct, frozen=True):
    """A job on a machine. ``setup_min`` and ``cycle_min`` (a piece) are what was planned, None where nothing was; ``ended`` None: it goes on.

    ``good`` and ``scrap`` pieces as last told; ``part`` and ``operation`` as the order said, energy in kWh.
    """

    machine_id: str
    job_id: str
    state: str
    started: datetime
    ended: datetime | None
    good: int
    scrap: int
    energy_kwh: float = 0.0
    part: str = ""
    operation: str = ""
    setup_min: float | None = None
    cycle_min: float | None = None
    quantity: int = 0


class Cycle(msgspec.Struct, frozen=True):
    """A cycle of a machine that ended at ``at`` and took ``seconds`` (0: not known); it made ``good`` and ``scrap`` pieces."""

    at: datetime
    seconds: float
    good: float
    scrap: float = 0.0
