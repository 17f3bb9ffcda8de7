"""Values in 16-bit registers, as Modbus and other controllers keep them: types, byte and word order. No I/O."""

import math
import struct
from collections.abc import Sequence
from enum import StrEnum

__all__ = ["KINDS", "Kind", "Order", "decode", "encode", "width"]

WORD = 2
_TOP = 0xFFFF


class Kind(StrEnum):
    """How registers are to be read. Text has its length in bytes beside it."""

    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    STRING = "string"


class Order(StrEnum):
    """In which order the bytes A (most significant) to D of a value lie in its registers; of 64 bits the words follow the same rule.

    ``abcd``: big-endian. ``cdab``: low word first. ``badc``: big-endian words, bytes swapped in each. ``dcba``: little-endian.
    """

    ABCD = "abcd"
    CDAB = "cdab"
    BADC = "badc"
    DCBA = "dcba"


_FORMAT: dict[Kind, str] = {
    Kind.INT16: ">h",
    Kind.UINT16: ">H",
    Kind.INT32: ">i",
    Kind.UINT32: ">I",
    Kind.INT64: ">q",
    Kind.UINT64: ">Q",
    Kind.FLOAT32: ">f",
    Kind.FLOAT64: ">d",
}
KINDS = tuple(Kind)
_LOW_WORD_FIRST = frozenset({Order.CDAB, Order.DCBA})
_BYTES_SWAPPED = frozenset({Order.BADC, Order.DCBA})


def width(kind: Kind, length: int = 0) -> int:
    """Return how many registers a value takes; ``length``: bytes of a text."""
    if kind is Kind.STRING:
        return (length + 1) // WORD
    return struct.calcsize(_FORMAT[kind]) // WORD


def decode(words: Sequence[int], kind: Kind, order: Order = Order.ABCD) -> float | int | str:
    """Read one value from exactly its registers; a text ends at its first zero byte. Raise ValueError when the number of registers is wrong.

    Of a text only the byte order within a register counts (``badc``, ``dcba``: low byte first), not the order of words.
    """
    if kind is Kind.STRING:
        data = _bytes(words, swapped=order in _BYTES_SWAPPED)
        return data.partition(b"\0")[0].decode("latin-1").rstrip(" ")
    if len(words) != width(kind):
        raise ValueError(f"{kind} takes {width(kind)} registers, not {len(words)}")
    given = list(reversed(words)) if order in _LOW_WORD_FIRST else words
    value: float | int = struct.unpack(_FORMAT[kind], _bytes(given, swapped=order in _BYTES_SWAPPED))[0]
    return value


def encode(value: float | int | str, kind: Kind, order: Order = Order.ABCD, length: int = 0) -> list[int]:
    """Write one value into registers, text padded with zero bytes; the inverse of ``decode``. Raise ValueError with what does not fit."""
    if kind is Kind.STRING:
        data = _text(value, length)
        return _words(data + b"\0" * (width(kind, length) * WORD - len(data)), swapped=order in _BYTES_SWAPPED)
    words = _words(_packed(number(value, kind), kind), swapped=order in _BYTES_SWAPPED)
    return list(reversed(words)) if order in _LOW_WORD_FIRST else words


def number(value: float | int | str, kind: Kind) -> float | int:
    """Return ``value`` as the number a register kind takes, whole for integers; raise ValueError when it is none."""
    if isinstance(value, str):
        raise ValueError(f"{kind} takes a number, not {value!r}")
    if kind in (Kind.FLOAT32, Kind.FLOAT64):
        return float(value)
    if not math.isfinite(value) or abs(value - round(value)) > 1e-6 * max(1.0, abs(value)):
        raise ValueError(f"{kind} takes whole numbers, not {value:g}")
    return round(value)


def _packed(value: float | int, kind: Kind) -> bytes:
    try:
        return struct.pack(_FORMAT[kind], value)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{value:g} does not fit into {kind}") from error


def _text(value: float | int | str, length: int) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"a text is written with words, not with {value:g}")
    try:
        data = value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ValueError(f"{value!r} has letters that one byte cannot hold (ISO 8859-1)") from error
    if len(data) > length:
        raise ValueError(f"{value!r} has {len(data)} bytes; there is room for {length}")
    return data


def _bytes(words: Sequence[int], *, swapped: bool) -> bytes:
    return struct.pack(f"{'<' if swapped else '>'}{len(words)}H", *(word & _TOP for word in words))


def _words(data: bytes, *, swapped: bool) -> list[int]:
    return list(struct.unpack(f"{'<' if swapped else '>'}{len(data) // WORD}H", data))
