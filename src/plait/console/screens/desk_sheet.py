"""A table of an item: the cells as they stand there, above each column what it is read as, and its rows as they are understood."""

import re
from collections.abc import Mapping as Lookup
from typing import Any

from plait.console.html import Markup, chip, icon, join, tag
from plait.console.page import Page
from plait.console.screens.desk_said import said as in_words
from plait.console.screens.desk_words import KIND_WORDS, STYLES, field_word, letters, sure_words
from plait.kernel.texts import Texts
from plait.manufacturing.desk.inbox.model import Row, TableView
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Column, Issue

__all__ = ["Edits", "cell_id", "spot_of", "table_shown"]

WIDEST = 60
LONGEST = 160
TITLE_ROWS = 15
SHOWN = 100
NUMBERS = frozenset({"number", "quantity", "money", "percent", "duration"})
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
Edits = Lookup[tuple[int, int, str], str]
"""Values that a person has corrected on the page, by table, row within it and field."""


def table_shown(page: Page, number: int, view: TableView, edits: Edits, *, may: bool, edit: bool) -> Markup:
    """Return one table. ``number`` counts the tables from 0; ``may``: its reading can be corrected; ``edit``: values can be typed."""
    t, mapping = page.t, view.mapping
    sheet = _sheet(page, number, view, may=may) if view.cells and mapping.columns else ""
    rows = _rows(page, number, view, edits, edit=edit)
    understood: Any = rows
    if sheet and not edit:
        understood = tag("details", tag("summary", t("As it is understood")), rows, cls="p-details")
    known = {name: text for name, text in mapping.constants.items() if name in KINDS[mapping.kind]}
    constants = [tag("li", field_word(t, name), ": ", tag("strong", text), " ", t("(for all rows)")) for name, text in known.items()]
    said = tag("ul", constants, cls="p-soft p-small") if constants else ""
    return tag("section", _head(page, number, view, may=may), said, sheet, _more(t, view), understood, cls="p-card")


def _head(page: Page, number: int, view: TableView, *, may: bool) -> Markup:
    t, mapping = page.t, view.mapping
    title = join(t(KIND_WORDS[mapping.kind]), tag("span", f" · {mapping.sheet}", cls="p-soft") if mapping.sheet else "")
    parts: list[Any] = []
    if may and view.cells and mapping.columns:
        kinds = {kind: t(word) for kind, word in KIND_WORDS.items()}
        parts.append(_choice(f"{number}.kind", t("It is about"), kinds, mapping.kind, beside=True))
        rows = {str(row): t("row {number}", number=row + 1) for row in range(min(TITLE_ROWS, len(view.cells)))}
        if mapping.header[0] >= 0:
            parts.append(_choice(f"{number}.header", t("Titles stand in"), rows, str(mapping.header[0]), beside=True))
    return tag("header", tag("h2", title), tag("div", parts, cls="p-row") if parts else "")


def _choice(pick: str, label: str, options: Lookup[str, str], chosen: str, *, beside: bool = False, title: str = "") -> Markup:
    made = tag(
        "select",
        [tag("option", text, value=value, selected=value == chosen) for value, text in options.items()],
        data_pick=pick,
        cls="p-pick",
        aria_label=None if beside else label,
        title=title or None,
    )
    return tag("label", tag("span", label, cls="p-soft p-small"), made, cls="p-row p-beside") if beside else made


def _more(t: Texts, view: TableView) -> Markup | str:
    shown = min(SHOWN, len(view.cells) - view.mapping.header[1] - 1)
    if not view.cells or view.total <= shown:
        return ""
    return tag("p", t("The first {shown} of {all} rows are shown; all of them are read.", shown=shown, all=t.number(view.total)), cls="p-soft p-small")


# -- the cells as they stand there


