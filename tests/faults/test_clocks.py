"""Clocks that jump: forward, back, and apart from the partner's, while two firms deal with each other."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from plait.kernel.clock import SYSTEM
from tests.faults.disk import Fault
from tests.faults.pairs import Dealing, begin, look, settled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DAY = 86_400


@pytest.mark.parametrize("who", ["mill", "shop"])
async def test_a_clock_jumps_while_they_deal(tmp_path: Path, who: str) -> None:
    """Tests that a clock set a day forward and back, or back and forward, loses and doubles nothing, and that all is delivered once it is right again."""
    async with AsyncExitStack() as stack:
        sides = [await begin(stack, tmp_path / name, name, shifting=True) for name in ("mill", "shop")]
        dealing = Dealing(*sides, tmp_path)
        await dealing.furnish()
        await asyncio.gather(dealing.order(), dealing.contract())
        (jumping,) = (side for side in sides if side.name == who)
        for seconds in (DAY, -DAY, 3 * DAY):
            jumping.process.set_clock(seconds)
            dealing.over.clear()
            working = asyncio.create_task(dealing.work(backups=False))
            await SYSTEM.sleep(1.0)
            assert (await jumping.http.get("/health/ready")).status_code == 200
            jumping.process.set_clock(0)
            dealing.over.set()
            await working
            await settled(*sides)
            assert await look(dealing) == []
        done = len(dealing.orders)
        await jumping.again(Fault())
        await dealing.order()
        await settled(*sides)
        assert await look(dealing) == []
        assert len(dealing.orders) == done + 1
