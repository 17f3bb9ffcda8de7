"""From a request to a draft: its number, its lines, the parts they mean."""

from collections.abc import Sequence

from sqlalchemy import Connection

from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.parts import Known
from plait.manufacturing.desk.offers import tables
from plait.manufacturing.desk.offers.model import Asked, AskedLine, Offer, OfferAsked, OfferLine
from plait.manufacturing.desk.offers.recognise import alias_ids, recognise
from plait.manufacturing.desk.offers.rules import cleaned
from plait.manufacturing.part import tables as part_tables
from plait.manufacturing.part.model import Part
from plait.store import Tx

__all__ = ["SERIES", "ask_in", "recognised"]

SERIES = "R"


def _check(asked: Asked) -> None:
    if not asked.customer.strip():
        raise Problem(INVALID, "customer: say who asks")
    for index, line in enumerate(asked.lines, 1):
        if not (line.quantity.is_finite() and line.quantity > 0):
            raise Problem(INVALID, f"line {index}: {line.quantity} is no quantity")
        if not any((line.part_no, line.customer_part_no, line.name, line.drawing_no)):
            raise Problem(INVALID, f"line {index}: say what is wanted by part number, name or drawing")


def recognised(conn: Connection, asked: Asked) -> tuple[OfferLine, ...]:
    """Return the lines of a request with the parts they mean; raise ``invalid``."""
    _check(asked)
    parts: Sequence[Part] = part_tables.parts(conn, tables.ALL)
    before = book_tables.lines(conn, tables.ALL, customer=asked.customer) if any(line.customer_part_no for line in asked.lines) else []
    known = Known(parts, before)
    made = []
    for index, line in enumerate(asked.lines, 1):
        fresh = OfferLine(index, line, "new", line.quantity)
        made.append(recognise(fresh, known, parts, asked.customer, _before(conn, asked.customer, line)))
    return tuple(made)


def _before(conn: Connection, customer: str, line: AskedLine) -> str:
    return next((found for id in alias_ids(customer, line) if (found := tables.alias(conn, tables.ALL, id))), "")


def ask_in(tx: Tx, asked: Asked) -> Offer:
    """Enter a request inside a transaction and return its draft; a source that has asked already gets the offer it has. Raise ``invalid``."""
    asked = cleaned(asked)
    there = tables.by_source(tx.conn, tables.ALL, asked.source)
    if there is not None:
        return there
    lines = recognised(tx.conn, asked)
    number = f"{SERIES}-{tx.number(SERIES):05}"
    offer = Offer(number, asked, "draft", tx.at, lines)
    tables.put_offer(tx.conn, offer)
    tx.append(f"offer/{number}", OfferAsked(number, asked.customer, asked.request_no, len(lines), asked.source))
    return offer
