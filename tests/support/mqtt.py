"""Brokers for tests: the node's own listener in this process or as one that can be killed, mosquitto; and a client that speaks in bytes."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from plait.infrastructure.machines.model import Around
from plait.infrastructure.mqtt import Broker, BrokerIngest
from plait.infrastructure.mqtt.account import hashed
from plait.infrastructure.mqtt.model import Device
from plait.infrastructure.mqtt.packets import publish, varint
from plait.kernel.activity import Activity
from plait.kernel.settings import Mqtt
from tests.support import free_port
from tests.support.require import require

__all__ = ["Mosquitto", "Own", "Wire", "connect_packet", "device", "mosquitto", "nest", "own", "subscribe_packet"]

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")


def device(name: str, password: str, publish: tuple[str, ...] = ("#",), subscribe: tuple[str, ...] = ("#",)) -> Device:
    """Return a device with a password of the test's choosing."""
    return Device(name, publish, subscribe, hashed(password.encode()), datetime(2026, 1, 1, tzinfo=UTC))


class Own:
    """The node's own listener on a fixed port, in this process."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.settings = Mqtt(**{"port": free_port(), "anonymous": True, **settings})
        self.port = self.settings.port
        self.activity = Activity()
        self.devices: list[Device] = []
        self.retained: dict[str, bytes] = {}

    async def start(self) -> None:
        """Listen, and have the retained messages."""
        self.broker = Broker(self.folder / "mqtt", self.settings, self.activity)
        self.broker.allow(self.devices)
        self.ingest = BrokerIngest(self.broker)
        await self.broker.start()
        for topic, payload in self.retained.items():
            await self.ingest.publish(topic, payload, retain=True)

    async def kill(self) -> None:
        """Stop."""
        await self.broker.stop()

    def around(self) -> Around:
        """Return what an adapter finds around it."""
        return Around(20, self.folder / "machines", self.ingest)


@asynccontextmanager
async def own(folder: Path, retained: dict[str, bytes] | None = None, **settings: Any) -> AsyncIterator[Own]:
    """Run the node's own listener for the length of a test."""
    works = Own(folder, **settings)
    works.retained = retained or {}
    await works.start()
    try:
        yield works
    finally:
        await Wire.close_all()
        await works.kill()


class Mosquitto:
    """mosquitto as a process, with a log of ours for what comes from it."""

    def __init__(self, folder: Path, retained: dict[str, bytes]) -> None:
        require("mosquitto", MOSQUITTO, "install the package mosquitto")
        self.folder = folder
        self.port = free_port()
        self.own = Own(folder)
        self.retained = retained
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Run it and publish what is retained."""
        assert MOSQUITTO is not None
        config = self.folder / "mosquitto.conf"
        store = self.folder / "mosquitto"
        store.mkdir(exist_ok=True)
        more = f"persistence true\npersistence_location {store}/\nmax_queued_messages 0\nuser root\n"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n{more}", "utf-8")
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(MOSQUITTO, "-c", str(config), stdout=quiet, stderr=quiet)
        wire = await Wire.join(self.port, "starter", patient=True)
        for number, (topic, payload) in enumerate(self.retained.items(), 1):
            wire.send(publish(topic.encode(), payload, 4, number=number, retain=True))
            await wire.expect(b"\x40\x02" + number.to_bytes(2, "big"))
        await wire.leave()

    async def stop(self) -> None:
        """End it in good order: it writes down what it holds."""
        if self._process is not None:
            self._process.terminate()
            await self._process.communicate()
            self._process = None

    async def kill(self) -> None:
        """End it without warning."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.communicate()
            self._process = None

    def around(self) -> Around:
        """Return what an adapter finds around it."""
        return self.own.around()


@asynccontextmanager
async def mosquitto(folder: Path, retained: dict[str, bytes] | None = None) -> AsyncIterator[Mosquitto]:
    """Run mosquitto for the length of a test."""
    works = Mosquitto(folder, retained or {})
    await works.own.start()
    try:
        await works.start()
        yield works
    finally:
        await Wire.close_all()
        await works.kill()
        await works.own.kill()


