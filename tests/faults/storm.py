"""Killing nodes of the demo, or letting their reactions fail half done, and looking afterwards whether anything was lost or doubled."""

import asyncio
import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from plait.cli.demo.play import summary
from plait.cli.demo.scene import Scene
from plait.cli.demo.script import FIRMS
from plait.cli.demo.steps import STEPS, Director
from plait.kernel.clock import SYSTEM

__all__ = ["EVERY", "storm", "stumbling", "wrong"]

# One kill of each node, each in another step.
EVERY = {1: "riverport", 2: "meridian", 3: "oakmill", 4: "northforge", 5: "embercoat", 6: "helix", 8: "swiftline"}
ONCE = {
    "line.job_ended": "job",
    "trade.order_sent": "number",
    "trade.quotation_sent": "number",
    "epcis.captured": "event_id",
}


@contextlib.contextmanager
def stumbling(seed: int) -> Iterator[None]:
    """Let the nodes that are started within stumble (see ``stumble/sitecustomize.py``)."""
    before = dict(os.environ)
    os.environ |= {"PYTHONPATH": str(Path(__file__).parent / "stumble"), "PLAIT_STUMBLE": str(seed)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def head(folder: Path) -> int:
    """Return how many facts a node has on disk."""
    with contextlib.suppress(sqlite3.Error):
        conn = sqlite3.connect(f"file:{folder / 'plait.db'}?mode=ro", uri=True, timeout=1)
        try:
            return int(conn.execute("SELECT coalesce(max(seq), 0) FROM store_fact").fetchone()[0])
        finally:
            conn.close()
    return 0


async def killer(scene: Scene, name: str, draw: Random) -> None:
    """Kill ``name`` once it has written a drawn number of facts, or a little later where it writes none; start it again."""
    begun, wanted = head(scene.folder / name), draw.randint(1, 4)
    for _ in range(draw.randint(4, 12)):
        if head(scene.folder / name) >= begun + wanted:
            break
        await SYSTEM.sleep(0.02)
    before = scene.processes[name].pid
    await scene.restart(name)
    assert scene.processes[name].pid != before


async def storm(folder: Path, plan: Mapping[int, str], seed: int) -> tuple[dict[str, Any], list[str]]:
    """Run the demo and kill the nodes of ``plan`` (by the number of the step); return its summary and what is wrong afterwards."""
    draw, results = Random(seed), []
    async with Scene(folder) as scene:
        director = Director(scene)
        for number, (name, _, act) in enumerate(STEPS, 1):
            victim = plan.get(number)
            killing = asyncio.create_task(killer(scene, victim, draw)) if victim is not None else None
            evidence = await act(director)
            if killing is not None:
                await killing
            results.append({"n": number, "name": name, "ok": True, "evidence": evidence})
        told = await summary(scene, results, 0.0)
        return told, await wrong(scene)


async def wrong(scene: Scene) -> list[str]:
    """Return in words what is lost, doubled or contradictory in the seven nodes."""
    found = []
    for name in FIRMS:
        firm = scene.firms[name]
        chain = await firm.get("/api/v1/facts/verify")
        if not chain["ok"]:
            found.append(f"{name}: the chain breaks at {chain['broken_at']}")
        seen = {fact["seq"]: fact["hash"] for fact in await firm.facts()}
        if list(seen) != list(range(1, len(seen) + 1)):
            found.append(f"{name}: facts are missing")
        for kind, key in ONCE.items():
            times = Counter(fact["body"][key] for fact in await firm.facts(kind))
            found += [f"{name}: {kind} {what} {count} times" for what, count in times.items() if count > 1]
        waiting = [row for row in await firm.get("/api/v1/deliveries") if row["state"] != "delivered"]
        found += [f"{name}: a letter to {row['party']} is {row['state']}: {row['error']}" for row in waiting]
    return found + await _agreements(scene)


async def _agreements(scene: Scene) -> list[str]:
    """Compare agreements and orders of both sides."""
    sides: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for name in FIRMS:
        sides.update(row["id"] for row in await scene.firms[name].get("/api/v1/sharing/agreements"))
        documents.update(row["id"] for row in await scene.firms[name].get("/api/v1/trade/documents"))
    return [f"{what} {id} is with {count} of 2" for what, held in (("agreement", sides), ("document", documents)) for id, count in held.items() if count != 2]
