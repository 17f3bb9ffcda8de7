"""What holds for every adapter that is built in, whoever wrote it."""

import ast
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from plait.infrastructure.machines.plugins import ADAPTERS
from plait.testing.adapters import CAPABILITIES

HERE = Path(__file__).parent


def suites() -> set[str]:
    """Return the names of the adapters that have a suite: a class with ``name`` that inherits from one."""
    found = set()
    for path in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and any(isinstance(base, ast.Name) and base.id.endswith("Suite") for base in node.bases):
                for line in node.body:
                    if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name) and line.targets[0].id == "name":
                        found.add(ast.literal_eval(line.value))
    return found


@pytest.mark.parametrize("name", sorted(ADAPTERS.built_in))
def test_every_adapter_is_whole(name: str) -> None:
    """Tests that an adapter has a title, a summary, advice on what to set at the machine, a README, a quality file and a suite."""
    plugin = ADAPTERS.load(name)
    assert plugin.name == name
    assert plugin.title
    assert plugin.summary
    assert plugin.advice
    assert all(line.strip() == line and "\n" not in line for line in plugin.advice)
    assert plugin.capabilities <= CAPABILITIES
    spec = find_spec(ADAPTERS.built_in[name])
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    assert (folder / "README.md").read_text("utf-8").startswith("# ")
    assert tomllib.loads((folder / "quality.toml").read_text("utf-8"))["rules"]["conformance-suite"] == "done"
    assert name in suites()
