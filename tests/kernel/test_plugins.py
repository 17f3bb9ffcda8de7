"""Plug-ins of strangers: found by name, and harmless when they are broken."""

import sys
from importlib.metadata import EntryPoint

import pytest

from plait.kernel import plugins
from plait.kernel.plugins import PluginTable
from plait.kernel.problems import INVALID, Problem

TABLE = PluginTable("plait.colours", str, {"red": "tests.kernel.colours"}, INVALID, "colour")


@pytest.fixture
def installed(monkeypatch):
    """Install what a test names: values by entry name."""

    def install(**values):
        entries = [EntryPoint(name, value, "plait.colours") for name, value in values.items()]
        monkeypatch.setattr(plugins, "entry_points", lambda group, name=None: [each for each in entries if name in (None, each.name)])

    install()
    return install


def test_built_in_and_installed_stand_in_one_table(installed):
    """Tests that names are known without loading, and that both kinds load by name."""
    installed(blue="sys:byteorder")
    assert TABLE.names() == ["blue", "red"]
    assert (TABLE.load("red"), TABLE.load("blue")) == ("ff0000", sys.byteorder)


@pytest.mark.parametrize(("name", "target"), [("none", ""), ("gone", "no_such_module:X"), ("other", "sys:maxsize")])
def test_what_is_no_plugin_is_refused(installed, name, target):
    """Tests that a name nobody has, a module that is not there and a value of another type are refused by name."""
    installed(**({name: target} if target else {}))
    with pytest.raises(Problem, match=name):
        TABLE.load(name)


def test_a_broken_one_stops_nothing(installed):
    """Tests that the others load, and that what is wrong is told, whatever a stranger's module raises."""
    installed(gone="no_such_module:X", wild="tests.kernel.colours_broken:X")
    loaded, failed = TABLE.loadable()
    assert loaded == ["ff0000"]
    assert ["gone" in failed[0], "wild" in failed[1]] == [True, True]
