"""The link to machines that speak Sparkplug B: one host application for all behind the same broker."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from plait.infrastructure.machines.model import BAD_MACHINE, REFUSED, Around, Batch, Ingest, LinkLost, Machine, Message, Reading, Status
from plait.infrastructure.machines.mqtt.link import own_of
from plait.infrastructure.machines.sparkplug import SparkplugConfig, server
from plait.infrastructure.machines.sparkplug.rules import Bound
from plait.infrastructure.mqtt.client import ClientIngest
from plait.infrastructure.mqtt.ingest import BrokerIngest
from plait.infrastructure.mqtt.link import TopicLink
from plait.infrastructure.sparkplug import write
from plait.infrastructure.sparkplug.births import Births
from plait.infrastructure.sparkplug.host import Host
from plait.infrastructure.sparkplug.values import NUMBERS
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem
from plait.store import from_ms, ms_of
from plait.wire.sparkplug import NAMESPACE, DataType, Kind, StateOf, Topic, state_text, state_topic

if TYPE_CHECKING:
    from plait.infrastructure.sparkplug.heard import Heard

__all__ = ["Joined", "SparkplugLink", "join", "link"]

HEARD = tuple(kind for kind in Kind if not kind.endswith("CMD"))


class Joined:
    """A host application at a broker: ``ingest`` once ``open``; at a broker elsewhere it says that it is there, and the broker says when it is not."""

    def __init__(self, config: SparkplugConfig, around: Around, *, passing: bool = False) -> None:
        self._config = config
        self._around = around
        self._passing = passing
        self._client: ClientIngest | None = None
        self._topic = state_topic(config.host)

    async def open(self) -> Ingest:
        """Join; raise ``LinkLost``."""
        if not self._config.server:
            return own_of(self._around, listening=True)
        since = ms_of(SYSTEM.now())
        will = None if self._passing else (self._topic, state_text(StateOf(False, since)))
        own = own_of(self._around, listening=False)
        self._client = ClientIngest(server(self._config), own, self._around.folder / "mqtt", passing=self._passing, will=will, name=self._file())
        await self._client.connect()
        if not self._passing:
            await self._client.publish(self._topic, state_text(StateOf(True, since)), retain=True)
        return self._client

    def _file(self) -> str:
        return f"sparkplug-{hashlib.sha256(self._config.host.encode()).hexdigest()[:16]}-id"

    async def close(self) -> None:
        """Leave; never raises."""
        client, self._client = self._client, None
        if client is not None:
            if not self._passing:
                try:
                    async with asyncio.timeout(2):
                        await client.publish(self._topic, state_text(StateOf(False, ms_of(SYSTEM.now()))), retain=True)
                except (LinkLost, TimeoutError):
                    pass
            await client.close()


class _Reader:
    """What the link's base must know of one machine: which topics concern it."""

    silence_s = 0.0

    def __init__(self, bound: Bound, config: SparkplugConfig) -> None:
        self.bound = bound
        self.key = (config.group, config.edge, config.device)
        self.filters = tuple(f"{NAMESPACE}/{config.group}/{kind}/{config.edge}{'/+' if kind.startswith('D') else ''}" for kind in HEARD)

    def first(self, at: datetime) -> Status:
        """Nothing is known of a machine before its birth."""
        return Status("silent", at, "its edge node has not told of it yet")

    def read(self, message: Message, at: datetime) -> tuple[list[Status], list[Reading]]:
        """Nothing: messages are read for all machines together."""
        del message, at
        return [], []

    def forget(self) -> None:
        """Nothing is remembered here."""


