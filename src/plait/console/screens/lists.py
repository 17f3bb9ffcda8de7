"""What lists of orders, requests and quotes share: tabs, the field to search in, pages that follow, and how firms are named."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from plait.console.html import Markup, icon, join, link, tag
from plait.console.page import Page
from plait.kernel.texts import Texts
from plait.manufacturing.terms import Term
from plait.overview import paths

__all__ = ["choices", "firm", "more_below", "narrowed", "search_field", "tabs"]


def tabs(page: Page, base: Callable[..., str], name: str, chosen: str, choices: Mapping[str, str]) -> Markup:
    """Return the tabs of a list: which part of it is shown; ``choices`` are names by value of the query's ``name``."""
    text = page.query.get("text", "")
    items = [link(label, base(**{name: value, "text": text}), aria_current="page" if value == chosen else None) for value, label in choices.items()]
    return tag("nav", items, cls="p-tabs", aria_label=page.t("What is shown"))


def search_field(page: Page, base: Callable[..., str], label: str, **shown: str) -> None:
    """Add a field that narrows the list to what has its text; Enter searches, an empty field shows all."""
    box = ui.input(label, value=page.query.get("text", "")[:200]).props("outlined dense clearable maxlength=200").classes("p-narrow")

    def go() -> None:
        page.go(base(**shown, text=str(box.value or "").strip()))

    box.on("keydown.enter", go)
    box.on("clear", go)


def narrowed(page: Page) -> str:
    """Return the text the list is narrowed to."""
    return page.query.get("text", "").strip()[:200]


async def more_below(page: Page, first: str, fetch: Callable[[Any, str], Awaitable[Any]], show: Callable[[Any], Markup]) -> None:
    """Add a button that shows what follows ``first`` below, page after page; ``fetch`` gets the actor and where to go on."""
    if not first:
        return
    with ui.element("div").classes("p-block p-following") as place:
        pass

    def offer(after: str) -> None:
        with place:
            holder = ui.element("div").classes("p-row p-end")

        async def load() -> None:
            holder.set_visibility(False)
            with place:
                block = await page.block(lambda actor: fetch(actor, after), show)
            following = str(getattr(block.data, "after", ""))
            if following:
                offer(following)

        with holder:
            page.button(page.t("Show more"), load, name="expand_more")

    offer(first)


def firm(name: str, party: str) -> Markup:
    """Return a firm as a link to its page; one without a node only by its name."""
    if not party:
        return join(tag("span", name)) if name else Markup("–")
    return link(name or party, paths.partner(party))


def choices(t: Texts, terms: Mapping[str, Term]) -> dict[str, str]:
    """Return the terms of a vocabulary to choose from, by their names in the language; what stands for any of them comes first."""
    named = sorted(((code, t(term.name)) for code, term in terms.items()), key=lambda each: (each[0] != "any", each[1].casefold()))
    return dict(named)


def words(parts: Sequence[Any]) -> Markup:
    """Return parts beside each other with a dot between them."""
    shown = [each for each in parts if each not in {None, ""}]
    return join(*[join(" · " if index else "", each) for index, each in enumerate(shown)])


def hint(text: str) -> Markup:
    """Return a remark with its sign."""
    return tag("p", icon("info"), " ", text, cls="p-soft p-small")
