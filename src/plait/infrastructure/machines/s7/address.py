"""Absolute addresses in an S7: ``DB1.DBD4:REAL``, ``DB1.DBX0.3``, ``MW10:INT``, ``I0.0``. No I/O.

``<area><size letter><byte>[.<bit>][:<type>]``. Areas: ``DB<number>.DB``, ``M``, ``I`` (``E``), ``Q`` (``A``). Size letters: X one bit (in M, I and Q it may be
left out: ``M0.1``), B, W, D: 1, 2, 4 bytes. Types (IEC 61131-3): BOOL; BYTE USINT SINT CHAR; WORD UINT INT; DWORD UDINT DINT REAL TIME (milliseconds); and,
written with the letter B at their first byte, LWORD ULINT LINT LREAL and STRING[n].
"""

import re
import struct
from typing import NamedTuple

from plait.infrastructure.machines.model import BAD_MACHINE
from plait.kernel.problems import Problem
from plait.wire.registers import Kind, number

__all__ = ["LAST", "Place", "decode", "encode", "parse", "text"]

LAST = 65535
_SHAPE = "Write it as DB1.DBD4:REAL, DB1.DBX0.3, MW10:INT or I0.0"
_ADDRESS = re.compile(
    r"(?:DB(?P<db>\d{1,5})\.DB|(?P<area>[MIEQA]))(?P<letter>[XBWD]?)(?P<byte>\d{1,5})(?:\.(?P<bit>\d))?"
    r"(?::(?P<kind>[A-Z]+)(?:\[(?P<length>\d{1,3})\])?)?"
)
_ENGLISH = {"E": "I", "A": "Q"}
_FORMAT = {
    "BYTE": ">B",
    "USINT": ">B",
    "SINT": ">b",
    "WORD": ">H",
    "UINT": ">H",
    "INT": ">h",
    "DWORD": ">I",
    "UDINT": ">I",
    "DINT": ">i",
    "TIME": ">i",
    "REAL": ">f",
    "LWORD": ">Q",
    "ULINT": ">Q",
    "LINT": ">q",
    "LREAL": ">d",
}
_SIZE = {"BOOL": 1, "CHAR": 1, **{kind: struct.calcsize(form) for kind, form in _FORMAT.items()}}
_LETTER = {"X": 0, "B": 1, "W": 2, "D": 4}
_USUAL = {"X": "BOOL", "B": "BYTE", "W": "WORD", "D": "DWORD"}
_LONGEST = 254


class Place(NamedTuple):
    """Where a value lies: ``area`` DB, M, I or Q, the ``db`` number (else 0), its first ``byte``, ``bit`` of a BOOL (else -1), ``length`` of a STRING."""

    area: str
    db: int
    byte: int
    kind: str
    bit: int = -1
    length: int = 0

    @property
    def size(self) -> int:
        """How many bytes it takes; a STRING has two more for its lengths."""
        return self.length + 2 if self.kind == "STRING" else _SIZE[self.kind]


def parse(address: str) -> Place:
    """Read an address; raise Problem ``bad-machine`` saying what is wrong with it."""
    match = _ADDRESS.fullmatch(address.strip().upper().replace("%", ""))
    if match is None:
        raise _wrong(address, f"it is no absolute S7 address. {_SHAPE}")
    letter = match["letter"] or ("X" if match["bit"] else "")
    if not letter:
        raise _wrong(address, f"the size letter X, B, W or D is missing. {_SHAPE}")
    db, byte = int(match["db"] or 0), int(match["byte"])
    if match["db"] and not 1 <= db <= LAST:
        raise _wrong(address, f"data blocks are numbered 1 to {LAST}")
    kind = match["kind"] or _USUAL[letter]
    bit = _bit(address, letter, match["bit"], kind)
    area = "DB" if match["db"] else _ENGLISH.get(match["area"], match["area"])
    place = Place(area, db, byte, kind, bit, _length(address, letter, kind, match["length"]))
    if byte + place.size - 1 > LAST:
        raise _wrong(address, f"it would end behind byte {LAST}")
    return place


