"""The MQTT listener among the node's affairs: begun with its certificate, looked at by the doctor, counted."""

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path

from plait.infrastructure.mqtt import Broker
from plait.kernel.clock import SYSTEM
from plait.kernel.os import local_addresses
from plait.kernel.problems import Problem
from plait.kernel.settings import BAD_SETTING
from plait.upkeep.health.folder import local
from plait.upkeep.health.model import Check
from plait.upkeep.phones.certificate import context, ensure
from plait.web.serve import PORT_TAKEN

__all__ = ["checks", "listen", "samples"]


async def listen(broker: Broker, folder: Path, names: Callable[[], Collection[str]]) -> None:
    """Let the broker listen where a port is set; raise ``bad-setting`` for what would let strangers in, ``port-taken``."""
    settings = broker.settings
    if not settings.port:
        return
    if settings.anonymous and not local(settings.host):
        raise Problem(BAD_SETTING, f"mqtt.anonymous is for this computer alone, and mqtt.host is {settings.host}.")
    tls = None
    if settings.tls:
        here = await asyncio.to_thread(local_addresses)
        wanted = {"localhost", "127.0.0.1", *here, *(name for name in names() if name)}
        certificate, _ = await asyncio.to_thread(ensure, folder, wanted, SYSTEM.now())
        tls = context(certificate)
    try:
        await broker.start(tls)
    except OSError as error:
        raise Problem(PORT_TAKEN, f"mqtt.port {settings.port} of {settings.host}: {error.strerror or error}") from error


def checks(broker: Broker) -> list[Check]:
    """Say how the listener is."""
    settings = broker.settings
    if not broker.port:
        return []
    if broker.trouble:
        return [Check("mqtt", "bad", f"What comes by MQTT cannot be kept and is not acknowledged: {broker.trouble}", "Make room on the disk.")]
    if broker.behind:
        what = f"Nothing more is taken by MQTT until what came is decoded: {broker.journal.size >> 20} MB wait."
        return [Check("mqtt", "look", what, "See in the log which adapter is slow, or raise mqtt.keep_mb.")]
    figures: dict[str, int | float | str] = {"connections": len(broker.connections), "log_mb": broker.journal.size >> 20}
    if not local(settings.host) and not settings.tls:
        what = f"Devices speak MQTT on port {broker.port} without TLS: whoever is in the network can read their passwords."
        return [Check("mqtt", "look", what, "Set mqtt.tls = true where the devices can do it.", figures)]
    return [Check("mqtt", "ok", f"Devices speak MQTT on port {broker.port}; {len(broker.connections)} are connected.", "", figures)]


def samples(broker: Broker) -> dict[str, dict[str, float]]:
    """Return the listener's figures."""
    if not broker.port:
        return {}
    return {
        "plait_mqtt_connections": {"": len(broker.connections)},
        "plait_mqtt_received_bytes": {"": broker.received},
        "plait_mqtt_waiting_bytes": {"": broker.journal.pending},
        "plait_mqtt_log_bytes": {"": broker.journal.size},
    }
