"""Tables that ask for prices become offers: the rows of one customer and one request together."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection

from plait.kernel.money import Money
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.desk.book import tables as book_tables
from plait.manufacturing.desk.book.applier import CHANGED_SINCE
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.inbox.model import Change, Context
from plait.manufacturing.desk.offers import tables
from plait.manufacturing.desk.offers.asking import ask_in, recognised
from plait.manufacturing.desk.offers.closing import Closer
from plait.manufacturing.desk.offers.earlier import known_customer, language_in
from plait.manufacturing.desk.offers.model import Asked, Offer
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.store import Tx

__all__ = ["RequestApplier"]

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
TEXTS = ("part_no", "customer_part_no", "name", "drawing_no", "revision", "material", "note")


class RequestApplier:
    """Puts rows of requests into offers; what they cost and when they are ready is worked out as soon as they are in."""

    kind: DocumentKind = "request"

    def __init__(self, closer: Closer) -> None:
        self.closer = closer

    def compare(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Change]:
        """Return what ``apply`` would do."""
        found: list[Change] = []
        for rows, asked in _requests(records, context, _who(conn, context)):
            if isinstance(asked, Problem):
                found += [Change(row.row, _key(row), "refused", asked.detail) for row in rows]
                continue
            there = tables.by_source(conn, tables.ALL, asked.source)
            try:
                lines = there.lines if there is not None else recognised(conn, asked)
            except Problem as problem:
                found += [Change(row.row, _key(row), "refused", problem.detail) for row in rows]
                continue
            said = [line.part_id or "a part that is not known here yet" for line in lines]
            action: Any = "same" if there is not None else "new"
            found += [Change(row.row, _key(row), action, text) for row, text in zip(rows, said, strict=False)]
        return sorted(found, key=lambda change: change.row)

    def apply(self, tx: Tx, records: Sequence[Record], context: Context) -> list[Change]:
        """Do it, inside the transaction; return what was done, with the offers' numbers in ``text``."""
        done: list[Change] = []
        for rows, asked in _requests(records, context, _who(tx.conn, context)):
            made: Offer | Problem = asked if isinstance(asked, Problem) else _entered(tx, asked)
            if isinstance(made, Problem):
                done += [Change(row.row, _key(row), "refused", made.detail) for row in rows]
                continue
            fresh = made.created == tx.at
            done += [Change(row.row, _key(row), "new" if fresh else "same", made.number) for row in rows]
        return sorted(done, key=lambda change: change.row)

    def undo(self, tx: Tx, source: str) -> int:
        """Take back every offer that ``source`` has asked for; raise ``changed-since`` when one is out."""
        mine = [each for each in tables.offers(tx.conn, tables.ALL) if each.asked.source == source or each.asked.source.startswith(f"{source}#")]
        gone = next((each for each in mine if each.state not in ("draft", "lost")), None)
        if gone is not None:
            raise Problem(CHANGED_SINCE, f"{gone.number} is {gone.state}")
        for each in mine:
            self.closer.take_back(tx, each, f"what {source} asked for was taken back")
        return len(mine)


def _entered(tx: Tx, asked: Asked) -> Offer | Problem:
    try:
        return ask_in(tx, asked)
    except Problem as problem:
        return problem


def _key(row: Record) -> str:
    values = row.values
    return " ".join(str(values[name]) for name in ("request_no", "line_no", "part_no", "customer_part_no", "name") if values.get(name)) or f"row {row.row}"


def _who(conn: Connection, context: Context) -> str:
    """Return the customer who sent it: the one of the order book or of earlier offers whose address it is, else the address itself."""
    address = EMAIL.search(context.sender)
    if address is None:
        return context.sender
    before = next((each.asked.customer for each in reversed(tables.offers(conn, tables.ALL)) if each.asked.email == address.group()), "")
    return before or known_customer(context.sender, book_tables.customers(conn, tables.ALL)) or context.sender


def _requests(records: Sequence[Record], context: Context, sender: str) -> list[tuple[list[Record], Asked | Problem]]:
    groups: dict[tuple[str, str], list[Record]] = {}
    for row in records:
        customer = str(row.values.get("customer") or "").strip() or sender
        groups.setdefault((fold(customer), fold(str(row.values.get("request_no", "")))), []).append(row)
    return [(rows, _asked(rows, place, len(groups), context, sender)) for place, rows in enumerate(groups.values(), 1)]


def _asked(rows: Sequence[Record], place: int, groups: int, context: Context, sender: str) -> Asked | Problem:
    first = rows[0].values
    contact = str(first.get("contact", ""))
    address = EMAIL.search(contact) or EMAIL.search(context.sender)
    respond = next((row.values["respond_by"] for row in rows if isinstance(row.values.get("respond_by"), date)), None)
    values = {
        "customer": str(first.get("customer") or "").strip() or sender or "a customer",
        "lines": [_line(row, context) for row in rows],
        "email": address.group() if address else "",
        "contact": contact,
        "language": language_in(context.around),
        "request_no": str(first.get("request_no", "")),
        "respond_by": respond,
        "source": context.source and (context.source if groups == 1 else f"{context.source}#{place}"),
    }
    try:
        return msgspec.convert(values, Asked)
    except msgspec.ValidationError as error:
        return Problem(INVALID, str(error))


def _line(row: Record, context: Context) -> dict[str, Any]:
    values = row.values
    texts = {name: str(values[name]) for name in TEXTS if values.get(name) not in (None, "")}
    quantity = values.get("quantity")
    price = values.get("target_price")
    due = values.get("due")
    wanted = Money(price, str(values.get("currency") or context.currency)) if isinstance(price, Decimal) else None
    return {
        **texts,
        "quantity": Decimal(str(quantity)) if isinstance(quantity, Decimal | int) else Decimal(1),
        "unit": str(values.get("unit") or "C62"),
        "due": due if isinstance(due, date) else None,
        "target_price": wanted,
    }