def _bit(address: str, letter: str, given: str | None, kind: str) -> int:
    if letter != "X":
        if given is not None or kind == "BOOL":
            raise _wrong(address, "a single bit is written with X: DB1.DBX0.3, M0.3")
        return -1
    if given is None or int(given) > 7:
        raise _wrong(address, "a bit is named by its byte and 0 to 7: DB1.DBX0.3")
    if kind != "BOOL":
        raise _wrong(address, f"a single bit is a BOOL, not a {kind}")
    return int(given)


def _length(address: str, letter: str, kind: str, given: str | None) -> int:
    if kind == "STRING":
        if letter != "B" or given is None or not 1 <= int(given) <= _LONGEST:
            raise _wrong(address, f"a text is written as DB1.DBB20:STRING[20], with 1 to {_LONGEST} characters")
        return int(given)
    if given is not None:
        raise _wrong(address, f"a {kind} has no length in brackets")
    if kind not in _SIZE:
        raise _wrong(address, f"{kind!r} is none of the types {', '.join(_SIZE)}, STRING[n]")
    if kind != "BOOL" and _SIZE[kind] != _LETTER[letter] and not (_SIZE[kind] == 8 and letter == "B"):
        raise _wrong(address, f"a {kind} takes {_SIZE[kind]} byte(s), the letter {letter} stands for {_LETTER[letter]}; types of 8 bytes are written with B")
    return 0


def text(place: Place) -> str:
    """Write a place as ``parse`` reads it."""
    head = f"DB{place.db}.DB" if place.area == "DB" else place.area
    if place.kind == "BOOL":
        return f"{head}X{place.byte}.{place.bit}" if place.area == "DB" else f"{head}{place.byte}.{place.bit}"
    if place.kind == "STRING":
        return f"{head}B{place.byte}:STRING[{place.length}]"
    letter = {1: "B", 2: "W", 4: "D", 8: "B"}[place.size]
    return f"{head}{letter}{place.byte}" + ("" if _USUAL[letter] == place.kind else f":{place.kind}")


def decode(data: bytes, place: Place) -> float | int | str:
    """Read the value of a place from exactly its bytes; of a STRING, what its length byte says, at most what is there."""
    if place.kind == "BOOL":
        return data[0] >> place.bit & 1
    if place.kind == "CHAR":
        return data[:1].decode("latin-1")
    if place.kind == "STRING":
        return data[2 : 2 + min(data[1], place.length)].decode("latin-1")
    value: float | int = struct.unpack(_FORMAT[place.kind], data)[0]
    return value


def encode(value: float | str, place: Place) -> bytes:
    """Write a value, a BOOL as one byte 0 or 1; the inverse of ``decode``. Raise ValueError with what does not fit."""
    if place.kind in ("CHAR", "STRING"):
        return _text(value, place)
    if place.kind == "BOOL":
        if value not in (0, 1):
            raise ValueError(f"one bit is 0 or 1, not {value!r}")
        return bytes([int(value)])
    real = place.kind in ("REAL", "LREAL")
    try:
        return struct.pack(_FORMAT[place.kind], number(value, Kind.FLOAT64 if real else Kind.INT64))
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{value} does not fit into {place.kind}") from error


def _text(value: float | str, place: Place) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{place.kind} takes a text, not {value:g}")
    most = place.length if place.kind == "STRING" else 1
    try:
        data = value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ValueError(f"{value!r} has letters that one byte cannot hold (ISO 8859-1)") from error
    if len(data) > most or (place.kind == "CHAR" and not data):
        raise ValueError(f"{value!r} has {len(data)} characters; there is room for {most}")
    return bytes([place.length, len(data)]) + data.ljust(most, b"\0") if place.kind == "STRING" else data


def _wrong(address: str, why: str) -> Problem:
    return Problem(BAD_MACHINE, f"address {address!r}: {why}.", field="address")
