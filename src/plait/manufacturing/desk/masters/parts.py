"""Lists of parts."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection

from plait.manufacturing.desk.inbox.model import Context
from plait.manufacturing.desk.masters import tables
from plait.manufacturing.desk.masters.common import Desk, Refusal, Step, TableApplier, fresh_part, number, refused, text_of, unit_price
from plait.manufacturing.desk.masters.model import Price
from plait.manufacturing.desk.masters.prices import used
from plait.manufacturing.desk.masters.rules import says_supply
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.manufacturing.part.model import Part
from plait.manufacturing.part.rules import is_gtin
from plait.manufacturing.vocabulary import GENERAL, is_a, recognise_material, recognise_process

__all__ = ["PartsApplier", "number_of"]


def number_of(record: Record) -> str:
    """Return the number a part gets that a row brings: ours, the customer's, that of its drawing, or one made of its name."""
    for field in ("part_no", "customer_part_no", "drawing_no"):
        if text_of(record, field):
            return text_of(record, field)
    return "-".join(re.findall(r"\w+", text_of(record, "name").upper()))[:60]


class PartsApplier(TableApplier):
    """Puts lists of parts in: new parts, corrected ones, new revisions; the price of a bought part, or a list price."""

    kind: DocumentKind = "parts"

    def decide(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Step]:
        """Return what the rows change."""
        desk = Desk(conn, records)
        known = {tables.key_of(row): row for row in tables.prices(conn, desk.scope)}
        steps, seen, bought = list[Step](), dict[str, int](), dict[str, list[Price]]()
        for record in records:
            key = number_of(record)
            try:
                was = desk.find(record)
                id = was.id if was is not None else key
                if not id:
                    raise Refusal("the row names no part")
                if id in seen:
                    raise Refusal(f"part {id} stands in row {seen[id]} already")
                part, notes = _filled(was or fresh_part(id, text_of(record, "name")), record)
                price = _price(record, part, context)
            except Refusal as error:
                steps.append(refused(record.row, key, str(error)))
                continue
            seen[id] = record.row
            step = desk.put(record.row, part, text_of(record, "revision"), "; ".join(notes))
            steps.append(_priced(step, price, known))
            if price is not None and price.kind == "purchase" and step.change.action != "refused":
                bought[part.id] = [price]
        return steps + (used(desk, bought, records[0].row, context.currency) if bought else [])


def _filled(part: Part, record: Record) -> tuple[Part, list[str]]:
    """Return ``part`` with what a row says of it, and what a person should know."""
    values: dict[str, Any] = {field: text_of(record, field) for field in ("name", "drawing_no", "unit", "family") if text_of(record, field)}
    notes = []
    material, gtin, supply = text_of(record, "material"), text_of(record, "gtin"), text_of(record, "supply")
    if material:
        code = recognise_material(material)
        values["material_text"] = material
        values["material"] = code if code and not is_a(part.material, code) else part.material
        notes += [] if code else [f"the material {material!r} has no code here and is kept as it is written"]
    if gtin and not is_gtin(gtin):
        raise Refusal(f"gtin: {gtin} has a wrong check digit or length")
    values |= {"gtin": gtin} if gtin else {}
    said = says_supply(supply)
    if supply and not said:
        notes.append(f"{supply!r} does not say whether it is made or bought: {part.supply} is kept")
    values |= {"supply": said} if said else {}
    weight, lead, batch = number(record, "weight_kg"), number(record, "lead_days"), number(record, "batch_size", 1)
    values |= {} if weight is None else {"mass_kg": Decimal(str(record.values["weight_kg"]))}
    values |= {} if lead is None else {"lead_days": lead}
    if batch is not None:
        if batch % 1:
            raise Refusal(f"batch size: {batch:g} is no whole number of pieces")
        values["batch_size"] = int(batch)
    if part.process in ("", GENERAL):
        values["process"] = recognise_process(values.get("name", part.name)) or GENERAL
    return msgspec.structs.replace(part, **values), notes


def _price(record: Record, part: Part, context: Context) -> Price | None:
    money = unit_price(record, context.currency)
    if money is None:
        return None
    return Price("purchase" if part.supply == "buy" else "sale", part.id, "", Decimal(0), money, part.unit, source=context.source)


def _priced(step: Step, price: Price | None, known: dict[tuple[str, str, str, str, str], Price]) -> Step:
    """Return ``step`` with the price of the row entered too."""
    if price is None or step.change.action == "refused":
        return step
    was = known.get(tables.key_of(price))
    if was is not None and was.price == price.price:
        return step
    change = step.change
    words = f"{'costs' if price.kind == 'purchase' else 'is sold for'} {price.price}"
    action = "changed" if change.action == "same" else change.action
    change = msgspec.structs.replace(change, action=action, text="; ".join(each for each in (change.text, words) if each))
    return Step(change, part=step.part, price=price)
