"""Taking from stock and giving back, lot by lot, inside a transaction."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from plait.kernel.actor import Scope
from plait.kernel.problems import Problem, register
from plait.kernel.units import convert
from plait.manufacturing.part import tables
from plait.manufacturing.part.model import LotUse, Part, Stock, StockGone, StockIn, StockTaken
from plait.store import Tx

__all__ = ["BAD_STOCK", "NO_PART", "SHORT", "count", "counted", "difference", "give_back", "receive", "restore", "take"]

ALL = Scope(everything=True)
NO_PART = register("no-such-part", 404, "There is no such part", "Check the id under Parts.")
SHORT = register("stock-short", 409, "There is not enough in stock", "Receive more, or take less.")
BAD_STOCK = register("bad-stock", 422, "The goods cannot be taken into stock", "Correct the named field.")


def _checked(tx: Tx, goods: StockIn) -> Stock:
    part = tables.part(tx.conn, ALL, goods.part_id)
    if part is None:
        raise Problem(NO_PART, f"part {goods.part_id} is not known")
    if not goods.lot:
        raise Problem(BAD_STOCK, "lot: goods are kept by lot, so it must have a name")
    if goods.quantity <= 0:
        raise Problem(BAD_STOCK, f"quantity: {goods.quantity} is not above zero")
    try:
        quantity = convert(goods.quantity, goods.unit, part.unit)
    except ValueError as error:
        raise Problem(BAD_STOCK, f"unit: {error}; part {part.id} is kept in {part.unit}") from error
    if goods.serials and (len(goods.serials) != quantity or len(set(goods.serials)) != quantity):
        raise Problem(BAD_STOCK, f"serials: {len(set(goods.serials))} different numbers for {quantity} pieces")
    here = {serial for _, row in tables.stock(tx.conn, ALL, part.id) for serial in row.serials}
    twice = here & set(goods.serials)
    if twice:
        raise Problem(BAD_STOCK, f"serials: {min(twice)} is in stock already")
    return Stock(part.id, goods.lot, quantity, part.unit, goods.gtin or part.gtin, goods.owner, goods.order, goods.serials)


def _add(tx: Tx, goods: Stock, back: bool) -> None:
    for place, row in tables.stock(tx.conn, ALL, goods.part_id):
        same = (row.lot, row.owner, row.order, row.gtin, bool(row.serials)) == (goods.lot, goods.owner, goods.order, goods.gtin, bool(goods.serials))
        if same:
            serials = goods.serials + row.serials if back else row.serials + goods.serials
            tables.put_stock(tx.conn, msgspec.structs.replace(row, quantity=row.quantity + goods.quantity, serials=serials), place)
            break
    else:
        tables.put_stock(tx.conn, goods)
    tx.append(f"stock/{goods.part_id}", StockTaken(**msgspec.structs.asdict(goods), back=back))


def receive(tx: Tx, goods: StockIn) -> Stock:
    """Take goods into stock; return them in the part's unit. Raise ``no-such-part`` or ``bad-stock``."""
    row = _checked(tx, goods)
    _add(tx, row, back=False)
    return row


def _free_for(row: Stock, order: str) -> bool:
    return row.order == order if row.order else not row.owner


def take(tx: Tx, part: str, quantity: Decimal, order: str | None = None) -> list[LotUse]:
    """Take ``quantity`` (in the part's unit) of ``part``: first what is reserved for ``order``, then our own free lots, oldest first.

    Raises ``stock-short``, and then nothing is taken. What is reserved for another order or owned by a customer without
    being for ``order`` is left alone.
    """
    rows = [(place, row) for place, row in tables.stock(tx.conn, ALL, part) if _free_for(row, order or "")]
    rows.sort(key=lambda pair: (not pair[1].order, pair[0]))
    here = sum((row.quantity for _, row in rows), Decimal(0))
    if here < quantity:
        raise Problem(SHORT, f"{quantity} of {part} wanted, {here} free in stock", part=part, wanted=str(quantity), free=str(here))
    uses = []
    for place, row in rows:
        if quantity <= 0:
            break
        taken = min(quantity, row.quantity)
        quantity -= taken
        uses.append(_take(tx, place, row, taken, order or ""))
    return uses


