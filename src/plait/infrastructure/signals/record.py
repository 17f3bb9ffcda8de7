"""One record of a segment: the points of a group, 21 bytes each, little-endian: series u32, time i64 ms, value f64, quality u8."""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["SIZE", "Raw", "pack", "unpack"]

_POINT = struct.Struct("<IqdB")
SIZE = _POINT.size


class Raw(NamedTuple):
    """A point as it is kept: the series by number, the time in ms since 1970."""

    series: int
    ms: int
    value: float
    quality: int


def pack(points: Sequence[Raw]) -> bytes:
    """Return the record of ``points``."""
    return b"".join(_POINT.pack(*point) for point in points)


def unpack(record: bytes) -> Iterator[Raw]:
    """Yield the points of a record; ValueError when its length is none of a record."""
    if len(record) % SIZE:
        raise ValueError(f"a record of {len(record)} bytes does not hold whole points")
    return (Raw(*fields) for fields in _POINT.iter_unpack(record))
