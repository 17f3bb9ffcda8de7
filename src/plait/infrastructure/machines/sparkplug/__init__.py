"""Machines that are devices or edge nodes by Sparkplug B: at the node's own listener, or at a broker elsewhere."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Link, Offered
from plait.infrastructure.machines.mqtt.rules import StateRule

if TYPE_CHECKING:
    from plait.infrastructure.mqtt.client import Server

__all__ = ["PLUGIN", "SparkplugConfig"]

Id = Annotated[str, msgspec.Meta(pattern=r"^[^+#/\x00]{1,200}$")]


class SparkplugConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The machine is ``device`` of edge node ``edge`` in ``group``; without a device it is the edge node itself.

    ``server``: a broker elsewhere (``mqtt://host:1883``, ``mqtts://host:8883``), where this node is host application ``host``; empty: the node's own
    listener. ``user``, ``password_file`` (the password in its first line) and ``ca_file`` (PEM) are for that broker. ``state``: which metric (its
    ``address``) tells the machine's state, and how; without it one called ``StateCurrent`` (PackML) or ``Execution`` (MTConnect) is taken where there is one.
    """

    group: Id
    edge: Id
    device: Annotated[str, msgspec.Meta(pattern=r"^[^+#/\x00]{0,200}$")] = ""
    server: Annotated[str, msgspec.Meta(pattern=r"^(mqtts?://[^/\s@?#]+/?)?$")] = ""
    user: str = ""
    password_file: str = ""
    ca_file: str = ""
    host: Id = "plait"
    state: StateRule | None = None


def server(config: SparkplugConfig) -> "Server":
    """Return the broker elsewhere; ValueError when none can be meant."""
    from plait.infrastructure.mqtt.client import server_of

    return server_of(config.server, config.user, config.password_file, config.ca_file)


def _endpoint(config: SparkplugConfig) -> str:
    return f"{server(config).url} as {config.host}" if config.server else "sparkplug"


def _link(config: SparkplugConfig, around: Around) -> Link:
    from plait.infrastructure.machines.sparkplug.link import link

    return link(config, around)


async def _browse(config: SparkplugConfig, around: Around) -> Sequence[Offered]:
    from plait.infrastructure.machines.sparkplug.browse import browse

    return await browse(config, around)


PLUGIN = AdapterPlugin(
    name="sparkplug",
    title="Sparkplug B",
    summary="Edge nodes and devices that speak Sparkplug B 3.0, to this node or to a broker elsewhere",
    config=SparkplugConfig,
    capabilities=frozenset({"state", "signals", "write"}),
    endpoint=_endpoint,
    link=_link,
    browse=_browse,
    advice=(
        "Let the edge node answer the command Node Control/Rebirth: it is asked for a birth when something was missed.",
        "Set its clock by NTP: the times it gives are those that are kept.",
        "To publish to this node: start it with --mqtt-port, enter the device with `plait device add`, allow it spBv1.0/#, and name plait as its primary host.",
    ),
)
