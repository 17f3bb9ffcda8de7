"""What waits for a person in other rooms' tables: each look goes by an index and names a few; the rest is counted."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Table, func, literal_column, select

from plait.kernel.actor import Scope
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.tables import line_table
from plait.manufacturing.desk.inbox.model import Item
from plait.manufacturing.desk.inbox.tables import item_table
from plait.manufacturing.desk.offers.model import Offer
from plait.manufacturing.desk.offers.tables import offer_table
from plait.manufacturing.desk.tables import inquiry_table
from plait.sharing.negotiation.tables import negotiation_table
from plait.store.tables import outbox

__all__ = ["drafts", "few_open", "inquiries", "items", "letters", "negotiations", "overdue", "sent"]

MOST_SENT = 500

_line = msgspec.json.Decoder(OrderLine).decode
_item = msgspec.json.Decoder(Item).decode
_offer = msgspec.json.Decoder(Offer).decode


def _number(conn: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return int(conn.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def few_open(conn: Connection, scope: Scope, most: int) -> bool:
    """Tell whether no more than ``most`` order lines are open, without counting further."""
    if not scope.everything:
        return True
    some = select(line_table.c.id).where(line_table.c.state == "open").limit(most + 1).subquery()
    return int(conn.execute(select(func.count()).select_from(some)).scalar_one()) <= most


def overdue(conn: Connection, scope: Scope, today: str, limit: int) -> tuple[list[OrderLine], int]:
    """Return the open lines that were due before ``today`` (YYYY-MM-DD), the earliest first, and how many there are."""
    if not scope.everything:
        return [], 0
    where = (line_table.c.state == "open", line_table.c.due < today)
    rows = conn.execute(select(line_table.c.spec).where(*where).order_by(line_table.c.due).limit(limit))
    return [_line(row.spec) for row in rows], _number(conn, line_table, *where)


def items(conn: Connection, scope: Scope, limit: int) -> tuple[list[Item], int]:
    """Return the newest items of the inbox that wait for a person, and how many there are."""
    if not scope.everything:
        return [], 0
    where = item_table.c.state == "waiting"
    rows = conn.execute(select(item_table.c.spec).where(where).order_by(item_table.c.id.desc()).limit(limit))
    return [_item(row.spec) for row in rows], _number(conn, item_table, where)


def drafts(conn: Connection, scope: Scope, limit: int) -> tuple[list[Offer], int]:
    """Return the oldest offers that are not out yet, and how many there are."""
    if not scope.everything:
        return [], 0
    where = offer_table.c.state == "draft"
    rows = conn.execute(select(offer_table.c.body).where(where).order_by(offer_table.c.number).limit(limit))
    return [_offer(row.body) for row in rows], _number(conn, offer_table, where)


def sent(conn: Connection, scope: Scope) -> list[Offer]:
    """Return the offers that are out and not answered, those that end first, five hundred at most."""
    if not scope.everything:
        return []
    query = select(offer_table.c.body).where(offer_table.c.state == "sent").order_by(offer_table.c.until).limit(MOST_SENT)
    return [_offer(row.body) for row in conn.execute(query)]


def inquiries(conn: Connection, scope: Scope, state: str, limit: int) -> tuple[Sequence[Any], int]:
    """Return the earliest requests of partners in one state, and how many there are."""
    if not scope.everything:
        return [], 0
    where = inquiry_table.c.state == state
    query: Select[Any] = select(inquiry_table).where(where).order_by(inquiry_table.c.rfq_id).limit(limit)
    return list(conn.execute(query)), _number(conn, inquiry_table, where)


def negotiations(conn: Connection, scope: Scope, limit: int) -> tuple[Sequence[Any], int]:
    """Return the contracts that wait for a person's word, those that have waited longest first, and how many there are."""
    if not scope.everything:
        return [], 0
    c = negotiation_table.c
    where = (c.waiting != literal_column("''"), c.approved.is_(False))
    query = select(c.pid, c.party, c.dataset, c.role, c.waiting, c.changed).where(*where).order_by(c.changed).limit(limit)
    return list(conn.execute(query)), _number(conn, negotiation_table, *where)


def letters(conn: Connection, scope: Scope, limit: int) -> tuple[Sequence[Any], int]:
    """Return what partners have refused to take, by partner and the oldest first, and how many there are."""
    if not scope.everything:
        return [], 0
    where = outbox.c.state == literal_column("'refused'")
    query = select(outbox.c.id, outbox.c.party, outbox.c.path, outbox.c.at, outbox.c.answer).where(where).order_by(outbox.c.party, outbox.c.id).limit(limit)
    return list(conn.execute(query)), _number(conn, outbox, where)
