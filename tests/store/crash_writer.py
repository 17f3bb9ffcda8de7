"""A process to be killed: it writes facts as fast as it can and prints the id of each one it was told is on disk.

A follower counts each fact into a row; a letter goes with every tenth fact.
"""

import asyncio
import sys
from typing import Any

from plait.kernel.activity import Activity
from plait.kernel.actor import system_actor
from plait.kernel.facts import Fact
from plait.store import Store, metadata
from tests.support.kinds import Noted
from tests.support.stores import clock

ME = system_actor("party-1")


async def follow(store: Store) -> None:
    """Follow every note, telling how far by a number series; once for each fact."""

    async def count(fact: Fact) -> None:
        await store.write(ME, lambda tx: tx.number("followed"), once=f"count:{fact.id}")

    store.follow("count", frozenset({"test.noted"}), count, start="begin")


async def write(store: Store, worker: int) -> None:
    """Write for ever."""
    round = 0
    while True:
        round += 1
        name = f"{worker}-{round}"

        def job(tx: Any, name: str = name, letter: bool = round % 10 == 0) -> str:
            fact = tx.append(f"worker/{worker}", Noted(name))
            if letter:
                tx.post("p", "/in", name.encode(), key=fact.id)
            return str(fact.id)

        sys.stdout.write(await store.write(ME, job) + "\n")
        sys.stdout.flush()


async def main() -> None:
    """Open the store named on the command line and write until killed."""
    activity = Activity()
    store = Store(sys.argv[1], metadata, clock(activity=activity), activity)
    await store.open()
    await follow(store)
    await asyncio.gather(*(write(store, worker) for worker in range(20)))


if __name__ == "__main__":
    asyncio.run(main())
