"""The lake's background work: roll segments by age, compact, merge, forget; and hold still while it is copied."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import structlog

from plait.infrastructure.signals.lake import Lake
from plait.infrastructure.signals.recorder import Recorder
from plait.infrastructure.signals.tend import Keep, compact, forget, merge
from plait.kernel.clock import SYSTEM, BusinessClock
from plait.kernel.ports import Guard
from plait.store import Store, Tx, ms_of

__all__ = ["KeptLake"]

LOOK_S = 30.0
HOUR_S = 3600.0

_log = structlog.get_logger("plait.signals")


class KeptLake(Recorder):
    """A recorder whose lake is looked after: ``roll_hours`` is the age at which a segment with few points is complete too."""

    def __init__(
        self, store: Store, guard: Guard, clock: BusinessClock, lake_dir: Path, *, segment_bytes: int = 8 << 20, roll_hours: float = 1.0, keep: Keep = Keep()
    ) -> None:
        super().__init__(store, guard, clock, lake_dir, segment_bytes=segment_bytes)
        self.keep = keep
        self._roll_s = roll_hours * HOUR_S
        self._tending = asyncio.Lock()
        self._rolled = (0, 0.0)

    async def run(self) -> None:
        """Look after the lake until cancelled; what a full disk refuses is tried again."""
        while True:
            try:
                await self._roll_if_old()
                await self.tend()
            except Exception as error:  # noqa: BLE001 - a full disk, also as the engine tells it, must not end the work
                _log.warning("the signal lake could not be looked after; it is tried again", reason=str(error), seconds=LOOK_S)
            await SYSTEM.sleep(LOOK_S)

    async def tend(self) -> int:
        """Compact and merge all there is, and drop what is too old; return how many files were made. A second call finds nothing to do."""
        made = 0
        while await self._step():
            made += 1
        async with self._tending:
            if self._lake is not None:
                await forget(self._lake, self._change, self.keep, ms_of(self.clock.now()))
        return made

    async def _step(self) -> bool:
        async with self._tending:
            lake = self._lake
            if lake is None:
                return False
            return await compact(lake, self._change, self._save, ms_of(self.clock.now()), self.names) or await merge(lake, self._change)

    async def roll(self) -> None:
        """Begin a new segment, so that all that was recorded can be compacted."""
        lake = self._opened()
        async with self._writing:
            before = lake.current
            if before in lake.spans:
                await asyncio.to_thread(lake.rotate)
        if before in lake.spans and before != lake.current:
            await self._list_segments({before: lake.spans[before]})

    async def _roll_if_old(self) -> None:
        lake = self._opened()
        if self._rolled[0] != lake.current or lake.current not in lake.spans:
            self._rolled = (lake.current, SYSTEM.monotonic())
        elif SYSTEM.monotonic() - self._rolled[1] >= self._roll_s:
            await self.roll()

    async def _change(self, work: Callable[[Tx], None]) -> None:
        await self.store.write(self._me(), work)

    @contextlib.asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Let nothing be compacted, merged or dropped meanwhile: manifest and files can be copied one after the other."""
        async with self._tending:
            yield

    async def close(self) -> None:
        """Write down latest values and close the lake."""
        async with self._tending:
            await super().close()

    def lake(self) -> Lake:
        """Return the lake; raise ``unavailable`` when it is not open."""
        return self._opened()
