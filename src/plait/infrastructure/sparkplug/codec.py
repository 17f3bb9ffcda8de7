"""Sparkplug payloads in bytes. The messages are made from our own table of fields when first needed; protobuf is loaded then, not before."""

from functools import cache
from typing import Any

from plait.wire.sparkplug_model import MESSAGES, PACKAGE, Field

__all__ = ["Garbled", "messages", "parse", "payload_class"]

_KINDS = {"u32": 13, "u64": 4, "float": 2, "double": 1, "bool": 8, "string": 9, "bytes": 12}
_MESSAGE = 11
_OPTIONAL, _REPEATED = 1, 3
_LAST = 536_870_912  # one behind the greatest number of a field


class Garbled(ValueError):
    """Bytes that are no payload."""


def _fill(made: Any, field: Field) -> None:
    one = made.field.add(name=field.name, number=field.number, label=_REPEATED if field.many else _OPTIONAL)
    if field.kind in _KINDS:
        one.type = _KINDS[field.kind]
    else:
        one.type = _MESSAGE
        one.type_name = f".{PACKAGE}.{field.kind}"
    if field.one:
        one.oneof_index = 0


def file() -> Any:
    """Return the description of all messages, as protobuf has it (a FileDescriptorProto)."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    made = FileDescriptorProto(name="plait/sparkplug_b.proto", package=PACKAGE, syntax="proto2")
    nodes: dict[str, Any] = {}
    for message in MESSAGES:
        outer, _, name = message.name.rpartition(".")
        node = nodes[outer].nested_type.add(name=name) if outer else made.message_type.add(name=name)
        nodes[message.name] = node
        if any(field.one for field in message.fields):
            node.oneof_decl.add(name="value")
        for field in message.fields:
            _fill(node, field)
        if message.open_from is not None:
            node.extension_range.add(start=message.open_from, end=_LAST)
    return made


@cache
def messages() -> dict[str, Any]:
    """Return the classes of all messages, by name."""
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass

    pool = DescriptorPool()
    pool.AddSerializedFile(file().SerializeToString())
    return {message.name: GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{message.name}")) for message in MESSAGES}


def payload_class() -> Any:
    """Return the class of payloads."""
    return messages()["Payload"]


def parse(content: bytes) -> Any:
    """Read a payload; raise ``Garbled`` for bytes that are none (nested too deep is none either)."""
    from google.protobuf.message import DecodeError

    try:
        return payload_class().FromString(content)
    except (DecodeError, RecursionError) as error:
        raise Garbled(f"no Sparkplug payload: {error}") from error
