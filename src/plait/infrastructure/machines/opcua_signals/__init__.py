"""Any OPC UA server: its variables chosen as signals, its methods as commands, over a secured connection where it offers one."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Found, Link, Offered

__all__ = ["PLUGIN", "Call", "Security", "SignalsConfig"]

Security = Literal["None", "Basic256Sha256 Sign", "Basic256Sha256 SignAndEncrypt"]
Address = Annotated[str, msgspec.Meta(min_length=3, max_length=1000)]


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A method to call: the ``object`` and ``method`` as node ids; ``arguments`` in their order.

    In texts ``{job}``, ``{part}``, ``{lot}``, ``{program}`` and ``{quantity}`` stand for those of the job that is started.
    """

    object: Address
    method: Address
    arguments: tuple[str | bool | int | float, ...] = ()


class SignalsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``endpoint`` of the server; ``security`` of the connection; ``user`` and ``password_file`` (a file's name in the node's folder ``machines``).

    ``server_thumbprint``: SHA-256 of the server's certificate, where it is not to be learnt at the first connection; ``plain_password``: the
    password may be sent unencrypted. ``sampling_ms``: how often the server looks at a variable (0: as fast as it can); ``queue``: how many values
    of each it keeps between two answers; ``timeout_s`` of a request; ``root``: where browsing begins (empty: at Objects). ``calls``: methods for
    the commands start, stop and reset; ``history``: ask the server for what it has kept while the link was away.
    """

    endpoint: Annotated[str, msgspec.Meta(pattern=r"^opc\.tcp://[^/\s@]+(/\S*)?$", max_length=500)]
    security: Security = "None"
    user: Annotated[str, msgspec.Meta(max_length=200)] = ""
    password_file: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,99})?$")] = ""
    server_thumbprint: Annotated[str, msgspec.Meta(pattern=r"^([0-9A-Fa-f: ]{64,95})?$")] = ""
    plain_password: bool = False
    sampling_ms: Annotated[float, msgspec.Meta(ge=0, le=3_600_000)] = 100.0
    queue: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0
    root: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    calls: dict[Literal["start", "stop", "reset"], Call] = {}
    history: bool = True


def _endpoint(config: SignalsConfig) -> str:
    return " ".join(filter(None, (config.endpoint, config.security if config.security != "None" else "", config.user)))


def _link(config: SignalsConfig, around: Around) -> Link:
    from plait.infrastructure.machines.opcua_signals.link import SignalsLink

    return SignalsLink(config, around)


async def _browse(config: SignalsConfig, around: Around) -> Sequence[Offered]:
    from plait.infrastructure.machines.opcua_signals.browse import browse

    return await browse(config, around)


async def _find(around: Around) -> Sequence[Found]:
    from plait.infrastructure.machines.opcua_signals.find import find

    return await find(around.networks)


PLUGIN = AdapterPlugin(
    name="opcua_signals",
    title="OPC UA",
    summary="Any OPC UA server: variables chosen as signals, methods as commands, certificates, history after an outage",
    config=SignalsConfig,
    capabilities=frozenset({"signals", "write"}),
    endpoint=_endpoint,
    link=_link,
    browse=_browse,
    find=_find,
    advice=(
        "Switch the OPC UA server on in the control (Siemens S7-1500: CPU properties, OPC UA, Server; a licence may be needed).",
        "Choose security Basic256Sha256 SignAndEncrypt where it is offered, and accept this node's certificate at the server: after the first try "
        "it lies among the rejected ones.",
        "Let the server allow at least as many monitored items as signals are chosen (S7-1200: 1,000; S7-1500: up to 10,000).",
    ),
)
