"""Orders that come as tables or documents and name an offer of ours: what was offered is accepted there, and stands in the order book once."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.inbox.model import Applier, Change, Context, Undoing
from plait.manufacturing.desk.offers import tables
from plait.manufacturing.desk.offers.model import Offer, OfferLine
from plait.manufacturing.desk.offers.ubl import OFFER
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.manufacturing.trade import tables as trade_tables
from plait.store import Tx

__all__ = ["OfferedOrders"]


MOST_WORDS = 400
QUOTATION = re.compile(r"Q-\d{5,}")
NAMES = ("part_no", "customer_part_no", "drawing_no", "name")


class Book(Applier, Undoing, Protocol):
    """What enters all other orders."""


class OfferedOrders:
    """Puts rows of orders into the order book, but for those that order what an offer of ours has offered: they become its acceptance."""

    kind: DocumentKind = "orders"

    def __init__(self, book: Book) -> None:
        self.book = book

    def compare(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Change]:
        """Return what ``apply`` would do."""
        own, rest, doubts = self._parted(conn, records, context)
        return sorted([*own, *_noted(self.book.compare(conn, rest, context), doubts)], key=lambda change: change.row)

    def apply(self, tx: Tx, records: Sequence[Record], context: Context) -> list[Change]:
        """Do it, inside the transaction; return what was done."""
        own, rest, doubts = self._parted(tx.conn, records, context)
        return sorted([*own, *_noted(self.book.apply(tx, rest, context), doubts)], key=lambda change: change.row)

    def undo(self, tx: Tx, source: str) -> int:
        """Take back what went into the book."""
        return self.book.undo(tx, source)

    def _parted(self, conn: Connection, records: Sequence[Record], context: Context) -> tuple[list[Change], list[Record], dict[int, str]]:
        """Return what is done at offers, the rows for the book, and by row what is to be said of them."""
        around = _named(conn, context.around)
        own: list[Change] = []
        rest: list[Record] = []
        doubts: dict[int, str] = {}
        for record in records:
            said = _named(conn, " ".join(str(value) for value in record.values.values() if isinstance(value, str)))
            offers = [each for each in said or around if _open(each)]
            found = next(((offer, line) for offer in offers for line in _lines(offer) if _same(line, record, alone=len(_lines(offer)) == 1)), None)
            if found is not None:
                own.append(_answer(record, *found))
                continue
            rest.append(record)
            if offers:
                doubts[record.row] = f"it is not what {' or '.join(each.number for each in offers)} offers, and goes in beside it"
        return own, rest, doubts


def _named(conn: Connection, text: str) -> list[Offer]:
    """Return the offers of ours a text names, by their number or that of a quotation."""
    found = {number: tables.offer(conn, tables.ALL, number) for number in dict.fromkeys(OFFER.findall(text))}
    offers = [each for each in found.values() if each is not None]
    if offers or not text:
        return offers
    words = {word for word in re.split(r"[\s,;()]+", text)[:MOST_WORDS] if QUOTATION.fullmatch(word)}
    ours = [each for word in sorted(words) for each in trade_tables.documents(conn, tables.ALL, None, number=word)]
    return [offer for each in ours if (offer := tables.offer_of(conn, tables.ALL, each.id)) is not None]


def _lines(offer: Offer) -> list[OfferLine]:
    return [line for line in offer.lines if line.state in ("sent", "accepted")]


def _open(offer: Offer) -> bool:
    return bool(_lines(offer))


def _same(line: OfferLine, record: Record, *, alone: bool) -> bool:
    """Tell whether a row orders what a line offers: the same quantity of the same thing."""
    values = record.values
    wanted = next((values[name] for name in ("quantity", "open_quantity") if isinstance(values.get(name), Decimal | int)), None)
    if wanted is None or Decimal(str(wanted)) != line.quantity:
        return False
    theirs = {fold(str(values[name])) for name in NAMES if values.get(name)}
    asked = line.asked
    ours = {fold(each) for each in (line.part_id, line.part_name, asked.part_no, asked.customer_part_no, asked.drawing_no, asked.name) if each}
    return alone or bool(theirs & ours) or str(values.get("line_no", "")) == str(line.index)


def _answer(record: Record, offer: Offer, line: OfferLine) -> Change:
    values = record.values
    key = "/".join(str(values[name]) for name in ("order_no", "line_no") if values.get(name)) or offer.number
    if line.state == "accepted":
        where = f" and is {line.run}" if line.run else ""
        return Change(record.row, key, "same", f"line {line.index} of offer {offer.number} was accepted{where}: the order is in the book already")
    return Change(record.row, key, "same", f"it answers offer {offer.number}, line {line.index}: accept it there (plait desk accept {offer.number})")


def _noted(changes: Sequence[Change], doubts: dict[int, str]) -> list[Change]:
    return [
        msgspec.structs.replace(each, text="; ".join(filter(None, (each.text, doubts[each.row])))) if each.row in doubts and each.action != "same" else each
        for each in changes
    ]
