"""Payloads are what the official description says, and survive whatever is thrown at them."""

import contextlib
import re
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given, settings
from hypothesis import strategies as st

from plait.infrastructure.sparkplug.codec import Garbled, file, parse, payload_class
from plait.infrastructure.sparkplug.host import Host
from plait.wire.sparkplug import DataType, array_of, array_to, signed, topic_of, unsigned
from plait.wire.sparkplug_model import PACKAGE
from tests.infrastructure.sparkplug.support import NOW
from tests.support.require import conformance_data

TYPES = {"uint64": 4, "uint32": 13, "float": 2, "double": 1, "bool": 8, "string": 9, "bytes": 12}


def official() -> Any:
    """Read the official description with a reader of its own: what this file uses of the language, no more."""
    text = (conformance_data("sparkplug") / "sparkplug_b.proto").read_text("utf-8")
    text = re.sub(r"enum \w+ \{[^}]*\}", "", re.sub(r"//[^\n]*", "", text))
    made = FileDescriptorProto(name="official.proto", package=PACKAGE, syntax="proto2")
    stack: list[Any] = [made]
    group = False
    for word in re.findall(r"message \w+ \{|oneof \w+ \{|\}|extensions +\d+ to max|(?:optional |repeated )?[\w]+ +\w+ += \d+", text):
        parts = word.replace("=", " ").split()
        if parts[0] == "message":
            stack.append(stack[-1].message_type.add(name=parts[1]) if len(stack) == 1 else stack[-1].nested_type.add(name=parts[1]))
        elif parts[0] == "oneof":
            stack[-1].oneof_decl.add(name=parts[1])
            group = True
        elif parts[0] == "}":
            if group:
                group = False
            else:
                stack.pop()
        elif parts[0] == "extensions":
            stack[-1].extension_range.add(start=int(parts[1]), end=536_870_912)
        elif len(stack) > 1:
            label, kind, name, number = parts if len(parts) == 4 else ("optional", *parts)
            field = stack[-1].field.add(name=name, number=int(number), label=3 if label == "repeated" else 1)
            if kind in TYPES:
                field.type = TYPES[kind]
            else:
                field.type_name = kind
                field.type = 11
            if group:
                field.oneof_index = 0
    return made


def described(message: Any, outer: str = "") -> dict[str, Any]:
    """Return the fields of all messages as rows."""
    name = f"{outer}{message.name}"
    rows = {(one.name, one.number, one.label, one.type, one.type_name.rpartition(".")[2], one.HasField("oneof_index")) for one in message.field}
    found: dict[str, Any] = {name: (rows, [(each.start, each.end) for each in message.extension_range])}
    for each in message.nested_type:
        found |= described(each, f"{name}.")
    return found


def test_the_tables_are_the_official_description() -> None:
    """Tests that every message, field, number and type is that of the official file."""
    assert described(file().message_type[0]) == described(official().message_type[0])


text = st.text(max_size=8)
metric = st.fixed_dictionaries(
    {},
    optional={
        "name": text,
        "alias": st.integers(0, 2**64 - 1),
        "timestamp": st.integers(0, 2**64 - 1),
        "datatype": st.integers(0, 40),
        "is_historical": st.booleans(),
        "is_null": st.booleans(),
        "int_value": st.integers(0, 2**32 - 1),
        "long_value": st.integers(0, 2**64 - 1),
        "double_value": st.floats(),
        "string_value": text,
        "bytes_value": st.binary(max_size=20),
        "dataset_value": st.just({"columns": ["a", "b"], "types": [10, 12], "rows": [{"elements": [{"double_value": 1}, {"string_value": "x"}]}]}),
        "template_value": st.just({"template_ref": "T", "metrics": [{"name": "m", "datatype": 10, "double_value": 2.5}]}),
        "properties": st.just({"keys": ["Quality"], "values": [{"type": 3, "int_value": 0}]}),
    },
)
payload = st.fixed_dictionaries(
    {"metrics": st.lists(metric, max_size=6)}, optional={"timestamp": st.integers(0, 2**64 - 1), "seq": st.integers(0, 300), "body": st.binary(max_size=5)}
)


