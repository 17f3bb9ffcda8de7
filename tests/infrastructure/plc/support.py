"""Links to simulated controllers, and something on the wire that spoils their answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec

from plait.infrastructure.machines.model import Around, Batch, Choice, Link, Machine, Offered
from plait.infrastructure.machines.plugins import ADAPTERS
from plait.plant.plc import Mc3eDevice, ModbusDevice, S7Device
from tests.support import free_port

MAKE: dict[str, Callable[[int], Any]] = {"modbus": ModbusDevice, "s7": S7Device, "mc3e": Mc3eDevice}
WORD = {"modbus": "holding:0", "s7": "DB1.DBW0", "mc3e": "D0"}
AROUND = Around(20, Path())


def config(name: str, raw: dict[str, Any]) -> Any:
    """Return an adapter's config for a device on this computer."""
    return msgspec.convert({"host": "127.0.0.1", "timeout_s": 30, **raw}, ADAPTERS.load(name).config)


@contextlib.asynccontextmanager
async def running(name: str, device: Any = None) -> AsyncIterator[Any]:
    """Run a simulated controller."""
    device = device or MAKE[name](free_port())
    await device.start()
    try:
        yield device
    finally:
        await device.kill()


@contextlib.asynccontextmanager
async def linked(name: str, port: int, *choices: Choice, **more: Any) -> AsyncIterator[Link]:
    """Link a controller as machine ``m``."""
    raw = {"host": "127.0.0.1", "port": port, "interval_ms": 10, "timeout_s": 30, **more}
    link = ADAPTERS.load(name).link(config(name, raw), AROUND)
    try:
        await link.connect()
        await link.watch(Machine("m", "M", "any", name, raw, signals=choices))
        yield link
    finally:
        await link.close()


async def browsed(name: str, port: int, **more: Any) -> dict[str, Offered]:
    """Return what a controller offers, by address."""
    plugin = ADAPTERS.load(name)
    assert plugin.browse is not None
    return {each.address: each for each in await plugin.browse(config(name, {"port": port, **more}), AROUND)}


def hurry(link: Any, seconds: float) -> None:
    """Let an answer take no longer than that from now on: the link was made with all the time a busy computer may need."""
    device = link._device
    device._config = msgspec.structs.replace(device._config, timeout_s=seconds)
    if hasattr(device, "_connection"):
        device._connection.timeout = seconds
    if hasattr(device, "_client"):
        device._client.ctx.comm_params.timeout_connect = seconds


async def hear(link: Link, true: Callable[[Batch], Any]) -> Batch:
    """Return the first batch of which ``true`` holds."""
    async with asyncio.timeout(60):
        while not true(batch := await link.next()):
            pass
    return batch


def told(batch: Batch, machine: str = "m") -> dict[str, tuple[Any, int]]:
    """Return the values and qualities in a batch by signal."""
    return {each.signal: (each.value, each.quality) for each in batch.readings.get(machine, ())}


class Spoiler:
    """Stands between a link and a device; ``spoil`` (once set) makes of each answer what goes on instead, None: nothing and the connection ends."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.spoil: Callable[[bytes], bytes | None] = lambda answer: answer
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Spoiler":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            from_device, to_device = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers += [writer, to_device]
            back = asyncio.create_task(self._back(from_device, writer))
            try:
                while data := await reader.read(65536):
                    to_device.write(data)
                    await to_device.drain()
            finally:
                back.cancel()
                writer.transport.abort()
                to_device.transport.abort()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                spoilt = self.spoil(data)
                if spoilt is None:
                    break
                writer.write(spoilt)
                await writer.drain()
        writer.transport.abort()
