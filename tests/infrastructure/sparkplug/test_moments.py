"""What is said in an awkward moment: before the host listens, between a birth and the values of the same time, before a series has a value."""

from datetime import timedelta
from pathlib import Path

from plait.infrastructure.signals import Point
from plait.infrastructure.sparkplug.room import expect_sparkplug
from plait.infrastructure.sparkplug.service import SparkplugHost
from plait.kernel.settings import Mqtt, Settings, Sparkplug
from tests.infrastructure.sparkplug.support import Edge
from tests.infrastructure.sparkplug.test_service import lake, publisher, running, until
from tests.support.mqtt import own


async def test_a_birth_before_the_host_listens_is_not_missed(tmp_path: Path) -> None:
    """Tests that a birth that came after the port was opened and before the host application listened is in the lake, though nothing more was said."""
    async with own(tmp_path) as broker, lake(tmp_path) as signals:
        await expect_sparkplug(Settings(mqtt=Mqtt(port=broker.port), sparkplug=Sparkplug()), broker.ingest)
        for topic, content in Edge().born():
            await broker.ingest.publish(topic, content)
        async with running(SparkplugHost(broker.ingest, signals, tmp_path / "births").run):
            await until(lambda: signals.latest("hall/edge/saw.load"))


async def test_values_of_awkward_moments_are_told(tmp_path: Path) -> None:
    """Tests that a host has as latest what was recorded after a birth for a time before it, and words of a series that was entered before they were said."""
    (tmp_path / "there").mkdir()
    async with own(tmp_path / "there") as broker, lake(tmp_path) as signals, lake(tmp_path / "there") as there:
        now = signals.clock.now
        await signals.record([Point("lathe.load", now() - timedelta(minutes=1), 10.0)])
        edge = publisher(broker, signals, tmp_path)
        async with running(SparkplugHost(broker.ingest, there, tmp_path / "births").run):
            async with running(edge.run):
                await until(lambda: there.latest("firm/node/lathe.load"))
            await until(lambda: (point := there.latest("firm/node/lathe.load")) and point.quality == 1)
            gone = there.latest("firm/node/lathe.load")
            assert gone is not None
            await until(lambda: now() > gone.at + timedelta(milliseconds=100))
            edge = publisher(broker, signals, tmp_path)
            async with running(edge.run):
                await until(lambda: (point := there.latest("firm/node/lathe.load")) and point.quality == 0)
                late = Point("lathe.load", there.latest("firm/node/lathe.load").at - timedelta(milliseconds=5), 11.0)  # type: ignore[union-attr]
                await signals.numbers({"lathe.program"})
                await signals.record([late, Point("lathe.power", now(), 5.0)])
                await until(lambda: there.latest("firm/node/lathe.power"))
                await signals.record([Point("lathe.program", now(), "O1")])
                await until(lambda: (point := there.latest("firm/node/lathe.program")) and point.value == "O1")
                await until(lambda: (point := there.latest("firm/node/lathe.load")) and point.value == 11.0)
