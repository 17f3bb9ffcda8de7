"""The desk: what has come in, a place to drop files on, and what must be decided."""

import msgspec
from nicegui import ui

from plait.console.html import Markup, icon, join, link, since, table, tag
from plait.console.page import Empty, Page
from plait.console.screen import Screen
from plait.console.screens.desk_item import build as item_page
from plait.console.screens.desk_words import VIA, holds, state_shown
from plait.console.screens.lists import more_below, narrowed, search_field, tabs
from plait.kernel.actor import Actor
from plait.kernel.problems import FORBIDDEN, INVALID, LIMITED, REGISTRY, TOO_LARGE
from plait.manufacturing.desk.book.model import StateCount
from plait.manufacturing.desk.inbox.model import Item
from plait.overview import paths

__all__ = ["SCREENS", "answer_shown", "drop_shown", "items_shown"]

ROWS = 50
SAID = (INVALID, TOO_LARGE, FORBIDDEN, LIMITED)
SHOWN = ("waiting", "applied", "nothing", "set-aside")


async def _build(page: Page) -> None:
    t, inbox = page.t, page.rooms.desk.inbox
    page.head(t("Desk"), t("What has come in, and what must I decide?"))
    may = await page.me.may("desk.write")
    state = page.query.get("state", "")
    state = state if state in SHOWN else ""
    text = narrowed(page)
    only = {"state": state} if state else {}

    async def fetch(actor: Actor, before: str = "") -> list[Item]:
        return await inbox.items(actor, text=text, before=before, limit=ROWS, **only)

    async def example() -> None:
        made = await page.act(inbox.take_example)
        if made is not None:
            page.go(paths.file(made.id))

    answer = await page.block(inbox.counts, lambda found: answer_shown(page, found), live=("inbox.",), every_s=15)

    if may:
        drop = ui.html(str(drop_shown(page)), sanitize=False).classes("p-block")

        async def taken() -> None:
            await answer.load()
            await block.load()

        drop.on("taken", taken, js_handler="(e) => emit(e.detail)")
        drop.on("click", example, js_handler="(e) => { if (e.target.closest('[data-act=example]')) emit(''); }")
    choices = {"": t("All"), "waiting": t("Waits for you"), "applied": t("Went in"), "nothing": t("Nothing to put in"), "set-aside": t("Put away")}
    page.show(tabs(page, paths.files, "state", state, choices))
    search_field(page, paths.files, t("Name, sender or what it holds"), state=state)
    empty = Empty(_nothing(page, narrow=bool(text or state)))
    shown = {"live": ("inbox.",), "every_s": 15, "key": t.language}
    block = await page.block(fetch, lambda found: items_shown(page, found), keys=lambda found: [each.id for each in found], empty=empty, **shown)  # type: ignore[arg-type]

    async def older(actor: Actor, before: str) -> "_Older":
        return _Older(await fetch(actor, before))

    first = _Older(block.data or []).after
    await more_below(page, first, older, lambda found: items_shown(page, found.items))


class _Older(msgspec.Struct, frozen=True):
    """A further page of items; ``after`` asks for the next, "" when there is none."""

    items: list[Item]

    @property
    def after(self) -> str:
        """Where the next page begins."""
        return self.items[-1].id if len(self.items) == ROWS else ""


def _nothing(page: Page, *, narrow: bool) -> str:
    t = page.t
    return (
        t("Nothing here has this text or state.") if narrow else t("Nothing has come in yet. Drop your list of open orders above: Excel, CSV, e-mail or PDF.")
    )


def answer_shown(page: Page, counts: list[StateCount]) -> Markup:
    """Return in words what must be decided."""
    t = page.t
    number = {each.state: each.number for each in counts}
    waiting, reading = number.get("waiting", 0), number.get("new", 0)
    if waiting:
        said = t("One thing waits for you.") if waiting == 1 else t("{count} things wait for you.", count=t.number(waiting))
    else:
        said = t("Nothing waits for you.") if counts else t("Nothing has come in yet.")
    more = tag("p", t("{count} are being read.", count=t.number(reading)), cls="p-soft") if reading else ""
    return tag("section", tag("p", said, cls="p-answer"), more, cls="p-card")


def drop_shown(page: Page) -> Markup:
    """Return the place to drop files on; the words its script says stand in ``data-words``."""
    t = page.t
    words = {
        "sending": t("on its way …"),
        "reading": t("being kept …"),
        "taken": t("has come in"),
        "known": t("the same file was here already"),
        "large": t("It is larger than 25 MB; send it in smaller parts."),
        "empty": t("The file is empty."),
        "lost": t("The node could not be reached; try again"),
        "again": t("Sign in, then drop it again."),
        "problems": {code: (t(REGISTRY[code].title), t(REGISTRY[code].advice)) for code in SAID},
    }
    choose = tag("label", icon("upload_file"), t("Choose files"), tag("input", type="file", multiple=True, data_files=True, cls="p-unseen"), cls="p-button")
    photo = tag(
        "label",
        icon("photo_camera"),
        t("Take a photo"),
        tag("input", type="file", accept="image/*", capture="environment", data_files=True, cls="p-unseen"),
        cls="p-quiet p-phone",
    )
    example = tag("button", icon("science"), t("Try it with an example"), type="button", cls="p-quiet", data_act="example")
    inner = (
        icon("move_to_inbox"),
        tag("p", tag("strong", t("Drop files anywhere on this page")), cls="p-desk-only"),
        tag("p", tag("strong", t("Put in a file")), cls="p-phone"),
        tag("p", t("Order lists, requests, prices, stock, parts, calendars: Excel, CSV, e-mail, PDF, as they are."), cls="p-soft p-small"),
        tag("div", choose, photo, example, cls="p-row"),
        tag("ul", data_sending=True, cls="p-stack", aria_live="polite"),
    )
    return tag("section", *inner, cls="p-drop", data_drop=True, data_words=msgspec.json.encode(words).decode())


def items_shown(page: Page, found: list[Item]) -> Markup:
    """Return what came, the newest first."""
    t = page.t
    rows, keys = [], []
    for item in found:
        said = holds(t, item)
        name = join(link(item.name, paths.file(item.id)), tag("p", said, cls="p-soft p-small") if said else "")
        sender = join(item.sender or tag("span", t("nobody named"), cls="p-soft"), tag("p", t(VIA.get(item.via, item.via)), cls="p-soft p-small"))
        doubts = t.number(item.issues) if item.issues else ""
        numbers = join(t.number(item.rows) if item.rows else "", tag("p", t("{count} cannot", count=item.refused), cls="p-bad p-small") if item.refused else "")
        rows.append((name, sender, since(item.received, t), state_shown(t, item), numbers, doubts))
        keys.append(item.id)
    names = (t("What"), t("From"), t("When"), t("State"), t("Rows"), t("Doubts"))
    return tag("section", table(names, rows, label=t("What has come in"), numbers=(4, 5), keys=keys), cls="p-card")


SCREENS = (
    Screen("/desk", "Desk", _build, action="desk.read", group="now", icon="inbox", key="d", howto="put-in-lists-and-mails"),
    Screen("/desk/{item}", "Desk", item_page, action="desk.read", group="now", howto="put-in-lists-and-mails"),
)
