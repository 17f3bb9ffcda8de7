"""The simulated machines: begun with one click, there again after a restart, gone with another click."""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Any

import structlog

from plait.infrastructure.machines.model import Machine
from plait.infrastructure.machines.practice.model import NOT_HERE, PRACTICE, PracticeBegun, PracticeEnded, PracticeView
from plait.infrastructure.machines.service import MachineService
from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.os import child_options, free_port, private_dir, stop_child, write_whole
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem
from plait.store import Store

__all__ = ["PracticeService"]

KINDS = frozenset({"machine.practice_begun", "machine.practice_ended"})
PATIENCE_S = 10.0
PLANT = """
name = "practice"
sample_min = 0.25

[[cell]]
id = "lathe"
name = "Practice lathe"
kind = "lathe"
tool_life_min = 45
failures = { shape = 1.2, scale_h = 6, repair_min = 10, reason = "chip jam" }

[[cell]]
id = "mill"
name = "Practice mill"
kind = "mill"
scrap = 0.02

[[fault]]
at = 0.05
cell = "mill"
minutes = 6
reason = "tool worn"
"""

_log = structlog.get_logger("plait.machines")


class PracticeService:
    """Runs a simulated plant as a process of its own while it is wanted; it listens on loopback alone."""

    def __init__(self, store: Store, guard: Guard, machines: MachineService, folder: Path, *, real_time: bool) -> None:
        self.store = store
        self.guard = guard
        self.machines = machines
        self._folder = folder
        self._real_time = real_time
        self._wanted = False
        self._why = ""
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    async def open(self) -> None:
        """Run the machines again if they were wanted when the node stopped."""
        last = await self.store.latest(KINDS)
        self._wanted = last is not None and last.kind == "machine.practice_begun"
        if self._wanted:
            with contextlib.suppress(Problem):
                await self._run(system_actor(self.guard.firm().party_id, "practice"))

    async def close(self) -> None:
        """End the process; the machines are wanted still."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        stop_child(process)
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def status(self, actor: Actor) -> PracticeView:
        """Return how it stands."""
        self.guard.require(actor, "machines.read")
        self.guard.scope(actor, "read", "machine").own("Practice machines")
        running = self._process is not None and self._process.returncode is None
        return PracticeView(self._wanted, running, sorted(PRACTICE) if self._wanted else [], "" if running or not self._wanted else self._why)

    async def begin(self, actor: Actor) -> PracticeView:
        """Run the simulated machines and link them; the same again changes nothing. Raise ``no-practice``."""
        self.guard.require(actor, "machines.write")
        if not self._real_time:
            raise Problem(NOT_HERE, "This node's time is simulated or scaled.")
        async with self._lock:
            if not self._wanted:
                await self.store.write(actor, lambda tx: tx.append("practice", PracticeBegun(sorted(PRACTICE))))
                self._wanted = True
            await self._run(actor)
        return await self.status(actor)

    async def end(self, actor: Actor) -> PracticeView:
        """Take the simulated machines away; what they said stays. The same again changes nothing."""
        self.guard.require(actor, "machines.write")
        async with self._lock:
            if self._wanted:
                await self._forget(actor)
                await self.store.write(actor, lambda tx: tx.append("practice", PracticeEnded(sorted(PRACTICE))))
                self._wanted = False
            await self.close()
        return await self.status(actor)

    async def _run(self, actor: Actor) -> None:
        if self._process is not None and self._process.returncode is None:
            return
        folder = private_dir(self._folder)
        write_whole(folder / "plant.toml", PLANT.encode())
        port = free_port()
        arguments = ["-m", "plait.plant", "--config", str(folder / "plant.toml"), "--port", str(port), "--name", "practice", "--leash"]
        quiet: dict[str, Any] = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.DEVNULL}
        self._process = await asyncio.create_subprocess_exec(sys.executable, *arguments, **quiet, **child_options())
        if not await self._ready(self._process):
            self._why = "The simulated plant did not start."
            await self.close()
            raise Problem(NOT_HERE, self._why)
        await self._forget(actor)
        for id, (name, group) in PRACTICE.items():
            config = {"endpoint": f"opc.tcp://127.0.0.1:{port}/plant", "cell": id.removeprefix("practice-"), "namespace": "urn:plait:plant"}
            await self.machines.add(actor, Machine(id, name, f"practice {group}", "opcua", config))

    async def _ready(self, process: asyncio.subprocess.Process) -> bool:
        """Wait until the plant says that it listens."""
        if process.stdout is None:
            return False
        try:
            return bool(await asyncio.wait_for(process.stdout.readline(), 3 * PATIENCE_S))
        except TimeoutError:
            return False

    async def _forget(self, actor: Actor) -> None:
        known = {status.machine.id for status in await self.machines.all(actor)}
        for id in sorted(known & set(PRACTICE)):
            await self.machines.remove(actor, id)

    async def run(self) -> None:
        """Start the plant again whenever it has ended by itself."""
        actor = system_actor(self.guard.firm().party_id, "practice")
        while True:
            await SYSTEM.sleep(PATIENCE_S)
            if self._wanted and (self._process is None or self._process.returncode is not None) and not self._lock.locked():
                _log.warning("the simulated plant has ended and is started again")
                with contextlib.suppress(Problem):
                    async with self._lock:
                        await self._run(actor)
