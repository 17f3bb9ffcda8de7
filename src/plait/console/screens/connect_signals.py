"""Choosing signals: a list to tick, and what each is called, measured in and means."""

import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

import msgspec
from nicegui import ui

from plait.console.page import CLICK, Field, Page
from plait.console.screens.connect_shown import narrowed, signals_shown
from plait.infrastructure.machines.connect.meanings import MEANINGS, known
from plait.infrastructure.machines.connect.model import Proposal
from plait.infrastructure.machines.connect.units import code_of, shown
from plait.infrastructure.machines.model import Choice
from plait.kernel.actor import Actor
from plait.kernel.problems import INVALID, Problem
from plait.kernel.texts import Texts

__all__ = ["SignalList", "ask_signal"]

ROWS = 50
FOCUS = 'setTimeout(() => document.querySelector(`[data-act=tick][data-arg="${CSS.escape(ADDRESS)}"]`)?.focus(), 60)'


class SignalList:
    """What a machine offers, to be ticked; ``choices`` are those chosen by address, as they would be kept.

    ``held``: names of signals that are kept beside them, None while the machine is not connected yet.
    """

    def __init__(self, page: Page, offered: Sequence[Proposal], choices: dict[str, Choice], held: Collection[str] | None = None) -> None:
        self.choices = choices
        self._page = page
        self._offered = offered
        self._held = frozenset(held or ())
        self._kept = held is not None
        self._by_address = {each.choice.address: each for each in offered}
        self._most = ROWS
        self._box = ui.element("div")
        with self._box:
            self._narrow: Any = ui.input(page.t("Name, address or group")).props("outlined dense clearable debounce=250 maxlength=200").classes("p-narrow")
            self._place: Any = ui.html("", sanitize=False).classes("p-block p-acts")
        self._place.on("click", self._clicked, js_handler=CLICK)
        self._narrow.on_value_change(self._draw)
        self._draw()

    def _text(self) -> str:
        return str(self._narrow.value or "").strip()

    def _draw(self) -> None:
        self._place.content = str(signals_shown(self._page, self._offered, self.choices, text=self._text(), most=self._most, kept=self._kept))

    async def _clicked(self, event: Any) -> None:
        act, arg = (event.args if isinstance(event.args, list) else [event.args, ""])[:2]
        each = self._by_address.get(str(arg))
        if act == "edit" and each is not None:
            with self._box:
                await self._edit(each)
        elif act == "more":
            self._most += ROWS
        else:
            self._choose(str(act), each)
        self._draw()
        if each is not None:
            # The list was drawn anew under the hand: whoever goes by the keyboard stays where they were.
            self._place.client.run_javascript(FOCUS.replace("ADDRESS", json.dumps(each.choice.address)))

    def _choose(self, act: str, each: Proposal | None) -> None:
        """Tick one signal or several: ``each``, all that are seen, none, those that were proposed."""
        if act == "tick" and each is not None:
            if self.choices.pop(each.choice.address, None) is None:
                self.choices[each.choice.address] = each.choice
        elif act == "none":
            self.choices.clear()
        elif act == "proposed":
            self.choices.clear()
            self.choices.update({one.choice.address: one.choice for one in self._offered if one.chosen})
        elif act == "all":
            for one in narrowed(self._offered, self._text())[: self._most]:
                self.choices.setdefault(one.choice.address, one.choice)

    async def _edit(self, each: Proposal) -> None:
        address = each.choice.address
        others = {one.name for place, one in self.choices.items() if place != address} | self._held
        made = await ask_signal(self._page, self.choices.get(address, each.choice), others)
        if made is not None:
            self.choices[address] = made


async def ask_signal(
    page: Page, choice: Choice, others: Collection[str], *, keep: Callable[[Actor, Choice], Awaitable[Any]] | None = None, title: str = ""
) -> Choice | None:
    """Ask how a signal is called, what unit it has and what it means; ``others`` are names that are given away.

    ``keep``: what is done with it before the form closes, so that a refusal is shown in it; the signal is kept already then, or to be kept now.
    One without an address is asked for it too.
    """
    t = page.t
    meaning = known(choice.semantic)
    means = {"": t("nothing said"), **dict(sorted(((each.id, t(each.words)) for each in MEANINGS), key=lambda each: each[1].casefold()))}
    history = keep is not None and bool(choice.name)
    later = t("Another short name begins anew: what was kept stays under the old one.") if history else t("letters, digits, - and _")
    fields = [
        Field("title", t("Title for people"), value=choice.title),
        Field("name", t("Short name"), value=choice.name, required=True, hint=later),
        Field("unit", t("Unit"), value=shown(choice.unit) or choice.unit, hint=t("°C, bar, kWh, rpm … or its UN/ECE code")),
        Field("scale", t("Times"), kind="number", value=f"{choice.scale:g}", hint=t("What was kept before is not converted.") if history else ""),
        Field("offset", t("Plus"), kind="number", value=f"{choice.offset:g}"),
        Field(
            "meaning",
            t("What it means"),
            "choice",
            choice.semantic if meaning is not None else "",
            options=means,
            hint="" if keep is not None else t("proposed from name and unit; change it"),
        ),
        Field("semantic", t("Or the id of its meaning"), value="" if meaning is not None else choice.semantic, hint=t("IRDI or IRI, as in ECLASS or IEC CDD")),
    ]
    if not choice.address:
        fields.insert(0, Field("address", t("Address at the machine"), required=True, hint=t("as its documents call it")))

    async def do(actor: Actor, said: dict[str, Any]) -> Choice:
        made = _made(t, choice, {name: str(value if value is not None else "").strip() for name, value in said.items()}, others)
        if keep is not None:
            await keep(actor, made)
        return made

    return await page.form(title or choice.title or choice.name, fields, do, note=choice.address)


def _made(t: Texts, choice: Choice, said: dict[str, str], others: Collection[str]) -> Choice:
    """Return the signal as it was described; raise ``invalid`` for what cannot be."""
    unit, name = said["unit"], said["name"]
    code = code_of(unit) or unit
    if unit and not (code.isalnum() and code.isupper() and len(code) <= 3):
        raise Problem(INVALID, t("{unit}: no unit that is known; take its UN/ECE code.", unit=unit))
    if name in others:
        raise Problem(INVALID, t("{name} is another signal's name already.", name=name))
    scale, offset = (_decimal(said[what], default, t) for what, default in (("scale", 1.0), ("offset", 0.0)))
    if not scale:
        raise Problem(INVALID, t("Times 0 would leave nothing of it."))
    semantic = said["semantic"] or said["meaning"]
    address = said.get("address", choice.address)
    return msgspec.structs.replace(choice, name=name, address=address, unit=code, title=said["title"], scale=scale, offset=offset, semantic=semantic)


def _decimal(text: str, default: float, t: Texts) -> float:
    try:
        return float(text.replace(",", ".")) if text else default
    except ValueError as error:
        raise Problem(INVALID, t("{words} is no number.", words=text)) from error
