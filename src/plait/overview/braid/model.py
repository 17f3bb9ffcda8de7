"""A braid: what happened for one order as knots on three strands, the promise, now, and what lies between them."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from plait.kernel.problems import register
from plait.kernel.texts import Texts
from plait.overview.reasons import reason_said

__all__ = ["AMBIGUOUS", "MOST_KNOTS", "NO_ORDER", "STRANDS", "Braid", "Knot", "Lateness", "Mark", "SmallBraid", "Strand", "Stretch", "Words", "say"]

NO_ORDER = register("no-such-order", 404, "There is no such order", "Check the number under Orders; a document's id is taken too.")
AMBIGUOUS = register("ambiguous-order", 409, "Several orders have that number", "Ask by the id of the one you mean.")

Strand: TypeAlias = Literal["infrastructure", "manufacturing", "circulation"]
STRANDS: tuple[Strand, ...] = ("infrastructure", "manufacturing", "circulation")
MOST_KNOTS = 500


class Words(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence that can be said in every language: ``text`` is the English template of the catalogue, ``values`` and ``times`` fill it in.

    ``said`` is the sentence in the language and the zone the braid was asked for in.
    """

    text: str
    values: dict[str, str] = {}
    times: dict[str, datetime] = {}
    said: str = ""


class Knot(msgspec.Struct, frozen=True):
    """One thing that happened (or, ``planned``, is to happen) at business time ``at``; what lasts has ``until`` (None: it does not, or is not over).

    ``kind`` is the kind of its fact, document or event; ``fact`` is that one's id. ``firm`` is whose it is (``ours``: our own), ``link`` the
    console's page of it. ``details`` are name and value of what else is known, in words. ``weight``: 3 the turning points, 2 steps, 1 what
    only a close look needs. ``count`` is how many it stands for.
    """

    id: str
    strand: Strand
    at: datetime
    kind: str
    title: Words
    firm: str
    ours: bool = True
    fact: str = ""
    link: str = ""
    until: datetime | None = None
    details: dict[str, str] = {}
    weight: int = 2
    count: int = 1
    planned: bool = False


class Stretch(msgspec.Struct, frozen=True):
    """Time in which something happens at ``firm`` that is not shown here, and why."""

    strand: Strand
    since: datetime
    until: datetime
    firm: str
    reason: Words


class Lateness(msgspec.Struct, frozen=True):
    """The gap between the promise (``since``) and the end, or now while there is none (``until``), in words; ``over``: it will not grow any more."""

    since: datetime
    until: datetime
    words: Words
    over: bool


class Braid(msgspec.Struct, frozen=True):
    """The life of one order. ``side``: ``sold`` (a customer's order with us) or ``bought`` (ours with a supplier); ``other`` is the other firm.

    ``state`` is open, done, cancelled or refused; ``ended`` when it was delivered, cancelled or refused. ``promised`` is the date that holds
    now, ``first_promised`` the first one where it was moved, ``expected`` when the plan has it ready. ``folded`` counts the knots of each kind
    that were too many to be shown one by one; ``left_out`` says what the asker may not read. ``headline`` answers whether it will be there.
    """

    order: str
    number: str
    side: Literal["sold", "bought"]
    title: Words
    headline: Words
    firm: str
    other: str
    state: str
    started: datetime
    now: datetime
    zone: str
    knots: tuple[Knot, ...]
    stretches: tuple[Stretch, ...] = ()
    ended: datetime | None = None
    promised: datetime | None = None
    first_promised: datetime | None = None
    expected: datetime | None = None
    late: Lateness | None = None
    folded: dict[str, int] = {}
    left_out: tuple[Words, ...] = ()
    link: str = ""


class Mark(msgspec.Struct, frozen=True):
    """A knot of a small braid."""

    strand: Strand
    at: datetime


class SmallBraid(msgspec.Struct, frozen=True):
    """What the small picture of an order needs; dates as in ``Braid``, ``late`` in words (None: in time, as far as is known)."""

    order: str
    number: str
    state: str
    started: datetime
    now: datetime
    marks: tuple[Mark, ...]
    ended: datetime | None = None
    promised: datetime | None = None
    late: Words | None = None


def say(words: Words, texts: Texts, moment: Callable[[datetime], str] | None = None) -> str:
    """Return a sentence in the language of ``texts``, its times as local dates and times of day (or as ``moment`` says them)."""
    values = {
        **{name: reason_said(texts, value) if name in ("why", "reason") else value for name, value in words.values.items()},
        **{name: (moment or texts.moment)(when) for name, when in words.times.items()},
    }
    return texts(words.text, **values)
