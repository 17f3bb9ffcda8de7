"""HTML made from parts. Every text is escaped, whoever wrote it; only what these functions make counts as markup."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from plait.kernel.texts import Texts

__all__ = ["Cell", "Markup", "chip", "coded", "details", "drawing", "figure", "icon", "join", "link", "loading", "pairs", "since", "table", "tag", "when"]

VOID = frozenset({"br", "hr", "img", "input"})
STATES = {
    "running": "play_circle",
    "idle": "pause_circle",
    "down": "error",
    "setup": "build_circle",
    "silent": "do_not_disturb_on",
    "good": "check_circle",
    "warn": "warning",
    "bad": "error",
    "note": "info",
    "wait": "schedule",
}

Cell = Any
SIZED = re.compile(r'<svg width="([0-9.]+)" height="([0-9.]+)"')


def join(*parts: Any) -> Markup:
    """Return the parts one after another; None and "" vanish, lists are taken apart, texts are escaped."""
    out: list[str] = []
    for part in parts:
        if part is None or (isinstance(part, str) and part == ""):
            continue
        if isinstance(part, (list, tuple)):
            out.append(join(*part))
        else:
            out.append(str(escape(part)))
    return Markup("".join(out))  # noqa: S704 - each part is escaped or markup of ours


def tag(name: str, /, *content: Any, **attributes: Any) -> Markup:
    """Return an element. ``cls`` is its class, ``data_act`` its data-act; an attribute that is None or False is left out, True stands alone."""
    said = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        word = "class" if key == "cls" else key.rstrip("_").replace("_", "-")
        said.append(f" {word}" if value is True else f' {word}="{escape(str(value))}"')
    head = f"<{name}{''.join(said)}>"
    return Markup(head if name in VOID else f"{head}{join(*content)}</{name}>")  # noqa: S704 - attributes and content are escaped


def link(text: Any, href: str, **attributes: Any) -> Markup:
    """Return a link. Only paths of this node are led to; anything else is shown as text. What is not the console's opens in a tab of its own."""
    if not href.startswith("/") or href.startswith("//"):
        return tag("span", text)
    inside = href == "/console" or href.startswith(("/console/", "/console?"))
    return tag("a", text, href=href, target=None if inside else "_blank", rel=None if inside else "noopener", **attributes)


def loading() -> Markup:
    """Return what stands where something is still being read."""
    return tag("div", *[tag("span", cls="p-bone") for _ in range(3)], cls="p-skeleton", aria_busy="true")


def icon(name: str, label: str = "") -> Markup:
    """Return a Material icon; with ``label`` it speaks for itself, without it is mere ornament."""
    return tag("i", name, cls="material-icons", aria_hidden=None if label else "true", role="img" if label else None, aria_label=label or None)


def chip(state: str, text: str) -> Markup:
    """Return a state as colour, icon and word. ``state``: running, idle, down, setup, silent, good, warn, bad, note, wait."""
    return tag("span", icon(STATES.get(state, "circle")), text, cls=f"p-chip is-{state if state in STATES else 'note'}")


def drawing(svg: str, cls: str = "p-drawing") -> Markup:
    """Return a picture (SVG) that plait itself has drawn: every text in it was escaped where it was drawn. It can be scaled."""
    bare = svg[max(0, svg.find("<svg")) :]
    scaled = bare if "viewBox" in bare[:400] else SIZED.sub(r'<svg viewBox="0 0 \1 \2"', bare, count=1)
    return tag("span", Markup(scaled), cls=cls)  # noqa: S704 - drawn by us, never taken from others


def when(moment: datetime | None, t: Texts, *, day: bool = False) -> Markup:
    """Return a time (or its day) as people write it here; the exact one shows on hover."""
    if moment is None:
        return Markup("–")
    text = t.day(moment) if day else t.moment(moment)
    return tag("time", text, datetime=moment.isoformat(), title=f"{t.moment(moment)} ({t.zone.key})", cls="volatile")


def since(moment: datetime | None, t: Texts, *, real: bool = False) -> Markup:
    """Return how long ago (or until) something is; the browser keeps it true. Hover shows the exact time. ``real``: by the world's clock, not the node's."""
    if moment is None:
        return Markup("–")
    return tag(
        "time", t.moment(moment), datetime=moment.isoformat(), title=f"{t.moment(moment)} ({t.zone.key})", data_rel=True, data_real=real or None, cls="volatile"
    )


def figure(value: Any, label: str, *, unit: str = "", note: Any = "", href: str = "", state: str = "") -> Markup:
    """Return one number with what it is, its unit and a comparison; ``href`` leads to where it comes from."""
    number = tag("span", value, tag("small", unit) if unit else "", cls="p-number")
    body = join(tag("span", label, cls="p-label"), number, tag("span", note, cls="p-soft") if note else "")
    cls = f"p-figure{f' is-{state}' if state else ''}"
    return link(body, href, cls=cls) if href else tag("div", body, cls=cls)


def pairs(rows: Iterable[tuple[str, Any]]) -> Markup:
    """Return names and values beside each other; rows without a value are left out."""
    shown = [(name, value) for name, value in rows if value not in {None, ""}]
    return tag("dl", [join(tag("dt", name), tag("dd", value)) for name, value in shown], cls="p-pairs")


def coded(text: str) -> Markup:
    """Return a sentence in which what stands between backticks (a command, a setting) is set as code."""
    return join(*[tag("code", part) if at % 2 else part for at, part in enumerate(text.split("`"))])


def details(summary: str, *content: Any) -> Markup:
    """Return what is behind "details": ids, codes, raw data."""
    return tag("details", tag("summary", summary), *content, cls="p-details")


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    label: str,
    numbers: Sequence[int] = (),
    keys: Sequence[str] = (),
    attributes: Callable[[int], Mapping[str, Any]] | None = None,
    csv: str = "",
) -> Markup:
    """Return a table; on a phone each row becomes a card. ``label`` names it for who cannot see it.

    ``numbers``: columns set right; ``keys``: the id of each row; ``csv``: the word on the button that saves it as a file.
    """
    heads = [tag("th", name, scope="col", cls="num" if index in numbers else None) for index, name in enumerate(columns)]
    body = []
    for at, row in enumerate(rows):
        cells = [_cell(columns[index], value, "num" if index in numbers else "head" if index == 0 else None) for index, value in enumerate(row)]
        more = dict(attributes(at)) if attributes else {}
        body.append(tag("tr", cells, data_key=keys[at] if at < len(keys) else None, **more))
    made = tag("table", tag("thead", tag("tr", heads)), tag("tbody", body), cls="p-table", aria_label=label)
    save = tag("button", icon("download"), csv, cls="p-quiet p-csv", type="button", data_csv=label) if csv else ""
    return tag("div", save, tag("div", made, cls="p-scroll", tabindex="0", role="region", aria_label=label), cls="p-tablebox")


def _cell(column: str, value: Cell, cls: str | None) -> Markup:
    several = (
        isinstance(value, Markup) and "<" in value and (value.count("<") > 2 or not value.startswith("<"))
    )  # on a phone a cell's label and its content stand beside each other
    return tag("td", tag("div", value) if several else value, data_label=column or None, cls=cls)
