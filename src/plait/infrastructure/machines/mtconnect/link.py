"""A device of an MTConnect agent: the present once, then the stream, gone on with where the last link had come to."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from plait.infrastructure.machines.marks import Mark
from plait.infrastructure.machines.model import BAD_MACHINE, Around, Batch, LinkLost, Listening, Machine, Status
from plait.infrastructure.machines.mtconnect import PLUGIN, MtConnectConfig
from plait.infrastructure.machines.mtconnect.agent import Agent
from plait.infrastructure.machines.mtconnect.states import Wanted, readings, state
from plait.infrastructure.machines.mtconnect.xml import DataItem, Device, Header, Observation
from plait.kernel.problems import Problem

__all__ = ["MtConnectLink", "Place", "choose"]

QUEUE = 8
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


class Place(msgspec.Struct, frozen=True):
    """How far an agent's observations have been taken: its ``instance``, the ``next`` sequence number."""

    instance: int
    next: int


class _Seen:
    """A machine on this link: its signals by data item, values last told, the state last told."""

    def __init__(self, wanted: dict[str, list[Wanted]]) -> None:
        self.wanted = wanted
        self.values: dict[str, float | str] = {}
        self.told: tuple[str, str] | None = None


def choose(machine: Machine, items: dict[str, DataItem]) -> dict[str, list[Wanted]]:
    """Return the machine's signals by data item; raise ``bad-machine`` for an address the device does not have."""
    wanted: dict[str, list[Wanted]] = {}
    for choice in machine.signals:
        name, _, rest = choice.address.partition("[")
        index = rest.removesuffix("]")
        item = items.get(name)
        if item is None or (rest and not (rest.endswith("]") and index.isdecimal() and int(index) < 100)):
            raise Problem(BAD_MACHINE, f"signals: the device has no data item {choice.address!r} (chosen as {choice.name}); browse it again.", field="signals")
        wanted.setdefault(item.id, []).append(Wanted(choice.name, item, int(index) if rest else None))
    return wanted


