"""The host application (Sparkplug 3.0.0 clauses 5.2, 5.12 and 6.4): follows edge nodes and devices from their births to their deaths. No I/O.

What is in doubt is no value: after a gap nothing is believed until the edge node is born again. Memory is bounded by ``Limits``.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np

from plait.infrastructure.sparkplug.codec import Garbled, parse
from plait.infrastructure.sparkplug.heard import Event, Heard, Missing, Slot, Word
from plait.infrastructure.sparkplug.node import Device, EdgeNode, Waiting
from plait.infrastructure.sparkplug.shape import Known, columns, shape_of
from plait.infrastructure.sparkplug.values import COMPLEX, NUMBERS, leaves, quality
from plait.kernel.clock import SYSTEM
from plait.wire.sparkplug import BD_SEQ, REBIRTH, ROUND, DataType, Kind, Topic, follows, topic_of

__all__ = ["BAD", "STALE", "Host", "Limits"]

STALE, BAD = 1, 2
LONGEST_NAME = 300
AHEAD_MS = 24 * 3600 * 1000


class Limits(msgspec.Struct, frozen=True):
    """How much a host remembers at most, how long it waits for what is out of order, and how often it asks one edge node to be born again."""

    nodes: int = 2_000
    devices: int = 20_000
    slots: int = 250_000
    births_bytes: int = 128 << 20
    waiting: int = 200
    waiting_bytes: int = 4 << 20
    reorder_s: float = 5.0
    again_s: float = 5.0


class Host:
    """Takes messages one by one; ``heard`` is what they said. ``now``: monotonic seconds."""

    def __init__(self, limits: Limits = Limits(), now: Callable[[], float] = SYSTEM.monotonic) -> None:
        self.limits = limits
        self.slots: list[Slot] = []
        self.nodes: dict[tuple[str, str], EdgeNode] = {}
        self.garbled = self.refused = self.repeated = self.historical = 0
        self._now = now
        self._numbers: dict[tuple[str, str, str, str], int] = {}
        self._value = np.zeros(1024)
        self._ms = np.zeros(1024, np.int64)
        self._words: dict[int, str] = {}
        self._devices = 0
        self._births_bytes = 0
        self._heard = Heard()

    def heard(self) -> Heard:
        """Return what has come since this was last asked."""
        heard, self._heard = self._heard, Heard()
        return heard

    def live(self, slot: int) -> tuple[int, float] | None:
        """Return the live value of a slot with its time (ms), None when none has come."""
        return (int(self._ms[slot]), float(self._value[slot])) if self._ms[slot] else None

    # -- messages

    def take(self, topic_text: str, content: bytes, ms: int) -> None:
        """Take one message that came at ``ms`` (UTC)."""
        topic = topic_of(topic_text)
        if topic is None or topic.kind in (Kind.NCMD, Kind.DCMD):
            return
        try:
            payload = parse(content)
        except Garbled:
            self.garbled += 1
            return
        node = self.nodes.get((topic.group, topic.edge))
        if node is None:
            if len(self.nodes) >= self.limits.nodes:
                self.refused += 1
                return
            node = self.nodes[topic.group, topic.edge] = EdgeNode(topic.group, topic.edge)
        if topic.kind is Kind.NBIRTH:
            self._node_birth(node, payload, content, ms)
        elif topic.kind is Kind.NDEATH:
            self._node_death(node, payload, ms)
        else:
            self._ordered(node, topic, payload, content, ms)

    def _ordered(self, node: EdgeNode, topic: Topic, payload: Any, content: bytes, ms: int) -> None:
        if not node.born:
            self._miss(node, ms)
            self._ask(node)
            return
        if node.seq is None and ms < node.restored_ms:
            self.repeated += 1  # it was heard before the restart: births are written down after all that came before them
            return
        if node.remember(hash((topic.kind, topic.device, content))):
            self.repeated += 1
            return
        seq = payload.seq
        if not payload.HasField("seq") or seq >= ROUND:
            self.garbled += 1
            return
        if 0 < payload.timestamp < node.birth_at and not any(
            metric.is_historical for metric in payload.metrics[:1]
        ):  # said before the birth: its aliases are not those of now
            self._miss(node, ms)
            if node.seq is not None and follows(node.seq, seq):
                self._ask(node)  # or the edge node's clock was put back: then its next birth says so
            return
        if node.seq is not None and not follows(node.seq, seq):
            self._early(node, Waiting(topic, payload, ms, len(content)), seq, ms)
            return
        node.seq = seq
        self._one(node, topic, payload, content, ms)
        while node.waiting and node.born and (after := node.waiting.pop((node.seq + 1) % ROUND, None)) is not None:
            node.seq = (node.seq + 1) % ROUND
            self._one(node, after.topic, after.payload, after.payload.SerializeToString() if after.topic.kind is Kind.DBIRTH else b"", after.ms)
        if not node.waiting:
            node.since = None

    def _early(self, node: EdgeNode, message: Waiting, seq: int, ms: int) -> None:
        """Keep a message until those before it come; too many of them, or another one of its number, is a gap, as is one that should have come before."""
        if node.since is None:
            node.since, node.since_ms = self._now(), ms
        behind = node.seq is not None and (seq - node.seq - 1) % ROUND >= ROUND // 2
        if behind or seq in node.waiting or len(node.waiting) >= self.limits.waiting or node.waiting_bytes + message.size > self.limits.waiting_bytes:
            node.lost += 1
            self._break(node)
            return
        node.waiting[seq] = message
        self.due()

    def _one(self, node: EdgeNode, topic: Topic, payload: Any, content: bytes, ms: int) -> None:
        if topic.kind is Kind.DBIRTH:
            self._device_birth(node, topic.device, payload, content, ms)
            return
        device = node.devices.get(topic.device)
        if topic.kind is Kind.DDEATH:
            if device is not None and device.born:
                self._dead(node, device, _at(payload, ms))
            return
        if device is None or not device.born:
            self._miss(node, ms)
            self._ask(node)
            return
        self._data(node, device, payload, ms)

    # -- what is missing

    def due(self) -> float | None:
        """Give up waiting for what has not come in time; return in how many seconds to ask again, None when nothing is waited for."""
        now = self._now()
        ends = []
        for node in self.nodes.values():
            if node.since is not None:
                left = node.since + self.limits.reorder_s - now
                if left <= 0:
                    self._break(node)
                else:
                    ends.append(left)
        return min(ends, default=None)

    def _break(self, node: EdgeNode, ms: int = 0) -> None:
        """Something of the node is missing: nothing is believed until it is born again."""
        node.lost += len(node.waiting)
        node.away_ms = node.away_ms or node.since_ms or ms
        node.waiting.clear()
        node.since, node.since_ms = None, 0
        node.born = False
        self._ask(node)

    def _miss(self, node: EdgeNode, ms: int) -> None:
        node.away_ms = node.away_ms or ms
        node.lost += 1

    def _ask(self, node: EdgeNode) -> None:
        now = self._now()
        if node.asked is None or now - node.asked >= self.limits.again_s:
            node.asked = now
            self._heard.rebirths.append((node.group, node.edge))

    def doubt(self, ms: int) -> None:
        """The link was away: every edge node is to be born again before it is believed."""
        for node in self.nodes.values():
            if node.born:
                self._break(node, ms)

    # -- births and deaths

    def _node_birth(self, node: EdgeNode, payload: Any, content: bytes, ms: int) -> None:
        if node.born and node.remember(hash((Kind.NBIRTH, "", content))):
            self.repeated += 1
            return
        bd_seq = next((metric.long_value or metric.int_value for metric in payload.metrics if metric.name == BD_SEQ), -1)
        if bd_seq == node.bd_seq and 0 < payload.timestamp < node.birth_at:
            self.repeated += 1  # an older birth of the same session, late
            return
        if node.bd_seq not in (-1, bd_seq):
            self._all_dead(node, min(ms, _at(payload, ms)) - 1, "")
        own = node.devices.get("")
        if own is None:
            own = node.devices[""] = Device("")
        node.aliases.clear()
        node.waiting.clear()
        node.since = None
        for device in node.devices.values():
            device.born = False
        node.bd_seq, node.seq, node.birth_at = bd_seq, payload.seq % ROUND, payload.timestamp
        if not self._birth(node, own, payload, content, ms):
            node.born = False
            return
        node.born = True
        node.asked = None
        node.recent = {hash((Kind.NBIRTH, "", content)): None}
        if node.away_ms:
            self._heard.missing.append(Missing(node.group, node.edge, node.away_ms, ms, node.lost, "messages of the edge node did not arrive"))
            node.away_ms = node.lost = 0

    def _device_birth(self, node: EdgeNode, name: str, payload: Any, content: bytes, ms: int) -> None:
        device = node.devices.get(name)
        if device is None:
            if self._devices >= self.limits.devices:
                self.refused += 1
                return
            self._devices += 1
            device = node.devices[name] = Device(name)
        self._birth(node, device, payload, content, ms)

    def _birth(self, node: EdgeNode, device: Device, payload: Any, content: bytes, ms: int) -> bool:
        """Learn the metrics of a device and their present values; False when there is no room for it."""
        if self._births_bytes + len(content) - len(device.told) > self.limits.births_bytes:
            self.refused += 1
            return False
        metrics, known = [], {}
        for metric in payload.metrics:
            if not metric.name:
                continue
            if _kept(metric):
                slot = -1 if metric.datatype in COMPLEX else self._slot(node, device, metric.name, metric.datatype)
                if slot is None:
                    self.refused += 1
                    return False
                metrics.append(metric)
                known[metric.name] = Known(slot, metric.name, metric.datatype, device.name)
            else:  # it may be spoken of, and says nothing to us
                known[metric.name] = Known(-1, metric.name, DataType.UNKNOWN, device.name)
            if metric.HasField("alias"):
                node.aliases[metric.alias] = known[metric.name]
        self._births_bytes += len(content) - len(device.told)
        device.metrics, device.told, device.told_ms, device.shape, device.born = known, content, ms, None, True
        self._heard.births.add((node.group, node.edge))
        at = _at(payload, ms)
        self._heard.events.append(Event(True, node.group, node.edge, device.name, at))
        self._values(node, device, metrics, [known[metric.name] for metric in metrics], [metric.name for metric in metrics], at, ms, birth=True)
        return True

    def _slot(self, node: EdgeNode, device: Device, name: str, datatype: int) -> int | None:
        key = (node.group, node.edge, device.name, name)
        slot = self._numbers.get(key)
        if slot is None:
            if len(self.slots) >= self.limits.slots:
                return None
            slot = self._numbers[key] = len(self.slots)
            self.slots.append(Slot(*key, datatype))
            device.slots.append(slot)
            if slot >= len(self._value):
                self._value = np.concatenate([self._value, np.zeros(len(self._value))])
                self._ms = np.concatenate([self._ms, np.zeros(len(self._ms), np.int64)])
        elif self.slots[slot].datatype != datatype:
            self.slots[slot] = Slot(*key, datatype)
        return slot

    def _node_death(self, node: EdgeNode, payload: Any, ms: int) -> None:
        """The edge node is gone, unless it is the death of a session before the present one."""
        bd_seq = next((metric.long_value or metric.int_value for metric in payload.metrics if metric.name == BD_SEQ), -2)
        if bd_seq != node.bd_seq:
            self.repeated += 1
            return
        self._all_dead(node, ms, "the edge node was away")
        node.born = False
        node.waiting.clear()
        node.since = None

    def _all_dead(self, node: EdgeNode, ms: int, why: str) -> None:
        for device in node.devices.values():
            if device.born:
                self._dead(node, device, ms)
        if why and not node.away_ms:
            node.away_ms = ms

    def _dead(self, node: EdgeNode, device: Device, ms: int) -> None:
        """Every value of the device is stale from ``ms`` on."""
        device.born = False
        device.dead_ms = ms
        self._heard.words += [Word(slot, ms, self._words[slot], STALE) for slot in device.slots if slot in self._words]
        self._heard.events.append(Event(False, node.group, node.edge, device.name, ms))
        slots = np.array([slot for slot in device.slots if self.slots[slot].datatype in NUMBERS], np.uint32)
        slots = slots[self._ms[slots] > 0]
        if len(slots):
            at = np.maximum(self._ms[slots], ms)
            self._heard.columns.append((slots, at, self._value[slots], np.full(len(slots), STALE, np.uint8), np.zeros(len(slots), bool)))

    # -- values

    def _data(self, node: EdgeNode, device: Device, payload: Any, ms: int) -> None:
        metrics = list(payload.metrics)
        keys: list[Any] = [metric.alias for metric in metrics]
        if 0 in keys:
            keys = [metric.name or key for metric, key in zip(metrics, keys, strict=True)]
        known: list[Known] | None = None
        if device.shape is None or device.shape.keys != keys:
            found = [self._known(node, device, key) for key in keys]
            known = [each for each in found if each is not None]
            if len(known) != len(found):
                self._miss(node, ms)
                self._ask(node)
                return
        self._values(node, device, metrics, known, keys, _at(payload, ms), ms)

    def _known(self, node: EdgeNode, device: Device, key: int | str) -> Known | None:
        known = node.aliases.get(key) if isinstance(key, int) else device.metrics.get(key)
        return known if known is not None and known.device == device.name else None

    def _values(
        self, node: EdgeNode, device: Device, metrics: list[Any], known: list[Known] | None, keys: list[Any], at: int, ms: int, *, birth: bool = False
    ) -> None:
        if not metrics:
            return
        shape = device.shape
        if known is not None:
            shape = device.shape = shape_of(keys, known)
        assert shape is not None
        times = np.array([metric.timestamp for metric in metrics], np.uint64)
        times[times == 0] = at
        early = times > ms + AHEAD_MS
        times = times.astype(np.int64)
        past = np.array([metric.is_historical for metric in metrics], bool)
        codes = np.zeros(len(metrics), np.uint8)
        if early.any():  # a clock that is far ahead would hide every later value: the time of receipt counts, and it is said
            times[early] = ms
            codes[early] = STALE
        for index, metric in enumerate(metrics):
            if metric.HasField("properties"):
                codes[index] = max(quality(metric), int(codes[index]))
        if birth and device.dead_ms:  # what is there again is good from now on, though it may not have changed since
            times[(times <= device.dead_ms) & ~past] = max(at, device.dead_ms + 1)
        values, bad = columns(shape, metrics)
        bad |= np.array([metric.is_null for metric in metrics], bool)
        self._columns(shape.slots, times, values, bad, codes, past, shape.rest)
        for index in shape.rest:
            self._rest(node, device, shape.known[index], metrics[index], int(times[index]), int(codes[index]), past=bool(past[index]))

    def _columns(self, slots: Any, times: Any, values: Any, bad: Any, codes: Any, past: Any, rest: tuple[int, ...]) -> None:
        if rest:
            kept = np.ones(len(slots), bool)
            kept[list(rest)] = False
            slots, times, values, bad, codes, past = slots[kept], times[kept], values[kept], bad[kept], codes[kept], past[kept]
        if not len(slots):
            return
        if bad.any():
            values = np.where(bad, self._value[slots], values)
            codes = np.where(bad, np.uint8(BAD), codes)
        self._heard.columns.append((slots, times, values, codes, past))
        fresh = ~past & ~bad
        if not fresh.all():
            self.historical += int(past.sum())
            slots, times, values = slots[fresh], times[fresh], values[fresh]
        self._value[slots] = values
        self._ms[slots] = times

    def _rest(self, node: EdgeNode, device: Device, known: Known, metric: Any, ms: int, code: int, *, past: bool) -> None:
        """Take a metric that is no plain number: a text, or something of several parts."""
        for name, value in leaves(known.name, metric, known.datatype):
            if value is None and known.slot < 0:
                continue
            slot = (
                known.slot
                if name == known.name and known.slot >= 0
                else self._slot(node, device, name, DataType.STRING if isinstance(value, str) else DataType.DOUBLE)
            )
            if slot is None:
                self.refused += 1
            elif isinstance(value, str):
                self._heard.words.append(Word(slot, ms, value, code, past))
                if not past:
                    self._words[slot] = value
            elif value is None and known.slot >= 0:
                self._heard.words.append(Word(slot, ms, self._words.get(slot, ""), BAD))
            elif value is not None:
                block = (np.array([slot], np.uint32), np.array([ms]), np.array([value]), np.array([code], np.uint8), np.array([past]))
                self._columns(block[0], block[1], block[2], np.zeros(1, bool), block[3], block[4], ())

    # -- what outlives a restart

    def births(self, group: str, edge: str) -> list[tuple[str, bytes, int]]:
        """Return the births of an edge node and its devices (topic, payload, ms of receipt), as ``restore`` takes them."""
        node = self.nodes.get((group, edge))
        if node is None:
            return []
        return [(str(Topic(group, Kind.DBIRTH if each.name else Kind.NBIRTH, edge, each.name)), each.told, each.told_ms) for each in self._born(node)]

    def _born(self, node: EdgeNode) -> Iterator[Device]:
        own = node.devices.get("")
        if own is not None and own.born:
            yield own
            yield from (device for device in node.devices.values() if device.name and device.born)

    def restore(self, births: list[tuple[str, bytes, int]]) -> None:
        """Know an edge node from its births before a restart; the next message of it is believed, whatever its number. Nothing is heard by it."""
        node = None
        for topic_text, content, ms in births:
            topic = topic_of(topic_text)
            if topic is not None:
                node = self.nodes.get((topic.group, topic.edge))
                if node is not None:
                    node.seq = None
                self.take(topic_text, content, ms)
                node = self.nodes.get((topic.group, topic.edge))
        if node is not None:
            node.seq = None
            node.restored_ms = max(ms for _, _, ms in births)
            node.recent.clear()
        self._heard = Heard()


def _at(payload: Any, ms: int) -> int:
    """Return the time a message gives itself, that of its receipt ``ms`` where it gives none or one far ahead."""
    at = int(payload.timestamp)
    return at if 0 < at <= ms + AHEAD_MS else ms


def _kept(metric: Any) -> bool:
    """Tell whether a metric is one to be kept: no control of the session, no definition of a template, no name that cannot be shown."""
    if metric.name in (BD_SEQ, REBIRTH) or len(metric.name) > LONGEST_NAME or not metric.name.isprintable():
        return False
    return not (metric.HasField("template_value") and metric.template_value.is_definition)
