"""The plant as a process."""

import asyncio
import contextlib
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from plait.kernel.activity import Activity
from plait.kernel.clock import SteppedClock, WallClock, iso, parse_iso
from plait.kernel.os import stop_signals
from plait.kernel.stepped import ENV, Participant
from plait.plant.config import PlantConfig, load
from plait.plant.model import Plant
from plait.plant.sensors import Sensors
from plait.plant.server import PlantServer

__all__ = ["main", "serve"]

_LONG_AGO = parse_iso("1970-01-01T00:00:00Z")


async def _run(server: PlantServer, sensors: Sensors | None, driver: "asyncio.Task[None]", stopped: asyncio.Event) -> None:
    stop = asyncio.create_task(stopped.wait())
    speaking = [asyncio.create_task(sensors.run())] if sensors is not None else []
    try:
        await asyncio.wait({driver, stop}, return_when=asyncio.FIRST_COMPLETED)
        if driver.done():
            driver.result()
    finally:
        if sensors is not None:
            await sensors.close()
        for task in (driver, stop, *speaking):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await server.close()


async def serve(
    config: PlantConfig,
    port: int,
    name: str,
    conductor: str = "",
    *,
    factor: float = 1.0,
    origin: datetime | None = None,
    stopped: asyncio.Event | None = None,
    sensors: Path | None = None,
) -> None:
    """Run the plant until ``stopped`` is set or the conductor goes away; say on stdout (one JSON line) when it is ready.

    ``sensors`` is the file of the account under which they tell a node by Sparkplug B too; it may come later.
    ``conductor`` is ``host:port/secret``: time is then stepped, else real time times ``factor`` from ``origin`` on.
    """
    stopped = stopped or asyncio.Event()
    activity = Activity()
    clock: SteppedClock | WallClock
    if conductor:
        clock = SteppedClock(activity, _LONG_AGO)
        participant = Participant.from_env(name, clock, activity, {ENV: conductor})
        await participant.join()
        driver = participant.run
    else:
        clock = WallClock(activity, factor, origin)
        driver = clock.run
    plant = Plant(config, clock.now())
    speaker = Sensors(plant, sensors, activity) if sensors is not None else None
    server = PlantServer(plant, clock, activity, port, name, speaker)
    await server.open()
    gc.freeze()
    ready = {"plant": name, "endpoint": server.endpoint, "start": iso(server.plant.start), "cells": list(server.plant.cells)}
    sys.stdout.write(msgspec.json.encode(ready).decode() + "\n")
    sys.stdout.flush()
    await _run(server, speaker, asyncio.create_task(driver()), stopped)


def _held(stop: Callable[[], None]) -> None:
    """Call ``stop`` when standard input ends: the other end was closed, or whoever held it is dead."""
    while sys.stdin.buffer.read(4096):
        pass
    stop()


def main(
    config_path: Path | str,
    port: int,
    name: str = "",
    conductor: str | None = None,
    *,
    factor: float = 1.0,
    leash: bool = False,
    sensors: Path | None = None,
) -> int:
    """Run the plant described in ``config_path`` on loopback ``port`` until it is asked to end; return the exit status.

    ``name`` is the plant's name in its namespace and the participant's name at the conductor (default: the file's ``name``);
    ``leash``: end with standard input, which whoever started it holds. ``sensors``: see ``serve``. ``conductor`` defaults to the environment's PLAIT_CONDUCTOR.
    Raises ``bad-plant`` when the file cannot be used.
    """
    logging.getLogger("asyncua").setLevel(logging.ERROR)
    config = load(Path(config_path))
    address = os.environ.get(ENV, "") if conductor is None else conductor

    async def run() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()

        def stop() -> None:
            loop.call_soon_threadsafe(stopped.set)

        stop_signals(stop)
        if leash:
            threading.Thread(target=_held, args=(stop,), name="plait-leash", daemon=True).start()
        await serve(config, port, name or config.name, address, factor=factor, stopped=stopped, sensors=sensors)

    asyncio.run(run())
    return 0
