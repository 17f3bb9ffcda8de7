"""An item of the desk: how it is read beside its cells, what is doubtful, what it changes; in, out again, or away."""

from typing import Any

import msgspec
from nicegui import ui

from plait.console.html import Markup, icon, join, link, tag
from plait.console.page import Block, Field, Page
from plait.console.screens.desk_changes import changes_shown, counted, doubts_shown, went_in_shown, with_it_shown
from plait.console.screens.desk_late import late_shown
from plait.console.screens.desk_sheet import table_shown
from plait.console.screens.desk_words import KIND_WORDS, holds, state_shown
from plait.kernel.actor import Actor
from plait.kernel.problems import FORBIDDEN, Problem
from plait.manufacturing.desk.inbox.model import Corrections, EditedRow, EditedTable, Item, Preview
from plait.manufacturing.desk.late.model import LateReport
from plait.manufacturing.desk.reading.kinds import KINDS
from plait.manufacturing.desk.reading.model import Column, Mapping
from plait.overview import paths

__all__ = ["Look", "answer_shown", "build", "look_shown", "remapped"]

FIRST = 50
EVERY = 2000
"""So many rows can be corrected on the page; longer lists are corrected in their file."""
PICKED = (
    "(e) => { const s = e.target.closest('[data-pick]');"
    " if (s) { e.stopPropagation(); emit(s.dataset.pick, s.type === 'checkbox' ? String(s.checked) : s.value); } }"
)
NUMBERS = frozenset({"number", "quantity", "money", "percent", "duration"})


class Look(msgspec.Struct, frozen=True):
    """An item as a person looks at it: as it is ``read``, and as it would go in with what they corrected (``now``)."""

    read: Preview
    now: Preview


