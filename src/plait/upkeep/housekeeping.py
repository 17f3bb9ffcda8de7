"""What the node throws away by itself: answers kept for repeats that will not come any more, letters long delivered."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median

import structlog

from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem
from plait.store import Store

__all__ = ["KEPT", "run", "tidy", "trusted"]

KEPT = timedelta(days=90)
HOURS = 6.0
FIRST_S = 600.0
DOUBT_S = 3600.0

_log = structlog.get_logger("plait.upkeep")


async def tidy(store: Store) -> int:
    """Forget idempotency keys and settled letters older than ``KEPT``; return how many. Partners and clients repeat for days, not for months."""
    return await store.tidy(SYSTEM.now() - KEPT)


def trusted(ahead: Sequence[float]) -> bool:
    """Tell whether the clock may be gone by, of which partners' clocks are so many seconds ahead: one set wrongly would throw away too much."""
    return not ahead or abs(median(ahead)) < DOUBT_S


async def run(store: Store, ahead: Callable[[], Sequence[float]]) -> None:
    """Tidy after a while and every few hours until cancelled; ``ahead`` says by how many seconds partners' clocks are ahead of ours."""
    await SYSTEM.sleep(FIRST_S)
    while True:
        try:
            gone = await tidy(store) if trusted(ahead()) else 0
        except Problem as problem:
            _log.warning("could not tidy", code=problem.code, reason=problem.detail)
        else:
            if gone:
                _log.info("forgot what is long settled", rows=gone)
        await SYSTEM.sleep(HOURS * 3600)
