"""Simulated controllers over real sockets, for tests and for trying the adapters out.

``python -m plait.plant.plc modbus|s7|mc3e [--port N]`` runs one on 127.0.0.1 until it is interrupted. All three simulate the same press: its state
(0 idle, 1 running, 2 down), its cycles, the temperature of its oil and whether its guard is open.
"""

import argparse
import asyncio
import math
import struct
import sys
from typing import Any, Protocol

from plait.kernel.clock import SYSTEM
from plait.wire import mc3e
from plait.wire.registers import Kind, Order, encode

__all__ = ["Mc3eDevice", "ModbusDevice", "S7Device", "Simulated", "main"]

HOST = "127.0.0.1"
POINTS = 256
PORTS = {"modbus": 5020, "s7": 5102, "mc3e": 5007}
STEP_S = 0.5


class Simulated(Protocol):
    """A controller that can be switched on and off."""

    port: int

    async def start(self) -> None:
        """Listen."""
        ...

    async def kill(self) -> None:
        """Take the power away: every connection ends."""
        ...

    async def press(self, state: int, cycles: int, celsius: float, *, guard: bool) -> None:
        """Let the press be in this condition."""
        ...


class ModbusDevice:
    """A gateway or device with 256 points in all four tables and nothing behind them.

    ``units``: the unit ids that answer; of others the gateway says that nobody does. ``unknown``: function codes these units do not know.

    The press: holding 0 state, 1-2 cycles (uint32, cdab), 3-4 oil temperature (float32); discrete input 0 guard.
    """

    def __init__(self, port: int, units: tuple[int, ...] = (1,), unknown: frozenset[int] = frozenset()) -> None:
        self.port = port
        self.units = units
        self.unknown = unknown
        self._memory: list[Any] = []
        self._server: Any = None

    async def start(self) -> None:
        """Listen, with what is in memory."""
        from pymodbus.constants import ExcCodes
        from pymodbus.server import ModbusTcpServer
        from pymodbus.simulator import DataType, SimData, SimDevice

        def table(kind: Any) -> list[Any]:
            return [SimData(0, values=[False] * POINTS if kind is DataType.BITS else [0] * POINTS, datatype=kind)]

        async def nobody(*_: Any) -> Any:
            return ExcCodes.GATEWAY_NO_RESPONSE

        async def known(function: int, *_: Any) -> Any:
            return ExcCodes.ILLEGAL_FUNCTION if function in self.unknown else None

        tables = (table(DataType.BITS), table(DataType.BITS), table(DataType.REGISTERS), table(DataType.REGISTERS))
        devices = [SimDevice(0, tables, action=nobody), *(SimDevice(unit, tables, action=known) for unit in self.units)]
        self._server = ModbusTcpServer(devices, address=(HOST, self.port))
        await self._server.serve_forever(background=True)

    async def kill(self) -> None:
        """Take the power away."""
        if self._server is not None:
            server, self._server = self._server, None
            await server.shutdown()

    async def put(self, function: int, start: int, values: list[int] | list[bool], unit: int = 1) -> None:
        """Set registers (function 3 or 4) or bits (1 or 2)."""
        await self._server.async_setValues(unit, {3: 16, 1: 15}.get(function, function), start, values)

    async def press(self, state: int, cycles: int, celsius: float, *, guard: bool) -> None:
        """See ``Simulated``."""
        await self.put(3, 0, [state, *encode(cycles, Kind.UINT32, Order.CDAB), *encode(celsius, Kind.FLOAT32)], self.units[0])


