"""Sparkplug B 3.0.0, what both ends must know: topics, types of data, values on the wire, numbers that count round. No I/O."""

import json
import struct
from collections.abc import Sequence
from enum import IntEnum, StrEnum
from typing import NamedTuple

__all__ = [
    "BAD_QUALITY",
    "BD_SEQ",
    "GOOD_QUALITY",
    "NAMESPACE",
    "REBIRTH",
    "ROUND",
    "STALE_QUALITY",
    "DataType",
    "Kind",
    "StateOf",
    "Topic",
    "array_of",
    "array_to",
    "field_of",
    "follows",
    "is_id",
    "quality_of",
    "signed",
    "state_of",
    "state_text",
    "state_topic",
    "topic_of",
    "unsigned",
]

NAMESPACE = "spBv1.0"
BD_SEQ = "bdSeq"
REBIRTH = "Node Control/Rebirth"
ROUND = 256
BAD_QUALITY, GOOD_QUALITY, STALE_QUALITY = 0, 192, 500
MOST_ITEMS = 100_000
LONGEST_ID = 200


class Kind(StrEnum):
    """Kinds of messages (clause 4.1.3)."""

    NBIRTH = "NBIRTH"
    NDEATH = "NDEATH"
    NDATA = "NDATA"
    NCMD = "NCMD"
    DBIRTH = "DBIRTH"
    DDEATH = "DDEATH"
    DDATA = "DDATA"
    DCMD = "DCMD"


class DataType(IntEnum):
    """Types of data (clause 6.4.16)."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTY_SET = 20
    PROPERTY_SET_LIST = 21
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATETIME_ARRAY = 34


_SIGNED = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_FIELDS = {
    **dict.fromkeys((DataType.INT8, DataType.INT16, DataType.INT32, DataType.UINT8, DataType.UINT16, DataType.UINT32), "int_value"),
    **dict.fromkeys((DataType.INT64, DataType.UINT64, DataType.DATETIME), "long_value"),
    DataType.FLOAT: "float_value",
    DataType.DOUBLE: "double_value",
    DataType.BOOLEAN: "boolean_value",
    **dict.fromkeys((DataType.STRING, DataType.TEXT, DataType.UUID), "string_value"),
    DataType.DATASET: "dataset_value",
    DataType.TEMPLATE: "template_value",
    **dict.fromkeys((DataType.BYTES, DataType.FILE), "bytes_value"),
    **dict.fromkeys([each for each in DataType if each >= DataType.INT8_ARRAY], "bytes_value"),
}
_ITEMS = {
    DataType.INT8_ARRAY: "b",
    DataType.INT16_ARRAY: "h",
    DataType.INT32_ARRAY: "i",
    DataType.INT64_ARRAY: "q",
    DataType.UINT8_ARRAY: "B",
    DataType.UINT16_ARRAY: "H",
    DataType.UINT32_ARRAY: "I",
    DataType.UINT64_ARRAY: "Q",
    DataType.FLOAT_ARRAY: "f",
    DataType.DOUBLE_ARRAY: "d",
    DataType.DATETIME_ARRAY: "q",
}


def field_of(datatype: int) -> str:
    """Return the field of a metric that holds values of ``datatype``; ValueError for a type that no metric can have."""
    try:
        return _FIELDS[DataType(datatype)]
    except (ValueError, KeyError):
        raise ValueError(f"a metric cannot be of type {datatype}") from None


def signed(datatype: int, value: int) -> int:
    """Return an integer from the wire, where it is unsigned: Int8 to Int32 in 32 bits as two's complement, Int64 in 64."""
    bits = _SIGNED.get(datatype)  # type: ignore[call-overload]
    if bits is None:
        return value
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def unsigned(datatype: int, value: int) -> int:
    """Return an integer as it goes onto the wire; ValueError when ``datatype`` does not hold it."""
    bits = _SIGNED.get(datatype)  # type: ignore[call-overload]
    if bits is not None:
        if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
            raise ValueError(f"{value} is no {DataType(datatype).name}")
        return value & (0xFFFF_FFFF if bits <= 32 else 0xFFFF_FFFF_FFFF_FFFF)
    most = {DataType.UINT8: 8, DataType.UINT16: 16, DataType.UINT32: 32}.get(datatype, 64)  # type: ignore[call-overload]
    if not 0 <= value < 1 << most:
        raise ValueError(f"{value} is no {DataType(datatype).name}")
    return value


