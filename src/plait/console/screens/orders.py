"""Orders: whether they will be there on time, and the list of them, customers' and our own."""

from typing import get_args

import msgspec

from plait.console.html import Markup
from plait.console.page import Empty, Page
from plait.console.screen import Screen
from plait.console.screens.lists import more_below, narrowed, search_field, tabs
from plait.console.screens.order import build as order_page
from plait.console.screens.orders_shown import answer_shown, rows_shown
from plait.kernel.actor import Actor
from plait.overview import paths
from plait.overview.braid.model import SmallBraid
from plait.overview.orders.model import OrdersPage, OrdersShown

__all__ = ["SCREENS"]

LIVE = ("trade.", "book.", "line.run", "line.job", "desk.", "schedule.")
ROWS = 50


class _Rows(msgspec.Struct, frozen=True):
    """A page of orders with its small braids."""

    found: OrdersPage
    braids: dict[str, SmallBraid]

    def __len__(self) -> int:
        return len(self.found.rows)

    @property
    def after(self) -> str:
        """Where the next page begins."""
        return self.found.after


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Orders"), t("Will they be there on time?"))
    asked = page.query.get("shown", "")
    asked = "late" if page.query.get("late") else asked or page.query.get("state", "")
    shown: OrdersShown = asked if asked in get_args(OrdersShown) else "open"  # type: ignore[assignment]
    text = narrowed(page)

    async def fetch(actor: Actor, after: str = "") -> _Rows:
        found = await page.rooms.orders.page(actor, shown, text, after, ROWS)
        small = await page.rooms.braids.small(actor, [row.id for row in found.rows], language=t.language) if await page.me.may("braid.read") else []
        by_id = dict(zip([row.id for row in found.rows], small, strict=False)) if len(small) == len(found.rows) else {}
        by_id = by_id or {each.order: each for each in small} | {each.number: each for each in small}
        return _Rows(found, by_id)

    def show(found: _Rows) -> Markup:
        return rows_shown(page, found.found, found.braids)

    await page.block(page.rooms.orders.standing, lambda standing: answer_shown(page, standing), live=LIVE, every_s=120)
    choices = {"open": t("Open orders"), "late": t("Late"), "placed": t("Placed with partners"), "done": t("Done"), "cancelled": t("Cancelled")}
    page.show(tabs(page, paths.orders, "shown", shown, choices))
    search_field(page, paths.orders, t("Number, firm or part"), shown=shown)
    empty = Empty(t("Nothing here has this text.") if text else _nothing(page, shown), t("Put an order list in"), paths.files())
    block = await page.block(fetch, show, live=LIVE, keys=lambda found: [row.id for row in found.found.rows], key=t.language, empty=empty)
    await more_below(page, block.data.after if block.data is not None else "", fetch, show)


def _nothing(page: Page, shown: str) -> str:
    t = page.t
    return {
        "open": t("No order is open. Drop a list of open orders and see at once what will be late."),
        "late": t("Nothing is late."),
        "placed": t("Nothing was ordered from partners yet."),
        "done": t("No order is done yet."),
        "cancelled": t("No order was cancelled."),
    }[shown]


SCREENS = (
    Screen("/orders", "Orders", _build, action="overview.read", group="now", icon="receipt_long", key="o", howto="orders"),
    Screen("/orders/{order}", "Order", order_page, action="overview.read", group="now", howto="orders"),
)
