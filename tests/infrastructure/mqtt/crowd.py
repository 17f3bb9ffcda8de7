"""Very many clients that come at once to a listener in a process of its own."""

import asyncio
from pathlib import Path

from plait.infrastructure.mqtt.packets import publish
from plait.kernel.os import raise_open_files
from plait.kernel.settings import Mqtt
from tests.infrastructure.mqtt.kills import kept
from tests.support import free_port
from tests.support.mqtt import Wire, connect_packet, nest

__all__ = ["crowd"]


def crowd(folder: Path, number: int) -> list[str]:
    """Let them all connect at once, publish one message each when all are in, and leave; return what is wrong."""
    return asyncio.run(_crowd(folder, number))


async def _crowd(folder: Path, number: int) -> list[str]:
    raise_open_files(number + 500)
    settings = Mqtt(port=free_port(), anonymous=True)
    found: list[str] = []
    inside = asyncio.Barrier(number)

    async def one(client: int) -> None:
        wire = await Wire.reach(settings.port, patient=True)
        wire.send(connect_packet(f"c{client}"))
        async with asyncio.timeout(300):
            if await wire.reader.readexactly(4) != b"\x20\x02\0\0":
                found.append(f"client {client} was not let in")
            await inside.wait()
            wire.send(publish(b"crowd", b"%d" % client, 4, number=1))
            if await wire.reader.readexactly(4) != b"\x40\x02\0\x01":
                found.append(f"client {client} was not acknowledged")
        await wire.leave()

    async with nest() as listener:
        await listener.start(folder, settings)
        told = await asyncio.gather(*(one(client) for client in range(number)), return_exceptions=True)
        found += [f"{type(each).__name__}: {each}" for each in told if each is not None]
        await listener.kill()
    await Wire.close_all()
    stored = await kept(folder)
    return found if sorted(stored) == sorted(b"%d" % client for client in range(number)) else [*found, f"{len(stored)} of {number} are kept"]
