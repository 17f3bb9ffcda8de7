"""Devices that speak MQTT to the node: who they are, what they may say and hear."""

from datetime import datetime
from typing import Annotated

import msgspec

from plait.kernel.facts import fact
from plait.kernel.problems import register

__all__ = ["BAD_DEVICE", "NO_DEVICE", "Device", "DeviceAdded", "DeviceRevoked", "DeviceView", "DeviceWanted", "MadeDevice"]

NO_DEVICE = register("no-such-device", 404, "There is no such device", "`plait device list` shows those there are.")
BAD_DEVICE = register(
    "bad-device",
    422,
    "The device cannot be entered as described",
    "Name it with letters, digits, - and _; give topics as MQTT filters, such as hall/press-1/#.",
)

Filters = Annotated[tuple[str, ...], msgspec.Meta(max_length=100)]


class DeviceWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device to be: its ``name`` (the MQTT user name), topic filters it may ``publish`` and ``subscribe`` to (none: everything below its own name)."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    publish: Filters = ()
    subscribe: Filters = ()


class Device(msgspec.Struct, frozen=True):
    """A device as it is kept: of its password only the SHA-256, which is enough for 256 random bits."""

    name: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    hash: bytes
    made: datetime


class DeviceView(msgspec.Struct, frozen=True):
    """A device as it is shown; ``connected``: a link is live; ``refused``: why it was last turned away (empty: it was not)."""

    name: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    made: datetime
    connected: bool
    refused: str = ""


class MadeDevice(msgspec.Struct, frozen=True):
    """A device just made, with its ``password``, this once."""

    name: str
    password: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


@fact("device.added")
class DeviceAdded(msgspec.Struct, frozen=True):
    """A device may speak MQTT to the node from now on."""

    name: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


@fact("device.revoked")
class DeviceRevoked(msgspec.Struct, frozen=True):
    """A device may no longer speak to the node."""

    name: str