def _take(tx: Tx, place: int, row: Stock, taken: Decimal, order: str) -> LotUse:
    if row.serials and taken != taken.to_integral_value():
        raise Problem(BAD_STOCK, f"quantity: {row.part_id} has serial numbers, {taken} is no whole number of pieces")
    count = int(taken) if row.serials else 0
    gone, left = row.serials[:count], row.serials[count:]
    tables.put_stock(tx.conn, msgspec.structs.replace(row, quantity=row.quantity - taken, serials=left), place)
    tx.append(f"stock/{row.part_id}", StockGone(row.part_id, row.lot, taken, row.unit, row.gtin, row.owner, order, gone))
    return LotUse(row.part_id, row.gtin, row.lot, gone, taken, row.unit, row.owner, row.order)


def counted(rows: Sequence[tuple[int, Stock]], lot: str) -> list[tuple[int, Stock]]:
    """Return those of a part's lots that a count of ``lot`` ("": of all that is there) speaks of: our own, the unreserved first."""
    return sorted((pair for pair in rows if not pair[1].owner and lot in ("", pair[1].lot)), key=lambda pair: (bool(pair[1].order), pair[0]))


def difference(part: Part, rows: Sequence[tuple[int, Stock]], quantity: Decimal, unit: str) -> Decimal:
    """Return how much more than booked there is when ``quantity`` was counted of ``rows`` (see ``counted``); raise ``bad-stock``."""
    try:
        there = convert(quantity, unit, part.unit)
    except ValueError as error:
        raise Problem(BAD_STOCK, f"unit: {error}; part {part.id} is kept in {part.unit}") from error
    if there < 0:
        raise Problem(BAD_STOCK, f"quantity: {quantity} is below zero")
    more = there - sum((row.quantity for _, row in rows), Decimal(0))
    if more and any(row.serials for _, row in rows):
        raise Problem(BAD_STOCK, f"quantity: {part.id} has serial numbers; book the pieces that are gone or new one by one")
    free = sum((row.quantity for _, row in rows if not row.order), Decimal(0))
    if -more > free:
        raise Problem(BAD_STOCK, f"quantity: only {free} of {part.id} are not reserved for orders, {-more} would be missing")
    return more


def count(tx: Tx, part: Part, lot: str, quantity: Decimal, unit: str, new_lot: str) -> Decimal:
    """Book the difference between what was counted of ``lot`` ("": of all lots) and what is booked; return it. Raises ``bad-stock``.

    What is more comes into ``lot`` (or ``new_lot``), what is missing goes out of the unreserved lots, the oldest first.
    """
    rows = counted(tables.stock(tx.conn, ALL, part.id), lot)
    more = difference(part, rows, quantity, unit)
    if more > 0:
        _add(tx, Stock(part.id, lot or new_lot, more, part.unit, part.gtin, "", "", ()), back=False)
    left = -more
    for place, row in rows:
        if left > 0 and not row.order:
            gone = min(left, row.quantity)
            _take(tx, place, row, gone, "")
            left -= gone
    return more


def restore(tx: Tx, part_id: str, rows: Sequence[Stock]) -> None:
    """Book the difference, lot by lot, that leads back to ``rows`` of a part."""
    now = {_lot(row): (place, row) for place, row in tables.stock(tx.conn, ALL, part_id)}
    then = {_lot(row): row for row in rows}
    for key, (place, row) in now.items():
        more = row.quantity - (then[key].quantity if key in then else Decimal(0))
        if more > 0:
            _take(tx, place, row, more, "")
    for key, row in then.items():
        less = row.quantity - (now[key][1].quantity if key in now else Decimal(0))
        if less > 0:
            _add(tx, msgspec.structs.replace(row, quantity=less), back=True)


def _lot(row: Stock) -> tuple[str, str, str, str]:
    return row.lot, row.owner, row.order, row.gtin


def give_back(tx: Tx, uses: Sequence[LotUse]) -> None:
    """Put back what ``take`` returned, to the lots it came from."""
    for use in uses:
        _add(tx, Stock(use.part, use.lot, use.quantity, use.unit, use.gtin, use.owner, use.order, use.serials), back=True)
