"""The plant's sensors at the node's own MQTT listener and its host application."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from plait.infrastructure.sparkplug.host import Host
from plait.infrastructure.sparkplug.write import rebirth
from plait.kernel.activity import Activity
from plait.plant.model import Plant
from plait.plant.sensors import METRICS, Sensors
from plait.wire.sparkplug import Kind, Topic
from tests.plant.support import plant, run
from tests.support.mqtt import Own, own


class Hall:
    """A plant whose sensors speak to ``broker``, and the host that hears them."""

    def __init__(self, folder: Path, broker: Own) -> None:
        self.activity = Activity()
        self.plant: Plant = plant("a", "b")
        self.file = folder / "sensors.json"
        self.sensors = Sensors(self.plant, self.file, self.activity)
        self.broker = broker
        self.host = Host()
        self.heard: dict[str, list[tuple[float, int]]] = {}

    def let_in(self) -> None:
        """Write the account."""
        self.file.write_bytes(msgspec.json.encode({"port": self.broker.port, "user": "", "password": "", "group": "helix"}))

    async def hear(self) -> None:
        """Take what comes."""
        inbox = await self.broker.ingest.listen("host", ["spBv1.0/#"])
        while True:
            for message in await inbox.next():
                self.host.take(message.topic, message.payload, message.ms)
            columns = self.host.heard().joined()
            if columns is not None:
                for slot, value, quality in zip(columns.slot.tolist(), columns.value.tolist(), columns.quality.tolist(), strict=True):
                    each = self.host.slots[slot]
                    self.heard.setdefault(f"{each.device}.{each.name}", []).append((value, quality))

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(60):
            while not true():
                await asyncio.sleep(0.01)


async def test_sensors_are_born_tell_what_changes_and_die(tmp_path: Path) -> None:
    """Tests that sensors come in with the account, tell what changed before the plant is idle, are born again when asked and after a lost link, and die."""
    async with own(tmp_path) as broker:
        hall = Hall(tmp_path, broker)
        jobs = [asyncio.ensure_future(hall.hear()), asyncio.ensure_future(hall.sensors.run())]
        cell = next(iter(hall.plant.cells.values()))
        load, warmth = f"{cell.id}.{METRICS[0]}", f"{cell.id}.{METRICS[1]}"
        node = lambda: hall.host.nodes.get(("helix", "plant"))  # noqa: E731
        try:
            hall.sensors.tell([cell])
            assert hall.activity.idle
            hall.let_in()
            await hall.until(lambda: len(hall.heard.get(load, ())) == 1)
            await hall.until(lambda: hall.activity.idle)
            cell.temperature += 10.0
            hall.sensors.tell([cell])
            assert not hall.activity.idle
            await hall.activity.wait_idle()
            await hall.until(lambda: len(hall.heard[warmth]) == 2)
            assert hall.heard[warmth][1] == (cell.signals().temperature, 0)
            assert len(hall.heard[load]) == 1
            hall.sensors.tell([cell])
            assert hall.activity.idle
            run(hall.plant, 1.0)
            await broker.ingest.publish(str(Topic("helix", Kind.NCMD, "plant")), rebirth(1))
            await hall.until(lambda: len(hall.heard[load]) == 2)
            for connection in list(broker.broker.connections):
                connection.abort()
            await hall.until(lambda: len(hall.heard[load]) == 4)
            assert [quality for _, quality in hall.heard[load]] == [0, 0, 1, 0]
            await hall.activity.wait_idle()
            await hall.sensors.close()
            await hall.until(lambda: not node().born)
            assert hall.activity.idle
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.wait(jobs)
