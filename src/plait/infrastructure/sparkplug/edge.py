"""The node as an edge node (Sparkplug 3.0.0 clause 5): chosen series of its lake are told to a host application elsewhere.

The lake is the buffer: what was recorded while the link was away is told afterwards, as historical. Series ``<machine>.<signal>`` is metric ``<signal>`` of
device ``<machine>``.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from plait.infrastructure.machines.model import LinkLost
from plait.infrastructure.mqtt.client import Server
from plait.infrastructure.signals import SignalService
from plait.infrastructure.signals.block import WORD, Block
from plait.infrastructure.signals.model import Value
from plait.infrastructure.sparkplug.link import KEEP_ALIVE_S, Wire
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.kernel.os import make_dir, write_whole
from plait.kernel.problems import Problem
from plait.kernel.settings import Sparkplug
from plait.store import from_ms, ms_of
from plait.wire.sparkplug import REBIRTH, ROUND, DataType, Kind, Topic, state_of, state_topic

if TYPE_CHECKING:
    from plait.infrastructure.sparkplug.write import Told

__all__ = ["EdgePublisher", "device_of"]

MOST_METRICS = 500
MOST_WAITING = 200_000
PAGE = 10_000
FIRST_WAIT_S, LAST_WAIT_S = 0.2, 30.0
MARGIN = timedelta(seconds=2 * KEEP_ALIVE_S)
SAVE_S = 5.0
_log = structlog.get_logger("plait.sparkplug")


class _Kept(msgspec.Struct):
    """What an edge node must not forget: the number of its next session, until when everything was told (ms; 0: nothing), the host's last time."""

    bd_seq: int = 0
    told_ms: int = 0
    host_ms: int = 0


def device_of(series: str) -> tuple[str, str]:
    """Return device and metric of a series; a name that Sparkplug does not take is changed."""
    device, dot, metric = series.partition(".")
    if not dot:
        device, metric = "", series
    return "".join(":" if each in "+#/" else each for each in device)[:200], metric


