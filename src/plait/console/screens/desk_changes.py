"""What an item would change, what is doubtful in it, what came with it, and what it did when it went in."""

from typing import Any, NamedTuple

from plait.console.html import Markup, chip, icon, join, link, pairs, since, table, tag, when
from plait.console.page import Page
from plait.console.screens.desk_said import said
from plait.console.screens.desk_sheet import Edits, cell_id, spot_of
from plait.console.screens.desk_words import LEVELS, VIA, field_word, holds, letters, state_shown
from plait.kernel.texts import Texts
from plait.manufacturing.desk.inbox.model import Applied, Change, Item, Kept, Preview, TableView
from plait.manufacturing.desk.inbox.rules import place_words
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Issue
from plait.overview import paths

__all__ = ["changes_shown", "counted", "doubts_shown", "went_in_shown", "with_it_shown"]

MOST = 100
FEW = 8
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
    words = [(number, "closed" if done and action == "gone" else ACTIONS[action][1]) for action in ACTIONS if (number := counts.get(action, 0))]
    return ", ".join(f"{t.number(number)} {t(word)}" for number, word in words)


# -- what is doubtful


def doubts_shown(page: Page, preview: Preview, edits: Edits, *, edit: bool) -> Markup | str:
    """Return every doubt: where, what is wrong, what to do; a value that keeps a row out can be typed in there. Like doubts stand together."""
    t = page.t
    groups: dict[tuple[Any, ...], list[_Spot]] = {}
    for number, view in enumerate(preview.tables):
        for at, row in enumerate(view.rows):
            for issue in row.issues:
                if (number, at, issue.field) not in edits:
                    key = (RANK[issue.level], number, issue.field, issue.reason, issue.text if issue.level == "refused" else "")
                    groups.setdefault(key, []).append(_Spot(number, view, at, issue))
    found = [(key[0], _doubt(page, spots, alone=len(preview.tables) == 1, edit=edit)) for key, spots in groups.items()]
    found += [(RANK[issue.level], _plain_doubt(t, issue)) for issue in preview.issues]
    corrected = [_corrected(t, preview, key, text) for key, text in edits.items() if key[0] < len(preview.tables)]
    if not found and not corrected:
        return ""
    found.sort(key=lambda each: each[0])
    rest = tag("p", t("and {count} more", count=t.number(len(found) - MOST)), cls="p-soft") if len(found) > MOST else ""
    title = t("One thing to look at") if len(found) == 1 else t("{count} things to look at", count=t.number(len(found))) if found else t("Corrected here")
    shown = tag("ul", corrected, [each for _, each in found[:MOST]], cls="p-list p-doubts")
    return tag("section", tag("h2", title), shown, rest, cls="p-card")


class _Spot(NamedTuple):
    """A doubt with the table (``number`` and ``view``) and the place among its rows (``at``) it is about."""

    number: int
    view: TableView
    at: int
    issue: Issue

    @property
    def row(self) -> int:
        """The row for people, from 1."""
        return self.view.rows[self.at].row


def _doubt(page: Page, spots: list[_Spot], *, alone: bool, edit: bool) -> Markup:
    t, issue = page.t, spots[0].issue
    places = [_where(t, each, alone=alone) for each in spots[:FEW]]
    where = [join(", " if at else "", place) for at, place in enumerate(places)]
    if len(spots) > FEW:
        where.append(join(" ", t("and {count} more", count=t.number(len(spots) - FEW))))
    typed: Any = _typed(t, spots[0]) if edit and len(spots) == 1 and issue.field and issue.level != "note" else ""
    state, word = LEVELS[issue.level]
    head = join(tag("strong", where), " ", tag("q", issue.text) if issue.text and len(spots) == 1 else "")
    words = tag("div", tag("p", head), tag("p", said(t, issue.reason)), tag("p", t(issue.fix), cls="p-soft p-small"), typed)
    return tag("li", words, chip(state, t(word)))


def _where(t: Texts, spot: _Spot, *, alone: bool) -> Markup:
    place, cell = spot.issue.place, spot_of(spot.view, spot.row, spot.issue)
    named = f"{letters(cell[1])}{cell[0] + 1}" if cell is not None and alone else place_words(place) or t("row {number}", number=spot.row)
    name = _place(t, spot.issue) or named
    if cell is None:
        return tag("span", name)
    id = cell_id(spot.number, cell)
    return tag("a", name, href=f"#{id}", data_cell=id, cls="p-inline")


def _typed(t: Texts, spot: _Spot) -> Markup:
    name = spot.issue.field
    known = KINDS[spot.view.mapping.kind].get(name)
    if known is None:
        return join("")
    value = spot.view.rows[spot.at].values.get(name)
    pick = f"{spot.number}.value.{spot.at}.{name}"
    text = "" if value is None else str(value)
    field = tag("input", type="date" if known.kind == "date" else "text", value=text, data_pick=pick, cls="p-cell-input")
    label = t("{field}, row {row}", field=field_word(t, name), row=spot.row)
    return tag("label", tag("span", label, cls="p-soft p-small"), field, cls="p-row p-beside")


