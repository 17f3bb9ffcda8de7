"""Bills of material: what a piece of a part takes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection

from plait.kernel.units import convert
from plait.manufacturing.desk.inbox.model import Context
from plait.manufacturing.desk.masters.common import Desk, Refusal, Step, TableApplier, fresh_part, group_by, number, refused, text_of, unit_price
from plait.manufacturing.desk.masters.rules import says_material
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.manufacturing.part.model import Material, Part
from plait.manufacturing.vocabulary import recognise_material

__all__ = ["MaterialsApplier"]


class MaterialsApplier(TableApplier):
    """Puts bills of material in: the rows of a part are its whole bill. A row that cannot be read keeps the bill of its part out."""

    kind: DocumentKind = "materials"

    def decide(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Step]:
        """Return what the rows change."""
        desk = Desk(conn, records)
        steps: list[Step] = []
        for key, rows in group_by(records, lambda record: text_of(record, "part_no")).items():
            steps += _bill(desk, key, rows, context)
        return steps


def _bill(desk: Desk, key: str, rows: list[Record], context: Context) -> list[Step]:
    lines: dict[str, Material] = {}
    components, notes, faults = list[tuple[int, Part]](), list[str](), list[Step]()
    for record in rows:
        try:
            component, known = _component(desk, record, components)
            line, said = _line(record, component, context)
            notes += said
            same = lines.get(line.part)
            if same is not None:
                line = msgspec.structs.replace(line, quantity=line.quantity + convert(same.quantity, same.unit, line.unit))
                notes.append(f"{line.part} stands in several rows: their quantities are added")
            lines[line.part] = line
            components += [] if known else [(record.row, component)]
        except (Refusal, ValueError) as error:
            faults.append(refused(record.row, key, str(error)))
    try:
        if faults:
            raise Refusal("another row of its bill cannot be read, and half a bill is none")
        was = desk.find(rows[0])
        if was is None and not key:
            raise Refusal("the row names no part")
        part = was or fresh_part(key, key)
        notes += [] if was is not None else [f"part {key} was not known and is entered"]
        _not_in_itself(desk, part.id, lines)
    except Refusal as error:
        bad = {step.change.row for step in faults}
        return faults + [refused(record.row, key, str(error)) for record in rows if record.row not in bad]
    new = [desk.put(row, each, text="was not known; it is entered as bought") for row, each in components]
    kept = {line.part: line for line in part.materials}
    materials = tuple(_with_old(line, kept.get(line.part)) for line in lines.values())
    notes = [f"takes {len(materials)} materials", *notes] if materials != part.materials else notes
    return [*new, desk.put(rows[0].row, msgspec.structs.replace(part, materials=materials), text="; ".join(notes))]


def _with_old(line: Material, was: Material | None) -> Material:
    """Return ``line`` with what the bill said before of the same material and the table does not say."""
    if was is None:
        return line
    old: dict[str, Any] = {"requirement": was.requirement, "gtin": line.gtin or was.gtin, "price": line.price or was.price}
    if not line.supplier and not line.lead_days:
        old |= {"supplier": was.supplier, "lead_days": was.lead_days}
        old |= {"supply": "buy"} if line.supply == "stock" and was.supply == "buy" else {}
    return msgspec.structs.replace(line, **old)


def _component(desk: Desk, record: Record, new: list[tuple[int, Part]]) -> tuple[Part, bool]:
    """Return the part that goes in, and whether it is known already."""
    number_, name = text_of(record, "component"), text_of(record, "component_name")
    if not number_:
        raise Refusal("no component is named")
    found = desk.find(Record(record.row, {"part_no": number_})) or next((part for _, part in new if part.id == number_), None)
    if found is not None:
        return found, True
    unit = text_of(record, "unit") or "C62"
    words = name or number_
    return fresh_part(number_, words, unit=unit, supply="buy", process="", material=recognise_material(words) or "any"), False


def _line(record: Record, component: Part, context: Context) -> tuple[Material, list[str]]:
    quantity = Decimal(str(record.values.get("quantity", 0)))
    if quantity <= 0:
        raise Refusal(f"quantity: {quantity} of {component.id} is not above zero")
    unit = text_of(record, "unit") or component.unit
    try:
        convert(quantity, unit, component.unit)
    except ValueError as error:
        raise Refusal(f"unit: {error}; {component.id} is kept in {component.unit}") from error
    word, supplier, lead = text_of(record, "supply"), text_of(record, "supplier"), number(record, "lead_days") or 0.0
    supply = says_material(word) or ("buy" if supplier else "stock")
    notes = [f"{word!r} does not say where {component.id} comes from: {supply} is taken"] if word and not says_material(word) else []
    if supply == "buy" and not supplier and lead <= 0:
        lead = component.lead_days
        if lead <= 0:
            supply = "stock"
            notes.append(f"{component.id} is bought, but no supplier or lead time is known: it is planned from stock")
    price = unit_price(record, context.currency)
    line = Material(component.id, text_of(record, "component_name") or component.name, quantity, unit, component.gtin, supply)
    return msgspec.structs.replace(line, price=price, supplier=supplier, lead_days=lead), notes


def _not_in_itself(desk: Desk, part: str, lines: dict[str, Material]) -> None:
    """Raise ``Refusal`` when the part would go into itself."""
    todo, seen = list(lines), set[str]()
    while todo:
        each = todo.pop()
        if each == part:
            raise Refusal(f"{part} would go into itself")
        if each not in seen:
            seen.add(each)
            todo += [line.part for line in desk.parts[each].materials] if each in desk.parts else []
