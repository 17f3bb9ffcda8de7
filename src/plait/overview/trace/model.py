"""Where a thing comes from and where it went: boxes and lines to draw, moves and events to read."""

from typing import Literal

import msgspec

from plait.circulation.trace.model import TraceEvent

__all__ = ["Box", "Hidden", "Line", "Made", "Move", "Origin", "Story"]

BoxKind = Literal["item", "lot", "unit", "firm", "hidden"]


class Box(msgspec.Struct, frozen=True):
    """A thing of the picture, or ``count`` alike things folded into one.

    ``step``: transformations away from what was asked, below 0 where it came from, above 0 what became of it; ``column``: its place from left to right.
    ``epc`` leads to its own trace, empty for several; ``number`` is its lot, serial or GTIN; ``party`` the party_id of a firm that goods went to.
    ``lit``: on the way of the asked thing itself; ``note``: why nothing more is shown.
    """

    id: str
    kind: BoxKind
    step: int
    column: int
    firm: str
    name: str = ""
    number: str = ""
    epc: str = ""
    count: int = 1
    party: str = ""
    lit: bool = False
    asked: bool = False
    note: str = ""


class Line(msgspec.Struct, frozen=True):
    """One box became, or went to, another; ``hidden``: what lies between is not shown."""

    source: str
    target: str
    lit: bool = False
    hidden: bool = False


class Origin(msgspec.Struct, frozen=True):
    """A thing at which the trace begins, and the firm there."""

    epc: str
    kind: str
    number: str
    name: str
    firm: str


class Move(msgspec.Struct, frozen=True):
    """The asked thing (or ``count`` pieces of it) came ``in`` from a firm or went ``out`` to one, at RFC 3339."""

    way: Literal["in", "out"]
    at: str
    firm: str
    party: str
    count: int = 1


class Hidden(msgspec.Struct, frozen=True):
    """What is not shown of ``epc`` (``number``: its lot or serial), by which firm and why; ``party`` leads to the firm."""

    epc: str
    number: str
    firm: str
    party: str
    reason: str


class Made(msgspec.Struct, frozen=True):
    """A thing made or received here lately: its identifier, article, lot or serial; ``quantity`` of a lot in its unit, else 1; ``at`` RFC 3339.

    ``more``: so many pieces of the same event are not listed.
    """

    epc: str
    kind: str
    gtin: str
    number: str
    name: str
    quantity: float
    at: str
    more: int = 0


class Story(msgspec.Struct, frozen=True):
    """One thing's whole way as far as contracts let one see it.

    ``made`` is the firm that made it, empty when it is not known; ``at`` when. ``origins`` are the first ``few`` of ``origin_count`` things it began as.
    ``things`` counts what the boxes stand for; ``events`` are the latest of ``event_count``. ``affected`` counts what contains it, ``here`` those
    still here, ``delivered`` those handed over.
    """

    epc: str
    kind: str
    name: str
    number: str
    gtin: str
    made: str
    at: str
    origins: list[Origin]
    origin_count: int
    moves: list[Move]
    boxes: list[Box]
    lines: list[Line]
    things: int
    events: list[TraceEvent]
    event_count: int
    hidden: list[Hidden]
    firms: list[str]
    affected: int
    here: int
    delivered: int
