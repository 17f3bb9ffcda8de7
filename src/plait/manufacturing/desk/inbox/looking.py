"""A look at what an item holds and would do; nothing is changed by it."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from types import MappingProxyType

import msgspec
from sqlalchemy import Connection

from plait.manufacturing.desk.inbox.model import Applier, Change, Context, Row, TableView
from plait.manufacturing.desk.inbox.readings import Reading
from plait.manufacturing.desk.inbox.rules import cell_of, count, row_of
from plait.manufacturing.desk.reading.model import DocumentKind, Issue, Mapping, Place, Record

__all__ = ["ORDER", "Held", "by_kind", "held_in", "issues_above_note", "left_out", "table_views", "unmapped"]

MOST = 1000
ORDER: tuple[DocumentKind, ...] = ("calendar", "parts", "materials", "routings", "prices", "stock", "request", "orders")
"""Kinds of tables in the order in which they go in."""


class Held(msgspec.Struct, frozen=True):
    """One table ready to be compared or to go in: its mapping, all its records, those of them that can go in."""

    mapping: Mapping
    records: list[Record]
    good: list[Record]

    @property
    def kind(self) -> DocumentKind:
        """What the table is about."""
        return self.mapping.kind

    @property
    def refused(self) -> list[Record]:
        """The records that cannot go in."""
        return [record for record in self.records if record.refused]


def held(mapping: Mapping, records: Sequence[Record]) -> Held:
    """Return a table with its good records apart."""
    return Held(mapping, list(records), [record for record in records if not record.refused])


def held_in(reading: Reading) -> list[Held]:
    """Return the tables of a reading that hold anything."""
    return [held(mapping, records) for mapping, records in reading.result.tables if records]


def unmapped(kind: DocumentKind, records: Sequence[Record]) -> Held:
    """Return rows that a person has given as a table."""
    return held(Mapping("", kind, (0, 0), (), source="corrected", confidence=1.0), records)


def issues_above_note(tables: Sequence[Held], reading: Reading) -> int:
    """Return how many issues are warnings or refusals."""
    rows = sum(1 for table in tables for record in table.records for issue in record.issues if issue.level != "note")
    return rows + sum(1 for issue in reading.result.issues if issue.level != "note")


def by_kind(tables: Sequence[Held]) -> dict[DocumentKind, list[Record]]:
    """Return the good records of all tables of each kind together: several sheets are one list; what others build on comes first."""
    found: dict[DocumentKind, list[Record]] = {}
    for table in sorted(tables, key=lambda each: ORDER.index(each.kind)):
        found.setdefault(table.kind, []).extend(table.good)
    return found


def left_out(tables: Sequence[Held], changes: Lookup[DocumentKind, Sequence[Change]] = MappingProxyType({})) -> list[Row]:
    """Return the rows that do not go in, with the reason: those that could not be read, and those that were not taken (``changes``)."""
    rows = [row_of(record) for table in tables for record in table.refused]
    for kind, records in by_kind(tables).items():
        waiting: dict[int, list[Record]] = {}
        for record in records:
            waiting.setdefault(record.row, []).append(record)
        for change in changes.get(kind, ()):
            mine = waiting.get(change.row, [])
            if mine and change.action == "refused":
                rows.append(_not_taken(mine.pop(0), change.text))
    return rows


def _not_taken(record: Record, reason: str) -> Row:
    place = next(iter(record.places.values()), Place())
    issue = Issue("refused", "not-taken", reason, "Correct the row, or enter it by hand.", place)
    return msgspec.structs.replace(row_of(record), issues=(*record.issues, issue))


def table_views(
    conn: Connection, tables: Sequence[Held], reading: Reading | None, appliers: Lookup[DocumentKind, Applier], context: Context, first: int
) -> tuple[list[TableView], frozenset[str]]:
    """Return each table as it stands there, as it is understood and what it would change, with the keys of what its rows are about.

    ``first`` cells and rows are shown of each. The changes of all tables of a kind stand with the first of them.
    """
    sheets = {sheet.name: sheet for sheet in reading.content.sheets} if reading is not None else {}
    changes = {kind: appliers[kind].compare(conn, records, context) for kind, records in by_kind(tables).items() if kind in appliers}
    keys = frozenset(change.key for each in changes.values() for change in each if change.action != "gone")
    views = []
    for table in tables:
        mine = changes.pop(table.kind, [])
        sheet = sheets.get(table.mapping.sheet)
        cells = [[cell_of(value) for value in row] for row in sheet.rows[: table.mapping.header[1] + 1 + first]] if sheet is not None else []
        view = TableView(
            mapping=table.mapping,
            cells=cells,
            rows=_rows(table.records, first),
            total=len(table.records),
            good=len(table.good),
            refused=len(table.records) - len(table.good),
            changes=_changes(mine),
            counts=count(mine),
            takes=table.kind in appliers,
        )
        views.append(view)
    return views, keys


def _rows(records: Sequence[Record], first: int) -> list[Row]:
    """Return the first rows, and behind them those that a person should look at."""
    doubtful = (record for record in records[first:] if any(issue.level != "note" for issue in record.issues))
    return [row_of(record) for record in (*records[:first], *list(doubtful)[:MOST])]


def _changes(changes: Sequence[Change]) -> list[Change]:
    """Return what is different first, then what is new, then the rest, up to a thousand."""
    order = {"refused": 0, "gone": 1, "changed": 2, "new": 3, "same": 4}
    return sorted(changes, key=lambda change: order[change.action])[:MOST]
