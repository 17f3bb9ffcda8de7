"""Order lines and the facts of the order book."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from plait.kernel.facts import fact
from plait.kernel.money import Money

__all__ = ["LineChange", "LineChanged", "LineClosed", "LineEntered", "LineRemoved", "OrderLine", "StateCount"]


class OrderLine(msgspec.Struct, frozen=True):
    """One line of a customer's order. ``id`` is our own number (``SO-00001``), which runs, papers and the schedule bear.

    ``key`` tells the same line again: customer, order and line as they write them (folded). ``quantity`` is what is still to be made and
    delivered of ``ordered_quantity``, in ``unit`` (UN/ECE Rec 20). ``due`` is the customer's date (a local day at our place), ``promised`` ours.
    ``part_id`` is empty while the part is not known here; ``part_no`` and ``name`` are as written. ``source`` is the inbox item (and place)
    it came from, or the trade document. ``run`` is the line's run once work is planned under a promise. ``sender`` sent the list it came
    with; ``customer_part_no`` is the customer's number of the part. A closed line has its ``reason``, and who closed it in ``closed_by``.
    """

    id: str
    key: str
    customer: str
    order_no: str
    line_no: str
    part_id: str
    part_no: str
    name: str
    quantity: Decimal
    due: date
    unit: str = "C62"
    revision: str = ""
    drawing_no: str = ""
    material: str = ""
    ordered_quantity: Decimal | None = None
    ordered: date | None = None
    promised: datetime | None = None
    price: Money | None = None
    priority: int = 0
    note: str = ""
    state: Literal["open", "done", "cancelled"] = "open"
    source: str = ""
    customer_party: str = ""
    order_id: str = ""
    run: str = ""
    sender: str = ""
    customer_part_no: str = ""
    contact: str = ""
    closed_by: Literal["", "list", "person", "run"] = ""
    reason: str = ""

    @property
    def delivered(self) -> Decimal:
        """How much of the ordered quantity has been delivered, as far as it is known."""
        return max(Decimal(0), (self.ordered_quantity or self.quantity) - self.quantity)


class StateCount(msgspec.Struct, frozen=True):
    """How many there are in a state."""

    state: str
    number: int


class LineChange(msgspec.Struct, frozen=True):
    """One value that differs: ``field``, ``was`` and ``now`` in words."""

    field: str
    was: str
    now: str


@fact("book.line_entered", key="id", quantity="quantity")
class LineEntered(msgspec.Struct, frozen=True):
    """A customer's line came into the order book."""

    id: str
    customer: str
    order_no: str
    line_no: str
    part_id: str
    name: str
    quantity: Decimal
    due: date
    source: str


@fact("book.line_changed", key="id")
class LineChanged(msgspec.Struct, frozen=True):
    """A line is different now: the customer changed it, or a corrected file says so."""

    id: str
    changes: tuple[LineChange, ...]
    source: str


@fact("book.line_closed", key="id")
class LineClosed(msgspec.Struct, frozen=True):
    """A line is done (delivered) or cancelled."""

    id: str
    state: str
    reason: str


@fact("book.line_removed", key="id")
class LineRemoved(msgspec.Struct, frozen=True):
    """A line that had come in by mistake was taken out again."""

    id: str
    reason: str
