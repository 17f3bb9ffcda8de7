"""A proxy between an edge node and the node's listener that loses and swaps messages: a birth is asked for, and no value is ever a wrong one."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from plait.infrastructure.signals import Point
from plait.infrastructure.sparkplug.host import Limits
from plait.infrastructure.sparkplug.service import SparkplugHost
from plait.infrastructure.sparkplug.write import Told
from plait.store import from_ms
from tests.infrastructure.sparkplug.test_service import lake, running, until
from tests.infrastructure.support import ME
from tests.support import free_port
from tests.support.edge import PahoEdge
from tests.support.mqtt import own

PUBLISH = 0x30


class BadWay:
    """Forwards whole packets; of data it loses some and swaps some while ``bad``."""

    def __init__(self, target: int, seed: int) -> None:
        self.port = free_port()
        self.bad = True
        self.lost = self.swapped = 0
        self._target = target
        self._chance = random.Random(seed)
        self._held: bytes | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        for task in (asyncio.create_task(self._pass(reader, back, spoil=True)), asyncio.create_task(self._pass(there, writer, spoil=False))):
            self._tasks.add(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, spoil: bool) -> None:
        try:
            while True:
                packet = await self._packet(reader)
                for each in self._spoiled(packet) if spoil else [packet]:
                    writer.write(each)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    @staticmethod
    async def _packet(reader: asyncio.StreamReader) -> bytes:
        packet = await reader.readexactly(2)
        length, shift, last = packet[1] & 127, 7, packet[1]
        while last > 127:
            last = (await reader.readexactly(1))[0]
            packet += bytes((last,))
            length |= (last & 127) << shift
            shift += 7
        return packet + await reader.readexactly(length)

    def _spoiled(self, packet: bytes) -> list[bytes]:
        data = packet[0] & 0xF0 == PUBLISH and b"/DDATA/" in packet[:60]
        held, self._held = self._held, None
        if not data or not self.bad:
            return [each for each in (held, packet) if each]
        if held is not None:
            self.swapped += 1
            return [packet, held]
        chance = self._chance.random()
        if chance < 0.05:
            self.lost += 1
            return []
        if chance < 0.2:
            self._held = packet
            return []
        return [packet]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def bad_way(target: int, seed: int) -> AsyncIterator[BadWay]:
    """Run the proxy for the length of a test."""
    way = BadWay(target, seed)
    server = await asyncio.start_server(way.serve, "127.0.0.1", way.port)
    try:
        yield way
    finally:
        server.close()
        await way.close()


async def test_a_bad_way_asks_for_births_and_makes_no_wrong_value(tmp_path: Path) -> None:
    """Tests with 600 values of two metrics whose aliases change at each birth: each in the lake was said of its metric, gaps are told, the last is right."""
    async with own(tmp_path) as broker, lake(tmp_path) as signals, bad_way(broker.port, 7) as way:
        host = SparkplugHost(broker.ingest, signals, tmp_path / "sparkplug", limits=Limits(reorder_s=0.2, again_s=0.1))
        edge = PahoEdge(way.port, {"a": Told("a", 0, 1000.0, alias=1), "b": Told("b", 0, 5000.0, alias=2)})
        async with running(host.run):
            await until(lambda: "sparkplug" in broker.broker.inboxes)
            await edge.start()
            born = edge.births
            for number in range(1, 301):
                edge.change("a", 1000.0 + number)
                edge.change("b", 5000.0 + number)
                if edge.births != born:
                    born = edge.births
                    a, b = edge.metrics["a"], edge.metrics["b"]
                    edge.metrics = {"a": a._replace(alias=b.alias), "b": b._replace(alias=a.alias)}
                    edge.be_born()
                    born = edge.births
                await asyncio.sleep(0)
            way.bad = False
            edge.change("a", 1999.0)
            edge.change("b", 5999.0)

            def right(point: Point | None, value: float) -> bool:
                return point is not None and point.value == value

            await until(lambda: right(signals.latest("hall/edge/saw.a"), 1999.0) and right(signals.latest("hall/edge/saw.b"), 5999.0))
        await edge.stop()
        assert way.lost
        assert way.swapped
        for name, base in (("a", 1000.0), ("b", 5000.0)):
            view = await signals.query(ME, f"hall/edge/saw.{name}", from_ms(0))
            assert all(base <= value.value <= base + 999 for value in view.values if isinstance(value.value, float))
            assert view.gaps
