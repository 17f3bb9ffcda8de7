"""Plug-ins by name: built-in ones and those a stranger has installed (entry points) stand in one table and are loaded when they are used."""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from plait.kernel.problems import Problem

__all__ = ["PluginTable"]

P = TypeVar("P")


class PluginTable(Generic[P]):
    """The plug-ins of one ``group``: values of ``kind``, called a ``word`` in refusals with ``code``; ``built_in`` names the modules that hold our own."""

    def __init__(self, group: str, kind: type[P], built_in: Mapping[str, str], code: str, word: str) -> None:
        self.group = group
        self.kind = kind
        self.built_in = built_in
        self.code = code
        self.word = word

    def names(self) -> list[str]:
        """Return the names of all there are, without loading any."""
        return sorted({*self.built_in, *(entry.name for entry in entry_points(group=self.group))})

    def load(self, name: str) -> P:
        """Load the plug-in called ``name``; raise a Problem when there is none, or it is none, or it cannot be loaded."""
        try:
            found = import_module(self.built_in[name]).PLUGIN if name in self.built_in else self._installed(name)
        except ImportError as error:
            raise Problem(self.code, f"The {self.word} {name!r} cannot be loaded: {error}.") from error
        if not isinstance(found, self.kind):
            raise Problem(self.code, f"The {self.word} {name!r} is not a plug-in value but {type(found).__name__}.")
        return found

    def _installed(self, name: str) -> object:
        for entry in entry_points(group=self.group, name=name):
            return entry.load()
        raise Problem(self.code, f"{self.word}: there is none called {name!r}; known are {', '.join(self.names())}.")

    def loadable(self) -> tuple[list[P], list[str]]:
        """Return all that can be loaded, and why others cannot: a stranger's mistake stops nothing else."""
        loaded, failed = [], []
        for name in self.names():
            try:
                loaded.append(self.load(name))
            except Problem as problem:
                failed.append(problem.detail)
            except Exception as error:  # noqa: BLE001 - a stranger's module may raise whatever it likes
                failed.append(f"The {self.word} {name!r} cannot be loaded: {type(error).__name__}: {error}.")
        return loaded, failed
