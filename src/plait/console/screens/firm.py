"""The firm: who we are, what class of business, what we can make for others."""

import asyncio
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

import msgspec
from nicegui import ui

from plait.console.html import Markup, icon, join, link, pairs, table, tag
from plait.console.page import Block, Empty, Field, Page
from plait.console.screen import Screen
from plait.console.screens.lists import choices
from plait.identity.model import FirmProfile
from plait.kernel import classification
from plait.kernel.actor import Actor
from plait.kernel.firm import Firm
from plait.kernel.money import Money
from plait.kernel.problems import INVALID, Problem
from plait.manufacturing.capability.model import Capability
from plait.manufacturing.capability.vocabulary import MATERIALS, PROCESSES

__all__ = ["SCREENS", "capabilities_shown", "firm_shown"]


CHOSEN = "(e) => { const b = e.target.closest('[data-arg]'); if (b) emit(b.dataset.arg); }"


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("The firm"), t("Who are we, and what do others find us by?"))
    identity = page.rooms.identity
    may = await page.me.may("admin.firm")

    async def read(_: Actor) -> tuple[Firm, str]:
        firm = identity.firm()
        return firm, await asyncio.to_thread(classification.said, firm.isic, t)

    async def change(_: str) -> None:
        await page.form(t("The firm"), _fields(page), lambda actor, said: identity.describe(actor, _profile(identity.profile(), said)), done=t("Saved."))
        await block.load()

    async def choose(_: str) -> None:
        code = await _class_dialog(page)
        if code:
            await page.act(lambda actor: identity.describe(actor, _profile(identity.profile(), {"isic": code})), t("Saved."))
            await block.load()

    acts = {"change": change, "class": choose} if may else {}
    block: Block = await page.block(read, lambda found: firm_shown(page, *found, may=may), live=("identity.firm",), on=acts)
    await _capabilities(page)


def firm_shown(page: Page, firm: Firm, isic_title: str, *, may: bool) -> Markup:
    """Return what the firm says of itself."""
    t = page.t
    choose = tag("button", icon("category"), t("Choose in words"), type="button", cls="p-quiet", data_act="class") if may else ""
    isic = join(f"{firm.isic} {isic_title}" if firm.isic else tag("span", t("not chosen yet"), cls="p-soft"), " ", choose)
    rows = [
        (t("Name"), firm.name or tag("span", t("not said yet"), cls="p-soft")),
        (t("Class of business"), isic),
        (t("Region"), firm.region),
        (t("Time zone"), firm.zone),
        (t("Currency"), firm.currency),
        (t("Location number (GLN)"), firm.gln),
        (t("Company prefix (GS1)"), firm.gcp),
        (t("Address of the node"), tag("code", firm.url)),
        ("DID", tag("code", firm.did, cls="volatile")),
    ]
    change = tag("button", icon("edit"), t("Change"), type="button", cls="p-quiet", data_act="change") if may else ""
    card = link(t("The firm's card, as strangers see it"), "/")
    return tag("section", tag("header", tag("h2", firm.name or t("The firm")), change), pairs(rows), tag("p", card), cls="p-card")


