"""Anything that speaks Modbus TCP: controllers, drives, energy meters, gateways to serial devices."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Found, Link, Machine, Offered
from plait.infrastructure.machines.polling import PollConfig, PollingLink

__all__ = ["PLUGIN", "ModbusConfig"]

PORT = 502


class ModbusConfig(PollConfig, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``host`` and ``port`` of the device or gateway, ``unit`` id of the machine behind it; see ``PollConfig`` for the rest.

    ``bridge``: how many registers nobody has chosen may be read along between two neighbours, to need fewer requests (0: never one).
    ``most_registers`` and ``most_bits`` of a request, for devices that take less than the standard allows. ``scan``: what ``browse`` reads where
    there is no ``map``, as ``holding:0-99``.
    """

    host: Annotated[str, msgspec.Meta(pattern=r"^[^\s/@]{1,253}$")]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = PORT
    unit: Annotated[int, msgspec.Meta(ge=0, le=255)] = 1
    bridge: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    most_registers: Annotated[int, msgspec.Meta(ge=1, le=125)] = 125
    most_bits: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 2000
    scan: Annotated[tuple[str, ...], msgspec.Meta(max_length=20)] = ("holding:0-63", "input:0-63", "coil:0-31", "discrete:0-31")


def _endpoint(config: ModbusConfig) -> str:
    return f"{config.host}:{config.port}"


def _convert(machine: Machine) -> ModbusConfig:
    return msgspec.convert(machine.config, ModbusConfig)


def _link(config: ModbusConfig, around: Around) -> Link:
    from plait.infrastructure.machines.modbus.device import ModbusDevice

    del around
    return PollingLink(f"modbus:{_endpoint(config)}", ModbusDevice(config), _convert)


async def _browse(config: ModbusConfig, around: Around) -> Sequence[Offered]:
    from plait.infrastructure.machines.modbus.browse import browse

    del around
    return await browse(config)


async def _find(around: Around) -> Sequence[Found]:
    from plait.infrastructure.machines.modbus.browse import find

    return await find(around.networks, PORT)


PLUGIN = AdapterPlugin(
    name="modbus",
    title="Modbus TCP",
    summary="Modbus TCP devices and gateways: a register map with types, byte order and scaling",
    config=ModbusConfig,
    capabilities=frozenset({"signals", "write"}),
    endpoint=_endpoint,
    link=_link,
    browse=_browse,
    find=_find,
    advice=(
        "Switch Modbus TCP on in the device (often called Modbus server or slave) and give it a fixed address; the usual port is 502.",
        "Have the maker's register list at hand: it says table, address, type, byte order and scale. Addresses in it may count from 0 or from 1.",
        "Behind a gateway every serial device has its unit id (1 to 247); a device with its own network plug mostly takes 1 or 255.",
        "Some devices let only listed addresses in: add this computer's to their list.",
    ),
)
