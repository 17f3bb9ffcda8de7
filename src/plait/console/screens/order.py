"""An order: will it be there, and where is it? Led by its braid; below it why, what would help, and all that belongs to it."""

import asyncio
from typing import Literal

from nicegui import ui

from plait.console.html import Markup, drawing, link, tag
from plait.console.page import Block, Page
from plait.console.screens.order_acts import OrderActs
from plait.console.screens.order_shown import braid_shown, facts_shown, late_shown, papers_shown, rest_shown, what_if_shown
from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.manufacturing.desk.late.model import LineDetail, WhatIfAnswer
from plait.overview import paths
from plait.overview.braid.drawing import draw
from plait.overview.braid.model import Braid
from plait.overview.orders.model import OrderView

__all__ = ["build"]

LIVE = ("trade.", "book.", "line.", "desk.", "schedule.", "offer.")
WIDE, TALL = (1360, 440), (358, 760)
ACTIONS = ("desk.write", "trade.write", "schedule.write", "guest.write")
Drawn = tuple[Braid, str, str]


async def build(page: Page) -> None:
    """Make the page of one order."""
    t, id = page.t, page.path["order"]
    view = await page.rooms.orders.order(await page.me.actor(), id)
    may = frozenset([action for action in ACTIONS if await page.me.may(action)])
    name = view.row.number or view.id
    page.head(t("Order {number}", number=name), t("Will it be there, and where is it?"), over=link(t("Orders"), paths.orders(), cls="p-over"))
    acts = OrderActs(page, view)
    braid = await _braid(page, id, acts) if await page.me.may("braid.read") else None

    async def fetch(actor: Actor) -> OrderView:
        return await page.rooms.orders.order(actor, id)

    facts = await page.block(fetch, lambda data: facts_shown(page, acts.now(data), may), live=LIVE, on=acts.handlers())
    facts.element.classes("c-4")
    blocks: list[Block] = [facts]
    tried = await _late(page, view, may, acts, blocks)
    papers = await page.block(fetch, lambda data: papers_shown(page, data), live=LIVE, key="papers")
    if tried is None:
        papers.element.classes("c-8")
    blocks.append(papers)
    rest = await page.block(fetch, lambda data: rest_shown(page, data, braid.data[0] if braid is not None and braid.data else None), live=LIVE, key="rest")

    async def again() -> None:
        for block in [*blocks, rest]:
            await block.load()

    acts.after(again, tried)


async def _braid(page: Page, id: str, acts: OrderActs) -> Block:
    """Add the braid: our own part at once, then what contracts let one see of the others'."""
    t = page.t
    reach: list[Literal["own", "all"]] = ["own"]

    async def fetch(actor: Actor) -> Drawn:
        found = await page.rooms.braids.braid(actor, id, language=t.language, reach=reach[0])
        wide, tall = await asyncio.gather(*(asyncio.to_thread(draw, found, width, height, t) for width, height in (WIDE, TALL)))
        return found, wide, tall

    def show(drawn: Drawn) -> Markup:
        return braid_shown(page, drawn[0], acts.view.row, drawing(drawn[1], "p-drawing p-at-desk"), drawing(drawn[2], "p-drawing p-on-phone"))

    block = await page.block(fetch, show, live=LIVE, key=f"{t.language}{id}")

    async def further() -> None:
        reach[0] = "all"
        try:
            found = await fetch(await page.me.actor())
        except Problem:
            return
        if not block.element.is_deleted:
            block.take(found)

    ui.timer(0.2, further, once=True)
    return block


async def _late(page: Page, view: OrderView, may: frozenset[str], acts: OrderActs, blocks: list[Block]) -> Block | None:
    """Add why an open order of a customer will (not) be there, and what would help; return where a what-if is answered."""
    line = view.line
    if line is None or line.state != "open":
        return None
    number = line.id

    async def fetch(actor: Actor) -> LineDetail | None:
        try:
            return await page.rooms.desk.late.line(actor, number)
        except Problem as problem:
            if problem.code == "no-such-line":
                return None
            raise

    def show(detail: LineDetail | None) -> Markup:
        acts.detail = detail
        return late_shown(page, detail, may) if detail is not None else tag("span")

    late = await page.block(fetch, show, live=("book.", "schedule.", "part.", "desk.goods_arrived"), on=acts.handlers())
    late.element.classes("c-8")
    blocks.append(late)

    async def answer(_: Actor) -> WhatIfAnswer | None:
        return acts.answer

    return await page.block(answer, lambda data: what_if_shown(page, data) if data is not None else Markup(""))
