"""OEE: where planned time went, by machine, group and firm."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from plait.apps.model import AppSetting, Split
from plait.apps.oee.model import OeeDetail, OeeRow
from plait.console.html import Markup, chip, details, figure, icon, link, table, tag
from plait.console.page import Field, Page
from plait.console.screen import Screen
from plait.console.screens.lists import tabs
from plait.kernel.actor import Actor
from plait.kernel.money import Money
from plait.kernel.texts import Texts
from plait.overview import paths

__all__ = ["LOSS_WORDS", "SCREENS", "headline", "loss_bars"]

LOSS_WORDS = {
    "breakdown": "Breakdowns",
    "setup": "Set-up and adjustment",
    "minor": "Minor stops and idling",
    "speed": "Reduced speed",
    "startup": "Start-up scrap",
    "rejects": "Scrap",
    "no_work": "Nothing to do",
    "no_data": "Nothing known",
    "uncounted": "Pieces not counted",
}
FLAGS = {
    "fast": "Pieces came faster than planned: the planned time per piece is wrong.",
    "uncounted": "Pieces are not counted, or have no planned time.",
    "no-hours": "Nobody has said when it is meant to work, so every hour counts.",
    "blind": "Less than nine tenths of the planned time is known.",
}
SPANS = {"shift": "Now", "today": "Today", "yesterday": "Yesterday", "week": "7 days", "month": "30 days"}
HALF = 0.6


def percent(value: float | None) -> str:
    """Return a share as people read it."""
    return "–" if value is None else f"{value * 100:.0f}"


def headline(page: Page, row: OeeRow, goal: float | None = None) -> Markup:
    """Return OEE and the three figures it is made of."""
    t, rates = page.t, row.rates
    state = "" if goal is None or rates.oee is None else "good" if rates.oee >= goal else "warn" if rates.oee >= goal * HALF else "bad"
    note = "" if goal is None else t("goal {goal} %", goal=round(goal * 100))
    figures = [
        figure(percent(rates.oee), "OEE", unit="%", note=note, state=state),
        figure(percent(rates.availability), t("Availability"), unit="%", note=t("{minutes} min planned", minutes=t.number(round(row.planned_min)))),
        figure(percent(rates.effectiveness), t("Effectiveness"), unit="%", note=t("{count} pieces", count=t.number(round(row.produced)))),
        figure(percent(rates.quality), t("Quality"), unit="%", note=t("{count} scrap", count=t.number(round(row.scrap)))),
    ]
    return tag("div", tag("div", figures, cls="p-figures"), _flags(t, row), cls="p-stack")


def _flags(t: Texts, row: OeeRow) -> Markup | str:
    said = [tag("p", icon("warning"), " ", t(FLAGS[flag]), cls="p-warn p-small") for flag in row.flags if flag in FLAGS]
    return tag("div", said) if said else ""


def loss_bars(page: Page, row: OeeRow) -> Markup:
    """Return planned time as bars: what made good pieces, then every loss, the greatest first, with its price where a rate is known."""
    t = page.t
    bars = [_bar(t, "good", t("Good pieces at planned speed"), row.good_min, row.planned_min, None)]
    bars += [_bar(t, loss.name, t(LOSS_WORDS[loss.name]), loss.minutes, row.planned_min, loss.cost) for loss in row.losses]
    return tag("div", bars, cls="o-bars", role="list")


def _bar(t: Texts, name: str, words: str, minutes: float, planned: float, cost: Money | None) -> Markup:
    share = minutes / planned * 100 if planned else 0.0
    price = f" · {t.money(cost)}" if cost is not None else ""
    number = f"{t.number(round(minutes))} min{price}"
    fill = tag("span", cls=f"o-fill is-{name}", style=f"width: {share:.1f}%")
    return tag("div", tag("span", words), tag("span", fill, cls="o-track"), tag("span", number, cls="o-num"), cls="o-bar", role="listitem")


async def _build(page: Page) -> None:
    t = page.t
    page.head("OEE", t("How much of the planned time made good pieces, and where did the rest go?"))
    span = page.query.get("span", "")
    span = span if span in SPANS else "today"
    rooms = page.rooms

    async def read(actor: Actor) -> tuple[OeeDetail, bool]:
        view = await rooms.apps.app(actor, "oee")
        if not view.on:
            return OeeDetail(0.0, ()), False
        since, until, split = _span(span, page.me.now(), t)
        return (await rooms.apps.report(actor, "oee", since, until, split)).detail, True

    async def on(_: str) -> None:
        await page.act(lambda actor: rooms.apps.set(actor, "oee", AppSetting()), t("OEE is on."))
        await block.load()

    async def settings(_: str) -> None:
        view = await rooms.apps.app(await page.me.actor(), "oee")
        await page.form(t("Settings of OEE"), _fields(t, view.config), partial(_set, page, view.config), yes=t("Save"), done=t("Saved."))
        await block.load()

    acts = {"on": on, "settings": settings} if await page.me.may("apps.write") else {}
    page.show(tabs(page, paths.oee, "span", span, {key: t(text) for key, text in SPANS.items()}))
    block = await page.block(read, lambda found: _shown(page, *found, may=bool(acts)), live=("machine.job", "app."), every_s=30, key=t.language, on=acts)


def _span(span: str, now: datetime, t: Texts) -> tuple[datetime, datetime, Split]:
    """Return from when to when, and how it is told apart."""
    midnight = now.astimezone(t.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if span == "shift":
        return now - timedelta(seconds=1), now, "shift"
    if span == "yesterday":
        return midnight - timedelta(days=1), midnight, "span"
    if span in ("week", "month"):
        return midnight - timedelta(days=6 if span == "week" else 29), now, "span"
    return midnight, max(now, midnight + timedelta(seconds=1)), "span"


def _shown(page: Page, detail: OeeDetail, on: bool, *, may: bool) -> Markup:
    t = page.t
    change = tag("button", icon("tune"), t("Settings"), type="button", cls="p-quiet", data_act="settings") if may and on else ""
    if not on:
        act = tag("button", t("Switch it on"), type="button", cls="p-button", data_act="on") if may else ""
        return tag("div", icon("donut_large"), tag("div", tag("p", t("The firm does not use this app.")), act), cls="p-mood")
    if not any(row.kind == "machine" for row in detail.rows):
        return tag(
            "div",
            icon("donut_large"),
            tag("div", tag("p", t("No machine was there in this time.")), link(t("See the machines"), paths.machines(), cls="p-button")),
            cls="p-mood",
        )
    firm = [row for row in detail.rows if row.kind == "firm"]
    parts = [_period(page, each, detail, change if not index else "") for index, each in enumerate(firm)]
    return tag("div", parts, cls="p-stack p-wide-stack")


def _period(page: Page, firm: OeeRow, detail: OeeDetail, change: Markup | str) -> Markup:
    t = page.t
    rows = [row for row in detail.rows if row.period == firm.period and row.kind != "firm"]
    title = f"{t.moment(firm.period.since)} – {t.moment(firm.period.until)}"
    words = tag("header", tag("h2", title, cls="volatile"), change)
    top = tag("section", words, tag("p", _said(t, firm, rows), cls="p-answer"), headline(page, firm, detail.goal), cls="p-card p-stack")
    lost = tag("section", tag("h2", t("Where planned time went")), loss_bars(page, firm), cls="p-card")
    return tag("div", top, lost, _table(page, rows), _more(page, rows), cls="p-stack p-wide-stack")


def _said(t: Texts, firm: OeeRow, rows: Sequence[OeeRow]) -> str:
    if not firm.planned_min:
        return t("No time was planned.")
    greatest = next((loss for loss in firm.losses if loss.name not in ("no_data", "uncounted")), None)
    said = t("{minutes} of {all} planned minutes made good pieces.", minutes=t.number(round(firm.good_min)), all=t.number(round(firm.planned_min)))
    if greatest is not None:
        said += " " + t("Most was lost to: {loss} ({minutes} min).", loss=t(LOSS_WORDS[greatest.name]), minutes=t.number(round(greatest.minutes)))
    del rows
    return said


def _table(page: Page, rows: Sequence[OeeRow]) -> Markup:
    t = page.t
    shown = []
    for row in rows:
        name: Any = link(row.name, paths.machine(row.subject)) if row.kind == "machine" else tag("strong", t("Group {name}", name=row.name))
        marks = [chip("warn", t(_SHORT[flag])) for flag in row.flags if flag in _SHORT]
        rates = row.rates
        numbers = (percent(each) for each in (rates.oee, rates.availability, rates.effectiveness, rates.quality, rates.coverage))
        shown.append((tag("div", name, " ", marks), *numbers, t.number(round(row.good)), t.number(round(row.scrap)), t.number(row.failures)))
    names = (t("Machine"), "OEE %", t("Availability %"), t("Effectiveness %"), t("Quality %"), t("Known %"), t("Good"), t("Scrap"), t("Breakdowns"))
    return tag("section", tag("h2", t("By machine")), table(names, shown, label=t("OEE by machine"), numbers=tuple(range(1, 9)), csv="CSV"), cls="p-card")


_SHORT = {"fast": "too fast", "uncounted": "not counted", "no-hours": "no hours", "blind": "little known"}


def _more(page: Page, rows: Sequence[OeeRow]) -> Markup:
    """Return the other figures of ISO 22400-2."""
    t = page.t
    shown = [
        (
            row.name,
            *(percent(each) for each in (row.rates.nee, row.rates.teep, row.rates.allocation, row.rates.utilisation, row.rates.technical, row.rates.setup)),
            *("–" if each is None else t.number(each, 1) for each in (row.rates.throughput, row.rates.mtbf, row.rates.mttr)),
        )
        for row in rows
    ]
    names = (
        t("Machine"),
        "NEE %",
        "TEEP %",
        t("Allocation %"),
        t("Utilisation %"),
        t("Technical %"),
        t("Set-up %"),
        t("Pieces/h"),
        t("MTBF (min)"),
        t("MTTR (min)"),
    )
    return details(t("All figures (ISO 22400-2)"), table(names, shown, label=t("All figures"), numbers=tuple(range(1, 10)), csv="CSV"))


def _fields(t: Texts, config: dict[str, Any]) -> list[Field]:
    words = t("words of their reasons, with commas: break, cleaning")
    return [
        Field("goal", t("Goal in %"), "number", round(config["goal"] * 100), required=True),
        Field("minor_stop_min", t("A stop shorter than this is a minor one (minutes)"), "number", config["minor_stop_min"], required=True),
        Field("startup_min", t("Scrap this long after a set-up is start-up scrap (minutes)"), "number", config["startup_min"], required=True),
        Field(
            "planned_stops",
            t("Stops that are planned"),
            value=", ".join(config["planned_stops"]),
            hint=words,
        ),
        Field("note_days", t("Write each day's OEE into the log of facts"), "tick", config["note_days"]),
    ]


async def _set(page: Page, config: dict[str, Any], actor: Actor, said: dict[str, Any]) -> Any:
    words = [word.strip() for word in str(said["planned_stops"] or "").split(",") if word.strip()]
    changed = {
        "goal": float(said["goal"]) / 100,
        "minor_stop_min": float(said["minor_stop_min"]),
        "startup_min": float(said["startup_min"]),
        "planned_stops": words,
        "note_days": bool(said["note_days"]),
    }
    return await page.rooms.apps.set(actor, "oee", AppSetting(True, {**config, **changed}))


SCREENS = (Screen("/oee", "OEE", _build, action="apps.read", group="infrastructure", icon="donut_large", key="x", howto="oee"),)
