"""The Sparkplug adapter against an edge node that speaks through the node's own listener, and through mosquitto."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from plait.infrastructure.machines.model import Around, Batch, Choice
from plait.infrastructure.sparkplug.write import Told
from plait.wire.sparkplug import DataType
from tests.conformance.adapters.suite import SignalSuite
from tests.support.edge import PahoEdge
from tests.support.mqtt import Mosquitto, Own, mosquitto, own

METRICS = {
    "Spindle/Load": Told("Spindle/Load", 0, 41.5, DataType.DOUBLE, 7),
    "Parts": Told("Parts", 0, 17, DataType.UINT32, 8),
    "Offset": Told("Offset", 0, -3, DataType.INT16, 9),
    "Path/Execution": Told("Path/Execution", 0, "ACTIVE", DataType.STRING, 10),
}


class Hall:
    """A broker and an edge node at it."""

    def __init__(self, broker: Own | Mosquitto) -> None:
        self.broker = broker
        self.folder = broker.folder
        self.edge = PahoEdge(broker.port, dict(METRICS))

    async def start(self) -> None:
        """Switch both on."""
        await self.broker.start()
        await self.edge.start()

    async def kill(self) -> None:
        """Take the power from both."""
        await self.edge.drop()
        await self.broker.kill()


class TestSparkplugHere(SignalSuite):
    """At the node's own listener."""

    name = "sparkplug"
    chosen = (Choice("load", "Spindle/Load", "P1"), Choice("parts", "Parts", "C62"), Choice("offset", "Offset"), Choice("execution", "Path/Execution"))
    written = ("offset", -250.0)

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[Hall]:
        """Run the listener and an edge node."""
        async with own(folder) as broker:
            hall = Hall(broker)
            await hall.edge.start()
            try:
                yield hall
            finally:
                await hall.edge.drop()

    def around(self, works: Any) -> Around:
        """Return a node's listener."""
        return works.broker.around()

    def config(self, works: Any) -> dict[str, Any]:
        """The saw."""
        return {"group": "hall", "edge": "edge", "device": "saw"}

    @staticmethod
    def speaks(batch: Batch) -> bool:
        """Whether a value has come: that the machine is silent is said at once."""
        return "m" in batch.readings

    async def test_state_follows_births_metrics_and_deaths(self, tmp_path: Path) -> None:
        """Tests that the state comes from the metric called Execution, that a lost edge node is silent, and that it is there again after its next birth."""

        def last(state: str) -> Any:
            return lambda batch: [one.state for one in batch.statuses.get("m", ())][-1:] == [state]

        async with self.works(tmp_path) as works, self.linked(works) as link:
            await self.hear(link, last("running"))
            works.edge.change("Path/Execution", "INTERRUPTED")
            await self.hear(link, last("down"))
            await works.edge.drop()
            await self.hear(link, last("silent"))
            await works.edge.start()
            await self.hear(link, last("down"))


class TestSparkplugElsewhere(TestSparkplugHere):
    """At a broker elsewhere."""

    @asynccontextmanager
    async def works(self, folder: Path) -> AsyncIterator[Hall]:
        """Run mosquitto and an edge node."""
        async with mosquitto(folder) as broker:
            hall = Hall(broker)
            await hall.edge.start()
            try:
                yield hall
            finally:
                await hall.edge.drop()

    def config(self, works: Any) -> dict[str, Any]:
        """The saw, there."""
        return {**super().config(works), "server": f"mqtt://127.0.0.1:{works.broker.port}"}