def _text(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return len(raw).to_bytes(2, "big") + raw


def connect_packet(
    client: str,
    *,
    level: int = 4,
    clean: bool = True,
    keep_alive: int = 0,
    user: str = "",
    password: str = "",
    will: tuple[str, bytes, int, bool] | None = None,
) -> bytes:
    """Return a CONNECT; with ``level`` 5 one whose session is kept unless ``clean``."""
    flags = (2 if clean else 0) | (0x80 if user else 0) | (0x40 if password else 0)
    more = b""
    if will is not None:
        topic, payload, qos, retain = will
        flags |= 4 | qos << 3 | (0x20 if retain else 0)
        more += (b"\0" if level == 5 else b"") + _text(topic) + _text(payload)
    more += (_text(user) if user else b"") + (_text(password) if password else b"")
    properties = (b"\0" if clean else b"\x05\x11\xff\xff\xff\xff") if level == 5 else b""
    body = _text("MQTT") + bytes((level, flags)) + keep_alive.to_bytes(2, "big") + properties + _text(client) + more
    return b"\x10" + varint(len(body)) + body


def subscribe_packet(number: int, *filters: tuple[str, int], level: int = 4) -> bytes:
    """Return a SUBSCRIBE."""
    body = number.to_bytes(2, "big") + (b"\0" if level == 5 else b"") + b"".join(_text(each) + bytes((qos,)) for each, qos in filters)
    return b"\x82" + varint(len(body)) + body


class Wire:
    """A client that sends and expects bytes."""

    made: ClassVar[list["Wire"]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        Wire.made.append(self)

    @classmethod
    async def close_all(cls) -> None:
        """Drop every connection that a test has left open."""
        made, cls.made = cls.made, []
        for wire in made:
            wire.drop()
        await asyncio.gather(*(wire.writer.wait_closed() for wire in made), return_exceptions=True)

    @classmethod
    async def reach(cls, port: int, *, patient: bool = False) -> "Wire":
        """Open a connection; ``patient``: until somebody listens."""
        async with asyncio.timeout(60):
            while True:
                try:
                    return cls(*await asyncio.open_connection("127.0.0.1", port))
                except OSError:
                    if not patient:
                        raise
                    await asyncio.sleep(0.01)

    @classmethod
    async def join(cls, port: int, client: str, *, patient: bool = False, present: bool = False, **more: Any) -> "Wire":
        """Connect and be let in."""
        wire = await cls.reach(port, patient=patient)
        wire.send(connect_packet(client, **more))
        answer = await wire.packet()
        assert answer[0] == 0x20
        assert answer[2:4] == bytes((present, 0)), answer
        return wire

    def send(self, packet: bytes) -> None:
        """Send bytes."""
        self.writer.write(packet)

    async def packet(self) -> bytes:
        """Return the next packet."""
        async with asyncio.timeout(60):
            head = await self.reader.readexactly(2)
            length, shift, byte = head[1] & 127, 7, head[1]
            while byte > 127:
                byte = (await self.reader.readexactly(1))[0]
                head += bytes((byte,))
                length |= (byte & 127) << shift
                shift += 7
            return head + await self.reader.readexactly(length)

    async def expect(self, packet: bytes) -> None:
        """Return when the next packet is this one."""
        got = await self.packet()
        assert got == packet, (got, packet)

    async def heard(self, packet: bytes) -> None:
        """Return when everything sent so far was read (PINGRESP), and ``packet`` was all that came before."""
        self.send(b"\xc0\0")
        if packet:
            await self.expect(packet)
        await self.expect(b"\xd0\0")

    async def ended(self) -> bytes:
        """Return what still came before the other side closed."""
        async with asyncio.timeout(60):
            try:
                return await self.reader.read(-1)
            except ConnectionError:
                return b""
            finally:
                self.writer.close()

    async def leave(self) -> None:
        """Say goodbye."""
        self.send(b"\xe0\0")
        await self.ended()

    def drop(self) -> None:
        """Be gone without a word."""
        self.writer.transport.abort()


RUN = """
import asyncio, json, os, sys
from pathlib import Path
import msgspec
from plait.infrastructure.mqtt import Broker
from plait.kernel.activity import Activity
from plait.kernel.settings import Mqtt
async def main(folder, settings):
    broker = Broker(Path(folder), msgspec.convert(settings, Mqtt), Activity())
    await broker.start()
    print(os.getpid(), flush=True)
    await asyncio.Event().wait()
for line in sys.stdin:
    child = os.fork()
    if not child:
        asyncio.run(main(*json.loads(line)))
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


class Nest:
    """A process whose children are listeners, one at a time, to be killed: nothing is imported anew for each."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._child = 0

    async def start(self, folder: Path, settings: Mqtt) -> None:
        """Run a listener; return when it listens."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode([str(folder), msgspec.to_builtins(settings)]) + b"\n")
        self._child = int(await self._process.stdout.readline())

    async def kill(self) -> None:
        """Kill it."""
        assert self._process.stdout is not None
        child, self._child = self._child, 0
        if child:
            os.kill(child, signal.SIGKILL)
            assert await self._process.stdout.readline() == b"ended\n"


@asynccontextmanager
async def nest() -> AsyncIterator[Nest]:
    """Have such a process for the length of a test."""
    env, pipe = {**os.environ, "PYTHONPATH": "src"}, asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", RUN, stdin=pipe, stdout=pipe, env=env)
    made = Nest(process)
    try:
        yield made
    finally:
        await made.kill()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
