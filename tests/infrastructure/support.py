"""Who may do what in these tests, and a plant as a process of its own."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.facts import Fact, decode
from plait.kernel.firm import Firm
from plait.kernel.problems import FORBIDDEN, Problem
from plait.store import Store

PARTY = "0197a000-0000-7000-8000-000000000001"
FIRM = Firm(PARTY, "Helix Gears", "did:web:helix.example", "https://helix.example", gln="4012345000009", gcp="4012345", region="DE-BY")
ME = system_actor(PARTY)
STRANGER = Actor("partner", "did:web:other.example", "0197a000-0000-7000-8000-000000000002")


class House:
    """A guard that lets the firm's own actors do everything and strangers see only ``shown`` (ids by kind)."""

    def __init__(self) -> None:
        self.shown: dict[str, frozenset[str]] = {}

    def firm(self) -> Firm:
        """Return the firm of these tests."""
        return FIRM

    def require(self, actor: Actor, action: str) -> None:
        """Let the firm's own do everything and strangers read."""
        if actor.party != PARTY and not action.endswith(".read"):
            raise Problem(FORBIDDEN, action)

    def scope(self, actor: Actor, action: str, kind: str) -> Scope:
        """Show strangers only what was granted."""
        del action
        if actor.party == PARTY:
            return Scope(everything=True)
        return Scope(ids=self.shown.get(kind)) if kind in self.shown else Scope()


PLANT = """
name = "works"
seed = 7
sample_min = 15

[[cell]]
id = "lathe"
kind = "lathe"
spread = 0.05
scrap = 0.05

[[cell]]
id = "hob"
kind = "hobbing"
spread = 0.0
"""


class PlantProcess:
    """A plant in a process of its own on a fixed port, so that it can be killed and started again."""

    def __init__(self, folder: Path, port: int, config: str = PLANT, factor: float = 3600.0) -> None:
        self.file = folder / "plant.toml"
        self.file.write_text(config, "utf-8")
        self.port = port
        self.factor = factor
        self.endpoint = f"opc.tcp://127.0.0.1:{port}/plant"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, environment: dict[str, str] | None = None) -> None:
        """Start it and wait until it says that it is ready."""
        command = [sys.executable, "-m", "plait.plant", "--config", str(self.file), "--port", str(self.port), "--name", "works", "--factor", str(self.factor)]
        env = {**os.environ, "PYTHONPATH": "src", **(environment or {})}
        self._process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=env)
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert msgspec.json.decode(line)["endpoint"] == self.endpoint

    async def kill(self) -> None:
        """End it without warning."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.communicate()
            self._process = None


class Log:
    """The facts of a store as they come; ``until`` waits for one instead of sleeping."""

    def __init__(self, store: Store) -> None:
        self.facts: list[tuple[str, Any]] = []
        self._news = asyncio.Event()
        self._out = store.listen(self._take)

    def _take(self, fact: Fact) -> None:
        self.facts.append((fact.kind, decode(fact)))
        self._news.set()

    def of(self, kind: str) -> list[Any]:
        """Return the bodies of the facts of one kind so far."""
        return [body for known, body in self.facts if known == kind]

    async def until(self, true: Callable[["Log"], bool], seconds: float = 60.0) -> None:
        """Return once ``true`` holds of the facts so far."""
        async with asyncio.timeout(seconds):
            while not true(self):
                self._news.clear()
                await self._news.wait()


@contextlib.asynccontextmanager
async def plant(folder: Path, port: int, **more: Any) -> AsyncIterator[PlantProcess]:
    """Run a plant for the length of a test."""
    process = PlantProcess(folder, port, **more)
    await process.start()
    try:
        yield process
    finally:
        await process.kill()
