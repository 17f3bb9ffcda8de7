"""What a machine's signals look like: what comes, where from, in what unit, what it means; and what was kept before."""

from collections.abc import Collection
from typing import Any

from plait.console.html import Markup, chip, details, icon, join, link, pairs, since, table, tag
from plait.console.page import Page
from plait.console.screens.connect_shown import value_shown
from plait.console.screens.connect_words import WORDS
from plait.infrastructure.machines.connect.model import KeptSignal, Rechosen, SignalsView
from plait.infrastructure.machines.connect.units import shown as sign
from plait.infrastructure.signals.model import Series
from plait.kernel.problems import Problem
from plait.overview import paths

__all__ = ["change_said", "kept_shown", "others_shown", "wrong_shown"]

BAD = 2


def kept_shown(page: Page, view: SignalsView, acts: Collection[str]) -> Markup:
    """Return the machine's signals as they are kept now; ``acts`` are what the person may do."""
    t = page.t
    state = chip(view.state, t(WORDS[view.state]))
    if view.state == "silent":
        answer = join(state, " ", t("Nothing comes from it now."), f" {view.reason}" if view.reason else "")
    else:
        told = [each.at for each in view.signals] + [each.at for each in view.others]
        last = max((at for at in told if at is not None), default=None)
        answer = join(state, " ", _count(page, view), *((" ", t("The last value:"), " ", since(last, t)) if last is not None else ()))
    place = " / ".join(view.path.split("/"))
    about = pairs(((t("Stands in"), place), (t("Connection"), t(view.title)), (t("Address"), tag("span", view.where, cls="volatile") if view.where else "")))
    buttons = [_button(page, act) for act in ("look", "by-hand", "settings", "remove") if act in acts]
    parts: list[Any] = [tag("p", answer, cls="p-answer", role="status"), about, tag("div", buttons, cls="p-row") if buttons else ""]
    if not view.chooses:
        parts.append(tag("p", t("This kind of connection brings its signals by itself: there is nothing to choose."), cls="p-soft"))
    elif not view.signals:
        parts.append(tag("p", t("No signal is kept of it yet."), cls="p-soft"))
    top = tag("section", *parts, cls="p-card p-stack")
    kept = tag("section", tag("h2", t("Signals")), _signals(page, view, acts), cls="p-card") if view.signals else ""
    return tag("div", top, kept, "" if view.chooses else others_shown(page, view), cls="p-stack p-wide-stack")


def _count(page: Page, view: SignalsView) -> str:
    t, count = page.t, len(view.signals if view.chooses else view.others)
    return t("One signal is kept.") if count == 1 else t("{count} signals are kept.", count=count)


def _button(page: Page, act: str) -> Markup:
    t = page.t
    sign, word = {
        "look": ("travel_explore", t("Look for more signals")),
        "by-hand": ("add", t("Add by its address")),
        "settings": ("settings_ethernet", t("Change the connection")),
        "remove": ("link_off", t("Disconnect")),
    }[act]
    return tag("button", icon(sign), word, type="button", cls="p-button" if act == "look" else "p-quiet", data_act=act)


def _signals(page: Page, view: SignalsView, acts: Collection[str]) -> Markup:
    t = page.t
    rows, keys = [], []
    for each in view.signals:
        choice = each.choice
        name = tag("div", tag("strong", choice.title or choice.name), tag("div", choice.name, cls="p-soft p-small") if choice.title else "", title=each.path)
        row: list[Any] = [name, _now(page, each), since(each.at, t), sign(choice.unit), _means(page, each), tag("code", choice.address), _factor(page, each)]
        if "edit" in acts:
            edit = _small(page, "edit", "edit", t("Change {name}", name=choice.name), choice.name)
            row.append(tag("div", edit, _small(page, "drop", "delete", t("Take {name} away", name=choice.name), choice.name), cls="p-row"))
        rows.append(tuple(row))
        keys.append(choice.name)
    columns = (t("Signal"), t("Now"), t("When"), t("Unit"), t("Means"), t("Address"), t("Kept as"), *(("",) if "edit" in acts else ()))
    return tag("div", table(columns, rows, label=t("Signals"), numbers=(1,), keys=keys, csv="CSV"), cls="p-ticked")


def _small(page: Page, act: str, name: str, label: str, arg: str) -> Markup:
    del page
    return tag("button", icon(name), type="button", cls="p-quiet", data_act=act, data_arg=arg, aria_label=label, title=label)


def _now(page: Page, each: KeptSignal) -> Markup:
    t = page.t
    if each.value is None:
        return tag("span", t("nothing yet"), cls="p-soft")
    value = value_shown(page, each.value)
    return tag("span", value, " ", tag("span", t("(old: it cannot be read now)"), cls="p-soft p-small")) if each.quality == BAD else tag("span", value)


def _means(page: Page, each: KeptSignal) -> Markup:
    if each.meaning:
        return tag("span", page.t(each.meaning), title=each.choice.semantic)
    return tag("code", each.choice.semantic) if each.choice.semantic else tag("span", "–", cls="p-soft")


def _factor(page: Page, each: KeptSignal) -> str:
    """Return what is made of the machine's value before it is kept."""
    scale, offset = each.choice.scale, each.choice.offset
    if (scale, offset) == (1.0, 0.0):
        return page.t("as it comes")
    said = f"× {scale:g}" if scale != 1 else ""
    said += f" {'+' if offset > 0 else '-'} {abs(offset):g}" if offset else ""
    return said.strip().replace(".", "," if page.t.language == "de" else ".")


def others_shown(page: Page, view: SignalsView) -> Markup:
    """Return series of the machine that are not chosen: they come by themselves, or were kept before."""
    t = page.t
    if not view.others:
        return Markup("")
    rows = [(each.title or each.name.partition(".")[2], _last(page, each), since(each.at, t), sign(each.unit)) for each in view.others]
    made = table((t("Signal"), t("Last value"), t("When"), t("Unit")), rows, label=t("Other signals"), numbers=(1,))
    if not view.chooses:
        return tag("section", tag("h2", t("Signals")), made, cls="p-card")
    hint = tag("p", t("They are not kept any more; all that was kept of them is on the page of the machine."), cls="p-soft")
    more = link(t("To the machine"), paths.machine(view.machine.id))
    return tag("section", details(t("Kept before ({count})", count=len(rows)), hint, made, tag("p", more)), cls="p-card")


def _last(page: Page, each: Series) -> str:
    return "–" if each.value is None else value_shown(page, each.value)


def change_said(page: Page, change: Rechosen) -> str:
    """Return in words what another choice of signals changes."""
    t = page.t
    renamed = ", ".join(f"{old} → {new}" for old, new in change.renamed.items())
    parts = [
        t("From now on also kept: {names}.", names=_names(change.added)) if change.added else "",
        t("No longer kept: {names}. What was kept of it stays.", names=_names(change.removed)) if change.removed else "",
        t("Under another name: {names}.", names=renamed) if renamed else "",
        t("Described anew: {names}.", names=_names(tuple(change.changed))) if change.changed else "",
    ]
    return " ".join(filter(None, parts)) or t("Nothing changes.")


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names[:12]) + (f" … (+{len(names) - 12})" if len(names) > 12 else "")


def wrong_shown(page: Page, problem: Problem) -> Markup:
    """Return what went wrong and what to do."""
    t = page.t
    words = tag("div", tag("strong", t(problem.kind.title)), tag("p", problem.detail, cls="p-soft p-small"), tag("p", t(problem.kind.advice)))
    return tag("div", icon("error"), words, cls="p-mood is-bad", role="alert")
