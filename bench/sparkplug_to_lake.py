"""``sparkplug.to_lake``: metrics a second of CPU from raw Sparkplug B messages (100 metrics each, by alias) to the lake, durably, in blocks.

100 edge nodes with 100 double metrics each; messages are handed over in batches of 100, as the node's listener does, and each batch is on disk before the next.
Beside it what protobuf (upb) alone takes to parse the same messages and read alias, time and value of each metric.

python -m bench.sparkplug_to_lake [metrics]
"""

import asyncio
import json
import resource
import sys
import tempfile
from pathlib import Path

from tests.infrastructure.support import House
from tests.support import make_store

from plait.infrastructure.machines.model import Message
from plait.infrastructure.signals import SignalService
from plait.infrastructure.sparkplug import write
from plait.infrastructure.sparkplug.codec import payload_class
from plait.infrastructure.sparkplug.service import SparkplugHost
from plait.infrastructure.sparkplug.write import Told
from plait.kernel.activity import Activity
from plait.kernel.clock import SYSTEM, WallClock

NODES, METRICS, BATCH = 100, 100, 100
NOW = 1_767_600_000_000


def told(node: int, step: int) -> list[Told]:
    return [Told(f"metric {number}", NOW + step * 1000, (node + step) * 0.5 + number + 0.25, alias=number + 1) for number in range(METRICS)]


def made(steps: int) -> tuple[list[Message], list[list[Message]]]:
    births = [Message(f"spBv1.0/bench/NBIRTH/edge-{node}", write.birth(0, NOW, told(node, 0), 0), NOW, False, "") for node in range(NODES)]
    batches = []
    for step in range(1, steps + 1):
        at = NOW + step * 1000
        messages = [Message(f"spBv1.0/bench/NDATA/edge-{node}", write.data(step % 256, at, told(node, step)), at, False, "") for node in range(NODES)]
        batches.append(messages)
    return births, batches


def bare(batches: list[list[Message]]) -> float:
    """Parse and read, and nothing else."""
    read, began, total = payload_class().FromString, SYSTEM.cpu(), 0.0
    for messages in batches:
        for message in messages:
            for metric in read(message.payload).metrics:
                total += metric.alias + metric.timestamp + metric.double_value
    return SYSTEM.cpu() - began


async def run(count: int) -> dict[str, float]:
    steps = max(1, count // (NODES * METRICS))
    births, batches = made(steps)
    metrics = steps * NODES * METRICS
    alone = bare(batches)
    with tempfile.TemporaryDirectory(dir=".") as space:
        folder, activity = Path(space), Activity()
        async with make_store(folder, at=WallClock(activity), activity=activity) as store:
            signals = SignalService(store, House(), store.clock, folder / "lake")
            await signals.open()
            host = SparkplugHost(None, signals, folder / "sparkplug")  # type: ignore[arg-type]
            await host.take(births)
            before = host.metrics
            began, wall = SYSTEM.cpu(), SYSTEM.monotonic()
            for messages in batches:
                await host.take(messages)
            spent, took = SYSTEM.cpu() - began, SYSTEM.monotonic() - wall
            if host.metrics - before != metrics:
                raise RuntimeError("metrics are missing")
            await signals.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "value": round(metrics / spent),
        "metrics": metrics,
        "per_s": round(metrics / took),
        "bare_parse_and_read_per_cpu_s": round(metrics / alone),
        "ratio_to_bare": round(alone / spent, 2),
        "rss_mb": round(memory),
    }


def main() -> None:
    """Print the figure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    print(json.dumps({"name": "sparkplug.to_lake", "unit": "metrics per CPU-second", **asyncio.run(run(count))}))


if __name__ == "__main__":
    main()
