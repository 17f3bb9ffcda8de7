"""Points a CPU second into the signal lake, in durable batches of 1,000, each on disk before the next is handed in by the same writer.

Beside it DuckDB alone on the same batches, each a transaction of its own in its own file.

python -m bench.lake_append [points]
"""

import asyncio
import json
import resource
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
from tests.infrastructure.support import House

from plait.infrastructure.signals import Block, SignalService
from plait.kernel.activity import Activity
from plait.kernel.clock import SYSTEM, WallClock
from plait.store import Store, metadata

BATCH = 1000
SERIES = 1000
WRITERS = 4
BEGIN = 1_767_225_600_000


def batches(numbers: np.ndarray, points: int) -> list[Block]:
    """Return one batch a second: each of 1,000 series with 3 decimals."""
    draw = np.random.default_rng(1)
    level = 50 + np.cumsum(draw.normal(0, 0.02, (points // BATCH, SERIES)), axis=0)
    good = np.zeros(SERIES, np.uint8)
    return [Block(numbers, np.full(SERIES, BEGIN + second * 1000), np.round(value, 3), good) for second, value in enumerate(level)]


async def lake(folder: Path, points: int) -> tuple[float, float, float]:
    """Return seconds, CPU seconds, and the median seconds of a batch from hand-in to disk."""
    activity = Activity()
    store = Store(f"sqlite:///{folder / 'plait.db'}", metadata, WallClock(activity), activity)
    await store.open()
    signals = SignalService(store, House(), store.clock, folder / "lake")
    await signals.open()
    known = await signals.numbers([f"m{number // 10}.s{number}" for number in range(SERIES)])
    work = batches(np.array(list(known.values()), np.uint32), points)
    took = []

    async def write(first: int) -> None:
        for block in work[first::WRITERS]:
            began = SYSTEM.monotonic()
            await signals.record_block(block)
            took.append(SYSTEM.monotonic() - began)

    wall, cpu = SYSTEM.monotonic(), SYSTEM.cpu()
    await asyncio.gather(*(write(first) for first in range(WRITERS)))
    wall, cpu = SYSTEM.monotonic() - wall, SYSTEM.cpu() - cpu
    await signals.close()
    await store.close()
    return wall, cpu, sorted(took)[len(took) // 2]


def bare(folder: Path, points: int) -> float:
    """Return the CPU seconds that DuckDB takes for the same."""
    base = duckdb.connect(str(folder / "peer.duckdb"), config={"threads": 1})
    base.execute("CREATE TABLE points (series UINTEGER, ms BIGINT, value DOUBLE, quality UTINYINT)")
    work = batches(np.arange(SERIES, dtype=np.uint32), points)
    began = SYSTEM.cpu()
    for block in work:
        base.register("block", block._asdict())
        base.execute("INSERT INTO points SELECT * FROM block")
    return SYSTEM.cpu() - began


def main() -> None:
    """Print one JSON line."""
    points = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000
    with tempfile.TemporaryDirectory(dir=".") as name:
        wall, cpu, middle = asyncio.run(lake(Path(name), points))
        peer = points // 10 / bare(Path(name), points // 10)
    figures = {
        "name": "lake.append",
        "value": round(points / cpu),
        "unit": "durable points/CPU-s",
        "target": 1_000_000,
        "points": points,
        "batch": BATCH,
        "writers": WRITERS,
        "per_s": round(points / wall),
        "cpu_s": round(cpu, 2),
        "batch_p50_ms": round(1000 * middle, 2),
        "floor": round(peer),
        "floor_name": "DuckDB, one transaction a batch",
        "ratio": round(points / cpu / peer, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
