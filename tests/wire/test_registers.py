"""Values in 16-bit registers."""

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.wire.registers import Kind, Order, decode, encode, width

RANGES = {
    Kind.INT16: (-(2**15), 2**15 - 1),
    Kind.UINT16: (0, 2**16 - 1),
    Kind.INT32: (-(2**31), 2**31 - 1),
    Kind.UINT32: (0, 2**32 - 1),
    Kind.INT64: (-(2**63), 2**63 - 1),
    Kind.UINT64: (0, 2**64 - 1),
}


def values(kind: Kind) -> st.SearchStrategy[Any]:
    """Any value a kind can hold."""
    if kind is Kind.STRING:
        return st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=12)
    if kind in RANGES:
        return st.integers(*RANGES[kind])
    return st.floats(width=32 if kind is Kind.FLOAT32 else 64, allow_nan=False)


@given(st.data(), st.sampled_from(Kind), st.sampled_from(Order))
def test_what_is_written_is_read(data: st.DataObject, kind: Kind, order: Order) -> None:
    """Tests that any value of any type comes back through registers of any byte order, in as many registers as said."""
    value = data.draw(values(kind))
    words = encode(value, kind, order, 12)
    assert len(words) == width(kind, 12)
    assert all(0 <= word <= 0xFFFF for word in words)
    assert decode(words, kind, order) == value


def test_orders_are_those_of_the_makers() -> None:
    """Tests each order against bytes written down by hand."""
    value = 0x0A0B0C0D
    assert [encode(value, Kind.UINT32, order) for order in Order] == [[0x0A0B, 0x0C0D], [0x0C0D, 0x0A0B], [0x0B0A, 0x0D0C], [0x0D0C, 0x0B0A]]
    assert encode(1.5, Kind.FLOAT64, Order.DCBA) == list(struct.unpack(">4H", struct.pack("<d", 1.5)))
    assert encode("AB", Kind.STRING, Order.BADC, 4) == [0x4241, 0]


@pytest.mark.parametrize(
    ("value", "kind", "says"),
    [
        (70_000, Kind.INT16, "does not fit into int16"),
        (-1, Kind.UINT32, "does not fit into uint32"),
        (1.5, Kind.UINT16, "whole numbers, not 1.5"),
        (math.inf, Kind.INT32, "whole numbers, not inf"),
        (1e300, Kind.FLOAT32, "does not fit into float32"),
        ("on", Kind.UINT16, "takes a number, not 'on'"),
        (1, Kind.STRING, "written with words"),
        ("x" * 13, Kind.STRING, "there is room for 12"),
        ("中", Kind.STRING, "ISO 8859-1"),
    ],
)
def test_what_does_not_fit_is_said(value: Any, kind: Kind, says: str) -> None:
    """Tests that a value that does not fit is refused in words and never cut."""
    with pytest.raises(ValueError, match=says):
        encode(value, kind, length=12)


def test_whole_numbers_forgive_scaling() -> None:
    """Tests that a number that scaling has moved by a hair is the whole number it stands for."""
    assert encode(0.3 / 0.1, Kind.UINT16) == [3]
