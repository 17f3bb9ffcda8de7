"""What a document says once, beside its tables, holds for their rows: the order number above a PDF's table, in a mail's subject."""

from collections.abc import Sequence

import msgspec

from plait.manufacturing.desk.reading.dates import written
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Content, Mapping, Place, Record, Value
from plait.manufacturing.desk.reading.sentences import NO_DAY

__all__ = ["completed", "placed", "said_once"]

ONCE = ("order_no", "request_no", "customer", "customer_no", "ordered", "due", "respond_by", "currency")


def said_once(mapping: Mapping, content: Content) -> Mapping:
    """Return ``mapping`` with what the document's header says and no column does; the table's own words come first."""
    columns = {column.field for column in mapping.columns}
    fields = KINDS[mapping.kind]
    said = {field: content.header[field] for field in ONCE if field in content.places and field in content.header and field in fields and field not in columns}
    return msgspec.structs.replace(mapping, constants={**said, **mapping.constants}) if said else mapping


def placed(records: Sequence[Record], mapping: Mapping, content: Content) -> list[Record]:
    """Return ``records`` with the places of what the header said."""
    said = {field: content.places[field] for field in ONCE if field in content.places and mapping.constants.get(field) == content.header.get(field)}
    if not said:
        return list(records)
    bare = Place(sheet=mapping.sheet)
    made = []
    for record in records:
        places = {field: said[field] if field in said and place == bare else place for field, place in record.places.items()}
        issues = tuple(msgspec.structs.replace(each, place=said[each.field]) if each.field in said and each.place == bare else each for each in record.issues)
        made.append(msgspec.structs.replace(record, places=places, issues=issues))
    return made


def completed(record: Record, content: Content) -> Record:
    """Return a record made of running text with what the document's header says and its own text does not; dates only where they are plain."""
    fields = KINDS[content.kind or "request"]
    values: dict[str, Value] = dict(record.values)
    places = dict(record.places)
    for field in ONCE:
        said = content.header.get(field, "")
        if not said or field in values or field not in fields or field not in content.places:
            continue
        if fields[field].kind == "date":
            found = written(said, NO_DAY)
            day = found.by("dmy")
            if day is None or found.doubts or "/" in said:
                continue
            values[field] = day
        else:
            values[field] = said
        places[field] = content.places[field]
    issues = tuple(issue for issue in record.issues if not (issue.code == "missing" and issue.field in values))
    return Record(record.row, values, places, issues)
