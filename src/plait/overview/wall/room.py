"""The wall put together with what it asks of apps and alarms, for ``node.py``."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from plait.infrastructure.alarms.service import AlarmService
from plait.infrastructure.machines.service import MachineService
from plait.infrastructure.past import HistoryService
from plait.infrastructure.signals.service import SignalService
from plait.kernel.actor import Actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.overview.wall.alarms import waiting, were_raised
from plait.overview.wall.model import Goal, Mark
from plait.overview.wall.service import WallService
from plait.store import Store

__all__ = ["build_wall"]

Shifts = Callable[[Actor], Awaitable[Mapping[str, tuple[float | None, float]]]]


def build_wall(
    store: Store,
    guard: Guard,
    clock: BusinessClock,
    machines: MachineService,
    past: HistoryService,
    signals: SignalService,
    alarms: AlarmService,
    shifts: Shifts,
) -> WallService:
    """Put it together. ``shifts`` says by machine OEE of the shift under way and the goal."""

    async def goals(actor: Actor) -> Mapping[str, Goal]:
        return {machine: Goal(*each) for machine, each in (await shifts(actor)).items()}

    async def counts(actor: Actor) -> Mapping[str, int]:
        return await waiting(alarms, actor)

    async def marks(actor: Actor, machine_id: str, since: datetime, until: datetime) -> Sequence[Mark]:
        guard.require(actor, "machines.read")
        return await were_raised(store, machine_id, since, until)

    return WallService(store, guard, clock, machines, past, signals, goals, counts, marks)
