"""The S7 adapter against the server of python-snap7."""

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from plait.infrastructure.machines.model import Choice
from plait.plant.plc import S7Device
from tests.conformance.adapters.suite import SignalSuite
from tests.support import free_port

MAP = """address,name,unit
DB1.DBW0:INT,state,
DB1.DBD2:UDINT,cycles,C62
DB1.DBD6:REAL,oil,CEL
I0.0,guard,
M3.5,lamp,
DB1.DBB40:STRING[12],program,
DB1.DBB60:LREAL,energy,KWH
QW4,outputs,
"""


class TestS7(SignalSuite):
    name = "s7"
    chosen = (
        Choice("state", "DB1.DBW0:INT"),
        Choice("cycles", "DB1.DBD2:UDINT", "C62"),
        Choice("oil", "DB1.DBD6:REAL", "CEL"),
        Choice("guard", "I0.0"),
        Choice("lamp", "M3.5"),
        Choice("program", "DB1.DBB40:STRING[12]"),
        Choice("energy", "DB1.DBB60:LREAL", "KWH"),
    )
    written = ("lamp", 1.0)

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[S7Device]:
        """Run a controller."""
        device = S7Device(free_port())
        struct.pack_into(">BB5s", device.db, 40, 12, 5, b"P1234")
        await device.start()
        try:
            await device.press(1, 70_000, 46.5, guard=True)
            yield device
        finally:
            await device.kill()

    def config(self, works: Any) -> dict[str, Any]:
        """Name it."""
        return {"host": "127.0.0.1", "port": works.port, "interval_ms": 20, "timeout_s": 30, "map": MAP}
