"""What a participant says after its answer to a probe must not be overwritten by that answer."""

import asyncio
from datetime import UTC, datetime

import msgspec

from plait.kernel.conductor import Conductor

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
LINK = "opc.tcp://127.0.0.1:4840/plant"


class Wire:
    """A participant that speaks line by line."""

    def __init__(self, conductor, name):
        self._conductor, self._name = conductor, name

    async def open(self):
        """Join and read the time."""
        address, _, secret = self._conductor.address.partition("/")
        host, _, port = address.partition(":")
        self.reader, self._writer = await asyncio.open_connection(host, int(port))
        self.say({"hello": self._name, "secret": secret})
        assert "time" in await self.hear()

    def say(self, *messages):
        """Send the messages in one packet."""
        self._writer.write(b"".join(msgspec.json.encode(message) + b"\n" for message in messages))

    async def hear(self):
        """Return the next line."""
        return msgspec.json.decode(await self.reader.readline())

    async def close(self):
        """Leave, and wait until the conductor has noticed."""
        self._writer.write_eof()
        assert await self.reader.read() == b""
        self._writer.close()
        await self._writer.wait_closed()


def state(**more):
    return {"idle": True, "count": 3, "wake": None, "sent": {}, "seen": {}, **more}


async def test_a_beat_seen_just_after_the_answer_is_not_lost():
    """Tests that time goes on when a receiver's answer (old beat) and its next report (new beat) arrive together."""
    conductor = Conductor(START)
    await conductor.open()
    conductor.expect("node")
    conductor.expect("plant")
    node, plant = Wire(conductor, "node"), Wire(conductor, "plant")
    await node.open()
    await plant.open()
    reached = asyncio.create_task(conductor.reach(START))
    node.say({"state": state(seen={LINK: 1})})
    plant.say({"state": state(sent={LINK: 1})})
    number = (await node.hear())["probe"]
    await plant.hear()
    plant.say({"probed": number, **state(sent={LINK: 2}, count=4)})
    node.say({"probed": number, **state(seen={LINK: 1})}, {"state": state(seen={LINK: 2})})
    for wire, answer in ((node, state(seen={LINK: 2})), (plant, state(sent={LINK: 2}, count=4))):
        wire.say({"probed": (await wire.hear())["probe"], **answer})
    async with asyncio.timeout(60):
        await reached
    await node.close()
    await plant.close()
    await conductor.close()