def spot_of(view: TableView, row: int, issue: Issue) -> tuple[int, int] | None:
    """Return row and column (from 0) of the cell that a doubt is about, None when it is about no cell that is shown."""
    at: tuple[int, int] | None = None
    found = _CELL.fullmatch(issue.place.cell) if issue.place.sheet == view.mapping.sheet else None
    if found is not None:
        column = 0
        for sign in found[1]:
            column = column * 26 + ord(sign) - 64
        at = (int(found[2]) - 1, column - 1)
    elif row > 0:
        column = next((each.index for each in view.mapping.columns if each.field and each.field == issue.field), -1)
        at = (row - 1, column) if column >= 0 else None
    if at is None or not (0 <= at[0] < min(len(view.cells), view.mapping.header[1] + 1 + SHOWN) and 0 <= at[1] < WIDEST):
        return None
    return at


def cell_id(number: int, at: tuple[int, int]) -> str:
    """Return the id of a cell on the page."""
    return f"c-{number}-{at[0]}-{at[1]}"


def _sheet(page: Page, number: int, view: TableView, *, may: bool) -> Markup:
    t, mapping = page.t, view.mapping
    width = min(WIDEST, max([len(row) for row in view.cells] + [column.index + 1 for column in mapping.columns]))
    by_index = {column.index: column for column in mapping.columns}
    meanings = [_meaning(page, number, view, by_index.get(index, Column(index, "")), may=may) for index in range(width)]
    names = [tag("th", letters(index), scope="col", cls="p-letter") for index in range(width)]
    doubts: dict[tuple[int, int], list[Issue]] = {}
    refused: set[int] = set()
    for row in view.rows:
        refused |= {row.row - 1} if any(issue.level == "refused" for issue in row.issues) else set()
        for issue in row.issues:
            at = spot_of(view, row.row, issue)
            if at is not None:
                doubts.setdefault(at, []).append(issue)
    body = [_line(t, number, at, cells, width, view, doubts, at in refused) for at, cells in enumerate(view.cells[: mapping.header[1] + 1 + SHOWN])]
    corner = tag("th", t("is read as"), scope="col", cls="p-corner p-small p-soft")
    head = tag("thead", tag("tr", corner, meanings, cls="p-meanings"), tag("tr", tag("th", "", cls="p-corner"), names))
    label = t("The cells of {sheet}, and what each column is read as", sheet=mapping.sheet or t(KIND_WORDS[mapping.kind]))
    made = tag("table", head, tag("tbody", body), cls="p-sheet", aria_label=label)
    return tag("div", made, cls="p-sheetbox", tabindex="0", role="region", aria_label=label)


def _meaning(page: Page, number: int, view: TableView, column: Column, *, may: bool) -> Markup:
    t, mapping = page.t, view.mapping
    fields = KINDS[mapping.kind]
    field = fields.get(column.field)
    word = field_word(t, column.field) if column.field else t("not read")
    title = " · ".join(part for part in (t(field.meaning) if field else "", column.why) if part)
    if not may:
        chosen: Markup = tag("strong", word, title=title or None)
    else:
        taken = {each.field for each in mapping.columns if each.field and each.index != column.index}
        options = {"": t("not read")} | {name: field_word(t, name) for name in fields if name not in taken}
        label = t("Column {letter} is read as", letter=letters(column.index))
        chosen = _choice(f"{number}.field.{column.index}", label, options, column.field, title=title)
    style = _style(t, number, column, field.kind if field else "") if may else ""
    sure = _sure(t, column, mapping.source) if column.field else ""
    return tag("th", chosen, sure, style, scope="col", cls=None if column.field else "is-unread")


def _sure(t: Texts, column: Column, source: str) -> Markup:
    state, word = sure_words(t, column.confidence, source)
    bar = tag("progress", "", value=round(column.confidence, 2), max=1, cls="p-sure", aria_hidden="true")
    return tag("span", bar, word, cls=f"p-row p-small p-sureness is-{state}")


def _style(t: Texts, number: int, column: Column, kind: str) -> Markup | str:
    options = STYLES["date"] if kind == "date" else STYLES["number"] if kind in NUMBERS else None
    if options is None:
        return ""
    said = {value: t(text) for value, text in options.items()}
    if column.style not in said:
        said[column.style] = column.style
    label = t("How column {letter} is written", letter=letters(column.index))
    return _choice(f"{number}.style.{column.index}", label, said, column.style)


