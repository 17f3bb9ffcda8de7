"""Sums and counts, each by an index: nothing here reads all rows of a table."""

from collections import Counter
from collections.abc import Collection

from sqlalchemy import Connection, func, literal, select

from plait.infrastructure.machines import tables as machine_tables
from plait.kernel.actor import Scope
from plait.manufacturing.desk.book.tables import line_table
from plait.manufacturing.desk.offers.tables import offer_table
from plait.manufacturing.desk.tables import inquiry_table
from plait.store.tables import log

__all__ = ["closed", "happened", "machine_states", "open_offers", "place_of", "states", "worth"]

MOST_CLOSED = 5000
BOOK = "book/"


def states(conn: Connection, scope: Scope, today: str) -> tuple[int, int]:
    """Return how many order lines are open, and how many of them were due before ``today`` (YYYY-MM-DD)."""
    if not scope.everything:
        return 0, 0
    query = select(func.count()).select_from(line_table).where(line_table.c.state == "open")
    return int(conn.execute(query).scalar_one()), int(conn.execute(query.where(line_table.c.due < today)).scalar_one())


def worth(conn: Connection, scope: Scope) -> dict[str, int]:
    """Return what is still to be delivered of open lines, in hundredths, by currency."""
    if not scope.everything:
        return {}
    c = line_table.c
    query = select(c.currency, func.sum(c.worth)).where(c.state == "open", c.currency > "").group_by(c.currency)
    return {str(row[0]): int(row[1]) for row in conn.execute(query)}


def place_of(conn: Connection, scope: Scope, at: str) -> int:
    """Return the number of the first fact of business time ``at`` (RFC 3339) or later, by halving: facts lie in the order of time."""
    if not scope.everything:
        return 0
    low, high = 1, int(conn.execute(select(func.coalesce(func.max(log.c.seq), 0))).scalar_one()) + 1
    while low < high:
        middle = (low + high) // 2
        found = conn.execute(select(log.c.at).where(log.c.seq >= middle).order_by(log.c.seq).limit(1)).scalar()
        low, high = (low, middle) if found is None or str(found) >= at else (middle + 1, high)
    return low


def happened(conn: Connection, scope: Scope, kinds: Collection[str], since: int, until: int | None = None) -> dict[str, int]:
    """Return how many facts of each kind there are from number ``since`` on, before ``until``."""
    found: dict[str, int] = {}
    for kind in kinds if scope.everything else ():
        query = select(func.count()).select_from(log).where(log.c.kind == kind, log.c.seq >= since)
        if until is not None:
            query = query.where(log.c.seq < until)
        found[kind] = int(conn.execute(query).scalar_one())
    return found


def closed(conn: Connection, scope: Scope, since: int) -> list[tuple[str, str]]:
    """Return of each line that was done since fact ``since`` when that was (RFC 3339) and for when it was due (YYYY-MM-DD), the last 5000."""
    if not scope.everything:
        return []
    c, l = log.c, line_table.c  # noqa: E741 - the two tables
    last = select(c.at, c.stream).where(c.kind == "book.line_closed", c.seq >= since).order_by(c.seq.desc()).limit(MOST_CLOSED).subquery()
    id = func.substr(last.c.stream, literal(len(BOOK) + 1))
    query = select(last.c.at, l.due).join_from(last, line_table, l.id == id).where(l.state == "done")
    return [(str(row[0]), str(row[1])) for row in conn.execute(query)]


def open_offers(conn: Connection, scope: Scope) -> int:
    """Return how many offers and quotations are out and have no answer."""
    if not scope.everything:
        return 0
    sent = select(func.count()).select_from(offer_table).where(offer_table.c.state == "sent")
    quoted = select(func.count()).select_from(inquiry_table).where(inquiry_table.c.state == "quoted")
    return int(conn.execute(sent).scalar_one()) + int(conn.execute(quoted).scalar_one())


def machine_states(conn: Connection, scope: Scope) -> Counter[str]:
    """Return how many machines are in each state."""
    return Counter("down" if row.known.down else row.known.state for row in machine_tables.machines(conn, scope))
