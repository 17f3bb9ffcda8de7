"""The form in which a person changes how a part is made: its steps, what that does to price and date, and taking it back."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from nicegui import ui

from plait.console.html import Markup, icon, join, table, tag, when
from plait.console.page import Page
from plait.console.screens.lists import hint
from plait.console.screens.parts_steps import OUTSIDE, Row, moved, revised, routing_of, rows_of
from plait.kernel.actor import Actor
from plait.kernel.money import Money
from plait.kernel.problems import UNAUTHENTICATED, Problem
from plait.manufacturing.part.model import Part
from plait.manufacturing.schedule.model import PromiseRequest
from plait.overview.parts.model import PartView

__all__ = ["RoutingForm", "changed_shown"]

# What the plan takes for a step outside whose time nobody has said, in minutes.
UNSAID_MIN = 5 * 24 * 60


class Effect(msgspec.Struct, frozen=True):
    """What a number of pieces cost in the firm's own hours and work outside, and when they could be ready; ``why`` one of them is not known."""

    cost: Money | None
    ready: datetime | None
    why: str = ""


class RoutingForm:
    """A dialog with the steps of one part, a row each."""

    def __init__(self, page: Page, view: PartView) -> None:
        self.page = page
        self.part = view.part
        self.taken = view.revisions
        self.pieces = max([1, *(int(each.quantity) for each in view.takers if not each.as_material)])
        self.rows: list[Row] = rows_of(page.t, view.part.routing)
        self.places: dict[str, str] = {}

    async def open(self) -> Part | None:
        """Show the form; return the part as it was saved, None when nothing was."""
        t, actor = self.page.t, await self.page.me.actor()
        groups = {centre.group for centre in await self.page.rooms.schedule.work_centres(actor) if centre.group}
        groups |= {op.group for op in self.part.routing if op.group}
        self.places = {group: group for group in sorted(groups)} | {OUTSIDE: t("another firm")}
        if not self.rows:
            self.rows.append(Row())
        saved: list[Part] = []
        with ui.dialog().props("persistent") as dialog, ui.element("div").classes("p-dialog is-wide p-routing"):
            ui.html(str(join(tag("h2", t("How {name} is made", name=self.part.name)), _note(self.page))), sanitize=False)
            self._holder = ui.element("ol").classes("p-steps-edited")
            self._draw()
            with ui.element("div").classes("p-row"):
                self.page.button(t("Add a step"), self._add, name="add")
                self.page.button(t("See what it changes"), self._preview, name="visibility")
            self._said = ui.html("", sanitize=False).classes("p-block")

            async def save() -> None:
                new = await self._tried(self.page.rooms.parts.put)
                if new is not None:
                    saved.append(new)
                    dialog.submit(True)

            with ui.element("div").classes("p-row p-end"):
                self.page.button(t("Cancel"), lambda: dialog.submit(False))
                self.page.button(t("Save"), save, primary=True)
        await dialog
        dialog.delete()
        return saved[0] if saved else None

    async def _tried(self, do: Callable[[Actor, Part], Any]) -> Any:
        """Do something with the part as the rows say it; a refusal is shown below the rows, which stay."""
        try:
            routing = routing_of(self.page.t, self.rows, self.page.rooms.identity.firm().currency)
            return await do(await self.page.me.actor(), revised(self.part, routing, self.taken))
        except Problem as problem:
            if problem.code == UNAUTHENTICATED:
                self.page.sign_in_again()
            self._said.content = str(tag("p", tag("strong", self.page.t(problem.kind.title)), " ", problem.detail, cls="p-wrong", role="alert"))
            return None

    # -- the rows

    def _draw(self) -> None:
        self._holder.clear()
        with self._holder:
            for at, row in enumerate(self.rows):
                self._row(at, row)

    def _row(self, at: int, row: Row) -> None:
        t = self.page.t
        with ui.element("li").classes("p-step-edited"):
            self._field(row, "name", t("What is done"), "is-name")
            if row.asked:
                ui.html(str(hint(t("A supplier is asked for it through the network."))), sanitize=False)
                self._field(row, "lead", t("Days until it is back"), number=True)
            else:
                place = ui.select(self.places, label=t("Where"), value=row.place or None, with_input=len(self.places) > 8).props("outlined dense behavior=menu")
                place.classes("p-input").on_value_change(lambda event, row=row: self._placed(row, event.value))
                if row.place == OUTSIDE:
                    self._field(row, "supplier", t("Which firm"))
                    self._field(row, "lead", t("Days until it is back"), number=True)
                    self._field(row, "price", t("Price of a piece"), number=True)
                else:
                    self._field(row, "setup", t("Set-up (min)"), number=True)
                    self._field(row, "cycle", t("A piece (min)"), number=True)
            with ui.element("div").classes("p-row p-step-acts"):
                self._sign("arrow_upward", t("Step {number} up", number=at + 1), lambda: self._move(row, -1), off=at == 0)
                self._sign("arrow_downward", t("Step {number} down", number=at + 1), lambda: self._move(row, 1), off=at == len(self.rows) - 1)
                self._sign("delete", t("Take step {number} out", number=at + 1), lambda: self._drop(row), off=len(self.rows) == 1)

    def _field(self, row: Row, name: str, label: str, cls: str = "", *, number: bool = False) -> None:
        made = ui.input(label, value=getattr(row, name), on_change=lambda event: setattr(row, name, str(event.value or "")))
        made.props('outlined dense inputmode="decimal"' if number else "outlined dense").classes(f"p-input {cls}")

    def _sign(self, sign: str, label: str, do: Callable[[], None], *, off: bool) -> None:
        made = ui.button(icon=sign, on_click=do, color=None).props(f'flat aria-label="{label}"').classes("p-quiet")
        made.set_enabled(not off)

    def _placed(self, row: Row, place: str | None) -> None:
        row.place = place or ""
        self._draw()

    def _add(self) -> None:
        self.rows.append(Row())
        self._draw()

    def _move(self, row: Row, by: int) -> None:
        moved(self.rows, row.key, by)
        self._draw()

    def _drop(self, row: Row) -> None:
        self.rows.remove(row)
        self._draw()

    # -- what it changes

    async def _preview(self) -> None:
        t = self.page.t

        async def look(actor: Actor, new: Part) -> Markup:
            was, now = await self._effect(actor, self.part), await self._effect(actor, new)
            rows = (
                (t("Own hours and work outside"), _money(self.page, was), _money(self.page, now)),
                (t("Could be ready"), when(was.ready, t), when(now.ready, t)),
            )
            title = t("For {quantity}, if they were begun now", quantity=t.quantity(self.pieces, self.part.unit))
            same = t("It stays revision {revision}.", revision=new.revision)
            other = t("The work itself changes: it becomes revision {revision}; what has begun is finished as before.", revision=new.revision)
            said = tag("p", same if new.revision == self.part.revision else other)
            why = [hint(each) for each in dict.fromkeys((was.why, now.why)) if each]
            made = table(("", t("as it is"), t("as changed")), rows, label=title)
            return tag("section", tag("h3", title, cls="p-h3"), made, said, why, role="status")

        shown = await self._tried(look)
        if shown is not None:
            self._said.content = str(shown)

    async def _effect(self, actor: Actor, part: Part) -> Effect:
        """Return what the pieces would cost and when they could be ready; what is bought counts nothing, as no step changes it."""
        firm, rooms = self.page.rooms.identity.firm(), self.page.rooms
        why: list[str] = []
        cost = ready = None
        try:
            nothing = Money(Decimal(0), firm.currency)
            bought = {f"material:{line.part}": nothing for line in part.materials}
            bought |= {f"service:{op.seq}": op.price or nothing for op in part.routing if op.outside}
            found = rooms.parts.cost(part, self.pieces, await rooms.schedule.rates(actor), bought)
            cost = found.setup + found.machine + found.services
        except Problem as problem:
            why.append(problem.detail)
        try:
            now = self.page.me.now()
            leads = {op.seq: float(UNSAID_MIN) for op in part.routing if op.service is not None}
            asked = PromiseRequest(part.id, part.id, self.pieces, part.batch_size, part.routing, now, leads, now, part.transfer_min)
            ready = (await rooms.schedule.promise(actor, asked)).finish if part.routing else None
        except Problem as problem:
            why.append(problem.detail)
        return Effect(cost, ready, "; ".join(why))


def _money(page: Page, effect: Effect) -> str:
    return page.t.money(effect.cost.rounded()) if effect.cost is not None else "–"


def _note(page: Page) -> Markup:
    return tag("p", page.t("Quotations and the plan use it from the moment it is saved; it can be taken back."), cls="p-soft")


def changed_shown(page: Page, before: Part, now: Part) -> Markup:
    """Return that the operations were changed just now, with a button that takes it back."""
    t = page.t
    if before.revision == now.revision:
        said = t("The operations were changed just now.")
    else:
        said = t("The operations were changed just now; it is revision {revision}.", revision=now.revision)
    back = tag("button", icon("undo"), t("Take back"), type="button", cls="p-quiet", data_act="undo-routing")
    return tag("div", icon("check_circle"), tag("span", said), back, cls="p-row", role="status")
