"""The table of adapters: built-in ones and those a stranger has installed (entry points ``plait.adapters``)."""

from plait.infrastructure.machines.model import BAD_MACHINE, AdapterPlugin
from plait.kernel.plugins import PluginTable

__all__ = ["ADAPTERS"]

HERE = "plait.infrastructure.machines"
BUILT_IN = {
    "files": f"{HERE}.files",
    "mc3e": f"{HERE}.mc3e",
    "modbus": f"{HERE}.modbus",
    "mqtt": f"{HERE}.mqtt",
    "mtconnect": f"{HERE}.mtconnect",
    "opcua": f"{HERE}.opcua",
    "opcua_signals": f"{HERE}.opcua_signals",
    "push": f"{HERE}.push",
    "s7": f"{HERE}.s7",
    "sparkplug": f"{HERE}.sparkplug",
}
ADAPTERS = PluginTable("plait.adapters", AdapterPlugin, BUILT_IN, BAD_MACHINE, "adapter")