class _Desk:
    """What one person has chosen on the page of an item."""

    def __init__(self, page: Page, id: str, *, may: bool) -> None:
        self.page = page
        self.id = id
        self.may = may
        self.whole = False
        self.confirmed = False
        self.edits: dict[tuple[int, int, str], str] = {}
        self.block: Block | None = None
        self.answer: Block | None = None

    async def fetch(self, actor: Actor) -> Look:
        """Read the item, with what the person has corrected."""
        inbox = self.page.rooms.desk.inbox
        read = await inbox.preview(actor, self.id, whole=self.whole, first=FIRST)
        if read.suggestion and any(view.total > FIRST for view in read.tables):
            read = await inbox.preview(actor, self.id, whole=self.whole, first=EVERY)
        now = await inbox.preview(actor, self.id, Corrections(tables=await self.edited(actor)), whole=self.whole, first=FIRST) if self.edits else read
        return Look(read, now)

    async def late(self, actor: Actor) -> tuple[LateReport, int] | None:
        """Return what will be late and how many parts' times could be estimated, once the item is in; None before, or for who may not see it."""
        rooms = self.page.rooms.desk
        if (await rooms.inbox.item(actor, self.id)).state != "applied":
            return None
        try:
            report = await rooms.late.report(actor)
            return report, len(await rooms.masters.estimates(actor)) if report.unplanned else 0
        except Problem as problem:
            if problem.code != FORBIDDEN:
                raise
            return None

    def show_late(self, found: tuple[LateReport, int] | None) -> Markup:
        """Return what will be late, when the item has put orders in."""
        data = self.block.data if self.block is not None else None
        done = data is not None and any("orders" in each.kinds and not each.undone for each in data.read.applied)
        return late_shown(self.page, *found, may=self.may) if found is not None and done else Markup("")

    async def edited(self, actor: Actor) -> tuple[EditedTable, ...]:
        """Return all rows of the item as the person has corrected them."""
        whole = await self.page.rooms.desk.inbox.preview(actor, self.id, first=EVERY)
        return tuple(_edited(number, view.mapping.kind, view.rows, self.edits) for number, view in enumerate(whole.tables))

    def chosen(self) -> frozenset[str]:
        """Return what is ticked: ``whole``, ``confirmed``."""
        return frozenset(name for name, on in (("whole", self.whole), ("confirmed", self.confirmed)) if on)

    async def load(self) -> None:
        """Show it anew."""
        for block in (self.block, self.answer):
            if block is not None:
                await block.load()

    # -- what is corrected

    async def picked(self, event: Any) -> None:
        """Take a choice: what a column is, how it is written, a value."""
        name, value = str(event.args[0]), str(event.args[1])[:500]
        data = self.block.data if self.block is not None else None
        if not self.may or data is None:
            return
        if name == "whole":
            self.whole = value == "true"
        elif name == "confirmed":
            self.confirmed = value == "true"
        else:
            await self._choose(data.read, name.split("."), value)
        await self.load()

    async def _choose(self, preview: Preview, path: list[str], value: str) -> None:
        number = int(path[0]) if path[0].isdigit() else -1
        if not 0 <= number < len(preview.tables):
            return
        if path[1] == "value" and len(path) == 4 and path[2].isdigit():
            kind = preview.tables[number].mapping.kind
            if path[3] in KINDS[kind]:
                self.edits[number, int(path[2]), path[3]] = _plain(value, KINDS[kind][path[3]].kind)
            return
        made = remapped(preview.tables[number].mapping, path[1:], value)
        self.edits.clear()
        t, sender = self.page.t, preview.item.sender
        done = t("Remembered for {sender}.", sender=sender) if sender else t("Remembered for files without a sender.")
        await self.page.act(lambda actor: self.page.rooms.desk.inbox.correct(actor, self.id, made), done)

    async def unedit(self, arg: str) -> None:
        """Take a corrected value back."""
        number, at, name = [*arg.split("."), "", ""][:3]
        if number.isdigit() and at.isdigit():
            self.edits.pop((int(number), int(at), name), None)
        await self.load()

    # -- in, out, away

    async def put_in(self, mode: str) -> None:
        """Put it in: all or nothing, or (``good``) what can."""
        t, inbox = self.page.t, self.page.rooms.desk.inbox
        data = self.block.data if self.block is not None else None
        gone = data.now.counts.get("gone", 0) if data is not None else 0
        if gone and not await self.page.ask(
            t("Close what is missing?"), t("{count} order lines that are not in this list are closed.", count=t.number(gone)), t("Put it in")
        ):
            return

        async def do(actor: Actor) -> Any:
            tables = await self.edited(actor) if self.edits else ()
            return await inbox.apply(actor, self.id, good_only=mode == "good", whole=self.whole, confirm=self.confirmed, edited=tables)

        done = await self.page.act(do)
        if done is not None:
            self.page.say(t("In: {what}.", what=counted(t, done.counts, done=True) or t("nothing changed")))
            self.edits.clear()
        await self.load()

    async def undo(self, _: str) -> None:
        """Take back what it did."""
        t = self.page.t
        if await self.page.ask(t("Take it back?"), t("All that this item has put in is as it was before; the item stays here."), t("Take it back")):
            await self.page.act(lambda actor: self.page.rooms.desk.inbox.undo(actor, self.id), t("It is taken back."))
            await self.load()

    async def put_away(self, _: str) -> None:
        """Put it away with a reason."""
        t = self.page.t
        fields = [Field("reason", t("Why?"))]
        note = t("It stays here under Put away; nothing of it goes in.")
        inbox = self.page.rooms.desk.inbox
        done = await self.page.form(
            t("Put it away"),
            fields,
            lambda actor, said: inbox.set_aside(actor, self.id, str(said["reason"] or "")),
            yes=t("Put it away"),
            note=note,
            done=t("It is put away."),
        )
        if done is not None:
            await self.load()

    async def name_sender(self, _: str) -> None:
        """Say who sent it, when it does not say so itself."""
        t, inbox = self.page.t, self.page.rooms.desk.inbox

        async def do(actor: Actor, said: dict[str, Any]) -> Item:
            item, content = await inbox.content(actor, self.id)
            return await inbox.take(actor, item.name, content, str(said["sender"]))

        hint = "Their next list in this layout is read the same way."
        await self.page.form(t("Who sent it?"), [Field("sender", t("Firm or person"), required=True, hint=hint)], do, done=t("Saved."))
        await self.load()

    async def estimate(self, _: str) -> None:
        """Have times estimated for parts that nobody has said how to make, so that dates can be said."""
        t, masters = self.page.t, self.page.rooms.desk.masters
        await self.page.act(lambda actor: masters.estimate(actor, apply=True), t("Estimated, and marked as such."))
        if self.answer is not None:
            await self.answer.load()


