"""What a trace tells: items, events, gaps, and what is left for another firm to resolve."""

import msgspec

__all__ = ["Contained", "Contains", "Gap", "OpenEnd", "Recall", "Recalled", "TraceEvent", "TraceGraph", "TraceItem"]


class TraceItem(msgspec.Struct, frozen=True):
    """A thing (``item``), a lot (``lot``) or a logistic unit (``unit``), ``depth`` transformations away from what was asked.

    ``firm`` is the firm that made it if ``made``, else the one at which the trace of it ends.
    """

    epc: str
    firm: str
    name: str
    kind: str
    depth: int = 0
    made: bool = False


class TraceEvent(msgspec.Struct, frozen=True):
    """An event on the way; ``agreement`` is the one under which its firm showed it, empty for our own."""

    id: str
    firm: str
    type: str
    biz_step: str
    at: str
    inputs: list[str]
    outputs: list[str]
    agreement: str = ""


class Gap(msgspec.Struct, frozen=True):
    """Where the trace ends though it should go on, and why."""

    epc: str
    firm: str
    reason: str


class OpenEnd(msgspec.Struct, frozen=True):
    """``epc`` came from ``party`` (party_id), who is among those asking: it goes on in its own events."""

    epc: str
    party: str
    depth: int


class TraceGraph(msgspec.Struct, frozen=True):
    """Where something came from. ``depth`` is the number of transformations to the farthest item."""

    items: list[TraceItem]
    events: list[TraceEvent]
    gaps: list[Gap]
    depth: int
    firms: list[str]
    open: list[OpenEnd] = []


class Contained(msgspec.Struct, frozen=True):
    """An item delivered to the asker that contains ``of``, ``depth`` transformations below it.

    ``round``: it may contain what one of those asking has sent out and knows to contain ``of``.
    """

    epc: str
    of: str
    depth: int
    firm: str
    name: str
    kind: str
    round: bool = False


class Contains(msgspec.Struct, frozen=True):
    """What of the goods delivered to the asker contains what was asked for."""

    items: list[Contained]
    gaps: list[Gap] = []


class Recalled(msgspec.Struct, frozen=True):
    """An item that contains what is recalled: ``state`` is ``delivered`` (to the firms named) or ``here``."""

    epc: str
    firm: str
    name: str
    kind: str
    depth: int
    state: str
    delivered_to: list[str]


class Recall(msgspec.Struct, frozen=True):
    """Everything finished or in stock here that contains ``epc``."""

    epc: str
    items: list[Recalled]
    gaps: list[Gap]
    depth: int
    firms: list[str]
