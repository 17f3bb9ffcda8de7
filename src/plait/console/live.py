"""Live values: one publisher for all who look at the same thing, whoever they are and however many.

A view is read again a moment after a fact that concerns it, and every so often when it says so; what was read is given to all who look.
Nothing is read for a view nobody looks at. Who looks is asked again at each reading: a session that has ended gets nothing more.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from plait.console.me import Me
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.kernel.facts import Fact
from plait.kernel.problems import Problem
from plait.store import Store

__all__ = ["Hub", "Watcher"]

SETTLE_S = 0.3

_log = structlog.get_logger("plait.console")


@dataclass(eq=False)
class Watcher:
    """One open page that looks at a view: ``take`` is given what was read, ``lost`` is told when its session has ended."""

    me: Me
    take: Callable[[Any], None]
    lost: Callable[[], None]


@dataclass(eq=False)
class _View:
    key: str
    kinds: tuple[str, ...]
    every_s: float
    fetch: Callable[[Actor], Awaitable[Any]]
    watchers: list[Watcher] = field(default_factory=list)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Hub:
    """The publishers of one node's console."""

    def __init__(self, store: Store) -> None:
        self._views: dict[str, _View] = {}
        self._away = store.listen(self._told)

    def close(self) -> None:
        """End all publishers."""
        self._away()
        for view in self._views.values():
            if view.task is not None:
                view.task.cancel()
        self._views.clear()

    def _told(self, fact: Fact) -> None:
        for view in self._views.values():
            if fact.kind.startswith(view.kinds):
                view.wake.set()

    def watch(self, key: str, kinds: Sequence[str], every_s: float, fetch: Callable[[Actor], Awaitable[Any]], watcher: Watcher) -> Callable[[], None]:
        """Have ``watcher`` given what ``fetch`` reads whenever a fact's kind begins with one of ``kinds``, and each ``every_s`` (0: never); return the way out.

        ``key`` says what is looked at; those with the same key and role share one publisher.
        """
        name = f"{watcher.me.role}|{key}"
        view = self._views.get(name)
        if view is None:
            view = self._views[name] = _View(name, tuple(kinds) or ("\0",), every_s, fetch)
            view.task = asyncio.create_task(self._publish(view), name="plait-console-live")
        view.watchers.append(watcher)
        return lambda: self._leave(view, watcher)

    def _leave(self, view: _View, watcher: Watcher) -> None:
        if watcher in view.watchers:
            view.watchers.remove(watcher)
        if not view.watchers and self._views.get(view.key) is view:
            del self._views[view.key]
            if view.task is not None:
                view.task.cancel()

    async def _publish(self, view: _View) -> None:
        while True:
            try:
                await asyncio.wait_for(view.wake.wait(), view.every_s or None)
            except TimeoutError:
                pass
            else:
                await SYSTEM.sleep(SETTLE_S)
            view.wake.clear()
            await self._read(view)

    async def _read(self, view: _View) -> None:
        actor: Actor | None = None
        for watcher in list(view.watchers):
            try:
                actor = await watcher.me.actor()
            except Problem:
                watcher.lost()
                self._leave(view, watcher)
        if actor is None:
            return
        try:
            found = await view.fetch(actor)
        except Problem as problem:
            _log.info("a live view cannot be read", view=view.key, code=problem.code)
            return
        except Exception as error:  # noqa: BLE001 - one view that trips must not take its page along
            _log.error("a live view tripped", view=view.key, exc_info=error)
            return
        for watcher in list(view.watchers):
            watcher.take(found)
