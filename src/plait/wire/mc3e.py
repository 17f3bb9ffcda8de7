"""Mitsubishi's MC protocol, 3E frames in binary code over TCP: requests, answers, devices. No I/O.

Source: MELSEC Communication Protocol Reference Manual (SH(NA)-080008), chapters on the 3E frame, on device access (commands 0401 and 1401,
subcommands 0000 and 0001) and on error codes. Everything is little-endian except the subheader.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

__all__ = [
    "DEVICES",
    "HEADER",
    "MOST_BITS",
    "MOST_BYTES",
    "MOST_WORDS",
    "Answer",
    "Command",
    "Device",
    "Malformed",
    "Request",
    "Route",
    "answer",
    "bits_of",
    "body_length",
    "meaning",
    "model_request",
    "parse_answer",
    "parse_request",
    "read_bits",
    "read_words",
    "words_of",
    "write_bits",
    "write_words",
]

REQUEST, ANSWER = b"\x50\x00", b"\xd0\x00"
HEADER = 9
MOST_WORDS, MOST_BITS, MOST_BYTES = 960, 7168, 4096
_MODEL = 16
_TOP = 0xFFFFFF


class Malformed(ValueError):
    """These bytes are no 3E frame; the text says why."""


class Command:
    """Command codes used here (manual: batch read 0401, batch write 1401, read CPU model name 0101)."""

    READ = 0x0401
    WRITE = 0x1401
    MODEL = 0x0101


class Device(NamedTuple):
    """A kind of memory: its binary ``code``, whether a point is a ``bit``, and the base its numbers are written in (16 or 10)."""

    code: int
    bit: bool
    base: int = 10


DEVICES: dict[str, Device] = {
    "SM": Device(0x91, bit=True),
    "SD": Device(0xA9, bit=False),
    "X": Device(0x9C, bit=True, base=16),
    "Y": Device(0x9D, bit=True, base=16),
    "M": Device(0x90, bit=True),
    "L": Device(0x92, bit=True),
    "F": Device(0x93, bit=True),
    "V": Device(0x94, bit=True),
    "B": Device(0xA0, bit=True, base=16),
    "D": Device(0xA8, bit=False),
    "W": Device(0xB4, bit=False, base=16),
    "TS": Device(0xC1, bit=True),
    "TC": Device(0xC0, bit=True),
    "TN": Device(0xC2, bit=False),
    "CS": Device(0xC4, bit=True),
    "CC": Device(0xC3, bit=True),
    "CN": Device(0xC5, bit=False),
    "SB": Device(0xA1, bit=True, base=16),
    "SW": Device(0xB5, bit=False, base=16),
    "Z": Device(0xCC, bit=False),
    "R": Device(0xAF, bit=False),
    "ZR": Device(0xB0, bit=False),
}


class Route(NamedTuple):
    """Where a request goes (access route): own station by default. ``timer``: how long the PLC may take, in units of 250 ms (0: for ever)."""

    network: int = 0x00
    pc: int = 0xFF
    module: int = 0x03FF
    station: int = 0x00
    timer: int = 0x0010


class Request(NamedTuple):
    """A request as a PLC reads it; ``data`` are the values of a write."""

    command: int
    sub: int
    head: int
    code: int
    points: int
    data: bytes


class Answer(NamedTuple):
    """A PLC's answer: ``end`` code (0: done) and the data of a read."""

    end: int
    data: bytes


_END: dict[int, str] = {
    0x0055: "the PLC does not allow writing while it runs: enable online change (RUN write) in the Ethernet settings",
    0x4000: "the serial communication of the PLC refuses the command",
    0x4001: "the PLC does not know this command",
    0x4021: "the drive or file named is wrong",
    0x4030: "the PLC has no such kind of device",
    0x4031: "the number lies outside the device's range: see the device settings in the PLC parameters",
    0x4080: "the request holds a value the PLC does not take",
    0xC050: "a letter cannot be converted: set the communication data code to binary, not ASCII",
    0xC051: "more bits at once than the PLC allows",
    0xC052: "more bits at once than the PLC allows",
    0xC053: "more words at once than the PLC allows",
    0xC054: "more words at once than the PLC allows",
    0xC056: "the number lies outside the device's range: see the device settings in the PLC parameters",
    0xC058: "the length of the data does not fit its number of points",
    0xC059: "the PLC does not know this command: is it set to the MC protocol with 3E frames, or to another (SLMP only, 1E, FX)?",
    0xC05B: "the PLC cannot read or write this device",
    0xC05C: "the request is wrong: bits are asked of a device that has words only, or the like",
    0xC05F: "this request cannot be made of that PLC",
    0xC060: "the content of the request is wrong: a value for a bit is neither 0 nor 1, or the like",
    0xC061: "the length of the request does not fit its content",
    0xC06F: "the PLC expects ASCII and gets binary: set the communication data code to binary",
    0xC070: "the device memory extension is not known to that PLC",
    0xC0B5: "the PLC cannot handle this data",
    0xC200: "the remote password is wrong",
    0xC201: "the connection is locked by a remote password: unlock it, or take this port out of the remote password settings",
    0xC202: "the connection is locked by a remote password on the way to another station",
    0xCFBF: "the request is not taken while the PLC is busy",
}


