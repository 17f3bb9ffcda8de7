"""What devices sent and are to get is in a backup: log, sessions and retained messages, of one moment with the databases and the lake."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from plait.infrastructure.signals.model import Point
from plait.kernel.settings import Mqtt
from plait.upkeep.backup.restore import restore
from tests.support import free_port
from tests.support.nodes import Running, settle, until

BEGIN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SAID = "press-1/oil"


class Device:
    """A client of paho, with what it was told."""

    def __init__(self, name: str, password: str, *, clean: bool = True) -> None:
        self.client = paho.Client(CallbackAPIVersion.VERSION2, name, clean_session=clean)
        self.client.username_pw_set("press-1", password)
        self.got: queue.Queue[tuple[str, bytes, bool]] = queue.Queue()
        self.came: queue.Queue[bool] = queue.Queue()
        self.known: queue.Queue[int] = queue.Queue()
        self.client.on_message = lambda client, data, one: self.got.put((one.topic, one.payload, one.retain))
        self.client.on_connect = lambda client, data, flags, code, more: self.came.put(flags.session_present)
        self.client.on_subscribe = lambda client, data, number, codes, more: self.known.put(number)

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish at QoS 1 and wait until it is acknowledged."""
        self.client.publish(topic, payload, 1, retain).wait_for_publish(30)

    def listen(self, topic: str) -> None:
        """Subscribe at QoS 1 and wait until that is acknowledged."""
        self.client.subscribe(topic, 1)
        self.known.get(timeout=30)


@contextlib.contextmanager
def joined(running: Running, name: str, password: str, *, clean: bool = True) -> Iterator[tuple[Device, bool]]:
    """Give a connected device, and whether the node had its session."""
    device = Device(name, password, clean=clean)
    device.client.connect("127.0.0.1", running.settings.mqtt.port)
    device.client.loop_start()
    try:
        yield device, device.came.get(timeout=30)
    finally:
        device.client.disconnect()
        device.client.loop_stop()


def said(number: int) -> bytes:
    return b'{"t": %d, "at": "%s"}' % (number, (BEGIN + timedelta(seconds=number)).isoformat().encode())


def before(running: Running, password: str) -> None:
    """A panel comes and goes, a name is retained, nine values are said."""
    with joined(running, "panel", password, clean=False) as (panel, there):
        assert not there
        panel.listen("press-1/cmd")
    with joined(running, "press", password) as (press, _):
        press.say("press-1/name", b"Press 7", retain=True)
        for number in range(9):
            press.say(SAID, said(number))


def one_more(running: Running, password: str) -> None:
    """Another value is said."""
    with joined(running, "press", password) as (press, _):
        press.say(SAID, said(9))


def unread(running: Running, password: str) -> None:
    """Ten values more are said, and a command for the panel."""
    with joined(running, "press", password) as (press, _):
        for number in range(10, 20):
            press.say(SAID, said(number))
        press.say("press-1/cmd", b"go")


def talk(running: Running, password: str, over: threading.Event) -> int:
    """Say more values until it is over; return how many there are then."""
    number = 20
    with joined(running, "press", password) as (press, _):
        while not over.is_set():
            press.say(SAID, said(number))
            number += 1
    return number


def after(running: Running, password: str) -> None:
    """The panel has its session and its command, once; who asks for the name gets it."""
    with joined(running, "panel", password, clean=False) as (panel, there):
        assert there
        assert panel.got.get(timeout=30) == ("press-1/cmd", b"go", False)
        panel.listen("press-1/name")
        assert panel.got.get(timeout=30) == ("press-1/name", b"Press 7", True)
        assert panel.got.empty()


async def node(folder: Path) -> Running:
    running = Running("works", folder)
    running.settings = replace(running.settings, mqtt=Mqtt(port=free_port()))
    return await running.start()


async def values(running: Running) -> list[float]:
    """Return what the oil's values are."""
    view = await running.node.signals.query(running.node.house.me, "press-1.oil", BEGIN, BEGIN + timedelta(hours=1))
    return [float(one.value) for one in view.values]


async def test_all_that_was_acknowledged_is_there_once(tmp_path: Path) -> None:
    """Tests that a node restored from a backup made while devices speak knows sessions, waiting commands and retained messages, and decodes what was unread."""
    running = await node(tmp_path / "works")
    try:
        password = (await running.ok("POST", "/api/v1/devices", {"name": "press-1"}))["password"]
        signals = [{"name": "oil", "address": f"{SAID}#/t", "unit": "CEL"}]
        press: dict[str, Any] = {"id": "press-1", "name": "Press", "group": "press", "adapter": "mqtt", "config": {"at": "/at"}, "signals": signals}
        await running.ok("POST", "/api/v1/machines", press)
        await asyncio.to_thread(before, running, password)

        await settle(running)
        await running.stop()
        await running.start()
        await asyncio.to_thread(one_more, running, password)

        async def read() -> bool:
            return len(await values(running)) == 10

        await until(read)
        await settle(running)
        for _ in range(2):
            await running.node.mqtt.care.save()
        assert len(list((tmp_path / "works" / "mqtt" / "log").glob("*.seg"))) == 1
        await running.node.machines.close()
        await asyncio.to_thread(unread, running, password)
        over = threading.Event()
        talking = asyncio.create_task(asyncio.to_thread(talk, running, password, over))
        try:
            file = tmp_path / (await running.node.backups.make(running.node.house.me, str(tmp_path), plain=True)).name
        finally:
            over.set()
            number = await talking
        assert len(await values(running)) == 10
    finally:
        await running.stop()
    restore(file, tmp_path / "new", "", lambda size: None)
    again = await node(tmp_path / "new")
    try:

        async def told() -> bool:
            return len(await values(again)) >= 20

        await until(told)
        await settle(again)
        found = await values(again)
        assert found == [float(each) for each in range(len(found))]
        assert len(found) <= number
        await asyncio.to_thread(after, again, password)
    finally:
        await again.stop()


async def test_series_that_come_while_it_is_made_are_not_mixed_up(tmp_path: Path) -> None:
    """Tests that after a restore new series have no values of series that came while the backup was made, and no gap or damage is told."""
    running = Running("works", tmp_path / "works")
    await running.start()
    signals, me = running.node.signals, running.node.house.me
    count = 0

    async def grow() -> None:
        nonlocal count
        await signals.record([Point(f"m.s{count}", BEGIN + timedelta(seconds=each), float(count)) for each in range(20)])
        await signals.roll()
        count += 1

    try:
        for _ in range(3):
            await grow()
        made = asyncio.create_task(running.node.backups.make(me, str(tmp_path), plain=True))
        while not made.done():
            await grow()
        file = tmp_path / (await made).name
    finally:
        await running.stop()
    restore(file, tmp_path / "new", "", lambda size: None)
    again = Running("works", tmp_path / "new")
    await again.start()
    try:
        signals = again.node.signals
        names = [series.name for series in await signals.series(again.node.house.me)]
        await signals.record([Point(f"n.s{each}", BEGIN, -1.0) for each in range(count)])
        await signals.roll()
        await signals.tend()
        for each in range(count):
            view = await signals.query(again.node.house.me, f"n.s{each}", BEGIN, BEGIN + timedelta(hours=1))
            assert [value.value for value in view.values] == [-1.0]
            assert not view.gaps
        for name in names:
            view = await signals.query(again.node.house.me, name, BEGIN, BEGIN + timedelta(hours=1))
            assert {value.value for value in view.values} <= {float(name.removeprefix("m.s"))}
    finally:
        await again.stop()
