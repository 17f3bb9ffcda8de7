"""A whole node is killed at drawn writes while clients insist."""

from pathlib import Path

import pytest

from tests.faults.nodes import node_kills

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_killed_at_drawn_writes(tmp_path: Path) -> None:
    """Tests that over twenty kills what a client was told is there once, facts and events agree, and repeats under one key do nothing twice."""
    report = await node_kills(tmp_path / "space", 20, 7)
    assert report.runs == 20
    assert report.found == []
