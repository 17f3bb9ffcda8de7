"""Requests for price and date: which wait for us, one with its answer to be sent, and the answers to ours side by side."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from plait.console.html import Markup, link
from plait.console.page import Block, Empty, Field, Page
from plait.console.screen import Screen
from plait.console.screens.lists import choices, more_below, narrowed, search_field, tabs
from plait.console.screens.order_acts import amount_in, day_in
from plait.console.screens.rfqs_shown import answer_shown, answered_said, answers_shown, requests_shown, rest_shown, waiting_said
from plait.console.screens.rfqs_words import why_not_said
from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.manufacturing.desk.model import Proposal, Sourced
from plait.manufacturing.requirement import Requirement
from plait.manufacturing.terms import MATERIALS, PROCESSES
from plait.manufacturing.trade.model import Line
from plait.manufacturing.trade.rules import TAKEN
from plait.overview import paths
from plait.overview.orders.model import RequestsPage, RequestView

__all__ = ["SCREENS"]

LIVE = ("trade.", "option.", "desk.")
ROWS = 50
Seen = tuple[RequestView, Proposal | None]


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Requests"), t("Who waits for our answer?"))
    side = page.query.get("side", "") if page.query.get("side", "") in ("received", "sent") else ""
    text = narrowed(page)

    async def fetch(actor: Actor, after: str = "") -> RequestsPage:
        return await page.rooms.requests.page(actor, side, text, after, ROWS)

    async def waiting(actor: Actor) -> RequestsPage:
        return await page.rooms.requests.page(actor, "received", "", "", 200)

    await page.block(waiting, lambda found: waiting_said(page, found), live=LIVE)
    choices = {"": t("All"), "received": t("To us"), "sent": t("From us")}
    page.show(tabs(page, paths.rfqs, "side", side, choices))
    if await page.me.may("trade.write"):
        page.button(t("Ask for a price and a date"), lambda: _ask(page), name="add", primary=True)
    search_field(page, paths.rfqs, t("Number, firm or part"), side=side)

    def show(found: RequestsPage) -> Markup:
        return requests_shown(page, found)

    async def rows(actor: Actor) -> RequestsPage | None:
        found = await fetch(actor)
        return found if found.rows else None

    empty = Empty(t("Nobody has asked for a price and a date yet. Partners ask through the network, others by the firm's card or by e-mail."))
    block = await page.block(rows, lambda found: show(found) if found else Markup(""), live=LIVE, keys=_keys, empty=empty)
    await more_below(page, block.data.after if block.data is not None else "", fetch, show)


async def _ask(page: Page) -> None:
    """Ask what is wanted, and send it to every firm that can make it."""
    t, zone = page.t, ZoneInfo(page.rooms.identity.firm().zone)
    fields = [
        Field("name", t("What"), required=True),
        Field("process", t("Process"), kind="choice", options=choices(t, PROCESSES), required=True),
        Field("material", t("Material"), kind="choice", value="any", options=choices(t, MATERIALS)),
        Field("quantity", t("Quantity"), kind="number", required=True),
        Field("requested", t("Wanted for"), kind="date"),
        Field("until", t("Answer until"), kind="date", value=(page.me.now().astimezone(zone).date() + timedelta(days=3)).isoformat(), required=True),
    ]

    async def do(actor: Actor, values: dict[str, Any]) -> Sourced:
        wanted = Requirement(values["process"], values["material"] or "any")
        day, until = day_in(values["requested"], t("Wanted for")), day_in(values["until"], t("Answer until"))
        quantity = amount_in(values["quantity"], t("Quantity")) or Decimal(0)
        requested = datetime.combine(day, time(16), zone) if day else None
        line = Line("1", str(values["name"]).strip(), quantity, requirement=wanted, requested=requested)
        assert until is not None
        return await page.rooms.desk.desk.answers.ask(actor, line, datetime.combine(until, time(16), zone))

    note = t("Every firm in the network that publishes that it can make it is asked.")
    sent = await page.form(t("Ask for a price and a date"), fields, do, yes=t("Send the request"), note=note)
    if sent is None:
        return
    if sent.asked:
        page.say(t("Asked: {firms}", firms=", ".join(sent.asked)))
        page.go(paths.rfqs(side="sent"))
    else:
        page.say(
            t(
                "Nobody in the network fits: {why}",
                why="; ".join(f"{each.firm}: {why_not_said(t, each.reasons[0])}" for each in sent.others[:3] if each.reasons) or "–",
            ),
            bad=True,
        )


def _keys(found: RequestsPage | None) -> list[str]:
    return [row.id for row in found.rows] if found is not None else []


async def _one(page: Page) -> None:
    t, id = page.t, page.path["rfq"]
    first = await page.rooms.requests.request(await page.me.actor(), id)
    page.head(t("Request {number}", number=first.row.number), _question(page, first), over=link(t("Requests"), paths.rfqs(), cls="p-over"))
    may = await page.me.may("trade.write")
    acts = _Acts(page, first.request.id)

    async def fetch(actor: Actor) -> Seen:
        view = await page.rooms.requests.request(actor, id)
        proposal: Proposal | None = None
        if view.answered is None and view.row.side == "received" and may:
            try:
                proposal = await page.rooms.desk.desk.answers.proposal(actor, view.request.id)
            except Problem as problem:
                if problem.code != TAKEN:
                    raise
        return view, proposal

    on = acts.handlers()
    answer = await page.block(fetch, lambda seen: answer_shown(page, seen[0], seen[1], may=may), live=LIVE, on=on)
    acts.blocks.append(answer)

    async def view_of(actor: Actor) -> RequestView:
        return acts.now(await page.rooms.requests.request(actor, id))

    if first.row.side == "sent":
        acts.blocks.append(await page.block(view_of, lambda view: answers_shown(page, view.answers, may=may), live=LIVE, key="answers", on=on))
    acts.blocks.append(await page.block(view_of, lambda view: rest_shown(page, view, may=may), live=LIVE, key="rest", on=on))


def _question(page: Page, view: RequestView) -> str:
    t = page.t
    return t("What do we answer, and who was first?") if view.row.side == "received" else t("Who makes it for how much, and until when?")


class _Acts:
    """What a person does with a request. One answer counts, the first: who comes second is told who was first."""

    def __init__(self, page: Page, id: str) -> None:
        self.page = page
        self.id = id
        self.blocks: list[Block] = []
        self.view: RequestView | None = None

    def now(self, view: RequestView) -> RequestView:
        """Take the request as it is now, and return it."""
        self.view = view
        return view

    def handlers(self) -> dict[str, Any]:
        """Return the acts by name."""
        return {
            "quote": lambda _: self.quote(),
            "decline": lambda _: self.decline(),
            "withdraw": lambda _: self.withdraw(),
            "order": self.order,
            "ask": self.ask,
        }

    async def _again(self) -> None:
        for block in self.blocks:
            await block.load()

    async def _do(self, actor: Actor, do: Any) -> Any:
        """Do it; when somebody was first, say who and when, and change nothing."""
        try:
            return await do(actor)
        except Problem as problem:
            if problem.code != TAKEN:
                raise
            seen = await self.page.rooms.requests.request(actor, self.id)
            said = answered_said(self.page.t, seen.answered) if seen.answered is not None else problem.detail
            raise Problem(TAKEN, said) from problem

    async def quote(self) -> None:
        """Send price and date."""
        t, desk = self.page.t, self.page.rooms.desk.desk.answers
        await self.page.act(lambda actor: self._do(actor, lambda who: desk.quote(who, self.id)), t("Sent. The slot is held."))
        await self._again()

    async def decline(self) -> None:
        """Ask for the reason and decline."""
        t, desk = self.page.t, self.page.rooms.desk.desk.answers
        fields = [Field("reason", t("Why (the customer reads it)"), kind="long", required=True)]

        async def do(actor: Actor, values: dict[str, Any]) -> bool:
            await self._do(actor, lambda who: desk.decline(who, self.id, str(values["reason"]).strip()))
            return True

        await self.page.form(t("Decline the request"), fields, do, yes=t("Decline"), done=t("Declined."))
        await self._again()

    async def withdraw(self) -> None:
        """Ask once and take our request back."""
        t, view = self.page.t, self.view
        other = view.row.other if view is not None else ""
        if await self.page.ask(t("Take the request back?"), t("{other} is told at once that we no longer ask.", other=other), t("Take the request back")):
            await self.page.act(lambda actor: self.page.rooms.trade.withdraw(actor, self.id, t("no longer needed")), t("Taken back."))
            await self._again()

    async def order(self, quotation: str) -> None:
        """Ask once and order on a quotation."""
        t, view = self.page.t, self.view
        answer = next((each for each in view.answers if each.quotation == quotation), None) if view is not None else None
        if answer is None:
            return
        price = t.money(answer.total) if answer.total else "–"
        until = t.moment(answer.promised) if answer.promised else "–"
        sentence = t("{firm} is told at once that we order for {price}, to be there on {date}.", firm=answer.firm, price=price, date=until)
        if await self.page.ask(t("Order from {firm}?", firm=answer.firm), sentence, t("Order")):
            await self.page.act(partial(self._ordered, quotation), t("Ordered."))
            await self._again()

    async def _ordered(self, quotation: str, actor: Actor) -> Any:
        return await self.page.rooms.trade.order(actor, quotation)

    async def ask(self, party: str) -> None:
        """Ask another firm the same."""
        t, view = self.page.t, self.view
        if view is None:
            return
        request = view.request
        lines, until, origin = request.lines, request.respond_by, request.origin or request.number
        done = await self.page.act(lambda actor: self.page.rooms.trade.request(actor, party, lines, until, origin=origin), t("Asked."))
        if done is not None:
            await self._again()


SCREENS = (
    Screen("/rfqs", "Requests", _build, action="trade.read", group="now", icon="request_quote", key="r", howto="rfqs-and-quotes"),
    Screen("/rfqs/{rfq}", "Request", _one, action="trade.read", group="now", howto="rfqs-and-quotes"),
)