def _place(t: Texts, issue: Issue) -> str:
    if issue.place.page:
        return t("page {number}", number=issue.place.page)
    return ""


def _plain_doubt(t: Texts, issue: Issue) -> Markup:
    where = _place(t, issue) or place_words(issue.place)
    state, word = LEVELS[issue.level]
    head = tag("p", tag("strong", where), " ", tag("q", issue.text) if issue.text else "") if where or issue.text else ""
    return tag("li", tag("div", head, tag("p", said(t, issue.reason)), tag("p", t(issue.fix), cls="p-soft p-small")), chip(state, t(word)))


def _corrected(t: Texts, preview: Preview, key: tuple[int, int, str], text: str) -> Markup:
    number, at, name = key
    rows = preview.tables[number].rows
    row = rows[at].row if at < len(rows) else 0
    was = rows[at].values.get(name) if at < len(rows) else None
    words = join(t("{field}, row {row}", field=field_word(t, name), row=row), ": ", tag("s", str(was)) if was is not None else "", " → ", tag("strong", text))
    back = tag("button", t("As it was"), type="button", cls="p-quiet", data_act="unedit", data_arg=f"{number}.{at}.{name}")
    return tag("li", tag("div", tag("p", words)), back, chip("good", t("corrected here")))


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
        before = t("In the list before and not in this one: {names}", names=", ".join(preview.missing[:20]))
        parts.append(tag("p", icon("info"), " ", before, cls="p-soft"))
    if preview.item.state == "applied":
        if all(change.action == "same" for change in changes):
            return ""
        return tag("details", tag("summary", t("What it would change if it were put in again")), *parts[1:], cls="p-card p-details")
    return tag("section", *parts, cls="p-card")


def _change(t: Texts, change: Change) -> tuple[Any, ...]:
    state, word = ACTIONS[change.action]
    nothing = t("nothing")
    lines = [tag("li", field_word(t, each.field), ": ", tag("s", each.was or nothing), " → ", tag("strong", each.now or nothing)) for each in change.changes]
    how = join(tag("p", said(t, change.text)) if change.text else "", tag("ul", lines) if lines else "")
    return change.key, chip(state, t(word)), how, str(change.row) if change.row else ""


# -- when it went in


def went_in_shown(page: Page, preview: Preview, *, may: bool) -> Markup | str:
    """Return what it did when it went in, with the way back and where to go on."""
    t = page.t
    done = [each for each in preview.applied if not each.undone]
    if not done:
        return ""
    rows = [tag("li", tag("div", tag("p", _went(t, each)), tag("p", since(each.at, t), " · ", _who(page, each.actor), cls="p-soft p-small"))) for each in done]
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


def _who(page: Page, label: str) -> str:
    """Return a person by name; what is no person by what it calls itself."""
    person = page.rooms.people.person(label.removeprefix("person:"))
    return person.name if person is not None else label


def _went(t: Texts, each: Applied) -> str:
    words = counted(t, each.counts, done=True) or t("nothing changed")
    return f"{words} ({t('as the whole list')})" if each.whole else words


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
        (t("As it came"), link(join(icon("download"), " ", item.name), f"/api/v1/desk/inbox/{item.id}/content")),
    ]
    text = tag("pre", preview.text, cls="p-mail") if preview.text else ""
    attached = [_attached(page, each, preview.children) for each in preview.attachments if each.sha256 != item.sha256]
    named = {each.name for each in preview.attachments}
    attached += [_child(page, each) for each in preview.children if each.name not in named]
    files = join(tag("h3", t("Attached"), cls="p-h3"), tag("ul", attached, cls="p-list")) if attached else ""
    mail = bool(preview.header.get("from") or preview.header.get("subject"))
    title = t("The mail") if mail and preview.text else t("How it came, and its text") if preview.text else t("How it came")
    return tag("section", tag("h2", title), pairs(rows), text, files, cls="p-card")


def _attached(page: Page, each: Kept, children: list[Item]) -> Markup:
    t = page.t
    known = [
        t("Drawing {number}", number=each.drawing_no) if each.drawing_no else "",
        t("Revision {name}", name=each.revision) if each.revision else "",
        f"{t.number(max(1, each.size // 1000))} kB",
    ]
    part = join(" · ", link(each.part_id, paths.part(each.part_id))) if each.part_id else ""
    save = link(join(icon("download"), " ", each.name), f"/api/v1/desk/attachments/{each.id}/content")
    child = next((item for item in children if item.sha256 == each.sha256), None)
    read = join(tag("p", link(t("how it is read"), paths.file(child.id)), " ", holds(t, child), cls="p-small")) if child is not None else ""
    return tag("li", icon("attach_file"), tag("div", tag("p", save), tag("p", " · ".join(filter(None, known)), part, cls="p-soft p-small"), read))


def _child(page: Page, item: Item) -> Markup:
    t = page.t
    words = tag("div", tag("p", link(item.name, paths.file(item.id))), tag("p", holds(t, item), cls="p-soft p-small"))
    return tag("li", icon("attach_file"), words, state_shown(t, item))
