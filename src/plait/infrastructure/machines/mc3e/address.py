"""Addresses in a Mitsubishi PLC: ``D100``, ``D100:float32``, ``D100.A``, ``M10``, ``X1F``, ``W1A:int32``, ``ZR5000:string20``. No I/O.

``<device><number>[.<bit>][:<type>]``. Numbers are written as in GX Works: hexadecimal for X, Y, B, W, SB and SW (X and Y octal in an iQ-F), else decimal.
Types of words: int16, uint16 (usual), int32, uint32, int64, uint64, float32, float64 (low word first, as the PLC keeps them), string1 to string240; a bit of
a word is named by 0 to F. Bit devices (X, Y, M, L, F, V, B, SM, SB and the contacts TS, TC, CS, CC) are bool.
"""

import re
from typing import NamedTuple

from plait.infrastructure.machines.model import BAD_MACHINE
from plait.kernel.problems import Problem
from plait.wire.mc3e import DEVICES
from plait.wire.registers import Kind, width

__all__ = ["Place", "parse", "text"]

LAST = 0xFFFFFF
MOST_TEXT = 240
_ADDRESS = re.compile(r"(?P<device>SM|SD|SB|SW|TS|TC|TN|CS|CC|CN|ZR|[XYMLFVBDWZR])(?P<number>[0-9A-F]{1,8})(?:\.(?P<bit>[0-9A-F]))?(?::(?P<kind>[A-Z0-9]+))?")
_TEXT = re.compile(r"STRING([1-9][0-9]{0,2})")
_BASES = {16: "hexadecimal", 10: "decimal", 8: "octal"}


class Place(NamedTuple):
    """Where a value lies: ``kind`` None for a single bit, which in a word is number ``bit``; ``length`` of a text in bytes."""

    device: str
    number: int
    kind: Kind | None
    bit: int = -1
    length: int = 0

    @property
    def size(self) -> int:
        """How many points of its device it takes."""
        return width(self.kind, self.length) if self.kind is not None else 1


def parse(address: str, *, octal: bool = False) -> Place:
    """Read an address; ``octal``: X and Y are numbered so. Raise Problem ``bad-machine`` saying what is wrong with it."""
    match = _ADDRESS.fullmatch(address.strip().upper())
    if match is None:
        raise _wrong(address, f"it is no device and number as D100, D100:float32, D100.A or M10; devices are {', '.join(DEVICES)}")
    device = match["device"]
    base = _base(device, octal=octal)
    try:
        number = int(match["number"], base)
    except ValueError as error:
        raise _wrong(address, f"{device} is numbered {_BASES[base]}; {match['number']} is not") from error
    kind, bit = match["kind"] or "", match["bit"]
    place = _bit(address, device, number, kind, bit) if DEVICES[device].bit or bit else _word(address, device, number, kind)
    if number + place.size - 1 > LAST:
        raise _wrong(address, f"it would end behind the last number, {LAST}")
    return place


def _base(device: str, *, octal: bool) -> int:
    return 8 if octal and device in ("X", "Y") else DEVICES[device].base


def _bit(address: str, device: str, number: int, kind: str, bit: str | None) -> Place:
    if DEVICES[device].bit and bit:
        raise _wrong(address, f"{device} is a bit already and has no .{bit}")
    if kind not in ("", "BOOL"):
        raise _wrong(address, "a single bit is a bool")
    return Place(device, number, None, int(bit, 16) if bit else -1)


def _word(address: str, device: str, number: int, kind: str) -> Place:
    if sized := _TEXT.fullmatch(kind):
        length = int(sized[1])
        if length > MOST_TEXT:
            raise _wrong(address, f"a text has at most {MOST_TEXT} bytes")
        return Place(device, number, Kind.STRING, length=length)
    kinds = [each for each in Kind if each is not Kind.STRING]
    if kind and kind.lower() not in kinds:
        raise _wrong(address, f"{kind.lower()!r} is none of the types {', '.join(kinds)}, string1 to string{MOST_TEXT}")
    return Place(device, number, Kind(kind.lower()) if kind else Kind.UINT16)


def text(place: Place, *, octal: bool = False) -> str:
    """Write a place as ``parse`` reads it."""
    head = place.device + format(place.number, {16: "X", 10: "d", 8: "o"}[_base(place.device, octal=octal)])
    if place.kind is None:
        return head if place.bit < 0 else f"{head}.{place.bit:X}"
    if place.kind is Kind.STRING:
        return f"{head}:string{place.length}"
    return head if place.kind is Kind.UINT16 else f"{head}:{place.kind}"


def _wrong(address: str, why: str) -> Problem:
    return Problem(BAD_MACHINE, f"address {address!r}: {why}.", field="address")
