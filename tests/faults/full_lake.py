"""A lake in a process that may write no file beyond a size, as on a disk that is full: RLIMIT_FSIZE. Run by a test, in a process of its own."""

import asyncio
import resource
import signal
import sys
from datetime import timedelta
from pathlib import Path

from plait.infrastructure.signals import SignalService
from plait.kernel.problems import Problem
from tests.infrastructure.signals.support import wave
from tests.infrastructure.support import ME, House
from tests.support import START, make_store

LIMIT = 5000


async def run(folder: Path) -> None:
    """Record until nothing more is taken, read, make room, record again."""
    async with make_store(folder) as store:
        signals = SignalService(store, House(), store.clock, folder / "lake")
        await signals.open()
        number = (await signals.numbers(["m.a"]))["m.a"]
        await signals.record_block(wave(number, 0, 100))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, before[1]))
        refused = 0
        for first in range(100, 500, 100):
            try:
                await signals.record_block(wave(number, first, 300))
            except Problem as problem:
                assert problem.code == "unavailable"
                refused += 1
        assert refused == 4
        view = await signals.query(ME, "m.a", START, START + timedelta(hours=1))
        assert [value.value for value in view.values] == [float(each) for each in range(100)]
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        await signals.record_block(wave(number, 100, 100))
        await signals.roll()
        await signals.tend()
        view = await signals.query(ME, "m.a", START, START + timedelta(hours=1))
        assert [value.value for value in view.values] == [float(each) for each in range(200)]
        assert not view.gaps
        assert (signals.latest("m.a") or view).value == 199.0  # type: ignore[union-attr]
        await signals.close()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