async def build(page: Page) -> None:
    """Make the page of one item."""
    t, id = page.t, page.path["item"]
    item = await page.rooms.desk.inbox.item(await page.me.actor(), id)
    may = await page.me.may("desk.write")
    page.head(item.name, t("What is in it, and what does it change?"), over=link(t("Desk"), paths.files(), cls="p-over"))
    desk = _Desk(page, id, may=may)
    acts = {
        "put-in": desk.put_in,
        "undo": desk.undo,
        "put-away": desk.put_away,
        "sender": desk.name_sender,
        "unedit": desk.unedit,
    }
    with ui.element("div").classes("p-item-page p-stack p-wide-stack") as place:
        place.on("change", desk.picked, js_handler=PICKED)
        desk.block = await page.block(desk.fetch, lambda look: look_shown(page, look, desk.edits, may=may, chosen=desk.chosen()), on=acts if may else {})
        on = {"estimate": desk.estimate} if may else {}
        desk.answer = await page.block(desk.late, desk.show_late, live=("book.line", "part.revised", "schedule."), key=id, on=on)
        desk.answer.element.move(place, target_index=0)
    if desk.block.data is None:
        page.show(_unreadable(page, await page.rooms.desk.inbox.item(await page.me.actor(), id)))


def _unreadable(page: Page, item: Item) -> Markup:
    """Return what can be done with an item that cannot be read: have it as it came."""
    t = page.t
    save = link(join(icon("download"), " ", t("Save it as it came")), f"/api/v1/desk/inbox/{item.id}/content", cls="p-quiet")
    return tag("section", tag("p", state_shown(t, item), " ", holds(t, item)), tag("div", save, cls="p-row p-acts"), cls="p-card")


def remapped(mapping: Mapping, path: list[str], value: str) -> Mapping:
    """Return a mapping with one thing chosen otherwise: ``kind``, ``header`` (row of the titles), or ``field`` or ``style`` of a column."""
    replace = msgspec.structs.replace
    if path[0] == "kind" and value in KINDS:
        columns = tuple(replace(column, field=column.field if column.field in KINDS[value] else "") for column in mapping.columns)  # type: ignore[index]
        return replace(mapping, kind=value, columns=columns, constants={name: text for name, text in mapping.constants.items() if name in KINDS[value]})  # type: ignore[index]
    if path[0] == "header" and value.isdigit():
        columns = tuple(replace(column, title="") for column in mapping.columns)
        return replace(mapping, header=(int(value), int(value)), columns=columns)
    if len(path) < 2 or not path[1].isdigit():
        return mapping
    index = int(path[1])
    columns = mapping.columns if any(column.index == index for column in mapping.columns) else (*mapping.columns, Column(index, ""))
    if path[0] == "field":
        columns = tuple(replace(column, field=value, style="") if column.index == index else column for column in columns)
    elif path[0] == "style":
        columns = tuple(replace(column, style=value) if column.index == index else column for column in columns)
    return replace(mapping, columns=columns)


def _edited(number: int, kind: Any, rows: list[Any], edits: dict[tuple[int, int, str], str]) -> EditedTable:
    made = []
    for at, row in enumerate(rows):
        values = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in row.values.items() if value is not None}
        values |= {name: text for (table, place, name), text in edits.items() if (table, place) == (number, at)}
        made.append(EditedRow(values, row.row))
    return EditedTable(kind, tuple(made))


def _plain(text: str, kind: str) -> str:
    """Return a typed value as the desk takes it: a decimal comma becomes a point."""
    text = text.strip()
    return text.replace(",", ".") if kind in NUMBERS and text.count(",") == 1 and "." not in text else text


# -- what is shown


def look_shown(page: Page, look: Look, edits: dict[tuple[int, int, str], str], *, may: bool, chosen: frozenset[str] = frozenset()) -> Markup:
    """Return all of an item."""
    edit = may and look.read.item.state != "applied" and all(view.total <= EVERY for view in look.read.tables)
    tables = [
        table_shown(page, number, view, edits, may=may, edit=edit and (look.read.suggestion or not view.cells)) for number, view in enumerate(look.read.tables)
    ]
    parts = (
        answer_shown(page, look, edits, may=may, chosen=chosen),
        went_in_shown(page, look.read, may=may),
        tables,
        doubts_shown(page, look.read, edits, edit=edit),
        changes_shown(page, look.now),
        with_it_shown(page, look.read),
    )
    return tag("div", *parts, cls="p-stack p-wide-stack")


