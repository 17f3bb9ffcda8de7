"""What a person does with a part: take goods in, correct stock by a count, change its operations, estimate times and confirm them."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from plait.console.page import Block, Field, Page
from plait.console.screens.order_acts import amount_in
from plait.console.screens.parts_routing import RoutingForm
from plait.kernel.actor import Actor
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.desk.masters.model import Correction, Corrections, Estimate
from plait.manufacturing.part.model import Counted, Part, Stock, StockCount, StockIn
from plait.overview.parts.model import PartView

__all__ = ["PartActs"]


class PartActs:
    """The acts of one part's page; ``estimate`` and ``corrections`` are what was asked for last, ``before`` is it before its operations were changed."""

    def __init__(self, page: Page, view: PartView, may: frozenset[str]) -> None:
        self.page = page
        self.view = view
        self.may = may
        self.estimate: Estimate | None = None
        self.corrections: Sequence[Correction] | None = None
        self.before: Part | None = None
        self.block: Block | None = None

    def now(self, view: PartView) -> PartView:
        """Take the part as it is now, and return it."""
        self.view = view
        return view

    def handlers(self) -> Mapping[str, Callable[[str], Any]]:
        """Return the acts by name."""
        return {
            "receive": lambda _: self.receive(),
            "count": self.count,
            "estimate": lambda _: self.ask_estimate(),
            "apply-estimate": lambda _: self.apply_estimate(),
            "compare": lambda _: self.compare(),
            "confirm": self.confirm,
            "routing": lambda _: self.change_routing(),
            "undo-routing": lambda _: self.undo_routing(),
        }

    async def _again(self) -> None:
        if self.block is not None:
            await self.block.load()

    async def receive(self) -> None:
        """Ask what came and take it into stock."""
        t, part = self.page.t, self.view.part
        day = self.page.me.now().astimezone(t.zone)
        fields = [
            Field("quantity", t("How much ({unit})", unit=_unit(t, part.unit)), kind="number", required=True),
            Field("lot", t("Lot (batch, heat or delivery)"), value=f"{day:%Y-%m-%d}", required=True),
            Field("order", t("Reserved for our order (may stay empty)")),
        ]
        if part.serial:
            fields.append(Field("serials", t("Serial numbers, one a line"), kind="long"))

        async def do(actor: Actor, values: dict[str, Any]) -> Stock:
            quantity = amount_in(values["quantity"], t("How much ({unit})", unit=_unit(t, part.unit))) or Decimal(0)
            serials = tuple(each.strip() for each in str(values.get("serials") or "").splitlines() if each.strip())
            goods = StockIn(part.id, str(values["lot"]).strip(), quantity, part.unit, order=str(values["order"] or "").strip(), serials=serials)
            return await self.page.rooms.parts.receive(actor, goods)

        if await self.page.form(t("Take in"), fields, do, yes=t("Take in"), done=t("It is in stock.")):
            await self._again()

    async def count(self, lot: str) -> None:
        """Ask what was counted, say what that changes, and book it."""
        t, part = self.page.t, self.view.part
        name = t("Counted ({unit})", unit=_unit(t, part.unit))
        title = t("Correct lot {lot}", lot=lot) if lot else t("Correct by a count of all our lots")

        async def look(actor: Actor, values: dict[str, Any]) -> Counted:
            counted = amount_in(values["quantity"], name)
            if counted is None:
                raise Problem(INVALID, f"{name}: {t('say a number')}")
            return await self.page.rooms.parts.count(actor, StockCount(part.id, counted, lot, dry=True))

        seen = await self.page.form(title, [Field("quantity", name, kind="number", required=True)], look, yes=t("Go on"))
        if seen is None:
            return
        if not seen.more:
            self.page.say(t("It is as booked; nothing changes."))
            return
        size, booked = t.quantity(abs(seen.more), seen.unit), t.quantity(seen.booked, seen.unit)
        sentence = t("{booked} are booked; {size} more come in.", booked=booked, size=size)
        if seen.more < 0:
            sentence = t("{booked} are booked; {size} go out as missing.", booked=booked, size=size)
        if await self.page.ask(title, sentence, t("Book it")):
            wanted = StockCount(part.id, seen.counted, lot)
            if await self.page.act(lambda actor: self.page.rooms.parts.count(actor, wanted), t("Booked.")) is not None:
                await self._again()

    async def ask_estimate(self) -> None:
        """Have the times estimated and show them; nothing is entered."""
        found = await self.page.act(lambda actor: self.page.rooms.desk.masters.estimate(actor, (self.view.part.id,)))
        if found is not None and found.estimates:
            self.estimate = found.estimates[0]
            await self._again()

    async def apply_estimate(self) -> None:
        """Enter the estimated operations."""
        t = self.page.t
        done = await self.page.act(lambda actor: self.page.rooms.desk.masters.estimate(actor, (self.view.part.id,), apply=True))
        if done is not None:
            self.estimate = None
            self.page.say(t("Entered, marked as estimated. The orders can be planned now."))
            await self._again()

    async def change_routing(self) -> None:
        """Show the form of its operations; what was there before is kept, to be taken back."""
        before = self.view.part
        if await RoutingForm(self.page, self.view).open() is not None:
            self.before, self.estimate, self.corrections = before, None, None
            self.page.say(self.page.t("Saved."))
            await self._again()

    async def undo_routing(self) -> None:
        """Make it again as it was before the operations were changed."""
        before = self.before
        if before is None:
            return
        done = await self.page.act(lambda actor: self.page.rooms.parts.put(actor, before), self.page.t("It is made as before again."))
        if done is not None:
            self.before = None
            await self._again()

    async def compare(self) -> None:
        """Show what ended jobs took against what is planned."""
        found = await self.page.act(self.page.rooms.desk.masters.corrections)
        if found is not None:
            self.corrections = [each for each in found if each.part_id == self.view.part.id]
            if not self.corrections:
                self.page.say(self.page.t("No ended job says otherwise yet."))
            await self._again()

    async def confirm(self, key: str) -> None:
        """Take the times of ended jobs over for one operation."""
        wanted = Corrections((key,))
        if await self.page.act(lambda actor: self.page.rooms.desk.masters.correct(actor, wanted), self.page.t("The times are taken over.")):
            self.corrections = [each for each in self.corrections or () if f"{each.part_id}/{each.seq}" != key]
            await self._again()


def _unit(t: Any, unit: str) -> str:
    """Return what a unit is called where a number follows."""
    return str(t.quantity(Decimal(1), unit)).partition(" ")[2] or unit
