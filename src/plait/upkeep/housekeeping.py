"""What the node throws away by itself: answers kept for repeats that will not come any more, letters long delivered."""

from datetime import timedelta

import structlog

from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem
from plait.store import Store

__all__ = ["KEPT", "run", "tidy"]

KEPT = timedelta(days=90)
HOURS = 6.0

_log = structlog.get_logger("plait.upkeep")


async def tidy(store: Store) -> int:
    """Forget idempotency keys and settled letters older than ``KEPT``; return how many. Partners and clients repeat for days, not for months."""
    return await store.tidy(SYSTEM.now() - KEPT)


async def run(store: Store) -> None:
    """Tidy now and every few hours until cancelled."""
    while True:
        try:
            gone = await tidy(store)
        except Problem as problem:
            _log.warning("could not tidy", code=problem.code, reason=problem.detail)
        else:
            if gone:
                _log.info("forgot what is long settled", rows=gone)
        await SYSTEM.sleep(HOURS * 3600)
