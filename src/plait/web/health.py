"""Is the node alive, ready, idle: asked by service managers, tests and whoever starts it."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from plait.kernel.activity import Activity
from plait.kernel.clock import BusinessClock
from plait.kernel.problems import UNAVAILABLE, Problem
from plait.web.api import Api

__all__ = ["Alive", "Idle", "health_api"]


class Alive(msgspec.Struct, frozen=True):
    """The process answers; ``ready``: it also takes work."""

    live: bool = True
    ready: bool | None = None


class Idle(msgspec.Struct, frozen=True):
    """Whether nothing is under way; ``busy``: how many pieces of work of each name; ``time``: the business time (UTC)."""

    idle: bool
    busy: dict[str, int]
    time: datetime


def health_api(activity: Activity, clock: BusinessClock, ready: Callable[[], Sequence[str]]) -> Api:
    """Return the routes under ``/health/``, open to everybody; asking them is no work. ``ready`` returns what is missing."""
    api = Api("health")

    @api.get("/health/live", action=None, summary="Is the process alive")
    async def live() -> Alive:
        """Answer, which is all that is asked."""
        return Alive()

    @api.get("/health/ready", action=None, summary="Does the node take work")
    async def is_ready() -> Alive:
        """Answer 200 when the node takes work, else 503 with what is missing."""
        if missing := list(ready()):
            raise Problem(UNAVAILABLE, f"Not ready: {', '.join(missing)}.", missing=missing)
        return Alive(ready=True)

    @api.get("/health/idle", action=None, summary="Is anything under way")
    async def idle() -> Idle:
        """Say who is busy with what."""
        busy = activity.busy()
        return Idle(not busy, busy, clock.now())

    return api
