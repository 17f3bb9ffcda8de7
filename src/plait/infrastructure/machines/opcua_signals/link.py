"""The chosen variables of machines behind one server, over one session and one subscription."""

import asyncio
import contextlib
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from plait.infrastructure.machines.marks import Mark
from plait.infrastructure.machines.model import BAD_MACHINE, REFUSED, UNREACHABLE, Around, Batch, Choice, LinkLost, Listening, Machine, Reading
from plait.infrastructure.machines.opcua.codec import utc
from plait.infrastructure.machines.opcua.errors import transport, words
from plait.infrastructure.machines.opcua.feed import BAD, Feed, Item, quality
from plait.infrastructure.machines.opcua.lib import ua
from plait.infrastructure.machines.opcua_signals import PLUGIN, Call, SignalsConfig
from plait.infrastructure.machines.opcua_signals.address import parse
from plait.infrastructure.machines.opcua_signals.history import MOST_VALUES, keeps, past
from plait.infrastructure.machines.opcua_signals.session import Session
from plait.infrastructure.machines.opcua_signals.values import kept, variant
from plait.kernel.clock import SYSTEM
from plait.kernel.ports import JobOrder
from plait.kernel.problems import Problem

__all__ = ["SignalsLink"]

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
# A value may be sampled a little before the answer that brings it says it was published.
_MARGIN = timedelta(seconds=2)
Verb = Literal["start", "stop", "reset"]


class _Chosen:
    """One chosen variable: whose it is, where, and its last good value."""

    __slots__ = ("choice", "kind", "last", "machine_id", "node")

    def __init__(self, machine_id: str, choice: Choice, node: Any) -> None:
        self.machine_id = machine_id
        self.choice = choice
        self.node = node
        self.kind: Any = None
        self.last: float | str | None = None


class _Seen:
    """A machine on this link."""

    def __init__(self, config: SignalsConfig, chosen: dict[str, _Chosen]) -> None:
        self.config = config
        self.chosen = chosen
        self.handles: list[int] = []


