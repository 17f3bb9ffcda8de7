"""The MC protocol adapter against a simulated PLC."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from plait.infrastructure.machines.model import Choice
from plait.plant.plc import Mc3eDevice
from tests.conformance.adapters.suite import SignalSuite
from tests.support import free_port

MAP = """address\tname\tunit
D0\tstate\t
D1:uint32\tcycles\tC62
D3:float32\toil\tCEL
X0\tguard\t
M100\tlamp\t
D10.A\tready\t
W1A:int32\tposition\tMMT
ZR200:string12\tprogram\t
"""


class TestMc3e(SignalSuite):
    name = "mc3e"
    chosen = (
        Choice("state", "D0"),
        Choice("cycles", "D1:uint32", "C62"),
        Choice("oil", "D3:float32", "CEL"),
        Choice("guard", "X0"),
        Choice("lamp", "M100"),
        Choice("ready", "D10.A"),
        Choice("position", "W1A:int32", "MMT", scale=0.01),
        Choice("program", "ZR200:string12"),
    )
    written = ("position", -12_345.0)

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[Mc3eDevice]:
        """Run a PLC."""
        device = Mc3eDevice(free_port())
        await device.start()
        try:
            await device.press(1, 70_000, 46.5, guard=True)
            yield device
        finally:
            await device.kill()

    def config(self, works: Any) -> dict[str, Any]:
        """Name it."""
        return {"host": "127.0.0.1", "port": works.port, "interval_ms": 20, "timeout_s": 30, "map": MAP}
