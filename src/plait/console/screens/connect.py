"""Connect a machine, step by step: find it, test it, choose its signals, name it; it talks."""

from collections.abc import Sequence
from typing import Any

import msgspec
from nicegui import ui

from plait.console.html import tag
from plait.console.page import CLICK, Empty, Page
from plait.console.screen import Screen
from plait.console.screens.connect_settings import SettingsForm
from plait.console.screens.connect_shown import STEPS, advice_shown, connected_shown, done_shown, found_shown, kinds_shown, steps_shown, tried_shown
from plait.console.screens.connect_signals import SignalList
from plait.infrastructure.machines.connect.model import AdapterView, ConnectWanted, Device, FindWanted, OffersWanted, Proposal, Trial, Tried
from plait.infrastructure.machines.model import Choice, Machine, MachineStatus
from plait.infrastructure.signals.model import Series
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import Problem
from plait.overview import paths

__all__ = ["SCREENS"]

FIND, TEST, SIGNALS, NAME, DONE = range(len(STEPS))
LOOK_S, FIRST_S = 0.5, 20.0


class _Way:
    """Where a person is on the way, and what was said until here."""

    def __init__(self, page: Page, adapters: Sequence[AdapterView], connected: Sequence[MachineStatus]) -> None:
        self.page = page
        self._connected = connected
        self.adapters = {each.name: each for each in adapters}
        self.config: dict[str, Any] = {}
        self.adapter = ""
        self.title = ""
        self.offered: list[Proposal] = []
        self.choices: dict[str, Choice] = {}
        self.machine: Machine | None = None
        self.box = ui.element("div").classes("p-stack p-wide-stack")

    @property
    def view(self) -> AdapterView:
        return self.adapters[self.adapter]

    @property
    def trial(self) -> Trial:
        return Trial(self.adapter, self.config)

    def show(self, step: int) -> None:
        """Show a step in the place of the one before."""
        self.box.clear()
        with self.box:
            self.page.show(steps_shown(self.page, step))
            if step == FIND:
                self._find()
            elif step == TEST:
                self._test()
            elif step == SIGNALS:
                self._signals()
            elif step == NAME:
                self._name()
            else:
                self._done()

    def _back(self, step: int) -> None:
        self.page.button(self.page.t("Back"), lambda: self.show(step), name="arrow_back")

    # -- find

    def _find(self) -> None:
        page, t = self.page, self.page.t
        titles = {each.name: each.title for each in self.adapters.values()}
        devices: list[Device] = []

        async def search() -> None:
            networks = tuple(each for each in str(where.value or "").replace(",", " ").split() if each)
            with self.box:
                if await page.act(lambda actor: page.rooms.connect.begin(actor, FindWanted(networks=networks))) is None:
                    return
            start.set_enabled(False)
            timer.activate()
            await look()

        async def look() -> None:
            state = await page.rooms.connect.search(await page.me.actor())
            devices[:] = state.devices
            found.content = str(found_shown(page, state, titles))
            if not state.running:
                timer.deactivate()
                start.set_enabled(True)

        with ui.element("section").classes("p-card"):
            what = t("Asks the addresses beside this computer whether a machine answers there. Nothing is changed at any of them.")
            page.show(tag("h2", t("Search this network"), cls="p-h2"), tag("p", what, cls="p-soft"))
            with ui.element("div").classes("p-row p-acts"):
                start: Any = page.button(t("Search"), search, name="travel_explore", primary=True)
                where = ui.input(t("Only in these networks")).props(f'outlined dense maxlength=200 hint="{t("as 192.168.1.0/24; empty: this network")}"')
                where.classes("p-narrow")
            found = ui.html("", sanitize=False).classes("p-block p-acts")

        def choose(event: Any) -> None:
            act, arg = (event.args if isinstance(event.args, list) else [event.args, ""])[:2]
            if act == "kind":
                self._take(Device(arg, "", {}))
            elif act == "device" and str(arg).isdigit() and int(arg) < len(devices):
                self._take(devices[int(arg)])

        timer = ui.timer(LOOK_S, look, active=False)
        kinds = page.show(kinds_shown(page, list(self.adapters.values())))
        page.show(connected_shown(page, self._connected, titles))
        for each in (found, kinds):
            each.on("click", choose, js_handler=CLICK)

    def _take(self, device: Device) -> None:
        if device.adapter not in self.adapters:
            return
        self.adapter, self.title, self.config = device.adapter, device.title, dict(device.config)
        self.show(TEST)

    # -- test

    def _test(self) -> None:
        page, t, view = self.page, self.page.t, self.view

        async def test() -> None:
            go.set_enabled(False)
            result.content = str(tag("p", t("Asking the machine …"), cls="p-soft", role="status"))
            try:
                self.config = form.said()
                with self.box:
                    tried = await page.act(lambda actor: page.rooms.connect.try_(actor, self.trial))
            finally:
                go.set_enabled(True)
            if tried is not None:
                result.content = str(tried_shown(page, tried, view.advice))
                if tried.ok:
                    await self._offers(tried)

        with ui.element("div").classes("p-cols"):
            with ui.element("section").classes("p-card"):
                page.show(tag("h2", self.title or t(view.title), cls="p-h2"))
                form = SettingsForm(page, view, self.config)
                result = ui.html("", sanitize=False).classes("p-block p-acts")
                with ui.element("div").classes("p-row p-end p-acts"):
                    self._back(FIND)
                    go: Any = page.button(t("Test"), test, name="network_check", primary=True)
            page.show(advice_shown(page, view))

    async def _offers(self, tried: Tried) -> None:
        """Go on to the signals, or where none can be chosen to the name."""
        page = self.page
        with self.box:
            proposed = await page.act(lambda actor: page.rooms.connect.propose(actor, self.trial, self.title))
            if proposed is None:
                return
            self.machine = proposed.machine
            if not tried.offered:
                self.offered, self.choices = [], {}
                self.show(NAME)
                return
            offers = await page.act(lambda actor: page.rooms.connect.offers(actor, OffersWanted(self.adapter, self.config, limit=2000)))
            if offers is None:
                return
            self.offered = list(offers.signals)
            self.choices = {each.choice.address: each.choice for each in self.offered if each.chosen}
            self.show(SIGNALS)

    # -- signals

    def _signals(self) -> None:
        page, t = self.page, self.page.t

        def go_on() -> None:
            if not self.choices:
                page.say(t("Choose at least one signal."), bad=True)
                return
            self.show(NAME)

        with ui.element("section").classes("p-card"):
            SignalList(page, self.offered, self.choices)
            with ui.element("div").classes("p-row p-end p-acts"):
                self._back(TEST)
                page.button(t("Go on"), go_on, name="arrow_forward", primary=True)

    # -- name

    def _name(self) -> None:
        page, t, machine = self.page, self.page.t, self.machine
        assert machine is not None

        async def connect() -> None:
            said = {"id": short, "name": name, "group": group, "site": site, "place": place}
            words = {field: str(each.value or "").strip() for field, each in said.items()}
            self.machine = msgspec.structs.replace(machine, **words, adapter=self.adapter, config=self.config, signals=tuple(self.choices.values()))
            wanted = ConnectWanted(self.machine)
            go.set_enabled(False)
            try:
                answer = await page.rooms.connect.connect(await page.me.actor(), wanted)
            except Problem as problem:
                wrong.content = str(
                    tag("p", tag("strong", t(problem.kind.title)), " ", problem.detail, " ", t(problem.kind.advice), cls="p-wrong", role="alert")
                )
                return
            finally:
                go.set_enabled(True)
            if answer.connected:
                self.show(DONE)
            else:
                wrong.content = str(tried_shown(page, answer.tried, ()))

        with ui.element("section").classes("p-card"):
            with ui.element("div").classes("p-form"):
                name = ui.input(f"{t('Name')} *", value=machine.name).props("outlined maxlength=100").classes("p-input")
                short = (
                    ui.input(f"{t('Short name')} *", value=machine.id).props(f'outlined maxlength=64 hint="{t("letters, digits, - and _")}"').classes("p-input")
                )
                group = ui.input(f"{t('Kind of work')} *", value=machine.group, autocomplete=self._groups())
                group.props(f'outlined hint="{t("as in your routings: hobbing, grinding …")}"').classes("p-input")
                site = ui.input(t("Site"), value=machine.site).props("outlined maxlength=100").classes("p-input")
                place = ui.input(t("Area and line"), value=machine.place).props(f'outlined maxlength=200 hint="{t("as hall-2/line-1")}"').classes("p-input")
            wrong = ui.html("", sanitize=False).classes("p-block p-acts")
            with ui.element("div").classes("p-row p-end p-acts"):
                self._back(SIGNALS if self.offered else TEST)
                go: Any = page.button(t("Connect"), connect, name="add_link", primary=True)

    def _groups(self) -> list[str]:
        return sorted({each.group for each in self.page.rooms.machines.machines()})

    # -- done

    def _done(self) -> None:
        page, machine = self.page, self.machine
        assert machine is not None
        place = ui.html("", sanitize=False).classes("p-block")
        end = SYSTEM.monotonic() + FIRST_S

        async def look() -> None:
            first = await self._first(machine)
            waiting = first is None and SYSTEM.monotonic() < end
            if not waiting:
                timer.deactivate()
            place.content = str(done_shown(page, machine, first, waiting=waiting))

        async def clicked(event: Any) -> None:
            act = event.args[0] if isinstance(event.args, list) else event.args
            if act == "again-connect":
                self.show(FIND)
            elif act == "undo":
                with self.box:
                    await self._undo(machine)

        place.on("click", clicked, js_handler=CLICK)
        place.content = str(done_shown(page, machine, None, waiting=True))
        timer = ui.timer(LOOK_S, look)

    async def _undo(self, machine: Machine) -> None:
        page, t = self.page, self.page.t
        if await page.ask(t("Take {name} back?", name=machine.name), t("The link ends; its history and signals stay."), t("Take it back")):
            await page.act(lambda actor: page.rooms.machines.remove(actor, machine.id), t("Taken back."))
            self.show(FIND)

    async def _first(self, machine: Machine) -> Series | None:
        if not await self.page.me.may("signals.read"):
            return None
        named = {f"{machine.id}.{each.name}" for each in machine.signals}
        series = await self.page.rooms.signals.series(await self.page.me.actor())
        told = [each for each in series if each.value is not None and (each.name in named or (not named and each.name.startswith(f"{machine.id}.")))]
        units = {f"{machine.id}.{each.name}" for each in machine.signals if each.unit}
        return next(iter(sorted(told, key=lambda each: (each.name not in units, not isinstance(each.value, float)))), None)


async def _allowed(_: Actor) -> bool:
    return False


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Connect a machine"), t("Which machine, and what shall it tell?"), over=tag("p", tag("a", t("Machines"), href=paths.machines()), cls="p-over"))
    if not await page.me.may("machines.write"):
        await page.block(_allowed, lambda _: tag("div"), empty=Empty(t("Whoever may change machines connects them; ask your manager.")))
        return
    adapters = await page.act(page.rooms.connect.adapters)
    if adapters is not None:
        _Way(page, adapters, await page.act(page.rooms.machines.all) or ()).show(FIND)


SCREENS = (Screen("/connect", "Connect a machine", _build, action="machines.read", group="infrastructure", howto="connect"),)
