"""Going on after the stores of a stopped node have lost what was on disk, by decision of a person."""

from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from plait.circulation.epcis import loss as events_loss
from plait.circulation.epcis.tables import metadata as events_metadata
from plait.kernel.activity import Activity
from plait.kernel.actor import Actor
from plait.kernel.clock import WallClock
from plait.kernel.settings import Settings
from plait.store import Database, LossAccepted, Store, metadata

__all__ = ["Missing", "missing"]

_ME = Actor("system", "upkeep", "")


class Missing(msgspec.Struct, frozen=True):
    """What is lost: facts behind number ``left`` up to ``noted`` (None: none), and how many ``events``."""

    facts: LossAccepted | None
    events: int

    @property
    def nothing(self) -> bool:
        """True when nothing is known to be lost."""
        return self.facts is None and not self.events


def _stores(folder: Path, settings: Settings) -> tuple[Store, Database]:
    activity = Activity()
    clock = WallClock(activity)
    store = Store(settings.store.url or f"sqlite:///{folder / 'plait.db'}", metadata, clock, activity)
    return store, Database(settings.store.events_url or f"sqlite:///{folder / 'events.db'}", events_metadata, clock, activity)


async def missing(folder: Path, settings: Settings, *, go_on: bool = False) -> Missing:
    """Return what the stopped node in ``folder`` has lost; with ``go_on`` say so in the log, so that it starts again.

    Raise ``store-locked`` while the node runs.
    """
    store, events = _stores(folder, settings)
    facts = store.loss()
    if facts is not None and not go_on:
        return Missing(facts, 0)
    async with AsyncExitStack() as opened:
        opened.push_async_callback(store.close)
        await (store.accept_loss() if facts is not None else store.open())
        opened.push_async_callback(events.close)
        await events.open()
        gone = await events_loss.lost(store, events)
        if gone and go_on:
            await events_loss.accept(store, events, _ME)
    return Missing(facts, len(gone))
