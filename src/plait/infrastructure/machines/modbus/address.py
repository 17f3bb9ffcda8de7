"""Addresses of values in a Modbus device: ``holding:40001:float32:badc``. No I/O.

``<table>:<number>[:<type>[:<order>]]``, or in short ``<classic number>[:<type>[:<order>]]``.

Tables (MODBUS Application Protocol Specification 1.1b3, 4.3): ``coil``, ``discrete``, ``input``, ``holding``. The number counts from 0 as on the wire,
unless it is a classic number of that table, which counts from 1: holding 40001 to 49999 and 400001 to 465536, input 30001 and 300001 on,
discrete 10001 and 100001 on, coil 00001 to 09999 and 000001 to 065536 (with their leading zeros). ``@40001`` or ``0x9C41`` counts from 0 in any case.
"""

import re
from typing import NamedTuple

from plait.infrastructure.machines.model import BAD_MACHINE
from plait.kernel.problems import Problem
from plait.wire.registers import Kind, Order, width

__all__ = ["TABLES", "Place", "parse", "text"]

LAST = 65535
MOST_TEXT = 240
TABLES = ("coil", "discrete", "input", "holding")
_DIGIT = {"0": "coil", "1": "discrete", "3": "input", "4": "holding"}
_CLASSIC = {table: digit for digit, table in _DIGIT.items()}
_SHAPE = "address: write it as holding:100:float32:abcd, or 40101:float32"
_BIT = re.compile(r"bit(1[0-5]|[0-9])")
_TEXT = re.compile(r"string([1-9][0-9]{0,2})")


class Place(NamedTuple):
    """Where a value lies: ``number`` from 0; ``kind`` None for a single bit, which in a register is number ``bit``; ``length`` of a text in bytes."""

    table: str
    number: int
    kind: Kind | None
    order: Order = Order.ABCD
    bit: int = -1
    length: int = 0

    @property
    def size(self) -> int:
        """How many registers, or bits, it takes."""
        return width(self.kind, self.length) if self.kind is not None else 1


def parse(address: str) -> Place:
    """Read an address; raise Problem ``bad-machine`` saying what is wrong with it."""
    parts = address.strip().lower().split(":")
    table = parts[0]
    if table not in TABLES:
        if not re.fullmatch(r"[0134]\d{4,5}", table):
            raise _wrong(address, f"{table!r} is none of the tables {', '.join(TABLES)}, nor a classic number as 40001. {_SHAPE}")
        table = _DIGIT[table[0]]
        parts = [table, *parts]
    if not 2 <= len(parts) <= 4:
        raise _wrong(address, f"it has {len(parts)} parts. {_SHAPE}")
    place = _kind(address, table, _number(address, table, parts[1]), parts[2] if len(parts) > 2 else "", parts[3] if len(parts) > 3 else "")
    if place.number + place.size - 1 > LAST:
        raise _wrong(address, f"it would end behind the last address, {LAST}")
    return place


def _number(address: str, table: str, given: str) -> int:
    if re.fullmatch(r"0x[0-9a-f]{1,4}", given):
        return int(given, 16)
    if re.fullmatch(r"@\d{1,5}", given):
        number = int(given[1:])
    elif re.fullmatch(rf"{_CLASSIC[table]}(\d{{4}}|\d{{5}})", given):
        number = int(given[1:]) - 1
        if number < 0:
            raise _wrong(address, f"classic numbers begin with {given[:-1]}1")
    elif re.fullmatch(r"\d{1,5}", given):
        number = int(given)
    else:
        raise _wrong(address, f"{given!r} is no number from 0 to {LAST} (0x1F is taken too), nor a classic number of the table {table}")
    if number > LAST:
        raise _wrong(address, f"{given!r} is more than the last address, {LAST}")
    return number


def _kind(address: str, table: str, number: int, kind: str, order: str) -> Place:
    if table in ("coil", "discrete"):
        if kind not in ("", "bool") or order:
            raise _wrong(address, f"a {table} is one bit: it has the type bool and no byte order")
        return Place(table, number, None)
    if bit := _BIT.fullmatch(kind):
        if order:
            raise _wrong(address, "a bit has no byte order")
        return Place(table, number, None, bit=int(bit[1]))
    ordered = _order(address, order)
    if sized := _TEXT.fullmatch(kind):
        length = int(sized[1])
        if length > MOST_TEXT:
            raise _wrong(address, f"a text has at most {MOST_TEXT} bytes")
        return Place(table, number, Kind.STRING, ordered, length=length)
    kinds = [each for each in Kind if each is not Kind.STRING]
    if kind and kind not in kinds:
        raise _wrong(address, f"{kind!r} is none of the types {', '.join(kinds)}, bit0 to bit15, string1 to string{MOST_TEXT}")
    return Place(table, number, Kind(kind) if kind else Kind.UINT16, ordered)


def _order(address: str, order: str) -> Order:
    order = {"": "abcd", "ab": "abcd", "ba": "badc"}.get(order, order)
    if order not in list(Order):
        raise _wrong(address, f"{order!r} is none of the byte orders {', '.join(Order)} (of one register: ab, ba)")
    return Order(order)


def text(place: Place) -> str:
    """Write a place the shortest way, from which ``parse`` reads it back."""
    number = f"@{place.number}" if re.fullmatch(rf"{_CLASSIC[place.table]}(\d{{4}}|\d{{5}})", str(place.number)) else str(place.number)
    head = f"{place.table}:{number}"
    if place.kind is None:
        return head if place.bit < 0 else f"{head}:bit{place.bit}"
    kind = f"{place.kind}{place.length}" if place.kind is Kind.STRING else place.kind.value
    if place.kind is Kind.UINT16 and place.order is Order.ABCD:
        return head
    order = "" if place.order is Order.ABCD else f":{place.order}"
    return f"{head}:{kind}{order}"


def _wrong(address: str, why: str) -> Problem:
    return Problem(BAD_MACHINE, f"address {address!r}: {why}.", field="address")
