"""Durable facts a second by 1, 10 and 100 writers, and how fast a follower takes them, on SQLite and on PostgreSQL.

The follower is measured twice: from the beginning of a log that is written, and while the writers write (``live``): then how many
facts a second get through to it, and how long that takes from the moment a writer hands one in.

Beside them what this disk can do: its own fdatasync rate in the same run.

python -m bench.facts_append [facts]
"""

import asyncio
import contextlib
import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from plait.kernel.activity import Activity
from plait.kernel.actor import system_actor
from plait.kernel.clock import SYSTEM, WallClock
from plait.kernel.facts import Fact, fact
from plait.kernel.os import fsync_file
from plait.store import Store, metadata

SYNCS = 200
BODY = "x" * 350
WRITERS = (1, 10, 100)


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


class Figures(msgspec.Struct, frozen=True):
    """Seconds and CPU seconds until all facts were acknowledged, and until the follower had them all.

    ``live_wall`` and ``reach``: the same while the writers write, and each fact's seconds from its writer to the follower.
    """

    wall: float
    cpu: float
    follow_wall: float
    follow_cpu: float
    live_wall: float
    reach: tuple[float, ...]


async def run(url: str, facts: int, writers: int) -> Figures:
    """Write ``facts`` single-fact transactions by ``writers`` tasks, each waiting for its answer; then let a follower take them from the beginning."""
    activity = Activity()
    store = Store(url, metadata, WallClock(activity), activity)
    await store.open()
    me = system_actor("bench")

    async def write(first: int) -> None:
        for number in range(first, facts, writers):
            body = Appended(number, BODY)
            await store.write(me, lambda tx, body=body: tx.append("bench", body).seq)

    wall, cpu = SYSTEM.monotonic(), SYSTEM.cpu()
    await asyncio.gather(*(write(first) for first in range(writers)))
    written = SYSTEM.monotonic() - wall, SYSTEM.cpu() - cpu
    done, left = asyncio.Event(), [facts]

    async def take(one: Fact) -> None:
        del one
        left[0] -= 1
        if not left[0]:
            done.set()

    wall, cpu = SYSTEM.monotonic(), SYSTEM.cpu()
    store.follow("bench", frozenset({"bench.appended"}), take, start="begin")
    await done.wait()
    followed = SYSTEM.monotonic() - wall, SYSTEM.cpu() - cpu
    report = await store.verify()
    assert report.ok
    assert report.facts == facts
    live = await _live(store, facts, writers)
    await store.close()
    return Figures(*written, *followed, *live)


async def _live(store: Store, facts: int, writers: int) -> tuple[float, tuple[float, ...]]:
    """Write as many again while a follower takes them; return the seconds until it had all, and each fact's seconds from its writer to it."""
    me, done = system_actor("bench"), asyncio.Event()
    handed: dict[int, float] = {}
    taken: dict[int, float] = {}

    async def take(one: Fact) -> None:
        taken[one.seq] = SYSTEM.monotonic()
        if len(taken) == facts:
            done.set()

    async def write(first: int) -> None:
        for number in range(first, facts, writers):
            body, at = Appended(number, BODY), SYSTEM.monotonic()
            handed[await store.write(me, lambda tx, body=body: tx.append("bench", body).seq)] = at

    store.follow("bench-live", frozenset({"bench.appended"}), take, start="now")
    began = SYSTEM.monotonic()
    await asyncio.gather(*(write(first) for first in range(writers)))
    await done.wait()
    return SYSTEM.monotonic() - began, tuple(sorted(taken[seq] - at for seq, at in handed.items()))


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Give the URL of a server of our own, or nothing when the machine has none."""
    from tests.support.postgres import binaries, server

    if binaries() is None:
        print("no PostgreSQL on this machine: its figures are left out", file=sys.stderr)
        yield ""
        return
    with server() as url:
        yield url


def tell(engine: str, writers: int, facts: int, figures: Figures, floor: float) -> None:
    """Print both figures of one run."""
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    common = {"engine": engine, "writers": writers, "floor": round(floor), "floor_name": "fdatasync/s of this disk, 4 kB each", "peak_mb": peak}
    append = {"value": round(facts / figures.wall), "unit": "durable facts/s", "per_cpu_s": round(facts / figures.cpu), "cpu_s": round(figures.cpu, 2)}
    follow = {
        "value": round(facts / figures.follow_wall),
        "unit": "facts/s",
        "per_cpu_s": round(facts / figures.follow_cpu),
        "cpu_s": round(figures.follow_cpu, 2),
        "live": round(facts / figures.live_wall),
        "reach_p50_ms": round(1000 * figures.reach[facts // 2], 1),
        "reach_p99_ms": round(1000 * figures.reach[facts * 99 // 100], 1),
    }
    print(json.dumps({"name": "facts.append", **append, **common}), flush=True)
    print(json.dumps({"name": "facts.follow", **follow, **common}), flush=True)


def main() -> None:
    """Print one JSON line a figure."""
    facts = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory(dir=".") as name, postgres() as server:
        floor = sync_rate(Path(name))
        for writers in WRITERS:
            count = max(1000, min(facts, writers * facts // 20))
            figures = asyncio.run(run(f"sqlite:///{Path(name) / f'{writers}.db'}", count, writers))
            tell("sqlite", writers, count, figures, floor)
            if server:
                from tests.support.postgres import new_database

                figures = asyncio.run(run(new_database(server, f"bench{writers}"), count, writers))
                tell("postgresql", writers, count, figures, floor)


if __name__ == "__main__":
    main()
