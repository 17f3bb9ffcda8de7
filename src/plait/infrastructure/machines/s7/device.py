"""One connection to an S7 CPU over ISO on TCP, asked one request at a time."""

import contextlib
import logging
import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

from snap7.async_client import AsyncISOTCPConnection
from snap7.datatypes import S7Area, S7WordLen
from snap7.error import S7ConnectionError, S7Error, S7ProtocolError, S7TimeoutError
from snap7.s7protocol import S7Protocol, get_return_code_description

from plait.infrastructure.machines.grouping import Block, Span, grouped
from plait.infrastructure.machines.model import REFUSED, Choice, LinkLost
from plait.infrastructure.machines.polling import Bad, Got, Silent, reaching, touch
from plait.infrastructure.machines.s7 import S7Config
from plait.infrastructure.machines.s7.address import Place, decode, encode, parse
from plait.kernel.problems import Problem

__all__ = ["Plan", "Refusal", "S7Device"]

# The library tells of failed requests itself; here they are told in words, with machine and signal.
logging.getLogger("snap7").setLevel(logging.CRITICAL)

AREAS = {"DB": S7Area.DB, "M": S7Area.MK, "I": S7Area.PE, "Q": S7Area.PA}
KINDS = {"pg": 1, "op": 2, "basic": 3}
PDU = 480
MOST_ITEMS = 20
# An answer has 12 bytes of header and 2 of parameters, each item 4 of its own; a request 12, 2 and 12.
HEAD, ITEM, ASK = 14, 4, 12
DONE = 0xFF
_STALE = 3
_PUT_GET = (
    "the controller does not let itself be read or written: in TIA Portal, properties of the CPU, Protection & Security, tick 'Permit access with PUT/GET "
    "communication from remote partner' and see that the access level allows it; then download"
)
_WHY = {
    0x01: "the hardware behind this address has a fault (01h)",
    0x03: f"access is not allowed (03h): {_PUT_GET}",
    0x05: "there is no such address (05h): is it behind the end of its block, or has the block 'Optimized block access'? Clear that in the block's attributes",
    0x06: "the controller does not know this type of data (06h)",
    0x07: "the length does not fit the type (07h)",
    0x0A: "there is no such block (0Ah): does the number agree, is the block downloaded, and is 'Optimized block access' cleared in its attributes?",
}
_HEADER = {
    0x8104: _PUT_GET,
    0x8403: _PUT_GET,
    0x8404: "the controller does not take it: is the address behind the end of its block, or is the block write-protected?",
    0x8500: "the controller finds the request too long",
    0x8702: _PUT_GET,
    0x8703: _PUT_GET,
    0xD241: _PUT_GET,
}


class Refusal(Exception):
    """The controller refuses a whole request; the text says why."""


class Key(NamedTuple):
    """What can be read as one piece: an area, or one data block."""

    area: str
    db: int


class Plan:
    """How to read one machine's signals: the bytes of each area in blocks, and the place of each signal."""

    def __init__(self, bridge: int, places: Mapping[str, Place]) -> None:
        self.bridge = bridge
        self.places = places
        self._most = 0
        self._blocks: list[tuple[Key, Block]] = []

    def blocks(self, most: int) -> list[tuple[Key, Block]]:
        """Return what to read, in blocks of at most ``most`` bytes, which is what the connection carries."""
        if most != self._most:
            self._most, self._blocks = most, []
            for key in sorted({Key(place.area, place.db) for place in self.places.values()}):
                spans = [Span(place.byte, place.size, name) for name, place in self.places.items() if (place.area, place.db) == key]
                self._blocks += [(key, block) for block in grouped(spans, most, self.bridge)]
        return self._blocks

    def part(self, whole: tuple[Key, Block]) -> list[tuple[Key, Block]]:
        """Read the members of a block one by one from now on, and return them: the controller does not take it whole."""
        at = self._blocks.index(whole)
        parts = [(whole[0], Block(span.start, span.size, (span,))) for span in whole[1].members]
        self._blocks[at : at + 1] = parts
        return parts


