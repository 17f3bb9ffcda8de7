"""Applies a mapping to a sheet: every row becomes a record of typed values with their places and every doubt about them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from plait.manufacturing.desk.reading.checks import across, within
from plait.manufacturing.desk.reading.constants import labelled
from plait.manufacturing.desk.reading.context import NOTHING, Context, Doubt, Read
from plait.manufacturing.desk.reading.dates import written
from plait.manufacturing.desk.reading.deliveries import belonging
from plait.manufacturing.desk.reading.doubts import DOUBTS
from plait.manufacturing.desk.reading.evidence import firm_like
from plait.manufacturing.desk.reading.fill import Filler
from plait.manufacturing.desk.reading.habits import BACKWARD, abroad, own_habits, sheet_habits
from plait.manufacturing.desk.reading.kinds import KINDS, Field
from plait.manufacturing.desk.reading.layout import blank
from plait.manufacturing.desk.reading.model import Column, Issue, Mapping, Place, Raw, Record, Sheet, Value
from plait.manufacturing.desk.reading.numbers import plain_number
from plait.manufacturing.desk.reading.text import fold, is_none, language, narrow, tidy, total
from plait.manufacturing.desk.reading.values import Reader
from plait.manufacturing.desk.reading.worth import Worth

__all__ = ["Applied", "apply", "apply_all"]

DOUBTFUL = 0.71
_NAMING = frozenset({"part_no", "customer_part_no", "drawing_no", "name", "line_no", "op_no", "component", "lot"})
_SUM_OF = re.compile(r"^(summe|gesamt|zwischensumme|teilsumme|sub-?total|total|übertrag|合计|小计|总计)\b.*$", re.IGNORECASE)
_SIGNED = re.compile(r"^[^\d:：]{1,20}[:：]\s*\D{0,20}$")
_PAGE = re.compile(r"^[-– ]*(page|seite|blatt|sheet|第)\s*\d+\s*(页|頁|of|von|/|共)?.*$", re.IGNORECASE)


_HOLIDAY = re.compile(r"feiertag|ferien|holiday|urlaub|betriebsruhe|schliess|closed|shutdown|节日|节假日|假期|放假|休")
_ROW_DOUBTS = frozenset({"row-hidden", "rows-lost", "struck-out", "order-withdrawn", "order-answered", "sheet-hidden"})
"""Doubts of a cell that are about its row; said once."""


class Applied(NamedTuple):
    """The records of one table, and the issues that belong to no record (totals, headings and notes that were skipped)."""

    records: list[Record]
    issues: list[Issue]


def apply(sheet: Sheet, mapping: Mapping, context: Context) -> list[Record]:
    """Return the records of a table as its mapping says."""
    return apply_all(sheet, mapping, context).records


def apply_all(sheet: Sheet, mapping: Mapping, context: Context) -> Applied:
    """Return the records of a table, and what was skipped in it."""
    return _Table(sheet, mapping, context).read()


class _Mapped(NamedTuple):
    """One column that is read: its letters for people, its reader, its cells by row."""

    column: Column
    field: Field
    reader: Reader
    doubtful: Issue | None


class _Table:
    """One table while it is read."""

    def __init__(self, sheet: Sheet, mapping: Mapping, context: Context) -> None:
        self.sheet, self.mapping, self.context = sheet, mapping, context
        self.fields = KINDS[mapping.kind]
        self.start = mapping.header[1] + 1
        self.stop = min(mapping.last + 1, len(sheet.rows)) if mapping.last >= 0 else len(sheet.rows)
        titles = [column.title for column in mapping.columns]
        titled = [column.index for column in mapping.columns if column.title]
        self.width = max(titled) + 1 if titled else 0
        self.titles = {column.index: fold(column.title) for column in mapping.columns if column.title}
        self.spoken = context.language or language(titles)
        self.above = [fold(raw) for row in sheet.rows[max(0, mapping.header[0] - 5) : max(0, mapping.header[0])] for raw in row if isinstance(raw, str)]
        self.issues: list[Issue] = []
        self.said: dict[str, tuple[str, Place, bool]] = {}
        self.headed: set[int] = set()
        self.columns = self._readers()
        self.naming = {each.column.index: each.field.name in _NAMING for each in self.columns}
        self.counts = {each.column.index: each.field.kind in {"quantity", "money", "number"} and each.field.name != "op_no" for each in self.columns}
        self.measures = {each.column.index for each in self.columns if each.field.kind in {"unit", "currency"}}
        self.counts = {index: counted for index, counted in self.counts.items() if counted or index not in self.measures}
        self.continued: dict[int, str] = {}
        self.by_field = {each.field.name: each for each in self.columns}
        self.kept = self._rows()
        self.filler = Filler(sheet, mapping, self.start, self.kept)
        self.worth = Worth(mapping, context, self.columns_of("quantity"))
        self.fixed = self._constants()

    def columns_of(self, name: str) -> list[Raw]:
        """Return the cells of the column of one field."""
        found = next((column.index for column in self.mapping.columns if column.field == name), None)
        return [] if found is None else self._cells(found)

    def _cells(self, index: int) -> list[Raw]:
        return [row[index] if index < len(row) else None for row in self.sheet.rows[self.start : self.stop]]

    def _readers(self) -> list[_Mapped]:
        used = [column for column in self.mapping.columns if column.field in self.fields]
        cells = {column.index: [raw for raw in self._cells(column.index) if raw is not None and raw != ""] for column in used}
        today = self.context.today
        shared = sheet_habits(own_habits(self.fields[column.field].kind, cells[column.index], today, column.field not in BACKWARD) for column in used)
        money = [
            raw for column in used if self.fields[column.field].kind in {"money", "currency"} for raw in [column.title, column.unit, *cells[column.index][:50]]
        ]
        dated = "" if self.spoken == "en" and abroad([*money, self.mapping.constants.get("currency", "")]) else self.spoken
        found = []
        for column in used:
            field = self.fields[column.field]
            spoken = dated if field.kind == "date" else self.spoken
            reader = Reader(field, column, cells[column.index], self.context, spoken, shared, self.sheet.epoch)
            doubt = None
            if column.confidence < DOUBTFUL and self.mapping.source == "proposed":
                doubt = Issue(
                    "warning",
                    "column-doubtful",
                    f"it is not sure that this column is {field.name}: {field.meaning}",
                    "Check the column's meaning.",
                    field=field.name,
                )
            found.append(_Mapped(column, field, reader, doubt))
        return found

    def _constants(self) -> dict[str, Read]:
        found = {}
        for name, text in self.mapping.constants.items():
            if name in self.fields and name not in self.by_field:
                found[name] = self._one(name, text)
        return found

    def _one(self, name: str, text: str) -> Read:
        """Read one text that is said for several rows."""
        return Reader(self.fields[name], Column(-1, "", name), [text], self.context, self.spoken, sheet_habits([])).read(text)

    def _rows(self) -> list[int]:
        """Return the rows that hold data; say what the others are."""
        mapped = {each.column.index for each in self.columns}
        found = []
        self.taken = -1
        for number in range(self.start, self.stop):
            row = self.sheet.rows[number]
            filled = [index for index, raw in enumerate(row) if raw is not None and raw != "" and not blank(raw)]
            if not filled or self._repeated(row, filled) or self._sum(number, row, filled, mapped):
                continue
            if len(mapped) > 2 and self._words(number, row, filled):
                found.append(-number - 1)
                continue
            if not any(index in mapped for index in filled):
                self._skip(number, filled[0], "row-skipped", "the row holds nothing in the columns that are read")
                continue
            found.append(number)
            self.taken = number
        return found

    def _repeated(self, row: Sequence[Raw], filled: list[int]) -> bool:
        first = row[filled[0]]
        if not isinstance(first, str) or not self.titles:
            return False
        same = sum(
            1 for index in filled if isinstance(row[index], str) and fold(tidy(str(row[index]))) and fold(tidy(str(row[index]))) in self.titles.get(index, "")
        )
        return len(filled) > 1 and same >= 0.6 * len(filled) and same >= 0.6 * sum(1 for title in self.titles.values() if title)

    def _sum(self, number: int, row: Sequence[Raw], filled: list[int], mapped: set[int]) -> bool:
        if (
            any(self.counts.get(each) for each in filled)
            and all(self.counts.get(each, each in self.measures) for each in filled)
            and self._adds_up(row, filled)
        ):
            self._skip(number, filled[0], "row-total", "the row adds up the rows above and was not read", "note")
            return True
        for index in filled[:3]:
            raw = row[index]
            if not isinstance(raw, str) or len(raw) > 60:
                continue
            text = tidy(raw)
            named = [each for each in filled if self.naming.get(each) and each != index]
            if total(text) and len([each for each in filled if each in mapped]) <= max(2, 0.6 * len(mapped)):
                self._skip(number, index, "row-total", "the row is a sum and was not read", "note")
                return True
            if _SUM_OF.match(text) and not named:
                self._skip(number, index, "row-total", "the row is a sum and was not read", "note")
                return True
            if _PAGE.match(text) and len(filled) <= 2:
                return True
        return False

    def _adds_up(self, row: Sequence[Raw], filled: list[int]) -> bool:
        """Tell whether the numbers of a row without any name are the sums of those above."""
        for index in filled:
            values = [plain_number(self.sheet.rows[number][index]) for number in range(self.start, self.taken + 1) if index < len(self.sheet.rows[number])]
            own = plain_number(row[index])
            if own and len(values) > 1 and own == sum(value or 0 for value in values):
                return True
        return False

    def _words(self, number: int, row: Sequence[Raw], filled: list[int]) -> bool:
        """Tell whether a row is a heading for the rows below or a remark; keep what a heading says."""
        if len(filled) > 1 and all(isinstance(row[index], str) and _SIGNED.match(tidy(str(row[index]))) for index in filled):
            self._skip(number, filled[0], "row-skipped", "the row holds labels only and was not read", "note")
            return True
        raw = row[filled[0]]
        if len(filled) > 2 or not isinstance(raw, str) or (len(filled) == 2 and not tidy(raw).endswith((":", "："))):
            return False
        text = tidy(raw)
        if len(filled) == 2:
            text = f"{text} {row[filled[1]]}"
        said = labelled(text, self.mapping.kind)
        if said is None and len(filled) == 2:
            return False
        return self._heading(number, filled[0], text, said)

    def _heading(self, number: int, index: int, text: str, said: tuple[str, str] | None) -> bool:
        at = next((each for each in self.columns if each.column.index == index), None)
        if at is not None and at.field.kind == "text" and said is None and number > self.start and self.taken == number - 1 and at is not self.columns[0]:
            self.continued[number - 1] = f"{at.field.name}\0{text}"
            return True
        below = self.sheet.rows[number + 1] if number + 1 < self.stop else []
        leads = sum(not blank(raw) for raw in below) > 2
        column = next((each for each in self.columns if each.column.index == index), None)
        if said and leads:
            self._say(number, index, said[0], said[1], text)
            return True
        if (
            leads
            and "customer" in self.fields
            and "customer" not in self.by_field
            and (firm_like(text) or (index in self.headed and not any(sign.isdigit() for sign in text)))
        ):
            self.headed.add(index)
            self._say(number, index, "customer", text, text)
            return True
        if column is not None and column.field.kind in {"code", "quantity", "money", "date"} and len(text) < 25 and any(sign.isdigit() for sign in text):
            return leads and bool(written(text, self.context.today).ways) and self._dated(number, index, text)
        level = "warning" if leads and len(text) < 60 else "note"
        self._skip(number, index, "row-skipped", f"the row {text[:60]!r} was taken for a heading or remark and was not read", level)
        return True

    def _dated(self, number: int, index: int, text: str) -> bool:
        """Skip a month, week or day that stands alone above rows."""
        self._skip(number, index, "row-skipped", f"the row {text[:60]!r} was taken for a heading and was not read")
        return True

    def _say(self, number: int, index: int, field: str, value: str, text: str) -> None:
        self.said[f"{number}"] = (f"{field}\0{value}", self.sheet.place(number, index), value != text)
        reason = f"{text[:60]!r} was taken as {field} of the rows below"
        self.issues.append(
            Issue("note", "group-heading", reason, "Check that the rows below belong to it.", self.sheet.place(number, index), field, text[:200])
        )

    def _skip(self, number: int, index: int, code: str, reason: str, level: str = "warning") -> None:
        text = tidy(str(self.sheet.rows[number][index]))[:200]
        place = self.sheet.place(number, index)
        self.issues.append(Issue("note" if level == "note" else "warning", code, reason, "Nothing to do if that is right.", place, "", text))

    def read(self) -> Applied:
        """Read all rows."""
        records: list[Record] = []
        above: dict[str, Value] = {}
        heading: dict[str, tuple[Read, Place]] = {}
        for number in self.kept:
            if number < 0:
                self._take(-number - 1, heading)
                continue
            record = _Line(self, number, above, heading).record()
            records.append(record)
            above = record.values
        records = belonging(self.mapping.kind, records, set(self.by_field))
        records = across(self.mapping.kind, records, self.sheet.name)
        return Applied(records, self.issues)

    def _take(self, number: int, heading: dict[str, tuple[Read, Place]]) -> None:
        said = self.said.get(f"{number}")
        if said:
            field, _, value = said[0].partition("\0")
            labelled_ = said[2]
            doubt = Doubt(
                "note" if labelled_ else "warning", "group-heading", "the value stands in a heading above the row", "Check that the row belongs to it."
            )
            read = self._one(field, value)
            heading[field] = (read._replace(doubts=(*read.doubts, doubt)), said[1])


class _Line:
    """One row while it is read."""

    def __init__(self, table: _Table, number: int, above: dict[str, Value], heading: dict[str, tuple[Read, Place]]) -> None:
        self.table, self.number, self.above, self.heading = table, number, above, heading
        self.values: dict[str, Value] = {}
        self.places: dict[str, Place] = {}
        self.issues: list[Issue] = []
        self.reads: dict[str, Read] = {}
        self.bad: set[str] = set()

    def record(self) -> Record:
        """Return the row as it is understood."""
        table = self.table
        row = table.sheet.rows[self.number]
        for each in table.columns:
            self._cell(each, row)
        for name, (read, place) in self.heading.items():
            if name not in self.values and name not in self.bad:
                self._keep(table.fields[name], read, place, "")
        for name, read in table.fixed.items():
            if name not in self.values and name not in self.bad:
                self._keep(table.fields[name], read, Place(sheet=table.sheet.name), table.mapping.constants[name])
        self._whole_row(row)
        self.issues.extend(table.worth.settle(self.values, self.reads, self.places))
        self._closed()
        self.issues.extend(within(table.mapping.kind, self.values, self.places, table.context.today))
        self._needed()
        return Record(self.number + 1, self.values, self.places, tuple(self.issues))

    def _whole_row(self, row: Sequence[Raw]) -> None:
        """Say what is doubtful about the row as a whole: cells beyond the titles, text that goes on below."""
        table = self.table
        beyond = [index for index in range(table.width, len(row)) if not blank(row[index])]
        if beyond and table.width:
            place = table.sheet.place(self.number, beyond[0])
            fix = "Check the row; a separator may stand in one of its cells."
            self.issues.append(
                Issue("refused", "row-shifted", "the row has more cells than there are titles; its values may stand in the wrong columns", fix, place)
            )
            self.issues += [Issue("warning", "row-shifted", "the value may belong to another column", fix, self.places[name], name) for name in self.values]
        more = table.continued.get(self.number)
        if more:
            field, _, text = more.partition("\0")
            place = self.places.get(field, table.sheet.place(self.number + 1, 0))
            self.issues.append(
                Issue(
                    "warning",
                    "text-continued",
                    f"the row below adds {text[:80]!r}, which was not read",
                    "Add it to the text if it matters.",
                    place,
                    field,
                    text[:200],
                )
            )

    def _cell(self, each: _Mapped, row: Sequence[Raw]) -> None:
        table, index = self.table, each.column.index
        at = (self.number, index)
        raw = row[index] if index < len(row) else None
        known = table.sheet.doubts.get(at, "") if table.sheet.doubts else ""
        if known in DOUBTS and not (known in _ROW_DOUBTS and any(issue.code == known for issue in self.issues)):
            self._keep(each.field, Read(None, (DOUBTS[known],)), table.sheet.place(*at), "" if raw is None else str(raw))
            if DOUBTS[known].level == "bad":
                return
        doubts: tuple[Doubt, ...] = ()
        if raw is None or raw == "" or (isinstance(raw, str) and is_none(narrow(raw))):
            filled = table.filler.find(self.number, index, each.field.name)
            if filled is None:
                return
            raw, at, doubts = filled
        shown = table.sheet.units.get(at, "") if table.sheet.units else ""
        read = each.reader.read(raw, shown)
        if read is NOTHING:
            return
        if read.ditto and each.field.name in self.above:
            read = read._replace(value=self.above[each.field.name])
        elif read.ditto:
            read = Read(None, (Doubt("bad", "ditto-of-nothing", "the cell says that the value above holds, but there is none", "Write the value."),))
        if doubts:
            read = read._replace(doubts=(*read.doubts, *doubts))
        place = table.sheet.place(*at)
        self._keep(each.field, read, place, raw)
        if each.doubtful is not None and read.value is not None:
            self.issues.append(each.doubtful)

    def _keep(self, field: Field, read: Read, place: Place, raw: Raw) -> None:
        if read.value is not None:
            self.values[field.name] = read.value
            self.places[field.name] = place
            self.reads[field.name] = read
        for doubt in read.doubts:
            level = doubt.level
            if level == "bad":
                self.bad.add(field.name)
                level = "refused" if field.needed and not field.either else "warning"
            name = "currency" if doubt.code.startswith("currency-") and "currency" in self.table.fields else field.name
            self.issues.append(Issue(level, doubt.code, doubt.reason, doubt.fix, place, name, str(raw)[:200]))
            if doubt.code == "unit-strange":
                self.issues.append(Issue(level, doubt.code, doubt.reason, doubt.fix, place, "unit", str(raw)[:200]))

    def _closed(self) -> None:
        """Take a day without hours as closed in a list of holidays."""
        table = self.table
        if table.mapping.kind != "calendar" or "date" not in self.values or {"start", "end", "closed"} & self.values.keys():
            return
        if any(_HOLIDAY.search(title) for title in [*table.titles.values(), fold(table.sheet.name), *table.above]):
            self.values["closed"], place = True, self.places["date"]
            self.issues.append(Issue("note", "day-closed", "a day without hours in a list of holidays is taken as closed", "Nothing to do.", place, "closed"))

    def _needed(self) -> None:
        groups: dict[str, list[Field]] = {}
        for field in self.table.fields.values():
            if field.either:
                groups.setdefault(field.either, []).append(field)
            elif field.needed and field.name not in self.values and field.name not in self.bad:
                self._missing(field.name, field.meaning)
        for fields in groups.values():
            if any(field.needed for field in fields) and not any(field.name in self.values for field in fields):
                self._missing(fields[0].name, " or ".join(field.name for field in fields))

    def _missing(self, name: str, meaning: str) -> None:
        column = self.table.by_field.get(name)
        if column is None:
            place, fix = self.table.sheet.place(self.number, 0), f"Add a column for it, or say which column is {name}."
        else:
            place, fix = self.table.sheet.place(self.number, column.column.index), "Fill in the cell."
        self.issues.append(Issue("refused", "missing-value", f"{name} is missing ({meaning})", fix, place, name))
