"""What is to be done right after an answer: tasks that keep the node busy until they are finished."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from plait.kernel.activity import Activity
from plait.kernel.clock import SYSTEM

__all__ = ["AFTER_ANSWER", "FollowUps"]

# Seconds between our answer to a first message and our next one: a partner learns our pid from the answer.
AFTER_ANSWER = 0.05

_log = structlog.get_logger("plait.sharing")


class FollowUps:
    """Runs follow-ups of messages; each holds an activity token from the moment it is asked for."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._tasks: set[asyncio.Task[None]] = set()

    def soon(self, call: Callable[[], Awaitable[None]], pause: float = 0.0) -> None:
        """Run ``call`` after ``pause`` seconds of real time."""
        token = self._activity.hold("sharing")
        task = asyncio.create_task(self._run(call, pause))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: token.release())

    async def _run(self, call: Callable[[], Awaitable[None]], pause: float) -> None:
        await SYSTEM.sleep(pause)
        try:
            await call()
        except Exception as error:  # noqa: BLE001 - nobody waits for it; the process is taken up again at the next start
            _log.error("follow-up failed", exc_info=error)

    async def close(self) -> None:
        """Stop what runs; unfinished processes go on after the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
