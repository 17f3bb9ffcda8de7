"""One kill of each of the seven nodes of the demo, each in another step, in one run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from plait.cli.demo.script import FIRMS
from tests.faults.storm import EVERY, storm

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(400)]


async def test_each_node_is_killed_once(tmp_path: Path) -> None:
    """Tests that all ten steps succeed although each node is killed once in the middle of one, with nothing lost, nothing twice, both sides agreed."""
    assert sorted(EVERY.values()) == sorted(FIRMS)
    told, found = await storm(tmp_path, EVERY, 7)
    assert found == []
    assert all(step["ok"] for step in told["steps"])
    calm = subprocess.run([sys.executable, "-m", "plait", "demo", "--once", "--json"], capture_output=True, text=True, check=True)
    assert told["story"] == json.loads(calm.stdout)["story"]
