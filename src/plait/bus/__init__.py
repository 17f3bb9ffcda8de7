"""How facts leave the process; the bus in this process is the default."""

from plait.bus.local import LocalBus

__all__ = ["LocalBus"]
