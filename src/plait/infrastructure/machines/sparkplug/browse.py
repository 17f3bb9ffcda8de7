"""What a device offers: the metrics of its birth."""

import asyncio
import contextlib
from collections.abc import Sequence

from plait.infrastructure.machines.model import Around, LinkLost, Offered
from plait.infrastructure.machines.sparkplug import SparkplugConfig
from plait.infrastructure.machines.sparkplug.link import HEARD, join
from plait.infrastructure.mqtt.ingest import BrokerIngest
from plait.infrastructure.sparkplug import write
from plait.infrastructure.sparkplug.host import Host
from plait.infrastructure.sparkplug.values import COMPLEX
from plait.kernel.clock import SYSTEM
from plait.kernel.ids import new_id
from plait.store import ms_of
from plait.wire.sparkplug import NAMESPACE, DataType, Kind, Topic

__all__ = ["browse"]

PATIENCE_S = 8.0
MOST = 5_000


async def browse(config: SparkplugConfig, around: Around) -> Sequence[Offered]:
    """Ask the edge node for its births and return the metrics of the device; raise ``LinkLost`` when it does not answer."""
    joined = join(config, around, passing=True)
    name = f"browse {new_id()}"
    own = around.ingest
    ingest = await joined.open()
    try:
        filters = [f"{NAMESPACE}/{config.group}/{kind}/{config.edge}{'/+' if kind.startswith('D') else ''}" for kind in HEARD]
        inbox = await ingest.listen(name, filters)
        try:
            await ingest.publish(str(Topic(config.group, Kind.NCMD, config.edge)), write.rebirth(ms_of(SYSTEM.now())))
            host = Host()
            async with asyncio.timeout(PATIENCE_S):
                while not _born(host, config):
                    for message in await inbox.next():
                        host.take(message.topic, message.payload, message.ms)
        except TimeoutError as error:
            what = f"device {config.device} of " if config.device and (config.group, config.edge) in host.nodes else ""
            raise LinkLost(
                f"{what}edge node {config.edge} in group {config.group} does not tell of itself: check these names, "
                "whether it is connected, and whether it answers Node Control/Rebirth."
            ) from error
        finally:
            await inbox.close()
    finally:
        await joined.close()
        if isinstance(own, BrokerIngest) and not config.server:
            with contextlib.suppress(LinkLost):
                await own.forget(name)
    return _offered(host, config)


def _born(host: Host, config: SparkplugConfig) -> bool:
    node = host.nodes.get((config.group, config.edge))
    device = node.devices.get(config.device) if node is not None else None
    return device is not None and device.born


def _offered(host: Host, config: SparkplugConfig) -> list[Offered]:
    heard = host.heard()
    values: dict[str, tuple[float | str, int]] = {}
    columns = heard.joined()
    if columns is not None:
        for slot, value, quality in zip(columns.slot.tolist(), columns.value.tolist(), columns.quality.tolist(), strict=True):
            if host.slots[slot].device == config.device:
                values[host.slots[slot].name] = value, quality
    values |= {host.slots[each.slot].name: (each.text, each.quality) for each in heard.words if host.slots[each.slot].device == config.device}
    metrics = host.nodes[config.group, config.edge].devices[config.device].metrics
    found = []
    for address, (value, quality) in sorted(values.items())[:MOST]:
        known = metrics.get(address)
        kind = DataType(known.datatype).name.lower() if known is not None and known.datatype in set(DataType) else "part"
        usable = quality < 2
        group = address.rpartition("/")[0]
        why = "" if usable else "it has no value now"
        writable = known is not None and known.datatype not in COMPLEX
        found.append(Offered(address, _name(address), kind, value=value if usable else None, group=group, writable=writable, why=why))
    return found


def _name(address: str) -> str:
    return ".".join("".join(each if each.isalnum() or each in "._-" else " " for each in address.replace("/", ".")).split())[-200:] or "value"
