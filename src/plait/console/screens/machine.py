"""One machine: does it run, and if not, why; what it did over time, its signals, its shift."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from plait.apps.oee.model import OeeDetail, OeeRow
from plait.console.apps.oee import headline, loss_bars
from plait.console.html import Markup, chip, details, figure, icon, join, link, pairs, since, table, tag, when
from plait.console.page import Page
from plait.console.screen import Screen
from plait.console.screens.alarms import alarm_card, alarms_acts
from plait.infrastructure.alarms.model import AlarmView
from plait.infrastructure.machines.model import MachineStatus
from plait.infrastructure.past.model import Stretch, Work
from plait.infrastructure.signals.model import Series
from plait.kernel.actor import Actor
from plait.kernel.problems import Problem
from plait.overview import paths
from plait.overview.wall.rules import shown_state, sign_of

__all__ = ["SCREENS", "machine_shown"]

WORDS = {"running": "running", "idle": "idle", "down": "down", "setup": "set-up", "silent": "silent"}
LIVE = ("machine.", "line.", "alarm.")
DAY = timedelta(hours=24)
MOST_CHANGES = 60
MOST_JOBS = 30
SPANS = {"10m": "10 min", "1h": "1 h", "8h": "8 h", "1d": "1 day", "7d": "7 days", "30d": "30 days", "1y": "1 year"}


@dataclass(frozen=True)
class Day:
    """What a machine did in the last day."""

    states: Sequence[Stretch]
    works: Sequence[Work]


async def _build(page: Page) -> None:
    t = page.t
    id = page.path["machine"]
    rooms = page.rooms
    first = await rooms.machines.one(await page.me.actor(), id)
    page.head(first.machine.name, t("Does it run, and if not, why?"), over=tag("p", link(t("Machines"), paths.machines()), cls="p-over"))
    may_signals = await page.me.may("signals.read")

    async def signals(actor: Actor) -> list[Series]:
        return [each for each in await rooms.signals.series(actor) if each.name.startswith(f"{id}.")] if may_signals else []

    async def status(actor: Actor) -> MachineStatus:
        return await rooms.machines.one(actor, id)

    async def day(actor: Actor) -> Day:
        now = page.me.now()
        return Day(await rooms.past.states(actor, id, now - DAY, now), await rooms.past.worked(actor, now - DAY, now, id))

    async def stop(_: str) -> None:
        await page.act(lambda actor: rooms.machines.stop(actor, id), t("Told to stop."))

    async def reset(_: str) -> None:
        await page.act(lambda actor: rooms.machines.reset(actor, id), t("Told to make ready."))

    async def remove(_: str) -> None:
        name = first.machine.name
        sentence = t("The link ends, nothing new comes, and {name} is not listed any more. Its values, states and all that happened stay.", name=name)
        if await page.ask(t("Disconnect {name}?", name=name), sentence, t("Disconnect")):
            await page.act(lambda actor: rooms.machines.remove(actor, id), t("Disconnected. What was kept stays."))
            page.go(paths.machines())

    offered = [("remove", remove, "machines.write")]
    if rooms.machines.obeys(first.machine):
        offered += [("stop", stop, "machines.stop"), ("reset", reset, "machines.stop")]
    acts = {name: act for name, act, action in offered if await page.me.may(action)}
    await page.block(status, lambda found: machine_shown(page, found, acts=sorted(acts)), live=LIVE, every_s=2, key=t.language, on=acts)
    doing = await alarms_acts(page)
    watched = {name: act for name, act in doing.items() if name != "_doing"}
    calls = await page.block(
        lambda actor: rooms.alarms.inbox(actor, id), lambda found: _alarms(page, found, doing), live=("alarm.",), every_s=15, key=t.language, on=watched
    )
    if "_doing" in doing:
        doing["_doing"].after = calls.load
    known = await signals(await page.me.actor())
    begun = await rooms.past.first(await page.me.actor(), id)
    page.show(_picture(page, id, known, begun))
    if await page.me.may("apps.read"):
        await page.block(lambda actor: _shift(page, actor, id), lambda row: _shift_shown(page, row), every_s=15, key=t.language)
    if known:
        await page.block(signals, lambda found: _signals(page, id, found), every_s=1, key=t.language)
    await page.block(day, lambda found: _day(page, found), live=LIVE, every_s=30, key=t.language)


def machine_shown(page: Page, status: MachineStatus, *, acts: Sequence[str]) -> Markup:
    """Return a machine's state in words, what it is, and what can be done."""
    t, machine = page.t, status.machine
    state = shown_state(status)
    answer = join(chip(state, t(WORDS[state])), " ", since(status.since, t), f": {status.reason}" if status.reason else "")
    expected: Any = ""
    if status.expected_minutes and state == "down":
        expected = tag("p", t("Back in about {minutes} minutes, it says.", minutes=round(status.expected_minutes)), cls="p-soft")
    buttons = [_act(page, act) for act in ("stop", "reset") if act in acts]
    buttons.append(link(join(icon("sensors"), t("Its signals and connection")), paths.machine_signals(machine.id), cls="p-quiet"))
    buttons += [_act(page, act) for act in ("remove",) if act in acts]
    about = pairs(((t("Kind of work"), machine.group), (t("Adapter"), machine.adapter), (t("Site"), machine.site), (t("Place"), machine.place)))
    return tag("section", tag("p", answer, cls="p-answer"), expected, about, tag("div", buttons, cls="p-row"), cls="p-card p-stack")


