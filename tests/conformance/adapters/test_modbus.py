"""The Modbus adapter against pymodbus' own server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from plait.infrastructure.machines.model import Choice
from plait.plant.plc import ModbusDevice
from tests.conformance.adapters.suite import SignalSuite
from tests.support import free_port

MAP = """address;name;unit;title
holding:0;state;;State
40002:uint32:cdab;cycles;C62;Cycles
holding:3:float32;oil;CEL;Oil temperature
discrete:0;guard;;Guard open
coil:7;lamp;;Lamp
holding:20:bit3;ready;;Ready
holding:30:string8;program;;Program
holding:40:float64:badc;energy;KWH;Energy
"""


class TestModbus(SignalSuite):
    name = "modbus"
    chosen = (
        Choice("state", "holding:0"),
        Choice("cycles", "40002:uint32:cdab", "C62"),
        Choice("oil", "holding:3:float32", "CEL"),
        Choice("guard", "discrete:0"),
        Choice("ready", "holding:20:bit3"),
        Choice("program", "holding:30:string8"),
        Choice("energy", "holding:40:float64:badc", "KWH", scale=0.001),
    )
    written = ("energy", 1234.5)

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[ModbusDevice]:
        """Run a device."""
        device = ModbusDevice(free_port())
        await device.start()
        try:
            await device.press(1, 70_000, 46.5, guard=True)
            yield device
        finally:
            await device.kill()

    def config(self, works: Any) -> dict[str, Any]:
        """Name it."""
        return {"host": "127.0.0.1", "port": works.port, "interval_ms": 20, "timeout_s": 30, "map": MAP}
