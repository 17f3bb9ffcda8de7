"""The link to machines of which a device beside them posts what it sees."""

import msgspec

from plait.infrastructure.machines.model import Around, Ingest, Machine
from plait.infrastructure.machines.mqtt.link import own_of
from plait.infrastructure.machines.push import PushConfig
from plait.infrastructure.machines.push.rules import PushReader
from plait.infrastructure.mqtt.ingest import BrokerIngest
from plait.infrastructure.mqtt.link import TopicLink
from plait.kernel.clock import SYSTEM

__all__ = ["link"]


def link(around: Around) -> TopicLink:
    """Return the link to all such machines; what comes by HTTP needs no MQTT port."""

    async def join() -> Ingest:
        return own_of(around, listening=False)

    def read(machine: Machine) -> PushReader:
        return PushReader(machine, msgspec.convert(machine.config, PushConfig))

    now = around.ingest.now if isinstance(around.ingest, BrokerIngest) else SYSTEM.now
    return TopicLink("push", join, read, now=now)
