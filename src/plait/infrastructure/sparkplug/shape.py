"""Reading many metrics of one message at once: what is alike is read in columns, what is rare one by one."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from plait.infrastructure.sparkplug.values import NUMBERS, number
from plait.wire.sparkplug import DataType, field_of

__all__ = ["Known", "Shape", "columns", "shape_of"]

_NARROW: dict[int, Any] = {
    DataType.INT8: (np.uint8, np.int8),
    DataType.INT16: (np.uint16, np.int16),
    DataType.INT32: (np.uint32, np.int32),
    DataType.INT64: (np.uint64, np.int64),
}


class Known(NamedTuple):
    """A metric as its birth has told it; ``slot`` is where its value lies, -1 for one of several parts."""

    slot: int
    name: str
    datatype: int
    device: str


class Group(NamedTuple):
    """Metrics of one type: their places in the message, how to read one."""

    places: Any
    indexes: tuple[int, ...]
    read: Callable[[Any], Any]
    field: str
    datatype: int


class Shape(NamedTuple):
    """Which metrics a message has; ``keys`` (alias or name) tell whether another message has the same. ``rest``: those that are no plain numbers."""

    keys: list[Any]
    known: list[Known]
    slots: Any
    groups: tuple[Group, ...]
    rest: tuple[int, ...]


def shape_of(keys: list[Any], known: list[Known]) -> Shape:
    """Return the shape of a message with these metrics."""
    by_type: dict[int, list[int]] = {}
    rest: list[int] = []
    for index, each in enumerate(known):
        if each.datatype in NUMBERS and each.slot >= 0:
            by_type.setdefault(each.datatype, []).append(index)
        else:
            rest.append(index)
    groups = []
    for datatype, indexes in by_type.items():
        field = field_of(datatype)
        groups.append(Group(np.array(indexes, np.intp), tuple(indexes), attrgetter(field), field, datatype))
    return Shape(keys, known, np.array([max(each.slot, 0) for each in known], np.uint32), tuple(groups), tuple(rest))


def _numbers(group: Group, metrics: Sequence[Any]) -> tuple[Any, Any]:
    """Return the numbers of a group, and which of them are none. A zero may stand for a value in another field, or for none: those are looked at."""
    chosen = metrics if len(group.indexes) == len(metrics) else [metrics[index] for index in group.indexes]
    raw = list(map(group.read, chosen))
    if group.field in ("int_value", "long_value"):
        whole = np.array(raw, np.uint64)
        zeros = np.flatnonzero(whole == 0)
        if group.datatype in _NARROW:
            unsigned, form = _NARROW[group.datatype]
            whole = whole.astype(unsigned).view(form)
        values = whole.astype(np.float64)
    else:
        values = np.array(raw, np.float64)
        zeros = np.flatnonzero(values == 0)
    bad = ~np.isfinite(values)
    for index in zeros.tolist():
        metric = chosen[index]
        if metric.WhichOneof("value") != group.field:
            other = number(metric, group.datatype)
            if other is None:
                bad[index] = True
            else:
                values[index] = other
    return values, bad


def columns(shape: Shape, metrics: Sequence[Any]) -> tuple[Any, Any]:
    """Return the numbers of a message by place, and which of them cannot be used (null, not finite, no number)."""
    if len(shape.groups) == 1 and not shape.rest:
        return _numbers(shape.groups[0], metrics)
    values = np.zeros(len(metrics))
    bad = np.zeros(len(metrics), bool)
    for group in shape.groups:
        values[group.places], bad[group.places] = _numbers(group, metrics)
    return values, bad
