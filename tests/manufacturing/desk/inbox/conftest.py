"""A desk in an empty folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plait.store import Blobs
from tests.manufacturing.desk.inbox.desk import Desk
from tests.support.stores import make_store


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk that knows two parts."""
    async with make_store(tmp_path) as store:
        made = Desk(store, Blobs(tmp_path / "blobs"))
        await made.furnish()
        yield made
