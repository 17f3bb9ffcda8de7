"""Machines that speak OPC UA: PackML states, ISA-95 job orders, signals."""

from typing import Annotated

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Link

__all__ = ["PLUGIN", "OpcUaConfig"]


class OpcUaConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``endpoint`` of the server, browse name of the ``cell`` in its Cells folder, ``namespace`` URI of that folder, ``timeout_s`` of a request."""

    endpoint: Annotated[str, msgspec.Meta(pattern=r"^opc\.tcp://[^/\s]+(/\S*)?$")]
    cell: Annotated[str, msgspec.Meta(min_length=1)]
    namespace: str = "urn:plait:plant"
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0


def _endpoint(config: OpcUaConfig) -> str:
    return config.endpoint


def _link(config: OpcUaConfig, around: Around) -> Link:
    from plait.infrastructure.machines.opcua.link import OpcUaLink

    return OpcUaLink(config, around.publishing_ms)


PLUGIN = AdapterPlugin(
    name="opcua",
    title="OPC UA with jobs",
    summary="OPC UA servers with PackML units and ISA-95 Job Control V2 receivers, one link a server",
    config=OpcUaConfig,
    capabilities=frozenset({"state", "jobs", "commands", "signals", "beats"}),
    endpoint=_endpoint,
    link=_link,
    advice=("The server must offer ISA-95 Job Control V2 receivers; any other OPC UA server is connected with the adapter opcua_signals.",),
)
