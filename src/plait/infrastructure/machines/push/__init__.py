"""Machines without any interface: a current clamp, a button, a script posts what it sees, by HTTP or MQTT."""

from typing import Annotated

import msgspec

from plait.infrastructure.machines.model import AdapterPlugin, Around, Link, State

__all__ = ["PLUGIN", "PushConfig"]

WORDS: dict[str, State] = {"running": "running", "idle": "idle", "down": "down", "setup": "setup"}


class PushConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``signal`` tells the machine's state: as a number, running above ``running_above`` until at ``idle_below`` or under; or by ``words``, as of buttons.

    ``topic``: below which topic the device publishes by MQTT (default: the machine's id). After ``silence_s`` without a message it is silent (0: never).
    """

    signal: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$")] = "state"
    running_above: float | None = None
    idle_below: float | None = None
    words: dict[str, State] = msgspec.field(default_factory=lambda: dict(WORDS))
    topic: Annotated[str, msgspec.Meta(pattern=r"^[^+#$\x00]{0,200}$")] = ""
    silence_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0


def _endpoint(config: PushConfig) -> str:
    del config
    return "push"


def _link(config: PushConfig, around: Around) -> Link:
    from plait.infrastructure.machines.push.link import link

    del config
    return link(around)


PLUGIN = AdapterPlugin(
    name="push",
    title="Current clamp, button or script",
    summary="Machines without any interface: a device beside them posts numbers and words by HTTP or MQTT",
    config=PushConfig,
    capabilities=frozenset({"state", "signals"}),
    endpoint=_endpoint,
    link=_link,
    advice=(
        "By HTTP: make a token with `plait token new --role operator --scope machines.push`, and post to /api/v1/machines/ID/push.",
        "By MQTT: enter a device named like the machine with `plait device add`, and publish below the machine's id.",
        "A clamp on one phase shows whether a machine works: take a limit between the current at rest and the least current at work.",
    ),
)