@settings(max_examples=40, deadline=None)
@given(payload)
def test_payloads_of_ours_and_of_the_official_description_are_one(told: dict[str, Any]) -> None:
    """Tests that what one side writes the other reads, byte for byte."""
    pool = DescriptorPool()
    pool.AddSerializedFile(official().SerializeToString())
    theirs = GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.Payload"))
    content = payload_class()(**told).SerializeToString(deterministic=True)
    assert theirs.FromString(content).SerializeToString(deterministic=True) == content
    assert parse(theirs(**told).SerializeToString()).SerializeToString(deterministic=True) == content


TOPICS = tuple(f"spBv1.0/g/{kind}/e" for kind in ("NBIRTH", "NDATA", "NDEATH")) + tuple(f"spBv1.0/g/{kind}/e/d" for kind in ("DBIRTH", "DDATA", "DDEATH"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TOPICS), payload), max_size=8))
def test_whatever_a_payload_says_the_host_goes_on(told: list[tuple[str, dict[str, Any]]]) -> None:
    """Tests that no payload, however odd, is an error to the host, and that all columns it makes are of one length."""
    host = Host()
    for topic, one in told:
        host.take(topic, payload_class()(**one).SerializeToString(), NOW)
    columns = host.heard().joined()
    assert columns is None or len({len(each) for each in columns}) == 1


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60))
def test_bytes_that_are_no_payload_are_told_apart(content: bytes) -> None:
    """Tests that any bytes are a payload or ``Garbled``, and that the host takes them all."""
    with contextlib.suppress(Garbled):
        parse(content)
    host = Host()
    host.take("spBv1.0/g/NBIRTH/e", content, NOW)
    assert len(host.nodes) <= 1


INTEGERS = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(INTEGERS)), st.data())
def test_signed_numbers_are_two_s_complement(datatype: DataType, data: st.DataObject) -> None:
    """Tests that signed numbers go onto the wire in 32 or 64 bits and come back."""
    bits = INTEGERS[datatype]
    value = data.draw(st.integers(-(1 << (bits - 1)), (1 << (bits - 1)) - 1))
    wire = unsigned(datatype, value)
    assert wire == value % (1 << (64 if bits == 64 else 32))
    assert signed(datatype, wire) == value
    with pytest.raises(ValueError, match="is no"):
        unsigned(datatype, 1 << (bits - 1))


ITEMS: dict[DataType, st.SearchStrategy[Any]] = {
    DataType.INT8_ARRAY: st.integers(-128, 127),
    DataType.UINT64_ARRAY: st.integers(0, 2**64 - 1),
    DataType.DOUBLE_ARRAY: st.floats(allow_nan=False),
    DataType.BOOLEAN_ARRAY: st.booleans(),
    DataType.STRING_ARRAY: st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=5),
}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(ITEMS)), st.data())
def test_arrays_come_back(datatype: DataType, data: st.DataObject) -> None:
    """Tests that arrays of each form come back, and that any other bytes are an array or a ValueError."""
    items = data.draw(st.lists(ITEMS[datatype], max_size=20))
    assert array_of(datatype, array_to(datatype, items)) == items
    with contextlib.suppress(ValueError):
        array_of(datatype, data.draw(st.binary(max_size=12)))


def test_arrays_as_the_specification_shows_them() -> None:
    """Tests the specification's own examples of arrays."""
    assert array_to(DataType.INT8_ARRAY, [-23, 123]) == bytes([0xE9, 0x7B])
    assert array_to(DataType.INT16_ARRAY, [-30000, 30000]) == bytes([0xD0, 0x8A, 0x30, 0x75])
    assert array_to(DataType.STRING_ARRAY, ["ABC", "hello"]) == b"ABC\0hello\0"
    wire = bytes([0x0C, 0, 0, 0, 0b0011_0100, 0b1101_0000])
    told = [bool(int(each)) for each in "001101001101"]
    assert array_of(DataType.BOOLEAN_ARRAY, wire) == told
    assert array_to(DataType.BOOLEAN_ARRAY, told) == wire


def test_topics() -> None:
    """Tests that a device stands exactly in topics of devices."""
    told = topic_of("spBv1.0/g/DDATA/e/d")
    assert told is not None
    assert str(told) == "spBv1.0/g/DDATA/e/d"
    for wrong in ("spBv1.0/g/DDATA/e", "spBv1.0/g/NDATA/e/d", "spBv1.0/STATE/h", "spAv1.0/g/NDATA/e", "spBv1.0//NDATA/e", "spBv1.0/g/XDATA/e"):
        assert topic_of(wrong) is None
