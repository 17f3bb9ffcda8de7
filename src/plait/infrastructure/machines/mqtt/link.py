"""The link to machines that publish by MQTT."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from plait.infrastructure.machines.model import BAD_MACHINE, Around, Ingest, LinkLost, Machine, Offered
from plait.infrastructure.machines.mqtt.rules import TopicReader, offered
from plait.infrastructure.mqtt.client import ClientIngest, server_of
from plait.infrastructure.mqtt.ingest import BrokerIngest
from plait.infrastructure.mqtt.link import TopicLink
from plait.infrastructure.mqtt.topics import is_filter
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem

if TYPE_CHECKING:
    from plait.infrastructure.machines.mqtt import MqttConfig

__all__ = ["browse", "link", "own_of"]


def own_of(around: Around, *, listening: bool) -> BrokerIngest:
    """Return the node's own listener; raise ``LinkLost`` when there is none (or, where devices are to publish to it, when it does not listen)."""
    own = around.ingest
    if not isinstance(own, BrokerIngest) or own.broker.stopped:
        raise LinkLost("the node's MQTT listener is stopped")
    if listening and not own.broker.port:
        raise LinkLost("the node does not listen for MQTT: start it with --mqtt-port, or set mqtt.port")
    return own


def _client(config: "MqttConfig", around: Around, *, passing: bool = False) -> ClientIngest:
    server = server_of(config.server, config.user, config.password_file, config.ca_file)
    return ClientIngest(server, own_of(around, listening=False), around.folder / "mqtt", passing=passing)


def _reader(machine: Machine) -> TopicReader:
    from plait.infrastructure.machines.mqtt import MqttConfig

    config = msgspec.convert(machine.config, MqttConfig)
    try:
        return TopicReader(machine, config.state, config.at, config.at_unit, config.silence_s)
    except ValueError as error:
        raise Problem(BAD_MACHINE, f"An address of {machine.id} cannot be read: {error}.", field="signals") from error


def link(config: "MqttConfig", around: Around) -> TopicLink:
    """Return a link to all machines behind the same broker."""
    now = around.ingest.now if isinstance(around.ingest, BrokerIngest) else SYSTEM.now
    if not config.server:

        async def own() -> Ingest:
            return own_of(around, listening=True)

        return TopicLink("mqtt", own, _reader, now=now)
    made: list[ClientIngest] = []

    async def join() -> Ingest:
        client = _client(config, around)
        made.append(client)
        await client.connect()
        return client

    async def leave() -> None:
        for client in made:
            await client.close()

    return TopicLink("mqtt", join, _reader, leave, now)


async def browse(config: "MqttConfig", around: Around) -> Sequence[Offered]:
    """Return what is published under the config's topics: what is retained or came lately, at a broker elsewhere also what comes within two seconds."""
    for each in config.topics:
        if not is_filter(each):
            raise Problem(BAD_MACHINE, f"topics: {each[:80]!r} is no topic filter.", field="config")
    if not config.server:
        return offered(await own_of(around, listening=True).recent(config.topics))
    client = _client(config, around, passing=True)
    try:
        await client.connect()
        return offered(await client.recent(config.topics))
    finally:
        await client.close()