class SignalsLink(Listening):
    """See ``plait.infrastructure.machines.model.Link``."""

    def __init__(self, config: SignalsConfig, around: Around) -> None:
        self.name = PLUGIN.endpoint(config)
        self._config = config
        self._around = around
        self._session: Session | None = None
        self._feed: Feed | None = None
        self._machines: dict[str, _Seen] = {}
        self._ready: deque[Batch] = deque()
        self._mark = Mark(around.folder / "opcua", self.name, dict[str, datetime])
        self._before: dict[str, datetime] = {}
        self._caught: set[str] = set()
        self._closed = False

    async def connect(self) -> None:
        """Open the session and the subscription."""
        self._session = session = await Session.open(self._config, self._around)
        session.client.connection_lost_callback = self._lost
        self._before = self._mark.load() or {}
        async with transport():
            self._feed = Feed(session.client, self._around.publishing_ms)
            await self._feed.open()

    async def _lost(self, error: Exception) -> None:
        if self._feed is not None:
            self._feed.fail(LinkLost(f"The connection to {self._config.endpoint} broke: {str(error) or type(error).__name__}"))

    def _open(self) -> tuple[Session, Feed]:
        if self._session is None or self._feed is None or self._closed:
            raise LinkLost("The link is closed.")
        return self._session, self._feed

    async def watch(self, machine: Machine) -> None:
        """Monitor the machine's chosen variables, and fetch what the server has kept of them since the last link."""
        session, feed = self._open()
        if not machine.signals:
            raise Problem(BAD_MACHINE, f"signals: none is chosen of {machine.id}; choose at least one of what the server offers.", field="signals")
        config = msgspec.convert(machine.config, SignalsConfig)
        chosen = {each.name: _Chosen(machine.id, each, parse(each.address, session.indices, f"signals, {each.name}")) for each in machine.signals}
        seen = _Seen(config, chosen)
        former = self._machines.get(machine.id)
        self._machines[machine.id] = seen
        try:
            await self._monitor(session, feed, seen)
        except BaseException:
            self._machines.pop(machine.id, None)
            if former is not None:
                self._machines[machine.id] = former
            raise
        if former is not None:
            await self._forget(former)
            return
        since = self._before.get(machine.id)
        if since is not None and config.history and await keeps(session, [each.node for each in chosen.values()]):
            await self._catch_up(session, machine.id, seen, since)

    async def _monitor(self, session: Session, feed: Feed, seen: _Seen) -> None:
        all_chosen = list(seen.chosen.values())
        for start in range(0, len(all_chosen), session.most["monitor"]):
            some = all_chosen[start : start + session.most["monitor"]]
            async with transport():
                results = await feed.ask([Item(each, each.node, seen.config.queue, seen.config.sampling_ms) for each in some])
            for each, result in zip(some, results, strict=True):
                if isinstance(result, int):
                    seen.handles.append(result)
                    continue
                await self._forget(seen)
                code = getattr(result, "name", str(result))
                raise Problem(BAD_MACHINE, f"signals: the server does not let {each.choice.name} ({each.choice.address}) be watched: {words(code)}.")

    async def _forget(self, seen: _Seen) -> None:
        handles, seen.handles = seen.handles, []
        if self._feed is not None and handles:
            async with transport():
                await self._feed.remove(handles)

    async def _catch_up(self, session: Session, machine_id: str, seen: _Seen, since: datetime) -> None:
        readings: list[Reading] = []
        whole, until = True, SYSTEM.now() + timedelta(minutes=5)
        for each in seen.chosen.values():
            found = await past(session, each.node, since, until, MOST_VALUES - len(readings))
            if found is None:
                whole = False
                continue
            for data in found:
                _tell(each, data, readings)
        readings.sort(key=lambda reading: reading.at)
        if whole:
            self._caught.add(machine_id)
        if readings:
            self._ready.append(self._marked(Batch(readings={machine_id: readings})))

    def _marked(self, batch: Batch) -> Batch:
        """Say of machines heard for the first time whether everything said before has come."""
        for machine_id in self._caught & batch.readings.keys():
            batch.caught_up[machine_id] = _ALWAYS
            self._caught.discard(machine_id)
        return batch

    async def unwatch(self, machine_id: str) -> None:
        """Monitor the machine's variables no more."""
        seen = self._machines.pop(machine_id, None)
        if seen is not None:
            await self._forget(seen)

    async def next(self) -> Batch:
        """Wait for an answer of the subscription that brings values."""
        _, feed = self._open()
        if self._ready:
            return self._ready.popleft()
        if feed.published is not None:
            at = utc(feed.published)
            if at is not None:
                self._before = dict.fromkeys(self._machines, at - _MARGIN)
                self._mark.keep(self._before)
        while True:
            async with transport():
                values, lost = await feed.next()
            batch = Batch(lost=lost)
            by_machine = batch.readings
            for chosen, data in values:
                readings = by_machine.get(chosen.machine_id)
                if readings is None:
                    if chosen.machine_id not in self._machines:
                        continue
                    readings = by_machine[chosen.machine_id] = []
                _tell(chosen, data, readings)
            if lost or any(by_machine.values()):
                return self._marked(batch) if self._caught else batch

    def _seen(self, machine_id: str) -> tuple[Session, _Seen]:
        session, _ = self._open()
        seen = self._machines.get(machine_id)
        if seen is None:
            raise Problem(UNREACHABLE, f"{machine_id} is not watched on the server at {self._config.endpoint}.")
        return session, seen

    async def write(self, machine_id: str, signal: str, value: float | str) -> None:
        """Write a chosen variable in the type it has; return when the server has taken it."""
        session, seen = self._seen(machine_id)
        chosen = seen.chosen.get(signal)
        if chosen is None:
            raise Problem(REFUSED, f"{machine_id} has no chosen signal {signal!r}.")
        node = session.client.get_node(chosen.node)
        async with transport():
            chosen.kind = chosen.kind or await node.read_data_type_as_variant_type()
            # Without times: many servers refuse to take them from a client.
            await node.write_value(ua.DataValue(variant(value, chosen.kind, f"{machine_id}.{signal}")))

    async def start(self, machine_id: str, job: JobOrder) -> None:
        """Call the method that the machine's config names for it."""
        words_of = {"job": job.id, "part": job.part, "lot": job.lot, "program": job.program, "quantity": str(job.quantity)}
        await self._call(machine_id, "start", words_of)

    async def stop(self, machine_id: str) -> None:
        """Call the method that the machine's config names for it."""
        await self._call(machine_id, "stop", {})

    async def reset(self, machine_id: str) -> None:
        """Call the method that the machine's config names for it."""
        await self._call(machine_id, "reset", {})

    async def _call(self, machine_id: str, verb: Verb, given: dict[str, str]) -> None:
        session, seen = self._seen(machine_id)
        call = seen.config.calls.get(verb)
        if call is None:
            raise Problem(REFUSED, f"{machine_id} has no method for {verb}: name one in its config (calls.{verb}).")
        where, method = (parse(text, session.indices, f"config.calls.{verb}") for text in (call.object, call.method))
        async with transport():
            arguments = await self._arguments(session, method, call, given, f"{machine_id}, {verb}")
            await session.client.get_node(where).call_method(method, *arguments)

    @staticmethod
    async def _arguments(session: Session, method: Any, call: Call, given: dict[str, str], what: str) -> list[Any]:
        if not call.arguments:
            return []
        declared = await session.client.get_node(method).get_child("0:InputArguments")
        kinds = [each.DataType.Identifier for each in await declared.read_value()]
        if len(kinds) != len(call.arguments):
            raise Problem(REFUSED, f"{what}: the method takes {len(kinds)} arguments, the config gives {len(call.arguments)}.")
        values = []
        for value in call.arguments:
            text = value
            for name, word in given.items() if isinstance(value, str) else ():
                text = str(text).replace(f"{{{name}}}", word)
            values.append(text)
        return [variant(value, ua.VariantType(kind), what) for value, kind in zip(values, kinds, strict=True)]

    async def close(self) -> None:
        """End the session."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):
            if self._before:
                self._mark.keep(self._before, now=True)
        if self._feed is not None:
            self._feed.fail(LinkLost("The link was closed."))
        if self._session is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._config.timeout_s):
                    await self._session.close()


def _tell(chosen: _Chosen, data: Any, readings: list[Reading]) -> None:
    """Add what a DataValue says; a bad one repeats the last good value as bad (none before: nothing is said)."""
    value, mark = kept(data.Value.Value) if data.Value is not None else None, quality(data.StatusCode)
    if value is None or mark == BAD:
        value, mark = chosen.last, BAD
    if value is None:
        return
    if mark != BAD:
        chosen.last = value
    readings.append(Reading(chosen.choice.name, utc(data.SourceTimestamp or data.ServerTimestamp) or SYSTEM.now(), value, mark))