def _alarms(page: Page, found: Sequence[AlarmView], acts: Mapping[str, Any]) -> Markup:
    """Return the machine's alarms that need somebody, and where its rules and alarms are set."""
    t = page.t
    ways = tag("p", link(t("Its rules"), paths.rules(page.path["machine"])), " · ", link(t("All alarms"), paths.alarms(show="all")), cls="p-soft")
    return tag("div", [alarm_card(t, each, acts) for each in found], ways, cls="p-stack")


def _act(page: Page, act: str) -> Markup:
    t = page.t
    sign, word = {"stop": ("stop_circle", t("Stop it")), "reset": ("restart_alt", t("Make it ready")), "remove": ("link_off", t("Disconnect"))}[act]
    return tag("button", icon(sign), word, type="button", cls="p-danger" if act == "stop" else "p-quiet", data_act=act)


def _picture(page: Page, id: str, signals: Sequence[Series], begun: datetime | None) -> Markup:
    """Return the place of the picture over time; the browser draws it from what the API says."""
    t = page.t
    words = {
        "spans": {key: t(text) for key, text in SPANS.items()},
        "states": {state: t(word) for state, word in WORDS.items()},
        "back": t("Earlier"),
        "on": t("Later"),
        "nearer": t("Nearer"),
        "farther": t("Farther"),
        "live": t("live"),
        "label": t("States, jobs and signals of the machine over time"),
        "power": t("{kwh} kWh used", kwh="{kwh}"),
        "energy": t("{kwh} kWh for the jobs shown", kwh="{kwh}"),
        "lost": t("The picture cannot be read now."),
        "nothing": t("nothing in this time"),
        "gap": t("nothing is known"),
    }
    now = page.me.now()
    names = [each.name.removeprefix(f"{id}.") for each in signals]
    span = "1h" if begun is not None and now - begun < timedelta(hours=2) else "8h"
    box = tag(
        "div",
        tag("div", tag("span", cls="p-bone"), cls="p-skeleton"),
        cls="m-chart volatile",
        data_machine=id,
        data_now=round(now.timestamp() * 1000),
        data_span=span,
        data_words=msgspec.json.encode(words).decode(),
        data_signals=msgspec.json.encode(names).decode(),
    )
    hint = tag("p", t("Drag to move; pinch, double-click or Ctrl and the wheel to zoom; arrows, + and - on the keyboard."), cls="p-soft p-small")
    return tag("section", tag("h2", t("Over time")), box, hint, cls="p-card")


