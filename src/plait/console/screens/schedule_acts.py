"""What a person does on the schedule: look at a job, try another time, machine or hours, and save or discard what was tried."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from plait.console.page import Block, Field, Page
from plait.console.screens.order_acts import amount_in, day_in
from plait.kernel.actor import Actor
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.desk.late.model import Change, ExtraShift, LateReport, Overtime, WhatIf, WhatIfAnswer
from plait.manufacturing.schedule.model import Move, Moved
from plait.overview.chart.model import Bar, Chart, Lane

__all__ = ["Looked", "ScheduleActs", "Tried"]

Doing: TypeAlias = Callable[[Actor], Awaitable[Any]]


class Tried(msgspec.Struct, frozen=True):
    """Something tried: what it is in words, what it would do, and whether it can be saved."""

    title: str
    answer: WhatIfAnswer | Moved
    savable: bool


class Looked(msgspec.Struct, frozen=True):
    """The job looked at with its row, and what was tried."""

    bar: Bar | None
    lane: Lane | None
    tried: Tried | None


class ScheduleActs:
    """The acts of one page; it remembers the chart shown, the job looked at and what was tried last."""

    def __init__(self, page: Page, may: frozenset[str]) -> None:
        self.page = page
        self.may = may
        self.chosen = ""
        self._chart: Chart | None = None
        self._report: LateReport | None = None
        self._tried: Tried | None = None
        self._save: Doing | None = None
        self._blocks: tuple[Block | None, ...] = ()

    @property
    def writes(self) -> bool:
        """True when the person may change the schedule."""
        return "schedule.write" in self.may

    def now(self, chart: Chart) -> Chart:
        """Take the chart as it is now, and return it."""
        self._chart = chart
        return chart

    def report(self, report: LateReport | None) -> LateReport | None:
        """Take what the plan says of all orders, and return it."""
        self._report = report
        return report

    def blocks(self, chart: Block, panel: Block, late: Block | None) -> None:
        """Say what is read again after an act: the chart, what is looked at, what is late."""
        self._blocks = (chart, panel, late)

    async def looked(self, actor: Actor) -> Looked:
        """Return the job looked at and what was tried."""
        del actor
        bar, lane = self._bar(self.chosen)
        return Looked(bar, lane, self._tried)

    def handlers(self) -> Mapping[str, Callable[[str], Any]]:
        """Return the acts by name."""
        return {
            "bar": self.look,
            "close": lambda _: self.look(""),
            "drop": self.drop,
            "move": lambda _: self.move(),
            "on": self.on,
            "keep": lambda _: self.freeze(True),
            "let-go": lambda _: self.freeze(False),
            "overtime": lambda _: self.overtime(),
            "shift": lambda _: self.shift(),
            "remedy": self.remedy,
            "adopt": lambda _: self.adopt(),
            "save": lambda _: self.save(),
            "discard": lambda _: self.discard(),
        }

    def number(self, order: str) -> str:
        """Return what people call an order that the schedule names by its id."""
        lanes = self._chart.lanes if self._chart is not None else ()
        return next((bar.number for lane in lanes for bar in lane.bars if bar.order == order), "") or self._numbers().get(order, order)

    def _numbers(self) -> Mapping[str, str]:
        return {line.id: line.order_no for line in self._report.lines if line.order_no} if self._report is not None else {}

    def _bar(self, job: str) -> tuple[Bar | None, Lane | None]:
        for lane in self._chart.lanes if self._chart is not None and job else ():
            for bar in lane.bars:
                if bar.job_id == job:
                    return bar, lane
        return None, None

    async def _again(self, *, all: bool = False) -> None:
        for block in self._blocks if all else self._blocks[1:2]:
            if block is not None:
                await block.load()

    async def look(self, job: str) -> None:
        """Show a job, with what can be done with it."""
        self.chosen = job if self._bar(job)[0] is not None else ""
        self._tried = None
        chart = self._blocks[0] if self._blocks else None
        if chart is not None and self._chart is not None:
            chart.take(self._chart)
        await self._again()
        self._in_view()

    def _in_view(self) -> None:
        panel = self._blocks[1] if len(self._blocks) > 1 else None
        if panel is not None and (self.chosen or self._tried):
            panel.into_view()

    # -- trying

    async def _show(self, title: str, answer: WhatIfAnswer | Moved | None, save: Doing | None) -> None:
        if answer is None:
            return
        self._tried, self._save = Tried(title, answer, save is not None), save
        await self._again()
        self._in_view()

    async def _try_move(self, job: str, wanted: Move) -> None:
        t, schedule = self.page.t, self.page.rooms.schedule
        bar, _ = self._bar(job)
        if bar is None:
            return
        answer = await self.page.act(lambda actor: schedule.try_move(actor, job, wanted))
        if answer is None:
            return
        self.chosen = job
        title = t("{order}, {operation}: on {centre} from {when}", order=bar.number, operation=bar.name, centre=answer.work_centre, when=t.moment(answer.start))
        save: Doing | None = (lambda actor: schedule.move(actor, job, wanted)) if self.writes else None
        await self._show(title, answer, save)

    async def drop(self, text: str) -> None:
        """Try what a bar was dragged to: job, new start and work centre, as the browser says them."""
        try:
            job, start, centre = msgspec.json.decode(text.encode(), type=tuple[str, datetime, str])
        except msgspec.MsgspecError:
            return
        if start.tzinfo is not None:
            await self._try_move(job, Move(start, centre))

    async def on(self, centre: str) -> None:
        """Try the job looked at on another work centre, at its time."""
        bar, _ = self._bar(self.chosen)
        if bar is not None:
            await self._try_move(bar.job_id, Move(max(bar.start, self.page.me.now()), centre))

    async def move(self) -> None:
        """Ask for another time and work centre, and try them."""
        t = self.page.t
        bar, lane = self._bar(self.chosen)
        if bar is None or lane is None:
            return
        zone = ZoneInfo(t.zone.key)
        at = bar.start.astimezone(zone)
        places = {id: self.page.machine(id) for id in (lane.id, *lane.others)}
        fields = [
            Field("day", t("Not before (day)"), kind="date", value=at.date().isoformat(), required=True),
            Field("time", t("Not before (time, HH:MM)"), value=f"{at:%H:%M}", required=True),
            Field("centre", t("Work centre"), kind="choice", options=places, value=lane.id, required=True),
        ]

        async def do(_: Actor, values: dict[str, Any]) -> Move:
            day = day_in(values["day"], t("Not before (day)")) or at.date()
            return Move(_moment(day, str(values["time"]), zone, t("Not before (time, HH:MM)")), str(values["centre"]))

        note = t("Nothing is changed yet: you see first what would move.")
        wanted = await self.page.form(t("Move the job"), fields, do, yes=t("Try"), note=note)
        if wanted is not None:
            await self._try_move(bar.job_id, wanted)

    async def _try(self, title: str, changes: tuple[Change, ...]) -> None:
        late = self.page.rooms.desk.late
        answer = await self.page.act(lambda actor: late.what_if(actor, WhatIf(changes)))
        saves = {"desk.write", "schedule.write"} <= self.may
        await self._show(title, answer, (lambda actor: late.apply(actor, WhatIf(changes))) if saves else None)

    def _places(self) -> dict[str, str]:
        return {lane.id: self.page.machine(lane.machine_id or lane.id) for lane in self._chart.lanes if lane.id} if self._chart is not None else {}

    def _next_day(self) -> date:
        return self.page.me.now().astimezone(ZoneInfo(self.page.t.zone.key)).date() + timedelta(days=1)

    async def overtime(self) -> None:
        """Ask which work centre stays open longer on which day, and try it."""
        t = self.page.t
        bar, lane = self._bar(self.chosen)
        fields = [
            Field(
                "centre", t("Work centre"), kind="choice", options=self._places(), value=lane.id if bar is not None and lane is not None else "", required=True
            ),
            Field("day", t("Day"), kind="date", value=self._next_day().isoformat(), required=True),
            Field("hours", t("Hours longer"), kind="number", value="2", required=True),
        ]

        async def do(_: Actor, values: dict[str, Any]) -> Overtime:
            hours = amount_in(values["hours"], t("Hours longer")) or 0
            return Overtime(str(values["centre"]), day_in(values["day"], t("Day")) or self._next_day(), float(hours))

        made = await self.page.form(t("Try overtime"), fields, do, yes=t("Try"), note=t("Nothing is changed yet: you see first what would move."))
        if made is not None:
            title = t("{centre} stays open {hours} h longer on {day}", centre=made.work_centre, hours=t.number(made.hours), day=t.day(made.day))
            await self._try(title, (made,))

    async def shift(self) -> None:
        """Ask for a shift more, of one work centre or of all, and try it."""
        t = self.page.t
        fields = [
            Field("centre", t("Work centre"), kind="choice", options={"": t("all work centres"), **self._places()}, value=""),
            Field("day", t("First day"), kind="date", value=self._next_day().isoformat(), required=True),
            Field("until", t("Last day"), kind="date", value=self._next_day().isoformat(), required=True),
            Field("start", t("From (HH:MM)"), value="14:00", required=True),
            Field("end", t("Until (HH:MM)"), value="22:00", required=True),
        ]

        async def do(_: Actor, values: dict[str, Any]) -> ExtraShift:
            first = day_in(values["day"], t("First day")) or self._next_day()
            last = day_in(values["until"], t("Last day"))
            return ExtraShift(first, str(values["start"]).strip(), str(values["end"]).strip(), last, str(values["centre"] or ""))

        made = await self.page.form(t("Try another shift"), fields, do, yes=t("Try"), note=t("Nothing is changed yet: you see first what would move."))
        if made is not None:
            days = t.day(made.day) if made.until in {None, made.day} else f"{t.day(made.day)} – {t.day(made.until or made.day)}"
            place = made.work_centre or t("all work centres")
            await self._try(t("{centre} also works from {start} to {end} on {days}", centre=place, start=made.start, end=made.end, days=days), (made,))

    async def remedy(self, line: str) -> None:
        """Try what would help a late order most cheaply."""
        found = next((each for each in self._report.lines if each.id == line), None) if self._report is not None else None
        if found is not None and found.remedy is not None and found.remedy.changes:
            await self._try(found.remedy.text, found.remedy.changes)

    # -- doing

    async def save(self) -> None:
        """Make what was tried real."""
        if self._save is None:
            return
        done = await self.page.act(self._save, self.page.t("Saved. The plan is worked out anew."))
        if done is not None:
            self._tried = self._save = None
            await self._again(all=True)

    async def discard(self) -> None:
        """Forget what was tried."""
        self._tried = self._save = None
        await self._again()

    async def freeze(self, frozen: bool) -> None:
        """Keep the job looked at where it is, or let it move again."""
        t, job = self.page.t, self.chosen
        done = t("It stays where it is when the plan is repaired.") if frozen else t("It may move again when the plan is worked out.")

        async def do(actor: Actor) -> bool:
            await self.page.rooms.schedule.freeze(actor, job, frozen)
            return True

        if await self.page.act(do, done):
            await self._again(all=True)

    async def adopt(self) -> None:
        """Ask once and take the plan of all open orders over into the schedule."""
        t, late = self.page.t, self.page.rooms.desk.late
        sentence = t("All open orders are booked as planned now; what has begun, and what a person has put somewhere, stays. Promises keep clear of it.")
        if await self.page.ask(t("Take the plan over?"), sentence, t("Take it over")):
            done = await self.page.act(late.adopt)
            if done is not None:
                self.page.say(t("{lines} orders with {operations} operations are booked.", lines=t.number(done.lines), operations=t.number(done.operations)))
                await self._again(all=True)


def _moment(day: date, clock: str, zone: ZoneInfo, label: str) -> datetime:
    try:
        return datetime.combine(day, datetime.strptime(clock.strip(), "%H:%M").time(), zone)  # noqa: DTZ007 - a wall-clock reading
    except ValueError as error:
        raise Problem(INVALID, f"{label}: {clock!r} is no time") from error
