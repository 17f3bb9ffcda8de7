"""What an item would change, what is doubtful in it, what came with it, and what it did when it went in."""

from typing import Any

from plait.console.html import Markup, chip, icon, join, link, pairs, since, table, tag, when
from plait.console.page import Page
from plait.console.screens.desk_sheet import Edits, cell_id, spot_of
from plait.console.screens.desk_words import LEVELS, VIA, field_word, holds, state_shown
from plait.kernel.texts import Texts
from plait.manufacturing.desk.inbox.model import Applied, Change, Item, Kept, Preview, TableView
from plait.manufacturing.desk.inbox.rules import place_words
from plait.manufacturing.desk.reading.model import Issue
from plait.overview import paths

__all__ = ["changes_shown", "counted", "doubts_shown", "went_in_shown", "with_it_shown"]

MOST = 100
ACTIONS = {
    "new": ("good", "new"),
    "changed": ("warn", "changed"),
    "same": ("note", "the same"),
    "gone": ("bad", "would be closed"),
    "refused": ("bad", "cannot go in"),
}
RANK = {"refused": 0, "warning": 1, "note": 2}


def counted(t: Texts, counts: dict[str, int], *, done: bool = False) -> str:
    """Return counts of changes in words: ``38 new, 3 changed``."""
    said = [(number, "closed" if done and action == "gone" else ACTIONS[action][1]) for action in ACTIONS if (number := counts.get(action, 0))]
    return ", ".join(f"{t.number(number)} {t(word)}" for number, word in said)


# -- what is doubtful


def doubts_shown(page: Page, preview: Preview, edits: Edits, *, edit: bool) -> Markup | str:
    """Return every doubt: where, what is wrong, what to do; a value that keeps a row out can be typed in there."""
    t = page.t
    found: list[tuple[int, Markup]] = []
    for number, view in enumerate(preview.tables):
        for at, row in enumerate(view.rows):
            open_ = [issue for issue in row.issues if (number, at, issue.field) not in edits]
            found += [(RANK[issue.level], _doubt(page, number, view, at, row.row, issue, edit=edit)) for issue in open_]
    found += [(RANK[issue.level], _plain_doubt(t, issue)) for issue in preview.issues]
    corrected = [_corrected(t, preview, key, text) for key, text in edits.items() if key[0] < len(preview.tables)]
    if not found and not corrected:
        return ""
    found.sort(key=lambda each: each[0])
    shown = [each for _, each in found[:MOST]]
    rest = tag("p", t("and {count} more", count=t.number(len(found) - MOST)), cls="p-soft") if len(found) > MOST else ""
    title = t("One value to look at") if len(found) == 1 else t("{count} values to look at", count=t.number(len(found))) if found else t("Corrected here")
    return tag("section", tag("h2", title), tag("ul", corrected, shown, cls="p-list p-doubts"), rest, cls="p-card")


def _doubt(page: Page, number: int, view: TableView, at: int, row: int, issue: Issue, *, edit: bool) -> Markup:
    t = page.t
    spot = spot_of(view, row, issue)
    where: Any = place_words(issue.place) or t("row {number}", number=row)
    where = _place(t, issue) or where
    if spot is not None:
        where = tag("a", where, href=f"#{cell_id(number, spot)}", data_cell=cell_id(number, spot), cls="p-inline")
    typed: Any = ""
    if edit and issue.field and issue.level != "note":
        label = t("{field}, row {row}", field=field_word(t, issue.field), row=row)
        is_day = issue.field in {"due", "ordered", "promised", "respond_by", "valid_from", "valid_until", "date", "until", "counted"}
        value = view.rows[at].values.get(issue.field)
        field = tag(
            "input",
            type="date" if is_day else "text",
            value="" if value is None else str(value),
            data_pick=f"{number}.value.{at}.{issue.field}",
            cls="p-cell-input",
        )
        typed = tag("label", tag("span", label, cls="p-soft p-small"), field, cls="p-row p-beside")
    state, word = LEVELS[issue.level]
    said = join(tag("strong", where), " ", tag("q", issue.text) if issue.text else "")
    words = tag("div", tag("p", said), tag("p", issue.reason), tag("p", t(issue.fix), cls="p-soft p-small"), typed)
    return tag("li", words, chip(state, t(word)))


def _place(t: Texts, issue: Issue) -> str:
    if issue.place.page:
        return t("page {number}", number=issue.place.page)
    return ""


def _plain_doubt(t: Texts, issue: Issue) -> Markup:
    where = _place(t, issue) or place_words(issue.place)
    state, word = LEVELS[issue.level]
    said = tag("p", tag("strong", where), " ", tag("q", issue.text) if issue.text else "") if where or issue.text else ""
    return tag("li", tag("div", said, tag("p", issue.reason), tag("p", t(issue.fix), cls="p-soft p-small")), chip(state, t(word)))


def _corrected(t: Texts, preview: Preview, key: tuple[int, int, str], text: str) -> Markup:
    number, at, name = key
    rows = preview.tables[number].rows
    row = rows[at].row if at < len(rows) else 0
    was = rows[at].values.get(name) if at < len(rows) else None
    said = join(t("{field}, row {row}", field=field_word(t, name), row=row), ": ", tag("s", str(was)) if was is not None else "", " → ", tag("strong", text))
    back = tag("button", t("As it was"), type="button", cls="p-quiet", data_act="unedit", data_arg=f"{number}.{at}.{name}")
    return tag("li", tag("div", tag("p", said)), back, chip("good", t("corrected here")))


# -- what it would change


