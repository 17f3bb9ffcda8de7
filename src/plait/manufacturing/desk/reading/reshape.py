"""Tables that lie otherwise than one line a row are laid so: forms, tables side by side, price tiers and weeks across the top."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

from plait.manufacturing.desk.reading.dates import written
from plait.manufacturing.desk.reading.laid import Laid, cell, laid, width
from plait.manufacturing.desk.reading.layout import blank, blocks, known
from plait.manufacturing.desk.reading.model import Raw, Sheet
from plait.manufacturing.desk.reading.pairs import parted
from plait.manufacturing.desk.reading.shifts import by_shift
from plait.manufacturing.desk.reading.text import fold, language, tidy

__all__ = ["reshaped"]

_LARGE = 20_000
_HEAD = 40
_TIER = re.compile(
    r"^(?:(?:unit price|price|stückpreis|preis|单价)\s*(?:@|à)?\s*)?(?:ab|from|from qty|bei|at|for|von|>=?|≥)?\s*"
    r"(\d{1,6}|\d{1,3}[.,]\d{3})\s*(?:\+|-\s*\d+|bis\s*\d+|to\s*\d+|and up|件起|以上)?\s*"
    r"(?:pcs?|pieces?|stk|st|stück|ea|units?|件|个|只)?\.?\s*(?:\+|起)?$",
    re.IGNORECASE,
)
_WEEK = re.compile(r"^(?:kw|cw|wk|week|w)\s?\.?\s?\d{1,2}(?:\s?[/.\-' ]\s?\d{2,4})?$|^\d{4}[-/ ]?(?:kw|cw|w)\d{1,2}$|^第\d{1,2}周$", re.IGNORECASE)
_LEAST = re.compile(r"\bmoq\b|mindest(?:bestell|abnahme)?menge|min(?:imum)?\.?[ -]?(?:order )?(?:qty|quantity|menge)|起订量|最小订", re.IGNORECASE)
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
    return [parted(each) for part in _beside(sheet) for each in [_turned(part) or _across(part) or by_shift(part) or _form(part) or part]]


def _beside(sheet: Sheet) -> list[Sheet]:
    """Part tables that stand side by side: their titles repeat, with an empty column between."""
    wide = width(sheet)
    empty = [all(blank(cell(sheet, row, column)) for row in range(len(sheet.rows))) for column in range(wide)]
    groups: list[tuple[int, int]] = []
    start = None
    for column in range(wide + 1):
        if column < wide and not empty[column]:
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
    return laid(sheet, [[(row, column) for column in range(left, right)] for row in range(len(sheet.rows))], name)


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
    kept = [column for column in kept if column not in left and not (what == "price" and _LEAST.search(tidy(str(sheet.rows[head][column]))))]
    late = [column for column in left if not _TOTALS.search(tidy(str(sheet.rows[head][column])))]
    spoken = language([str(sheet.rows[head][column]) for column in kept]) or "en"
    first, second = _ACROSS[what][spoken]
    doubtful: list[int] = []
    cells: list[list[Laid]] = [[(row, column) for column in range(len(sheet.rows[row]))] for row in range(head)]
    cells.append([*((head, column) for column in kept), first, second])
    for row in range(head + 1, len(sheet.rows)):
        filled = [column for column in over if not blank(cell(sheet, row, column))]
        line: list[Laid] = [(row, column) for column in kept]
        if not filled and any(not blank(cell(sheet, row, column)) for column in kept):
            cells.append([*line])
        for column in filled:
            value = cell(sheet, row, column)
            if what == "due" and value in {0, "0", "-", "–"}:
                continue
            cells.append([*line, (head, column), (row, column)])
            if any(cell(sheet, row, other) not in {None, "", 0, "0", "-"} for other in late):
                doubtful.append(len(cells) - 1)
    found = laid(sheet, cells, sheet.name)
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
    for column in range(min(width(sheet), 6)):
        labels = [(row, column) for row in range(len(sheet.rows)) if isinstance(cell(sheet, row, column), str) and known(str(cell(sheet, row, column)))]
        if len(labels) > len(best):
            best = labels
    pairs = [(label, value) for label in best if (value := _right(sheet, label)) is not None]
    pairs = max(pairs, _labelled(sheet), key=len)
    if len(pairs) < 4:
        return None
    values: list[Laid] = [value for _, value in pairs]
    titles: list[Laid] = [tidy(str(cell(sheet, *label))).rstrip(":： ") for label, _ in pairs]
    return laid(sheet, [titles, values], sheet.name)


def _turned(sheet: Sheet) -> Sheet | None:
    """Lay a table on its side (titles in one column, each line of the order a column) as one line a row."""
    if len(sheet.rows) > _HEAD:
        return None
    for left in range(min(width(sheet), 4)):
        filled = [row for row in range(len(sheet.rows)) if isinstance(cell(sheet, row, left), str) and not blank(cell(sheet, row, left))]
        labels = [row for row in filled if known(str(cell(sheet, row, left)))]
        same = len({fold(tidy(str(cell(sheet, row, left)))) for row in labels}) < len(labels)
        if len(labels) < 4 or same or len(labels) < 0.8 * sum(row >= labels[0] for row in filled):
            continue
        lines = [column for column in range(left + 1, width(sheet)) if sum(not blank(cell(sheet, row, column)) for row in labels) >= 0.6 * len(labels)]
        if len(lines) < 2 or any(known(str(cell(sheet, row, column))) for row in labels[1:] for column in lines):
            continue
        above: list[list[Laid]] = [[(row, column) for column in range(len(sheet.rows[row]))] for row in range(labels[0])]
        body: list[list[Laid]] = [[(row, column) for row in labels] for column in (left, *lines)]
        return laid(sheet, [*above, *body], sheet.name)
    return None


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
