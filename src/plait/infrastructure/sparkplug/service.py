"""The node as host application of its own MQTT listener: what comes by Sparkplug B goes into the lake in blocks, and is confirmed once it is there.

Series are named ``<group>/<edge node>/<device>.<metric>`` (without the device for metrics of the edge node itself).
"""

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from plait.infrastructure.machines.model import Ingest, LinkLost, Message
from plait.infrastructure.signals import SignalService
from plait.infrastructure.signals.block import WORD, block_of
from plait.infrastructure.sparkplug.births import Births
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem
from plait.store import from_ms, ms_of
from plait.wire.sparkplug import NAMESPACE, Kind, StateOf, Topic, state_of, state_text, state_topic

if TYPE_CHECKING:
    from plait.infrastructure.sparkplug.heard import Heard, Slot
    from plait.infrastructure.sparkplug.host import Host, Limits

__all__ = ["FILTERS", "LISTENER", "SparkplugHost", "series_of"]

FILTERS = tuple(f"{NAMESPACE}/+/{kind}/#" for kind in Kind if not kind.endswith("CMD"))
LISTENER = "sparkplug"
STATES = state_topic("")
AGAIN_S = 1.0
BAD = 2
_log = structlog.get_logger("plait.sparkplug")


def series_of(slot: "Slot") -> str:
    """Return the name of the series of a metric."""
    return f"{slot.group}/{slot.edge}{f'/{slot.device}' if slot.device else ''}.{slot.name}"


class SparkplugHost:
    """Listens at ``ingest`` as the host application ``name`` and records into ``signals``; births are kept in ``folder`` over a restart.

    protobuf and numpy are loaded with the first message.
    """

    def __init__(self, ingest: Ingest, signals: SignalService, folder: Path, name: str = "plait", limits: "Limits | None" = None) -> None:
        self.name = name
        self.messages = self.metrics = 0
        self._ingest = ingest
        self._signals = signals
        self._births = Births(folder)
        self._limits = limits
        self._host: Host | None = None
        self._numbers: Any = None
        self._since = 0
        self._closing = False

    @property
    def host(self) -> "Host | None":
        """What is known of edge nodes, None before the first message."""
        return self._host

    async def run(self) -> None:
        """Listen until cancelled; what is refused for a time (a full disk) is asked for again."""
        while True:
            try:
                await self._run()
            except (LinkLost, Problem) as error:
                _log.warning("what comes by Sparkplug is not recorded now; it is tried again", reason=str(error))
            self._host = self._numbers = None  # what was not recorded comes again, and is to be new again
            await SYSTEM.sleep(AGAIN_S)

    async def _run(self) -> None:
        self._since = ms_of(SYSTEM.now())
        await self._say(online=True)
        inbox = await self._ingest.listen(LISTENER, (*FILTERS, state_topic(self.name)))
        try:
            wait: float | None = None
            while True:
                try:
                    async with asyncio.timeout(wait):
                        messages = await inbox.next()
                except TimeoutError:
                    messages = ()
                wait = await self.take(messages)
        finally:
            await inbox.close()

    async def _say(self, *, online: bool) -> None:
        await self._ingest.publish(state_topic(self.name), state_text(StateOf(online, self._since)), retain=True)

    async def close(self) -> None:
        """Say that the host application goes."""
        self._closing = True
        self._since = max(self._since, ms_of(SYSTEM.now()))
        with contextlib.suppress(LinkLost, Problem):
            await self._say(online=False)

    async def take(self, messages: Sequence[Message]) -> float | None:
        """Take messages; what they said is on disk on return. Return in how many seconds to be called again at the latest, None: not before messages."""
        host = self._host
        if host is None:
            if not messages:
                return None
            host = self._host = await asyncio.to_thread(self._open)
        for message in messages:
            if message.topic.startswith(STATES):
                told = state_of(message.payload)
                if told is not None and not told.online and told.timestamp >= self._since and not self._closing:
                    await self._say(online=True)
            else:
                host.take(message.topic, message.payload, message.ms)
        self.messages += len(messages)
        wait = host.due()
        heard = host.heard()
        await self._record(host, heard)
        if heard.births:
            await asyncio.to_thread(self._births.keep, host, heard.births)
        await self._ask(heard)
        return wait

    def _open(self) -> "Host":
        from plait.infrastructure.sparkplug.host import Host, Limits

        host = Host(self._limits or Limits())
        self._births.load(host)
        return host

    async def _ask(self, heard: "Heard") -> None:
        from plait.infrastructure.sparkplug.write import rebirth

        for group, edge in heard.rebirths:
            _log.info("an edge node is asked to be born again", group=group, edge=edge)
            await self._ingest.publish(str(Topic(group, Kind.NCMD, edge)), rebirth(ms_of(SYSTEM.now())))

    async def _record(self, host: "Host", heard: "Heard") -> None:
        import numpy as np

        if self._numbers is None:
            self._numbers = np.zeros(0, np.uint32)
        if len(self._numbers) < len(host.slots):
            names = [series_of(slot) for slot in host.slots[len(self._numbers) :]]
            numbers = await self._signals.numbers(set(names))
            self._numbers = np.concatenate([self._numbers, np.array([numbers[name] for name in names], np.uint32)])
        columns = heard.joined()
        if columns is not None:
            self.metrics += len(columns.ms)
            await self._signals.record_block(block_of(self._numbers[columns.slot], columns.ms, columns.value, columns.quality))
        if heard.words:
            await self._record_words(heard)
        for each in heard.missing:
            node = f"{each.group}/{each.edge}"
            for device in sorted(host.nodes[each.group, each.edge].devices):
                await self._signals.gap(f"{node}/{device}" if device else node, from_ms(each.since), from_ms(each.until), each.reason)

    async def _record_words(self, heard: "Heard") -> None:
        numbers = [int(self._numbers[word.slot]) for word in heard.words]
        codes = await self._signals.codes(zip(numbers, (word.text for word in heard.words), strict=True))
        found = [codes[number, word.text] for number, word in zip(numbers, heard.words, strict=True)]
        qualities = [(word.quality if code else BAD) | WORD for word, code in zip(heard.words, found, strict=True)]
        self.metrics += len(found)
        await self._signals.record_block(block_of(numbers, [word.ms for word in heard.words], found, qualities))
