"""Machines: what runs, what stands, since when; and one machine with its states and signals."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from plait.console.drawings.ribbon import ribbon
from plait.console.html import Markup, chip, details, figure, icon, join, link, pairs, since, table, tag
from plait.console.page import Block, Field, Page
from plait.console.screen import Screen
from plait.infrastructure.machines.model import Machine, MachineStatus, StateChanged
from plait.infrastructure.machines.practice.model import PracticeView
from plait.infrastructure.signals.model import Series
from plait.kernel.actor import Actor
from plait.kernel.ports import JobState
from plait.kernel.texts import Texts
from plait.overview import paths

__all__ = ["SCREENS", "machine_shown", "wall_shown"]

STATES = {"running": "running", "idle": "idle", "down": "down", "setup": "set-up", "silent": "silent"}
ORDER = ("down", "silent", "setup", "idle", "running")
LIVE = ("machine.", "line.")
DAY = timedelta(hours=24)


async def _build(page: Page) -> None:
    t = page.t
    kiosk = "tv" in page.query
    if not kiosk:
        page.head(t("Machines"), t("What runs, what stands, since when?"))
    machines, practice = page.rooms.machines, page.rooms.practice
    may = await page.me.may("machines.write")
    wanted = page.query.get("state", "")

    async def read(actor: Actor) -> tuple[Sequence[MachineStatus], PracticeView]:
        return await machines.all(actor), await practice.status(actor)

    async def begin(_: str) -> None:
        page.say(t("The simulated machines are being started …"))
        await page.act(practice.begin, t("Two simulated machines run beside the node."))
        await block.load()

    async def end(_: str) -> None:
        await page.act(practice.end, t("The simulated machines are gone."))
        await block.load()

    async def add(_: str) -> None:
        note = t("An OPC UA server with PackML states. Its cell is found under the folder Cells.")
        await page.form(t("Connect a machine"), _fields(page), lambda actor, said: machines.add(actor, _machine(said)), yes=t("Connect"), note=note)
        await block.load()

    acts = {"practice": begin, "practice-end": end, "add": add} if may else {}
    block: Block = await page.block(read, lambda found: wall_shown(page, *found, may=may, only=wanted, kiosk=kiosk), live=LIVE, every_s=15, on=acts)


def wall_shown(page: Page, found: Sequence[MachineStatus], practice: PracticeView, *, may: bool, only: str = "", kiosk: bool = False) -> Markup:
    """Return the wall: a tile a machine, those that stand first; for a kiosk nothing else."""
    t = page.t
    if not found:
        buttons = join(
            tag("button", icon("smart_toy"), t("Run simulated machines"), type="button", cls="p-button", data_act="practice"),
            tag("button", icon("add_link"), t("Connect a machine"), type="button", cls="p-quiet", data_act="add"),
        )
        words = t("No machine yet. Simulated ones are there in one click, to see what you would see.")
        return tag("div", icon("precision_manufacturing"), tag("div", tag("p", words), tag("div", buttons, cls="p-row") if may else ""), cls="p-mood")
    counts = Counter(_state(each) for each in found)
    answer = t("{running} of {all} run.", running=counts["running"], all=len(found))
    stands = counts["down"] + counts["silent"]
    answer += " " + (t("{count} need somebody.", count=stands) if stands else t("None stands for a fault."))
    shown = sorted((each for each in found if not only or _state(each) == only), key=lambda each: ORDER.index(_state(each)))
    tiles = tag("div", [_tile(page, each) for each in shown], cls=f"p-wall{' is-tv' if kiosk else ''}")
    if kiosk:
        return tiles
    filters = [_filter(page, state, counts[state], only) for state in ORDER if counts[state] or state == only]
    below = _below(page, practice) if may else ""
    return tag("div", tag("p", answer, cls="p-answer"), tag("div", filters, cls="p-row"), tiles, below, cls="p-stack")


def _filter(page: Page, state: str, count: int, only: str) -> Markup:
    href = paths.machines() if only == state else paths.machines(state=state)
    return link(join(chip(state, f"{page.t(STATES[state])} {count}")), href, cls="p-inline", aria_pressed="true" if only == state else None)


def _below(page: Page, practice: PracticeView) -> Markup:
    t = page.t
    add = tag("button", icon("add_link"), t("Connect a machine"), type="button", cls="p-quiet", data_act="add")
    act = (
        tag("button", t("Take the simulated machines away"), type="button", cls="p-quiet", data_act="practice-end")
        if practice.wanted
        else tag("button", icon("smart_toy"), t("Run simulated machines"), type="button", cls="p-quiet", data_act="practice")
    )
    tv = link(t("For a screen on the wall"), f"{paths.machines()}?tv=1", cls="p-quiet")
    return tag("div", add, act, tv, tag("p", practice.why, cls="p-bad") if practice.why else "", cls="p-row")


def _state(each: MachineStatus) -> str:
    return each.state if each.linked and each.state in STATES else "silent"


def _tile(page: Page, each: MachineStatus) -> Markup:
    t = page.t
    state = _state(each)
    words = [tag("span", t(STATES[state]), cls="p-tile-state"), tag("span", since(each.since, t), cls="p-tile-since")]
    reason = tag("span", each.reason, cls="p-tile-reason") if each.reason else ""
    jobs = tag("span", _jobs_said(t, len(each.jobs)), cls="p-soft p-small")
    body = join(tag("strong", each.machine.name), tag("span", each.machine.group, cls="p-soft p-small"), *words, reason, jobs)
    return link(body, paths.machine(each.machine.id), cls=f"p-tile is-{state}")


def _jobs_said(t: Texts, count: int) -> str:
    if count == 1:
        return t("one job there")
    return t("{count} jobs there", count=count) if count else t("no job")


def _fields(page: Page) -> list[Field]:
    t = page.t
    return [
        Field("id", t("Short name"), required=True, hint=t("letters, digits, - and _")),
        Field("name", t("Name"), required=True),
        Field("group", t("Kind of work"), required=True, hint=t("as in your routings: hobbing, grinding …")),
        Field("endpoint", t("Address of its OPC UA server"), required=True, value="opc.tcp://"),
        Field("cell", t("Cell"), required=True),
    ]


def _machine(said: dict[str, Any]) -> Machine:
    text = {name: str(value or "").strip() for name, value in said.items()}
    return Machine(text["id"], text["name"], text["group"], "opcua", {"endpoint": text["endpoint"], "cell": text["cell"]})


async def _one(page: Page) -> None:
    t = page.t
    id = page.path["machine"]
    machines = page.rooms.machines
    first = await machines.one(await page.me.actor(), id)
    page.head(first.machine.name, t("Does it run, and if not, why?"), over=tag("p", link(t("Machines"), paths.machines()), cls="p-over"))

    async def read(actor: Actor) -> tuple[MachineStatus, list[StateChanged], list[Series], Sequence[JobState]]:
        status = await machines.one(actor, id)
        signals = [each for each in await page.rooms.signals.series(actor) if each.name.startswith(f"{id}.")] if await page.me.may("signals.read") else []
        jobs = await machines.jobs_of(actor, id) if status.linked else ()
        return status, await machines.history(actor, id, 500), signals, jobs

    async def stop(_: str) -> None:
        await page.act(lambda actor: machines.stop(actor, id), t("Told to stop."))

    async def reset(_: str) -> None:
        await page.act(lambda actor: machines.reset(actor, id), t("Told to make ready."))

    async def remove(_: str) -> None:
        if await page.ask(t("Forget {name}?", name=first.machine.name), t("The link ends; its history and signals stay."), t("Forget")):
            await page.act(lambda actor: machines.remove(actor, id), t("Forgotten."))
            page.go(paths.machines())

    offered = (("stop", stop, "machines.stop"), ("reset", reset, "machines.stop"), ("remove", remove, "machines.write"))
    acts = {name: act for name, act, action in offered if await page.me.may(action)}
    await page.block(read, lambda found: machine_shown(page, *found, acts=sorted(acts)), live=LIVE, every_s=10, on=acts)


def machine_shown(
    page: Page, status: MachineStatus, changes: list[StateChanged], signals: list[Series], jobs: Sequence[JobState], *, acts: Sequence[str]
) -> Markup:
    """Return a machine: its state in words, the ribbon of the last day, signals, its own list of jobs."""
    t = page.t
    state = _state(status)
    now = page.me.now()
    answer = join(chip(state, t(STATES[state])), " ", t("since"), " ", since(status.since, t), f": {status.reason}" if status.reason else "")
    expected: Any = ""
    if status.expected_minutes and state == "down":
        expected = tag("p", t("Back in about {minutes} minutes, it says.", minutes=round(status.expected_minutes)), cls="p-soft")
    buttons = [_act(page, act) for act in ("stop", "reset", "remove") if act in acts]
    history = tag("section", tag("h2", t("The last 24 hours")), ribbon(changes, now - DAY, now, t), _shares(page, changes, now), cls="p-card")
    about = pairs(((t("Kind of work"), status.machine.group), (t("Adapter"), status.machine.adapter), (t("Site"), status.machine.site)))
    top = tag("section", tag("p", answer, cls="p-answer"), expected, about, tag("div", buttons, cls="p-row"), cls="p-card")
    return tag("div", top, history, _signals(page, signals), _jobs(page, jobs), _changes(page, changes), cls="p-stack p-wide-stack")


def _act(page: Page, act: str) -> Markup:
    t = page.t
    sign, word = {"stop": ("stop_circle", t("Stop it")), "reset": ("restart_alt", t("Make it ready")), "remove": ("link_off", t("Forget it"))}[act]
    return tag("button", icon(sign), word, type="button", cls="p-danger" if act == "stop" else "p-quiet", data_act=act)


def _shares(page: Page, changes: list[StateChanged], now: Any) -> Markup:
    """Return how long the machine was in each state in the last day."""
    t = page.t
    begin, spent, last = now - DAY, Counter[str](), now
    for each in sorted((each for each in changes if each.at < now), key=lambda each: each.at, reverse=True):
        start = max(each.at, begin)
        if last > start:
            spent[each.state if each.state in STATES else "silent"] += round((last - start).total_seconds() / 60)
        last = min(last, start)
    figures = [figure(t.number(spent[state]), t(STATES[state]), unit="min") for state in STATES if spent[state]]
    return tag("div", figures, cls="p-figures") if figures else tag("p", t("Nothing is known yet."), cls="p-soft")


def _signals(page: Page, signals: list[Series]) -> Markup:
    t = page.t
    if not signals:
        return tag("section", tag("h2", t("Signals")), tag("p", t("It has told no signal yet."), cls="p-soft"), cls="p-card")
    rows = [(each.name.partition(".")[2], f"{each.value:.4g}" if each.value is not None else "–", each.unit, since(each.at, t)) for each in signals]
    made = table((t("Signal"), t("Value"), t("Unit"), t("When")), rows, label=t("Signals"), numbers=(1,), csv="CSV")
    return tag("section", tag("h2", t("Signals")), made, cls="p-card")


def _jobs(page: Page, jobs: Sequence[JobState]) -> Markup:
    t = page.t
    if not jobs:
        return Markup("")
    rows = [(job.job_id, t(job.state), t.number(job.good), t.number(job.scrap)) for job in jobs]
    made = table((t("Job"), t("State"), t("Good"), t("Scrap")), rows, label=t("Jobs at the machine"), numbers=(2, 3))
    return tag("section", tag("h2", t("Jobs at the machine")), made, cls="p-card")


def _changes(page: Page, changes: list[StateChanged]) -> Markup:
    t = page.t
    rows = [(chip(each.state, t(STATES.get(each.state, each.state))), each.reason, since(each.at, t)) for each in changes[:50]]
    return details(t("All changes"), table((t("State"), t("Reason"), t("When")), rows, label=t("All changes"), csv="CSV"))


SCREENS = (
    Screen("/machines", "Machines", _build, action="machines.read", group="infrastructure", icon="precision_manufacturing", key="m", howto="machines"),
    Screen("/machines/{machine}", "Machine", _one, action="machines.read", howto="machines"),
)
