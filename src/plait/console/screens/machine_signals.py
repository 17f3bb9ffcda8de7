"""Signals of a machine: what is kept of it, how it is connected; look for more, change, take away, disconnect."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from nicegui import ui

from plait.console.html import link, tag
from plait.console.page import Block, Page
from plait.console.screen import Screen
from plait.console.screens.connect_settings import SettingsForm
from plait.console.screens.connect_shown import advice_shown, tried_shown
from plait.console.screens.connect_signals import SignalList, ask_signal
from plait.console.screens.machine_signals_shown import change_said, kept_shown, others_shown, wrong_shown
from plait.infrastructure.machines.connect.model import KeptOffersWanted, Proposal, Reconnect, SignalsView
from plait.infrastructure.machines.model import Choice, Machine
from plait.infrastructure.meaning.language import parse, signals_of
from plait.kernel.actor import Actor
from plait.kernel.problems import NOT_FOUND, Problem
from plait.overview import paths

__all__ = ["SCREENS", "merged"]

LIVE = ("machine.",)


def merged(kept: Sequence[Choice], offered: Sequence[Proposal], chosen: dict[str, Choice]) -> tuple[Choice, ...]:
    """Return what is kept once a list was ticked: what was kept stays in its place, also what the machine does not offer now; new ones follow."""
    shown, left, found = {each.choice.address for each in offered}, dict(chosen), list[Choice]()
    for each in kept:
        if each.address not in shown:
            found.append(each)
        elif each.address in left:
            found.append(left.pop(each.address))
    return (*found, *left.values())


class _Signals:
    """One machine's signals, as somebody who may change them works at them."""

    def __init__(self, page: Page, id: str) -> None:
        self.page = page
        self.id = id
        self.blocks: list[Block] = []
        self.panel: Any = None

    async def read(self, actor: Actor) -> SignalsView:
        return await self.page.rooms.connect.kept(actor, self.id)

    async def _machine(self) -> Machine:
        return (await self.page.rooms.machines.one(await self.page.me.actor(), self.id)).machine

    async def _again(self) -> None:
        for each in self.blocks:
            await each.load()

    def _close(self) -> None:
        self.panel.clear()

    async def _open(self, fill: Callable[[], Awaitable[None]]) -> None:
        """Show something below the signals; what goes wrong stands in its place."""
        self.panel.clear()
        with self.panel:
            try:
                await fill()
            except Problem as problem:
                self.panel.clear()
                with ui.element("section").classes("p-card"):
                    self.page.show(wrong_shown(self.page, problem))
                    with ui.element("div").classes("p-row p-end p-acts"):
                        self.page.button(self.page.t("Close"), self._close)
        self.panel.client.run_javascript(f'document.getElementById("{self.panel.html_id}")?.scrollIntoView({{block: "nearest"}})')

    # -- more signals

    async def look(self, _: str) -> None:
        """Ask the machine what it offers, and let it be ticked."""
        page, t = self.page, self.page.t

        async def fill() -> None:
            page.show(tag("section", tag("p", t("Asking the machine …"), cls="p-soft", role="status"), cls="p-card"))
            offers = await page.rooms.connect.offers_of(await page.me.actor(), self.id, KeptOffersWanted(limit=2000, fresh=True))
            self.panel.clear()
            kept = (await self._machine()).signals
            here = {each.choice.address for each in offers.signals}
            beside = [each.name for each in kept if each.address not in here]
            chosen = {each.choice.address: each.choice for each in offers.signals if each.chosen}
            with ui.element("section").classes("p-card"):
                page.show(tag("h2", t("What the machine offers"), cls="p-h2"))
                if beside:
                    page.show(tag("p", t("Kept as well, though the machine does not list it: {names}.", names=", ".join(beside[:12])), cls="p-soft"))
                found = SignalList(page, sorted(offers.signals, key=lambda each: not each.chosen), chosen, beside)
                with ui.element("div").classes("p-row p-end p-acts"):
                    page.button(t("Close"), self._close)
                    page.button(t("Save"), lambda: self._save(offers.signals, found), name="save", primary=True)

        await self._open(fill)

    async def _save(self, offered: Sequence[Proposal], found: SignalList) -> None:
        """Keep what is ticked; where something is no longer kept then, ask once."""
        page, t = self.page, self.page.t
        with self.panel:
            wanted = merged((await self._machine()).signals, offered, found.choices)
            would = await page.act(lambda actor: page.rooms.machines.choose(actor, self.id, wanted, dry=True))
            if would is None:
                return
            if would.removed or would.renamed:
                warned = await self._warned({*would.removed, *would.renamed})
                if not await page.ask(t("Keep other signals?"), f"{change_said(page, would)}{warned}", t("Save")):
                    return
            made = await page.act(lambda actor: page.rooms.machines.choose(actor, self.id, wanted), change_said(page, would))
        if made is not None:
            self._close()
            await self._again()

    async def by_hand(self, _: str) -> None:
        """Add a signal by its address, as the machine's documents call it."""
        await self._ask(Choice("", ""), "")

    async def edit(self, name: str) -> None:
        """Change how a kept signal is called, its unit, factor and meaning."""
        found = next((each for each in (await self._machine()).signals if each.name == name), None)
        if found is not None:
            await self._ask(found, name)

    async def _ask(self, choice: Choice, name: str) -> None:
        page, t = self.page, self.page.t
        others = {each.name for each in (await self._machine()).signals if each.name != name}

        async def keep(actor: Actor, made: Choice) -> None:
            now = (await page.rooms.machines.one(actor, self.id)).machine.signals
            if name and all(each.name != name for each in now):
                raise Problem(NOT_FOUND, t("{name} is not kept any more.", name=name))
            await page.rooms.machines.choose(actor, self.id, [made if each.name == name else each for each in now] if name else [*now, made])

        made = await ask_signal(page, choice, others, keep=keep, title="" if name else t("Add by its address"))
        if made is not None:
            page.say(t("Saved."))
            await self._again()

    async def drop(self, name: str) -> None:
        """Keep a signal no more, once it was confirmed."""
        page, t = self.page, self.page.t
        sentence = t("Nothing more is kept of it from now on; all that was kept until now stays and can be looked at.") + await self._warned({name})
        if not await page.ask(t("Take {name} away?", name=name), sentence, t("Take it away")):
            return
        left = [each for each in (await self._machine()).signals if each.name != name]
        if await page.act(lambda actor: page.rooms.machines.choose(actor, self.id, left), t("Taken away. What was kept stays.")) is not None:
            await self._again()

    async def _warned(self, names: set[str]) -> str:
        """Return what the machine's rules lose with these signals; "" where they look at none of them."""
        try:
            view = await self.page.rooms.meaning.view(await self.page.me.actor(), self.id)
            used = sorted(names & signals_of(parse(view.rules))) if view.rules.strip() else []
        except Problem:
            return ""
        return " " + self.page.t("The rules by which its state follows look at {names}: change them too.", names=", ".join(used)) if used else ""

    # -- the connection

    async def settings(self, _: str) -> None:
        """Change where and how the machine is reached: tried first."""
        page, t = self.page, self.page.t

        async def fill() -> None:
            machine = await self._machine()
            view = next(each for each in await page.rooms.connect.adapters(await page.me.actor()) if each.name == machine.adapter)
            with ui.element("div").classes("p-cols"):
                with ui.element("section").classes("p-card"):
                    page.show(tag("h2", t("Connection: {title}", title=t(view.title)), cls="p-h2"))
                    form = SettingsForm(page, view, machine.config)
                    result: Any = ui.html("", sanitize=False).classes("p-block p-acts")
                    with ui.element("div").classes("p-row p-end p-acts"):
                        page.button(t("Close"), self._close)
                        page.button(t("Test"), lambda: self._reach(form, result, dry=True), name="network_check")
                        page.button(t("Save"), lambda: self._reach(form, result, dry=False), name="save", primary=True)
                page.show(advice_shown(page, view))

        await self._open(fill)

    async def _reach(self, form: SettingsForm, result: Any, *, dry: bool) -> None:
        """Try the settings and take them; those with which the machine does not answer only when somebody says so."""
        page, t = self.page, self.page.t
        result.content = str(tag("p", t("Asking the machine …"), cls="p-soft", role="status"))
        wanted = Reconnect(form.said(), dry=dry)
        try:
            answer = await page.rooms.connect.reconnect(await page.me.actor(), self.id, wanted)
            result.content = str(tried_shown(page, answer.tried, ()))
            if not dry and not answer.connected:
                with self.panel:
                    sentence = t("With these settings the machine does not answer now. Nothing comes from it until it does; what was kept stays.")
                    if not await page.ask(t("Save them all the same?"), sentence, t("Save all the same")):
                        return
                answer = await page.rooms.connect.reconnect(await page.me.actor(), self.id, msgspec.structs.replace(wanted, untried=True))
        except Problem as problem:
            result.content = str(wrong_shown(page, problem))
            return
        if answer.connected:
            with self.panel:
                page.say(t("Saved."))
            self._close()
            await self._again()

    async def remove(self, _: str) -> None:
        """End the link, once it was confirmed."""
        page, t = self.page, self.page.t
        name = (await self._machine()).name
        sentence = t("The link ends, nothing new comes, and {name} is not listed any more. Its values, states and all that happened stay.", name=name)
        if await page.ask(t("Disconnect {name}?", name=name), sentence, t("Disconnect")):

            async def gone(actor: Actor) -> bool:
                await page.rooms.machines.remove(actor, self.id)
                return True

            if await page.act(gone, t("Disconnected. What was kept stays.")):
                page.go(paths.machines())


