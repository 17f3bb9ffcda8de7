"""What an edge node says by Sparkplug B, in bytes (Sparkplug 3.0.0 clause 6.4): payloads of numbers, which is all a plant's sensors have. No I/O."""

import struct
from collections.abc import Iterable
from typing import NamedTuple

from plait.wire.sparkplug import BD_SEQ, REBIRTH, DataType

__all__ = ["Sensed", "birth", "data", "death"]

_VARINT, _EIGHT, _BYTES = 0, 1, 2
_TIMESTAMP, _METRICS, _SEQ = 1, 2, 3
_NAME, _ALIAS, _AT, _DATATYPE, _LONG, _DOUBLE, _BOOLEAN = 1, 2, 3, 4, 11, 13, 14


class Sensed(NamedTuple):
    """One metric: its name and alias, and its value since ``ms`` (UTC)."""

    name: str
    alias: int
    ms: int
    value: float


def _varint(number: int) -> bytes:
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    made.append(number)
    return bytes(made)


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(number)


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content


def _metric(each: Sensed, *, born: bool) -> bytes:
    who = _part(_NAME, each.name.encode()) if born else b""
    kind = _number(_DATATYPE, DataType.DOUBLE) if born else b""
    value = _varint(_DOUBLE << 3 | _EIGHT) + struct.pack("<d", each.value)
    return _part(_METRICS, who + _number(_ALIAS, each.alias) + _number(_AT, each.ms) + kind + value)


def _session(bd_seq: int) -> bytes:
    return _part(_METRICS, _part(_NAME, BD_SEQ.encode()) + _number(_DATATYPE, DataType.INT64) + _number(_LONG, bd_seq))


def birth(seq: int, ms: int, sensed: Iterable[Sensed] = (), bd_seq: int | None = None) -> bytes:
    """Return the payload of NBIRTH (with ``bd_seq``) or of DBIRTH."""
    own = b""
    if bd_seq is not None:
        rebirth = _part(_NAME, REBIRTH.encode()) + _number(_DATATYPE, DataType.BOOLEAN) + _number(_BOOLEAN, 0)
        own = _session(bd_seq) + _part(_METRICS, rebirth)
    return _number(_TIMESTAMP, ms) + own + b"".join(_metric(each, born=True) for each in sensed) + _number(_SEQ, seq)


def data(seq: int, ms: int, sensed: Iterable[Sensed]) -> bytes:
    """Return the payload of DDATA: metrics by their aliases."""
    return _number(_TIMESTAMP, ms) + b"".join(_metric(each, born=False) for each in sensed) + _number(_SEQ, seq)


def death(bd_seq: int) -> bytes:
    """Return the payload of NDEATH."""
    return _session(bd_seq)
