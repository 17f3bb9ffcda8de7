"""An order in UBL on one of our offers: which lines it accepts, or why it is not what was offered (pure)."""

import re

import msgspec

from plait.kernel.problems import Problem
from plait.manufacturing.desk.offers.model import Offer
from plait.manufacturing.trade.rules import DEVIATES
from plait.manufacturing.trade.ubl_common import UBL_TYPE
from plait.manufacturing.trade.ubl_read import UblDocument, read_ubl

__all__ = ["UblOrder", "lines_of", "read_order"]

OFFER = re.compile(r"R-\d{5,}")


class UblOrder(msgspec.Struct, frozen=True):
    """An order as read: ``offers`` are the numbers of ours it names, ``quotations`` the other documents it refers to."""

    document: UblDocument
    offers: tuple[str, ...]
    quotations: tuple[str, ...]


def read_order(content: bytes) -> UblOrder:
    """Read a UBL Order; raise ``ubl-unreadable`` or ``ubl-type``."""
    read = read_ubl(content)
    if read.type != "Order":
        raise Problem(UBL_TYPE, f"a {read.type} is no order")
    named = tuple(dict.fromkeys(number for ref in (*read.refs, read.note) for number in OFFER.findall(ref)))
    return UblOrder(read, named, read.refs)


def lines_of(order: UblOrder, offer: Offer) -> tuple[int, ...]:
    """Return the lines of ``offer`` that an order accepts; raise ``order-deviates`` when it wants anything that was not offered so."""
    offered = {str(line.index): line for line in offer.lines}
    found = []
    for line in order.document.lines:
        mine = offered.get(line.id)
        if mine is None:
            raise Problem(DEVIATES, f"{order.document.number} line {line.id}: {offer.number} has no such line")
        if line.quantity != mine.quantity:
            raise Problem(DEVIATES, f"{order.document.number} line {line.id}: {line.quantity} are ordered, {mine.quantity} were offered")
        if line.price is not None and (mine.price is None or (line.price.amount, line.price.currency) != (mine.price.amount, mine.price.currency)):
            raise Problem(DEVIATES, f"{order.document.number} line {line.id}: ordered at {line.price}, offered at {mine.price}")
        found.append(mine.index)
    if not found:
        raise Problem(DEVIATES, f"{order.document.number} orders nothing")
    return tuple(found)
