"""What the way to connect a machine looks like: its steps, devices found, what came of a try, the signals to choose from."""

from collections.abc import Collection, Mapping, Sequence

from plait.console.html import Markup, chip, details, icon, join, link, pairs, table, tag
from plait.console.page import Page
from plait.console.screens.connect_words import HEADS, HINTS, WORDS
from plait.infrastructure.machines.connect.meanings import known
from plait.infrastructure.machines.connect.model import AdapterView, Proposal, Search, Tried
from plait.infrastructure.machines.connect.units import shown as sign
from plait.infrastructure.machines.model import Choice, Machine, MachineStatus
from plait.infrastructure.signals.model import Series
from plait.overview import paths
from plait.overview.wall.rules import shown_state

__all__ = [
    "STEPS",
    "advice_shown",
    "connected_shown",
    "done_shown",
    "found_shown",
    "kinds_shown",
    "narrowed",
    "signals_shown",
    "steps_shown",
    "tried_shown",
    "value_shown",
]

STEPS = ("Find", "Test", "Choose signals", "Name it", "Done")


def steps_shown(page: Page, at: int) -> Markup:
    """Return the way with the step it is at; what lies behind is ticked off."""
    t = page.t
    items = [
        tag(
            "li",
            icon("check_circle" if number < at else "radio_button_checked" if number == at else "radio_button_unchecked"),
            tag("span", t(name)),
            aria_current="step" if number == at else None,
        )
        for number, name in enumerate(STEPS)
    ]
    return tag("ol", items, cls="p-stages", aria_label=t("Steps"))


def kinds_shown(page: Page, adapters: Sequence[AdapterView]) -> Markup:
    """Return the kinds of connection to choose from by hand."""
    t = page.t
    rows = [
        tag(
            "li",
            icon("cable"),
            tag("div", tag("p", tag("strong", t(each.title))), tag("p", t(each.summary), cls="p-soft p-small")),
            tag("button", t("Choose"), type="button", cls="p-quiet", data_act="kind", data_arg=each.name, aria_label=f"{t('Choose')}: {t(each.title)}"),
        )
        for each in adapters
    ]
    simulated = tag("p", t("No machine at hand?"), " ", link(t("Run simulated machines"), paths.machines()), cls="p-soft p-small")
    return tag("section", tag("h2", t("Or say how it is connected")), tag("ul", rows, cls="p-steps"), simulated, cls="p-card")


def found_shown(page: Page, search: Search, titles: Mapping[str, str]) -> Markup:
    """Return how a search stands and which devices answered."""
    t = page.t
    if not search.asked and not search.running:
        return Markup("")
    rows = [
        (
            each.title,
            t(titles.get(each.adapter, each.adapter)),
            link(t("is connected"), paths.machine(each.machine))
            if each.machine
            else tag("button", t("Choose"), type="button", cls="p-button", data_act="device", data_arg=str(number), aria_label=f"{t('Choose')}: {each.title}"),
        )
        for number, each in enumerate(search.devices)
    ]
    progress = tag("progress", "", value=len(search.done), max=len(search.asked) or 1, aria_label=t("Search"), cls="p-progress")
    if search.running:
        words = t("Searching: {done} of {all} kinds of connection asked, {count} found.", done=len(search.done), all=len(search.asked), count=len(rows))
    elif rows:
        words = t("One device answered.") if len(rows) == 1 else t("{count} devices answered.", count=len(rows))
    else:
        words = t("No device answered by itself. Many answer only when they are asked at their address: say below how it is connected.")
    made = table((t("Device"), t("Connection"), ""), rows, label=t("Devices found")) if rows else ""
    failed = [tag("li", f"{t(titles.get(name, name))}: {why}") for name, why in search.failed.items()]
    trouble = details(t("What could not be searched"), tag("ul", failed)) if failed else ""
    return tag("div", progress if search.running else "", tag("p", words, role="status"), made, trouble, cls="p-stack")


def connected_shown(page: Page, machines: Sequence[MachineStatus], titles: Mapping[str, str]) -> Markup:
    """Return the machines that are connected already, each with the way to its signals."""
    t = page.t
    if not machines:
        return Markup("")
    rows = []
    for each in machines:
        machine, state = each.machine, shown_state(each)
        signals = link(t("Signals"), paths.machine_signals(machine.id), aria_label=t("Signals of {name}", name=machine.name))
        connection = t(titles.get(machine.adapter, machine.adapter))
        rows.append((link(machine.name, paths.machine(machine.id)), connection, chip(state, t(WORDS[state])), str(len(machine.signals) or "–"), signals))
    made = table((t("Machine"), t("Connection"), t("State"), t("Chosen"), ""), rows, label=t("Connected already"), numbers=(3,))
    return tag("section", tag("h2", t("Connected already")), made, cls="p-card")


def advice_shown(page: Page, adapter: AdapterView) -> Markup:
    """Return what must be set at the device."""
    t = page.t
    if not adapter.advice:
        return Markup("")
    lines = [tag("li", t(line)) for line in adapter.advice]
    return tag("section", tag("h2", t("To be set at the machine")), tag("ul", lines, cls="p-bullets"), cls="p-card")


