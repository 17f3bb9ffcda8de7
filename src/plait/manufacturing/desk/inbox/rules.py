"""What an inbox decides without input or output: names and revisions of drawings, layouts, whether a mapping can be, rows as a person gives them."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from plait.kernel.problems import INVALID, Problem, register
from plait.manufacturing.desk.inbox.model import Cell, Change, EditedTable, Row
from plait.manufacturing.desk.reading.columns import signature
from plait.manufacturing.desk.reading.kinds import KINDS, Field
from plait.manufacturing.desk.reading.model import Column, Content, Issue, Mapping, Place, Record, Sheet, Value

__all__ = [
    "BAD_MAPPING",
    "KEPT_TYPES",
    "cell_of",
    "check_mapping",
    "clean_name",
    "completed",
    "count",
    "drawing_of",
    "kept_type",
    "layout_of",
    "layout_of_mark",
    "place_words",
    "readable",
    "records_of",
    "row_of",
]

BAD_MAPPING = register("bad-mapping", 422, "A table cannot be read that way", "Correct the named column or row; see the fields with `plait desk fields`.")
LONGEST_NAME = 200
LOOKED_AT = 60
UNTITLED = (-1, -1)
NOT_READ = Column(0, "", why="not named")

KEPT_TYPES = {
    "pdf": "application/pdf",
    "step": "model/step",
    "stp": "model/step",
    "stpz": "model/step+zip",
    "dxf": "image/vnd.dxf",
    "dwg": "image/vnd.dwg",
    "iges": "model/iges",
    "igs": "model/iges",
    "stl": "model/stl",
    "3mf": "model/3mf",
    "x_t": "application/octet-stream",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "svg": "image/svg+xml",
    "heic": "image/heic",
}
"""Endings of what is kept beside orders: drawings, models, pictures; with their media types."""

_SPLIT = r"[\s_.\-()\[\],]+"
_WORD = r"(?:rev(?:ision)?|index|ind|idx|aend|änd|ausgabe|ausg|issue|iss|ver(?:sion)?|版本|版次|版)"
_REVISION = re.compile(rf"(?:^|{_SPLIT}){_WORD}[\s_.\-:]*([A-Z]{{1,2}}\d{{0,2}}|\d{{1,3}}(?:\.\d{{1,2}})?)(?=$|{_SPLIT})", re.IGNORECASE)
_LETTER = re.compile(r"^(.*\d)[_\-\s]([A-Z])$")


def clean_name(name: str) -> str:
    """Return a file's name as it is kept: without folders, without what cannot be shown, not longer than 200 characters, never empty."""
    bare = re.split(r"[\\/]", name.encode("utf-8", "replace").decode())[-1]
    shown = "".join(sign for sign in bare if sign.isprintable()).strip()
    return shown[-LONGEST_NAME:].strip() or "unnamed"


def kept_type(name: str) -> str:
    """Return the media type of a drawing, model or picture by its name, "" for anything else."""
    return KEPT_TYPES.get(name.rpartition(".")[2].lower(), "") if "." in name else ""


def readable(name: str) -> bool:
    """Tell whether a file is read for what it says: anything that is no model and no picture."""
    return kept_type(name) in ("", KEPT_TYPES["pdf"])


def drawing_of(name: str) -> tuple[str, str]:
    """Return (number, revision) that a file's name says: ``4711-2 Rev.C.step`` is 4711-2, C; "" where it says none."""
    stem = name
    while "." in stem and stem.rpartition(".")[2].lower() in KEPT_TYPES:
        stem = stem.rpartition(".")[0]
    found = _REVISION.search(stem)
    if found is not None:
        return _trim(stem[: found.start()] + stem[found.end() :] if found.start() == 0 else stem[: found.start()]), found.group(1).upper()
    single = _LETTER.match(stem)
    if single is not None:
        return _trim(single.group(1)), single.group(2)
    return _trim(stem), ""


def _trim(text: str) -> str:
    return text.strip(" _.-()[],")


def layout_of(mapping: Mapping) -> str:
    """Return the signature of a mapped table's titles in their order ("" without any)."""
    return layout_of_mark(signature(mapping))


def layout_of_mark(mark: str) -> str:
    """Return a reading's signature as it is kept: short."""
    return hashlib.sha256(mark.encode()).hexdigest()[:24] if mark else ""


def completed(mapping: Mapping, proposed: Mapping | None) -> Mapping:
    """Return a person's mapping with every column and title of the proposed one, so that its layout is known again.

    Columns that the person does not name are not read.
    """
    if proposed is None or proposed.header != mapping.header:
        return mapping
    given = {column.index: column for column in mapping.columns}
    columns = [msgspec.structs.replace(given.pop(column.index, NOT_READ), index=column.index, title=column.title) for column in proposed.columns]
    columns += given.values()
    return msgspec.structs.replace(mapping, columns=tuple(sorted(columns, key=lambda each: each.index)), last=proposed.last)


