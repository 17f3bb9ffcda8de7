"""A store with machines and signals over it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from plait.infrastructure.machines import MachineService
from plait.infrastructure.signals import SignalService
from plait.kernel.activity import Activity
from plait.kernel.clock import BusinessClock, WallClock
from plait.store import Store
from tests.infrastructure.support import House, Log
from tests.support import make_store


@dataclass
class Node:
    """What one data folder runs."""

    store: Store
    guard: House
    activity: Activity
    signals: SignalService
    machines: MachineService
    log: Log


@asynccontextmanager
async def run_node(folder: Path, clock: Callable[[Activity], BusinessClock] = WallClock, patience_s: float = 30.0) -> AsyncIterator[Node]:
    """Open store, lake and links in ``folder``, and close them again."""
    activity = Activity()
    time = clock(activity)
    guard = House()
    async with make_store(folder, at=time, activity=activity) as store:
        signals = SignalService(store, guard, time, folder / "lake")
        await signals.open()
        machines = MachineService(store, guard, time, activity, signals, folder / "machines", 20, patience_s=patience_s)
        node = Node(store, guard, activity, signals, machines, Log(store))
        await machines.open()
        try:
            yield node
        finally:
            await machines.close()
            await signals.close()


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    """A node without machines."""
    async with run_node(tmp_path) as running:
        yield running