def _fields(page: Page) -> list[Field]:
    t, firm = page.t, page.rooms.identity.firm()
    zones = {zone: zone for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"}
    return [
        Field("name", t("Name"), value=firm.name, required=True),
        Field("region", t("Region"), value=firm.region, hint="ISO 3166-2: DE-BW, CN-ZJ"),
        Field("zone", t("Time zone"), kind="choice", value=firm.zone, options=zones),
        Field("currency", t("Currency"), value=firm.currency, hint="ISO 4217: EUR, CNY"),
        Field("gln", t("Location number (GLN)"), value=firm.gln),
        Field("gcp", t("Company prefix (GS1)"), value=firm.gcp),
    ]


def _profile(known: FirmProfile, said: dict[str, Any]) -> FirmProfile:
    """Return the profile with what was said; all else stays."""
    return msgspec.structs.replace(known, **{name: str(value).strip() for name, value in said.items() if value is not None})


async def _class_dialog(page: Page) -> str:
    """Let a person find the class by words; return its code, "" for none."""
    t = page.t
    with ui.dialog() as dialog, ui.element("div").classes("p-dialog"):
        ui.html(
            str(join(tag("h2", t("What do you do?")), tag("p", t("Type it in words (English): gears, heat treatment, castings …"), cls="p-soft"))),
            sanitize=False,
        )
        field = ui.input(t("In words")).props("outlined autofocus debounce=250").classes("p-input")
        found = ui.html("", sanitize=False)

        async def look() -> None:
            codes = await asyncio.to_thread(classification.search, str(field.value or ""), 12) if field.value else []
            rows = [tag("li", tag("button", f"{code} · {classification.title(code)}", type="button", cls="p-quiet", data_arg=code)) for code in codes]
            found.content = str(tag("ul", rows or tag("li", t("Nothing is called that; try another word.")), cls="p-stack") if field.value else "")

        field.on_value_change(look)
        found.on(
            "click", lambda event: dialog.submit(event.args), js_handler="(e) => { const b = e.target.closest('[data-arg]'); if (b) emit(b.dataset.arg); }"
        )
        ui.button(t("Cancel"), on_click=lambda: dialog.submit(""), color=None).props("flat no-caps").classes("p-quiet")
    answer = await dialog
    dialog.delete()
    code = answer[0] if isinstance(answer, list) and answer else answer
    return code if isinstance(code, str) and code and classification.valid(code) else ""


async def _capabilities(page: Page) -> None:
    t = page.t
    service = page.rooms.capabilities
    may = await page.me.may("capability.write")

    async def read(_: Actor) -> list[Capability]:
        return await service.published()

    async def add(_: str) -> None:
        await page.form(
            t("What can you make for others?"),
            _capability_fields(page),
            lambda actor, said: service.publish(actor, _capability(page, said)),
            done=t("Published."),
        )
        await block.load()

    async def withdraw(id: str) -> None:
        if await page.ask(t("No longer offer this?"), t("Other firms no longer find you for {name}.", name=id), t("Withdraw")):
            await page.act(lambda actor: service.withdraw(actor, id), t("Withdrawn."))
            await block.load()

    empty = Empty(t("Nothing yet. Requests that fit what you can do come to you once you say it."), t("Say what you can make"), act="add" if may else "")
    shown = {"empty": empty, "live": ("capability.",), "on": {"add": add, "withdraw": withdraw} if may else {}}
    block: Block = await page.block(read, lambda found: capabilities_shown(page, found, may=may), **shown)  # type: ignore[arg-type]


def capabilities_shown(page: Page, found: list[Capability], *, may: bool) -> Markup:
    """Return what the firm offers to do."""
    t = page.t
    rows = []
    for each in found:
        process = PROCESSES.get(each.process)
        materials = ", ".join(t(MATERIALS[code].name) if code in MATERIALS else code for code in each.materials)
        stop = tag("button", t("Withdraw"), type="button", cls="p-quiet", data_act="withdraw", data_arg=each.id) if may else ""
        rate = f"{t.money(each.rate)} / h" if each.rate is not None else ""
        rows.append((t(process.name) if process else each.process, materials, _limits(page, each), rate, ", ".join(each.certificates), stop))
    columns = (t("Process"), t("Materials"), t("Limits"), t("Rate"), t("Certificates"), "")
    add = tag("button", icon("add"), t("Add"), type="button", cls="p-quiet", data_act="add") if may else ""
    return tag(
        "section", tag("header", tag("h2", t("What we can make for others")), add), table(columns, rows, label=t("Capabilities"), numbers=(3,)), cls="p-card"
    )


def _limits(page: Page, each: Capability) -> str:
    t = page.t
    said = []
    if each.module_min_mm is not None or each.module_max_mm is not None:
        said.append(f"{t('module')} {t.number(each.module_min_mm or 0)}–{t.number(each.module_max_mm or 0)} mm")
    if each.quality is not None:
        said.append(f"ISO 1328 {each.quality}")
    if each.hardness_min_hrc is not None or each.hardness_max_hrc is not None:
        said.append(f"{t.number(each.hardness_min_hrc or 0)}–{t.number(each.hardness_max_hrc or 0)} HRC")
    if each.x_mm:
        said.append(f"{t.number(each.x_mm)} × {t.number(each.y_mm or 0)} × {t.number(each.z_mm or 0)} mm")
    return ", ".join(said)


def _capability_fields(page: Page) -> list[Field]:
    t = page.t
    return [
        Field("process", t("Process"), kind="choice", options=choices(t, PROCESSES), required=True),
        Field("material", t("Material"), kind="choice", options=choices(t, MATERIALS), value="any"),
        Field("rate", t("Price of an hour"), kind="number"),
        Field("x_mm", t("Largest piece: length in mm"), kind="number"),
        Field("y_mm", t("width in mm"), kind="number"),
        Field("z_mm", t("height in mm"), kind="number"),
        Field("certificates", t("Certificates"), hint="ISO 9001, IATF 16949"),
    ]


def _capability(page: Page, said: dict[str, Any]) -> Capability:
    firm = page.rooms.identity.firm()
    rate = _number(page, said["rate"])
    return Capability(
        id=f"{said['process']}-{said['material']}",
        process=said["process"],
        materials=(said["material"],),
        certificates=tuple(each.strip() for each in str(said["certificates"] or "").split(",") if each.strip()),
        region=firm.region,
        isic=firm.isic,
        rate=Money(Decimal(str(rate)), firm.currency) if rate is not None else None,
        x_mm=_number(page, said["x_mm"]),
        y_mm=_number(page, said["y_mm"]),
        z_mm=_number(page, said["z_mm"]),
    )


def _number(page: Page, text: Any) -> float | None:
    words = str(text or "").strip()
    if not words:
        return None
    try:
        return float(words.replace(",", ".") if page.t.language == "de" or (words.count(",") == 1 and "." not in words) else words.replace(",", ""))
    except ValueError as error:
        raise Problem(INVALID, page.t("{words} is no number.", words=words)) from error


SCREENS = (
    Screen("/firm", "The firm", _build, group="node", icon="badge", key="f", howto="first-start"),
    Screen("/firm/capabilities", "The firm", _build, howto="first-start"),
)
