"""Offers, what was asked in them, how they ended, and the facts they leave."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

import msgspec

from plait.kernel.facts import fact
from plait.kernel.money import Money
from plait.manufacturing.part.model import CostBreakdown
from plait.manufacturing.schedule.model import Moment

__all__ = [
    "Asked",
    "AskedLine",
    "Break",
    "Change",
    "LineChange",
    "LostReason",
    "NewPart",
    "Offer",
    "OfferAccepted",
    "OfferAsked",
    "OfferChanged",
    "OfferLine",
    "OfferLost",
    "OfferReplied",
    "OfferSent",
    "Outcome",
    "Proposal",
    "Reply",
    "SentLine",
    "Suggestion",
]

Word = Annotated[str, msgspec.Meta(max_length=300)]
Text = Annotated[str, msgspec.Meta(max_length=4000)]
LostReason: TypeAlias = Literal["price", "date", "technical", "no-answer", "other"]
LineState: TypeAlias = Literal["new", "known", "suppliers", "ready", "stuck", "sent", "accepted", "refused", "lost"]


class AskedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing asked for, as the customer says it. ``due`` is the customer's date, ``attachments`` the SHA-256 of kept files."""

    quantity: Decimal
    part_no: Word = ""
    customer_part_no: Word = ""
    name: Word = ""
    drawing_no: Word = ""
    revision: Word = ""
    material: Word = ""
    unit: str = "C62"
    due: date | None = None
    note: Text = ""
    target_price: Money | None = None
    attachments: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request of a customer without a node. ``language`` (empty: the letterhead's) is that of the answer, ``request_no`` the customer's own number.

    ``source`` names where it came from (an inbox item, a form): the same source asks once. ``message_id`` is that of the e-mail it came by.
    """

    customer: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    lines: Annotated[tuple[AskedLine, ...], msgspec.Meta(min_length=1, max_length=500)]
    email: Word = ""
    contact: Word = ""
    address: Annotated[tuple[Word, ...], msgspec.Meta(max_length=8)] = ()
    language: Literal["", "en", "de", "zh"] = ""
    request_no: Word = ""
    respond_by: date | None = None
    note: Text = ""
    source: Word = ""
    message_id: Word = ""


class Break(msgspec.Struct, frozen=True):
    """The price of a piece at another quantity."""

    quantity: int
    price: Money


class Suggestion(msgspec.Struct, frozen=True):
    """What earlier offers teach about one: a ``hint`` in words, a markup within bounds and the price it gives; shown, never applied by itself."""

    hint: str
    markup: Decimal | None = None
    price: Money | None = None


class OfferLine(msgspec.Struct, frozen=True):
    """One line on its way to a price and a date.

    ``state``: new (no part known), known (to be worked out), suppliers (their answers are awaited), ready, stuck (``reason`` says why), sent,
    accepted, refused, lost. ``recognised`` says by what the part was found, ``doubts`` what a person should look at. ``price`` is that of a
    piece, ``priced_by`` cost, list, person or an earlier order; ``markup`` what it is above the cost as a fraction. ``promised`` is the date offered,
    ``earliest`` what the schedule gives. ``purpose`` is what slot and suppliers' options are taken for. ``kept`` is the date promised for
    ``run``, since ``confirmed``.
    """

    index: int
    asked: AskedLine
    state: LineState
    quantity: Decimal
    part_id: str = ""
    part_name: str = ""
    family: str = ""
    recognised: str = ""
    doubts: tuple[str, ...] = ()
    reason: str = ""
    purpose: str = ""
    cost: CostBreakdown | None = None
    price: Money | None = None
    priced_by: str = ""
    own_price: Money | None = None
    markup: Decimal | None = None
    breaks: tuple[Break, ...] = ()
    promised: datetime | None = None
    own_date: datetime | None = None
    earliest: datetime | None = None
    lead_minutes: int = 0
    hold_id: str = ""
    hold_until: datetime | None = None
    text: str = ""
    suggestion: Suggestion | None = None
    quotation_id: str = ""
    order_id: str = ""
    run: str = ""
    kept: datetime | None = None
    confirmed: datetime | None = None


class Proposal(msgspec.Struct, frozen=True):
    """What an answer by e-mail seems to say: ``verdict`` and the sentence it is read from. ``known_sender``: it came from the address the offer went to.

    A person confirms it by accepting the offer, or entering it as lost.
    """

    verdict: Literal["yes", "no", "unclear"]
    sentence: str
    sender: str
    known_sender: bool
    at: datetime
    message_id: str = ""
    reason: Literal["", "price", "date", "technical"] = ""


class Offer(msgspec.Struct, frozen=True):
    """An answer to one request. ``number`` is ours (``R-00001``), ``version`` rises each time it is worked out anew after it was sent.

    ``state``: draft, sent, won (something of it was accepted), lost. ``until``: valid until; ``own_until`` when a person has set it.
    """

    number: str
    asked: Asked
    state: Literal["draft", "sent", "won", "lost"]
    created: datetime
    lines: tuple[OfferLine, ...]
    version: int = 1
    until: datetime | None = None
    own_until: datetime | None = None
    sent: datetime | None = None
    text: str = ""
    proposal: Proposal | None = None
    reference: str = ""
    lost_reason: str = ""
    lost_text: str = ""

    @property
    def shown(self) -> str:
        """The number as papers bear it: with its version from the second on."""
        return self.number if self.version == 1 else f"{self.number}-{self.version}"


class LineChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person changes about a line; what is left out stays, None goes back to what was worked out. Price of a piece, date as a moment."""

    index: int
    price: Money | msgspec.UnsetType | None = msgspec.UNSET
    promised: Moment | msgspec.UnsetType | None = msgspec.UNSET
    quantity: Decimal | msgspec.UnsetType = msgspec.UNSET
    text: Text | msgspec.UnsetType = msgspec.UNSET


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person changes about an offer before it goes out; what is left out stays."""

    until: Moment | msgspec.UnsetType = msgspec.UNSET
    text: Text | msgspec.UnsetType = msgspec.UNSET
    customer: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | msgspec.UnsetType = msgspec.UNSET
    language: Literal["en", "de", "zh"] | msgspec.UnsetType = msgspec.UNSET
    email: Word | msgspec.UnsetType = msgspec.UNSET
    contact: Word | msgspec.UnsetType = msgspec.UNSET
    address: tuple[Word, ...] | msgspec.UnsetType = msgspec.UNSET
    lines: tuple[LineChange, ...] = ()


class NewPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part a line means: ``part_id`` of one we have, or a new one ``id`` made after ``like`` (a part) or the parts of ``family``.

    A new part's times are those of its model (of a family: the middle ones), marked as estimated.
    """

    part_id: str = ""
    id: str = ""
    name: str = ""
    revision: str = ""
    drawing_no: str = ""
    like: str = ""
    family: str = ""


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An e-mail that may answer an offer: its plain text and what its head says."""

    sender: Word
    subject: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    text: Annotated[str, msgspec.Meta(max_length=100_000)] = ""
    in_reply_to: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    message_id: Word = ""


class Outcome(msgspec.Struct, frozen=True):
    """One line that was offered, and what became of it: ``open``, ``won`` or ``lost`` (with the reason)."""

    number: str
    version: int
    index: int
    customer: str
    part_id: str
    family: str
    quantity: int
    price: Money
    markup: Decimal | None
    result: Literal["open", "won", "lost"] = "open"
    reason: str = ""


class SentLine(msgspec.Struct, frozen=True):
    """One line of a sent offer, as far as one can learn from it."""

    index: int
    part_id: str
    family: str
    quantity: Decimal
    price: Money
    markup: Decimal | None
    promised: datetime
    quotation: str


@fact("offer.asked", key="number", quantity="lines")
class OfferAsked(msgspec.Struct, frozen=True):
    """A customer without a node asks for ``lines`` things."""

    number: str
    customer: str
    request_no: str
    lines: int
    source: str


@fact("offer.changed", key="number")
class OfferChanged(msgspec.Struct, frozen=True):
    """A person changed an offer before it went out; ``changes`` in words."""

    number: str
    changes: tuple[str, ...]


@fact("offer.sent", key="number")
class OfferSent(msgspec.Struct, frozen=True):
    """An offer is out: price, date and slot are as they stand in it until ``until``."""

    number: str
    version: int
    customer: str
    until: datetime
    lines: tuple[SentLine, ...]


@fact("offer.replied", key="number")
class OfferReplied(msgspec.Struct, frozen=True):
    """An e-mail seems to answer an offer; a person has to confirm what it says."""

    number: str
    proposal: Proposal


@fact("offer.accepted", key="number")
class OfferAccepted(msgspec.Struct, frozen=True):
    """The customer has accepted lines of an offer, under its own number ``reference``; ``source`` says how it was told."""

    number: str
    customer: str
    lines: tuple[int, ...]
    reference: str
    source: str


@fact("offer.lost", key="number")
class OfferLost(msgspec.Struct, frozen=True):
    """Lines of an offer were lost, and why."""

    number: str
    customer: str
    lines: tuple[int, ...]
    reason: LostReason
    text: str
