"""Labels: pick what is to be labelled, see the label, know that its codes were read back, save or print it."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from plait.console.drawings.trace import called
from plait.console.html import Markup, chip, details, icon, join, link, pairs, table, tag, when
from plait.console.page import Block, Empty, Field, Page
from plait.console.screen import Screen
from plait.console.screens.trace import THINGS, amount, more_said
from plait.kernel import gs1
from plait.kernel.actor import Actor
from plait.kernel.clock import parse_iso
from plait.kernel.problems import INVALID, Problem
from plait.labour.studio.model import LabelPrinted, LabelRead, LabelRequest
from plait.overview import paths
from plait.overview.find.model import Hit
from plait.overview.find.rules import meant
from plait.overview.trace.model import Made

__all__ = ["SCREENS", "found_shown", "label_shown", "picked_shown", "read_back_said"]

FORMS = (("png", "Picture (PNG)"), ("pdf", "Page (PDF)"), ("zpl", "For label printers (ZPL)"))
KINDS = {"Piece": "Piece", "Batch": "Lot", "Article": "Article", "Logistic unit": "Shipping unit"}
ROWS = {"GTIN": "GTIN", "SSCC": "SSCC", "Batch": "Lot", "Serial number": "Serial number", "Quantity": "Quantity"}
MOST_COPIES = 1000


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Labels"), t("What shall bear which label, and does it scan?"))
    epc, asked = page.query.get("epc", ""), page.query.get("q", "").strip()
    _pick(page, asked)
    key = meant(epc or asked).key
    if key is not None:
        await _label(page, key)
        return
    if epc or asked:
        await _found(page, epc or asked)
        return
    nothing = t("Nothing was made or received here yet. Type in a number above, or wait for the line.")
    await page.block(page.rooms.stories.recent, lambda made: picked_shown(page, made), empty=Empty(nothing), live=("epcis.",))


def _pick(page: Page, text: str) -> None:
    """Show the field for what is to be labelled."""
    t = page.t
    with ui.element("div").classes("p-row p-block"):
        label = t("(01) GTIN (21) serial, shipping unit, or what a scanner reads")
        field = ui.input(label, value=text).props("outlined dense maxlength=400").classes("p-input p-narrow")

        def go() -> None:
            wanted = str(field.value or "").strip()
            if wanted:
                page.go(paths.labels(q=wanted))

        field.on("keydown.enter", go)
        page.button(t("Show the label"), go, name="sell", primary=True)


def picked_shown(page: Page, made: list[Made]) -> Markup:
    """Return what was made or received lately, each with its label."""
    t = page.t
    rows = []
    for each in made:
        open_ = link(join(icon("sell"), t("Label")), _address(each), cls="p-quiet")
        what = join(link(called(each.kind, each.number, 1, t), paths.trace(each.epc)), more_said(each, t))
        at = parse_iso(each.at) if each.at else None
        rows.append((what, each.name or tag("span", each.gtin, cls="p-soft"), amount(each.quantity, t), when(at, t), open_))
    columns = (t("What"), t("Article"), t("Quantity"), t("When"), t("Label"))
    return tag("section", tag("h2", t("Made or received lately")), table(columns, rows, label=t("Made or received lately"), numbers=(2,)), cls="p-card")


def _address(each: Made) -> str:
    """Return where a thing's label is shown, with what else it says: its name, and the quantity of a lot."""
    return paths.labels(each.epc, name=each.name, quantity=f"{each.quantity:g}" if each.kind == "lot" else "")


async def _found(page: Page, text: str) -> None:
    """Show the things of which ``text`` may be the number."""

    async def look(actor: Actor) -> list[Hit]:
        return [hit for hit in await page.rooms.find.find(actor, text) if hit.kind in THINGS]

    nothing = page.t("Nothing here bears {number}. Try the whole number, or scan the code on the label.", number=text)
    await page.block(look, lambda hits: found_shown(page, hits), empty=Empty(nothing))


def found_shown(page: Page, hits: list[Hit]) -> Markup:
    """Return what was found, a row each, with its label."""
    t = page.t
    rows = [(link(hit.label, paths.labels(hit.id)), t(hit.kind), tag("code", hit.detail)) for hit in hits]
    made = table((t("Number"), t("Kind"), t("Code")), rows, label=t("Found"))
    return tag("section", tag("p", t("Which one do you mean?"), cls="p-answer"), made, cls="p-card")


