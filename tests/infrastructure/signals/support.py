"""A lake with small segments, filled with points whose every figure can be told beforehand."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from plait.infrastructure.signals import Block, SignalService, block_of
from plait.store import Store, ms_of
from tests.infrastructure.support import House
from tests.support import START, make_store

BEGIN = ms_of(START)


@contextlib.asynccontextmanager
async def lake_in(folder: Path, **more: object) -> AsyncIterator[tuple[SignalService, Store]]:
    async with make_store(folder) as store:
        signals = SignalService(store, House(), store.clock, folder / "lake", **more)  # type: ignore[arg-type]
        await signals.open()
        try:
            yield signals, store
        finally:
            await signals.close()


def wave(series: int, first: int, count: int, step_ms: int = 1000) -> Block:
    """Return points whose value is their number, from ``first``; every tenth is uncertain."""
    numbers = np.arange(first, first + count)
    return block_of(np.full(count, series), BEGIN + numbers * step_ms, numbers * 1.0, (numbers % 10 == 9).astype(np.uint8))
