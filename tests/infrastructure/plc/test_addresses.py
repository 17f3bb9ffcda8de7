"""Addresses as people write them, and which are read together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.infrastructure.machines.grouping import Span, grouped
from plait.infrastructure.machines.mc3e import address as mc3e
from plait.infrastructure.machines.modbus import address as modbus
from plait.infrastructure.machines.s7 import address as s7
from plait.infrastructure.machines.signalmap import Entry, entries
from plait.kernel.problems import Problem
from plait.wire.mc3e import DEVICES
from plait.wire.registers import Kind, Order

NUMBERS = [kind for kind in Kind if kind is not Kind.STRING]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("holding:0", ("holding", 0, Kind.UINT16, "abcd", -1, 0)),
        ("holding:40001:float32:badc", ("holding", 0, Kind.FLOAT32, "badc", -1, 0)),
        ("40001:float32:badc", ("holding", 0, Kind.FLOAT32, "badc", -1, 0)),
        ("holding:465536", ("holding", 65535, Kind.UINT16, "abcd", -1, 0)),
        ("holding:@40001", ("holding", 40001, Kind.UINT16, "abcd", -1, 0)),
        ("holding:0x9C41", ("holding", 40001, Kind.UINT16, "abcd", -1, 0)),
        ("holding:39999", ("holding", 39999, Kind.UINT16, "abcd", -1, 0)),
        ("30010:int16:ba", ("input", 9, Kind.INT16, "badc", -1, 0)),
        ("Input:7:BIT15", ("input", 7, None, "abcd", 15, 0)),
        ("00008", ("coil", 7, None, "abcd", -1, 0)),
        ("coil:7", ("coil", 7, None, "abcd", -1, 0)),
        ("10001", ("discrete", 0, None, "abcd", -1, 0)),
        ("holding:10:string9:dcba", ("holding", 10, Kind.STRING, "dcba", -1, 9)),
    ],
)
def test_modbus_addresses(address: str, place: tuple[Any, ...]) -> None:
    """Tests both ways of counting, types, byte orders, bits and text."""
    assert tuple(modbus.parse(address)) == place


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "none of the tables"),
        ("holdings:1", "none of the tables coil, discrete, input, holding"),
        ("holding", "1 parts"),
        ("holding:65536", "more than the last address, 65535"),
        ("holding:40000", "begin with 40001"),
        ("holding:-1", "no number from 0"),
        ("holding:65535:float32", "behind the last address"),
        ("holding:1:float16", "none of the types int16"),
        ("holding:1:float32:bad", "none of the byte orders abcd, cdab"),
        ("holding:1:bit16", "none of the types"),
        ("holding:1:bit3:abcd", "a bit has no byte order"),
        ("holding:1:string241", "at most 240 bytes"),
        ("coil:1:int16", "a coil is one bit"),
        ("holding:1:int16:abcd:x", "5 parts"),
        ("50001", "none of the tables"),
    ],
)
def test_wrong_modbus_addresses(address: str, says: str) -> None:
    """Tests that a wrong address is refused with what is wrong with it."""
    with pytest.raises(Problem, match="bad-machine") as refusal:
        modbus.parse(address)
    assert says in refusal.value.detail


@given(st.sampled_from(["input", "holding"]), st.integers(0, 65500), st.sampled_from(NUMBERS), st.sampled_from(Order))
def test_modbus_addresses_are_read_back(table: str, number: int, kind: Kind, order: Order) -> None:
    """Tests that what is written of a place is read as that place."""
    place = modbus.Place(table, number, kind, order)
    assert modbus.parse(modbus.text(place)) == place
    bit = modbus.Place("coil", number, None)
    assert modbus.parse(modbus.text(bit)) == bit


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("DB1.DBD4:REAL", ("DB", 1, 4, "REAL", -1, 0)),
        ("db1.dbx0.3", ("DB", 1, 0, "BOOL", 3, 0)),
        ("MW10", ("M", 0, 10, "WORD", -1, 0)),
        ("%MW10:int", ("M", 0, 10, "INT", -1, 0)),
        ("E0.0", ("I", 0, 0, "BOOL", 0, 0)),
        ("AB4", ("Q", 0, 4, "BYTE", -1, 0)),
        ("MX3.7:BOOL", ("M", 0, 3, "BOOL", 7, 0)),
        ("DB20.DBB100:LREAL", ("DB", 20, 100, "LREAL", -1, 0)),
        ("DB20.DBB2:STRING[30]", ("DB", 20, 2, "STRING", -1, 30)),
    ],
)
def test_s7_addresses(address: str, place: tuple[Any, ...]) -> None:
    """Tests areas, both languages, sizes, types, bits and text; what is written of a place is read as that place."""
    found = s7.parse(address)
    assert tuple(found) == place
    assert s7.parse(s7.text(found)) == found


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("Motor.Speed", "no absolute S7 address"),
        ("M10", "size letter"),
        ("DB0.DBW0", "numbered 1 to"),
        ("DB1.DBX0", "by its byte and 0 to 7"),
        ("DB1.DBX0.8", "by its byte and 0 to 7"),
        ("DB1.DBW0.1", "written with X"),
        ("DB1.DBX0.1:INT", "a single bit is a BOOL"),
        ("DB1.DBW0:REAL", "takes 4 byte(s), the letter W stands for 2"),
        ("DB1.DBW0:FLOAT", "none of the types"),
        ("DB1.DBB0:STRING", "STRING[20]"),
        ("DB1.DBB0:STRING[255]", "1 to 254"),
        ("DB1.DBB0:BYTE[2]", "no length"),
        ("DB1.DBD65534", "behind byte"),
    ],
)
def test_wrong_s7_addresses(address: str, says: str) -> None:
    """Tests that a wrong address is refused with what is wrong with it."""
    with pytest.raises(Problem, match="bad-machine") as refusal:
        s7.parse(address)
    assert says in refusal.value.detail


@given(st.sampled_from(sorted(DEVICES)), st.integers(0, 0xFFFF00), st.sampled_from(NUMBERS), st.booleans())
def test_mitsubishi_addresses_are_read_back(device: str, number: int, kind: Kind, octal: bool) -> None:
    """Tests that every device's numbers are written in its own base and read back."""
    place = mc3e.Place(device, number, None if DEVICES[device].bit else kind)
    assert mc3e.parse(mc3e.text(place, octal=octal), octal=octal) == place


