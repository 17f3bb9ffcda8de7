"""Price lists: what customers pay, by quantity, and what suppliers are paid."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection

from plait.kernel.money import Money
from plait.kernel.units import convert, known
from plait.manufacturing.desk.book.model import LineChange
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.inbox.model import Change, Context
from plait.manufacturing.desk.masters import tables
from plait.manufacturing.desk.masters.common import ALL, Desk, Refusal, Step, TableApplier, refused, text_of, unit_price
from plait.manufacturing.desk.masters.model import Price
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.manufacturing.part.model import Material

__all__ = ["PricesApplier", "used"]


class PricesApplier(TableApplier):
    """Puts price lists in. What is bought also changes the price of the material, or of the step done outside, wherever it is used.

    Of a whole list, prices of the same parties that are not in it are gone.
    """

    kind: DocumentKind = "prices"

    def decide(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Step]:
        """Return what the rows change."""
        desk = Desk(conn, records)
        there = {tables.key_of(row): row for row in tables.prices(conn, ALL)}
        listed: dict[tuple[str, str, str, str, str], Price] = {}
        steps: list[Step] = []
        for record in records:
            try:
                price = _price(desk, record, context)
                key = tables.key_of(price)
                if key in listed:
                    raise Refusal(f"{price.part_id} from {price.from_quantity} stands twice in the list")
            except Refusal as error:
                steps.append(refused(record.row, text_of(record, "part_no") or text_of(record, "name"), str(error)))
                continue
            listed[key] = price
            steps.append(_step(record.row, price, there.get(key)))
        gone = _gone(there, listed) if context.whole else []
        steps += [_step(0, None, price) for price in gone]
        touched = {price.part_id for price in (*listed.values(), *gone) if price.kind == "purchase"}
        holding = {part: prices for part, prices in _holding(there | listed, gone, context.now.date()).items() if part in touched}
        return steps + used(desk, holding, records[0].row if records else 0, context.currency)


def _price(desk: Desk, record: Record, context: Context) -> Price:
    customer, supplier = text_of(record, "customer"), text_of(record, "supplier")
    if customer and supplier:
        raise Refusal("a price is a customer's or a supplier's, not both")
    part = desk.part(record, customer)
    money = unit_price(record, context.currency)
    if money is None:
        raise Refusal("no price is given")
    unit = text_of(record, "unit") or part.unit
    if not known(unit):
        raise Refusal(f"unit: {unit} is no unit known here")
    start: Any = record.values.get("from_quantity", 0)
    first, last = _day(record, "valid_from"), _day(record, "valid_until")
    if first and last and last < first:
        raise Refusal(f"it would end ({last}) before it begins ({first})")
    kind: Literal["sale", "purchase"] = "purchase" if supplier or (not customer and part.supply == "buy") else "sale"
    quantity = max(Decimal(str(start)), Decimal(0))
    return Price(kind, part.id, supplier or customer, quantity, money, unit, first, last, context.source)


def _day(record: Record, field: str) -> date | None:
    value: Any = record.values.get(field)
    return value if value is None else date.fromisoformat(value.isoformat()[:10])


def _said(price: Price) -> str:
    until = f" until {price.valid_until}" if price.valid_until else ""
    since = f" from {price.valid_from}" if price.valid_from else ""
    return f"{price.price} a {price.unit}{since}{until}"


def _step(row: int, price: Price | None, was: Price | None) -> Step:
    """Return the step from a price that was listed to the one that is; None: there is none."""
    shown = price or was
    assert shown is not None
    party = f" ({shown.party})" if shown.party else ""
    key = f"{shown.part_id}{party} from {shown.from_quantity:f}"
    before, after = (_said(each) if each is not None else "" for each in (was, price))
    if before == after:
        return Step(Change(row, key, "same"))
    action: Literal["new", "changed", "gone"] = "gone" if price is None else "new" if was is None else "changed"
    change = Change(row, key, action, after or "not in the list any more", (LineChange("price", before, after),))
    return Step(change, price=price, gone=was if price is None else None)


def _gone(there: dict[Any, Price], listed: dict[Any, Price]) -> list[Price]:
    """Return the prices of parties in the list that it does not name any more."""
    parties = {(price.kind, fold(price.party)) for price in listed.values()}
    return [price for key, price in there.items() if key not in listed and (price.kind, fold(price.party)) in parties]


def _holding(prices: dict[Any, Price], gone: Sequence[Price], day: date) -> dict[str, list[Price]]:
    """Return the purchase prices that hold on ``day`` by part, that of the smallest quantity first."""
    found: dict[str, list[Price]] = {}
    for price in sorted(prices.values(), key=lambda each: each.from_quantity):
        holds = (price.valid_from or date.min) <= day <= (price.valid_until or date.max)
        if price.kind == "purchase" and holds and price not in gone:
            found.setdefault(price.part_id, []).append(price)
    return found


def used(desk: Desk, prices: Mapping[str, Sequence[Price]], row: int, currency: str) -> list[Step]:
    """Return the steps for parts that use what is bought at ``prices`` (by part): as material, or as a step done outside."""
    steps = []
    for part in list(desk.parts.values()):
        materials = tuple(msgspec.structs.replace(line, price=_of_line(prices, line, currency)) for line in part.materials)
        operations = tuple(
            msgspec.structs.replace(op, price=_of_supplier(prices.get(part.id, ()), op.supplier, currency) or op.price) if op.supplier else op
            for op in part.routing
        )
        if materials != part.materials or operations != part.routing:
            steps.append(desk.put(row, msgspec.structs.replace(part, materials=materials, routing=operations), text="takes the new purchase price"))
    return steps


def _of_line(prices: Mapping[str, Sequence[Price]], line: Material, currency: str) -> Money | None:
    for price in prices.get(line.part, ()):
        if price.price.currency == currency and (not line.supplier or not price.party or fold(line.supplier) == fold(price.party)):
            try:
                return Money(price.price.amount * convert(Decimal(1), line.unit, price.unit), currency)
            except ValueError:
                continue
    return line.price


def _of_supplier(prices: Sequence[Price], supplier: str, currency: str) -> Money | None:
    return next((price.price for price in prices if fold(price.party) == fold(supplier) and price.price.currency == currency), None)
