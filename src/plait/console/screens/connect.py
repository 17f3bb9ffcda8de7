"""Connect a machine, step by step: find it, test it, choose its signals, name it; it talks."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
from nicegui import ui

from plait.console.html import tag
from plait.console.page import CLICK, Empty, Field, Page
from plait.console.screen import Screen
from plait.console.screens.connect_shown import STEPS, advice_shown, done_shown, found_shown, kinds_shown, narrowed, signals_shown, steps_shown, tried_shown
from plait.console.screens.connect_words import SETTINGS
from plait.infrastructure.machines.connect.model import AdapterView, ConnectWanted, Device, FindWanted, OffersWanted, Proposal, Trial, Tried
from plait.infrastructure.machines.connect.units import code_of, shown
from plait.infrastructure.machines.model import Choice, Machine
from plait.infrastructure.signals.model import Series
from plait.kernel.actor import Actor
from plait.kernel.clock import SYSTEM
from plait.kernel.problems import INVALID, Problem
from plait.overview import paths

__all__ = ["SCREENS"]

FIND, TEST, SIGNALS, NAME, DONE = range(len(STEPS))
USUAL = (
    "host",
    "port",
    "unit",
    "rack",
    "slot",
    "device",
    "endpoint",
    "agent",
    "cell",
    "broker",
    "topic",
    "topics",
    "user",
    "password_file",
    "map",
    "folder",
    "url",
)
ROWS = 50
LOOK_S, FIRST_S = 0.5, 20.0
FOCUS = 'setTimeout(() => document.querySelector(`[data-act=tick][data-arg="${CSS.escape(ADDRESS)}"]`)?.focus(), 60)'


class _Way:
    """Where a person is on the way, and what was said until here."""

    def __init__(self, page: Page, adapters: Sequence[AdapterView]) -> None:
        self.page = page
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
        fields = view.config.get("properties", {})
        needed = [name for name in fields if name in view.config.get("required", ())]
        first = [*needed, *(name for name in USUAL if name in fields and name not in needed)]
        inputs: dict[str, Any] = {}

        async def test() -> None:
            go.set_enabled(False)
            result.content = str(tag("p", t("Asking the machine …"), cls="p-soft", role="status"))
            try:
                self.config = {name: value for name, each in inputs.items() if (value := _said(fields[name], each.value)) is not None}
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
                with ui.element("div").classes("p-form"):
                    for name in first:
                        inputs[name] = self._input(name, fields[name], needed=name in needed)
                    if len(fields) > len(first):
                        with ui.expansion(t("More settings")).classes("p-input"), ui.element("div").classes("p-form"):
                            for name in fields:
                                if name not in inputs:
                                    inputs[name] = self._input(name, fields[name], needed=False)
                result = ui.html("", sanitize=False).classes("p-block p-acts")
                with ui.element("div").classes("p-row p-end p-acts"):
                    self._back(FIND)
                    go: Any = page.button(t("Test"), test, name="network_check", primary=True)
            page.show(advice_shown(page, view))

    def _input(self, name: str, field: dict[str, Any], *, needed: bool) -> Any:
        t = self.page.t
        label = t(SETTINGS[name]) if name in SETTINGS else name.replace("_", " ").capitalize()
        value = self.config.get(name, field.get("default"))
        if isinstance(value, (list, tuple, dict)):
            words = not isinstance(value, dict) and all(isinstance(each, str) for each in value)
            value = ", ".join(value) if words else json.dumps(value) if value else ""
        if field.get("type") == "boolean":
            return ui.checkbox(label, value=bool(value)).classes("p-input")
        if "enum" in field:
            return ui.select([str(each) for each in field["enum"]], label=label, value=str(value) if value is not None else None).classes("p-input")
        text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        made = ui.textarea(label, value=text) if name == "map" else ui.input(f"{label} *" if needed else label, value=text)
        made.props("outlined autogrow" if name == "map" else 'outlined autocomplete="off"')
        if "minimum" in field and "maximum" in field:
            made.props(f'hint="{t("{least} to {most}", least=field["minimum"], most=field["maximum"])}"')
        return made.classes("p-input")

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
        by_address = {each.choice.address: each for each in self.offered}
        most = [ROWS]

        def go_on() -> None:
            if not self.choices:
                page.say(t("Choose at least one signal."), bad=True)
                return
            self.show(NAME)

        with ui.element("section").classes("p-card"):
            narrow = ui.input(t("Name, address or group")).props("outlined dense clearable debounce=250 maxlength=200").classes("p-narrow")
            place = ui.html("", sanitize=False).classes("p-block p-acts")
            with ui.element("div").classes("p-row p-end p-acts"):
                self._back(TEST)
                page.button(t("Go on"), go_on, name="arrow_forward", primary=True)

        def draw() -> None:
            text = str(narrow.value or "").strip()
            place.content = str(signals_shown(page, self.offered, self.choices, text=text, most=most[0]))

        async def clicked(event: Any) -> None:
            act, arg = (event.args if isinstance(event.args, list) else [event.args, ""])[:2]
            each = by_address.get(str(arg))
            if act == "edit" and each is not None:
                with self.box:
                    await self._edit(each)
            elif act == "more":
                most[0] += ROWS
            else:
                self._choose(str(act), each, narrowed(self.offered, str(narrow.value or ""))[: most[0]])
            draw()
            if each is not None:
                # The list was drawn anew under the hand: whoever goes by the keyboard stays where they were.
                place.client.run_javascript(FOCUS.replace("ADDRESS", json.dumps(each.choice.address)))

        place.on("click", clicked, js_handler=CLICK)
        narrow.on_value_change(draw)
        draw()

    def _choose(self, act: str, each: Proposal | None, seen: Sequence[Proposal]) -> None:
        """Tick one signal or several: ``each``, all that are ``seen``, none, those that were proposed."""
        if act == "tick" and each is not None:
            if self.choices.pop(each.choice.address, None) is None:
                self.choices[each.choice.address] = each.choice
        elif act == "none":
            self.choices.clear()
        elif act == "proposed":
            self.choices = {one.choice.address: one.choice for one in self.offered if one.chosen}
        elif act == "all":
            self.choices |= {one.choice.address: self.choices.get(one.choice.address, one.choice) for one in seen}

    async def _edit(self, each: Proposal) -> None:
        """Ask how a signal is called and what unit it has."""
        t = self.page.t
        known = self.choices.get(each.choice.address, each.choice)
        fields = [
            Field("title", t("Title for people"), value=known.title),
            Field("name", t("Short name"), value=known.name, required=True, hint=t("letters, digits, - and _")),
            Field("unit", t("Unit"), value=shown(known.unit) or known.unit, hint=t("°C, bar, kWh, rpm … or its UN/ECE code")),
            Field("scale", t("Times"), kind="number", value=f"{known.scale:g}"),
            Field("offset", t("Plus"), kind="number", value=f"{known.offset:g}"),
        ]

        async def do(_: Any, said: dict[str, Any]) -> Choice:
            unit = str(said["unit"] or "").strip()
            code = code_of(unit) or unit
            name = str(said["name"] or "").strip()
            if unit and not (code.isalnum() and code.isupper() and len(code) <= 3):
                raise Problem(INVALID, t("{unit}: no unit that is known; take its UN/ECE code.", unit=unit))
            if any(other.name == name for address, other in self.choices.items() if address != each.choice.address):
                raise Problem(INVALID, t("{name} is another signal's name already.", name=name))
            factors = [_decimal(said[what], default, t) for what, default in (("scale", 1.0), ("offset", 0.0))]
            if not factors[0]:
                raise Problem(INVALID, t("Times 0 would leave nothing of it."))
            return msgspec.structs.replace(known, name=name, unit=code, title=str(said["title"] or "").strip(), scale=factors[0], offset=factors[1])

        made = await self.page.form(known.title or known.name, fields, do, note=each.choice.address)
        if made is not None:
            self.choices[each.choice.address] = made

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


def _said(field: dict[str, Any], value: Any) -> Any:
    """Return what was typed as the adapter's schema wants it, None for nothing; what does not fit stays a text, and the test says so."""
    kind = field.get("type", "")
    if kind == "boolean":
        return bool(value)
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    if kind == "array" and not text.startswith("["):
        return [each.strip() for each in text.split(",") if each.strip()]
    if kind in ("integer", "number", "array", "object"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _decimal(value: Any, default: float, t: Any) -> float:
    text = str(value if value is not None else "").strip().replace(",", ".")
    try:
        return float(text) if text else default
    except ValueError as error:
        raise Problem(INVALID, t("{words} is no number.", words=text)) from error


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
        _Way(page, adapters).show(FIND)


SCREENS = (Screen("/connect", "Connect a machine", _build, action="machines.read", group="infrastructure", howto="connect"),)