class MtConnectLink(Listening):
    """See ``plait.infrastructure.machines.model.Link``."""

    def __init__(self, config: MtConnectConfig, around: Around) -> None:
        self.name = PLUGIN.endpoint(config)
        self._agent = Agent(config)
        self._mark = Mark(around.folder / "mtconnect", self.name, Place)
        self._queue: asyncio.Queue[tuple[Header, list[Observation]] | str | Exception] = asyncio.Queue(QUEUE)
        self._reader: asyncio.Task[None] | None = None
        self._device = Device("", "", "", ())
        self._items: dict[str, DataItem] = {}
        self._latest: dict[str, Observation] = {}
        self._faults: dict[str, str] = {}
        self._machines: dict[str, _Seen] = {}
        self._start = Place(0, 0)
        self._taken: Place | None = None
        self._confirmed: Place | None = None
        self._resumed = False
        self._lost = 0
        self._closed = False

    async def connect(self) -> None:
        """Read what there is and its present state; find out whether the agent still holds what was said since the last link."""
        self._device = await self._agent.device()
        self._items = {item.id: item for item in self._device.items}
        header, present = await self._agent.current()
        known = self._mark.load()
        start = header.next
        if known is not None and known.instance == header.instance and known.next <= header.next:
            self._lost = max(0, header.first - known.next)
            self._resumed = not self._lost
            start = max(known.next, header.first)
        self._start = Place(header.instance, start)
        # What has changed since comes by the stream, in its order.
        for each in present:
            if each.sequence < start:
                self._keep(each)
        self._reader = asyncio.create_task(self._read(), name=f"plait-mtconnect-{self.name}")

    async def _read(self) -> None:
        try:
            async with contextlib.aclosing(self._agent.sample(self._start.next)) as stream:
                async for part in stream:
                    await self._queue.put(part)
        except LinkLost as error:
            await self._queue.put(error)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's document does to the parser is a lost link
            await self._queue.put(LinkLost(f"The agent's stream cannot be read: {type(error).__name__}: {error}"))

    async def watch(self, machine: Machine) -> None:
        """Begin to hear of the machine; raise ``bad-machine`` when the device lacks a chosen data item."""
        self._machines[machine.id] = _Seen(choose(machine, self._items))
        await self._queue.put(machine.id)

    async def unwatch(self, machine_id: str) -> None:
        """Hear of the machine no more."""
        self._machines.pop(machine_id, None)

    async def next(self) -> Batch:
        """Wait for a part of the stream that says something, or for a machine's first state."""
        self._confirmed = self._taken or self._start
        self._mark.keep(self._confirmed)
        while True:
            if self._closed:
                raise LinkLost("The link was closed.")
            came = await self._queue.get()
            if isinstance(came, Exception):
                raise came
            batch = Batch(lost=self._lost)
            if isinstance(came, str):
                self._whole(came, batch)
            else:
                self._part(*came, batch)
            if batch.statuses or batch.readings or batch.lost:
                self._lost = 0
                if self._resumed:
                    batch.caught_up = dict.fromkeys(self._machines, _ALWAYS)
                return batch

    def _keep(self, observation: Observation) -> None:
        """Remember the latest of each data item, and which conditions are faults now."""
        if observation.item not in self._items:
            return
        self._latest[observation.item] = observation
        if observation.category != "condition":
            return
        item, key = observation.item, f"{observation.item} {observation.native}"
        if observation.kind == "Fault":
            self._faults[key] = " ".join(filter(None, (observation.native, observation.text))) or self._items[item].type.lower().replace("_", " ")
        elif observation.native:
            self._faults.pop(key, None)
        else:
            # Normal without a code: every fault of this condition is over (part 3, condition).
            self._faults = {each: text for each, text in self._faults.items() if not each.startswith(f"{item} ")}

    def _part(self, header: Header, observations: list[Observation], batch: Batch) -> None:
        if header.instance != self._start.instance:
            raise LinkLost(f"The agent was started anew (instance {self._start.instance}, now {header.instance}); what it held is gone.")
        before = self._taken or self._start
        if observations and header.first > before.next:
            batch.lost += header.first - before.next
        for moment in _moments(each for each in observations if each.sequence >= before.next):
            for each in moment:
                self._keep(each)
                self._tell(each, batch)
            for machine_id in self._machines:
                self._status(machine_id, moment[-1].at, batch)
        self._taken = Place(header.instance, max(before.next, header.next))

    def _tell(self, observation: Observation, batch: Batch, only: str = "") -> None:
        for machine_id, seen in self._machines.items():
            if only and machine_id != only:
                continue
            for wanted in seen.wanted.get(observation.item, ()):
                said = readings(wanted, observation, seen.values.get(wanted.name))
                if said:
                    seen.values[wanted.name] = said[-1].value
                    batch.readings.setdefault(machine_id, []).extend(said)

    def _whole(self, machine_id: str, batch: Batch) -> None:
        if machine_id not in self._machines:
            return
        for observation in self._latest.values():
            self._tell(observation, batch, machine_id)
        last = max((each.at for each in self._latest.values()), default=None)
        if last is not None:
            since = [each.at for each in self._latest.values() if self._items[each.item].type in ("EXECUTION", "AVAILABILITY", "EMERGENCY_STOP")]
            self._status(machine_id, max(since, default=last), batch)

    def _status(self, machine_id: str, at: datetime, batch: Batch) -> None:
        seen, now = self._machines[machine_id], state(self._device.items, self._latest, self._faults)
        if now is not None and now != seen.told:
            seen.told = now
            batch.statuses.setdefault(machine_id, []).append(Status(now[0], at, now[1]))

    async def close(self) -> None:
        """End the stream; what was handed over and asked on for is noted."""
        if self._closed:
            return
        self._closed = True
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader
        with contextlib.suppress(Exception):
            await self._agent.close()
        with contextlib.suppress(OSError):
            if self._confirmed is not None:
                self._mark.keep(self._confirmed, now=True)
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(LinkLost("The link was closed."))


def _moments(observations: Iterator[Observation]) -> Iterator[list[Observation]]:
    """Group observations of one moment that follow one another: states that lasted no time count as the last of them."""
    group: list[Observation] = []
    for each in observations:
        if group and each.at != group[0].at:
            yield group
            group = []
        group.append(each)
    if group:
        yield group
