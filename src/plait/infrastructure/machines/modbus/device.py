"""One Modbus TCP connection, asked one request at a time on behalf of all units behind it."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from plait.infrastructure.machines.grouping import Block, Span, grouped
from plait.infrastructure.machines.modbus import ModbusConfig
from plait.infrastructure.machines.modbus.address import Place, parse
from plait.infrastructure.machines.model import REFUSED, Choice, LinkLost
from plait.infrastructure.machines.polling import Bad, Got, Silent, reaching, touch
from plait.kernel.problems import Problem
from plait.wire import registers

__all__ = ["ModbusDevice", "Plan", "Refusal"]

# The library tells of failed requests itself; here they are told in words, with machine and signal.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

_WHY = {
    1: "the device does not know this kind of request (exception 1): is the value in another table (input instead of holding, or the other way round)?",
    2: "the device has no such address (exception 2): its list may count from 1 where 0 was meant, or the value lies in another table",
    3: "the device does not take the request's length or value (exception 3): try a smaller most_registers, or a value within its limits",
    4: "the device failed on the request (exception 4): see its own display or log",
    5: "the device takes its time (exception 5)",
    6: "the device is busy (exception 6)",
    7: "the device cannot do that now (exception 7)",
    8: "the device found its memory damaged (exception 8)",
    10: "the gateway has no way to the unit (exception 10): see the gateway's serial settings",
    11: "the unit does not answer the gateway (exception 11): is it on, is its unit id right, do speed and parity of the serial line agree?",
}
_SILENT = frozenset({5, 6, 10, 11})
_ILLEGAL = frozenset({2, 3})


class Refusal(Exception):
    """The device answered a request with a Modbus exception ``code``; the text says what it means."""

    def __init__(self, code: int) -> None:
        super().__init__(_WHY.get(code, f"the device refuses the request (exception {code})"))
        self.code = code


class Plan:
    """How to read one machine's signals: blocks by table, and the place of each signal."""

    def __init__(self, config: ModbusConfig, places: Mapping[str, Place]) -> None:
        self.unit = config.unit
        self.places = places
        self.blocks: list[tuple[str, Block]] = []
        for table in sorted({place.table for place in places.values()}):
            spans = [Span(place.number, place.size, name) for name, place in places.items() if place.table == table]
            bits = table in ("coil", "discrete")
            most = config.most_bits if bits else max(config.most_registers, *(span.size for span in spans))
            self.blocks += [(table, block) for block in grouped(spans, most, config.bridge)]

    def part(self, table: str, block: Block) -> None:
        """Read the members of a block one by one from now on: the device does not take it whole."""
        at = self.blocks.index((table, block))
        self.blocks[at : at + 1] = [(table, Block(span.start, span.size, (span,))) for span in block.members]


