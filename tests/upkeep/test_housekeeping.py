"""What the node throws away by itself, and when it had better not."""

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

from plait.kernel.clock import SystemClock
from plait.upkeep import housekeeping
from tests.support.nodes import nodes


def test_a_doubtful_clock_is_not_gone_by() -> None:
    """Tests that the clock is believed unless most partners' clocks are an hour or more away from it."""
    assert housekeeping.trusted([])
    assert housekeeping.trusted([0.4, -2.0, 86_400.0])
    assert not housekeeping.trusted([86_400.0])
    assert not housekeeping.trusted([-86_400.0, -86_401.0, 1.0])


@pytest.mark.parametrize(("ahead", "left"), [([], 0), ([1.0], 0), ([-2e8], 1)])
async def test_nothing_is_thrown_away_by_a_wrong_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: list[float], left: int) -> None:
    """Tests that a key is forgotten once it is old, but kept when the clock is years from those of the partners, so that repeats do nothing twice."""
    monkeypatch.setattr(housekeeping, "FIRST_S", 0.0)
    async with nodes(tmp_path, "shop") as (shop,):
        calls = 0

        async def once() -> int:
            nonlocal calls
            calls += 1
            return await shop.node.store.write(shop.node.house.me, lambda tx: tx.number("N"), once="a-key", result=int)

        first = await once()
        later = SystemClock.now
        monkeypatch.setattr(SystemClock, "now", lambda self: later(self) + timedelta(days=2300))
        asked = asyncio.Event()

        def clocks() -> list[float]:
            asked.set()
            return ahead

        running = asyncio.create_task(housekeeping.run(shop.node.store, clocks))
        await asked.wait()
        await asyncio.sleep(0)
        await shop.node.store.write(shop.node.house.me, lambda tx: None)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        assert (await once() == first) is bool(left)
