"""Machine tools behind an MTConnect agent: states, conditions, part counts and every data item, without loss while the agent's buffer reaches back."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Found, Link, Offered

__all__ = ["PLUGIN", "MtConnectConfig"]


class MtConnectConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``agent``: its address; ``device``: name, uuid or id of the machine (not needed where the agent has one only).

    ``interval_ms``: the least time between two parts of the stream; ``heartbeat_s``: how long the agent may be silent; ``count``: most
    observations in a part; ``most_mb``: the largest document that is taken; ``timeout_s`` of a request.
    """

    agent: Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s@?#]+(/[^\s?#]*)?$", max_length=500)]
    device: Annotated[str, msgspec.Meta(max_length=200)] = ""
    interval_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] = 250
    heartbeat_s: Annotated[float, msgspec.Meta(ge=0.1, le=60)] = 10.0
    count: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1000
    most_mb: Annotated[int, msgspec.Meta(ge=1, le=256)] = 16
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0


def _endpoint(config: MtConnectConfig) -> str:
    return f"{config.agent.rstrip('/')}/{config.device}".rstrip("/")


def _link(config: MtConnectConfig, around: Around) -> Link:
    from plait.infrastructure.machines.mtconnect.link import MtConnectLink

    return MtConnectLink(config, around)


async def _browse(config: MtConnectConfig, around: Around) -> Sequence[Offered]:
    from plait.infrastructure.machines.mtconnect.browse import browse

    del around
    return await browse(config)


async def _find(around: Around) -> Sequence[Found]:
    from plait.infrastructure.machines.mtconnect.browse import find

    return await find(around.networks)


PLUGIN = AdapterPlugin(
    name="mtconnect",
    title="MTConnect",
    summary="Machine tools behind an MTConnect agent (FANUC and most others): states, conditions, part counts, any data item",
    config=MtConnectConfig,
    capabilities=frozenset({"state", "signals"}),
    endpoint=_endpoint,
    link=_link,
    browse=_browse,
    find=_find,
    advice=(
        "Install the MTConnect agent and the adapter of the machine's maker (or switch it on in the control's settings).",
        "Open the agent's address in a browser: /probe must list the machine. The usual port is 5000, at some makers 7878.",
        "Give the agent a large buffer (BufferSize = 17 or more): what it holds is fetched after an outage, what it has dropped is a counted gap.",
    ),
)