async def _label(page: Page, key: gs1.Key) -> None:
    t = page.t
    name, many = page.query.get("name", ""), page.query.get("quantity", "")
    quantity = float(many) if many.replace(".", "", 1).isdigit() else None
    may = await page.me.may("label.make")
    printer = page.rooms.labels.printer

    async def read(actor: Actor) -> LabelRead:
        said = name or await page.rooms.stories.name(actor, key.uri)
        return await page.rooms.labels.read(actor, key.path.lstrip("/"), said, quantity)

    async def words(_: str) -> None:
        fields = [Field("name", t("Name on the label"), value=name), Field("quantity", t("Quantity"), kind="number", value=many)]

        async def do(_: Actor, said: Mapping[str, Any]) -> str:
            asked = {what: str(value or "").strip() for what, value in said.items()}
            return paths.labels(key.uri, **asked)

        made = await page.form(t("What else it says"), fields, do)
        if made is not None:
            page.go(made)

    async def print_(_: str) -> None:
        wanted = _request(block.data, quantity)
        fields = [Field("copies", t("How many"), kind="number", value="1", required=True)]

        async def do(actor: Actor, said: Mapping[str, Any]) -> LabelPrinted:
            copies = str(said["copies"]).strip()
            if not (copies.isdigit() and 1 <= int(copies) <= MOST_COPIES):
                raise Problem(INVALID, t("From 1 to {most} copies.", most=MOST_COPIES))
            return await page.rooms.labels.send(actor, wanted, int(copies))

        await page.form(t("Print the label"), fields, do, yes=t("Print"), done=t("Sent to the label printer."))

    on = {"words": words} | ({"print": print_} if may and printer else {})
    block: Block = await page.block(read, lambda found: label_shown(page, found, may_print=may and bool(printer)), on=on)


def _request(found: LabelRead, quantity: float | None) -> LabelRequest:
    """Return the label of ``found`` as a printer is asked for it."""
    key = gs1.read(found.key)
    assert key is not None, "made by us"
    if key.ai == "00":
        return LabelRequest(sscc=key.value, name=found.name, quantity=quantity)
    named = dict(key.qualifiers)
    return LabelRequest(key.value, named.get("10", ""), named.get("21", ""), found.name, quantity)


def label_shown(page: Page, found: LabelRead, *, may_print: bool) -> Markup:
    """Return the label as it will be, what its codes were read as, and how to have it."""
    t = page.t
    picture = tag("img", src=_file(found, "png"), alt=t("Label: {name}", name=found.name), width="480", height="288", cls="p-label-picture")
    files = [
        link(join(icon("download"), t(word)), _file(found, form), cls="p-quiet", download=f"{found.path.replace('/', '-')}.{form}") for form, word in FORMS
    ]
    words = tag("button", icon("edit"), t("Name and quantity"), type="button", cls="p-quiet", data_act="words")
    print_ = tag("button", icon("print"), t("Print"), type="button", cls="p-button", data_act="print") if may_print else ""
    told = _printer(page, found)
    rows = [(t(ROWS.get(what, what)), value) for what, value in found.rows]
    kind = t(KINDS.get(found.title, found.title))
    head = tag("header", tag("h2", found.name), chip("good", t("reads back")))
    shown = tag("section", head, picture, tag("div", print_, words, cls="p-row p-acts"), cls="p-card")
    read = tag("p", read_back_said(page, found), cls="p-answer")
    codes = details(t("What the codes say"), pairs([(t("QR code"), tag("code", found.link)), (found.symbol, tag("code", found.elements))]))
    more = tag("p", link(t("Trace it"), paths.trace(found.key)), cls="p-row")
    beside = tag("section", read, pairs([(t("Kind"), kind), *rows]), tag("div", files, cls="p-row p-acts"), told, codes, more, cls="p-card")
    return tag("div", shown, beside, cls="p-cols")


def read_back_said(page: Page, found: LabelRead) -> str:
    """Return in words that the label scans."""
    text = "The label was drawn and read back: the QR code and the {symbol} both say what they should."
    return page.t(text, symbol=found.symbol)


def _printer(page: Page, found: LabelRead) -> Markup:
    t = page.t
    if found.printer:
        return tag("p", icon("print"), " ", t("The label printer is {address}.", address=found.printer), cls="p-soft")
    return tag("p", icon("info"), " ", t("No label printer is set. Save the label, or name a printer in the settings (labels.printer)."), cls="p-soft")


def _file(found: LabelRead, form: str) -> str:
    """Return the address of the label as a file."""
    return f"/api/v1/labels/{found.path}.{form}" + (f"?{found.query}" if found.query else "")


SCREENS = (Screen("/labels", "Labels", _build, action="label.read", group="circulation", icon="sell", key="i", howto="labels"),)
