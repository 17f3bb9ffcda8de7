"""The table of adapters: built-in ones and those a stranger has installed (entry points ``plait.adapters``)."""

from importlib import import_module
from importlib.metadata import entry_points

from plait.infrastructure.machines.model import BAD_MACHINE, AdapterPlugin
from plait.kernel.problems import Problem

__all__ = ["BUILT_IN", "GROUP", "adapter", "adapter_names"]

GROUP = "plait.adapters"
BUILT_IN = {"opcua": "plait.infrastructure.machines.opcua"}


def adapter_names() -> list[str]:
    """Return the names of all adapters there are, without loading any."""
    return sorted({*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))})


def adapter(name: str) -> AdapterPlugin:
    """Load the adapter called ``name``; raise ``bad-machine`` when there is none or it cannot be loaded."""
    try:
        plugin = import_module(BUILT_IN[name]).PLUGIN if name in BUILT_IN else _installed(name)
    except ImportError as error:
        raise Problem(BAD_MACHINE, f"The adapter {name!r} cannot be loaded: {error}.") from error
    if not isinstance(plugin, AdapterPlugin):
        raise Problem(BAD_MACHINE, f"The adapter {name!r} is not a plug-in value but {type(plugin).__name__}.")
    return plugin


def _installed(name: str) -> object:
    for entry in entry_points(group=GROUP, name=name):
        return entry.load()
    raise Problem(BAD_MACHINE, f"adapter: there is none called {name!r}; known are {', '.join(adapter_names())}.")
