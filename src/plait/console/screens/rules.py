"""Rules of a machine: from which signals its states and cycles follow; tried on the last day before they count."""

from typing import Any

from plait.console.html import Markup, chip, details, icon, link, pairs, table, tag, when
from plait.console.page import Field, Page
from plait.console.screen import Screen
from plait.console.screens.alarms import named
from plait.infrastructure.meaning.model import DryRun, RulesView
from plait.kernel.actor import Actor
from plait.kernel.texts import Texts
from plait.overview import paths

__all__ = ["SCREENS"]

WORDS = {"running": "running", "idle": "idle", "down": "down", "setup": "set-up", "silent": "silent"}


async def _build(page: Page) -> None:
    t, meaning = page.t, page.rooms.meaning
    id = page.path["machine"]
    status = await page.rooms.machines.one(await page.me.actor(), id)
    over = tag("p", link(t("Machines"), paths.machines()), " / ", link(status.machine.name, paths.machine(id)), cls="p-over")
    page.head(t("Rules of {machine}", machine=status.machine.name), t("How do its signals say what it does?"), over=over)

    async def read(actor: Actor) -> tuple[RulesView, list[RulesView]]:
        return await meaning.view(actor, id), list(await meaning.versions(actor, id))

    async def edit(_: str) -> None:
        view = await meaning.view(await page.me.actor(), id)
        field = Field("rules", t("Rules"), "long", view.rules or view.proposed)

        async def look(actor: Actor, said: dict[str, Any]) -> tuple[str, DryRun | None]:
            text = str(said["rules"] or "")
            return text, await meaning.dry_run(actor, id, text) if text.strip() else None

        note = t("Signals: {names}", names=", ".join(view.signals[:30]) or "–")
        found = await page.form(t("Rules of {machine}", machine=status.machine.name), [field], look, yes=t("See the last day"), note=note)
        if found is None:
            return
        text, run = found
        words = _said(t, run) if run is not None else t("Without rules the machine's own word counts.")
        if await page.ask(t("Let these rules count?"), words, t("Let them count")):
            await page.act(lambda actor: meaning.set(actor, id, text), t("They count from now on."))
        await block.load()

    async def undo(version: str) -> None:
        await page.act(lambda actor: meaning.undo(actor, id, int(version) if version else None), t("The former rules count again."))
        await block.load()

    acts = {"edit": edit, "undo": undo} if await page.me.may("machines.write") else {}
    block = await page.block(read, lambda found: _shown(page, *found, acts), live=("machine.rules",), every_s=10, key=t.language, on=acts)


def _said(t: Texts, run: DryRun) -> str:
    """Return in words what rules would have said of the last day."""
    parts = [f"{t(WORDS[state])} {t.number(round(minutes))} min" for state, minutes in sorted(run.minutes.items(), key=lambda each: -each[1])]
    said = t("In the last day they would have said: {states}.", states=", ".join(parts) or t("nothing"))
    if run.cycles:
        said += " " + (t("One cycle.") if run.cycles == 1 else t("{count} cycles.", count=t.number(run.cycles)))
    if run.unknown:
        said += " " + t("Nothing is heard of: {names}.", names=", ".join(run.unknown))
    return said


def _shown(page: Page, view: RulesView, versions: list[RulesView], acts: dict[str, Any]) -> Markup:
    t = page.t
    buttons = []
    if acts:
        buttons.append(tag("button", icon("edit"), t("Change the rules"), type="button", cls="p-button", data_act="edit", data_arg=""))
        if versions:
            buttons.append(tag("button", icon("undo"), t("As before"), type="button", cls="p-quiet", data_act="undo", data_arg=""))
    if view.rules:
        now = pairs(((t("State"), chip(view.state, t(WORDS[view.state])) if view.state else "–"), (t("Came too late"), t.number(view.late))))
        top = tag("section", tag("pre", view.rules), now, tag("div", buttons, cls="p-row"), cls="p-card p-stack")
    else:
        words = t("No rules count: the machine's own word does.")
        fits = tag("div", tag("p", t("These would fit its signals:")), tag("pre", view.proposed)) if view.proposed else ""
        top = tag("section", tag("p", words, cls="p-answer"), fits, tag("div", buttons, cls="p-row"), cls="p-card p-stack")
    rows = [(str(each.version), when(each.at, t), named(page, each.actor), tag("pre", each.rules or "–")) for each in versions[:20]]
    past = details(t("Versions"), table((t("Version"), t("When"), t("Set by"), t("Rules")), rows, label=t("Versions"))) if rows else ""
    return tag("div", top, past, cls="p-stack p-wide-stack")


SCREENS = (Screen("/machines/{machine}/rules", "Rules", _build, action="machines.read", howto="machine-states"),)
