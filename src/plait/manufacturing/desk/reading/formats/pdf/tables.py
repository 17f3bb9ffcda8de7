"""Tables out of runs of text: a line of titles, the columns under it, the rows down to the sum."""

import re
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from plait.manufacturing.desk.reading.formats.pdf.pages import Box, Page
from plait.manufacturing.desk.reading.formats.words import is_count, is_position, is_title
from plait.manufacturing.desk.reading.model import Passage, Place, Sheet
from plait.manufacturing.desk.reading.text import carried, total

__all__ = ["Row", "Table", "lines_of", "sheets", "tables"]

Line = list[Passage]
NUMERIC = re.compile(r"^[\d.,'\s€$¥£%/+-]*\d[\d.,'\s€$¥£%/+-]*$")
INNER = re.compile(r"^([^\d:：]{2,40}?)\s*[:：]\s*(\S.*)$")
REVISED = re.compile(r"^(\S*\d\S*?),?\s+(?:rev(?:ision)?|index|ind)\.?\s*[:：]?\s*(\w{1,4})$", re.IGNORECASE)
FOOT = re.compile(r"^(?:seite|page|blatt|第)\s*\d+|^\d+\s*/\s*\d+$|^(?:übertrag|carried (?:forward|over)|zwischensumme)", re.IGNORECASE)
FAR = 4.5


class Row(msgspec.Struct):
    """One row: the runs of each column, and what it says beside the columns (``Zeichnung: 4711-2``)."""

    cells: list[list[Passage]]
    more: list[tuple[str, str, Passage]] = []

    @property
    def bottom(self) -> float:
        """Where its lowest run ends."""
        return max((run.box[3] for cell in self.cells for run in cell), default=0.0)


class Table(msgspec.Struct):
    """A table: the runs of its titles, one list a column, and its rows; ``open``: it reached the end of the page.

    ``zones`` are the columns' left and right ends where ruled lines or the rows themselves tell them.
    """

    titles: list[list[Passage]]
    rows: list[Row]
    open: bool = False
    zones: list[tuple[float, float]] = []

    @property
    def names(self) -> list[str]:
        """The titles as text."""
        return [_joined(title) for title in self.titles]


def lines_of(passages: Sequence[Passage]) -> list[Line]:
    """Gather runs to lines, from top to bottom and left to right."""
    lines: list[Line] = []
    for run in sorted(passages, key=lambda run: (run.box[1] + run.box[3]) / 2):
        middle = (run.box[1] + run.box[3]) / 2
        if lines:
            first = lines[-1][0].box
            height = min(first[3] - first[1], run.box[3] - run.box[1])
            if abs((first[1] + first[3]) / 2 - middle) < max(height, 2.0) * 0.45:
                lines[-1].append(run)
                continue
        lines.append([run])
    return [sorted(line, key=lambda run: run.box[0]) for line in lines]


Head = tuple[list[list[Passage]], int]


def _header(lines: list[Line], at: int) -> Head | None:
    """Return the titles that begin in a line, of up to three lines where they are broken, and the line after them; None when there are none."""
    found = _band(lines, at)
    if found is None:
        return None
    later = [other for start in range(at + 1, min(found[1][1], len(lines))) if (other := _band(lines, start)) is not None and other[0] > found[0]]
    return None if later else found[1]


def _band(lines: list[Line], at: int) -> tuple[int, Head] | None:
    """Return how many titles are known of those that begin in a line, and the titles."""
    best: Head | None = None
    most = 0
    band: Line = []
    for end in range(at + 1, min(at + 4, len(lines) + 1)):
        line = lines[end - 1]
        if any(NUMERIC.match(run.text) for run in line) or (band and not _close(band, line)):
            break
        band = [*band, *line]
        groups = _groups(band)
        known = [group for group in groups if is_title(_joined(group))]
        goes_on = len(known) == most > 0 and all(any(run in group for group in known) or run.text[0] in "([/" for run in line)
        if (len(known) > most or goes_on) and len(known) >= 2 and len(known) * 2 >= len(groups) and (len(groups) >= 3 or len(known) == 2):
            best, most = (groups, end), len(known)
    return (most, best) if best is not None else None


