"""Tables that lie otherwise than one line a row are laid so: forms, tables side by side, price tiers and weeks across the top."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

from plait.manufacturing.desk.reading.dates import written
from plait.manufacturing.desk.reading.layout import blank, blocks, known
from plait.manufacturing.desk.reading.model import Place, Raw, Sheet
from plait.manufacturing.desk.reading.text import fold, language, tidy

__all__ = ["reshaped"]

_LARGE = 20_000
_HEAD = 40
_TIER = re.compile(
    r"^(?:ab|from|from qty|von|>=?|≥)?\s*(\d{1,6}|\d{1,3}[.,]\d{3})\s*(?:\+|-\s*\d+|bis\s*\d+|to\s*\d+|and up|件起|以上)?\s*"
    r"(?:pcs?|pieces?|stk|st|stück|ea|units?|件|个|只)?\.?\s*(?:\+|起)?$",
    re.IGNORECASE,
)
_WEEK = re.compile(r"^(?:kw|cw|wk|week|w)\s?\.?\s?\d{1,2}(?:\s?[/.\-' ]\s?\d{2,4})?$|^\d{4}[-/ ]?(?:kw|cw|w)\d{1,2}$|^第\d{1,2}周$", re.IGNORECASE)
_TOTALS = re.compile(r"^(gesamt|summe|total|sum|合计|总计|小计)", re.IGNORECASE)
_SUMS = re.compile(r"^(gesamt|summe|total|sum|合计|总计|小计)|rückstand|rueckstand|backlog|overdue|arrears|past due|欠|逾期", re.IGNORECASE)
_ACROSS = {
    "price": {"de": ("Ab Menge", "Preis"), "zh": ("起订量", "单价"), "en": ("From quantity", "Price")},
    "due": {"de": ("Liefertermin", "Menge"), "zh": ("交货日期", "数量"), "en": ("Due date", "Quantity")},
}


def reshaped(sheet: Sheet) -> list[Sheet]:
    """Return the sheet as it is, or the tables that it is laid into; every cell keeps the place where it stands."""
    if len(sheet.rows) > _LARGE or not sheet.rows:
        return [sheet]
    return [each for part in _beside(sheet) for each in [_across(part) or _form(part) or part]]


def _cell(sheet: Sheet, row: int, column: int) -> Raw:
    return sheet.rows[row][column] if column < len(sheet.rows[row]) else None


def _width(sheet: Sheet) -> int:
    return max((len(row) for row in sheet.rows), default=0)


def _laid(sheet: Sheet, cells: list[list[tuple[int, int] | Raw]], name: str) -> Sheet:
    """Return a sheet of cells that are pairs (row, column) of the old one, or values of their own."""
    rows: list[list[Raw]] = []
    places: dict[tuple[int, int], Place] = {}
    doubts: dict[tuple[int, int], str] = {}
    units: dict[tuple[int, int], str] = {}
    for number, line in enumerate(cells):
        row: list[Raw] = []
        for column, each in enumerate(line):
            if isinstance(each, tuple):
                row.append(_cell(sheet, *each))
                places[number, column] = sheet.place(*each)
                if each in sheet.doubts:
                    doubts[number, column] = sheet.doubts[each]
                if each in sheet.units:
                    units[number, column] = sheet.units[each]
            else:
                row.append(each)
        rows.append(row)
    return Sheet(name, rows, doubts=doubts, units=units, places=places, epoch=sheet.epoch)


def _beside(sheet: Sheet) -> list[Sheet]:
    """Part tables that stand side by side: their titles repeat, with an empty column between."""
    width = _width(sheet)
    empty = [all(blank(_cell(sheet, row, column)) for row in range(len(sheet.rows))) for column in range(width)]
    groups: list[tuple[int, int]] = []
    start = None
    for column in range(width + 1):
        if column < width and not empty[column]:
            start = column if start is None else start
        elif start is not None:
            groups.append((start, column))
            start = None
    if len(groups) < 2 or any(right - left < 2 for left, right in groups):
        return [sheet]
    for row in range(min(_HEAD, len(sheet.rows))):
        said = [{fold(tidy(raw)) for raw in sheet.rows[row][left:right] if isinstance(raw, str) and known(raw)} for left, right in groups]
        if all(len(each) >= 2 for each in said) and all(said[0] & each for each in said[1:]):
            return [_part(sheet, left, right, number) for number, (left, right) in enumerate(groups, 1)]
    return [sheet]


def _part(sheet: Sheet, left: int, right: int, number: int) -> Sheet:
    name = sheet.name if number == 1 else f"{sheet.name} ({number})"
    return _laid(sheet, [[(row, column) for column in range(left, right)] for row in range(len(sheet.rows))], name)


def _across(sheet: Sheet) -> Sheet | None:
    """Lay a table whose titles are quantities (price tiers) or weeks and days (call-offs) so that each is a row."""
    for number in range(min(_HEAD, len(sheet.rows))):
        row = sheet.rows[number]
        titles = [column for column, raw in enumerate(row) if isinstance(raw, str) and not blank(raw) and known(raw)]
        if not titles or len(row) < 3:
            continue
        tests: tuple[tuple[str, Callable[[Raw], bool]], ...] = (("price", _is_tier), ("due", _is_day))
        for what, test in tests:
            over = [column for column, raw in enumerate(row) if not blank(raw) and column not in titles and test(raw)]
            others = sum(not blank(raw) for raw in row) - len(over)
            if len(over) >= 2 and over[-1] - over[0] + 1 == len(over) and len(titles) >= 0.6 * others and _rising([row[column] for column in over]):
                return _unpivot(sheet, number, over, what)
    return None


def _rising(raws: Sequence[Raw]) -> bool:
    """Tell whether no title across the top stands twice, and quantities rise."""
    numbers = [number for raw in raws if isinstance(number := _first(raw), int | float) and not isinstance(number, bool)]
    if len(numbers) == len(raws):
        return all(one < other for one, other in pairwise(numbers)) and (numbers[0] == 1 or all(other >= 1.5 * one for one, other in pairwise(numbers)))
    return len({str(raw) for raw in raws}) == len(raws)


def _is_tier(raw: Raw) -> bool:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw == int(raw) and 1 <= raw <= 1_000_000
    return isinstance(raw, str) and bool(_TIER.match(tidy(raw)))


def _is_day(raw: Raw) -> bool:
    if isinstance(raw, date):
        return True
    if not isinstance(raw, str):
        return False
    text = tidy(raw)
    if _WEEK.match(text):
        return True
    return any(sign.isdigit() for sign in text) and len(text) >= 6 and bool(written(text, date(2026, 1, 1)).ways)


def _unpivot(sheet: Sheet, head: int, over: Sequence[int], what: str) -> Sheet:
    kept = [column for column, raw in enumerate(sheet.rows[head]) if column not in over and not blank(raw)]
    left = [column for column in kept if what == "due" and _SUMS.search(tidy(str(sheet.rows[head][column])))]
    kept = [column for column in kept if column not in left]
    late = [column for column in left if not _TOTALS.search(tidy(str(sheet.rows[head][column])))]
    spoken = language([str(sheet.rows[head][column]) for column in kept]) or "en"
    first, second = _ACROSS[what][spoken]
    doubtful: list[int] = []
    cells: list[list[tuple[int, int] | Raw]] = [[(row, column) for column in range(len(sheet.rows[row]))] for row in range(head)]
    cells.append([*((head, column) for column in kept), first, second])
    for row in range(head + 1, len(sheet.rows)):
        filled = [column for column in over if not blank(_cell(sheet, row, column))]
        line: list[tuple[int, int] | Raw] = [(row, column) for column in kept]
        if not filled and any(not blank(_cell(sheet, row, column)) for column in kept):
            cells.append([*line])
        for column in filled:
            value = _cell(sheet, row, column)
            if what == "due" and value in {0, "0", "-", "–"}:
                continue
            cells.append([*line, (head, column), (row, column)])
            if any(_cell(sheet, row, other) not in {None, "", 0, "0", "-"} for other in late):
                doubtful.append(len(cells) - 1)
    found = _laid(sheet, cells, sheet.name)
    found.doubts.update({(row, len(kept) + 1): "backlog-left" for row in doubtful})
    if what == "price":
        for row in range(head + 1, len(found.rows)):
            if len(found.rows[row]) > len(kept):
                found.rows[row][len(kept)] = _first(found.rows[row][len(kept)])
    return found


def _first(raw: Raw) -> Raw:
    """Return the quantity a tier begins with."""
    found = _TIER.match(tidy(raw)) if isinstance(raw, str) else None
    return int(re.sub(r"\D", "", found.group(1))) if found else raw


def _form(sheet: Sheet) -> Sheet | None:
    """Lay a form (labels in one column, values right of them) as a table of one row."""
    if len(sheet.rows) > 200 or blocks(sheet):
        return None
    best: list[tuple[int, int]] = []
    for column in range(min(_width(sheet), 6)):
        labels = [(row, column) for row in range(len(sheet.rows)) if isinstance(_cell(sheet, row, column), str) and known(str(_cell(sheet, row, column)))]
        if len(labels) > len(best):
            best = labels
    pairs = [(label, value) for label in best if (value := _right(sheet, label)) is not None]
    pairs = max(pairs, _labelled(sheet), key=len)
    if len(pairs) < 4:
        return None
    values: list[tuple[int, int] | Raw] = [value for _, value in pairs]
    titles: list[tuple[int, int] | Raw] = [tidy(str(_cell(sheet, *label))).rstrip(":： ") for label, _ in pairs]
    return _laid(sheet, [titles, values], sheet.name)


def _labelled(sheet: Sheet) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the labels of a form that has several in a row, each with the cell that holds its value."""
    found = []
    for row, cells in enumerate(sheet.rows):
        filled = [column for column, raw in enumerate(cells) if not blank(raw)]
        for one, other in pairwise(filled):
            raw = cells[one]
            if isinstance(raw, str) and known(raw) and not (isinstance(cells[other], str) and known(str(cells[other]))):
                found.append(((row, one), (row, other)))
    titles = [fold(tidy(str(sheet.rows[row][column]))) for (row, column), _ in found]
    return found if len(set(titles)) == len(titles) else []


def _right(sheet: Sheet, label: tuple[int, int]) -> tuple[int, int] | None:
    """Return the one cell right of a label that holds something; None when there are several values or none."""
    row, column = label
    filled = [other for other in range(column + 1, len(sheet.rows[row])) if not blank(sheet.rows[row][other])]
    if not filled or (len(filled) > 1 and not known(str(sheet.rows[row][filled[1]]))):
        return None
    return row, filled[0]
