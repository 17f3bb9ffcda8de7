"""``chain.verify``: facts of the chain checked per CPU-second, beside the bare SHA-256 of as many bodies and links.

python -m bench.chain_verify [facts]
"""

import asyncio
import hashlib
import json
import resource
import sys
import tempfile
from pathlib import Path

from bench.facts_append import BODY, Appended
from plait.kernel.activity import Activity
from plait.kernel.actor import system_actor
from plait.kernel.clock import SYSTEM, WallClock
from plait.store import Store, Tx, metadata

GROUP = 1000
LINK = 330


async def fill(store: Store, facts: int) -> None:
    """Write ``facts`` facts, a thousand a transaction."""

    def work(tx: Tx) -> None:
        for number in range(GROUP):
            tx.append("bench", Appended(number, BODY))

    for _ in range(facts // GROUP):
        await store.write(system_actor("bench"), work)


async def measure(folder: Path, facts: int) -> float:
    """Return the CPU seconds of one walk along the whole chain (the second of two)."""
    activity = Activity()
    store = Store(f"sqlite:///{folder / 'plait.db'}", metadata, WallClock(activity), activity)
    await store.open()
    await fill(store, facts)
    for _ in range(2):
        cpu = SYSTEM.cpu()
        report = await store.verify()
        spent = SYSTEM.cpu() - cpu
        assert report.ok
        assert report.facts == facts
    await store.close()
    return spent


def floor(facts: int) -> float:
    """Return the CPU seconds of the hashes alone."""
    body, link = b"x" * 400, b"y" * LINK
    cpu = SYSTEM.cpu()
    for _ in range(facts):
        hashlib.sha256(body).hexdigest()
        hashlib.sha256(link).hexdigest()
    return SYSTEM.cpu() - cpu


def main() -> None:
    """Print the figure."""
    facts = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory(dir=".") as name:
        spent = asyncio.run(measure(Path(name), facts))
    bare = floor(facts)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    figure = {"name": "chain.verify", "value": round(facts / spent), "unit": "facts per CPU-second", "floor": round(facts / bare)}
    print(json.dumps({**figure, "floor_name": "the two SHA-256 of each fact alone", "cpu_s": round(spent, 2), "peak_mb": peak}))


if __name__ == "__main__":
    main()
