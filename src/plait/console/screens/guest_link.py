"""A link for a firm without a node: for whom and how long, then the link as text to copy and as a code to scan, shown this once."""

from typing import Any

from nicegui import ui

from plait.console.html import drawing, join, tag
from plait.console.page import Field, Page
from plait.kernel.actor import Actor
from plait.sharing.guest.model import Kind, MadeLink, NewLink

__all__ = ["send_link"]

LANGUAGES = {"": "as on our papers", "en": "English", "de": "Deutsch", "zh": "中文"}


async def send_link(page: Page, kind: Kind, id: str, name: str, kinds: dict[str, str] | None = None) -> MadeLink | None:
    """Ask for whom, make the link for the thing ``id`` and show it; ``kinds`` are the kinds to choose from. Return None when it was closed."""
    t = page.t
    fields = [
        Field("name", t("For whom"), value=name, required=True),
        Field("days", t("For how many days"), kind="number", value="14"),
        Field("language", t("Language"), kind="choice", value="", options={code: t(label) for code, label in LANGUAGES.items()}),
    ]
    if kinds:
        fields.insert(0, Field("kind", t("What for"), kind="choice", value=kind, options=kinds))

    async def make(actor: Actor, values: dict[str, Any]) -> MadeLink:
        days = str(values["days"] or "").strip()
        chosen: Any = values.get("kind") or kind
        wanted = NewLink(chosen, str(values["name"]).strip(), id, int(days) if days.isdigit() else 0, values["language"] or "")
        return await page.rooms.guests.make(actor, wanted)

    note = t("Whoever has the link sees this one thing and can answer it; every use is noted, and you can take it back.")
    made = await page.form(t("Send a link"), fields, make, yes=t("Make the link"), note=note)
    if made is not None:
        await show_link(page, made)
    return made


async def show_link(page: Page, made: MadeLink) -> None:
    """Show a link that was just made: text and code."""
    t = page.t
    with ui.dialog() as dialog, ui.element("div").classes("p-dialog"):
        words = tag("p", t("Copy the text into a chat or an e-mail, or let the code be scanned. It is shown this once."), cls="p-soft")
        ui.html(str(join(tag("h2", t("The link for {name}", name=made.link.name)), words, drawing(made.qr, "p-qr"))), sanitize=False).classes("p-block")
        ui.textarea(t("Text"), value=made.text).props("outlined autogrow readonly").classes("p-input")
        with ui.element("div").classes("p-row p-end"):
            ui.button(t("Copy"), icon="content_copy", on_click=lambda: ui.clipboard.write(made.text)).props("outline no-caps").classes("p-quiet")
            ui.button(t("Done"), on_click=dialog.close).props("unelevated no-caps").classes("p-go")
    await dialog
    dialog.delete()
