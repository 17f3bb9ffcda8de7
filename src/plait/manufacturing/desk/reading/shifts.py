"""Calendars whose columns are shifts (``Früh`` over ``06:00-14:00``), or whose cells hold a span of hours, laid as one shift a row."""

import re

from plait.manufacturing.desk.reading.laid import Laid, Part, cell, laid
from plait.manufacturing.desk.reading.layout import blank, known
from plait.manufacturing.desk.reading.model import Raw, Sheet
from plait.manufacturing.desk.reading.text import fold, language, narrow, tidy
from plait.manufacturing.desk.reading.words import vocabulary

__all__ = ["by_shift"]

_HEAD = 40
_SAMPLE = 200
_CLOCK = r"\d{1,2}(?:[:.]\d{2})?"
_HOURS = re.compile(rf"^({_CLOCK})\s*(?:uhr|h)?\s*(?:-|bis|to|至|~)\s*({_CLOCK})\s*(?:uhr|h)?$", re.IGNORECASE)
_SPAN = re.compile(r"^(\d\S+)(?:\s+(?:-|bis|to|until)\s+|\s*[至~]\s*|(?<=\.)-(?=\d)|(?<=\.\d{4})-(?=\d))(\d\S+)$", re.IGNORECASE)
_CLOSED = re.compile(r"feiertag|ferien|holiday|urlaub|betriebsruhe|schlie(?:ss|ß)|closed|shutdown|closure|节|假|休", re.IGNORECASE)
_ENDS = {"de": ("Datum", "Bis"), "zh": ("日期", "截止日期"), "en": ("Date", "Until")}
_TITLES = {"de": ("Beginn", "Ende", "Schicht"), "zh": ("开始时间", "结束时间", "班次"), "en": ("Start", "End", "Shift")}


def _hours(raw: Raw) -> tuple[str, str] | None:
    found = _HOURS.match(narrow(raw)) if isinstance(raw, str) else None
    if found is None or not (":" in found.group() or "." in found.group() or re.search(r"uhr|h$", found.group(), re.IGNORECASE)):
        return None
    start, end = (each if ":" in each or "." in each else f"{each}:00" for each in found.groups())
    return start.replace(".", ":"), end.replace(".", ":")


def _over(sheet: Sheet, head: int) -> list[int]:
    """Return the columns under a row of titles whose cells are spans of hours."""
    found = []
    for column, title in enumerate(sheet.rows[head]):
        values = [raw for row in range(head + 1, min(head + _SAMPLE, len(sheet.rows))) if not blank(raw := cell(sheet, row, column))]
        if not blank(title) and values and sum(_hours(raw) is not None for raw in values) >= 0.6 * len(values):
            found.append(column)
    return found


def by_shift(sheet: Sheet) -> Sheet | None:
    """Return a calendar with one shift a row; None when the sheet is none of this form."""
    words = vocabulary("calendar")
    for head in range(min(_HEAD, len(sheet.rows))):
        titles = [fold(tidy(raw)) if isinstance(raw, str) else "" for raw in sheet.rows[head]]
        if not any(field in {"weekday", "date"} for title in titles for field, _ in words.get(title, ())):
            continue
        over = _over(sheet, head)
        if over:
            return _laid(sheet, head, over)
        span = next((column for column, title in enumerate(titles) if title in words and words[title][0][0] == "date"), -1)
        if span >= 0 and len([title for title in titles if title]) <= 4 and not any(field == "until" for title in titles for field, _ in words.get(title, ())):
            found = _days(sheet, head, span)
            if found is not None:
                return found
    return None


def _days(sheet: Sheet, head: int, column: int) -> Sheet | None:
    """Part spans of days (``03.08.2026 - 21.08.2026``) of a list of closed days into the first day and the last."""
    said = " ".join(str(raw) for row in sheet.rows[: head + 1] for raw in row if isinstance(raw, str)) + sheet.name
    spans = {row: found for row in range(head + 1, len(sheet.rows)) if isinstance(raw := cell(sheet, row, column), str) and (found := _SPAN.match(narrow(raw)))}
    if not spans or not _CLOSED.search(said):
        return None
    first, last = _ENDS[language([str(raw) for raw in sheet.rows[head]]) or "en"]
    cells: list[list[Laid]] = []
    for row, line in enumerate(sheet.rows):
        places: list[Laid] = [(row, other) for other in range(len(line))]
        if row == head:
            places[column : column + 1] = [Part(first, row, column), Part(last, row, column)]
        elif row in spans:
            places[column : column + 1] = [Part(spans[row].group(1), row, column), Part(spans[row].group(2), row, column)]
        elif row > head and column < len(line):
            places[column : column + 1] = [(row, column), None]
        cells.append(places)
    return laid(sheet, cells, sheet.name)


def _laid(sheet: Sheet, head: int, over: list[int]) -> Sheet:
    kept = [column for column, raw in enumerate(sheet.rows[head]) if column not in over and not blank(raw)]
    texts = [str(sheet.rows[head][column]) for column in kept]
    start, end, shift = _TITLES[language(texts) or "en"]
    noted = len(over) > 1 or not known(str(sheet.rows[head][over[0]]))
    cells: list[list[Laid]] = [[(row, column) for column in range(len(sheet.rows[row]))] for row in range(head)]
    cells.append([*((head, column) for column in kept), start, end, *([shift] if noted else [])])
    for row in range(head + 1, len(sheet.rows)):
        line: list[Laid] = [(row, column) for column in kept]
        filled = [column for column in over if not blank(cell(sheet, row, column))]
        if not filled and any(not blank(cell(sheet, row, column)) for column in kept):
            cells.append(line)
        for column in filled:
            hours = _hours(cell(sheet, row, column))
            name: list[Laid] = [(head, column)] if noted else []
            pair: list[Laid] = [(row, column), None] if hours is None else [Part(hours[0], row, column), Part(hours[1], row, column)]
            cells.append([*line, *pair, *name])
    return laid(sheet, cells, sheet.name)