class ModbusDevice:
    """See ``plait.infrastructure.machines.polling.Device``."""

    def __init__(self, config: ModbusConfig) -> None:
        self._config = config
        self._where = f"{config.host}:{config.port}"
        self._asking = False
        self._client: AsyncModbusTcpClient | None = None

    async def open(self) -> None:
        """Connect."""
        config = self._config
        client = AsyncModbusTcpClient(config.host, port=config.port, timeout=config.timeout_s, retries=0, reconnect_delay=0, trace_connect=self._moved)
        client.set_max_no_responses(1 << 30)
        self._client = client
        if not await client.connect():
            async with reaching(config.host, config.port, "Modbus TCP", config.timeout_s):
                await touch(config.host, config.port)
            raise LinkLost(f"{self._where} closes the connection at once: does the device let this computer in, and has it a connection free?")

    def _moved(self, up: bool) -> None:
        """Wake whoever waits for an answer when the connection is gone."""
        if not up and self._asking and self._client is not None:
            waiting = self._client.ctx.response_future
            if not waiting.done():
                waiting.set_exception(ConnectionResetError("the device closed the connection"))

    async def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            self._client.close()

    def plan(self, config: Any, choices: Sequence[Choice]) -> Plan:
        """See ``Device``."""
        return Plan(config, {choice.name: parse(choice.address) for choice in choices})

    async def read(self, plan: Plan) -> Mapping[str, Got]:
        """Read block by block; a block the device refuses as a whole is read in its parts from then on."""
        got: dict[str, Got] = {}
        for table, block in list(plan.blocks):
            try:
                self._spread(plan, block, await self.elements(plan.unit, table, block.start, block.size), got)
            except Refusal as refusal:
                if refusal.code in _ILLEGAL and len(block.members) > 1:
                    plan.part(table, block)
                    await self._parts(plan, table, block, got)
                else:
                    got.update(dict.fromkeys((span.key for span in block.members), Bad(str(refusal))))
        return got

    async def _parts(self, plan: Plan, table: str, block: Block, got: dict[str, Got]) -> None:
        for span in block.members:
            try:
                self._spread(plan, Block(span.start, span.size, (span,)), await self.elements(plan.unit, table, span.start, span.size), got)
            except Refusal as refusal:
                got[span.key] = Bad(str(refusal))

    @staticmethod
    def _spread(plan: Plan, block: Block, elements: Sequence[int], got: dict[str, Got]) -> None:
        for span in block.members:
            place = plan.places[span.key]
            raw = elements[span.start - block.start : span.start - block.start + span.size]
            if place.kind is not None:
                got[span.key] = registers.decode(raw, place.kind, place.order)
            else:
                got[span.key] = int(raw[0]) if place.bit < 0 else raw[0] >> place.bit & 1

    async def elements(self, unit: int, table: str, start: int, count: int) -> list[int]:
        """Read ``count`` registers, or bits as 0 and 1 (functions 1 to 4). Raise ``Refusal``, ``Silent``, ``LinkLost``."""
        client = self._up()
        read = {
            "coil": client.read_coils,
            "discrete": client.read_discrete_inputs,
            "input": client.read_input_registers,
            "holding": client.read_holding_registers,
        }[table]
        answer = await self._ask(unit, lambda: read(start, count=count, device_id=unit))
        found: Sequence[Any] = answer.bits if table in ("coil", "discrete") else answer.registers
        if len(found) < count or (table in ("input", "holding") and len(found) != count):
            raise LinkLost(f"{self._where} answers with {len(found)} values where {count} were asked for: is it a Modbus device?")
        return [int(each) for each in found[:count]]

    def _up(self) -> AsyncModbusTcpClient:
        if self._client is None:
            raise LinkLost(f"{self._where} is not connected")
        return self._client

    async def _ask(self, unit: int, call: Callable[[], Awaitable[ModbusPDU]]) -> ModbusPDU:
        self._asking = True
        try:
            answer = await call()
        except ModbusException as error:
            if not self._up().connected:
                raise LinkLost(f"{self._where} has closed the connection") from error
            raise Silent(
                f"unit {unit} behind {self._where} does not answer within {self._config.timeout_s:g} s: is the unit id right, and is the device on?", over=True
            ) from error
        except OSError as error:
            raise LinkLost(f"{self._where}: {error}") from error
        finally:
            self._asking = False
        if answer.isError():
            code = int(answer.exception_code)
            if code in _SILENT:
                raise Silent(f"unit {unit} behind {self._where}: {Refusal(code)}")
            raise Refusal(code)
        return answer

    async def write(self, plan: Plan, name: str, value: float | str) -> None:
        """Write by function 5 or 6 where one element is enough, else by 15 or 16, which also follow where a device knows no 5 or 6.

        A single bit of a register is written by reading the register, changing the bit and writing it back: what the device changes in between is lost.
        """
        place = plan.places[name]
        if place.table in ("discrete", "input"):
            raise Problem(REFUSED, f"{name} lies in the table {place.table}, which can only be read; what can be written lies in coil and holding.")
        try:
            if place.kind is None:
                await self._bit(plan.unit, place, _bit(name, value))
            else:
                await self._registers(plan.unit, place.number, registers.encode(value, place.kind, place.order, place.length))
        except ValueError as error:
            raise Problem(REFUSED, f"{name}: {error}.") from error
        except Refusal as refusal:
            raise Problem(REFUSED, f"{name}: {refusal}.") from refusal

    async def _bit(self, unit: int, place: Place, on: bool) -> None:
        client = self._up()
        if place.table == "holding":
            (word,) = await self.elements(unit, "holding", place.number, 1)
            await self._registers(unit, place.number, [word & ~(1 << place.bit) | on << place.bit])
            return
        try:
            await self._ask(unit, lambda: client.write_coil(place.number, on, device_id=unit))
        except Refusal as refusal:
            if refusal.code != 1:
                raise
            await self._ask(unit, lambda: client.write_coils(place.number, [on], device_id=unit))

    async def _registers(self, unit: int, number: int, words: Sequence[int]) -> None:
        client = self._up()
        if len(words) == 1:
            try:
                await self._ask(unit, lambda: client.write_register(number, words[0], device_id=unit))
            except Refusal as refusal:
                if refusal.code != 1:
                    raise
            else:
                return
        await self._ask(unit, lambda: client.write_registers(number, list(words), device_id=unit))


def _bit(name: str, value: float | str) -> bool:
    if value not in (0, 1):
        raise Problem(REFUSED, f"{name} is one bit: 0 or 1 is written to it, not {value!r}.")
    return bool(value)
