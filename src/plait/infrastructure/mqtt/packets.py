"""MQTT control packets as bytes (MQTT 3.1.1 chapter 3, MQTT 5.0 chapter 3): reading those that are rare, making those that a server sends.

Publications are many: ``connection`` reads their heads in place. ``messages`` reads whole stretches of them back from the log.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = [
    "BadLevel",
    "Connect",
    "Malformed",
    "Subscribe",
    "connack",
    "disconnect",
    "messages",
    "properties",
    "publish",
    "read_connect",
    "read_subscribe",
    "suback",
    "varint",
]

LONGEST = 268_435_455
_U16 = struct.Struct(">H")
# Identifiers of MQTT 5 properties and what follows each: bytes of a fixed size, v a varint, s a text or binary, p a pair of texts.
_PROPERTIES = {
    **dict.fromkeys((0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A), 1),
    **dict.fromkeys((0x13, 0x21, 0x22, 0x23), 2),
    **dict.fromkeys((0x02, 0x11, 0x18, 0x27), 4),
    0x0B: "v",
    0x26: "p",
    **dict.fromkeys((0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F), "s"),
}


class Malformed(Exception):
    """A packet breaks the rules of the protocol; the text says which."""


def varint(value: int) -> bytes:
    """Return ``value`` as a variable byte integer (1 to 4 bytes)."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 127
        out.append(low | (128 if value else 0))
        if not value:
            return bytes(out)


