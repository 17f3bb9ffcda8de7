"""Columns that hold two things in one cell (``4500012345/10``, ``7788-01 Rev C``) are parted into two, where title or cells say so."""

import re
from collections.abc import Sequence

from plait.manufacturing.desk.reading.laid import Laid, Part, cell, laid
from plait.manufacturing.desk.reading.layout import blank, known
from plait.manufacturing.desk.reading.model import Raw, Sheet
from plait.manufacturing.desk.reading.text import fold, narrow, tidy
from plait.manufacturing.desk.reading.words import vocabulary

__all__ = ["parted"]

_HEAD = 40
_SAMPLE = 300
_BOTH = re.compile(r"^(.{2,30}?)\s*(?:[/|+&-]|\bund\b|\band\b|\bmit\b|\bwith\b)\s*(.{2,20})$", re.IGNORECASE)
_LINE = re.compile(r"^(\S*\d\S*?)(?:\s*[/|]\s*|\s+-?\s*|\s*[-#]\s*|\s*,?\s*pos\.?\s*)(\d{1,6})$", re.IGNORECASE)
_REVISED = re.compile(r"^(.{2,40}?)[\s,;/_-]*\(?\b(?:rev(?:ision)?|index|ind|ausg(?:abe)?|issue|版本)\b[.:\s]*([A-Z]{1,2}\d?|\d{1,3})\)?$", re.IGNORECASE)
_UNTOLD = re.compile(r"^(\D{0,4}\d{7,})/(\d{1,6})$")
_OVER = re.compile(r"^\s*(\S*\d\S*)\s*[\r\n]+\s*(\S.*)$", re.DOTALL)
_SLASHED = re.compile(r"^(\S{3,40}?)\s*[/|]\s*([A-Z]{1,2}\d?|\d{1,2})$", re.IGNORECASE)
_PAIRS = {
    ("order_no", "line_no"): ((_LINE,), "Position"),
    ("part_no", "revision"): ((_REVISED, _SLASHED), "Revision"),
    ("drawing_no", "revision"): ((_REVISED, _SLASHED), "Revision"),
    ("part_no", "name"): ((_OVER,), "Description"),
}


def _means(title: str, field: str) -> bool:
    return any(each == field and surely >= 0.5 for each, surely in vocabulary("orders").get(fold(title), ()))


def _pair(title: str) -> tuple[str, str] | None:
    """Return the two fields that a title says in one."""
    found = _BOTH.match(title)
    if found is None or known(re.sub(r"\s*[/|]\s*", " ", title)):
        return None
    return next((pair for pair in _PAIRS if _means(found.group(1), pair[0]) and _means(found.group(2), pair[1])), None)


def _matches(raws: Sequence[Raw], patterns: Sequence[re.Pattern[str]], least: float) -> bool:
    texts = [narrow(str(raw)) for raw in raws if not blank(raw)]
    return bool(texts) and sum(any(pattern.match(text) for pattern in patterns) for text in texts) >= least * len(texts)


def _found(sheet: Sheet, row: int) -> tuple[int, tuple[str, str], tuple[re.Pattern[str], ...]] | None:
    """Return the column of two things under the titles of a row, what they are, and how a cell is parted."""
    titles = [tidy(raw) if isinstance(raw, str) else "" for raw in sheet.rows[row]]
    for column, title in enumerate(titles):
        pair = _pair(title) if title else None
        below = [cell(sheet, number, column) for number in range(row + 1, min(row + _SAMPLE, len(sheet.rows)))] if title else []
        if pair and _matches(below, _PAIRS[pair][0], 0.6):
            return column, pair, _PAIRS[pair][0]
        plain = next((each for each in ("part_no", "drawing_no") if title and _means(title, each)), "")
        if plain and not any(_means(other, "revision") for other in titles if other) and _matches(below, (_REVISED,), 0.5):
            return column, (plain, "revision"), (_REVISED,)
        if plain == "part_no" and not any(_means(other, "name") for other in titles if other and other != title):
            over = [_OVER.match(raw) for raw in below if isinstance(raw, str) and not blank(raw)]
            if over and sum(each is not None for each in over) >= 0.6 * len(over):
                return column, (plain, "name"), (_OVER,)
        if title and _means(title, "order_no") and not any(_means(other, "line_no") for other in titles if other) and _lines(below):
            return column, ("order_no", "line_no"), (_UNTOLD,)
    return None


def _lines(raws: Sequence[Raw]) -> bool:
    """Tell whether cells are numbers of orders with their lines, though no title says so: one number stands with several lines."""
    texts = [narrow(raw) for raw in raws if isinstance(raw, str) and not blank(raw)]
    found = [match.groups() for text in texts if (match := _UNTOLD.match(text))]
    return len(found) > 1 and len(found) == len(texts) and len({order for order, _ in found}) < len(set(found))


def parted(sheet: Sheet) -> Sheet:
    """Return the sheet with a column of two things as two columns, as it is where there is none."""
    for row in range(min(_HEAD, len(sheet.rows))):
        if sum(isinstance(raw, str) and known(raw) for raw in sheet.rows[row]) < 2:
            continue
        found = _found(sheet, row)
        if found is not None:
            return _part(sheet, row, *found)
    return sheet


def _part(sheet: Sheet, head: int, column: int, pair: tuple[str, str], patterns: Sequence[re.Pattern[str]]) -> Sheet:
    title = tidy(str(sheet.rows[head][column]))
    both = _BOTH.match(title)
    named = (both.group(1), both.group(2)) if both and _pair(title) else (title, _PAIRS[pair][1])
    cells: list[list[Laid]] = []
    for row, line in enumerate(sheet.rows):
        places: list[Laid] = [(row, other) for other in range(len(line))]
        if column < len(line):
            places[column : column + 1] = _two(line[column], row, column, named if row == head else None, patterns)
        cells.append(places)
    made = laid(sheet, cells, sheet.name)
    if patterns == (_UNTOLD,):
        made.doubts.update({(row, column): "order-with-line" for row in range(head + 1, len(made.rows)) if not blank(cell(made, row, column))})
    made.merged = tuple((top, left + (left > column), bottom, right + (right >= column)) for top, left, bottom, right in sheet.merged)
    return made


def _two(raw: Raw, row: int, column: int, named: tuple[str, str] | None, patterns: Sequence[re.Pattern[str]]) -> list[Laid]:
    if named is not None:
        return [Part(named[0], row, column), Part(named[1], row, column)]
    text = "" if not isinstance(raw, str) else raw if patterns == (_OVER,) else narrow(raw)
    found = next((found for pattern in patterns if (found := pattern.match(text))), None)
    return [Part(found.group(1).rstrip(" ,;/-"), row, column), Part(found.group(2), row, column)] if found else [(row, column), None]
