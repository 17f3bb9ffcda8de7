"""Reads a file: chooses its format, proposes or finds the mapping of each table, applies it."""

from collections.abc import Callable, Sequence

import msgspec

from plait.kernel.problems import Problem
from plait.manufacturing.desk.reading.checks import across, mixed_units, within
from plait.manufacturing.desk.reading.columns import propose, signature
from plait.manufacturing.desk.reading.context import Context
from plait.manufacturing.desk.reading.erp import known
from plait.manufacturing.desk.reading.formats.plugins import FORMATS, choose
from plait.manufacturing.desk.reading.headers import placed, said_once
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.layout import blank
from plait.manufacturing.desk.reading.model import Content, DocumentKind, Issue, Limits, Mapping, Place, Record, Result, Sheet
from plait.manufacturing.desk.reading.refusals import check_size
from plait.manufacturing.desk.reading.reshape import reshaped
from plait.manufacturing.desk.reading.rows import apply_all

__all__ = ["Lookup", "open_content", "read", "read_content", "signature"]

LASTING = ("customer", "supplier", "currency", "unit")
"""What a kept mapping says for the whole table in the next file too; a number or date of one file is not that of another."""

Lookup = Callable[[str], Mapping | None]
"""Finds a kept mapping by its signature."""


def open_content(content: bytes, name: str, limits: Limits = Limits(), format_name: str = "") -> Content:
    """Read a file's bytes with the format named, or with the one that is surest of it."""
    check_size(content, limits)
    found = FORMATS.load(format_name) if format_name else choose(content, name)
    opened = found.read(content, name, limits)
    opened.sheets = [part for sheet in opened.sheets for part in reshaped(sheet)]
    return opened


def read(
    content: bytes,
    name: str,
    context: Context,
    *,
    mappings: Sequence[Mapping] | Lookup = (),
    kind: DocumentKind | None = None,
    limits: Limits = Limits(),
    attachments: bool = False,
) -> Result:
    """Read a file to typed rows.

    ``mappings``: kept ones, by which tables of the same titles are read; ``kind``: what its tables are about, when known; ``attachments``: tables in
    attached files are read as well.

    Whole-file refusals are raised (``file-broken``, ``file-encrypted``, ``file-unknown``, ``file-too-large``, ``file-zip-bomb``,
    ``table-too-large``); everything smaller is an issue.
    """
    opened = open_content(content, name, limits)
    result = read_content(opened, name, context, mappings=mappings, kind=kind)
    if attachments and limits.depth > 0:
        _attached(opened, result, context, mappings, kind, limits)
    return result


def _attached(opened: Content, result: Result, context: Context, mappings: Sequence[Mapping] | Lookup, kind: DocumentKind | None, limits: Limits) -> None:
    """Add what stands in attached files; one that cannot be read is a note."""
    deeper = msgspec.structs.replace(limits, depth=limits.depth - 1)
    for each in opened.attachments[: limits.attachments]:
        try:
            found = read(each.content, each.name, context, mappings=mappings, kind=kind, limits=deeper, attachments=True)
        except Problem as problem:
            place = Place(path=each.name)
            result.issues.append(Issue("note", "attachment-unread", f"{each.name}: {problem.kind.title}", problem.kind.advice, place))
            continue
        result.tables.extend(found.tables)
        result.issues.extend(found.issues)
    if result.tables:
        result.issues = [issue for issue in result.issues if issue.code != "no-table" or issue.level == "note"]


def read_content(
    content: Content,
    name: str,
    context: Context,
    *,
    mappings: Sequence[Mapping] | Lookup = (),
    kind: DocumentKind | None = None,
) -> Result:
    """Read what a format found to typed rows."""
    result = Result(content.format, issues=list(content.issues), header=dict(content.header), suggestion=content.suggestion)
    if content.records and content.kind:
        result.tables.append((Mapping("", content.kind, (0, 0), (), dict(content.header), 1.0, "document"), _checked(content.kind, content.records, context)))
        if not content.sheets:
            return result
    lookup = _lookup(mappings)
    for sheet in content.sheets:
        if all(blank(raw) for row in sheet.rows[:5000] for raw in row) and len(sheet.rows) <= 5000:
            continue
        bought = content.kind == "orders" and content.format in {"pdf", "email"}
        hint = f"{name} purchase order" if bought else name
        proposed, issues = _proposed(sheet, context, kind or (None if content.records else content.kind), hint)
        several = len(content.sheets) > 1
        for mapping in (said_once(each, content) for each in proposed):
            kept = _kept(mapping, lookup)
            used = kept or mapping
            applied = apply_all(sheet, used, context)
            result.tables.append((used, placed(applied.records, used, content)))
            result.issues.extend(applied.issues)
            result.issues.extend(mixed_units(applied.records))
            issues = [issue for issue in issues if not (kept and issue.code in {"column-doubtful", "kind-doubtful", "no-titles"})]
        for issue in issues:
            note = issue.code == "no-table" and several
            result.issues.append(msgspec.structs.replace(issue, level="note") if note else issue)
        result.issues.extend(_unread(sheet, mapping) for mapping, _ in result.tables if mapping.sheet == sheet.name and _left(sheet, mapping))
    told = any(issue.code == "no-table" and issue.level == "warning" for issue in result.issues)
    if not result.tables and not content.attachments and not told:
        result.issues.append(Issue("warning", "no-table", "no table was recognised in the file", "Give the columns titles in one row."))
    return result


