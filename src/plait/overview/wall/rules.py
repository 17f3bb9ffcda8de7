"""From what is known of machines to tiles; curves as they look from afar (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from plait.infrastructure.machines.model import MachineStatus
from plait.infrastructure.past.model import Work
from plait.infrastructure.signals.model import Value
from plait.kernel.units import UNITS
from plait.overview.wall.model import Goal, Tile
from plait.store import ms_of

__all__ = ["LOUD", "STATES", "WATTS", "drawn", "energy_in", "shown_state", "sign_of", "tiles"]

STATES = ("down", "silent", "setup", "idle", "running")
"""The states of tiles, those that need somebody first."""

LOUD = frozenset({"down", "silent"})


def shown_state(each: MachineStatus) -> str:
    """Return the state a machine is shown in: one whose link is lost is silent, whatever was last heard."""
    return each.state if each.linked and each.state in STATES else "silent"


def _place(each: MachineStatus) -> tuple[str, str]:
    area, _, line = each.machine.place.partition("/")
    return area or each.machine.site, line


def tiles(machines: Iterable[MachineStatus], works: Sequence[Work], goals: Mapping[str, Goal], alarms: Mapping[str, int]) -> tuple[Tile, ...]:
    """Return the tiles by place, within it those that stand first, then by name."""
    there = {work.machine_id: work for work in works if work.ended is None and work.state in ("running", "interrupted")}
    found = [_tile(each, there.get(each.machine.id), goals.get(each.machine.id), alarms.get(each.machine.id, 0)) for each in machines]
    return tuple(sorted(found, key=lambda tile: (tile.area, tile.line, STATES.index(tile.state), tile.machine.machine.name, tile.machine.machine.id)))


def _tile(each: MachineStatus, work: Work | None, goal: Goal | None, alarms: int) -> Tile:
    area, line = _place(each)
    done = work.good + work.scrap if work else 0
    quantity = work.quantity if work else 0
    oee = goal.oee if goal else None
    ring = min(1.0, done / quantity) if quantity else min(1.0, oee / goal.goal) if goal and oee is not None else None
    job, part, operation = (work.job_id, work.part, work.operation) if work else ("", "", "")
    return Tile(each, shown_state(each), area, line, job, part, operation, done, quantity, ring, oee, goal.goal if goal else None, alarms)


SIGNS = {"KWT": "kW", "WTT": "W", "AMP": "A", "VLT": "V", "BAR": "bar", "RPM": "1/min", "HTZ": "Hz", "MTS": "m/s", "NEW": "N", "PAL": "Pa", "C62": ""}
WATTS = {"KWT": 1.0, "kW": 1.0, "WTT": 0.001, "W": 0.001}
"""Units of power, in kW."""


def sign_of(unit: str) -> str:
    """Return a unit as people write it: a code of UN/ECE Recommendation 20 by its sign, other text as it is."""
    known = UNITS.get(unit)
    return SIGNS[unit] if unit in SIGNS else known[1] if known else unit


def energy_in(work: Work, since: datetime, until: datetime, now: datetime) -> float:
    """Return how much of a job's energy falls into a time, as if it was used evenly."""
    end = work.ended or now
    whole = (end - work.started).total_seconds()
    inside = (min(end, until) - max(work.started, since)).total_seconds()
    return work.energy_kwh * max(0.0, min(1.0, inside / whole)) if whole > 0 else 0.0


def drawn(values: Sequence[Value], since: int) -> tuple[list[int], list[float], list[str]]:
    """Return moments after ``since`` (milliseconds), numbers, and the words that numbers stand for where a signal says words."""
    words: dict[str, int] = {}
    at: list[int] = []
    found: list[float] = []
    for each in values:
        at.append(ms_of(each.at) - since)
        found.append(float(words.setdefault(each.value, len(words))) if isinstance(each.value, str) else each.value)
    return at, found, list(words)
