"""The bus inside one process: subjects of parts joined by dots, ``*`` for one part, ``>`` for the rest."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog

from plait.kernel.activity import Activity
from plait.kernel.problems import INVALID, Problem

__all__ = ["LocalBus", "matches"]

Call: TypeAlias = Callable[[str, bytes], Awaitable[None]]

_log = structlog.get_logger("plait.bus")


def _parts(subject: str, *, pattern: bool) -> list[str]:
    parts = subject.split(".")
    wild = ">" in parts[:-1] if pattern else not {"*", ">"}.isdisjoint(parts)
    if wild or any(not part or any(letter.isspace() for letter in part) for part in parts):
        raise Problem(INVALID, f"{subject!r} is no subject: parts joined by dots, `*` for one and a last `>` for the rest when subscribing.")
    return parts


def matches(pattern: str, subject: str) -> bool:
    """Tell whether ``subject`` fits ``pattern``."""
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted = wanted[:-1]
        if len(given) <= len(wanted):
            return False
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(want in ("*", part) for want, part in zip(wanted, given, strict=True))


class _Subscription:
    """One subscriber with its own queue, so that a slow one delays nobody else; its messages stay in order."""

    def __init__(self, pattern: str, call: Call, activity: Activity) -> None:
        self.pattern = pattern
        self._call = call
        self._activity = activity
        self._queue: list[tuple[str, bytes]] = []
        self._task: asyncio.Task[None] | None = None

    def put(self, subject: str, body: bytes) -> None:
        self._queue.append((subject, body))
        if self._task is None:
            token = self._activity.hold("bus")
            self._task = asyncio.get_running_loop().create_task(self._drain())
            self._task.add_done_callback(lambda _: token.release())

    async def _drain(self) -> None:
        while self._queue:
            subject, body = self._queue.pop(0)
            try:
                await self._call(subject, body)
            except Exception as error:  # noqa: BLE001 - one subscriber's failure is logged and must not reach the others
                _log.warning("subscriber failed", subject=subject, pattern=self.pattern, exc_info=error)
        self._task = None

    def close(self) -> None:
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()


class LocalBus:
    """``kernel.ports.Bus`` in this process: at most once, in order for each subscriber. Facts themselves are safe in the log."""

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._subscriptions: list[_Subscription] = []

    async def publish(self, subject: str, body: bytes) -> None:
        """Hand ``body`` to everybody whose pattern fits ``subject``; return without waiting for them. Raise ``invalid`` for a bad subject."""
        _parts(subject, pattern=False)
        for subscription in self._subscriptions:
            if matches(subscription.pattern, subject):
                subscription.put(subject, body)

    def subscribe(self, subject: str, call: Call) -> Callable[[], None]:
        """Call ``call`` for each message whose subject matches from now on; return the way out. Raise ``invalid`` for a bad pattern."""
        _parts(subject, pattern=True)
        subscription = _Subscription(subject, call, self._activity)
        self._subscriptions.append(subscription)

        def leave() -> None:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)
                subscription.close()

        return leave
