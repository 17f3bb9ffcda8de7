"""Tables of operations: several rows a part, alternatives, steps done outside."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from plait.manufacturing.desk.inbox.model import Context
from plait.manufacturing.desk.masters.common import Centres, Desk, Refusal, Step, TableApplier, fresh_part, group_by, number, refused, text_of
from plait.manufacturing.desk.masters.estimate import DEFAULT_CYCLE_MIN, DEFAULT_SETUP_MIN
from plait.manufacturing.desk.masters.rules import means_outside, op_name, op_process, process_of
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.manufacturing.part.model import Operation, Part, Routing
from plait.manufacturing.schedule.model import WorkCentre
from plait.manufacturing.vocabulary import GENERAL

__all__ = ["RoutingsApplier"]


class RoutingsApplier(TableApplier):
    """Puts routings in: one change a part. A row that cannot be read keeps the whole routing of its part out."""

    kind: DocumentKind = "routings"

    def decide(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Step]:
        """Return what the rows change."""
        desk, centres = Desk(conn, records), Centres(conn, context.zone)
        steps: list[Step] = []
        for key, rows in group_by(records, lambda record: text_of(record, "part_no") or text_of(record, "name")).items():
            steps += _routing(desk, centres, key, rows, context)
        return steps


def _routing(desk: Desk, centres: Centres, key: str, rows: list[Record], context: Context) -> list[Step]:
    made: dict[str, list[Operation]] = {}
    new, notes, faults = [], list[str](), list[Step]()
    for record in rows:
        try:
            op, assumed = _operation(record, centres)
            ways = made.setdefault(text_of(record, "alternative"), [])
            if any(each.seq == op.seq for each in ways):
                raise Refusal(f"operation {op.seq} stands twice; name the alternative it belongs to, or number it anew")
            ways.append(op)
            new += [centres.step(record.row, assumed)] if assumed is not None else []
            notes += [f"operation {op.seq} has no time: {op.setup_min:g} + {op.cycle_min:g} min are estimated"] if op.estimated else []
        except Refusal as error:
            faults.append(refused(record.row, key, str(error)))
    try:
        if faults:
            raise Refusal("another row of its routing cannot be read, and half a routing is none")
        part, more = _part(desk, key, rows[0], made, context.whole)
    except Refusal as error:
        bad = {step.change.row for step in faults}
        return faults + [refused(record.row, key, str(error)) for record in rows if record.row not in bad]
    step = desk.put(rows[0].row, part, text_of(rows[0], "revision"), "; ".join(more + notes))
    return [*new, step] if step.change.action != "refused" else [step]


def _part(desk: Desk, key: str, record: Record, made: dict[str, list[Operation]], whole: bool) -> tuple[Part, list[str]]:
    """Return the part with its routings, and what a person should know."""
    was = desk.find(record)
    if was is None and not key:
        raise Refusal("the row names no part")
    part = was or fresh_part(key, text_of(record, "name"))
    notes = [] if was is not None else [f"part {key} was not known and is entered"]
    ways = {name: tuple(sorted(ops, key=lambda op: op.seq)) for name, ops in made.items()}
    first = "" if "" in ways or part.routing else next(iter(ways))
    main = ways.pop(first, part.routing)
    kept = {} if whole else {routing.name: routing for routing in part.alternatives}
    alternatives = tuple((kept | {name: Routing(name, ops) for name, ops in ways.items()}).values())
    process = process_of(part.name, main) if part.process in ("", GENERAL) else part.process
    supply = "make" if part.supply == "buy" else part.supply
    notes += [f"{part.id} was bought; with a routing it is made here"] if supply != part.supply else []
    notes += [f"{len(main)} operations" + (f", {len(alternatives)} alternatives" if alternatives else "")] if main != part.routing else []
    return msgspec.structs.replace(part, routing=main, alternatives=alternatives, process=process, supply=supply), notes


def _operation(record: Record, centres: Centres) -> tuple[Operation, WorkCentre | None]:
    """Return the operation of a row, and the work centre that must be assumed for it."""
    seq = number(record, "op_no", 0) or 0
    if seq % 1 or seq < 1:
        raise Refusal(f"operation {record.values.get('op_no', '')}: operations are numbered by whole numbers from 1 on")
    setup, cycle, hour = number(record, "setup_min"), number(record, "cycle_min"), number(record, "per_hour")
    if hour == 0:
        raise Refusal("pieces an hour: 0 would never be done")
    if cycle is None and hour is not None:
        cycle = round(60 / hour, 6)
    group, supplier, title = text_of(record, "group"), text_of(record, "supplier"), text_of(record, "op_name")
    process = op_process(title, group or text_of(record, "machine"))
    if not supplier and means_outside(group):
        supplier = group
    if supplier:
        lead = number(record, "lead_days")
        name = op_name(title, process, "outside")
        return Operation(int(seq), name, process, "", setup or 0.0, cycle or 0.0, supplier=supplier, lead_days=lead or 0.0), None
    name, assumed = centres.group(group, text_of(record, "machine"))
    if not name:
        raise Refusal("no group, machine or supplier says where it is done")
    guessed = setup is None and cycle is None
    times = (DEFAULT_SETUP_MIN, DEFAULT_CYCLE_MIN) if guessed else (setup or 0.0, cycle or 0.0)
    return Operation(int(seq), op_name(title, process, name), process, name, *times, estimated=guessed), assumed