@pytest.mark.parametrize(
    ("address", "octal", "place"),
    [
        ("D100", False, ("D", 100, Kind.UINT16, -1, 0)),
        ("d100.a", False, ("D", 100, None, 10, 0)),
        ("X1F", False, ("X", 0x1F, None, -1, 0)),
        ("X17", True, ("X", 0o17, None, -1, 0)),
        ("B1A", False, ("B", 0x1A, None, -1, 0)),
        ("W1A:int32", False, ("W", 0x1A, Kind.INT32, -1, 0)),
        ("ZR5000:string5", False, ("ZR", 5000, Kind.STRING, -1, 5)),
        ("TN3", False, ("TN", 3, Kind.UINT16, -1, 0)),
    ],
)
def test_mitsubishi_addresses(address: str, octal: bool, place: tuple[Any, ...]) -> None:
    """Tests devices with their bases, bits of words, types and text."""
    assert tuple(mc3e.parse(address, octal=octal)) == place


@pytest.mark.parametrize(
    ("address", "octal", "says"),
    [
        ("Q100", False, "no device and number"),
        ("D1F", False, "D is numbered decimal"),
        ("X9", True, "X is numbered octal"),
        ("M10.1", False, "a bit already"),
        ("M10:int16", False, "a single bit is a bool"),
        ("D10:real", False, "none of the types"),
        ("D10:string300", False, "at most 240"),
        ("D16777215:float32", False, "behind the last number"),
    ],
)
def test_wrong_mitsubishi_addresses(address: str, octal: bool, says: str) -> None:
    """Tests that a wrong address is refused with what is wrong with it."""
    with pytest.raises(Problem, match="bad-machine") as refusal:
        mc3e.parse(address, octal=octal)
    assert says in refusal.value.detail


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 8)), min_size=1, max_size=60), st.integers(8, 125), st.integers(0, 20))
def test_blocks_hold_every_value_and_nothing_outside(spans: list[tuple[int, int]], most: int, bridge: int) -> None:
    """Tests that every value lies whole in one block, no block is longer than allowed or has a longer hole, and each begins and ends with a value."""
    asked = [Span(start, size, str(number)) for number, (start, size) in enumerate(spans)]
    blocks = grouped(asked, most, bridge)
    assert sorted(member for block in blocks for member in block.members) == sorted(asked)
    wanted = {element for span in asked for element in range(span.start, span.start + span.size)}
    for block in blocks:
        elements = range(block.start, block.start + block.size)
        assert block.size <= most
        assert {elements[0], elements[-1]} <= wanted
        hole = 0
        for element in elements:
            hole = 0 if element in wanted else hole + 1
            assert hole <= bridge
        assert all(block.start <= each.start and each.start + each.size <= block.start + block.size for each in block.members)


def test_a_makers_list() -> None:
    """Tests that a list is read whatever is between its columns, each address once, and names that are there twice are numbered."""
    text = "\ufeffName;Address;Unit\nspeed;holding:1;RPM\nspeed;holding:2;\n\nspeed;holding:1;\n"
    assert entries(text) == [Entry("holding:1", "speed", "RPM"), Entry("holding:2", "speed-2")]
    for wrong, says in (("a,b\n1,2", "must name the columns"), ("address,name\nD1,", "line 2: address and name")):
        with pytest.raises(Problem, match="bad-machine") as refusal:
            entries(wrong)
        assert says in refusal.value.detail