class EdgePublisher:
    """Tells ``signals`` that fall under ``settings.series`` to the host application at ``server``; ``folder`` keeps what must not be forgotten."""

    def __init__(self, settings: Sparkplug, server: Server, signals: SignalService, me: Callable[[], Actor], folder: Path) -> None:
        self.settings = settings
        self.live = False
        self.births = 0
        self._server = server
        self._signals = signals
        self._me = me
        self._file = folder / "edge.json"
        self._kept = _Kept()
        self._metrics: dict[int, tuple[str, str, int, int]] = {}
        self._chosen: dict[int, bool] = {}
        self._blocks: list[Block] = []
        self._waiting = 0
        self._overflow = False
        self._new = False
        self._seq = 0
        self._born_ms = 0
        self._saved = 0.0

    # -- coming and going

    async def run(self) -> None:
        """Keep the link until cancelled, which says goodbye."""
        make_dir(self._file.parent)
        with contextlib.suppress(OSError, msgspec.DecodeError):
            self._kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        tries = 0
        while True:
            began = self.births
            try:
                await self._session()
            except (LinkLost, Problem) as error:
                _log.warning("the host application is not told now; it is tried again", server=self._server.url, reason=str(error))
            tries = 0 if self.births > began else tries + 1
            await SYSTEM.sleep(min(FIRST_WAIT_S * 2 ** min(tries, 10), LAST_WAIT_S))

    async def _session(self) -> None:
        from plait.infrastructure.sparkplug.write import will

        bd_seq = self._kept.bd_seq
        self._kept.bd_seq = (bd_seq + 1) % ROUND
        await self._save()
        wire, end = Wire(self._server), will(bd_seq)
        death = self._topic(Kind.NDEATH)
        await wire.connect(death, end)
        told = False
        stop: Callable[[], None] = lambda: None  # noqa: E731
        try:
            node, devices = self._topic(Kind.NCMD), str(Topic(self.settings.group, Kind.DCMD, self.settings.edge, "x")).rpartition("/")[0] + "/#"
            await wire.subscribe(node, devices, *((state_topic(self.settings.primary_host),) if self.settings.primary_host else ()))
            await self._await_host(wire)
            stop = self._signals.listen(self._hear)
            self.live = told = True
            since = self._kept.told_ms
            await self._give_birth(wire, bd_seq)
            await self._backlog(wire, since)
            while await self._live(wire, bd_seq):
                pass
        finally:
            stop()
            self.live = False
            self._blocks.clear()
            self._waiting = 0
            if told:
                with contextlib.suppress(LinkLost):
                    await wire.publish(death, end, qos=1, wait=True)
                await self._save()
            await wire.close()

    async def _save(self) -> None:
        self._saved = SYSTEM.monotonic()
        await asyncio.to_thread(write_whole, self._file, msgspec.json.encode(self._kept))

    async def _await_host(self, wire: Wire) -> None:
        """Wait until the primary host application is there."""
        while self.settings.primary_host:
            wire.check()
            wire.news.clear()
            while wire.came:
                if self._host_says(*wire.came.popleft()):
                    return
            await wire.news.wait()

    def _host_says(self, topic: str, payload: bytes) -> bool | None:
        """Return whether the primary host is there, None when the message does not tell (clause 5.3: older times are ignored)."""
        if not self.settings.primary_host or topic != state_topic(self.settings.primary_host):
            return None
        told = state_of(payload)
        if told is None or told.timestamp < self._kept.host_ms:
            return None
        self._kept.host_ms = told.timestamp
        return told.online

    # -- what is told

    def _topic(self, kind: Kind, device: str = "") -> str:
        return str(Topic(self.settings.group, kind, self.settings.edge, device))

    def _next(self) -> int:
        self._seq = (self._seq + 1) % ROUND
        return self._seq

    async def _give_birth(self, wire: Wire, bd_seq: int) -> None:
        """Tell of every series there is, with its present value."""
        from plait.infrastructure.sparkplug import write

        self._new = False
        by_device: dict[str, list[Told]] = {"": []}
        self._metrics.clear()
        now = ms_of(self._signals.clock.now())
        for number, name in sorted(self._signals.names.items()):
            if not self._wanted(number, name):
                continue
            device, metric = device_of(name)
            point = self._signals.latest(name)
            if point is None:  # entered, and nothing recorded yet: whether it speaks in numbers or in words is told by its first value
                continue
            datatype = DataType.STRING if isinstance(point.value, str) else DataType.DOUBLE
            self._metrics[number] = (device, metric, datatype, number)
            by_device.setdefault(device, []).append(
                write.Told(metric, ms_of(point.at), None if point.quality > 1 else point.value, datatype, number, point.quality)
            )
        self._seq, self._born_ms = 0, now
        await wire.publish(self._topic(Kind.NBIRTH), write.birth(0, now, by_device.pop(""), bd_seq))
        for device, told in sorted(by_device.items()):
            await wire.publish(self._topic(Kind.DBIRTH, device), write.birth(self._next(), now, told), wait=True)
        self.births += 1

    def _wanted(self, number: int, name: str) -> bool:
        chosen = self._chosen.get(number)
        if chosen is None:
            chosen = self._chosen[number] = any(fnmatchcase(name, each) for each in self.settings.series)
        return chosen

    def _hear(self, block: Block) -> None:
        """Take what has just been recorded; too much of it is left to the lake."""
        if self._waiting + len(block.ms) > MOST_WAITING:
            self._overflow = True
            return
        self._blocks.append(block)
        self._waiting += len(block.ms)

    async def _live(self, wire: Wire, bd_seq: int) -> bool:
        """Tell what was recorded since the last time; False when the primary host has gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.settings.every_ms / 1000):
                await wire.news.wait()
        wire.check()
        wire.news.clear()
        reborn = self._new
        while wire.came:
            topic, payload = wire.came.popleft()
            if self._host_says(topic, payload) is False:
                return False
            reborn = self._asks(topic, payload) or reborn
        if reborn:
            await self._give_birth(wire, bd_seq)
        at = self._signals.clock.now()
        if self._overflow:
            self._overflow = False
            self._blocks.clear()
            self._waiting = 0
            await self._backlog(wire, self._kept.told_ms)
        await self._tell(wire)
        self._kept.told_ms = ms_of(at)
        if SYSTEM.monotonic() - self._saved > SAVE_S:
            await self._save()
        return True

    def _asks(self, topic: str, payload: bytes) -> bool:
        """Tell whether a command asks for a birth; whatever else is commanded is not done."""
        from plait.infrastructure.sparkplug.codec import Garbled, parse

        if topic != self._topic(Kind.NCMD):
            return False
        try:
            return any(metric.name == REBIRTH and metric.boolean_value for metric in parse(payload).metrics)
        except Garbled:
            return False

    async def _tell(self, wire: Wire) -> None:
        from plait.infrastructure.sparkplug.write import Told

        blocks, self._blocks, self._waiting = self._blocks, [], 0
        by_device: dict[str, list[Told]] = {}
        for block in blocks:
            for number, ms, value, quality in zip(*(each.tolist() for each in block), strict=True):
                known = self._metrics.get(number)
                if known is None:
                    self._new = self._new or self._wanted(number, self._signals.names[number])
                    continue
                device, metric, datatype, alias = known
                if quality & WORD:
                    point = self._signals.latest(self._signals.names[number])
                    said: Any = point.value if point is not None and isinstance(point.value, str) else None
                else:
                    said = value
                if said is not None and (datatype == DataType.STRING) != isinstance(said, str):
                    self._new = True  # it is of another type now, which a birth says
                elif said is not None:
                    by_device.setdefault(device, []).append(Told(metric, ms, said, datatype, alias, quality & ~WORD))
        for device, told in sorted(by_device.items()):
            await self._data(wire, device, _after(sorted(told, key=lambda each: each.ms), self._born_ms))

    async def _data(self, wire: Wire, device: str, told: Sequence["Told"]) -> None:
        from plait.infrastructure.sparkplug import write

        kind = Kind.DDATA if device else Kind.NDATA
        for begin in range(0, len(told), MOST_METRICS):
            part = told[begin : begin + MOST_METRICS]
            await wire.publish(self._topic(kind, device), write.data(self._next(), ms_of(self._signals.clock.now()), part), wait=True)

    async def _backlog(self, wire: Wire, since_ms: int) -> None:
        """Tell what was recorded since ``since_ms`` (0: nothing is owed), as historical."""
        until = self._signals.clock.now()
        if not since_ms:
            return
        since = max(from_ms(since_ms) - MARGIN, until - timedelta(hours=self.settings.keep_hours))
        for number, (device, metric, datatype, alias) in sorted(self._metrics.items()):
            async for values in self._recorded(self._signals.names[number], since, until):
                await self._data(wire, device, list(_past(values, metric, datatype, alias)))

    async def _recorded(self, series: str, since: datetime, until: datetime) -> Any:
        while True:
            view = await self._signals.query(self._me(), series, since, until, PAGE)
            yield view.values
            if not view.more:
                return
            since = view.values[-1].at
            if view.values[0].at == since:
                since += timedelta(milliseconds=1)


def _after(told: Sequence["Told"], born_ms: int) -> list["Told"]:
    """Return what is to be told (by time) after a birth at ``born_ms``.

    What is older but was recorded only after the birth is past; the last such value of a metric is its present one since the birth, which could not know it.
    """
    late = [each for each in told if each.ms < born_ms]
    if not late:
        return list(told)
    present = {each.name: each._replace(ms=born_ms) for each in late}
    return [*(each._replace(past=True) for each in late), *present.values(), *told[len(late) :]]


def _past(values: Iterable[Value], metric: str, datatype: int, alias: int) -> "Iterable[Told]":
    from plait.infrastructure.sparkplug.write import Told

    for value in values:
        if isinstance(value.value, str) == (datatype == DataType.STRING):
            yield Told(metric, ms_of(value.at), value.value, datatype, alias, value.quality, past=True)