def check_mapping(mapping: Mapping, content: Content) -> Mapping:
    """Return a person's mapping with the titles that stand there; raise ``bad-mapping`` naming what cannot be."""
    sheet = next((each for each in content.sheets if each.name == mapping.sheet), None)
    if sheet is None:
        raise Problem(BAD_MAPPING, f"There is no sheet {mapping.sheet!r}; there are {', '.join(repr(each.name) for each in content.sheets) or 'none'}.")
    first, last = mapping.header
    if (first, last) != UNTITLED and (not 0 <= first <= last < max(1, len(sheet.rows)) or last - first > 9):
        raise Problem(BAD_MAPPING, f"The titles cannot stand in rows {first + 1} to {last + 1} of {len(sheet.rows)}.")
    fields = KINDS[mapping.kind]
    for name in [column.field for column in mapping.columns if column.field] + list(mapping.constants):
        if name not in fields:
            raise Problem(BAD_MAPPING, f"{name!r} is no field of {mapping.kind}; its fields are {', '.join(fields)}.")
    twice = [name for name, times in Counter(column.field for column in mapping.columns if column.field).items() if times > 1]
    if twice:
        raise Problem(BAD_MAPPING, f"{twice[0]} is given to more than one column.")
    width = max((len(row) for row in sheet.rows[: last + LOOKED_AT]), default=0)
    outside = [column.index for column in mapping.columns if not 0 <= column.index < max(width, 1)]
    if outside or len({column.index for column in mapping.columns}) < len(mapping.columns):
        raise Problem(BAD_MAPPING, f"Columns are numbered from 0 to {width - 1}, each once.")
    columns = tuple(_settled(column, sheet, first, last) for column in sorted(mapping.columns, key=lambda each: each.index))
    return msgspec.structs.replace(mapping, columns=columns, confidence=1.0, source="corrected")


def _settled(column: Column, sheet: Sheet, first: int, last: int) -> Column:
    title = column.title
    if not title:
        parts = [sheet.rows[row][column.index] for row in range(first, last + 1) if column.index < len(sheet.rows[row])]
        title = " ".join(str(part).strip() for part in parts if part is not None and str(part).strip())
    return msgspec.structs.replace(column, title=title, confidence=1.0, why="set by a person")


def cell_of(value: Any) -> Cell:
    """Return a cell or value as JSON shows it."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def place_words(place: Place) -> str:
    """Return where something stands, for people: ``Orders D7``, ``page 2``, ``Subject``."""
    if place.page:
        return f"page {place.page}"
    return " ".join(part for part in (place.sheet, place.cell) if part) or place.path


def row_of(record: Record) -> Row:
    """Return a record as JSON shows it."""
    values = {name: cell_of(value) for name, value in record.values.items()}
    return Row(record.row, values, {name: place_words(place) for name, place in record.places.items()}, record.issues)


def count(changes: Iterable[Change]) -> dict[str, int]:
    """Return how many changes there are of each action."""
    return dict(sorted(Counter(change.action for change in changes).items()))


def records_of(table: EditedTable) -> list[Record]:
    """Return the rows that a person has given; raise ``invalid`` for a field that is not of the kind or a value that cannot be read."""
    fields = KINDS[table.kind]
    return [_record(number, each.row or number, each.values, fields) for number, each in enumerate(table.rows, 1)]


def _record(number: int, row: int, texts: dict[str, str], fields: Any) -> Record:
    values: dict[str, Value] = {}
    for name, text in texts.items():
        field = fields.get(name)
        if field is None:
            raise Problem(INVALID, f"row {number}: {name} is no field here", path=f"$.rows[{number - 1}].values.{name}")
        if text.strip():
            values[name] = _value(field, text.strip(), number)
    return Record(row, values, issues=tuple(_missing(values, fields.values())))


def _value(field: Field, text: str, number: int) -> Value:
    try:
        if field.kind in ("number", "quantity", "money", "percent", "duration"):
            value = Decimal(text)
            if not value.is_finite():
                raise ValueError(text)
            return value
        if field.kind == "date":
            return date.fromisoformat(text)
        if field.kind == "time":
            return time.fromisoformat(text)
        if field.kind == "flag":
            return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[text.lower()]
    except (ValueError, InvalidOperation, KeyError) as error:
        raise Problem(INVALID, f"row {number}: {field.name}: {text!r} is no {field.kind}", path=f"$.rows[{number - 1}].values.{field.name}") from error
    return text


def _missing(values: dict[str, Value], fields: Iterable[Field]) -> list[Issue]:
    either: dict[str, list[str]] = {}
    alone: list[str] = []
    for field in fields:
        if field.either:
            either.setdefault(field.either, []).append(field.name)
        elif field.needed:
            alone.append(field.name)
    missing = [name for name in alone if name not in values and not (name == "quantity" and "open_quantity" in values)]
    missing += [" or ".join(names) for names in either.values() if not any(name in values for name in names)]
    return [Issue("refused", "missing", f"{name} is not given", "Give it.", field=name) for name in missing]