class S7Device:
    """See ``plait.infrastructure.machines.polling.Device``."""

    def __init__(self, config: S7Config) -> None:
        self._config = config
        self._where = f"{config.host}:{config.port}"
        self._protocol = S7Protocol()
        self._connection: AsyncISOTCPConnection | None = None
        self._pdu = PDU

    async def open(self) -> None:
        """Connect to rack and slot, and agree how long a message may be."""
        config = self._config
        called = KINDS[config.connection] << 8 | config.rack << 5 | config.slot
        connection = AsyncISOTCPConnection(config.host, config.port, 0x0100, called)
        self._connection = connection
        try:
            await connection.connect(config.timeout_s)
        except S7Error as error:
            async with reaching(config.host, config.port, "the S7 communication (ISO on TCP)", config.timeout_s):
                await touch(config.host, config.port)
            raise LinkLost(
                f"{self._where} ends the connection ({error}): are rack {config.rack} and slot {config.slot} right (slot 1 for S7-1200 and 1500, 2 for S7-300)?"
                " If they are, has the controller a connection free?"
            ) from error
        try:
            answer = await self._ask(self._protocol.build_setup_communication_request(1, 1, PDU))
        except (Refusal, Silent) as refusal:
            raise LinkLost(f"{self._where} takes no S7 connection: {refusal}") from refusal
        agreed = (answer.get("parameters") or {}).get("pdu_length")
        if not isinstance(agreed, int) or not 64 <= agreed <= 65535:
            raise LinkLost(f"{self._where} answers with what is no S7: it offers messages of {agreed} bytes")
        self._pdu = min(agreed, PDU)

    async def close(self) -> None:
        """Disconnect."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect()

    def plan(self, config: Any, choices: Sequence[Choice]) -> Plan:
        """See ``Device``."""
        return Plan(config.bridge, {choice.name: parse(choice.address) for choice in choices})

    async def read(self, plan: Plan) -> Mapping[str, Got]:
        """Read all blocks, as many in one request as go in; a block that is refused is read in its parts from then on."""
        got: dict[str, Got] = {}
        left = list(plan.blocks(self._pdu - HEAD - ITEM))
        while left:
            again: list[tuple[Key, Block]] = []
            for some in self._packed(left):
                for (key, block), answer in zip(some, await self._some([(key, block.start, block.size) for key, block in some]), strict=True):
                    if isinstance(answer, bytes):
                        for span in block.members:
                            at = span.start - block.start
                            got[span.key] = decode(answer[at : at + span.size], plan.places[span.key])
                    elif len(block.members) > 1:
                        again += plan.part((key, block))
                    else:
                        got[block.members[0].key] = answer
            left = again
        return got

    def _packed(self, blocks: Sequence[tuple[Key, Block]]) -> list[list[tuple[Key, Block]]]:
        """Put blocks into requests: at most 20 in each, and neither request nor answer longer than agreed."""
        requests: list[list[tuple[Key, Block]]] = []
        room = asked = 0
        for key, block in blocks:
            needs = ITEM + block.size + block.size % 2
            if not requests or len(requests[-1]) >= MOST_ITEMS or needs > room or asked + ASK > self._pdu:
                requests.append([])
                room, asked = self._pdu - HEAD, HEAD
            requests[-1].append((key, block))
            room -= needs
            asked += ASK
        return requests

    async def _some(self, wanted: Sequence[tuple[Key, int, int]]) -> list[bytes | Bad]:
        """Read several pieces (where, first byte, how many) in one request. Raise ``Silent``, ``LinkLost``."""
        items = [(int(AREAS[key.area]), key.db, start, size) for key, start, size in wanted]
        try:
            answer = await self._ask(self._protocol.build_multi_read_request(items))
        except Refusal as refusal:
            return [Bad(str(refusal)) for _ in wanted]
        raw: bytes = answer.get("raw_data") or b""
        return self._items(raw, [size for _, _, size in wanted])

    def _items(self, raw: bytes, sizes: Sequence[int]) -> list[bytes | Bad]:
        """Take the items of an answer apart: code, kind of length, length, data, each item beginning at an even byte."""
        found: list[bytes | Bad] = []
        at = 0
        for size in sizes:
            if at + ITEM > len(raw):
                raise LinkLost(f"{self._where} answers with {len(found)} values where {len(sizes)} were asked for")
            code, kind, length = raw[at], raw[at + 1], int.from_bytes(raw[at + 2 : at + 4], "big")
            at += ITEM
            if code != DONE:
                found.append(Bad(why(code)))
                continue
            length = (length + 7) // 8 if kind in (3, 4, 5) else length
            if length != size or at + length > len(raw):
                raise LinkLost(f"{self._where} answers with {min(length, len(raw) - at)} bytes where {size} were asked for")
            found.append(bytes(raw[at : at + length]))
            at += length + length % 2
        return found

    async def _ask(self, request: bytes) -> dict[str, Any]:
        """Send a request and return its answer; answers to others are let pass. Raise ``Refusal``, ``Silent``, ``LinkLost``."""
        connection = self._connection
        if connection is None:
            raise LinkLost(f"{self._where} is not connected")
        async with self._told():
            await connection.send_data(request)
            for _ in range(_STALE):
                answer = self._protocol.parse_response(await connection.receive_data())
                if answer["sequence"] == int.from_bytes(request[4:6], "big"):
                    return answer
        raise LinkLost(f"{self._where} answers what was not asked")

    @contextlib.asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        try:
            yield
        except S7TimeoutError as error:
            raise LinkLost(f"{self._where} does not answer within {self._config.timeout_s:g} s: is the controller on, and the network whole?") from error
        except S7ConnectionError as error:
            raise LinkLost(f"{self._where} has ended the connection ({error})") from error
        except S7ProtocolError as error:
            if error.error_code is None:
                raise LinkLost(f"{self._where} answers with what is no S7 ({error})") from error
            raise Refusal(_HEADER.get(error.error_code, str(error)) + f" (error {error.error_code:04X}h)") from error
        except S7Error as error:
            raise LinkLost(f"{self._where}: {error}") from error
        except (struct.error, ValueError, LookupError, TypeError, ArithmeticError) as error:
            # The library lets these through for answers that end too soon or make no sense.
            raise LinkLost(f"{self._where} answers with what is no S7 ({error})") from error

    async def write(self, plan: Plan, name: str, value: float | str) -> None:
        """Write one value, a single bit as a bit, so that its neighbours stay as they are."""
        place = plan.places[name]
        try:
            data = encode(value, place)
        except ValueError as error:
            raise Problem(REFUSED, f"{name}: {error}.") from error
        bit = place.kind == "BOOL"
        start = place.byte * 8 + place.bit if bit else place.byte
        request = self._protocol.build_write_request(AREAS[place.area], place.db, start, S7WordLen.BIT if bit else S7WordLen.BYTE, data)
        try:
            answer = await self._ask(request)
        except Refusal as refusal:
            raise Problem(REFUSED, f"{name}: {refusal}.") from refusal
        code = (answer.get("raw_data") or b"\0")[0]
        if code != DONE:
            raise Problem(REFUSED, f"{name}: {why(code)}.")


def why(code: int) -> str:
    """Return the code of an item in words."""
    return _WHY.get(code, f"the controller refuses it: {get_return_code_description(code)} ({code:02X}h)")
