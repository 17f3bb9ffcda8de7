"""The network as this node knows it."""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

__all__ = ["Edge", "Message", "Network", "NetworkNode", "Strand"]

Strand: TypeAlias = Literal["infrastructure", "manufacturing", "circulation"]
"""Contracts and transfers of data; trade documents; events of goods."""


class NetworkNode(msgspec.Struct, frozen=True):
    """One firm. ``tier`` 0 buys from no firm known here, a customer's stands further right; ``section`` is its ISIC Rev.4 section (``C``), "" if not known.

    ``own``: the firm whose node this is. ``trades``: it is on a way of goods that is known here.
    """

    party: str
    name: str
    tier: int
    isic: str
    section: str
    region: str
    link: str
    own: bool = False
    trades: bool = False


class Edge(msgspec.Struct, frozen=True):
    """What went between us and another firm on one strand: messages in the last 24 hours (``day``) and altogether (``total``), the last at ``last``.

    ``source`` and ``target`` are party_ids, in the direction in which goods, data or documents go: supplier to customer, provider to consumer.
    """

    source: str
    target: str
    strand: Strand
    day: int
    total: int
    last: datetime | None = None


class Message(msgspec.Struct, frozen=True):
    """One message: ``direction`` in or out; ``kind`` as its fact or document is called; ``text`` the number or name of what it is about."""

    id: str
    at: datetime
    direction: Literal["in", "out"]
    party: str
    name: str
    strand: Strand
    kind: str
    text: str
    link: str = ""


class Network(msgspec.Struct, frozen=True):
    """Firms by tier and name, what goes between them, and the last fifty messages, the newest first."""

    at: datetime
    nodes: list[NetworkNode]
    edges: list[Edge]
    recent: list[Message]
