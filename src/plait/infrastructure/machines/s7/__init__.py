"""Siemens S7-300, 400, 1200, 1500 (and LOGO, S7-200 with an S7 port): data blocks, merkers, inputs and outputs by absolute address."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Found, Link, Machine, Offered
from plait.infrastructure.machines.polling import PollConfig, PollingLink

__all__ = ["PLUGIN", "S7Config"]

PORT = 102


class S7Config(PollConfig, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``host`` and ``port`` of the CPU or its Ethernet module, ``rack`` and ``slot`` of the CPU; see ``PollConfig`` for the rest.

    ``connection``: the kind of connection taken up in the CPU: pg (programming device), op (panel) or basic. ``bridge``: bytes nobody has chosen that
    may be read along between two neighbours of one block. ``scan``: what ``browse`` reads where there is no ``map``, as ``DB1.0-63`` or ``M.0-31``.
    """

    host: Annotated[str, msgspec.Meta(pattern=r"^[^\s/@]{1,253}$")]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = PORT
    rack: Annotated[int, msgspec.Meta(ge=0, le=7)] = 0
    slot: Annotated[int, msgspec.Meta(ge=0, le=31)] = 1
    connection: Literal["pg", "op", "basic"] = "op"
    bridge: Annotated[int, msgspec.Meta(ge=0, le=200)] = 8
    scan: Annotated[tuple[str, ...], msgspec.Meta(max_length=20)] = ("DB1.0-63", "M.0-31", "I.0-15", "Q.0-15")


def _endpoint(config: S7Config) -> str:
    return f"{config.host}:{config.port}/{config.rack}.{config.slot}"


def _convert(machine: Machine) -> S7Config:
    return msgspec.convert(machine.config, S7Config)


def _link(config: S7Config, around: Around) -> Link:
    from plait.infrastructure.machines.s7.device import S7Device

    del around
    return PollingLink(f"s7:{_endpoint(config)}", S7Device(config), _convert)


async def _browse(config: S7Config, around: Around) -> Sequence[Offered]:
    from plait.infrastructure.machines.s7.browse import browse

    del around
    return await browse(config)


async def _find(around: Around) -> Sequence[Found]:
    from plait.infrastructure.machines.s7.browse import find

    return await find(around.networks, PORT)


PLUGIN = AdapterPlugin(
    name="s7",
    title="Siemens S7",
    summary="Siemens S7 controllers over ISO on TCP (port 102): data blocks, merkers, inputs and outputs",
    config=S7Config,
    capabilities=frozenset({"signals", "write"}),
    endpoint=_endpoint,
    link=_link,
    browse=_browse,
    find=_find,
    advice=(
        "S7-1200 and S7-1500, TIA Portal, properties of the CPU, Protection & Security, Connection mechanisms: "
        "tick 'Permit access with PUT/GET communication from remote partner'; then download the hardware configuration.",
        "In the properties of every data block that is read, under Attributes, clear 'Optimized block access'; compile and download it. "
        "Only then its signals have fixed addresses; the column Offset shows them.",
        "The access level of the CPU must allow reading (full access, or read access; for writing full access).",
        "Slot: 1 for S7-1200 and S7-1500, 2 for S7-300; S7-400 as in the hardware configuration. The rack is nearly always 0.",
        "Opening PUT/GET lets anybody in the network read and write the controller: keep it in a network of its own, reachable by this computer only.",
    ),
)