def _line(t: Texts, number: int, at: int, cells: list[Any], width: int, view: TableView, doubts: Lookup[tuple[int, int], list[Issue]], refused: bool) -> Markup:
    first, last = view.mapping.header
    beyond = view.mapping.last >= 0 and at > view.mapping.last
    cls = "is-above" if at < first or beyond else "is-title" if at <= last else "is-refused" if refused else None
    shown = [_cell(t, number, (at, index), cells[index] if index < len(cells) else None, doubts.get((at, index), [])) for index in range(width)]
    return tag("tr", tag("th", str(at + 1), scope="row"), shown, cls=cls)


def _cell(t: Texts, number: int, at: tuple[int, int], value: Any, doubts: list[Issue]) -> Markup:
    text = "" if value is None else {True: t("yes"), False: t("no")}[value] if isinstance(value, bool) else str(value)
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
    if not doubts:
        return tag("td", short, title=text if short != text else None)
    level = "refused" if any(each.level == "refused" for each in doubts) else "warning" if any(each.level == "warning" for each in doubts) else "note"
    title = "\n".join(f"{in_words(t, each.reason)}. {t(each.fix)}" for each in doubts)
    sign = icon({"refused": "error", "warning": "warning", "note": "info"}[level], title)
    return tag("td", short, " ", sign, id=cell_id(number, at), title=title, tabindex="-1", cls=f"is-{level}")


# -- the rows as they are understood


def _rows(page: Page, number: int, view: TableView, edits: Edits, *, edit: bool) -> Markup:
    t = page.t
    used = {name for row in view.rows for name in row.values} | {name for table, _, name in edits if table == number}
    fields = [name for name in KINDS[view.mapping.kind] if name in used]
    if not fields:
        return tag("p", t("No row could be understood."), cls="p-soft")
    head = [tag("th", field_word(t, name), scope="col") for name in fields]
    body = []
    for at, row in enumerate(view.rows if edit else view.rows[:SHOWN]):
        wrong = any(issue.level == "refused" for issue in row.issues)
        cells = [_value(page, number, at, row, name, edits, edit=edit, kind=KINDS[view.mapping.kind][name].kind) for name in fields]
        body.append(tag("tr", tag("th", str(row.row), scope="row"), cells, cls="is-refused" if wrong else None))
    label = t("Rows as they are understood")
    made = tag("table", tag("thead", tag("tr", tag("th", t("Row"), scope="col", cls="p-corner"), head)), tag("tbody", body), cls="p-sheet", aria_label=label)
    return tag("div", made, cls="p-sheetbox", tabindex="0", role="region", aria_label=label)


def _place(t: Texts, place: str) -> str:
    """Return where a value stands: a page in the reader's language, a cell or path as it is."""
    number = place.removeprefix("page ")
    return t("page {number}", number=number) if number != place and number.isdigit() else place


def _value(page: Page, number: int, at: int, row: Row, name: str, edits: Edits, *, edit: bool, kind: str) -> Markup:
    t = page.t
    value = row.values.get(name)
    text = edits.get((number, at, name), "" if value is None else str(value))
    doubts = [issue for issue in row.issues if issue.field == name and (number, at, name) not in edits]
    level = next((each for each in ("refused", "warning") if any(issue.level == each for issue in doubts)), "")
    place = row.places.get(name, "")
    where = tag("span", _place(t, place), cls="p-soft p-small p-place") if place.startswith("page ") or "/" in place else ""
    title = "\n".join(f"{in_words(t, issue.reason)}. {t(issue.fix)}" for issue in doubts) or place or None
    shown: Any = text
    if edit:
        label = t("{field}, row {row}", field=field_word(t, name), row=row.row)
        shown = tag(
            "input", type="date" if kind == "date" else "text", value=text, data_pick=f"{number}.value.{at}.{name}", aria_label=label, cls="p-cell-input"
        )
    corrected = chip("good", t("corrected here")) if (number, at, name) in edits else ""
    return tag("td", shown, where, corrected, title=title, cls=f"is-{level}" if level else None)