def _checked(kind: DocumentKind, records: Sequence[Record], context: Context) -> list[Record]:
    """Return a document's own records with what does not agree in and among them."""
    found = []
    for record in records:
        values, places = dict(record.values), dict(record.places)
        issues = within(kind, values, places, context.today)
        found.append(msgspec.structs.replace(record, values=values, places=places, issues=(*record.issues, *issues)))
    return across(kind, found, "")


def _lookup(mappings: Sequence[Mapping] | Lookup) -> Lookup:
    if callable(mappings):
        return mappings
    kept = {signature(mapping): mapping for mapping in mappings}
    return kept.get


def _proposed(sheet: Sheet, context: Context, kind: DocumentKind | None, name: str) -> tuple[list[Mapping], list[Issue]]:
    """Return the mapping of the column map that knows a sheet, else what is proposed."""
    found = known(sheet, context.maps)
    if found is None or kind not in (None, found.kind):
        return propose(sheet, context, kind, name)
    proposed, issues = propose(sheet, context, found.kind, name)
    same = next((each for each in proposed if each.header[1] == found.header[1]), None)
    if same is None:
        return [found], []
    whole = _completed(found, same)
    added = {column.field for column in whole.columns} - {column.field for column in found.columns}
    others = [each for each in proposed if each.header[0] > same.last]
    return [whole, *others], [issue for issue in issues if others or issue.field in added]


def _completed(found: Mapping, proposed: Mapping) -> Mapping:
    """Return a column map's mapping with what it leaves out and the titles say."""
    fields = {column.field for column in found.columns}
    there = {column.index: column for column in proposed.columns}
    columns = []
    for column in found.columns:
        other = there.get(column.index)
        if other is not None and not column.field and other.field and other.field not in fields:
            columns.append(other)
            fields.add(other.field)
        elif other is not None and column.field == other.field and not column.unit:
            columns.append(msgspec.structs.replace(column, unit=other.unit, style=column.style or other.style))
        else:
            columns.append(column)
    said = {field: value for field, value in proposed.constants.items() if field not in fields and field not in found.constants}
    return msgspec.structs.replace(found, columns=tuple(columns), constants={**found.constants, **said}, last=proposed.last)


def _kept(mapping: Mapping, lookup: Lookup) -> Mapping | None:
    """Return a kept mapping for the table of a proposed one, moved to where the table stands now; None when there is none."""
    mark = signature(mapping)
    found = lookup(mark) if mark else None
    if found is None or found.kind not in KINDS:
        return None
    said = {**{field: found.constants[field] for field in LASTING if field in found.constants}, **mapping.constants}
    columns = {column.field for column in found.columns}
    said = {field: value for field, value in said.items() if field not in columns and field in KINDS[found.kind]}
    source = found.source if found.source != "proposed" else "remembered"
    return msgspec.structs.replace(found, sheet=mapping.sheet, header=mapping.header, last=mapping.last, constants=said, source=source)


def _left(sheet: Sheet, mapping: Mapping) -> list[str]:
    """Return the titles of columns that hold something and were not read."""
    stop = mapping.last + 1 if mapping.last >= 0 else len(sheet.rows)
    rows = sheet.rows[mapping.header[1] + 1 : min(stop, mapping.header[1] + 500)]
    return [
        column.title or f"column {column.index + 1}"
        for column in mapping.columns
        if not column.field and any(column.index < len(row) and not blank(row[column.index]) for row in rows)
    ]


def _unread(sheet: Sheet, mapping: Mapping) -> Issue:
    titles = ", ".join(_left(sheet, mapping))[:300]
    return Issue(
        "note", "column-unread", f"columns that were not read: {titles}", "Say what a column means if it matters.", sheet.place(max(mapping.header[1], 0), 0)
    )


def refused(records: Sequence[Record]) -> int:
    """Return how many rows cannot go in."""
    return sum(record.refused for record in records)
