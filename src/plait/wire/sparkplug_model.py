"""Sparkplug B payloads as rows: messages, fields, numbers, kinds (Sparkplug 3.0.0 clause 6.4; the numbers are on the wire).

Kinds: ``u32``, ``u64``, ``float``, ``double``, ``bool``, ``string``, ``bytes``, or the name of a message. ``many``: repeated; ``one``: one of a group
of which a message has at most one. ``open_from``: from which number on strangers may add fields (None: they may not).
"""

from typing import NamedTuple

__all__ = ["MESSAGES", "PACKAGE", "Field", "Message"]

PACKAGE = "org.eclipse.tahu.protobuf"


class Field(NamedTuple):
    """One field of a message."""

    name: str
    number: int
    kind: str
    many: bool = False
    one: bool = False


class Message(NamedTuple):
    """One message; ``name`` with those it stands in, as ``Payload.Template.Parameter``."""

    name: str
    fields: tuple[Field, ...]
    open_from: int | None = None


def _values(first: int, *more: tuple[str, str]) -> tuple[Field, ...]:
    plain = (("int", "u32"), ("long", "u64"), ("float", "float"), ("double", "double"), ("boolean", "bool"), ("string", "string"))
    return tuple(Field(f"{name}_value", number, kind, one=True) for number, (name, kind) in enumerate((*plain, *more), first))


MESSAGES = (
    Message(
        "Payload",
        (
            Field("timestamp", 1, "u64"),
            Field("metrics", 2, "Payload.Metric", many=True),
            Field("seq", 3, "u64"),
            Field("uuid", 4, "string"),
            Field("body", 5, "bytes"),
        ),
        6,
    ),
    Message(
        "Payload.Template",
        (
            Field("version", 1, "string"),
            Field("metrics", 2, "Payload.Metric", many=True),
            Field("parameters", 3, "Payload.Template.Parameter", many=True),
            Field("template_ref", 4, "string"),
            Field("is_definition", 5, "bool"),
        ),
        6,
    ),
    Message(
        "Payload.Template.Parameter",
        (Field("name", 1, "string"), Field("type", 2, "u32"), *_values(3, ("extension", "Payload.Template.Parameter.ParameterValueExtension"))),
    ),
    Message("Payload.Template.Parameter.ParameterValueExtension", (), 1),
    Message(
        "Payload.DataSet",
        (
            Field("num_of_columns", 1, "u64"),
            Field("columns", 2, "string", many=True),
            Field("types", 3, "u32", many=True),
            Field("rows", 4, "Payload.DataSet.Row", many=True),
        ),
        5,
    ),
    Message("Payload.DataSet.DataSetValue", _values(1, ("extension", "Payload.DataSet.DataSetValue.DataSetValueExtension"))),
    Message("Payload.DataSet.DataSetValue.DataSetValueExtension", (), 1),
    Message("Payload.DataSet.Row", (Field("elements", 1, "Payload.DataSet.DataSetValue", many=True),), 2),
    Message(
        "Payload.PropertyValue",
        (
            Field("type", 1, "u32"),
            Field("is_null", 2, "bool"),
            *_values(
                3,
                ("propertyset", "Payload.PropertySet"),
                ("propertysets", "Payload.PropertySetList"),
                ("extension", "Payload.PropertyValue.PropertyValueExtension"),
            ),
        ),
    ),
    Message("Payload.PropertyValue.PropertyValueExtension", (), 1),
    Message("Payload.PropertySet", (Field("keys", 1, "string", many=True), Field("values", 2, "Payload.PropertyValue", many=True)), 3),
    Message("Payload.PropertySetList", (Field("propertyset", 1, "Payload.PropertySet", many=True),), 2),
    Message(
        "Payload.MetaData",
        (
            Field("is_multi_part", 1, "bool"),
            Field("content_type", 2, "string"),
            Field("size", 3, "u64"),
            Field("seq", 4, "u64"),
            Field("file_name", 5, "string"),
            Field("file_type", 6, "string"),
            Field("md5", 7, "string"),
            Field("description", 8, "string"),
        ),
        9,
    ),
    Message(
        "Payload.Metric",
        (
            Field("name", 1, "string"),
            Field("alias", 2, "u64"),
            Field("timestamp", 3, "u64"),
            Field("datatype", 4, "u32"),
            Field("is_historical", 5, "bool"),
            Field("is_transient", 6, "bool"),
            Field("is_null", 7, "bool"),
            Field("metadata", 8, "Payload.MetaData"),
            Field("properties", 9, "Payload.PropertySet"),
            *_values(
                10,
                ("bytes", "bytes"),
                ("dataset", "Payload.DataSet"),
                ("template", "Payload.Template"),
                ("extension", "Payload.Metric.MetricValueExtension"),
            ),
        ),
    ),
    Message("Payload.Metric.MetricValueExtension", (), 1),
)
