"""Quotations to customers without a node: which are to be sent, and one with its lines and all its ways out of the house."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from nicegui import ui

from plait.console.html import Markup, join, link, tag
from plait.console.page import Block, Empty, Field, Page
from plait.console.screen import Screen
from plait.console.screens.guest_link import send_link
from plait.console.screens.lists import more_below, tabs
from plait.console.screens.order_acts import amount_in, day_in
from plait.console.screens.quotes_shown import LOST, lines_shown, offer_shown, offers_said, offers_shown
from plait.kernel.actor import Actor
from plait.kernel.money import Money
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.desk.offers.model import Asked, AskedLine, Change, LineChange, NewPart, Offer
from plait.overview import paths

__all__ = ["SCREENS"]

LIVE = ("offer.", "trade.", "option.", "guest.acted")
ROWS = 50
MOST_OUT = 500
ACTIONS = ("desk.write", "guest.write")


class _Rows(msgspec.Struct, frozen=True):
    """A page of quotations, the newest first."""

    offers: list[Offer]
    after: str = ""

    def __len__(self) -> int:
        return len(self.offers)


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Quotations"), t("What is to be sent, and what comes of it?"))
    state = page.query.get("state", "") if page.query.get("state", "") in ("draft", "sent", "won", "lost") else ""
    offers = page.rooms.desk.offers

    async def fetch(actor: Actor, after: str = "") -> _Rows:
        found = (await offers.offers(actor, state, ROWS + 1, after))[::-1]
        return _Rows(found[:ROWS], found[ROWS - 1].number if len(found) > ROWS else "")

    async def standing(actor: Actor) -> tuple[int, list[Offer]]:
        return len(await offers.offers(actor, "draft", MOST_OUT)), await offers.offers(actor, "sent", MOST_OUT)

    def show(found: _Rows) -> Markup:
        return offers_shown(page, found.offers)

    await page.block(standing, lambda found: offers_said(page, *found), live=LIVE)
    choices = {"": t("All"), "draft": t("Drafts"), "sent": t("Sent"), "won": t("Won"), "lost": t("Lost")}
    page.show(tabs(page, paths.offers, "state", state, choices))
    if await page.me.may("desk.write"):
        page.button(t("New request of a customer"), lambda: _ask(page), name="add", primary=True)
    empty = Empty(
        t("No customer has asked yet. Requests come by e-mail, as files or by the firm's card; or enter one here."), t("Put a request in"), paths.files()
    )
    block = await page.block(fetch, show, live=LIVE, keys=lambda found: [offer.number for offer in found.offers], empty=empty)
    await more_below(page, block.data.after if block.data is not None else "", fetch, show)


async def _ask(page: Page) -> None:
    """Enter what a customer asks for by telephone or chat."""
    t = page.t
    fields = [
        Field("customer", t("Customer"), required=True),
        Field("email", t("E-mail")),
        Field("part", t("Part number or name"), required=True),
        Field("quantity", t("Quantity"), kind="number", required=True),
        Field("due", t("Wanted for"), kind="date"),
        Field("note", t("Note"), kind="long"),
    ]

    async def do(actor: Actor, values: dict[str, Any]) -> Offer:
        name = str(values["part"]).strip()
        quantity = amount_in(values["quantity"], t("Quantity")) or Decimal(0)
        line = AskedLine(quantity, part_no=name, name=name, due=day_in(values["due"], t("Wanted for")), note=str(values["note"] or ""))
        asked = Asked(
            str(values["customer"]).strip(), (line,), email=str(values["email"] or "").strip(), source=f"console/{actor.id}/{page.me.now().isoformat()}"
        )
        return await page.rooms.desk.offers.ask(actor, asked)

    offer = await page.form(t("New request of a customer"), fields, do, yes=t("Work out price and date"))
    if offer is not None:
        page.go(paths.offer(offer.number))


async def _one(page: Page) -> None:
    t, number = page.t, page.path["quote"]
    first = await page.rooms.desk.offers.get(await page.me.actor(), number)
    may = frozenset([action for action in ACTIONS if await page.me.may(action)])
    question = t("Is price and date right, and is it out?")
    page.head(t("Quotation {number}", number=first.shown), question, over=link(t("Quotations"), paths.offers(), cls="p-over"))
    acts = _Acts(page, number)

    async def fetch(actor: Actor) -> Offer:
        return acts.now(await page.rooms.desk.offers.get(actor, number))

    on = acts.handlers()
    acts.blocks.append(await page.block(fetch, lambda offer: offer_shown(page, offer, may), live=LIVE, on=on))
    acts.blocks.append(await page.block(fetch, lambda offer: lines_shown(page, offer, may), live=LIVE, key="lines", on=on))


class _Acts:
    """What a person does with a quotation."""

    def __init__(self, page: Page, number: str) -> None:
        self.page = page
        self.number = number
        self.offers = page.rooms.desk.offers
        self.blocks: list[Block] = []
        self.offer: Offer | None = None

    def now(self, offer: Offer) -> Offer:
        """Take the quotation as it is now, and return it."""
        self.offer = offer
        return offer

    def _held(self) -> Offer:
        assert self.offer is not None
        return self.offer

    def handlers(self) -> dict[str, Any]:
        """Return the acts by name."""
        plain = {"send": self.send, "accept": self.accept, "lose": self.lose, "change": self.change, "renew": self.renew}
        plain |= {"work-out": self.work_out, "link": self.link, "text": self.text}
        return {**{name: lambda _, do=do: do() for name, do in plain.items()}, "line": self.line, "part": self.part}

    async def _again(self, done: Any = True) -> None:
        if done is not None:
            for block in self.blocks:
                await block.load()

    async def send(self) -> None:
        """Freeze it: from now on it counts."""
        t = self.page.t
        await self._again(await self.page.act(lambda actor: self.offers.send(actor, self.number), t("It counts from now on. Send it by link, chat or e-mail.")))

    async def accept(self) -> None:
        """Enter the customer's yes."""
        t, offer = self.page.t, self._held()
        open_ = [line.index for line in offer.lines if line.state == "sent"]
        fields = [Field("reference", t("The customer's order number"), value=offer.asked.request_no)]
        if len(open_) > 1:
            fields.append(Field("lines", t("Which lines (empty: all)"), hint="1, 3"))

        async def do(actor: Actor, values: dict[str, Any]) -> Offer:
            lines = _numbers(str(values.get("lines") or ""), t("Which lines (empty: all)"))
            return await self.offers.accept(actor, self.number, lines, str(values["reference"] or "").strip(), "the console")

        note = t("Each line becomes an order and goes into the plan.")
        await self._again(await self.page.form(t("The customer accepts"), fields, do, yes=t("Accepted"), done=t("Won."), note=note))

    async def lose(self) -> None:
        """Enter that it was lost, and why."""
        t, offer = self.page.t, self._held()
        known = offer.proposal.reason if offer.proposal is not None else ""
        choices = {value: t(label) for value, label in LOST.items()}
        fields = [
            Field("reason", t("Why"), kind="choice", value=known or "no-answer", options=choices, required=True),
            Field("text", t("In their words"), kind="long"),
        ]

        async def do(actor: Actor, values: dict[str, Any]) -> Offer:
            return await self.offers.lose(actor, self.number, values["reason"], str(values["text"] or ""))

        note = t("The slot and what suppliers hold for it are let go.")
        await self._again(await self.page.form(t("The quotation is lost"), fields, do, yes=t("Lost"), done=t("Noted."), note=note))

    async def renew(self) -> None:
        """Ask once where it is out, and work it out anew."""
        t, offer = self.page.t, self._held()
        sentence = t("What {customer} has in hand does not count any more; the next version is worked out.", customer=offer.asked.customer)
        if offer.state != "sent" or await self.page.ask(t("Take the quotation back?"), sentence, t("Take back")):
            await self._again(await self.page.act(lambda actor: self.offers.renew(actor, self.number)))

    async def work_out(self) -> None:
        """Take up what it is stuck at."""
        await self._again(await self.page.act(lambda actor: self.offers.try_again(actor, self.number), self.page.t("Worked out again.")))

    async def change(self) -> None:
        """Change customer, validity and words."""
        t, offer = self.page.t, self._held()
        zone = ZoneInfo(self.page.rooms.identity.firm().zone)
        fields = [
            Field("customer", t("Customer"), value=offer.asked.customer, required=True),
            Field("email", t("E-mail"), value=offer.asked.email),
            Field("contact", t("Person"), value=offer.asked.contact),
            Field("until", t("Valid until"), kind="date", value=offer.until.astimezone(zone).date().isoformat() if offer.until else ""),
            Field("text", t("Words on the quotation"), kind="long", value=offer.text),
        ]

        async def do(actor: Actor, values: dict[str, Any]) -> Offer:
            edit: dict[str, Any] = {name: str(values[name] or "").strip() for name in ("customer", "email", "contact", "text")}
            day = day_in(values["until"], t("Valid until"))
            if day is not None and (offer.until is None or day != offer.until.astimezone(zone).date()):
                edit["until"] = datetime.combine(day, time(23, 59), zone)
            return await self.offers.change(actor, self.number, Change(**edit))

        await self._again(await self.page.form(t("Change the quotation"), fields, do, done=t("Changed.")))

    async def line(self, index: str) -> None:
        """Change a line's price, date, quantity and words; an empty price or date goes back to what was worked out."""
        t, offer = self.page.t, self._held()
        row = next(line for line in offer.lines if str(line.index) == index)
        zone = ZoneInfo(self.page.rooms.identity.firm().zone)
        currency = row.price.currency if row.price else self.page.rooms.identity.firm().currency
        price, date_ = f"{row.price.amount.normalize():f}" if row.price else "", row.promised.astimezone(zone).date().isoformat() if row.promised else ""
        fields = [
            Field("price", t("Price of a piece ({currency})", currency=currency), kind="number", value=price),
            Field("promised", t("Date"), kind="date", value=date_),
            Field("quantity", t("Quantity"), kind="number", value=f"{row.quantity.normalize():f}", required=True),
            Field("text", t("Words on the quotation"), kind="long", value=row.text),
        ]

        async def do(actor: Actor, values: dict[str, Any]) -> Offer:
            edit: dict[str, Any] = {"text": str(values["text"] or "")}
            amount, quantity = amount_in(values["price"], t("Price")), amount_in(values["quantity"], t("Quantity"))
            if str(values["price"] or "") != price:
                edit["price"] = Money(amount, currency) if amount is not None else None
            if str(values["promised"] or "") != date_:
                day = day_in(values["promised"], t("Date"))
                edit["promised"] = datetime.combine(day, time(16), zone) if day else None
            if quantity is not None and quantity != row.quantity:
                edit["quantity"] = quantity
            return await self.offers.change(actor, self.number, Change(lines=(LineChange(row.index, **edit),)))

        note = t("An empty price or date goes back to what was worked out.")
        await self._again(await self.page.form(t("Line {index}", index=index), fields, do, done=t("Changed."), note=note))

    async def part(self, index: str) -> None:
        """Say which part a line means, or make a new one like another."""
        t = self.page.t
        parts = await self.page.act(self.page.rooms.parts.parts) or []
        names = {part.id: f"{part.id} {part.name}" for part in parts[:2000]}
        fields = [
            Field("part_id", t("A part we have"), kind="choice", options=names),
            Field("id", t("Or a new part with the number")),
            Field("like", t("made like"), kind="choice", options=names),
        ]

        async def do(actor: Actor, values: dict[str, Any]) -> Offer:
            wanted = NewPart(part_id=values["part_id"] or "", id=str(values["id"] or "").strip(), like=values["like"] or "")
            return await self.offers.part(actor, self.number, int(index), wanted)

        note = t("The customer's words mean this part from now on.")
        await self._again(await self.page.form(t("Which part is it?"), fields, do, done=t("Known now."), note=note))

    async def link(self) -> None:
        """Make a guest link."""
        await send_link(self.page, "offer", self.number, self._held().asked.customer)

    async def text(self) -> None:
        """Show the quotation as text to copy."""
        t = self.page.t
        text = await self.page.act(lambda actor: self.offers.text(actor, self.number))
        if text is None:
            return
        with ui.dialog() as dialog, ui.element("div").classes("p-dialog"):
            ui.html(str(join(tag("h2", t("Text for a chat")))), sanitize=False).classes("p-block")
            ui.textarea(t("Text"), value=text).props("outlined autogrow readonly").classes("p-input")
            with ui.element("div").classes("p-row p-end"):
                ui.button(t("Copy"), icon="content_copy", on_click=lambda: ui.clipboard.write(text)).props("outline no-caps").classes("p-quiet")
                ui.button(t("Done"), on_click=dialog.close).props("unelevated no-caps").classes("p-go")
        await dialog
        dialog.delete()


def _numbers(text: str, label: str) -> tuple[int, ...]:
    words = text.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and len(word) < 5 for word in words):
        raise Problem(INVALID, f"{label}: {text!r} are no line numbers")
    return tuple(int(word) for word in words)


SCREENS = (
    Screen("/quotes", "Quotations", _build, action="desk.read", group="now", icon="description", key="q", howto="rfqs-and-quotes"),
    Screen("/quotes/{quote}", "Quotation", _one, action="desk.read", group="now", howto="rfqs-and-quotes"),
)
