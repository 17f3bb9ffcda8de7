"""From what is known of machines to tiles; curves as they look from afar (pure)."""

from collections.abc import Iterable, Mapping, Sequence

from plait.infrastructure.machines.model import MachineStatus
from plait.infrastructure.past.model import Work
from plait.overview.wall.model import Goal, Tile

__all__ = ["LOUD", "STATES", "edges", "shown_state", "tiles"]

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


def edges(values: Sequence[tuple[int, float]], since: int, until: int, width: int) -> tuple[list[int], list[float], list[float]]:
    """Return moments, least and greatest values of points in order of time: one moment a column where there are more than four points a column."""
    if len(values) <= 4 * width:
        return [at for at, _ in values], [value for _, value in values], [value for _, value in values]
    slot = max(1.0, (until - since) / width)
    at: list[int] = []
    low: list[float] = []
    high: list[float] = []
    column = -1
    for moment, value in values:
        here = int((moment - since) / slot)
        if here != column:
            column = here
            at.append(moment)
            low.append(value)
            high.append(value)
        else:
            low[-1] = min(low[-1], value)
            high[-1] = max(high[-1], value)
    return at, low, high
