"""The table of adapters: built-in ones and those a stranger has installed (entry points ``plait.adapters``)."""

from plait.infrastructure.machines.model import BAD_MACHINE, AdapterPlugin
from plait.kernel.plugins import PluginTable

__all__ = ["ADAPTERS"]

ADAPTERS = PluginTable("plait.adapters", AdapterPlugin, {"opcua": "plait.infrastructure.machines.opcua"}, BAD_MACHINE, "adapter")