def array_of(datatype: int, content: bytes) -> list[float] | list[int] | list[bool] | list[str]:
    """Return the items of an array (clause 6.4.17): little-endian, booleans as bits behind their number, texts each ended by zero. ValueError."""
    if datatype == DataType.BOOLEAN_ARRAY:
        if len(content) < 4:
            raise ValueError("an array of booleans begins with its length")
        count = int.from_bytes(content[:4], "little")
        if count > MOST_ITEMS or (count + 7) // 8 != len(content) - 4:
            raise ValueError(f"{count} booleans do not take {len(content) - 4} bytes")
        return [bool(content[4 + index // 8] & 0x80 >> index % 8) for index in range(count)]
    if datatype == DataType.STRING_ARRAY:
        if content and content[-1]:
            raise ValueError("each text of an array ends with a zero")
        return [each.decode("utf-8") for each in content.split(b"\0", MOST_ITEMS)[:-1]]
    form = _ITEMS.get(datatype)  # type: ignore[call-overload]
    if form is None:
        raise ValueError(f"{datatype} is no type of array")
    size = struct.calcsize(f"<{form}")
    count, rest = divmod(len(content), size)
    if rest or count > MOST_ITEMS:
        raise ValueError(f"{len(content)} bytes are no array of items of {size} bytes")
    return list(struct.unpack(f"<{count}{form}", content))


def array_to(datatype: int, items: Sequence[float] | Sequence[int] | Sequence[bool] | Sequence[str]) -> bytes:
    """Return an array as it goes onto the wire; ValueError for items that it cannot hold."""
    if datatype == DataType.BOOLEAN_ARRAY:
        bits = bytearray((len(items) + 7) // 8)
        for index, item in enumerate(items):
            bits[index // 8] |= 0x80 >> index % 8 if item else 0
        return len(items).to_bytes(4, "little") + bytes(bits)
    if datatype == DataType.STRING_ARRAY:
        if any("\0" in str(item) for item in items):
            raise ValueError("a text with a zero in it cannot stand in an array")
        return b"".join(str(item).encode() + b"\0" for item in items)
    form = _ITEMS.get(datatype)  # type: ignore[call-overload]
    if form is None:
        raise ValueError(f"{datatype} is no type of array")
    try:
        return struct.pack(f"<{len(items)}{form}", *items)
    except struct.error as error:
        raise ValueError(f"not an array of type {datatype}: {error}") from error


class Topic(NamedTuple):
    """Where a message belongs: ``device`` is empty for those of the edge node itself."""

    group: str
    kind: Kind
    edge: str
    device: str = ""

    def __str__(self) -> str:
        return "/".join((NAMESPACE, self.group, self.kind, self.edge, *((self.device,) if self.device else ())))


def is_id(text: str) -> bool:
    """Tell whether ``text`` can name a group, an edge node, a device or a host."""
    return 0 < len(text) <= LONGEST_ID and not any(each in text for each in "+#/\0")


def topic_of(text: str) -> Topic | None:
    """Return what a topic says, None for one that is not Sparkplug's: a device stands exactly in those of devices (clause 4.1)."""
    parts = text.split("/")
    if len(parts) not in (4, 5) or parts[0] != NAMESPACE or not all(map(is_id, parts[1:])):
        return None
    kind = Kind.__members__.get(parts[2])
    if kind is None or (len(parts) == 5) != kind.startswith("D"):
        return None
    return Topic(parts[1], kind, parts[3], parts[4] if len(parts) == 5 else "")


def follows(before: int, number: int) -> bool:
    """Tell whether ``number`` comes next after ``before``, counting 0 to 255 round."""
    return number == (before + 1) % ROUND


def quality_of(code: int) -> int:
    """Return 0 good, 1 uncertain, 2 bad for the value of the property ``Quality`` (192, 500, 0)."""
    return {GOOD_QUALITY: 0, STALE_QUALITY: 1}.get(code, 2)


class StateOf(NamedTuple):
    """What a host application says of itself: ``timestamp`` in ms since 1970 (UTC)."""

    online: bool
    timestamp: int


def state_topic(host: str) -> str:
    """Return the topic on which host application ``host`` tells whether it is there."""
    return f"{NAMESPACE}/STATE/{host}"


def state_text(state: StateOf) -> bytes:
    """Return the payload of a STATE message (clause 6.4.24)."""
    return json.dumps({"online": state.online, "timestamp": state.timestamp}, separators=(",", ":")).encode()


def state_of(payload: bytes) -> StateOf | None:
    """Return what a STATE message says, None when it says nothing that can be understood."""
    try:
        told = json.loads(payload[:1000])
        online, timestamp = told["online"], told["timestamp"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(online, bool) or not isinstance(timestamp, int) or isinstance(timestamp, bool) or timestamp < 0:
        return None
    return StateOf(online, timestamp)