def changes_shown(page: Page, preview: Preview) -> Markup | str:
    """Return the differences to what is there already."""
    t = page.t
    changes = [change for view in preview.tables for change in view.changes if change.action != "same" or change.text]
    if not preview.tables:
        return ""
    same = preview.counts.get("same", 0)
    parts: list[Any] = [tag("h2", t("What it changes"))]
    if changes:
        rows = [_change(t, change) for change in changes[:MOST]]
        parts.append(table((t("What"), "", t("How"), t("Row")), rows, label=t("What it changes"), numbers=(3,)))
        if len(changes) > MOST:
            parts.append(tag("p", t("and {count} more", count=t.number(len(changes) - MOST)), cls="p-soft"))
    if same:
        one, many = t("One is there already just so."), t("{count} are there already just so.", count=t.number(same))
        parts.append(tag("p", one if same == 1 else many, cls="p-soft"))
    if not changes and not same:
        parts.append(tag("p", t("It changes nothing."), cls="p-soft"))
    if preview.missing:
        said = t("In the list before and not in this one: {names}", names=", ".join(preview.missing[:20]))
        parts.append(tag("p", icon("info"), " ", said, cls="p-soft"))
    return tag("section", *parts, cls="p-card")


def _change(t: Texts, change: Change) -> tuple[Any, ...]:
    state, word = ACTIONS[change.action]
    nothing = t("nothing")
    lines = [tag("li", field_word(t, each.field), ": ", tag("s", each.was or nothing), " → ", tag("strong", each.now or nothing)) for each in change.changes]
    how = join(tag("p", change.text) if change.text else "", tag("ul", lines) if lines else "")
    return change.key, chip(state, t(word)), how, str(change.row) if change.row else ""


# -- when it went in


def went_in_shown(page: Page, preview: Preview, *, may: bool) -> Markup | str:
    """Return what it did when it went in, with the way back and where to go on."""
    t = page.t
    done = [each for each in preview.applied if not each.undone]
    if not done:
        return ""
    rows = [tag("li", tag("div", tag("p", _went(t, each)), tag("p", since(each.at, t), " · ", each.actor, cls="p-soft p-small"))) for each in done]
    kinds = {kind for each in done for kind in each.kinds}
    ways = [
        link(name, href, cls="p-quiet")
        for kind, name, href in (
            ("orders", t("Orders"), paths.orders()),
            ("request", t("Offers"), paths.offers()),
            ("parts", t("Parts"), paths.parts()),
            ("stock", t("Parts"), paths.parts()),
            ("routings", t("Parts"), paths.parts()),
        )
        if kind in kinds
    ]
    back = tag("button", icon("undo"), t("Take it back"), type="button", cls="p-quiet", data_act="undo") if may else ""
    return tag("section", tag("h2", t("It went in")), tag("ul", rows, cls="p-list"), tag("div", list(dict.fromkeys(ways)), back, cls="p-row"), cls="p-card")


def _went(t: Texts, each: Applied) -> str:
    said = counted(t, each.counts, done=True) or t("nothing changed")
    return f"{said} ({t('as the whole list')})" if each.whole else said


# -- what came with it


def with_it_shown(page: Page, preview: Preview) -> Markup:
    """Return how it came, what a mail says, and what was attached."""
    t, item = page.t, preview.item
    rows: list[tuple[str, Any]] = [
        (t("From"), item.sender or t("nobody named")),
        (t("Came"), join(when(item.received, t), " · ", t(VIA.get(item.via, item.via)))),
        (t("Subject"), preview.header.get("subject", "")),
        (t("Came with"), link(item.parent, paths.file(item.parent)) if item.parent else ""),
        (t("List before it"), link(item.previous, paths.file(item.previous)) if item.previous else ""),
        (t("As it came"), link(join(icon("download"), item.name), f"/api/v1/desk/inbox/{item.id}/content")),
    ]
    text = tag("pre", preview.text, cls="p-mail") if preview.text else ""
    attached = [_attached(page, each, preview.children) for each in preview.attachments]
    named = {each.name for each in preview.attachments}
    attached += [_child(page, each) for each in preview.children if each.name not in named]
    files = join(tag("h3", t("Attached"), cls="p-h3"), tag("ul", attached, cls="p-list")) if attached else ""
    title = t("The mail") if preview.format in {"email", "eml"} or preview.text else t("How it came")
    return tag("section", tag("h2", title), pairs(rows), text, files, cls="p-card")


def _attached(page: Page, each: Kept, children: list[Item]) -> Markup:
    t = page.t
    known = [
        t("Drawing {number}", number=each.drawing_no) if each.drawing_no else "",
        t("Revision {name}", name=each.revision) if each.revision else "",
        f"{t.number(max(1, each.size // 1000))} kB",
    ]
    part = join(" · ", link(each.part_id, paths.part(each.part_id))) if each.part_id else ""
    save = link(join(icon("download"), each.name), f"/api/v1/desk/attachments/{each.id}/content")
    child = next((item for item in children if item.sha256 == each.sha256), None)
    read = join(tag("p", link(t("how it is read"), paths.file(child.id)), " ", holds(t, child), cls="p-small")) if child is not None else ""
    return tag("li", icon("attach_file"), tag("div", tag("p", save), tag("p", " · ".join(filter(None, known)), part, cls="p-soft p-small"), read))


def _child(page: Page, item: Item) -> Markup:
    t = page.t
    words = tag("div", tag("p", link(item.name, paths.file(item.id))), tag("p", holds(t, item), cls="p-soft p-small"))
    return tag("li", icon("attach_file"), words, state_shown(t, item))
