"""The examples run and say what they promise."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SAYS = {
    "read_a_request.py": "120 C62 of Gear set for gearbox MX7",
    "who_can_make_it.py": "a gear shop: can make it",
    "read_an_order_list.py": "warning G9: a week is said",
    "names_of_goods.py": "https://id.gs1.org/01/09521002000016/21/SO00001-0001",
}


def test_every_example_is_known():
    """Tests that no example goes without a test."""
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SAYS)


@pytest.mark.parametrize("name", sorted(SAYS))
def test_example(name):
    """Tests that an example runs by itself, is short, and prints what it is about."""
    path = EXAMPLES / name
    assert len(path.read_text("utf-8").splitlines()) < 60
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert SAYS[name] in done.stdout
