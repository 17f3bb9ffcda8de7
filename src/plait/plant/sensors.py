"""The plant's sensors as one Sparkplug B edge node: spindle load, temperature and power of each cell, told to an MQTT listener.

What is said goes with QoS 1, where Sparkplug asks for no more than 0: until it is acknowledged the plant is not idle, so time does not move on meanwhile.
"""

import asyncio
import contextlib
import struct
from collections.abc import Iterable
from pathlib import Path

import msgspec

from plait.kernel.activity import Activity, Token
from plait.kernel.clock import SYSTEM
from plait.plant import sparkplug
from plait.plant.cell import Cell
from plait.plant.model import Plant
from plait.plant.sparkplug import Sensed
from plait.wire.sparkplug import REBIRTH, ROUND, Kind, Topic

__all__ = ["METRICS", "Sensors"]

METRICS = ("SpindleLoad", "Temperature", "Power")
AGAIN_S = 0.1
PATIENCE_S = 30.0
GOODBYE_S = 1.0
MOST_ON_THE_WAY = 10_000
_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _SUBSCRIBE, _GOODBYE = 0x10, 0x20, 0x30, 0x40, 0x82, b"\xe0\0"
_CLEAN, _WILL = 0x02, 0x04 | 0x08
_NAMED = 0x80 | 0x40


class Account(msgspec.Struct, frozen=True):
    """Where and as whom the sensors come in: ``group`` and ``edge`` name the edge node."""

    port: int
    user: str
    password: str
    group: str
    edge: str = "plant"


def _text(text: str | bytes) -> bytes:
    content = text.encode() if isinstance(text, str) else text
    return struct.pack(">H", len(content)) + content


def _packet(first: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size, head = len(body), bytearray((first,))
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    head.append(size)
    return bytes(head) + body


class Sensors:
    """Speaks for ``plant`` as soon as there is an account in ``file`` (JSON, see ``Account``); comes again when the link is lost."""

    def __init__(self, plant: Plant, file: Path, activity: Activity) -> None:
        self._plant = plant
        self._file = file
        self._activity = activity
        self._account = Account(0, "", "", "plant")
        self._writer: asyncio.StreamWriter | None = None
        self._on_the_way: dict[int, Token] = {}
        self._number = 0
        self._seq = 0
        self._bd_seq = 0
        self._told: dict[tuple[str, str], float] = {}

    async def run(self) -> None:
        """Keep the link until cancelled."""
        while True:
            with contextlib.suppress(OSError, EOFError, TimeoutError, msgspec.DecodeError):
                self._account = msgspec.json.decode(self._file.read_bytes(), type=Account)
                await self._session()
            await SYSTEM.sleep(AGAIN_S)

    async def close(self) -> None:
        """Say that the edge node goes, if it is there."""
        if self._writer is None:
            return
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                self._publish(self._topic(Kind.NDEATH), sparkplug.death(self._bd_seq))
                self._writer.write(_GOODBYE)
                await self._writer.drain()
        self._end()

    # -- what is told

    def tell(self, cells: Iterable[Cell]) -> None:
        """Tell what has changed of some cells; while there is no link nothing is told, the next birth says what is then so."""
        if self._writer is None:
            return
        for cell in cells:
            changed = [each for each in self._sensed(cell) if self._told.get((cell.id, each.name)) != each.value]
            if changed:
                self._learn(cell, changed)
                self._publish(self._topic(Kind.DDATA, cell.id), sparkplug.data(self._next(), changed[0].ms, changed))

    def _sensed(self, cell: Cell) -> list[Sensed]:
        ms = round(self._plant.time(self._plant.kernel.now).timestamp() * 1000)
        first = 1 + len(METRICS) * list(self._plant.cells).index(cell.id)
        return [Sensed(name, first + index, ms, float(value)) for index, (name, value) in enumerate(zip(METRICS, cell.signals(), strict=False))]

    def _learn(self, cell: Cell, sensed: Iterable[Sensed]) -> None:
        self._told.update(((cell.id, each.name), each.value) for each in sensed)

    def _be_born(self) -> None:
        ms = round(self._plant.time(self._plant.kernel.now).timestamp() * 1000)
        self._seq = 0
        self._publish(self._topic(Kind.NBIRTH), sparkplug.birth(0, ms, bd_seq=self._bd_seq))
        for cell in self._plant.cells.values():
            sensed = self._sensed(cell)
            self._learn(cell, sensed)
            self._publish(self._topic(Kind.DBIRTH, cell.id), sparkplug.birth(self._next(), ms, sensed))

    def _next(self) -> int:
        self._seq = (self._seq + 1) % ROUND
        return self._seq

    def _topic(self, kind: Kind, device: str = "") -> str:
        return str(Topic(self._account.group, kind, self._account.edge, device))

    # -- MQTT 3.1.1

    def _publish(self, topic: str, payload: bytes) -> None:
        """Send a message; the plant is busy until it is acknowledged, which it is once it is on the listener's disk."""
        writer = self._writer
        if writer is None:
            return
        if len(self._on_the_way) >= MOST_ON_THE_WAY:
            writer.transport.abort()
            return
        self._number = self._number % 0xFFFF + 1
        self._on_the_way[self._number] = self._activity.hold("sensors")
        writer.write(_packet(_PUBLISH | 2, _text(topic), struct.pack(">H", self._number), payload))

    async def _session(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._account.port)
        try:
            account = self._account
            head = _text("MQTT") + bytes((4, _CLEAN | _WILL | _NAMED)) + struct.pack(">H", 0)
            will = _text(self._topic(Kind.NDEATH)) + _text(sparkplug.death(self._bd_seq))
            writer.write(_packet(_CONNECT, head, _text(account.user), will, _text(account.user), _text(account.password)))
            async with asyncio.timeout(PATIENCE_S):
                first, body = await self._read(reader)
            if first != _CONNACK or body[1:] != b"\0":
                raise EOFError("not let in")
            writer.write(_packet(_SUBSCRIBE, b"\0\1", _text(self._topic(Kind.NCMD)), b"\1"))
            self._writer = writer
            self._be_born()
            while True:
                self._hear(writer, *await self._read(reader))
        finally:
            if self._writer is writer:
                self._end()
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        first, size, shift = (await reader.readexactly(1))[0], 0, 0
        while True:
            byte = (await reader.readexactly(1))[0]
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128 or shift > 21:
                return first, await reader.readexactly(size)

    def _hear(self, writer: asyncio.StreamWriter, first: int, body: bytes) -> None:
        if first == _PUBACK and len(body) == 2:
            token = self._on_the_way.pop(int.from_bytes(body, "big"), None)
            if token is not None:
                token.release()
        elif first & 0xF0 == _PUBLISH:
            after = 2 + int.from_bytes(body[:2], "big")
            if first & 6:
                writer.write(_packet(_PUBACK, body[after : after + 2]))
            if REBIRTH.encode() in body[after:]:
                self._be_born()

    def _end(self) -> None:
        """The link is gone: nobody waits for what was on its way, and the next session has the next number."""
        self._writer = None
        self._bd_seq = (self._bd_seq + 1) % ROUND
        on_the_way, self._on_the_way = self._on_the_way, {}
        for token in on_the_way.values():
            token.release()