def _close(band: Line, line: Line) -> bool:
    height = line[0].box[3] - line[0].box[1]
    return min(run.box[1] for run in line) - max(run.box[3] for run in band) < 0.6 * height


def _groups(band: Line) -> list[list[Passage]]:
    """Put together what stands over or under one another."""
    groups: list[list[Passage]] = []
    for run in sorted(band, key=lambda run: run.box[0]):
        if groups and run.box[0] < max(other.box[2] for other in groups[-1]):
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _is_header(lines: list[Line], at: int) -> bool:
    return _header(lines, at) is not None


def tables(page: Page, before: Table | None = None) -> tuple[list[Table], set[Passage]]:
    """Return the tables of a page and the runs they used. ``before`` is a table of the page before that may go on without titles."""
    lines = lines_of(page.passages)
    made: list[Table] = []
    used: set[Passage] = set()
    at = 0
    if before is not None and before.open:
        top = next((index for index, line in enumerate(lines) if len(line) >= 3 and _fits(before, line)), len(lines))
        if not any(_is_header(lines, index) for index in range(min(top + 1, len(lines)))) and top < len(lines):
            at = _body(page, before, lines, top, used)
    while at < len(lines):
        head = _header(lines, at)
        if head is None:
            at += 1
            continue
        titles, start = head
        table = Table(titles, [])
        table.zones = _ruled(page, titles) or _clustered(titles, lines[start:])
        used.update(run for title in titles for run in title)
        at = _body(page, table, lines, start, used)
        if table.rows:
            made.append(table)
    return made, used


def _fits(table: Table, line: Line) -> bool:
    columns = [_column(table, run.box) for run in line]
    return len(set(columns)) == len(columns) and any(NUMERIC.match(run.text) for run in line)


def _ruled(page: Page, titles: list[list[Passage]]) -> list[tuple[float, float]]:
    """Return the columns by the vertical lines beside their titles, [] when they do not part all of them."""
    zones: list[tuple[float, float]] = []
    for title in titles:
        left, right = _span(title)
        middle = (min(run.box[1] for run in title) + max(run.box[3] for run in title)) / 2
        lines = [x for x, top, bottom, _ in page.uprights if top - 2 <= middle <= bottom + 2]
        before, after = [x for x in lines if x <= left + 1], [x for x in lines if x >= right - 1]
        if not before or not after:
            return []
        zones.append((max(before), min(after)))
    apart = all(one[1] <= other[0] + 1.5 for one, other in pairwise(zones))
    return zones if apart else []


def _clustered(titles: list[list[Passage]], lines: list[Line]) -> list[tuple[float, float]]:
    """Return the columns by what stands in full rows, [] when that does not give one for each title."""
    runs: list[Box] = [(*_span(title), 0.0, 0.0) for title in titles]
    for index, line in enumerate(lines):
        if carried(line[0].text):
            continue
        if total(line[0].text) or _is_header(lines, index):
            break
        if len(line) >= max(2, 0.6 * len(titles)):
            runs.extend((run.box[0], run.box[2], 0.0, 0.0) for run in line)
    merged: list[tuple[float, float]] = []
    for left, right, _, _ in sorted(runs):
        if merged and left < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], right))
        else:
            merged.append((left, right))
    return merged if len(merged) == len(titles) else []


def _span(title: list[Passage]) -> tuple[float, float]:
    return min(run.box[0] for run in title), max(run.box[2] for run in title)


def _column(table: Table, box: Box) -> int:
    """Return the column a run belongs to: the zone it lies in, else the title it stands under, else the one it is aligned with, else the nearest."""
    if table.zones:
        return max(range(len(table.zones)), key=lambda index: min(table.zones[index][1], box[2]) - max(table.zones[index][0], box[0]))
    spans = [_span(title) for title in table.titles]
    under = [index for index, (left, right) in enumerate(spans) if min(right, box[2]) - max(left, box[0]) > 0]
    if len(under) == 1:
        return under[0]

    def away(index: int) -> float:
        left, right = spans[index]
        aligned = min(abs(left - box[0]), abs(right - box[2]), abs((left + right) / 2 - (box[0] + box[2]) / 2))
        return aligned if under else max(left - box[2], box[0] - right, 0.0)

    return min(under or range(len(spans)), key=away)