class SparkplugLink(TopicLink):
    """Hears all machines behind one broker, and commands them. ``births``: where births are kept over a restart (None: they are asked for anew)."""

    def __init__(self, name: str, joined: Joined, births: Births | None, around: Around) -> None:
        now = around.ingest.now if isinstance(around.ingest, BrokerIngest) else SYSTEM.now
        super().__init__(name, self._joined, self._bind, joined.close, now)
        self._host = Host()
        self._way = joined
        self._births = births
        self._due: set[tuple[str, str]] = set()
        self._asked: list[tuple[str, str]] = []

    async def _joined(self) -> Ingest:
        if self._births is not None:
            await asyncio.to_thread(self._births.load, self._host)
        return await self._way.open()

    def _bind(self, machine: Machine) -> "_Reader":
        try:
            config = msgspec.convert(machine.config, SparkplugConfig)
        except msgspec.ValidationError as error:
            raise Problem(BAD_MACHINE, f"{machine.id}: {error}.", field="config") from error
        return _Reader(Bound(machine, config.state), config)

    async def watch(self, machine: Machine) -> None:
        """Hear this machine too: its edge node is asked to tell everything."""
        await super().watch(machine)
        self._asked.append(self._reader(machine.id).key[:2])

    def _reader(self, machine_id: str) -> _Reader:
        reader = self._readers.get(machine_id)
        if not isinstance(reader, _Reader):
            raise Problem(REFUSED, f"{machine_id} is not linked.")
        return reader

    async def next(self) -> Batch:
        """Return what came next; what was given before is recorded by now."""
        if self._due and self._births is not None:
            due, self._due = self._due, set()
            await asyncio.to_thread(self._births.keep, self._host, due)
        await self._ask()
        batch = await super().next()
        await self._ask()
        return batch

    async def _ask(self) -> None:
        if self._inbox is None or self._ingest is None:
            return  # births are asked for once they would be heard
        asked, self._asked = dict.fromkeys(self._asked), []
        for group, edge in asked:
            await self._ingest.publish(str(Topic(group, Kind.NCMD, edge)), write.rebirth(ms_of(SYSTEM.now())))

    async def _take(self, inbox: object) -> Batch | None:
        await self._ask()
        return await super()._take(inbox)  # type: ignore[arg-type]

    def _until_silence(self) -> float | None:
        return self._host.due()

    def _silent(self) -> Batch:
        self._host.due()
        return self._batch(self._host.heard())

    def _read_all(self, messages: Sequence[Message]) -> Batch:
        for message in messages:
            self._host.take(message.topic, message.payload, message.ms)
        return self._batch(self._host.heard())

    def _batch(self, heard: "Heard") -> Batch:
        """Deal out what was heard to the machines it concerns."""
        batch = Batch()
        self._due |= heard.births
        self._asked += heard.rebirths
        bound: dict[tuple[str, str, str], list[str]] = {}
        for machine_id in self._readers:
            bound.setdefault(self._reader(machine_id).key, []).append(machine_id)
        for event in heard.events:
            at = from_ms(event.ms)
            for machine_id in bound.get((event.group, event.edge, event.device), ()):
                one = self._reader(machine_id).bound
                told = one.born(self._metrics(event.group, event.edge, event.device), at) if event.born else [one.gone(at)]
                if told:
                    batch.statuses.setdefault(machine_id, []).extend(told)
        for slot, ms, value, quality, past in self._values(heard):
            known = self._host.slots[slot]
            for machine_id in bound.get((known.group, known.edge, known.device), ()):
                self._one(batch, machine_id, known.name, ms, value, quality, past)
        batch.lost = sum(max(1, each.lost) for each in heard.missing if any((each.group, each.edge) == key[:2] for key in bound))
        return batch

    def _values(self, heard: "Heard") -> list[tuple[int, int, float | str, int, bool]]:
        columns = heard.joined()
        found: list[tuple[int, int, float | str, int, bool]] = []
        if columns is not None:
            found = list(zip(*(each.tolist() for each in columns), strict=True))
        return found + list(map(tuple, heard.words))  # type: ignore[arg-type]

    def _one(self, batch: Batch, machine_id: str, name: str, ms: int, value: float | str, quality: int, past: bool) -> None:
        status, readings = self._reader(machine_id).bound.value(name, from_ms(ms), value, quality, past=past)
        if status is not None:
            batch.statuses.setdefault(machine_id, []).append(status)
        if readings:
            batch.readings.setdefault(machine_id, []).extend(readings)

    def _metrics(self, group: str, edge: str, device: str) -> list[str]:
        node = self._host.nodes.get((group, edge))
        known = node.devices.get(device) if node is not None else None
        return list(known.metrics) if known is not None else []

    async def write(self, machine_id: str, signal: str, value: float | str) -> None:
        """Command the device to set the metric of a chosen signal; return when the command is with the broker. Raise ``machine-refused``."""
        reader = self._reader(machine_id)
        group, edge, device = reader.key
        choice = next((each for each in reader.bound.machine.signals if each.name == signal), None)
        if choice is None:
            raise Problem(REFUSED, f"{machine_id} has no chosen signal {signal[:80]!r}.")
        node = self._host.nodes.get((group, edge))
        of = node.devices.get(device) if node is not None else None
        known = of.metrics.get(choice.address) if of is not None and of.born else None
        if node is None or known is None:
            raise Problem(REFUSED, f"{machine_id} has not told of {choice.address[:80]!r}: its edge node is away, or its device.")
        alias = next((number for number, each in node.aliases.items() if each == known), None)
        told: float | str | bool = value
        if known.datatype in NUMBERS and not isinstance(value, str):
            told = bool(value) if known.datatype == DataType.BOOLEAN else value
        elif not isinstance(value, str) or known.datatype not in (DataType.STRING, DataType.TEXT):
            raise Problem(REFUSED, f"{choice.address[:80]!r} does not take {str(value)[:80]!r}.")
        try:
            content = write.command(ms_of(SYSTEM.now()), write.Told(known.name, ms_of(SYSTEM.now()), told, known.datatype, alias))
        except (ValueError, OverflowError) as error:
            raise Problem(REFUSED, f"{choice.address[:80]!r} does not take {value}: {error}.") from error
        if self._ingest is None:
            raise LinkLost("not connected")
        await self._ingest.publish(str(Topic(group, Kind.DCMD if device else Kind.NCMD, edge, device)), content)


def join(config: SparkplugConfig, around: Around, *, passing: bool = False) -> Joined:
    """Return a host application at the broker of ``config``."""
    return Joined(config, around, passing=passing)


def link(config: SparkplugConfig, around: Around) -> SparkplugLink:
    """Return a link to all machines behind the same broker."""
    if config.server:
        return SparkplugLink("sparkplug", join(config, around), None, around)
    return SparkplugLink("sparkplug-machines", join(config, around), Births(around.folder / "sparkplug"), around)
