"""Values out of metrics: numbers and words as the lake has them; datasets, templates and arrays in their single parts."""

import math
from collections.abc import Iterator
from typing import Any

from plait.wire.sparkplug import DataType, array_of, quality_of, signed

__all__ = ["COMPLEX", "NUMBERS", "leaves", "number", "quality"]

DEEPEST = 4
MOST_PARTS = 1_000
LONGEST_TEXT = 500
INTEGERS = frozenset(each for each in DataType if each <= DataType.UINT64) - {DataType.UNKNOWN} | {DataType.DATETIME}
NUMBERS = INTEGERS | {DataType.FLOAT, DataType.DOUBLE, DataType.BOOLEAN}
TEXTS = frozenset({DataType.STRING, DataType.TEXT, DataType.UUID})
ARRAYS = frozenset(each for each in DataType if each >= DataType.INT8_ARRAY)
COMPLEX = ARRAYS | {DataType.DATASET, DataType.TEMPLATE}
_PLAIN = {"int_value": 1, "long_value": 1, "float_value": 2, "double_value": 2, "boolean_value": 3}


def number(metric: Any, datatype: int) -> float | None:
    """Return a number from whichever field it stands in (UInt32 comes in either of two), None when there is none."""
    field = metric.WhichOneof("value")
    form = _PLAIN.get(field)
    if form is None:
        return None
    value = getattr(metric, field)
    return float(signed(datatype, value)) if form == 1 else float(value)


def _text(value: Any) -> str | None:
    return str(value)[:LONGEST_TEXT] or None


def leaves(name: str, metric: Any, datatype: int, depth: int = 0) -> Iterator[tuple[str, float | str | None]]:
    """Yield the values of a metric, each with its name: of a template by member, of a dataset by row and column, of an array by place.

    None stands for a value that is null or cannot be used (bytes, files). At most ``MOST_PARTS`` of an array or a dataset.
    """
    if getattr(metric, "is_null", False):
        yield name, None
        return
    field = metric.WhichOneof("value")
    if datatype == DataType.TEMPLATE and field == "template_value":
        yield from _members(name, metric.template_value, depth)
    elif datatype == DataType.DATASET and field == "dataset_value":
        yield from _cells(name, metric.dataset_value)
    elif datatype in ARRAYS and field == "bytes_value":
        yield from _items(name, datatype, metric.bytes_value)
    elif datatype in TEXTS:
        yield name, _text(metric.string_value) if field == "string_value" else None
    elif datatype in NUMBERS:
        value = number(metric, datatype)
        yield name, value if value is None or math.isfinite(value) else None
    else:
        yield name, None


def _members(name: str, template: Any, depth: int) -> Iterator[tuple[str, float | str | None]]:
    if depth >= DEEPEST:
        return
    for member in template.metrics[:MOST_PARTS]:
        if member.name:
            yield from leaves(f"{name}/{member.name}", member, member.datatype, depth + 1)


def _cells(name: str, dataset: Any) -> Iterator[tuple[str, float | str | None]]:
    columns, types = list(dataset.columns), list(dataset.types)
    if not columns or len(columns) != len(types):
        return
    for place, row in enumerate(dataset.rows[: MOST_PARTS // len(columns)]):
        if len(row.elements) == len(columns):
            for column, datatype, cell in zip(columns, types, row.elements, strict=True):
                if datatype in TEXTS or datatype in NUMBERS:
                    yield from leaves(f"{name}[{place}]/{column}", cell, datatype)


def _items(name: str, datatype: int, content: bytes) -> Iterator[tuple[str, float | str | None]]:
    try:
        items: list[Any] = list(array_of(datatype, content))
    except ValueError:
        yield name, None
        return
    for place, item in enumerate(items[:MOST_PARTS]):
        if isinstance(item, str):
            yield f"{name}[{place}]", _text(item)
        else:
            yield f"{name}[{place}]", float(item) if math.isfinite(item) else None


def quality(metric: Any) -> int:
    """Return the quality that a metric's property ``Quality`` tells (clause 6.4.11): 0 good, 1 uncertain, 2 bad; good when it tells none."""
    if not metric.HasField("properties"):
        return 0
    properties = metric.properties
    for key, value in zip(properties.keys, properties.values, strict=False):
        if key in ("Quality", "quality"):
            code = number(value, value.type)
            return 0 if code is None else quality_of(int(code))
    return 0