class _Reader:
    """Reads a packet's body; ``Malformed`` when it ends too early."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise Malformed("the packet ends too early")
        part = self.data[self.at : end]
        self.at = end
        return part

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def binary(self) -> bytes:
        return self.take(self.u16())

    def text(self) -> str:
        try:
            text = self.binary().decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("a text is not UTF-8") from error
        if "\0" in text:
            raise Malformed("a text holds a zero")
        return text

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 21:
                raise Malformed("a length has more than four bytes")

    def properties(self) -> dict[int, int]:
        """Read MQTT 5 properties; return those that are numbers, pass over the others."""
        end = self.varint() + self.at
        if end > len(self.data):
            raise Malformed("the properties are longer than the packet")
        found: dict[int, int] = {}
        while self.at < end:
            kind = self.u8()
            size = _PROPERTIES.get(kind)
            if size is None:
                raise Malformed(f"there is no property {kind:#x}")
            if isinstance(size, int):
                found[kind] = int.from_bytes(self.take(size), "big")
            elif size == "v":
                found[kind] = self.varint()
            else:
                for _ in size if size == "s" else "ss":
                    self.binary()
        if self.at != end:
            raise Malformed("the properties are longer than they say")
        return found


def properties(body: bytes) -> dict[int, int]:
    """Read the properties that are all of ``body``; return those that are numbers."""
    take = _Reader(body)
    found = take.properties()
    if take.at != len(body):
        raise Malformed("a packet is longer than it says")
    return found


class Connect(NamedTuple):
    """What a client says when it comes; ``keep_alive`` and ``expiry`` in seconds, ``receive`` how many unacknowledged messages it takes, ``largest`` packet."""

    level: int
    client: str
    clean: bool
    keep_alive: int
    will_topic: str
    will_payload: bytes
    will_qos: int
    will_retain: bool
    user: str
    password: bytes
    expiry: int
    receive: int
    largest: int


class BadLevel(Malformed):
    """A version of the protocol that is not spoken."""


def read_connect(body: bytes) -> Connect:
    """Read the body of a CONNECT; raise ``BadLevel`` for another version, ``Malformed`` for what breaks the rules."""
    take = _Reader(body)
    if take.text() != "MQTT":
        raise BadLevel("the protocol is not called MQTT")
    level = take.u8()
    if level not in (4, 5):
        raise BadLevel(f"level {level} of the protocol is not spoken")
    flags = take.u8()
    if flags & 1 or flags & 0x18 == 0x18 or (not flags & 4 and flags & 0x38) or (level == 4 and flags & 0xC0 == 0x40):
        raise Malformed("the flags of CONNECT contradict one another")
    keep_alive = take.u16()
    given = take.properties() if level == 5 else {}
    client = take.text()
    will_topic, will_payload = "", b""
    if flags & 4:
        if level == 5:
            take.properties()
        will_topic, will_payload = take.text(), take.binary()
    user = take.text() if flags & 0x80 else ""
    password = take.binary() if flags & 0x40 else b""
    if take.at != len(body):
        raise Malformed("CONNECT is longer than it says")
    expiry = given.get(0x11, 0) if level == 5 else 0xFFFFFFFF if not flags & 2 else 0
    receive = given.get(0x21, 65535)
    if not receive:
        raise Malformed("a receive maximum of 0")
    will = will_topic, will_payload, flags >> 3 & 3, bool(flags & 0x20)
    return Connect(level, client, bool(flags & 2), keep_alive, *will, user, password, expiry, receive, given.get(0x27, LONGEST))


class Subscribe(NamedTuple):
    """Filters with their options (the level of service in the lowest two bits; MQTT 5: 4 no local, 8 as published, 16 and 32 handling of what is retained)."""

    number: bytes
    filters: list[tuple[str, int]]


def read_subscribe(body: bytes, level: int, *, options: bool = True) -> Subscribe:
    """Read the body of a SUBSCRIBE, or of an UNSUBSCRIBE (without ``options``)."""
    take = _Reader(body)
    number = take.take(2)
    if number == b"\0\0":
        raise Malformed("a packet identifier of 0")
    if level == 5:
        take.properties()
    filters: list[tuple[str, int]] = []
    while take.at < len(body):
        text = take.text()
        option = take.u8() if options else 0
        if option & 3 == 3 or (level == 4 and option & 0xFC):
            raise Malformed("a subscription has no such options")
        filters.append((text, option))
    if not filters:
        raise Malformed("a subscription to nothing")
    return Subscribe(number, filters)


def connack(level: int, code: int, *, present: bool = False, properties: bytes = b"") -> bytes:
    """Return a CONNACK with a return code (3.1.1) or reason code (5)."""
    body = bytes((present, code)) + (varint(len(properties)) + properties if level == 5 else b"")
    return b"\x20" + varint(len(body)) + body


def suback(kind: int, number: bytes, codes: Sequence[int], level: int) -> bytes:
    """Return a SUBACK (kind 0x90) or UNSUBACK (0xb0; without codes in 3.1.1)."""
    body = number + (b"\0" if level == 5 else b"") + bytes(codes if level == 5 or kind == 0x90 else ())
    return bytes((kind,)) + varint(len(body)) + body


def disconnect(reason: int) -> bytes:
    """Return a DISCONNECT of MQTT 5."""
    return bytes((0xE0, 1, reason))


def publish(topic: bytes, payload: bytes, level: int, *, number: int = 0, again: bool = False, retain: bool = False) -> bytes:
    """Return a PUBLISH; with a packet ``number`` at QoS 1, else at QoS 0; ``again`` sets DUP."""
    head = 0x30 | (2 if number else 0) | (8 if again else 0) | retain
    more = (_U16.pack(number) if number else b"") + (b"\0" if level == 5 else b"")
    size = 2 + len(topic) + len(more) + len(payload)
    return b"%c%b%b%b%b%b" % (head, varint(size), _U16.pack(len(topic)), topic, more, payload)


def messages(data: bytes, level: int) -> Iterator[tuple[int, bytes, int, int, int]]:
    """Yield (first byte, topic, where its body begins, where its payload begins, where it ends) of each whole PUBLISH in ``data``."""
    pos, total = 0, len(data)
    while pos < total:
        first, length, head = data[pos], data[pos + 1], pos + 2
        if length > 127:
            length &= 127
            shift = 7
            while True:
                byte = data[head]
                head += 1
                length |= (byte & 127) << shift
                if byte < 128:
                    break
                shift += 7
        end = head + length
        at = head + 2 + (data[head] << 8 | data[head + 1])
        topic = data[head + 2 : at]
        if first & 6:
            at += 2
        if level == 5:
            at = skip_properties(data, at, end)
        yield first, topic, head, at, end
        pos = end


def skip_properties(data: bytes, at: int, end: int) -> int:
    """Return where the properties that begin at ``at`` end; raise ``Malformed`` when that is behind ``end``."""
    size = shift = 0
    while at < end and shift < 28:
        byte = data[at]
        at += 1
        size |= (byte & 127) << shift
        if byte < 128:
            if at + size > end:
                break
            return at + size
        shift += 7
    raise Malformed("the properties are longer than the packet")