def answer_shown(page: Page, look: Look, edits: dict[tuple[int, int, str], str], *, may: bool, chosen: frozenset[str]) -> Markup:
    """Return in words what is in it and what it would do, with the buttons that decide."""
    t, item, now = page.t, look.read.item, look.now
    refused = now.refused + now.counts.get("refused", 0)
    parts: list[Any] = [tag("header", tag("p", _answer(page, look, refused), cls="p-answer"), state_shown(t, item))]
    if now.tables and item.state != "applied" and counted(t, now.counts):
        parts.append(tag("p", t("If it goes in: {what}.", what=counted(t, now.counts)), cls="p-soft"))
    if any(view.mapping.source in {"corrected", "remembered"} for view in look.read.tables):
        who = item.sender or t("files without a sender")
        said = t("What a person has set is remembered for {who}: the next list in this layout is read so.", who=who)
        parts.append(tag("p", icon("bookmark_added"), " ", said, cls="p-soft"))
    if may:
        parts.append(_buttons(page, look, refused, chosen))
    return tag("section", *parts, cls="p-card")


def _answer(page: Page, look: Look, refused: int) -> str:
    t, item, now = page.t, look.read.item, look.now
    good = now.good - now.counts.get("refused", 0)
    if not now.tables:
        return holds(t, item) or t("It holds nothing that could go in.")
    if not any(now.counts.get(action) for action in ("new", "changed", "gone", "refused")) and not refused:
        return t("All of it is there already: putting it in changes nothing.")
    if item.state == "applied":
        return t("It has gone in; put in again it would bring: {what}.", what=counted(t, now.counts))
    kinds = {view.mapping.kind for view in now.tables}
    what = t(KIND_WORDS[next(iter(kinds))]) if len(kinds) == 1 else t("Several tables")
    if look.read.suggestion:
        return t("{what}, read from running text: look at every value, then put it in.", what=what)
    if refused:
        return t("{what}: {good} rows can go in, {refused} cannot.", what=what, good=t.number(good), refused=t.number(refused))
    return t("{what}: the one row can go in.", what=what) if good == 1 else t("{what}: all {good} rows can go in.", what=what, good=t.number(good))


def _buttons(page: Page, look: Look, refused: int, chosen: frozenset[str]) -> Markup:
    t, item, now = page.t, look.read.item, look.now
    moves = any(now.counts.get(action) for action in ("new", "changed", "gone", "refused")) or refused
    buttons: list[Any] = []
    ticks: list[Any] = []
    if now.tables and moves and all(view.takes for view in now.tables):
        if look.read.suggestion:
            ticks.append(_tick("confirmed", t("I have looked at every value"), on="confirmed" in chosen))
        if any(view.mapping.kind == "orders" for view in now.tables):
            ticks.append(_tick("whole", t("This is the whole list of this sender: what is missing in it is closed"), on="whole" in chosen))
        waits = look.read.suggestion and "confirmed" not in chosen
        good = now.good - now.counts.get("refused", 0)
        if refused and good:
            buttons.append(_button("put-in", "good", t("Put in the {count} good rows", count=t.number(good)), first=True, off=waits))
        again = item.state == "applied"
        text = t("Put in all or nothing") if refused else t("Put it in again") if again else t("Put it in")
        buttons.append(_button("put-in", "all", text, first=not refused and not again, off=waits or not good))
    if not item.sender and item.state != "applied" and now.tables:
        buttons.insert(0, _button("sender", "", t("Say who sent it"), first=bool(now.counts.get("refused"))))
    if item.state in {"waiting", "nothing"}:
        buttons.append(_button("put-away", "", t("Put it away")))
    return join(tag("div", ticks, cls="p-stack p-ticks") if ticks else "", tag("div", buttons, cls="p-row p-acts") if buttons else "")


def _button(act: str, arg: str, text: str, *, first: bool = False, off: bool = False) -> Markup:
    return tag("button", text, type="button", cls="p-button" if first else "p-quiet", data_act=act, data_arg=arg, disabled=off)


def _tick(name: str, text: str, *, on: bool) -> Markup:
    return tag("label", tag("input", type="checkbox", data_pick=name, checked=on), tag("span", text), cls="p-row p-beside")
