"""Every reaction of the demo's nodes may fail after any of its writes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from plait.cli.demo.script import FIRMS
from tests.faults.storm import storm, stumbling

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(400)]


async def test_reactions_go_on_where_they_stopped(tmp_path: Path) -> None:
    """Tests that the ten steps tell the same story when reactions keep failing half done, with nothing lost, nothing twice, both sides agreed."""
    calm = subprocess.run([sys.executable, "-m", "plait", "demo", "--once", "--json"], capture_output=True, text=True, check=True)
    with stumbling(1):
        told, found = await storm(tmp_path, {}, 1)
    assert sum((tmp_path / f"{name}.log").read_bytes().count(b"Stumbled") for name in FIRMS) > 50
    assert found == []
    assert told["story"] == json.loads(calm.stdout)["story"]