def _body(page: Page, table: Table, lines: list[Line], start: int, used: set[Passage]) -> int:
    """Read rows from line ``start`` on; return the line after the table."""
    anchor = _anchor(table.names)
    end, last = start, None
    taken: list[tuple[Line, bool]] = []
    pitch = 0.0
    while end < len(lines):
        line = lines[end]
        height = line[0].box[3] - line[0].box[1]
        if carried(line[0].text) and not any(anchored for _, anchored in taken):
            used.update(line)
            end += 1
            continue
        if total(line[0].text) or _is_header(lines, end) or FOOT.match(line[0].text):
            break
        anchored = _is_anchor(table, line, anchor)
        if last is not None and not anchored and line[0].box[1] - last > max(FAR * height if not taken else 2.2 * height, pitch):
            break
        if anchored and last is not None:
            pitch = max(pitch, (line[0].box[1] - last) * 1.2)
        taken.append((line, anchored))
        last = max(run.box[3] for run in line)
        end += 1
    while taken and not any(anchored for _, anchored in taken):
        taken.pop()
    end -= _tail(table, taken)
    table.open = end >= len(lines) or bool(FOOT.match(lines[end][0].text)) or lines[end][0].box[1] > page.height * 0.9
    _rows(page, table, taken)
    used.update(run for line, _ in taken for run in line)
    return max(end, start)


def _tail(table: Table, taken: list[tuple[Line, bool]]) -> int:
    """Take away the lines after the last row that run across columns or stand apart, as a remark or a greeting does; return how many."""
    last = max((index for index, (_, anchored) in enumerate(taken) if anchored), default=-1)
    within = max((_gap(taken[index][0], taken[index - 1][0]) for index in range(1, last + 1) if not taken[index][1] and index - 1 >= 0), default=0.0)
    for index in range(last + 1, len(taken)):
        line = taken[index][0]
        apart = _gap(line, taken[index - 1][0]) > max(1.2 * within, 0.75 * (line[0].box[3] - line[0].box[1]))
        if last >= 0 and (apart or any(_across(table, run) for run in line)):
            gone = len(taken) - index
            del taken[index:]
            return gone
    return 0


def _gap(line: Line, before: Line) -> float:
    return min(run.box[1] for run in line) - max(run.box[3] for run in before)


def _across(table: Table, run: Passage) -> bool:
    spans = [_span(title) for title in table.titles]
    under = [index for index, (left, right) in enumerate(spans) if min(right, run.box[2]) - max(left, run.box[0]) > 0]
    return len(under) > 1 or (" " in run.text and is_position(table.names[_column(table, run.box)]))


def _fitting(table: Table, taken: list[tuple[Line, bool]]) -> list[tuple[Line, bool]]:
    """Leave out lines between rows that fit into no column, and from the first such line after the last row on: there the table has ended."""
    anchors = [index for index, (_, anchored) in enumerate(taken) if anchored]
    if not anchors:
        return []
    zones = _zones(table, [line for line, anchored in taken if anchored])
    kept: list[tuple[Line, bool]] = []
    for index, (line, anchored) in enumerate(taken):
        if anchored or _fits_zones(table, line, zones):
            kept.append((line, anchored))
        elif index > anchors[-1]:
            break
    return kept


def _zones(table: Table, anchored: list[Line]) -> list[tuple[float, float]]:
    """Return for each column from where to where its text may reach: up to where the next column's begins."""
    lefts = [left for left, _ in table.zones] or [_span(title)[0] for title in table.titles]
    for line in anchored:
        for run in line:
            column = _column(table, run.box)
            lefts[column] = min(lefts[column], run.box[0])
    return [(left, lefts[index + 1] if index + 1 < len(lefts) else 1e9) for index, left in enumerate(lefts)]


def _fits_zones(table: Table, line: Line, zones: list[tuple[float, float]]) -> bool:
    for run in line:
        column = _column(table, run.box)
        left, right = zones[column]
        said = INNER.match(run.text) is not None and column > 0
        if (run.box[0] < left - 3 or run.box[2] > right + 3) and not said:
            return False
    return not (len(line) == 1 and _column(table, line[0].box) == 0 and is_position(table.names[0]) and not INNER.match(line[0].text))


