"""Going on after the fact log of a stopped node has lost facts, by decision of a person."""

from pathlib import Path

from plait.kernel.activity import Activity
from plait.kernel.clock import WallClock
from plait.kernel.settings import Settings
from plait.store import LossAccepted, Store, metadata

__all__ = ["accept", "missing"]


def _store(folder: Path, settings: Settings) -> Store:
    activity = Activity()
    return Store(settings.store.url or f"sqlite:///{folder / 'plait.db'}", metadata, WallClock(activity), activity)


def missing(folder: Path, settings: Settings) -> LossAccepted | None:
    """Return what the log of the stopped node in ``folder`` has lost, None when nothing is known to be lost."""
    return _store(folder, settings).loss()


async def accept(folder: Path, settings: Settings) -> LossAccepted:
    """Say in the log what was lost and go on behind it; raise ``conflict`` when nothing was, ``store-locked`` while the node runs."""
    store = _store(folder, settings)
    try:
        return await store.accept_loss()
    finally:
        await store.close()