class Mc3eDevice:
    """A PLC of the MELSEC Q series as seen through 3E frames: 4096 points of every device.

    The press: D0 state, D1-2 cycles (uint32), D3-4 oil temperature (float32), X0 guard.
    """

    def __init__(self, port: int, points: int = 4096) -> None:
        self.port = port
        self.memory: dict[str, list[int]] = {name: [0] * points for name in mc3e.DEVICES}
        self.refuse: int = 0
        self._names = {device.code: name for name, device in mc3e.DEVICES.items()}
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def kill(self) -> None:
        """Take the power away."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for writer in list(self._open):
                writer.transport.abort()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                header = await reader.readexactly(mc3e.HEADER)
                body = await reader.readexactly(mc3e.body_length(header, mc3e.REQUEST))
                writer.write(self.answer(mc3e.parse_request(body)))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, mc3e.Malformed):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    def answer(self, asked: mc3e.Request) -> bytes:
        """Return the PLC's answer; ``refuse`` is an end code to answer to everything."""
        name = self._names.get(asked.code, "")
        bits = asked.sub == 1
        if self.refuse:
            return mc3e.answer(self.refuse)
        if asked.command == mc3e.Command.MODEL:
            return mc3e.answer(0, b"Q03UDVCPU".ljust(16) + b"\x66\x03")
        if asked.command not in (mc3e.Command.READ, mc3e.Command.WRITE) or asked.sub > 1:
            return mc3e.answer(0xC059)
        if not name:
            return mc3e.answer(0xC05B)
        if bits and not mc3e.DEVICES[name].bit:
            return mc3e.answer(0xC05C)
        memory = self.memory[name]
        if not 1 <= asked.points <= (mc3e.MOST_BITS if bits else mc3e.MOST_WORDS):
            return mc3e.answer(0xC051 if bits else 0xC053)
        size = 16 if mc3e.DEVICES[name].bit and not bits else 1
        if asked.head + asked.points * size > len(memory):
            return mc3e.answer(0xC056)
        return self._written(memory, asked, bits=bits) if asked.command == mc3e.Command.WRITE else self._read(memory, asked, size, bits=bits)

    @staticmethod
    def _written(memory: list[int], asked: mc3e.Request, *, bits: bool) -> bytes:
        try:
            values = [int(bit) for bit in mc3e.bits_of(asked.data, asked.points)] if bits else mc3e.words_of(asked.data, asked.points)
        except mc3e.Malformed:
            return mc3e.answer(0xC061)
        memory[asked.head : asked.head + asked.points] = values
        return mc3e.answer(0)

    @staticmethod
    def _read(memory: list[int], asked: mc3e.Request, size: int, *, bits: bool) -> bytes:
        found = memory[asked.head : asked.head + asked.points * size]
        if bits:
            return mc3e.answer(0, mc3e.packed_bits([bool(each) for each in found]))
        words = found if size == 1 else [sum(bit << at for at, bit in enumerate(found[start : start + 16])) for start in range(0, len(found), 16)]
        return mc3e.answer(0, struct.pack(f"<{len(words)}H", *words))

    async def press(self, state: int, cycles: int, celsius: float, *, guard: bool) -> None:
        """See ``Simulated``."""
        self.memory["D"][:5] = [state, *encode(cycles, Kind.UINT32, Order.CDAB), *encode(celsius, Kind.FLOAT32, Order.CDAB)]
        self.memory["X"][0] = int(guard)


class S7Device:
    """A Siemens S7 with DB1 of 256 bytes, 128 bytes of merkers, inputs and outputs. ``denied``: as with PUT/GET access switched off.

    The press: DB1.DBW0 state, DB1.DBD2 cycles, DB1.DBD6:REAL oil temperature, I0.0 guard.
    """

    def __init__(self, port: int, *, denied: bool = False) -> None:
        self.port = port
        self.denied = denied
        self.db = bytearray(256)
        self.merkers, self.inputs, self.outputs = bytearray(128), bytearray(128), bytearray(128)
        self._server: Any = None

    async def start(self) -> None:
        """Listen."""
        from plait.plant.s7server import Server, areas

        self._server = Server(denied=self.denied)
        for area, number, memory in areas(self.db, self.merkers, self.inputs, self.outputs):
            self._server.register_area(area, number, memory)
        await asyncio.to_thread(self._server.start_to, HOST, self.port)

    async def kill(self) -> None:
        """Take the power away."""
        server, self._server = self._server, None
        if server is not None:
            await asyncio.to_thread(server.kill)

    async def press(self, state: int, cycles: int, celsius: float, *, guard: bool) -> None:
        """See ``Simulated``."""
        struct.pack_into(">hIf", self.db, 0, state, cycles, celsius)
        self.inputs[0] = int(guard)


async def _run(device: Simulated) -> None:
    try:
        await device.start()
    except Exception as error:  # noqa: BLE001 - each library raises its own kind when a port is taken
        sys.exit(f"plait: nothing can listen at {HOST}:{device.port}: {error}")
    print(f"A simulated press listens at {HOST}:{device.port}; end it with Ctrl-C.")  # noqa: T201 - the program's own output
    cycles = 0
    try:
        while True:
            cycles += 1
            running = cycles % 120 < 90
            await device.press(int(running), cycles, round(45 + 5 * math.sin(cycles / 40), 1), guard=not running)
            await SYSTEM.sleep(STEP_S)
    finally:
        await device.kill()


def main(arguments: list[str] | None = None) -> None:
    """Run one simulated controller until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m plait.plant.plc", description="Run a simulated controller on a loopback port.")
    parser.add_argument("kind", choices=sorted(PORTS))
    parser.add_argument("--port", type=int, default=0, help="where it listens on 127.0.0.1 (default: modbus 5020, s7 5102, mc3e 5007)")
    given = parser.parse_args(arguments)
    make: dict[str, Any] = {"modbus": ModbusDevice, "s7": S7Device, "mc3e": Mc3eDevice}
    try:
        asyncio.run(_run(make[given.kind](given.port or PORTS[given.kind])))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
