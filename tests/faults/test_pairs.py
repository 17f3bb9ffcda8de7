"""Two firms deal with each other while either is killed."""

from pathlib import Path

import pytest

from tests.faults.pairs import pair_kills

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_either_is_killed_while_they_deal(tmp_path: Path) -> None:
    """Tests that over a dozen kills every order has one quotation, one answer and one run, contracts and documents agree, and backups are whole."""
    report = await pair_kills(tmp_path / "space", 12, 7)
    assert report.runs == 12
    assert report.found == []
