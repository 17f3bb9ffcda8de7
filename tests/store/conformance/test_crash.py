"""What every store must keep when its process is killed at any moment."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from plait.store import Store
from plait.store.tables import number
from tests.store.crash_writer import follow

ROOT = Path(__file__).parents[3]
ROUNDS = 4


def run_and_kill(url: str, acknowledgements: int) -> list[str]:
    """Let a process write until it has acknowledged so many facts, kill it, and return every id it acknowledged."""
    command = [sys.executable, "-m", "tests.store.crash_writer", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env={"PYTHONPATH": "src:."}, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [line for _, line in zip(range(acknowledgements), process.stdout, strict=False)]
        process.kill()
        lines += process.stdout.readlines()
        assert len(lines) >= acknowledgements, process.stderr.read()
    return [line.strip() for line in lines if line.endswith("\n")]


async def test_killed_at_any_moment(make: Callable[[], Store], url: str) -> None:
    """Tests that every acknowledged fact is there once, the chain verifies, letters match their facts, and followers go on."""
    draw = random.Random(7)
    acknowledged: list[str] = []
    for _ in range(ROUNDS):
        acknowledged += await asyncio.to_thread(run_and_kill, url, draw.randint(1, 800))
        store = make()
        await store.open()
        report = await store.verify()
        assert report.ok, report.reason
        await store.close()
    store = make()
    await store.open()
    await follow(store)
    await store.activity.wait_idle()
    facts = await store.facts(limit=1_000_000)
    ids = [fact.id for fact in facts]
    assert len(set(acknowledged)) == len(acknowledged)
    assert len(set(ids)) == len(ids)
    assert set(acknowledged) <= set(ids)
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    followed = store.read_now(lambda conn: conn.execute(select(number.c.last).where(number.c.series == "followed")).scalar())
    assert followed == len(facts)
    assert {row.key for row in await store.outbox.rows(limit=1_000_000)} <= set(ids)
    await store.close()
