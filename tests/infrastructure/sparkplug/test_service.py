"""From a real broker into the lake, and from the lake to a host elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from plait.infrastructure.mqtt.client import server_of
from plait.infrastructure.signals import Point, SignalService
from plait.infrastructure.sparkplug import write
from plait.infrastructure.sparkplug.edge import EdgePublisher, device_of
from plait.infrastructure.sparkplug.host import Host
from plait.infrastructure.sparkplug.service import SparkplugHost
from plait.infrastructure.sparkplug.write import Told
from plait.kernel.activity import Activity
from plait.kernel.clock import WallClock
from plait.kernel.settings import Sparkplug
from plait.store import from_ms
from plait.wire.sparkplug import DataType, StateOf, state_of, state_text, state_topic
from tests.infrastructure.sparkplug.support import NOW, Edge
from tests.infrastructure.support import ME, House
from tests.support import make_store
from tests.support.edge import PahoEdge
from tests.support.mqtt import Own, own

METRICS = {"load": Told("load", 0, 1.5, alias=7), "program": Told("program", 0, "O1000", DataType.STRING, 8)}


@asynccontextmanager
async def lake(folder: Path) -> AsyncIterator[SignalService]:
    """Open a lake."""
    activity = Activity()
    async with make_store(folder, at=WallClock(activity), activity=activity) as store:
        signals = SignalService(store, House(), store.clock, folder / "lake")
        await signals.open()
        try:
            yield signals
        finally:
            await signals.close()


@asynccontextmanager
async def running(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Let a job run for a while."""
    task = asyncio.ensure_future(work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


def latest(signals: SignalService, name: str) -> float | str | None:
    point = signals.latest(name)
    return None if point is None else point.value


async def test_what_an_edge_node_says_is_in_the_lake(tmp_path: Path) -> None:
    """Tests births, data, words and a death through the real broker, that the host says it is there and asks for births, also after both were restarted."""
    async with own(tmp_path) as broker:
        edge = PahoEdge(broker.port, dict(METRICS))
        async with lake(tmp_path) as signals:
            host = SparkplugHost(broker.ingest, signals, tmp_path / "sparkplug")
            async with running(host.run):
                await edge.start()
                await until(lambda: latest(signals, "hall/edge/saw.load") == 1.5)
                edge.change("load", 2.5)
                edge.change("program", "O2000")
                await until(lambda: latest(signals, "hall/edge/saw.load") == 2.5 and latest(signals, "hall/edge/saw.program") == "O2000")
                state = broker.broker.state.retained.under(state_topic("plait"))
                told = state_of(next(iter(state))[1])
                assert told is not None
                assert told.online
                await broker.ingest.publish(state_topic("plait"), state_text(StateOf(False, told.timestamp)), retain=True)
                await until(lambda: b"true" in next(iter(broker.broker.state.retained.under(state_topic("plait"))))[1])
            edge.change("load", 3.5)
            again = SparkplugHost(broker.ingest, signals, tmp_path / "sparkplug")
            async with running(again.run):
                await until(lambda: latest(signals, "hall/edge/saw.load") == 3.5)
                assert edge.births == 1
                edge.seq += 3
                edge.change("load", 4.5)
                assert again.host is not None
                again.host.limits = again.host.limits.__class__(reorder_s=0.0)
                edge.change("load", 5.5)
                await until(lambda: latest(signals, "hall/edge/saw.load") == 5.5)
                assert edge.births == 2
                await edge.drop()
                await until(lambda: (point := signals.latest("hall/edge/saw.load")) is not None and point.quality == 1)
            await again.close()
            view = await signals.query(ME, "hall/edge/saw.load", from_ms(0))
            good = [value.value for value in view.values if value.quality == 0]
            assert [value for index, value in enumerate(good) if good[:index][-1:] != [value]] == [1.5, 2.5, 3.5, 5.5]
            assert view.gaps


async def test_what_cannot_be_recorded_comes_again(tmp_path: Path) -> None:
    """Tests that what came while the lake took nothing is recorded once it does, each value once, without a birth."""
    async with own(tmp_path) as broker, lake(tmp_path) as signals:
        edge = PahoEdge(broker.port, dict(METRICS))
        host = SparkplugHost(broker.ingest, signals, tmp_path / "sparkplug")
        async with running(host.run):
            await until(lambda: "sparkplug" in broker.broker.inboxes)
            await edge.start()
            await until(lambda: latest(signals, "hall/edge/saw.load") == 1.5)
            await signals.close()
            for value in (2.5, 3.5):
                edge.change("load", value)
            await until(lambda: host.host is None)
            edge.change("load", 4.5)
            await signals.open()
            await until(lambda: latest(signals, "hall/edge/saw.load") == 4.5)
        await edge.stop()
        assert edge.births == 1
        view = await signals.query(ME, "hall/edge/saw.load", from_ms(0))
        assert [value.value for value in view.values] == [1.5, 2.5, 3.5, 4.5]
        assert not view.gaps


async def test_a_backlog_of_an_hour(tmp_path: Path) -> None:
    """Tests that an hour told afterwards is in the lake at its times, each value once, and the live value is as it was."""
    hour = 3_600_000
    async with own(tmp_path) as broker, lake(tmp_path) as signals:
        host = SparkplugHost(broker.ingest, signals, tmp_path / "sparkplug")
        edge = Edge()
        async with running(host.run):
            await until(lambda: "sparkplug" in broker.broker.inboxes)
            for topic, content in edge.born():
                await broker.ingest.publish(topic, content)
            for minute in range(60):
                told = [Told("load", NOW - hour + minute * 60_000 + second * 1000, float(second), alias=7, past=True) for second in range(60)]
                topic, content = edge.data(*told)
                await broker.ingest.publish(topic, content)
                if minute % 20 == 0:
                    await broker.ingest.publish(topic, content)
            await until(lambda: host.metrics >= 3602)
        view = await signals.query(ME, "hall/edge/saw.load", from_ms(NOW - hour), from_ms(NOW))
        assert len(view.values) == 3600
        assert latest(signals, "hall/edge/saw.load") == 1.5


def publisher(broker: Own, signals: SignalService, folder: Path, **more: object) -> EdgePublisher:
    settings = Sparkplug(group="firm", edge="node", series=("lathe.*",), every_ms=50, **more)  # type: ignore[arg-type]
    return EdgePublisher(settings, server_of(f"mqtt://127.0.0.1:{broker.port}"), signals, lambda: ME, folder / "sparkplug")


async def test_the_node_is_an_edge_node(tmp_path: Path) -> None:
    """Tests that chosen series reach a host through a real broker: births, data, a rebirth when asked, what was recorded meanwhile as historical, a death."""
    (tmp_path / "there").mkdir()
    async with own(tmp_path / "there") as broker, lake(tmp_path) as signals:
        now = signals.clock.now
        await signals.record([Point("lathe.load", now(), 10.0), Point("lathe.program", now(), "O1"), Point("saw.load", now(), 99.0)])
        edge = publisher(broker, signals, tmp_path)
        host = Host()
        inbox = await broker.ingest.listen("test", ["spBv1.0/#"])
        heard: dict[str, list[float | str]] = {}
        past: list[float] = []

        async def hear() -> None:
            while True:
                for message in await inbox.next():
                    host.take(message.topic, message.payload, message.ms)
                said = host.heard()
                columns = said.joined()
                for slot, value, late in zip(*(each.tolist() for each in (columns.slot, columns.value, columns.past)), strict=True) if columns else ():
                    heard.setdefault(host.slots[slot].name, []).append(value)
                    past.extend([value] if late else [])
                for word in said.words:
                    heard.setdefault(host.slots[word.slot].name, []).append(word.text)

        async with running(hear):
            async with running(edge.run):
                await until(lambda: heard.get("load") == [10.0] and heard.get("program") == ["O1"])
                assert {slot.device for slot in host.slots} == {"lathe"}
                await signals.record([Point("lathe.load", now(), 11.0)])
                await until(lambda: 11.0 in heard["load"])
                await signals.record([Point("lathe.power", now(), 5.0)])
                await until(lambda: 5.0 in heard.get("power", ()))
                births = edge.births
                await broker.ingest.publish("spBv1.0/firm/NCMD/node", write.rebirth(NOW))
                await until(lambda: edge.births > births)
                first = host.nodes["firm", "node"].bd_seq
            await until(lambda: not host.nodes["firm", "node"].born)
            await signals.record([Point("lathe.load", now() - timedelta(seconds=1), 12.0), Point("lathe.load", now(), 13.0)])
            async with running(publisher(broker, signals, tmp_path).run):
                await until(lambda: 12.0 in past)
                assert host.nodes["firm", "node"].bd_seq == first + 1
                await signals.record([Point("lathe.load", now(), 14.0)])
                await until(lambda: 14.0 in heard["load"])
                assert 14.0 not in past
        await inbox.close()


async def test_an_edge_node_waits_for_its_primary_host(tmp_path: Path) -> None:
    """Tests that births wait for the primary host, that it goes when that goes, and that an older word of it does not count."""
    (tmp_path / "there").mkdir()
    async with own(tmp_path / "there") as broker, lake(tmp_path) as signals:
        await signals.record([Point("lathe.load", signals.clock.now(), 10.0)])
        edge = publisher(broker, signals, tmp_path, primary_host="scada")

        async def says(online: bool, at: int) -> None:
            await broker.ingest.publish(state_topic("scada"), state_text(StateOf(online, at)), retain=True)

        await says(False, 1000)
        async with running(edge.run):
            await until(lambda: broker.broker.connections)
            assert not edge.births
            await says(True, 2000)
            await until(lambda: edge.live)
            await says(False, 1500)
            await says(False, 2000)
            await until(lambda: not edge.live)
            assert edge.births == 1
            await says(True, 3000)
            await until(lambda: edge.live and edge.births == 2)


@pytest.mark.parametrize(("series", "told"), [("lathe.load", ("lathe", "load")), ("hall/edge/saw.a.b", ("hall:edge:saw", "a.b")), ("alone", ("", "alone"))])
def test_devices_of_series(series: str, told: tuple[str, str]) -> None:
    """Tests which device and metric a series becomes."""
    assert device_of(series) == told
