"""A node linked to a server that is switched off and on: what is lost is told, what is told is kept."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from plait.infrastructure.machines import Machine
from plait.infrastructure.machines.model import Choice
from tests.conformance.adapters.opcua_server import CHOSEN, Press
from tests.infrastructure.conftest import Node, run_node
from tests.infrastructure.support import ME

__all__ = ["linked", "press", "restarts", "told", "until"]


def press(works: Press, *signals: str, **config: object) -> Machine:
    """Return the press as a machine with these signals."""
    chosen = tuple(Choice(name.lower(), f"{CHOSEN}{name}") for name in signals)
    return Machine("press", "Press", "press", "opcua_signals", {"endpoint": works.endpoint, "sampling_ms": 0, **config}, signals=chosen)


async def until(true: Callable[[], bool]) -> None:
    """Return once ``true`` holds."""
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.005)


async def told(node: Node, value: float) -> None:
    """Wait until the press's count is on disk."""
    await until(lambda: _latest(node) == value)


def _latest(node: Node) -> float | str | None:
    point = node.signals.latest("press.count")
    return None if point is None else point.value


async def restarts(folder: Path, times: int) -> list[str]:
    """Switch a server off and on ``times`` times under a linked node; return what was wrong: a restart without its gap, a value that is missing."""
    works, found = Press(folder), []
    await works.start()
    try:
        async with run_node(folder) as node:
            await node.machines.add(ME, press(works, "Count"))
            await told(node, 7.0)
            for number in range(times):
                await works.put("Count", 1000 + number)
                await told(node, 1000.0 + number)
                await works.kill()
                await until(lambda: not linked(node))
                await works.start()
                await told(node, 7.0)
                await node.activity.wait_idle()
                gaps = len(node.log.of("machine.gap"))
                if gaps != number + 1:
                    found.append(f"restart {number}: {gaps} gaps")
            view = await node.signals.query(ME, "press.count")
            values = [each.value for each in view.values]
            found += [f"value {1000 + number} is missing" for number in range(times) if 1000.0 + number not in values]
    finally:
        await works.kill()
    return found


def linked(node: Node) -> bool:
    """Whether the press is linked."""
    keeper = node.machines._links.of("press")
    return keeper.linked
