"""The signal lake killed again and again, and a disk that takes nothing more."""

import os
import subprocess
import sys
from pathlib import Path

from tests.faults.lake import lake_kills

KILLS = 20


def test_killed_at_drawn_moments(tmp_path: Path) -> None:
    """Tests that a lake killed while it records, compacts and merges has every acknowledged value once, none that nobody said, and no left-over file."""
    report = lake_kills(tmp_path, KILLS, 1)
    assert report.runs == KILLS
    assert report.found == []


def test_a_full_disk_refuses_and_stays_readable(tmp_path: Path) -> None:
    """Tests that a disk that takes no more refuses new values, leaves the others readable, and takes new ones once there is room."""
    command = [sys.executable, "-m", "tests.faults.full_lake", str(tmp_path)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": f"src{os.pathsep}."}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
