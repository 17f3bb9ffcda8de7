"""Compares what the reader made of a file with what a careful clerk would have read.

Each expected cell is ``right``, ``told`` (wrong or missing, but the reader said so) or ``silent`` (wrong, and nobody would look). So is each
value that the clerk did not read. A doubt that the clerk expects and the reader does not speak is silent as well.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Issue, Mapping, Record, Result

__all__ = ["Cell", "Score", "compare"]

PIECES = {"C62", "H87", "EA", "PCE"}
DEFAULTS = {"unit": "C62", "price_per": "1"}
"""What a reader may say of itself where the file says nothing."""


class Cell(NamedTuple):
    """One cell that is not right: where, what the clerk reads, what the reader made of it, whether it spoke a doubt."""

    row: str
    field: str
    expected: str
    got: str
    told: bool


class Score(NamedTuple):
    """How many cells were right, of these how many bore a needless doubt, and each that was not right."""

    right: int
    doubted: int
    wrong: list[Cell]

    @property
    def silent(self) -> list[Cell]:
        """Return the wrong cells without a word."""
        return [cell for cell in self.wrong if not cell.told]

    @property
    def cells(self) -> int:
        """Return how many cells were compared."""
        return self.right + len(self.wrong)


def shown(value: object) -> str:
    """Return a value as the answers write it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def same(field: str, expected: str, value: object) -> bool:
    """Return whether a value is what the clerk reads."""
    got = shown(value)
    if isinstance(value, datetime) and len(expected) == 10:
        got = got[:10]
    if ".." in expected and len(expected) == 22:
        first, _, last = expected.partition("..")
        return first <= got <= last
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        try:
            return Decimal(str(value)) == Decimal(expected)
        except InvalidOperation:
            return False
    if field == "unit" and {got, expected} <= PIECES:
        return True
    return " ".join(got.split()) == " ".join(expected.split())


class _Row:
    """A record with what its table says once for all rows."""

    def __init__(self, record: Record, mapping: Mapping, issues: list[Issue]) -> None:
        self.record = record
        said = {field: value for field, value in mapping.constants.items() if field in KINDS[mapping.kind]}
        self.values: dict[str, object] = {**said, **record.values}
        sheet = [issue for issue in issues if issue.field and issue.place.sheet in {"", mapping.sheet}]
        self.issues = [*record.issues, *sheet]

    def told(self, field: str, *levels: str) -> bool:
        wanted = levels or ("warning", "refused")
        return any((issue.field == field or (field == "unit" and issue.code == "unit-unknown")) and issue.level in wanted for issue in self.issues)

    def likeness(self, expected: dict[str, str]) -> int:
        return sum(3 if field in {"order_no", "part_no", "line_no"} else 1 for field, value in expected.items() if same(field, value, self.values.get(field)))


