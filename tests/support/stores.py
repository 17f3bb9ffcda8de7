"""Stores and clocks for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from plait.kernel.activity import Activity
from plait.kernel.clock import BusinessClock, SimulatedClock
from plait.store import Store, metadata

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def clock(start: datetime = START, activity: Activity | None = None) -> SimulatedClock:
    """Return a business clock that stands at ``start`` until the test moves it (a Monday, 06:00 UTC)."""
    return SimulatedClock(activity or Activity(), start)


@asynccontextmanager
async def make_store(folder: Path, *, at: BusinessClock | None = None, activity: Activity | None = None, url: str = "") -> AsyncIterator[Store]:
    """Open a store in ``folder`` (or at ``url``), with ``store.clock`` and ``store.activity`` to use, and close it afterwards.

    Import the tables modules a test needs before calling this: all known tables are made.
    """
    held = activity or getattr(at, "activity", None) or Activity()
    store = Store(url or f"sqlite:///{folder / 'plait.db'}", metadata, at or clock(activity=held), held)
    await store.open()
    try:
        yield store
    finally:
        await store.close()
