"""Parts and stock: the list with what is here and what is missing, and one part with how it is made and what moved."""

from typing import get_args

from nicegui import ui

from plait.console.html import Markup, link, tag
from plait.console.page import Empty, Page
from plait.console.screen import Screen
from plait.console.screens.lists import more_below, narrowed, search_field, tabs
from plait.console.screens.parts_acts import PartActs
from plait.console.screens.parts_shown import answer_shown, facts_shown, made_shown, rows_shown, short_shown, stock_shown, takers_shown
from plait.console.screens.parts_times import times_block
from plait.kernel.actor import Actor
from plait.overview import paths
from plait.overview.parts.model import PartsPage, PartsShown, PartView

__all__ = ["SCREENS"]

ROWS = 50
LIVE = ("part.", "book.")


class _Rows(PartsPage, frozen=True):
    """A page of parts that is empty when it has no rows."""

    def __len__(self) -> int:
        return len(self.rows)


async def _list(page: Page) -> None:
    t = page.t
    page.head(t("Parts and stock"), t("What is here, and what is missing for open orders?"))
    asked = page.query.get("shown", "")
    shown: PartsShown = asked if asked in get_args(PartsShown) else "all"  # type: ignore[assignment]
    text = narrowed(page)

    async def fetch(actor: Actor, after: str = "") -> _Rows:
        found = await page.rooms.stocks.page(actor, shown, text, after, ROWS)
        return _Rows(found.rows, found.after, found.short)

    def show(found: PartsPage) -> Markup:
        return rows_shown(page, found)

    async def short(actor: Actor) -> PartsPage:
        return await page.rooms.stocks.page(actor, "short", "", "", 3)

    await page.block(short, lambda found: answer_shown(page, found), live=LIVE, key=t.language)
    choices = {"all": t("All parts"), "stock": t("In stock"), "short": t("Too little for open orders")}
    page.show(tabs(page, paths.parts, "shown", shown, choices))
    search_field(page, paths.parts, t("Number, name, drawing or GTIN"), shown=shown)
    nothing = {
        "all": t("No part is known yet. Put in a parts list or an order list, and the parts come with it."),
        "stock": t("Nothing is in stock by the books. Put in a stock list, or take goods in on a part's page."),
        "short": t("Nothing is missing for open orders."),
    }
    empty = Empty(t("Nothing here has this text.") if text else nothing[shown], t("Put a list in"), paths.files())
    block = await page.block(fetch, show, live=LIVE, keys=lambda found: [row.id for row in found.rows], key=t.language, empty=empty)
    await more_below(page, block.data.after if block.data is not None else "", fetch, show)


async def _part(page: Page) -> None:
    t = page.t
    id = page.path["part"]
    view = await page.rooms.stocks.part(await page.me.actor(), id)
    over = tag("p", link(t("Parts and stock"), paths.parts()), cls="p-over")
    page.head(view.part.name or view.part.id, t("How much of it is here, who takes it, and how is it made?"), over=over)
    may = frozenset([action for action in ("part.write", "part.receive", "desk.read", "desk.write", "desk.price") if await page.me.may(action)])
    acts = PartActs(page, view, may)

    first = [view]

    async def fetch(actor: Actor) -> PartView:
        return acts.now(first.pop() if first else await page.rooms.stocks.part(actor, id))

    def show(found: PartView) -> Markup:
        beside = tag("div", stock_shown(page, found, may), facts_shown(page, found), cls="p-cols")
        return tag("div", short_shown(page, found), beside, made_shown(page, found, acts), takers_shown(page, found), cls="p-stack p-wide-stack")

    acts.block = await page.block(fetch, show, live=LIVE, key=t.language, on=acts.handlers())
    await times_block(page, id)
    ui.page_title(f"{view.part.id} · {page.rooms.identity.firm().name or 'plait'}")


SCREENS = (
    Screen("/parts", "Parts and stock", _list, action="part.read", group="manufacturing", icon="inventory_2", key="p", howto="parts-and-stock"),
    Screen("/parts/{part}", "Part", _part, action="part.read", group="manufacturing", howto="parts-and-stock"),
)