def _anchor(names: list[str]) -> list[int]:
    """Return the columns one of which every row fills in its first line: the position and the quantity, else all but the first words."""
    found = [index for index, name in enumerate(names) if is_count(name)] or [index for index, name in enumerate(names) if is_position(name)]
    return found or list(range(1, len(names)))


def _is_anchor(table: Table, line: Line, anchor: list[int]) -> bool:
    columns = {_column(table, run.box) for run in line}
    numbered = {_column(table, run.box) for run in line if any(sign.isdigit() for sign in run.text)}
    return len(columns) >= 2 and any(index in numbered for index in anchor)


def _rows(page: Page, table: Table, taken: list[tuple[Line, bool]]) -> None:
    """Give each line to its row; what stands above the first line of the first row belongs to it."""
    anchors = [index for index, (_, anchored) in enumerate(taken) if anchored]
    if not anchors:
        return
    starts = [0, *(_split(page, table, [line for line, _ in taken[one : other + 1]]) + one for one, other in pairwise(anchors)), len(taken)]
    for start, end in pairwise(starts):
        row = Row([[] for _ in table.titles])
        for line, anchored in taken[start:end]:
            _put(table, row, line, anchored)
        table.rows.append(row)


def _split(page: Page, table: Table, lines: list[Line]) -> int:
    """Return with which of the lines from one row's first line to the next row's the next row begins: after a ruled line, else after the widest gap."""
    left, right = _span([run for title in table.titles for run in title])
    rules = [y for y, start, end, _ in page.levels if start < right and end > left]
    best, widest = len(lines) - 1, 0.0
    for index in range(len(lines) - 1, 0, -1):
        low, high = max(run.box[3] for run in lines[index - 1]), min(run.box[1] for run in lines[index])
        if any(low - 2 < y < high + 2 for y in rules):
            return index
        if high - low > widest * 1.25 + 1:
            best, widest = index, high - low
    return best


def _put(table: Table, row: Row, line: Line, anchored: bool) -> None:
    for run in line:
        inner = INNER.match(run.text)
        if inner and len(inner.group(1).split()) <= 4 and (not anchored or is_title(inner.group(1))):
            title, value = inner.group(1).strip(), inner.group(2).strip()
            revised = REVISED.match(value)
            row.more.append((title, revised.group(1) if revised else value, run))
            if revised:
                row.more.append(("Rev.", revised.group(2), run))
        else:
            row.cells[_column(table, run.box)].append(run)


def _joined(runs: Sequence[Passage]) -> str:
    text = ""
    for run in sorted(runs, key=lambda run: (round(run.box[1] / 3), run.box[0])):
        broken = text.endswith("-") and len(text) > 2 and text[-2].isalpha() and run.text[:1].islower()
        whole = text.endswith("-") and text[-2:-1].isdigit() and run.text[:1].isdigit()
        text = text[:-1] + run.text if broken else text + run.text if whole else f"{text} {run.text}".strip()
    return text


def _place(runs: Sequence[Passage]) -> Place:
    boxes = [run.box for run in runs]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    return Place(page=runs[0].page, box=box)


def sheets(found: Sequence[Table]) -> list[Sheet]:
    """Return tables as sheets: titles in the first row, each cell with its page and box; a table that goes on with the same titles is one."""
    merged: list[Table] = []
    for table in found:
        if merged and merged[-1].names == table.names:
            merged[-1].rows.extend(table.rows)
        else:
            merged.append(table)
    return [_sheet(table, number) for number, table in enumerate(merged, 1)]


def _sheet(table: Table, number: int) -> Sheet:
    titles: list[str] = list(table.names)
    for row in table.rows:
        titles.extend(title for title, _, _ in row.more if title not in titles)
    sheet = Sheet(f"table {number}", [list(titles)])
    for column, runs in enumerate(table.titles):
        sheet.places[0, column] = _place(runs)
    for index, row in enumerate(table.rows, 1):
        cells: list[str | None] = [None] * len(titles)
        for column, runs in enumerate(row.cells):
            if runs:
                cells[column] = _joined(runs)
                sheet.places[index, column] = _place(runs)
        for title, value, run in row.more:
            column = titles.index(title)
            cells[column] = value if cells[column] is None else f"{cells[column]} {value}"
            sheet.places[index, column] = Place(page=run.page, box=run.box)
        sheet.rows.append(list(cells))
    return sheet