def meaning(end: int) -> str:
    """Return an end code in words, with its number."""
    words = _END.get(end, "the PLC refuses the request; its manual lists the code under end codes")
    return f"{words} (end code {end:04X}h)"


def _frame(route: Route, command: int, sub: int, rest: bytes) -> bytes:
    body = struct.pack("<HHH", route.timer, command, sub) + rest
    return REQUEST + struct.pack("<BBHBH", route.network, route.pc, route.module, route.station, len(body)) + body


def _points(name: str, head: int, points: int, most: int) -> bytes:
    if not 0 <= head <= _TOP or not 1 <= points <= most:
        raise ValueError(f"{name}{head}: 1 to {most} points from 0 to {_TOP}")
    return struct.pack("<I", head)[:3] + struct.pack("<BH", DEVICES[name].code, points)


def read_words(name: str, head: int, points: int, route: Route = Route()) -> bytes:
    """Ask for ``points`` words from number ``head`` of device ``name`` on (batch read in word units)."""
    return _frame(route, Command.READ, 0, _points(name, head, points, MOST_WORDS))


def read_bits(name: str, head: int, points: int, route: Route = Route()) -> bytes:
    """Ask for ``points`` bits (batch read in bit units)."""
    return _frame(route, Command.READ, 1, _points(name, head, points, MOST_BITS))


def write_words(name: str, head: int, words: Sequence[int], route: Route = Route()) -> bytes:
    """Write words (batch write in word units)."""
    return _frame(route, Command.WRITE, 0, _points(name, head, len(words), MOST_WORDS) + struct.pack(f"<{len(words)}H", *words))


def write_bits(name: str, head: int, bits: Sequence[bool], route: Route = Route()) -> bytes:
    """Write bits (batch write in bit units)."""
    return _frame(route, Command.WRITE, 1, _points(name, head, len(bits), MOST_BITS) + packed_bits(bits))


def model_request(route: Route = Route()) -> bytes:
    """Ask for the name of the CPU's model."""
    return _frame(route, Command.MODEL, 0, b"")


def packed_bits(bits: Sequence[bool]) -> bytes:
    """Pack bits as bit units travel: two a byte, the first in the high half."""
    even = [*bits, False] if len(bits) % 2 else list(bits)
    return bytes(0x10 * first + second for first, second in zip(even[::2], even[1::2], strict=True))


def bits_of(data: bytes, points: int) -> list[bool]:
    """Read ``points`` bits of bit units; raise ``Malformed`` when there are not exactly so many or a half is neither 0 nor 1."""
    if len(data) != (points + 1) // 2:
        raise Malformed(f"{points} bits asked for, {len(data)} bytes came")
    halves = [half for byte in data for half in (byte >> 4, byte & 0x0F)][:points]
    if any(half > 1 for half in halves):
        raise Malformed("a bit is neither 0 nor 1")
    return [half == 1 for half in halves]


def words_of(data: bytes, points: int) -> list[int]:
    """Read ``points`` words; raise ``Malformed`` when there are not exactly so many."""
    if len(data) != points * 2:
        raise Malformed(f"{points} words asked for, {len(data)} bytes came")
    return list(struct.unpack(f"<{points}H", data))


def body_length(header: bytes, subheader: bytes = ANSWER) -> int:
    """Return how many bytes follow the first ``HEADER`` bytes of a frame; raise ``Malformed``."""
    if header[:2] != subheader:
        raise Malformed(f"it begins with {header[:2].hex()}, a 3E frame in binary code with {subheader.hex()}")
    length = int(struct.unpack_from("<H", header, 7)[0])
    if not 2 <= length <= MOST_BYTES:
        raise Malformed(f"it claims {length} bytes, which no 3E frame has")
    return length


def parse_answer(body: bytes) -> Answer:
    """Read what follows the header of an answer."""
    if len(body) < 2:
        raise Malformed("it ends before its end code")
    return Answer(int(struct.unpack_from("<H", body)[0]), body[2:])


def parse_request(body: bytes) -> Request:
    """Read what follows the header of a request (for whoever plays the PLC); raise ``Malformed``."""
    if len(body) < 6:
        raise Malformed("it ends before its subcommand")
    _, command, sub = struct.unpack_from("<HHH", body)
    if command not in (Command.READ, Command.WRITE):
        return Request(command, sub, 0, 0, 0, body[6:])
    if len(body) < 12:
        raise Malformed("it ends before its number of points")
    code, points = struct.unpack_from("<BH", body, 9)
    return Request(command, sub, int.from_bytes(body[6:9], "little"), code, points, body[12:])


def answer(end: int, data: bytes = b"", route: Route = Route()) -> bytes:
    """Make a PLC's answer (for whoever plays the PLC)."""
    return ANSWER + struct.pack("<BBHBHH", route.network, route.pc, route.module, route.station, len(data) + 2, end) + data
