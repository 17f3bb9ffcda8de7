"""Orders as a list shows them, one order with all that belongs to it, and requests with their answers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from plait.kernel.money import Money
from plait.manufacturing.capability.model import Found
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.model import Inquiry, Supply
from plait.manufacturing.line.model import Batch, Job
from plait.manufacturing.trade.model import Document, RequestForQuotation
from plait.manufacturing.trade.options import OptionView

__all__ = ["Answer", "Answered", "OrderRow", "OrderView", "OrdersPage", "OrdersShown", "Paper", "RequestRow", "RequestView", "RequestsPage", "Standing"]

OrdersShown: TypeAlias = Literal["open", "late", "placed", "done", "cancelled"]


class OrderRow(msgspec.Struct, frozen=True):
    """One order. ``side``: ``sold`` (a customer's with us) or ``bought`` (ours with a partner); ``other`` is that firm, ``party`` its party_id, if any.

    ``state``: open, accepted, changed (the date was moved), sent, done, cancelled, rejected. ``verdict`` says whether it will be there, ``slack_days``
    by how many days before its date (negative: after it), ``reason`` why, in words. ``due`` is the day asked for, ``promised`` the one that holds.
    """

    id: str
    number: str
    side: Literal["sold", "bought"]
    other: str
    party: str
    part: str
    name: str
    quantity: Decimal
    unit: str
    state: str
    due: date | None = None
    promised: datetime | None = None
    verdict: Literal["", "on_time", "late", "unplanned"] = ""
    slack_days: int | None = None
    reason: str = ""
    value: Money | None = None


class OrdersPage(msgspec.Struct, frozen=True):
    """Some orders; ``after`` asks for those that follow, "" when there are none."""

    rows: list[OrderRow]
    after: str = ""


class Standing(msgspec.Struct, frozen=True):
    """Whether open orders of customers will be there: how many there are, are late, cannot be planned; ``worst`` is the latest of them.

    ``placed`` are our own with partners, all there ever were; ``placed_late`` those of the latest 200 that will come late, the latest first.
    ``computed`` is None while the plan is worked out: late are then those past their date.
    """

    open: int
    late: int
    unplanned: int
    placed: int
    placed_late: list[OrderRow] = []
    worst: OrderRow | None = None
    computed: datetime | None = None


class Paper(msgspec.Struct, frozen=True):
    """A paper that can be printed. ``kind``: confirmation, delivery, card (route cards) or quotation; ``href`` is its PDF."""

    kind: Literal["confirmation", "delivery", "card", "quotation"]
    href: str


class OrderView(msgspec.Struct, frozen=True):
    """One order with all that belongs to it: ``line`` in the book, its documents, what suppliers do for it, its work.

    ``acts`` are what can be done with it now: promise, change, deliver, cancel, reopen, what-if. ``guest`` is the kind of link for a firm without a
    node (order, purchase, ""), ``key`` the number such a link, the plan and the book know it by.
    """

    id: str
    row: OrderRow
    key: str = ""
    line: OrderLine | None = None
    documents: list[Document] = []
    supplies: list[Supply] = []
    inquiry: Inquiry | None = None
    offer: str = ""
    run: str = ""
    batches: list[Batch] = []
    jobs: list[Job] = []
    papers: list[Paper] = []
    acts: list[str] = []
    guest: Literal["", "order", "purchase"] = ""


class RequestRow(msgspec.Struct, frozen=True):
    """One request, ``side`` received or sent. ``price`` is of one piece, ``promised`` the date offered.

    ``state``: open, waiting (for suppliers), ready (for a person's answer), quoted, declined, withdrawn, ordered, expired.
    """

    id: str
    number: str
    side: Literal["received", "sent"]
    other: str
    party: str
    name: str
    quantity: Decimal
    unit: str
    state: str
    issued: datetime
    respond_by: datetime
    price: Money | None = None
    promised: datetime | None = None
    origin: str = ""


class RequestsPage(msgspec.Struct, frozen=True):
    """Some requests, the newest first; ``after`` as in ``OrdersPage``."""

    rows: list[RequestRow]
    after: str = ""


class Answered(msgspec.Struct, frozen=True):
    """How a request was answered: by whom, when, with which document. ``by`` is a person's name, "" when the node answered by itself."""

    kind: Literal["quotation", "decline", "withdrawal"]
    number: str
    at: datetime
    by: str
    firm: str
    reason: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What one firm answered to a request of ours, for comparing; ``quotation`` is to be ordered on while ``state`` is open."""

    rfq: str
    firm: str
    party: str
    state: str
    quotation: str = ""
    price: Money | None = None
    total: Money | None = None
    promised: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    order: str = ""
    cheapest: bool = False
    earliest: bool = False


class RequestView(msgspec.Struct, frozen=True):
    """One request with all that belongs to it: documents, what suppliers are asked for it, the answers to it and to its like, who else could."""

    row: RequestRow
    request: RequestForQuotation
    documents: list[Document]
    answered: Answered | None = None
    inquiry: Inquiry | None = None
    options: list[OptionView] = []
    answers: list[Answer] = []
    others: list[Found] = []
