"""The demo's processes: one node a firm, one plant a maker, one conductor who owns time."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from plait.cli.demo.firm import FirmClient
from plait.cli.demo.script import FIRMS, Script, plant_toml, read_script
from plait.kernel.clock import SYSTEM
from plait.kernel.conductor import Conductor
from plait.kernel.os import child_options, free_port, stop_child
from plait.kernel.problems import Problem
from plait.kernel.stepped import ENV
from plait.web.serve import listen

__all__ = ["START", "WIRED", "Scene"]

WIRED = "helix"  # whose sensors speak to the node by Sparkplug B too

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


def _port(wanted: int) -> int:
    """Return the port wanted, or any free one when none is or another program has it."""
    if wanted:
        with contextlib.suppress(Problem):
            listen("127.0.0.1", wanted).close()
            return wanted
    return free_port()


class Scene:
    """Seven firms on one computer. ``async with`` brings them up and takes them down; nothing is left running."""

    def __init__(self, folder: Path, seed: int = 1, pace: float = 0.0, first_port: int = 0) -> None:
        self.folder = folder
        self.seed = seed
        self.scripts: dict[str, Script] = {name: read_script(name) for name in FIRMS}
        self.ports = {name: _port(first_port + index if first_port else 0) for index, name in enumerate(FIRMS)}
        self.plant_ports = {name: free_port() for name in FIRMS if self.scripts[name].plant is not None}
        self.mqtt_port = free_port()
        self.conductor = Conductor(START, pace)
        self.firms: dict[str, FirmClient] = {}
        self.processes: dict[str, Process] = {}
        self._dying: set[str] = set()

    async def __aenter__(self) -> "Scene":
        await self.conductor.open()
        try:
            for name in self.plant_ports:
                await self.start_plant(name)
            for name in FIRMS:
                await self.start_node(name)
            await self.ready(FIRMS)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for firm in self.firms.values():
            await firm.close()
        for process in self.processes.values():
            if process.returncode is None:
                stop_child(process)
        for process in self.processes.values():
            try:
                async with asyncio.timeout(10):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        await self.conductor.close()

    @property
    def sensors(self) -> Path:
        """Where the account of the sensors is written once the node has made it."""
        return self.folder / f"{WIRED}-sensors.json"

    async def start_plant(self, name: str) -> None:
        """Start the simulated plant of firm ``name``."""
        file = self.folder / f"{name}-plant.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(plant_toml(name, self.seed), "utf-8")
        seat = f"{name}-plant"
        self.conductor.expect(seat)
        arguments = ["-m", "plait.plant", "--config", str(file), "--port", str(self.plant_ports[name]), "--name", seat]
        if name == WIRED:
            arguments += ["--sensors", str(self.sensors)]
        await self._spawn(seat, arguments, {})

    async def start_node(self, name: str) -> None:
        """Start (or start again) the node of firm ``name`` in its own folder."""
        self.conductor.expect(name)
        folder = self.folder / name
        port = self.ports[name]
        settings = {
            "PLAIT_FIRM__NAME": name,
            "PLAIT_CLOCK__KIND": "stepped",
            "PLAIT_NETWORK__TRUSTED": "127.0.0.1/32",
            "PLAIT_MACHINES__PUBLISHING_MS": "10",
            "PLAIT_DESK__GOODS_IN": "true",
            "PLAIT_DESK__CARRIER": "true" if self.scripts[name].desk.get("carrier") else "false",
        }
        if name == WIRED:
            settings["PLAIT_MQTT__PORT"] = str(self.mqtt_port)
        await self._spawn(name, ["-m", "plait", "up", "--data", str(folder), "--port", str(port)], settings)
        if name not in self.firms:
            self.firms[name] = FirmClient(name, f"http://127.0.0.1:{port}", folder)

    async def _spawn(self, seat: str, arguments: list[str], settings: dict[str, str]) -> None:
        env = os.environ | settings | {ENV: self.conductor.address}
        log = (self.folder / f"{seat}.log").open("ab")
        with log:
            quiet: dict[str, Any] = {"stdin": asyncio.subprocess.DEVNULL, "stdout": log, "stderr": log, **child_options()}
            self.processes[seat] = await asyncio.create_subprocess_exec(sys.executable, *arguments, env=env, **quiet)

    async def ready(self, names: tuple[str, ...]) -> None:
        """Return when the named nodes answer; raise RuntimeError with the end of its log when a process has died."""
        for name in names:
            async with asyncio.timeout(90):
                while not await self.firms[name].is_ready():
                    self.check()
                    await SYSTEM.sleep(0.05)

    def check(self) -> None:
        """Raise RuntimeError when a process has ended that should be running."""
        for seat, process in self.processes.items():
            if process.returncode is not None and seat not in self._dying:
                end = (self.folder / f"{seat}.log").read_text("utf-8", "replace")[-2000:]
                raise RuntimeError(f"{seat} has ended with code {process.returncode}:\n{end}")

    async def restart(self, name: str) -> None:
        """Kill a node while the others go on, and start it again; return when it takes requests."""
        self._dying.add(name)
        try:
            await self.kill(name)
            await self.start_node(name)
        finally:
            self._dying.discard(name)
        await self.ready((name,))

    async def kill(self, name: str) -> None:
        """End a process at once, as a power cut would."""
        self.processes[name].kill()
        await self.processes[name].wait()

    @property
    def hours(self) -> float:
        """Business hours since the start."""
        return (self.conductor.now - START).total_seconds() / 3600

    async def settle(self) -> None:
        """Wait until everybody is idle, with time standing still."""
        await self._watched(self.conductor.settle())

    async def run(self, span: timedelta) -> None:
        """Let business time move on by ``span``."""
        await self._watched(self.conductor.reach(self.conductor.now + span))

    async def _watched(self, going: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(going)
        while not task.done():
            await asyncio.wait({task}, timeout=2)
            if not task.done():
                try:
                    self.check()
                except RuntimeError:
                    task.cancel()
                    raise
        await task
