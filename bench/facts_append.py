"""Durable facts a second, many writers at once, beside what this disk can do: its own fdatasync rate in the same run.

python bench/facts_append.py [facts] [writers]
"""

import asyncio
import json
import resource
import sys
import tempfile
from pathlib import Path

import msgspec

from plait.kernel.activity import Activity
from plait.kernel.actor import system_actor
from plait.kernel.clock import SYSTEM, WallClock
from plait.kernel.facts import fact
from plait.kernel.os import fsync_file
from plait.store import Store, metadata

SYNCS = 200
BODY = "x" * 350


@fact("bench.appended")
class Appended(msgspec.Struct, frozen=True):
    """A body of about 400 bytes."""

    number: int
    text: str


def sync_rate(folder: Path) -> float:
    """Return how many appended pages of 4 kB this disk takes a second, each with its own fdatasync."""
    with (folder / "floor").open("wb") as file:
        began = SYSTEM.monotonic()
        for _ in range(SYNCS):
            file.write(b"\0" * 4096)
            fsync_file(file)
        return SYNCS / (SYSTEM.monotonic() - began)


async def append(folder: Path, facts: int, writers: int) -> tuple[float, float]:
    """Return (seconds, CPU seconds) for ``facts`` single-fact transactions by ``writers`` tasks, each waiting for its answer."""
    activity = Activity()
    store = Store(f"sqlite:///{folder / 'plait.db'}", metadata, WallClock(activity), activity)
    await store.open()
    me = system_actor("bench")

    async def write(first: int) -> None:
        for number in range(first, facts, writers):
            body = Appended(number, BODY)
            await store.write(me, lambda tx, body=body: tx.append("bench", body).seq)

    wall, cpu = SYSTEM.monotonic(), SYSTEM.cpu()
    await asyncio.gather(*(write(first) for first in range(writers)))
    spent = SYSTEM.monotonic() - wall, SYSTEM.cpu() - cpu
    report = await store.verify()
    assert report.ok
    assert report.facts == facts
    await store.close()
    return spent


def main() -> None:
    """Print one JSON line a figure."""
    given = [int(word) for word in sys.argv[1:3]]
    facts, writers = given + [20_000, 500][len(given) :]
    with tempfile.TemporaryDirectory(dir=".") as name:
        floor = sync_rate(Path(name))
        wall, cpu = asyncio.run(append(Path(name), facts, writers))
    cost = {"cpu_s": round(cpu, 3), "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}
    rate = {
        "name": "facts.append",
        "value": round(facts / wall),
        "unit": "durable facts/s",
        "floor": round(floor),
        "floor_name": "fdatasync/s of this disk, 4 kB each",
    }
    print(json.dumps(rate | cost))
    print(
        json.dumps({"name": "facts.append_cpu", "value": round(facts / cpu), "unit": "durable facts per CPU-second", "floor": None, "floor_name": None} | cost)
    )


if __name__ == "__main__":
    main()