def _aligned(expected: list[dict[str, str]], rows: list[_Row]) -> Iterator[tuple[int | None, _Row | None]]:
    """Yield pairs of expected row (its number from 0) and read row, in order, so that most cells agree."""
    like = [[row.likeness(each) for row in rows] for each in expected]
    best = [[0] * (len(rows) + 1) for _ in range(len(expected) + 1)]
    for i in range(len(expected) - 1, -1, -1):
        for j in range(len(rows) - 1, -1, -1):
            pair = like[i][j] + best[i + 1][j + 1] if like[i][j] else -1
            best[i][j] = max(best[i + 1][j], best[i][j + 1], pair)
    i = j = 0
    while i < len(expected) and j < len(rows):
        if like[i][j] and best[i][j] == like[i][j] + best[i + 1][j + 1]:
            yield i, rows[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield i, None
            i += 1
        else:
            yield None, rows[j]
            j += 1
    yield from ((k, None) for k in range(i, len(expected)))
    yield from ((None, row) for row in rows[j:])


class _Tally:
    def __init__(self) -> None:
        self.right = 0
        self.doubted = 0
        self.wrong: list[Cell] = []

    def ok(self, doubted: bool = False) -> None:
        self.right += 1
        self.doubted += doubted

    def bad(self, row: str, field: str, expected: str, got: object, told: bool) -> None:
        self.wrong.append(Cell(row, field, expected, shown(got), told))


def _row(tally: _Tally, label: str, expected: dict[str, str], answer: dict[str, Any], number: int, row: _Row) -> None:
    warned = {each["field"] for each in answer.get("warned", ()) if each["row"] == number}
    refused = {each["field"] for each in answer.get("refused", ()) if each["row"] == number}
    tolerated, doubtful = set(answer.get("tolerated", ())), set(answer.get("doubtful", ()))
    for field in sorted(expected.keys() | row.values.keys() | warned | refused):
        value, told = row.values.get(field), row.told(field)
        if field == "*":
            spoken = row.record.refused if field in refused else bool(row.record.issues)
            tally.ok() if spoken else tally.bad(label, field, "a doubt about the row", "none", told=False)
        elif field in refused:
            tally.ok() if row.told(field, "refused") else tally.bad(label, field, "refused", value, told)
        elif field in warned:
            spoken = told or row.told(field, "note")
            fits = field not in expected or value is None or same(field, expected[field], value)
            tally.ok() if spoken and fits else tally.bad(label, field, f"{expected.get(field, '')}, doubted", value, told)
        elif field in doubtful:
            tally.ok() if value is None or told else tally.bad(label, field, "doubted", value, told=False)
        elif field not in expected:
            assumed = field == "currency" and told
            if value is not None and field not in tolerated and shown(value) != DEFAULTS.get(field) and not assumed:
                tally.bad(label, field, "", value, told)
        elif row.told(field, "refused"):
            tally.bad(label, field, expected[field], f"{shown(value)} refused", told=True)
        elif same(field, expected[field], value):
            tally.ok(doubted=told)
        elif not (field in tolerated and value is None):
            tally.bad(label, field, expected[field], value, told)


def _table(tally: _Tally, answer: dict[str, Any], rows: list[_Row], told: bool = False) -> None:
    expected = answer["rows"]
    for index, row in _aligned(expected, rows):
        if index is None:
            assert row is not None
            for field, value in row.record.values.items():
                tally.bad(f"extra row {row.record.row}", field, "", value, row.record.refused or told)
        elif row is None:
            for field, value in expected[index].items():
                tally.bad(f"row {index + 1} missing", field, value, None, told)
        else:
            _row(tally, f"row {index + 1}", expected[index], answer, index + 1, row)


def compare(answer: dict[str, Any], result: Result) -> Score:
    """Return how what was read compares with the answer of its file. Tables are compared with the next one of their kind."""
    tally = _Tally()
    left = [(mapping, [_Row(record, mapping, result.issues) for record in records]) for mapping, records in result.tables]
    for each in answer.get("tables", [answer]):
        found = next((entry for entry in left if entry[0].kind == each["kind"]), None)
        if found:
            left.remove(found)
        lost = not found and any(issue.code in {"no-table", "kind-doubtful"} and issue.level == "warning" for issue in result.issues)
        if not each["rows"] and "issues" in each:
            left.clear()
        else:
            _table(tally, each, found[1] if found else [], lost)
        for code in each.get("issues", ()):
            spoken = any(issue.code == code for issue in result.issues)
            tally.ok() if spoken else tally.bad("table", code, "a doubt about the table", None, told=False)
    doubted = any(issue.code == "kind-doubtful" for issue in result.issues)
    for mapping, rows in left:
        _table(tally, {"kind": mapping.kind, "rows": []}, rows, doubted)
    if answer.get("suggestion") and not result.suggestion:
        tally.bad("document", "suggestion", "true", "false", told=False)
    return Score(tally.right, tally.doubted, tally.wrong)
