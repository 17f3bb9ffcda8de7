"""The how-to pages, so that each screen's explanation is one click away, also without a line to the outside."""

import asyncio
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from plait.console.html import Markup, join, link, tag
from plait.console.page import Page
from plait.console.screen import Screen
from plait.console.screens.lists import hint
from plait.kernel.actor import Actor
from plait.kernel.problems import NOT_FOUND, Problem

__all__ = ["SCREENS", "rendered", "text_of"]

NAME = re.compile(r"[a-z0-9-]{1,80}")


def _folder() -> Traversable:
    """Return where the pages lie: inside the installed package, or beside the sources it is run from."""
    inside = files("plait.console") / "howto"
    return inside if inside.is_dir() else Path(__file__).parents[4] / "docs" / "how-to"


def text_of(name: str) -> str:
    """Return the Markdown of a how-to page; raise ``not-found``."""
    page = _folder() / f"{name}.md"
    if not NAME.fullmatch(name) or not page.is_file():
        raise Problem(NOT_FOUND, f"There is no page about {name}.")
    return page.read_text("utf-8")


def rendered(text: str) -> Markup:
    """Return a page of ours as markup: our own files only, whose links to their neighbours become links to help pages."""
    from markdown2 import markdown

    html = str(markdown(text, extras=["fenced-code-blocks", "tables", "header-ids"]))
    html = re.sub(r'href="(?:\.\./how-to/)?([a-z0-9-]+)\.md(?:#[^"]*)?"', r'href="/console/help/\1"', html)
    html = re.sub(r'<a href="(?!/console/help/|#|https?:)[^"]*">(.*?)</a>', r"\1", html)
    html = re.sub(r"<img[^>]*>", "", html)
    return Markup(html)


def _language(page: Page) -> Markup | str:
    """Return who reads another language that these pages are not in it."""
    return hint(page.t("These pages are in English.")) if page.t.language != "en" else ""


async def _build(page: Page) -> None:
    page.head(page.t("How to use it"))

    async def read(_: Actor) -> Markup:
        return await asyncio.to_thread(lambda: rendered(text_of(page.path["name"])))

    await page.block(read, lambda shown: join(_language(page), tag("article", shown, cls="p-card p-prose", lang="en")))


async def _all(page: Page) -> None:
    page.head(page.t("How to use it"))

    async def names(_: Actor) -> list[tuple[str, str]]:
        found = sorted(each.name.removesuffix(".md") for each in _folder().iterdir() if each.name.endswith(".md"))
        return [(name, text_of(name).splitlines()[0].lstrip("# ")) for name in found]

    await page.block(
        names,
        lambda found: join(
            _language(page), tag("ul", [tag("li", link(title, f"/console/help/{name}")) for name, title in found], cls="p-card p-list", lang="en")
        ),
    )


SCREENS = (Screen("/help", "Help", _all, group="node", icon="help_outline", key="h"), Screen("/help/{name}", "How to use it", _build))
