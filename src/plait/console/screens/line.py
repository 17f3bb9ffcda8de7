"""Line: what is being made now, who calls for help, and the button that stops everything."""

from collections.abc import Sequence
from typing import Any

from plait.console.html import Markup, chip, icon, join, link, since, table, tag
from plait.console.page import Block, Empty, Page
from plait.console.screen import Screen
from plait.kernel.actor import Actor
from plait.manufacturing.line.floor.model import Call, CallQuery, StationView
from plait.manufacturing.line.model import Batch, Job, Run
from plait.overview import paths

__all__ = ["SCREENS", "calls_shown", "run_shown", "runs_shown"]

LATEST = 100
STATES = {"open": ("running", "open"), "finished": ("good", "finished"), "cancelled": ("silent", "cancelled")}
JOBS = {"waiting": "wait", "released": "setup", "running": "running", "ended": "good", "outside": "note", "open": "running", "finished": "good"}
PLACES = frozenset({"running", "idle", "down", "setup", "silent"})


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Line"), t("What is being made now, and does anybody need help?"))
    line, floor = page.rooms.line, page.rooms.floor

    async def stop(_: str) -> None:
        await page.act(line.stop, t("Every machine was told to stop."))

    async def answer(call: str) -> None:
        await page.act(lambda actor: floor.answer(actor, call), t("The caller sees that somebody comes."))
        await calls.load()

    if await page.me.may("line.stop"):
        red = tag("button", icon("dangerous"), t("Stop the line"), type="button", cls="p-stop", data_act="stop")

        async def nothing(_: Actor) -> bool:
            return True

        note = tag("p", t("Stops every machine at once; it asks nothing."), cls="p-soft")
        await page.block(nothing, lambda _: tag("div", red, note, cls="p-row"), on={"stop": stop})

    async def read(actor: Actor) -> tuple[list[Call], list[StationView]]:
        return await floor.calls(actor, CallQuery("open")), await floor.stations(actor)

    calls: Block = await page.block(read, lambda found: calls_shown(page, *found), live=("line.", "machine."), every_s=30, on={"answer": answer})

    async def runs(actor: Actor) -> Sequence[Run]:
        return await line.runs(actor, LATEST)

    empty = Empty(t("Nothing is being made. A run begins when an order is accepted and planned."), t("See the orders"), paths.orders())
    await page.block(runs, lambda found: runs_shown(page, found), live=("line.",), empty=empty)


def calls_shown(page: Page, calls: list[Call], stations: list[StationView]) -> Markup:
    """Return open calls for help, and each place of work with its state."""
    t = page.t
    rows = []
    for call in calls:
        act = tag("button", t("I come"), type="button", cls="p-button", data_act="answer", data_arg=call.id)
        words = tag("div", tag("strong", t("{name} calls for help at {place}", name=call.name, place=call.station)), tag("p", call.note), since(call.at, t))
        rows.append(tag("li", icon("front_hand"), words, act))
    urgent = tag("section", tag("h2", t("Calls for help")), tag("ul", rows, cls="p-list"), cls="p-card is-alarm") if rows else ""
    places = [_place(page, each) for each in stations]
    body = tag("div", places, cls="p-row") if places else tag("p", t("None yet."))
    return tag("div", urgent, tag("section", tag("h2", t("Places of work")), body, cls="p-card"), cls="p-stack")


def _place(page: Page, each: StationView) -> Markup:
    state = each.state if each.state in PLACES else "silent"
    said = f"{each.name}: {page.t(each.state or 'silent')}{f' ({each.reason})' if each.reason else ''}"
    return link(chip(state, said), paths.machine(each.id), cls="p-inline") if each.linked else chip(state, said)


def runs_shown(page: Page, found: Sequence[Run]) -> Markup:
    """Return the runs, those under way first."""
    t = page.t
    going = [each for each in found if each.state == "open"]
    answer = t("{count} runs are under way.", count=len(going)) if len(going) != 1 else t("One run is under way.")
    rows = [_run(page, each) for each in sorted(found, key=lambda each: each.state != "open")]
    columns = (t("Run"), t("Part"), t("Made"), t("Scrap"), t("State"))
    made = table(columns, rows, label=t("Runs"), numbers=(2, 3), csv="CSV")
    return tag("section", tag("p", answer, cls="p-answer"), made, cls="p-card")


def _run(page: Page, each: Run) -> tuple[Any, ...]:
    t = page.t
    state, word = STATES.get(each.state, ("note", each.state))
    bar = tag("progress", "", value=each.made, max=max(1, each.order.quantity), aria_label=t("Made"), cls="p-progress")
    made = join(f"{t.number(each.made)} / {t.number(each.order.quantity)}", bar)
    return (
        link(each.order.number, paths.run(each.order.number)),
        each.order.part_name or each.order.part_id,
        made,
        t.number(each.scrapped),
        chip(state, t(word)),
    )


async def _one(page: Page) -> None:
    t = page.t
    number = page.path["run"]
    page.head(t("Run {number}", number=number), t("How far is it, and what holds it?"), over=tag("p", link(t("Line"), paths.calls()), cls="p-over"))

    async def read(actor: Actor) -> tuple[Run, Sequence[Batch], Sequence[Job]]:
        return await page.rooms.line.run(actor, number)

    await page.block(read, lambda found: run_shown(page, *found), live=("line.",))


def run_shown(page: Page, run: Run, batches: Sequence[Batch], jobs: Sequence[Job]) -> Markup:
    """Return a run: how much is made, its jobs in order, its batches."""
    t = page.t
    state, word = STATES.get(run.state, ("note", run.state))
    answer = t("{made} of {all} are made, {scrap} are scrap.", made=t.number(run.made), all=t.number(run.order.quantity), scrap=t.number(run.scrapped))
    bar = tag("progress", "", value=run.made, max=max(1, run.order.quantity), aria_label=t("Made"), cls="p-progress")
    top = tag("section", tag("p", answer, " ", chip(state, t(word)), cls="p-answer"), bar, cls="p-card")
    columns = (t("Operation"), t("Batch"), t("Where"), t("Good"), t("Scrap"), t("State"))
    names = {step.seq: step.name for step in run.order.steps}
    made = table(columns, [_job(page, job, names.get(job.seq, "")) for job in jobs[:500]], label=t("Jobs"), numbers=(3, 4), csv="CSV")
    work = tag("section", tag("h2", t("Jobs")), made, cls="p-card")
    more = [(each.id, t.number(each.quantity), t.number(each.good), chip(JOBS.get(each.state, "note"), t(each.state))) for each in batches[:500]]
    columns_ = (t("Batch"), t("Pieces"), t("Good"), t("State"))
    goods = tag("section", tag("h2", t("Batches")), table(columns_, more, label=t("Batches"), numbers=(1, 2)), cls="p-card")
    return tag("div", top, work, goods, cls="p-stack p-wide-stack")


def _job(page: Page, job: Job, name: str) -> tuple[Any, ...]:
    t = page.t
    state = chip(JOBS.get(job.state, "note"), t(job.state))
    return (
        f"{job.seq} {name or job.group}",
        job.batch,
        page.machine(job.station or job.machine_id) or t("outside"),
        t.number(job.good),
        t.number(job.scrap),
        state,
    )


SCREENS = (
    Screen("/line", "Line", _build, action="line.read", group="manufacturing", icon="conveyor_belt", key="l", howto="line"),
    Screen("/runs/{run}", "Run", _one, action="line.read", howto="line"),
)
