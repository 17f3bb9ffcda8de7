"""What a person does with an order: promise, change, deliver, cancel, try, make a remedy real, send a link."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from plait.console.page import Block, Field, Page
from plait.console.screens.guest_link import send_link
from plait.kernel.actor import Actor
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.service import LineEdit
from plait.manufacturing.desk.late.model import Applied, Cancel, Change, Changed, ExtraShift, LineDetail, WhatIf, WhatIfAnswer
from plait.overview.orders.model import OrderView

__all__ = ["OrderActs", "amount_in", "day_in"]


def day_in(value: Any, label: str) -> date | None:
    """Return the date typed into a field, None when it is empty; raise ``invalid`` naming the field."""
    text = str(value or "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Problem(INVALID, f"{label}: {text!r} is no date") from error


def amount_in(value: Any, label: str) -> Decimal | None:
    """Return the number typed into a field (a comma counts as the point), None when it is empty; raise ``invalid`` naming the field."""
    text = str(value or "").strip().replace(",", ".")
    try:
        found = Decimal(text) if text else None
    except InvalidOperation as error:
        raise Problem(INVALID, f"{label}: {text!r} is no number") from error
    if found is not None and not found.is_finite():
        raise Problem(INVALID, f"{label}: {text!r} is no number")
    return found


class OrderActs:
    """The acts of one page; ``detail`` is what the plan says of the order, ``answer`` what the last what-if said."""

    def __init__(self, page: Page, view: OrderView) -> None:
        self.page = page
        self.view = view
        self.detail: LineDetail | None = None
        self.answer: WhatIfAnswer | None = None
        self._again: Callable[[], Awaitable[None]] | None = None
        self._tried: Block | None = None

    def now(self, view: OrderView) -> OrderView:
        """Take the order as it is now, and return it."""
        self.view = view
        return view

    def after(self, again: Callable[[], Awaitable[None]], tried: Block | None) -> None:
        """Say what is read again after an act, and where a what-if is answered."""
        self._again = again
        self._tried = tried

    def handlers(self) -> Mapping[str, Callable[[str], Any]]:
        """Return the acts by name."""
        return {
            "promise": lambda _: self.promise(),
            "promise-day": self.promise,
            "deliver": lambda _: self.deliver(),
            "change": lambda _: self.change(),
            "cancel": lambda _: self.cancel(),
            "reopen": lambda _: self.reopen(),
            "what-if": lambda _: self.what_if(),
            "try": self.try_remedy,
            "apply": self.apply,
            "link": lambda _: self.link(),
        }

    async def _done(self, result: Any) -> None:
        if result is not None and self._again is not None:
            self.answer = None
            if self._tried is not None:
                await self._tried.load()
            await self._again()

    def _line(self) -> OrderLine:
        assert self.view.line is not None
        return self.view.line

    async def promise(self, day: str = "") -> None:
        """Ask for the date and promise it."""
        t, line = self.page.t, self._line()
        zone = ZoneInfo(self.page.rooms.identity.firm().zone)
        ready = self.detail.line.day if self.detail is not None else None
        first = day or (line.promised.astimezone(zone).date() if line.promised else ready or line.due).isoformat()
        fields = [Field("day", t("Promised for"), kind="date", value=first, required=True), Field("reason", t("Why (the customer reads it)"))]
        told = (
            t("{customer} is told at once.", customer=line.customer)
            if line.customer_party
            else t("{customer} has no node: send the confirmation or a link.", customer=line.customer)
        )

        async def do(actor: Actor, values: dict[str, Any]) -> OrderLine:
            on = day_in(values["day"], t("Promised for")) or line.due
            moment = datetime.combine(on, time(16), zone)
            return await self.page.rooms.desk.desk.promise(actor, line.id, moment, str(values["reason"] or ""))

        await self._done(await self.page.form(t("Promise a date"), fields, do, yes=t("Promise"), done=t("Promised."), note=told))

    async def deliver(self) -> None:
        """Note what has been delivered."""
        t, line = self.page.t, self._line()
        fields = [Field("quantity", t("How many"), kind="number", value=f"{line.quantity.normalize():f}", required=True)]

        async def do(actor: Actor, values: dict[str, Any]) -> OrderLine:
            quantity = amount_in(values["quantity"], t("How many")) or Decimal(0)
            return await self.page.rooms.desk.book.deliver(actor, line.id, quantity)

        note = t("{open} are open. Print the delivery note first, it lists what is open.", open=t.quantity(line.quantity, line.unit))
        await self._done(await self.page.form(t("Deliver"), fields, do, yes=t("Deliver"), done=t("Noted as delivered."), note=note))

    async def change(self) -> None:
        """Change date, quantity, priority or note; of a partner's order only what is ours to say."""
        t, line = self.page.t, self._line()
        fields = [
            Field("priority", t("Priority (1 goes first, 0: none)"), kind="number", value=str(line.priority)),
            Field("note", t("Note"), kind="long", value=line.note),
        ]
        if not line.run:
            fields = [
                Field("due", t("Wanted for"), kind="date", value=line.due.isoformat(), required=True),
                Field("quantity", t("Open quantity"), kind="number", value=f"{line.quantity.normalize():f}", required=True),
                *fields,
            ]

        async def do(actor: Actor, values: dict[str, Any]) -> OrderLine:
            edit: dict[str, Any] = {
                "note": str(values["note"] or ""),
                "priority": int(amount_in(values["priority"], t("Priority (1 goes first, 0: none)")) or 0),
            }
            if not line.run:
                edit |= {"due": day_in(values["due"], t("Wanted for")), "quantity": amount_in(values["quantity"], t("Open quantity"))}
            return await self.page.rooms.desk.book.change(actor, line.id, LineEdit(**edit))

        await self._done(await self.page.form(t("Change the order"), fields, do, done=t("Changed.")))

    async def cancel(self) -> None:
        """Ask once, saying who is told, and cancel."""
        t, row, line = self.page.t, self.view.row, self.view.line
        told = row.party if row.side == "bought" else ""
        if told:
            sentence = t(
                "{other} is told at once that order {number} is cancelled as far as nothing of it has been begun. This cannot be taken back.",
                other=row.other,
                number=row.number,
            )
        else:
            sentence = t(
                "Order {number} of {other} falls out of the plan. Nobody is told by this: tell {other} yourself. It can be opened again.",
                other=row.other,
                number=row.number,
            )
        if not await self.page.ask(t("Cancel the order?"), sentence, t("Cancel the order")):
            return
        if line is not None:
            done: Any = await self.page.act(lambda actor: self.page.rooms.desk.book.close(actor, line.id, "cancelled", ""), t("Cancelled."))
        else:
            order = next(doc for doc in self.view.documents if type(doc).__name__ == "Order")
            done = await self.page.act(lambda actor: self.page.rooms.trade.cancel(actor, order.id, None, t("no longer needed")), t("Cancelled."))
        await self._done(done)

    async def reopen(self) -> None:
        """Open a closed order again."""
        await self._done(await self.page.act(lambda actor: self.page.rooms.desk.book.reopen(actor, self._line().id), self.page.t("Open again.")))

    async def link(self) -> None:
        """Make a guest link."""
        t, view = self.page.t, self.view
        if view.guest == "order":
            kinds = {"order": t("See where the order stands"), "delivery": t("Confirm the delivery")}
            await send_link(self.page, "order", view.key, view.row.other, kinds)
        elif view.guest == "purchase":
            await send_link(self.page, "purchase", view.key, view.row.other)

    # -- trying and doing

    async def _try(self, changes: tuple[Change, ...]) -> None:
        self.answer = await self.page.act(lambda actor: self.page.rooms.desk.late.what_if(actor, WhatIf(changes)))
        if self._tried is not None:
            await self._tried.load()
            ui.run_javascript(f"document.getElementById('c{int(self._tried.element.id)}')?.scrollIntoView({{block: 'center'}})")

    async def what_if(self) -> None:
        """Ask what is to be tried with this order, and try it."""
        t, line = self.page.t, self._line()
        fields = [
            Field("due", t("Another date"), kind="date"),
            Field("quantity", t("Another quantity"), kind="number"),
            Field("priority", t("Priority (1 goes first, 0: none)"), kind="number"),
            Field("shift", t("A shift from 06:00 to 14:00 for all work centres on"), kind="date"),
            Field("cancel", t("Without this order"), kind="tick"),
        ]

        async def do(_: Actor, values: dict[str, Any]) -> tuple[Change, ...]:
            changes: list[Change] = []
            day, count = day_in(values["due"], t("Another date")), amount_in(values["quantity"], t("Another quantity"))
            rank = amount_in(values["priority"], t("Priority (1 goes first, 0: none)"))
            if day or count is not None or rank is not None:
                changes.append(Changed(line.id, day, int(rank) if rank is not None else None, count))
            if shift := day_in(values["shift"], t("A shift from 06:00 to 14:00 for all work centres on")):
                changes.append(ExtraShift(shift, "06:00", "14:00"))
            if values["cancel"]:
                changes = [*[each for each in changes if isinstance(each, ExtraShift)], Cancel(line.id)]
            if not changes:
                raise Problem(INVALID, t("Say what is to be different."))
            return tuple(changes)

        note = t("Nothing is written: you see first what would become of all open orders.")
        changes = await self.page.form(t("What if"), fields, do, yes=t("Try"), note=note)
        if changes:
            await self._try(changes)

    def _remedy(self, index: str) -> tuple[str, tuple[Change, ...]]:
        remedies = self.detail.remedies if self.detail is not None else []
        found = remedies[int(index)] if index.isdigit() and int(index) < len(remedies) else None
        return (found.text, found.changes) if found is not None else ("", ())

    async def try_remedy(self, index: str) -> None:
        """Try a remedy on the whole plan."""
        _, changes = self._remedy(index)
        if changes:
            await self._try(changes)

    async def apply(self, index: str) -> None:
        """Ask once, saying what becomes of the other orders, and make a remedy real."""
        t = self.page.t
        text, changes = self._remedy(index)
        if not changes:
            return
        seen = await self.page.act(lambda actor: self.page.rooms.desk.late.what_if(actor, WhatIf(changes)))
        if seen is None:
            return
        sentence = t(
            "{remedy}. Late orders: {before} now, {after} then; dates that move: {count}.",
            remedy=text,
            before=seen.late_before,
            after=seen.late_after,
            count=len(seen.effects),
        )
        if await self.page.ask(t("Do it?"), sentence, t("Do it")):
            done: Applied | None = await self.page.act(partial(self._apply, changes), t("Done. The plan is worked out anew."))
            await self._done(done)

    async def _apply(self, changes: tuple[Change, ...], actor: Actor) -> Applied:
        return await self.page.rooms.desk.late.apply(actor, WhatIf(changes))
