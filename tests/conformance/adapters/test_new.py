"""A stranger's adapter: written by ``plait new``, packed, found by its entry point, and put through the suite every adapter must pass."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from plait.cli.new import scaffold
from plait.kernel.problems import Problem


def run(folder: Path, site: Path, *arguments: str) -> str:
    """Run Python in a folder with what was installed into ``site``, and return what it says."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PLAIT_", "PYTEST_"))} | {"PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_a_new_adapter_passes_as_it_is_written(tmp_path: Path) -> None:
    """Tests that a wheel can be made of the folder, that the adapter is found by its entry point, and that its own suite passes against its own device."""
    folder, written = scaffold("acme_line", tmp_path)
    assert {"pyproject.toml", "README.md", "src/plait_acme_line/quality.toml", "src/plait_acme_line/README.md", "tests/test_adapter.py"} <= set(written)
    assert not [each for each in written if "@" in (folder / each).read_text("utf-8").replace("@asynccontextmanager", "").replace(r"\s/@", "")]
    site = tmp_path / "site"
    run(folder, site, "-m", "hatchling", "build", "-t", "wheel", "-d", str(site))
    (wheel,) = site.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    assert "8 passed" in run(folder, site, "-m", "pytest", "-q", "-p", "no:cacheprovider")


@pytest.mark.parametrize("name", ["", "a", "Acme", "1st", "a-b", "class", "../up", "modbus", "x" * 41])
def test_a_wrong_name_writes_nothing(tmp_path: Path, name: str) -> None:
    """Tests that a name that cannot be a package's, or is taken, is refused before anything is written."""
    with pytest.raises(Problem):
        scaffold(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """Tests that a folder that is there is left alone."""
    scaffold("acme", tmp_path)
    (tmp_path / "plait-acme" / "README.md").write_text("mine", "utf-8")
    with pytest.raises(Problem, match="conflict"):
        scaffold("acme", tmp_path)
    assert (tmp_path / "plait-acme" / "README.md").read_text("utf-8") == "mine"
