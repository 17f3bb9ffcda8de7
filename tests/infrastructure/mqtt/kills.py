"""A listener that is killed at drawn moments while clients publish, again and again on the same folder."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from plait.infrastructure.mqtt import Broker
from plait.infrastructure.mqtt.journal import PUBLISHED, entries
from plait.infrastructure.mqtt.packets import messages, publish
from plait.kernel.activity import Activity
from plait.kernel.settings import Mqtt
from tests.support import free_port
from tests.support.mqtt import Wire, connect_packet, nest

__all__ = ["kept", "kills"]

WINDOW = 40


class Sender:
    """Publishes numbered messages, keeps a window on the way, and sends again what was not acknowledged; it knows what was."""

    def __init__(self, number: int) -> None:
        self.name = f"c{number}"
        self.next = 0
        self.way: list[tuple[int, bytes]] = []
        self.acked: set[bytes] = set()
        self.sent: set[bytes] = set()

    async def run(self, port: int, told: Callable[[], object]) -> None:
        """Publish until the link breaks; ``told`` is called after each acknowledgement."""
        try:
            wire = await Wire.reach(port, patient=True)
            wire.send(connect_packet(self.name, clean=False))
            await wire.packet()
            for number, payload in self.way:
                wire.send(publish(b"kill/" + self.name.encode(), payload, 4, number=number, again=True))
            while True:
                while len(self.way) < WINDOW:
                    self.next += 1
                    one = self.next % 60_000 + 1, f"{self.name}:{self.next}".encode()
                    self.way.append(one)
                    self.sent.add(one[1])
                    wire.send(publish(b"kill/" + self.name.encode(), one[1], 4, number=one[0]))
                answer = await wire.packet()
                number, payload = self.way.pop(0)
                assert answer == b"\x40\x02" + number.to_bytes(2, "big"), "acknowledgements are out of order"
                self.acked.add(payload)
                told()
        except (ConnectionError, asyncio.IncompleteReadError):
            return


async def kept(folder: Path) -> list[bytes]:
    """Return the payloads in a listener's log, as a new start finds them."""
    broker = Broker(folder, Mqtt(), Activity())
    await broker.open()
    found: list[bytes] = []
    at = (0, 0)
    while at < broker.journal.end:
        blocks, at = broker.journal.read(at, broker.journal.end)
        for block in blocks:
            for one in entries(block):
                if one.kind == PUBLISHED:
                    found += [one.body[start:end] for _, _, _, start, end in messages(one.body, one.level)]
    await broker.stop()
    return found


async def _until(senders: list[Sender], port: int, more: int) -> "list[asyncio.Task[None]]":
    """Let them publish until so many more are acknowledged; return what they are at."""
    goal, reached = sum(len(each.acked) for each in senders) + more, asyncio.Event()

    def told() -> None:
        if sum(len(each.acked) for each in senders) >= goal:
            reached.set()

    tasks = [asyncio.create_task(each.run(port, told)) for each in senders]
    async with asyncio.timeout(60):
        await reached.wait()
    return tasks


async def kills(folder: Path, number: int, seed: int) -> list[str]:
    """Kill the listener ``number`` times; return what is wrong then: lost, invented or doubled messages."""
    draw = random.Random(seed)
    senders = [Sender(each) for each in range(3)]
    settings = Mqtt(port=free_port(), anonymous=True, keep_mb=4096)
    async with nest() as listener:
        for _ in range(number):
            await listener.start(folder, settings)
            tasks = await _until(senders, settings.port, draw.randint(1, 600))
            await listener.kill()
            await asyncio.gather(*tasks)
            await Wire.close_all()
    stored = Counter(await kept(folder))
    acked = set[bytes]().union(*(each.acked for each in senders))
    sent = set[bytes]().union(*(each.sent for each in senders))
    found = [f"{len(acked - stored.keys())} acknowledged messages are lost"] if acked - stored.keys() else []
    found += [f"{len(stored.keys() - sent)} messages are invented"] if stored.keys() - sent else []
    doubled = [payload for payload, count in stored.items() if count > 1]
    found += [f"{len(doubled)} messages are kept twice"] if doubled else []
    return found if acked else ["nothing was acknowledged"]
