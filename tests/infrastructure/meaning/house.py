"""A node's machines, signals, rules and alarms over one folder, in time that the test moves."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from plait.infrastructure.alarms.service import AlarmService
from plait.infrastructure.machines import Machine, MachineService
from plait.infrastructure.machines import tables as machine_tables
from plait.infrastructure.machines.model import Status
from plait.infrastructure.meaning.service import MeaningService
from plait.infrastructure.meaning.stream import Stream
from plait.infrastructure.signals import Point, SignalService
from plait.kernel.activity import Activity
from plait.kernel.clock import SimulatedClock
from plait.kernel.facts import decode
from plait.kernel.settings import Alarms
from plait.store import Store
from tests.infrastructure.support import ME, House
from tests.support import START, clock, make_store

MACHINE = Machine("m1", "Mill", "mill", adapter="push")


@dataclass
class Room:
    """What runs over one folder."""

    store: Store
    clock: SimulatedClock
    signals: SignalService
    machines: MachineService
    stream: Stream
    meaning: MeaningService
    alarms: AlarmService

    async def say(self, seconds: float, signal: str, value: float | str, quality: int = 0) -> None:
        """Record a point of so many seconds after the start."""
        await self.signals.record([Point(f"m1.{signal}", START + timedelta(seconds=seconds), value, quality)])

    async def until(self, seconds: float) -> None:
        """Let time pass to so many seconds after the start."""
        await self.clock.run_until(START + timedelta(seconds=seconds))

    async def told(self, *kinds: str) -> list[Any]:
        """Return the bodies of the facts of some kinds."""
        return [decode(each) for each in await self.store.facts(kinds=kinds)]

    async def states(self) -> list[tuple[float, str]]:
        """Return the machine's changes of state, in seconds after the start."""
        return [((each.at - START).total_seconds(), each.state) for each in await self.told("machine.state_changed")]

    async def be(self, status: Status) -> None:
        """Let the machine be in a state."""
        from plait.infrastructure.machines.journal import enter_status

        await self.store.write(ME, lambda tx: enter_status(tx, "m1", status))


@asynccontextmanager
async def room(folder: Path, settings: Alarms = Alarms(), at: datetime = START, make: Callable[[Activity], Any] | None = None) -> AsyncIterator[Room]:
    """Open everything in ``folder``; the machine m1 is there."""
    activity = Activity()
    time = make(activity) if make is not None else clock(at, activity)
    async with make_store(folder, at=time, activity=activity) as store:
        guard = House()
        signals = SignalService(store, guard, time, folder / "lake")
        await signals.open()
        machines = MachineService(store, guard, time, activity, signals, folder / "machines")
        stream = Stream(store, guard, time, signals)
        meaning = MeaningService(machines, stream)
        alarms = AlarmService(meaning, settings)
        if not machines.machines():
            await store.write(ME, lambda tx: machine_tables.add(tx.conn, MACHINE))
        stream.open()
        await meaning.open()
        await alarms.open()
        try:
            yield Room(store, time, signals, machines, stream, meaning, alarms)
        finally:
            alarms.close()
            stream.close()
            await signals.close()
