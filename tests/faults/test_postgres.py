"""The database server dies under a node that goes on."""

import asyncio
from collections import Counter

import pytest

from plait.kernel.activity import Activity
from plait.kernel.actor import system_actor
from plait.kernel.clock import SYSTEM
from plait.kernel.facts import decode
from plait.kernel.problems import Problem
from plait.store import Store, Tx, metadata
from tests.support.kinds import Noted
from tests.support.postgres import new_database, running
from tests.support.stores import clock

ME = system_actor("party-1")
WRITERS = 8
EACH = 60
CRASHES = 3


async def insist(store: Store, name: str) -> int:
    """Write one fact under a key of its own, again and again until it is acknowledged; return how often that took."""

    def work(tx: Tx) -> int:
        tx.append("s", Noted(name, tx.number("N")))
        return 1

    tries = 1
    while True:
        try:
            await store.write(ME, work, once=name, result=int)
        except Problem as problem:
            assert problem.code in {"unavailable", "store-locked"}, problem
            tries += 1
            await SYSTEM.sleep(0.02)
        else:
            return tries


async def test_server_crashes_while_writing() -> None:
    """Tests that over crashes of the server every fact is there exactly once, numbered without a gap, and the same store goes on by itself."""
    with running() as server:
        activity = Activity()
        store = Store(new_database(server.url, "crash"), metadata, clock(activity=activity), activity)
        await store.open()
        done: list[int] = []

        async def write(worker: int) -> None:
            for number in range(EACH):
                done.append(await insist(store, f"{worker}-{number}"))  # noqa: PERF401 - others look at it meanwhile

        writing = [asyncio.create_task(write(worker)) for worker in range(WRITERS)]
        for crash in range(1, CRASHES + 1):
            while len(done) < crash * WRITERS * EACH // (CRASHES + 1):
                await SYSTEM.sleep(0.01)
            await asyncio.to_thread(server.crash)
            await asyncio.to_thread(server.start)
        await asyncio.gather(*writing)
        facts = await store.facts(limit=10_000)
        names = Counter(decode(fact).number for fact in facts)
        assert names == Counter({f"{worker}-{number}": 1 for worker in range(WRITERS) for number in range(EACH)})
        assert sorted(decode(fact).count for fact in facts) == list(range(1, WRITERS * EACH + 1))
        assert max(done) > 1, "no write met a crash: the test proves nothing"
        report = await store.verify()
        assert (report.ok, report.facts) == (True, WRITERS * EACH)
        await store.close()


async def test_server_away() -> None:
    """Tests that while the server is away a read and a write are refused as unavailable, without a password in the text, and work once it is back."""
    with running() as server:
        activity = Activity()
        url = new_database(server.url, "away").replace("plait@", "plait:secret@")
        store = Store(url, metadata, clock(activity=activity), activity)
        await store.open()
        await insist(store, "before")
        await asyncio.to_thread(server.crash)
        for ask in (store.facts, lambda: store.write(ME, lambda tx: None), store.verify):
            with pytest.raises(Problem) as refused:
                await ask()
            assert refused.value.code == "unavailable"
            assert "secret" not in refused.value.detail
        await asyncio.to_thread(server.start)
        assert await insist(store, "after") >= 1
        assert len(await store.facts()) == 2
        await store.close()


async def test_server_away_at_start() -> None:
    """Tests that a node whose database does not answer is refused in words, and starts when it does."""
    with running() as server:
        activity = Activity()
        store = Store(new_database(server.url, "start"), metadata, clock(activity=activity), activity)
        await asyncio.to_thread(server.crash)
        with pytest.raises(Problem, match="unavailable"):
            await store.open()
        await asyncio.to_thread(server.start)
        await store.open()
        await store.close()
