"""Payloads to be sent: births, data, deaths and commands of an edge node, commands of a host. No I/O."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from plait.infrastructure.sparkplug.codec import payload_class
from plait.wire.sparkplug import BD_SEQ, REBIRTH, STALE_QUALITY, DataType, array_to, field_of, unsigned

__all__ = ["Told", "birth", "command", "data", "death", "rebirth", "will"]

_INTEGER = frozenset({*range(DataType.INT8, DataType.UINT64 + 1), DataType.DATETIME})


class Told(NamedTuple):
    """One metric: ``value`` None is null; ``quality`` 0 good, 1 uncertain, 2 bad; ``past``: told later than it was."""

    name: str
    ms: int
    value: float | str | bytes | Sequence[Any] | None
    datatype: int = DataType.DOUBLE
    alias: int | None = None
    quality: int = 0
    past: bool = False


def _set(metric: Any, told: Told) -> None:
    if told.value is None:
        metric.is_null = True
        return
    field = field_of(told.datatype)
    value: Any = told.value
    if told.datatype in _INTEGER:
        value = unsigned(told.datatype, int(value))
    elif told.datatype >= DataType.INT8_ARRAY:
        value = array_to(told.datatype, value)
    elif field == "boolean_value":
        value = bool(value)
    setattr(metric, field, value)


def _add(payload: Any, told: Told, *, born: bool) -> None:
    metric = payload.metrics.add(timestamp=told.ms)
    if born or told.alias is None:
        metric.name = told.name
    if told.alias is not None:
        metric.alias = told.alias
    if born:
        metric.datatype = told.datatype
    if told.past:
        metric.is_historical = True
    if told.quality:
        metric.properties.keys.append("Quality")
        metric.properties.values.add(type=DataType.INT32, int_value=STALE_QUALITY if told.quality == 1 else 0)
    _set(metric, told)


def will(bd_seq: int) -> bytes:
    """Return the payload of NDEATH, as it is given to the broker for the case that the link breaks."""
    payload = payload_class()()
    payload.metrics.add(name=BD_SEQ, datatype=DataType.INT64, long_value=bd_seq)
    return bytes(payload.SerializeToString())


def birth(seq: int, ms: int, told: Iterable[Told], bd_seq: int | None = None) -> bytes:
    """Return the payload of NBIRTH (with ``bd_seq``) or DBIRTH."""
    payload = payload_class()(timestamp=ms, seq=seq)
    if bd_seq is not None:
        payload.metrics.add(name=BD_SEQ, timestamp=ms, datatype=DataType.INT64, long_value=bd_seq)
        payload.metrics.add(name=REBIRTH, timestamp=ms, datatype=DataType.BOOLEAN, boolean_value=False)
    for each in told:
        _add(payload, each, born=True)
    return bytes(payload.SerializeToString())


def data(seq: int, ms: int, told: Iterable[Told]) -> bytes:
    """Return the payload of NDATA or DDATA."""
    payload = payload_class()(timestamp=ms, seq=seq)
    for each in told:
        _add(payload, each, born=False)
    return bytes(payload.SerializeToString())


def death(seq: int, ms: int) -> bytes:
    """Return the payload of DDEATH."""
    return bytes(payload_class()(timestamp=ms, seq=seq).SerializeToString())


def command(ms: int, told: Told) -> bytes:
    """Return the payload of NCMD or DCMD: no number, by alias where the metric has one; ValueError for a value that its type does not hold."""
    payload = payload_class()(timestamp=ms)
    _add(payload, told, born=False)
    return bytes(payload.SerializeToString())


def rebirth(ms: int) -> bytes:
    """Return the payload of the command to be born again."""
    payload = payload_class()(timestamp=ms)
    payload.metrics.add(name=REBIRTH, timestamp=ms, datatype=DataType.BOOLEAN, boolean_value=True)
    return bytes(payload.SerializeToString())
