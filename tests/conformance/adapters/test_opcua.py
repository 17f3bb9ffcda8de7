"""The OPC UA adapter against the simulated plant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.conformance.adapters.suite import JobSuite
from tests.infrastructure.support import PlantProcess, plant
from tests.support import free_port


class TestOpcUa(JobSuite):
    name = "opcua"

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[PlantProcess]:
        """Run a plant."""
        async with plant(folder, free_port()) as process:
            yield process

    def config(self, works: Any) -> dict[str, Any]:
        """Name its lathe."""
        return {"endpoint": works.endpoint, "cell": "lathe"}
