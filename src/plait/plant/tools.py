"""The plant's cells as devices of an MTConnect agent. They work by themselves: when a cell's list is empty the next job comes.

python -m plait.plant.tools --config FILE --port 5000 [--factor 60]
"""

import argparse
import asyncio
import sys
from pathlib import Path

from plait.kernel.activity import Activity
from plait.kernel.clock import SYSTEM, BusinessClock, WallClock
from plait.kernel.os import stop_signals
from plait.kernel.problems import Problem
from plait.plant.cell import Cell
from plait.plant.commands import by_id, store
from plait.plant.config import load
from plait.plant.job import Order
from plait.plant.model import Plant
from plait.plant.mtconnect import Agent, Device, Item
from plait.wire.isa95 import Command, State
from plait.wire.packml import State as Unit

__all__ = ["AGENDA", "Tools", "device_of"]

AGENDA = "tools"
PIECES = 10
_EXECUTION = {Unit.EXECUTE: "ACTIVE", Unit.HELD: "FEED_HOLD", Unit.SUSPENDED: "WAIT", Unit.STOPPED: "STOPPED", Unit.ABORTED: "INTERRUPTED"}


def device_of(cell: str) -> Device:
    """Return how a cell is shown as a device."""
    items = (
        Item(f"{cell}_avail", "EVENT", "AVAILABILITY"),
        Item(f"{cell}_exec", "EVENT", "EXECUTION", "controller"),
        Item(f"{cell}_mode", "EVENT", "CONTROLLER_MODE", "controller"),
        Item(f"{cell}_program", "EVENT", "PROGRAM", "controller"),
        Item(f"{cell}_parts", "EVENT", "PART_COUNT", "controller"),
        Item(f"{cell}_system", "CONDITION", "SYSTEM", "controller"),
        Item(f"{cell}_load", "SAMPLE", "LOAD", "spindle", "load", "PERCENT"),
        Item(f"{cell}_temp", "SAMPLE", "TEMPERATURE", "spindle", "temperature", "CELSIUS"),
        Item(f"{cell}_power", "SAMPLE", "WATTAGE", "electric", "power", "WATT"),
    )
    return Device(cell, cell, f"plait.{cell}", items)


class Tools:
    """Lets ``plant`` run by ``clock`` and shows its cells through an agent on ``port``."""

    def __init__(self, plant: Plant, clock: BusinessClock, port: int, buffer: int = 131_072) -> None:
        self.plant = plant
        self._clock = clock
        self.agent = Agent([device_of(cell) for cell in plant.cells], port, clock.now, buffer=buffer, instance=int(SYSTEM.now().timestamp()))
        self._shown: dict[str, object] = {}
        self._done: dict[str, int] = dict.fromkeys(plant.cells, 0)
        self._numbers: dict[str, int] = dict.fromkeys(plant.cells, 0)

    async def open(self) -> None:
        """Listen, and begin to live."""
        await self.agent.open()
        self._step()

    async def close(self) -> None:
        """Stop."""
        self._clock.cancel(AGENDA)
        await self.agent.close()

    def _step(self) -> None:
        self.plant.run_to(self._clock.now())
        for cell in self.plant.cells.values():
            self._feed(cell)
            self._show(cell)
        due = self.plant.next_wake()
        if due is not None:
            self._clock.at(due, AGENDA, self._step)

    def _feed(self, cell: Cell) -> None:
        for job in [each for each in cell.orders() if each.state in (State.ENDED, State.ABORTED)]:
            self._done[cell.id] += job.good
            by_id(self.plant, cell, Command.CLEAR, job.id)
        if not cell.orders():
            self._numbers[cell.id] += 1
            number = self._numbers[cell.id]
            store(self.plant, cell, Order(f"{cell.id}-{number}", 5.0, 2.0, PIECES, program=f"O{1000 + number}"))

    def _show(self, cell: Cell) -> None:
        signals, job = cell.signals(), cell.job
        self._say(f"{cell.id}_avail", "AVAILABLE")
        self._say(f"{cell.id}_mode", "MANUAL" if cell.unit is Unit.STARTING else "AUTOMATIC")
        self._say(f"{cell.id}_exec", _EXECUTION.get(cell.unit, "READY"))
        self._say(f"{cell.id}_program", job.order.program if job is not None else "")
        self._say(f"{cell.id}_parts", self._done[cell.id] + (job.counts(self.plant.kernel.now)[0] if job is not None else 0))
        self._say(f"{cell.id}_load", signals.spindle_load)
        self._say(f"{cell.id}_temp", signals.temperature)
        self._say(f"{cell.id}_power", round(signals.power * 1000))
        alarm = cell.alarm
        if self._shown.get(f"{cell.id}_system") != alarm:
            self._shown[f"{cell.id}_system"] = alarm
            self.agent.say(f"{cell.id}_system", "Fault" if alarm else "Normal", native="ALARM" if alarm else "", text=alarm)

    def _say(self, item: str, value: object) -> None:
        if self._shown.get(item) != value:
            self._shown[item] = value
            self.agent.say(item, value)


async def _run(config: Path, port: int, factor: float) -> None:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop() -> None:
        loop.call_soon_threadsafe(stopped.set)

    stop_signals(stop)
    clock = WallClock(Activity(), factor)
    tools = Tools(Plant(load(config), clock.now()), clock, port)
    await tools.open()
    sys.stdout.write(f"The machines {', '.join(tools.plant.cells)} are shown at {tools.agent.address} (MTConnect).\n")
    sys.stdout.flush()
    driver = asyncio.create_task(clock.run())
    await stopped.wait()
    driver.cancel()
    await tools.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m plait.plant.tools", description="Show a simulated plant's cells through an MTConnect agent on loopback.")
    parser.add_argument("--config", required=True, type=Path, help="the plant's TOML file")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--factor", type=float, default=1.0, help="simulated seconds in one real second")
    given = parser.parse_args()
    try:
        asyncio.run(_run(given.config, given.port, given.factor))
    except Problem as problem:
        sys.exit(f"plait plant: {problem.detail}")