async def _shift(page: Page, actor: Actor, id: str) -> OeeRow | None:
    """Return OEE of the machine's present shift, None when the app is off or no shift runs."""
    now = page.me.now()
    try:
        detail: OeeDetail = (await page.rooms.apps.report(actor, "oee", now - timedelta(seconds=1), now, "shift")).detail
    except Problem:
        return None
    return next((row for row in detail.rows if row.kind == "machine" and row.subject == id), None)


def _shift_shown(page: Page, row: OeeRow | None) -> Markup:
    t = page.t
    head = tag("header", tag("h2", t("This shift")), link(t("OEE of all machines"), paths.oee()))
    if row is None or not row.planned_min:
        return tag("section", head, tag("p", t("No shift is under way."), cls="p-soft"), cls="p-card")
    return tag("section", head, headline(page, row), loss_bars(page, row), cls="p-card p-stack")


def _signals(page: Page, id: str, signals: Sequence[Series]) -> Markup:
    t = page.t
    rows = [(each.title or each.name.removeprefix(f"{id}."), _value(each), sign_of(each.unit), since(each.at, t)) for each in signals]
    made = table((t("Signal"), t("Value"), t("Unit"), t("When")), rows, label=t("Signals"), numbers=(1,), csv="CSV")
    return tag("section", tag("h2", t("Signals")), made, cls="p-card")


def _value(each: Series) -> str:
    if each.value is None:
        return "–"
    return each.value if isinstance(each.value, str) else f"{each.value:.4g}"


def _day(page: Page, found: Day) -> Markup:
    """Return the last day in figures, its jobs, and every change of state."""
    t = page.t
    spent: dict[str, float] = {}
    for each in found.states:
        spent[each.state] = spent.get(each.state, 0.0) + (each.until - each.since).total_seconds() / 60
    figures = [figure(t.number(round(spent[state])), t(WORDS[state]), unit="min") for state in WORDS if round(spent.get(state, 0))]
    energy = sum(work.energy_kwh for work in found.works)
    if energy:
        figures.append(figure(t.number(round(energy)) if energy >= 10 else f"{energy:.2f}", t("Energy of its jobs"), unit="kWh"))
    shares = tag("div", figures, cls="p-figures") if figures else tag("p", t("Nothing is known yet."), cls="p-soft")
    parts = [tag("section", tag("h2", t("The last 24 hours")), shares, cls="p-card"), _jobs(page, found.works)]
    rows = [(chip(each.state, t(WORDS.get(each.state, each.state))), each.reason, when(each.since, t)) for each in found.states[::-1][:MOST_CHANGES]]
    changes = table((t("State"), t("Reason"), t("Since")), rows, label=t("All changes"), csv="CSV")
    return tag("div", *parts, details(t("All changes"), changes), cls="p-stack p-wide-stack")


def _jobs(page: Page, works: Sequence[Work]) -> Markup:
    t = page.t
    if not works:
        return Markup("")
    rows = [
        (
            work.job_id,
            " ".join(each for each in (work.operation, work.part) if each),
            t(work.state),
            t.number(work.good),
            t.number(work.scrap),
            when(work.started, t),
            f"{work.energy_kwh:.2f}" if work.energy_kwh else "–",
        )
        for work in works[::-1][:MOST_JOBS]
    ]
    names = (t("Job"), t("Operation"), t("State"), t("Good"), t("Scrap"), t("Started"), "kWh")
    return tag("section", tag("h2", t("Jobs")), table(names, rows, label=t("Jobs"), numbers=(3, 4, 6), csv="CSV"), cls="p-card")


SCREENS = (Screen("/machines/{machine}", "Machine", _build, action="machines.read", howto="machines"),)
