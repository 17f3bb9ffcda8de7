"""Mitsubishi controllers (MELSEC Q, L, iQ-R, iQ-F) over the MC protocol, 3E frames in binary code, which SLMP takes as well."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Found, Link, Machine, Offered
from plait.infrastructure.machines.polling import PollConfig, PollingLink

__all__ = ["PLUGIN", "Mc3eConfig"]

PORT = 5007


class Mc3eConfig(PollConfig, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``host`` and ``port`` of the Ethernet port as set in the PLC; see ``PollConfig`` for the rest.

    ``network``, ``pc``, ``module``, ``station``: access route to a PLC behind that one (own station by default). ``xy``: how X and Y are numbered,
    hex (Q, L, iQ-R) or octal (iQ-F). ``bridge``: words or bits nobody has chosen that may be read along between two neighbours. ``scan``: what
    ``browse`` reads where there is no ``map``, as ``D0-63``.
    """

    host: Annotated[str, msgspec.Meta(pattern=r"^[^\s/@]{1,253}$")]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = PORT
    network: Annotated[int, msgspec.Meta(ge=0, le=255)] = 0
    pc: Annotated[int, msgspec.Meta(ge=0, le=255)] = 255
    module: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0x03FF
    station: Annotated[int, msgspec.Meta(ge=0, le=255)] = 0
    xy: Literal["hex", "octal"] = "hex"
    bridge: Annotated[int, msgspec.Meta(ge=0, le=500)] = 16
    scan: Annotated[tuple[str, ...], msgspec.Meta(max_length=20)] = ("D0-63", "M0-63", "X0-1F", "Y0-1F")


def _endpoint(config: Mc3eConfig) -> str:
    return f"{config.host}:{config.port}/{config.network}.{config.pc}.{config.module}.{config.station}"


def _convert(machine: Machine) -> Mc3eConfig:
    return msgspec.convert(machine.config, Mc3eConfig)


def _link(config: Mc3eConfig, around: Around) -> Link:
    from plait.infrastructure.machines.mc3e.device import Mc3eDevice

    del around
    return PollingLink(f"mc3e:{_endpoint(config)}", Mc3eDevice(config), _convert)


async def _browse(config: Mc3eConfig, around: Around) -> Sequence[Offered]:
    from plait.infrastructure.machines.mc3e.browse import browse

    del around
    return await browse(config)


async def _find(around: Around) -> Sequence[Found]:
    from plait.infrastructure.machines.mc3e.browse import find

    return await find(around.networks, PORT)


PLUGIN = AdapterPlugin(
    name="mc3e",
    title="Mitsubishi MC protocol",
    summary="Mitsubishi MELSEC Q, L, iQ-R and iQ-F controllers over the MC protocol (3E frames, binary, TCP) or SLMP",
    config=Mc3eConfig,
    capabilities=frozenset({"signals", "write"}),
    endpoint=_endpoint,
    link=_link,
    browse=_browse,
    find=_find,
    advice=(
        "GX Works, PLC parameters, built-in Ethernet port (or the Ethernet module): communication data code binary.",
        "In the open settings add a line: protocol TCP, open system MC protocol (iQ-R, iQ-F: SLMP connection), and a port number, as 5007; one a connection.",
        "For writing tick 'Enable online change (FTP, MC protocol)'; without it everything can be read.",
        "Write the parameters to the PLC and reset it or switch it off and on: Ethernet settings take effect only then.",
        "No remote password on that port, or unlock it first.",
    ),
)
