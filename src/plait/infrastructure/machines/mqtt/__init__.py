"""Machines that publish what they do by MQTT: to the node itself, or to a broker elsewhere that the node listens to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Link, Offered
from plait.infrastructure.machines.mqtt.rules import StateRule

if TYPE_CHECKING:
    from plait.infrastructure.mqtt.client import Server

__all__ = ["PLUGIN", "MqttConfig"]


NAME = r"^([A-Za-z0-9][A-Za-z0-9._-]{0,99})?$"


class MqttConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``server``: a broker elsewhere (``mqtt://host:1883``, ``mqtts://host:8883``); empty: the node's own listener.

    ``user``, ``password_file`` (the password in its first line) and ``ca_file`` (PEM) are for that broker, the files in the node's folder ``machines``.
    ``topics``: where to look for signals.
    ``state``: which value tells the machine's state, and how. ``at``: JSON Pointer of the time a message gives itself, ``at_unit`` its form; without one
    the time of receipt counts. After ``silence_s`` without a message the machine is silent (0: never).
    """

    server: Annotated[str, msgspec.Meta(pattern=r"^(mqtts?://[^/\s@?#]+/?)?$")] = ""
    user: str = ""
    password_file: Annotated[str, msgspec.Meta(pattern=NAME)] = ""
    ca_file: Annotated[str, msgspec.Meta(pattern=NAME)] = ""
    topics: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=100)] = ("#",)
    state: StateRule | None = None
    at: str = ""
    at_unit: Literal["iso", "s", "ms"] = "iso"
    silence_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0


def _server(config: MqttConfig) -> "Server":
    from plait.infrastructure.mqtt.client import server_of

    return server_of(config.server, config.user, config.password_file, config.ca_file)


def _endpoint(config: MqttConfig) -> str:
    return _server(config).url if config.server else "mqtt"


def _link(config: MqttConfig, around: Around) -> Link:
    from plait.infrastructure.machines.mqtt.link import link

    return link(config, around)


async def _browse(config: MqttConfig, around: Around) -> Sequence[Offered]:
    from plait.infrastructure.machines.mqtt.link import browse

    return await browse(config, around)


PLUGIN = AdapterPlugin(
    name="mqtt",
    title="MQTT",
    summary="Machines and gateways that publish numbers, texts or JSON by MQTT, to this node or to a broker elsewhere",
    config=MqttConfig,
    capabilities=frozenset({"state", "signals"}),
    endpoint=_endpoint,
    link=_link,
    browse=_browse,
    advice=(
        "Let the device publish at QoS 1: what is published at QoS 0 may be lost on the way.",
        "Let messages carry their time, so that what is sent again or later is entered where it belongs.",
        "To publish to this node: start it with --mqtt-port, and enter the device with `plait device add`.",
    ),
)