def tried_shown(page: Page, tried: Tried | None, advice: Collection[str]) -> Markup:
    """Return what came of a try: in one line what is, or what is wrong, and what to do; ``advice`` stands on the page already."""
    t = page.t
    if tried is None:
        return Markup("")
    if tried.ok:
        words = t("It answers and offers {count} signals.", count=tried.offered) if tried.offered else t("It answers.")
        return tag("p", chip("good", words), role="status")
    lines = [tag("li", t(line)) for line in tried.advice if line not in advice]
    what = join(tag("strong", t(HEADS[tried.why])), tag("p", tried.says, cls="p-soft p-small"), tag("ul", lines, cls="p-bullets") if lines else "")
    return tag("div", icon("error"), tag("div", what), cls="p-mood is-bad", role="alert")


def narrowed(found: Sequence[Proposal], text: str) -> list[Proposal]:
    """Return the signals that have a text in name, address, title or group."""
    said = text.strip().lower()
    return [each for each in found if said in f"{each.choice.name} {each.choice.address} {each.choice.title} {each.group}".lower()]


def signals_shown(page: Page, found: Sequence[Proposal], choices: Mapping[str, Choice], *, text: str, most: int, kept: bool = False) -> Markup:
    """Return the offered signals as a list to tick; ``choices`` are those chosen by address, as they would be kept. ``kept``: some of them are already."""
    t = page.t
    wanted = narrowed(found, text)
    rows, keys = [], []
    for each in wanted[:most]:
        address = each.choice.address
        chosen = choices.get(address)
        as_kept = chosen or each.choice
        box = tag(
            "button",
            icon("check_box" if chosen else "check_box_outline_blank"),
            type="button",
            role="checkbox",
            aria_checked="true" if chosen else "false",
            aria_label=as_kept.name,
            cls="p-box-button",
            data_act="tick",
            data_arg=address,
        )
        value = tag("span", t("no value now"), cls="p-soft p-small", title=each.why) if each.value is None else value_shown(page, each.value)
        unit = sign(as_kept.unit) if as_kept.unit else tag("span", each.unit, cls="p-soft")
        edit = tag(
            "button", icon("edit"), type="button", cls="p-quiet", data_act="edit", data_arg=address, aria_label=t("Name and unit: {name}", name=as_kept.name)
        )
        name = join(tag("strong", as_kept.title or as_kept.name), tag("span", f" {address}", cls="p-soft p-small"))
        rows.append((box, name, value, unit, _looks(page, each, as_kept), edit if chosen else ""))
        keys.append(address)
    columns = (t("Keep"), t("Signal"), t("Now"), t("Unit"), t("What it looks like"), "")
    more = tag("button", t("Show more"), type="button", cls="p-quiet", data_act="more") if len(wanted) > most else ""
    count = t("{kept} of {all} signals are kept.", kept=len(choices), all=len(found))
    words = (("proposed", t("As it is now") if kept else t("As proposed")), ("all", t("All that are shown")), ("none", t("None")))
    buttons = [tag("button", word, type="button", cls="p-quiet", data_act=act) for act, word in words]
    nothing = (
        tag("p", t("Nothing here has this text."), cls="p-soft")
        if not wanted
        else tag("div", table(columns, rows, label=t("Signals"), keys=keys), cls="p-ticked")
    )
    return tag("div", tag("p", count, cls="p-answer", role="status"), tag("div", buttons, cls="p-row"), nothing, more, cls="p-stack")


def _looks(page: Page, each: Proposal, kept: Choice) -> Markup:
    """Return what a signal looks like, and what it is taken to mean."""
    t, meaning = page.t, known(kept.semantic)
    words = t(meaning.words) if meaning is not None else kept.semantic
    means = tag("div", t("means: {words}", words=words), cls="p-small") if words else ""
    return join(tag("div", t(HINTS[each.hint]), cls="p-soft p-small"), means)


def value_shown(page: Page, value: float | str) -> str:
    """Return a value as people read it: a number with six figures, words cut to sixty letters."""
    return value[:60] if isinstance(value, str) else f"{value:.6g}".replace(".", "," if page.t.language == "de" else ".")


def done_shown(page: Page, machine: Machine, first: Series | None, *, waiting: bool) -> Markup:
    """Return the end of the way: it talks, or what it waits for."""
    t = page.t
    if first is not None and first.value is not None:
        choice = next((each for each in machine.signals if f"{machine.id}.{each.name}" == first.name), None)
        name = (choice.title or choice.name) if choice is not None else first.name.partition(".")[2]
        value = f"{value_shown(page, first.value)} {sign(choice.unit) if choice is not None else first.unit}".strip()
        words = join(chip("good", t("It talks")), " ", t("{name}: {value}", name=name, value=value))
    elif waiting:
        words = join(chip("wait", t("Waiting for its first value …")))
    else:
        words = join(chip("good", t("It is connected.")), " ", t("It says something as soon as something changes."))
    where = "/".join(filter(None, (machine.site, machine.place)))
    rows = pairs(((t("Name"), machine.name), (t("Kind of work"), machine.group), (t("Place"), where), (t("Signals"), str(len(machine.signals)))))
    to = link(t("To the machine"), paths.machine(machine.id), cls="p-button")
    again = tag("button", icon("add_link"), t("Connect another"), type="button", cls="p-quiet", data_act="again-connect")
    undo = tag("button", icon("undo"), t("Take it back"), type="button", cls="p-quiet", data_act="undo")
    return tag(
        "section", tag("h2", machine.name), tag("p", words, cls="p-answer", role="status"), rows, tag("div", to, again, undo, cls="p-row p-acts"), cls="p-card"
    )
