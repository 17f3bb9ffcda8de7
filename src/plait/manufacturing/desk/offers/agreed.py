"""Prices agreed beforehand: the desk's price lists as offers ask for them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from plait.kernel.money import Money
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.masters import tables as master_tables
from plait.manufacturing.desk.masters.model import Price
from plait.manufacturing.desk.offers import tables

__all__ = ["AgreedPrices", "agreed"]

PIECES = ("C62", "H87", "EA")


def agreed(rows: Sequence[Price], customer: str, quantity: int, day: date) -> Money | None:
    """Return the price of a piece for ``customer`` at ``quantity`` on ``day``: the customer's own before everybody's, of these the highest step."""
    valid = [
        row
        for row in rows
        if row.unit in PIECES
        and row.from_quantity <= quantity
        and (row.valid_from is None or row.valid_from <= day)
        and (row.valid_until is None or day <= row.valid_until)
        and (not row.party or fold(row.party) == fold(customer))
    ]
    best = max(valid, key=lambda row: (bool(row.party), row.from_quantity), default=None)
    return best.price if best is not None else None


class AgreedPrices:
    """The sale prices of the lists that were put in."""

    def price(self, conn: Connection, part_id: str, customer: str, quantity: int, day: date) -> Money | None:
        """Return the price of a piece, None when none is agreed (see ``agreed``)."""
        return agreed(master_tables.prices(conn, tables.ALL, part_id, "sale"), customer, quantity, day)
