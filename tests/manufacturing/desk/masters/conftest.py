"""The rooms as a fixture."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.manufacturing.desk.masters.rooms import Rooms, open_rooms


@pytest.fixture
async def rooms(tmp_path: Path) -> AsyncIterator[Rooms]:
    async with open_rooms(tmp_path) as opened:
        yield opened
