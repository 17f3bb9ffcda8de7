"""One TCP connection to a Mitsubishi PLC, asked one request at a time."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from plait.infrastructure.machines.grouping import Block, Span, grouped
from plait.infrastructure.machines.mc3e import Mc3eConfig
from plait.infrastructure.machines.mc3e.address import Place, parse
from plait.infrastructure.machines.model import REFUSED, Choice, LinkLost
from plait.infrastructure.machines.polling import Bad, Got, reaching
from plait.kernel.problems import Problem
from plait.wire import mc3e
from plait.wire.registers import Order, decode, encode

__all__ = ["Mc3eDevice", "Plan", "Refusal"]

LIMIT = 1 << 14
# An iQ-F takes half as many bits at once as the others.
MOST_BITS = mc3e.MOST_BITS // 2
_OUTSIDE = frozenset({0x4031, 0xC056})


class Refusal(Exception):
    """The PLC answered with an ``end`` code; the text says what it means."""

    def __init__(self, end: int) -> None:
        super().__init__(mc3e.meaning(end))
        self.end = end


class Plan:
    """How to read one machine's signals: blocks by device, and the place of each signal."""

    def __init__(self, bridge: int, places: Mapping[str, Place]) -> None:
        self.places = places
        self.blocks: list[tuple[str, Block]] = []
        for device in sorted({place.device for place in places.values()}):
            spans = [Span(place.number, place.size, name) for name, place in places.items() if place.device == device]
            self.blocks += [(device, block) for block in grouped(spans, MOST_BITS if mc3e.DEVICES[device].bit else mc3e.MOST_WORDS, bridge)]

    def part(self, device: str, block: Block) -> list[tuple[str, Block]]:
        """Read the members of a block one by one from now on, and return them: the PLC does not take it whole."""
        at = self.blocks.index((device, block))
        parts = [(device, Block(span.start, span.size, (span,))) for span in block.members]
        self.blocks[at : at + 1] = parts
        return parts


class Mc3eDevice:
    """See ``plait.infrastructure.machines.polling.Device``."""

    def __init__(self, config: Mc3eConfig) -> None:
        self._config = config
        self._where = f"{config.host}:{config.port}"
        self._route = mc3e.Route(config.network, config.pc, config.module, config.station, max(1, round(config.timeout_s * 4)))
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connect, and see that a PLC answers."""
        config = self._config
        async with reaching(config.host, config.port, "the MC protocol (a line in the open settings with this port)", config.timeout_s):
            self._reader, self._writer = await asyncio.open_connection(config.host, config.port, limit=LIMIT)
        with contextlib.suppress(Refusal):
            await self.model()

    async def close(self) -> None:
        """Disconnect."""
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def model(self) -> str:
        """Return the name of the CPU's model; raise ``Refusal``, ``LinkLost``."""
        return (await self._ask(mc3e.model_request(self._route)))[:16].decode("ascii", "replace").strip("\0 ")

    def plan(self, config: Any, choices: Sequence[Choice]) -> Plan:
        """See ``Device``."""
        return Plan(config.bridge, {choice.name: parse(choice.address, octal=config.xy == "octal") for choice in choices})

    async def read(self, plan: Plan) -> Mapping[str, Got]:
        """Read block by block; a block the PLC refuses as a whole is read in its parts from then on."""
        got: dict[str, Got] = {}
        left = list(plan.blocks)
        while left:
            device, block = left.pop()
            try:
                points = await self.points(device, block.start, block.size)
            except Refusal as refusal:
                if refusal.end in _OUTSIDE and len(block.members) > 1:
                    left += plan.part(device, block)
                else:
                    got.update(dict.fromkeys((span.key for span in block.members), Bad(str(refusal))))
                continue
            for span in block.members:
                at = span.start - block.start
                got[span.key] = _value(points[at : at + span.size], plan.places[span.key])
        return got

    async def points(self, device: str, head: int, count: int) -> list[int]:
        """Read ``count`` words, or bits as 0 and 1. Raise ``Refusal``, ``LinkLost``."""
        bits = mc3e.DEVICES[device].bit
        make = mc3e.read_bits if bits else mc3e.read_words
        data = await self._ask(make(device, head, count, self._route))
        try:
            return [int(bit) for bit in mc3e.bits_of(data, count)] if bits else mc3e.words_of(data, count)
        except mc3e.Malformed as error:
            raise LinkLost(f"{self._where} answers with what does not fit: {error}") from error

    async def _ask(self, request: bytes) -> bytes:
        """Send a request and return the data of its answer. There are no numbers on 3E frames: after a failure the connection is of no use."""
        reader, writer = self._reader, self._writer
        if reader is None or writer is None:
            raise LinkLost(f"{self._where} is not connected")
        whole = False
        try:
            async with asyncio.timeout(self._config.timeout_s):
                writer.write(request)
                await writer.drain()
                header = await reader.readexactly(mc3e.HEADER)
                body = await reader.readexactly(mc3e.body_length(header))
            answer = mc3e.parse_answer(body)
            whole = True
        except TimeoutError as error:
            raise LinkLost(
                f"{self._where} does not answer within {self._config.timeout_s:g} s: is the PLC on, is the communication data code binary, is the route right?"
            ) from error
        except (asyncio.IncompleteReadError, OSError) as error:
            raise LinkLost(f"{self._where} has ended the connection: has its line in the open settings another partner already?") from error
        except mc3e.Malformed as error:
            raise LinkLost(f"{self._where} answers with what is no 3E frame ({error}): is it set to the MC protocol and binary code?") from error
        finally:
            if not whole:
                writer.transport.abort()
        if answer.end:
            raise Refusal(answer.end)
        return answer.data

    async def write(self, plan: Plan, name: str, value: float | str) -> None:
        """Write one value. A single bit of a word is read, changed and written back: what the PLC changes in between is lost."""
        place = plan.places[name]
        try:
            if place.kind is None:
                request = await self._bit(place, _bit(name, value))
            else:
                request = mc3e.write_words(place.device, place.number, encode(value, place.kind, _order(place), place.length), self._route)
            await self._ask(request)
        except ValueError as error:
            raise Problem(REFUSED, f"{name}: {error}.") from error
        except Refusal as refusal:
            raise Problem(REFUSED, f"{name}: {refusal}.") from refusal

    async def _bit(self, place: Place, on: bool) -> bytes:
        if place.bit < 0:
            return mc3e.write_bits(place.device, place.number, [on], self._route)
        (word,) = await self.points(place.device, place.number, 1)
        return mc3e.write_words(place.device, place.number, [word & ~(1 << place.bit) | on << place.bit], self._route)


def _order(place: Place) -> Order:
    # Numbers have their low word first; a text has its first letter in the low byte.
    return Order.CDAB if place.length == 0 else Order.BADC


def _value(points: Sequence[int], place: Place) -> float | int | str:
    if place.kind is None:
        return points[0] if place.bit < 0 else points[0] >> place.bit & 1
    return decode(points, place.kind, _order(place))


def _bit(name: str, value: float | str) -> bool:
    if value not in (0, 1):
        raise Problem(REFUSED, f"{name} is one bit: 0 or 1 is written to it, not {value!r}.")
    return bool(value)