async def _build(page: Page) -> None:
    t, id = page.t, page.path["machine"]
    signals = _Signals(page, id)
    view = await signals.read(await page.me.actor())
    over = tag("p", link(t("Machines"), paths.machines()), " › ", link(view.machine.name, paths.machine(id)), cls="p-over")
    page.head(t("Signals of {name}", name=view.machine.name), t("What does it tell, and is it understood rightly?"), over=over)
    acts: dict[str, Callable[[str], Awaitable[None]]] = {}
    if await page.me.may("machines.write"):
        acts = {"settings": signals.settings, "remove": signals.remove}
        if view.browses:
            acts |= {"look": signals.look}
        if view.chooses:
            acts |= {"by-hand": signals.by_hand, "edit": signals.edit, "drop": signals.drop}
    signals.blocks.append(await page.block(signals.read, lambda found: kept_shown(page, found, acts.keys()), live=LIVE, every_s=2, key=t.language, on=acts))
    if view.chooses:
        # Apart, so that it stays open while values come in.
        signals.blocks.append(await page.block(signals.read, lambda found: others_shown(page, found)))
    signals.panel = ui.element("div").classes("p-stack p-wide-stack")


SCREENS = (Screen("/machines/{machine}/signals", "Signals of a machine", _build, action="machines.read", howto="connect"),)
