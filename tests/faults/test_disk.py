"""Work on failing disks: after each fault what was acknowledged is there once, what was not is absent or whole.

The seeds are fixed; ``make faults`` draws many more.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.harness import Nursery, nursery
from tests.faults.runs import RUNS, WORKS, damage, forgot, power, unnoted

SIZES = {"kills": 30, "power": 60, "forgot": 24, "full": 12, "errors": 16}
SLOW = {("full", "events"): 4, ("full", "store"): 8} | {(fault, "restore"): 8 for fault in SIZES} | {("kills", "stick"): 12, ("power", "stick"): 30}

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """The process whose children work on the failing disk."""
    with nursery(tmp_path_factory.mktemp("under")) as made:
        yield made


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize("fault", RUNS)
def test_faults(disk: Nursery, tmp_path: Path, fault: str, work: str) -> None:
    """Tests that no kill, loss of power, forgotten write, full, failing or read-only disk loses or doubles anything."""
    report = RUNS[fault](disk, work, tmp_path, SLOW.get((fault, work), SIZES[fault]), 7)
    assert report.runs > 0
    assert report.found == []


def test_damaged_files(disk: Nursery, tmp_path: Path) -> None:
    """Tests that facts in a folder with a turned, zeroed or missing stretch in any file are never wrong without a word."""
    report = damage(disk, tmp_path, 60, 3)
    assert report.found == []


def test_what_was_told_is_noted(disk: Nursery, tmp_path: Path) -> None:
    """Tests that a kill between a commit and the note of it loses no acknowledged facts without a word when the journal is damaged as well."""
    report = unnoted(disk, tmp_path, kills=8, frames=6)
    assert report.runs == 8 * 6
    assert report.found == []


def test_the_harness_finds_a_missing_sync(disk: Nursery, tmp_path: Path) -> None:
    """Tests that work which acknowledges before it syncs is found out by a loss of power."""
    assert power(disk, "careless segments", tmp_path, 20, 7).found


def test_the_harness_finds_trust_in_a_failed_sync(disk: Nursery, tmp_path: Path) -> None:
    """Tests that a store which goes on with its journal after a failed sync is found out by a loss of power."""
    assert forgot(disk, "careless store", tmp_path, 90, 7).found
