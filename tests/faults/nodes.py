"""A whole node process under a client's load, killed at drawn writes, started again; the client insists under its idempotency keys."""

import asyncio
import os
import struct
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import httpx

from plait.kernel.clock import SYSTEM
from plait.kernel.ids import new_id
from plait.kernel.os import free_port
from tests.faults.disk import Fault, environment, library
from tests.faults.runs import Report

__all__ = ["Client", "node_kills"]

ROOT = Path(__file__).parents[2]
CLIENTS = 4
WRITES = 400
LOOK_EVERY = 5
EVENT = {"type": "ObjectEvent", "eventTimeZoneOffset": "+00:00", "eventTime": "2026-03-02T10:00:00Z", "action": "OBSERVE"}
PATIENCE_S = 60.0


class Process:
    """A node in a process of its own, on a disk that may end it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.child: subprocess.Popen[bytes] | None = None
        self.shift = folder.with_name(f"{folder.name}.shift")

    def set_clock(self, seconds: int) -> None:
        """Let its clock be so many seconds ahead from now on, also while it runs."""
        if not self.shift.exists():
            self.shift.write_bytes(bytes(8))
        with self.shift.open("r+b") as file:
            file.write(struct.pack("=q", seconds))

    def start(self, fault: Fault) -> None:
        """Start it."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")} | environment(self.folder, fault)
        if self.shift.exists():
            env |= {"LD_PRELOAD": f"{env['LD_PRELOAD']}:{library('shift')}", "PLAIT_SHIFT": str(self.shift)}
        command = [sys.executable, "-m", "plait", "up", "--data", str(self.folder), "--port", str(self.port)]
        with (self.folder.parent / "node.log").open("ab") as log:
            self.child = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log)

    def gone(self) -> bool:
        """Tell whether it has ended."""
        return self.child is None or self.child.poll() is not None

    def stop(self) -> None:
        """Kill it, if it still runs."""
        if self.child is not None:
            self.child.kill()
            self.child.wait()

    async def ready(self, client: httpx.AsyncClient) -> bool:
        """Wait until it takes requests; False when it ended before that."""
        while not self.gone():
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return True
            except httpx.TransportError:
                await SYSTEM.sleep(0.01)
        return False


class Client:
    """Somebody who writes people, stock, events and capabilities, and remembers what was acknowledged."""

    def __init__(self, folder: Path, http: httpx.AsyncClient, number: int, seed: int) -> None:
        self.folder = folder
        self.http = http
        self.number = number
        self.draw = Random(seed * 100 + number)
        self.said: dict[str, list[str]] = {"people": [], "stock": [], "events": []}
        self.count = 0

    async def insist(self, path: str, body: Any) -> None:
        """Send one request until it is answered, under one key; an answer that is no success is an error."""
        key = new_id()
        while True:
            try:
                token = (self.folder / "admin.token").read_text("utf-8").strip()
                answer = await self.http.post(path, json=body, headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key})
            except (httpx.TransportError, FileNotFoundError):
                await SYSTEM.sleep(0.02)
                continue
            if answer.status_code == 503:
                await SYSTEM.sleep(0.02)
                continue
            assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
            return

    async def step(self) -> None:
        """Do one thing."""
        self.count += 1
        name = f"{self.number}-{self.count}"
        kind = self.draw.choice(("people", "stock", "events"))
        if kind == "people":
            await self.insist("/api/v1/people", {"name": name, "role": "viewer"})
        elif kind == "stock":
            await self.insist("/api/v1/stock", {"part_id": "BAR", "lot": name, "quantity": "1"})
        else:
            await self.insist("/epcis/events", EVENT | {"eventID": f"urn:uuid:{new_id()}", "epcList": [f"urn:epc:id:sgtin:9521000.000001.{name}"]})
        self.said[kind].append(name)


async def node_kills(space: Path, kills: int, seed: int) -> Report:
    """Kill a node ``kills`` times at drawn writes while clients insist; look after every fifth kill and at the end."""
    await asyncio.to_thread(space.mkdir)
    draw, found = Random(seed), []
    process = Process(space / "node")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=PATIENCE_S, trust_env=False) as http:
        process.start(Fault())
        assert await process.ready(http)
        token = (process.folder / "admin.token").read_text("utf-8").strip()
        part = {"id": "BAR", "revision": "A", "name": "Bar", "supply": "buy"}
        (await http.put("/api/v1/parts/BAR", json=part, headers={"Authorization": f"Bearer {token}"})).raise_for_status()
        clients = [Client(process.folder, http, number, seed) for number in range(CLIENTS)]
        try:
            for first in range(1, kills + 1, LOOK_EVERY):
                last = min(kills, first + LOOK_EVERY - 1)
                await _load(process, http, clients, [Fault(kill_at=draw.randint(1, WRITES), tear=draw.randint(0, 1)) for _ in range(first, last + 1)])
                process.stop()
                process.start(Fault())
                assert await process.ready(http)
                found += [f"kill {last} seed {seed}: {each}" for each in await _look(http, clients, process.folder)]
        finally:
            process.stop()
    return Report(kills, found)


async def _load(process: Process, http: httpx.AsyncClient, clients: list[Client], faults: list[Fault]) -> None:
    """Let the clients work while the node dies of each of the faults in turn, then start it on a sound disk so that they get their answers."""
    over = asyncio.Event()

    async def work(client: Client) -> None:
        while not over.is_set():
            await client.step()

    process.stop()
    working = [asyncio.create_task(work(client)) for client in clients]
    for fault in faults:
        process.start(fault)
        while not process.gone() and not any(task.done() for task in working):
            await SYSTEM.sleep(0.01)
        process.stop()
    over.set()
    process.start(Fault())
    await process.ready(http)
    await asyncio.gather(*working)


async def _look(http: httpx.AsyncClient, clients: list[Client], folder: Path) -> list[str]:
    """Compare what the clients were told with what the node has."""
    token = (folder / "admin.token").read_text("utf-8").strip()
    headers = {"Authorization": f"Bearer {token}"}

    async def get(path: str) -> Any:
        answer = await http.get(path, headers=headers)
        answer.raise_for_status()
        return answer.json()

    while not (await get("/health/idle"))["idle"]:
        await SYSTEM.sleep(0.02)
    found = [] if (await get("/api/v1/facts/verify"))["ok"] else ["the chain is broken"]
    facts: list[dict[str, Any]] = []
    while page := (await get(f"/api/v1/facts?after={len(facts)}&limit=1000"))["items"]:
        facts += page
    kinds = {"people": ("identity.person_entered", "name"), "stock": ("part.stock_in", "lot")}
    for kind, (name, key) in kinds.items():
        there = Counter(fact["body"][key] for fact in facts if fact["kind"] == name)
        told = [each for client in clients for each in client.said[kind]]
        found += [f"{kind} {each} acknowledged but gone" for each in told if not there[each]]
        found += [f"{kind} {each} is there {times} times" for each, times in there.items() if times > 1]
    captured = Counter(fact["body"]["event_id"] for fact in facts if fact["kind"] == "epcis.captured")
    found += [f"event {id} told {times} times" for id, times in captured.items() if times > 1]
    told = sum(len(client.said["events"]) for client in clients)
    if len(captured) != told:
        found.append(f"{told} events acknowledged, {len(captured)} told")
    return found
