"""Where links lead: every address that is given for a thing is a screen's, and every screen asks for something that there is."""

import inspect
import re
from urllib.parse import unquote, urlsplit

import pytest

from plait.console.screens import SCREENS
from plait.identity.rules import ROLES, may
from plait.overview import paths
from plait.routes import APIS

ADDRESSES = [name for name in paths.__all__ if inspect.isfunction(getattr(paths, name))]
# Names that would break an address if they were not quoted.
ODD = "a/b?c=d#e &%2F\"'<ü"


def shape(path):
    """Return what addresses of a screen look like."""
    return re.compile("/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/")))


SHAPES = {screen.path: shape(screen.path) for screen in SCREENS}


def address(name, value):
    """Return the address that a function of ``paths`` gives for a thing called ``value``, and for whatever it may be narrowed by."""
    function = getattr(paths, name)
    parameters = inspect.signature(function).parameters.values()
    asked = [value for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    more = {"state": value} if any(each.kind is each.VAR_KEYWORD for each in parameters) else {}
    return function(*asked, **more)


def screens(href):
    """Return the addresses of the screens that ``href`` leads to."""
    path = urlsplit(href).path
    assert path == "/console" or path.startswith("/console/")
    return [screen for screen, known in SHAPES.items() if known.fullmatch(path.removeprefix("/console") or "/")]


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_address_is_a_screens(name):
    """Tests that the address of each thing leads to exactly one screen, and that it still does when the thing's name is odd."""
    plain, odd = address(name, "SO-00001"), address(name, ODD)
    assert len(screens(plain)) == 1, plain
    assert screens(odd) == screens(plain)
    assert unquote(odd) != odd or plain == odd


def test_every_address_is_listed():
    """Tests that no address is left out of the list that is held here."""
    public = [name for name, each in inspect.getmembers(paths, inspect.isfunction) if each.__module__ == paths.__name__ and not name.startswith("_")]
    assert sorted(public) == sorted(paths.__all__)


def test_no_two_screens_take_one_address():
    """Tests that no address is taken by two screens."""
    for screen in SCREENS:
        assert screens(f"/console{screen.path}".replace("{", "").replace("}", "")) == [screen.path]


def test_keys_are_one_letter_of_one_screen():
    """Tests that each key is a letter, is some screen's alone, and leads to a screen of the rail that needs no name."""
    keyed = [screen for screen in SCREENS if screen.key]
    assert len({screen.key for screen in keyed}) == len(keyed)
    assert [screen.path for screen in keyed if not re.fullmatch("[a-z]", screen.key) or not screen.icon or "{" in screen.path] == []


def test_every_action_is_known():
    """Tests that each screen's action is one that a route of the interface asks for too, and that people of some role have it."""
    known = {route.action for api in APIS for route in api.routes}
    asked = {screen.action for screen in SCREENS if screen.action}
    assert sorted(asked - known) == []
    assert [action for action in sorted(asked) if not any(may(frozenset({role}), action) for role in ROLES)] == []
    assert [action for action in sorted(asked) if not may(frozenset({"viewer"}), action) and not action.startswith("admin.")] == []
