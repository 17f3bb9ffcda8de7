"""Passports: what everybody who holds a thing of ours may read of it, and what others besides."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from nicegui import ui

from plait.circulation.passport.model import Element, Product, Tiers
from plait.console.html import Markup, chip, details, drawing, icon, join, link, pairs, table, tag, when
from plait.console.page import Block, Empty, Field, Page
from plait.console.screen import Screen
from plait.console.screens.guest_link import show_link
from plait.kernel import gs1
from plait.kernel.actor import Actor
from plait.kernel.clock import parse_iso
from plait.kernel.problems import INVALID, Problem
from plait.kernel.texts import Texts
from plait.manufacturing.vocabulary import name_of
from plait.overview import paths
from plait.sharing.guest.model import MadeLink, NewLink

__all__ = ["SCREENS", "passport_shown", "passports_shown", "tiers_said"]

MOST = 100
LIVE = ("passport.",)
MASS = re.compile(r"\d{1,12}(\.\d{1,9})?")
# What a passport's fields are called; what a firm names itself is shown as it is.
FIELDS = {
    "name": "Name",
    "material": "Material",
    "process": "Process",
    "mass_kg": "Mass (kg)",
    "revision": "Revision",
    "made_at": "Made at",
    "made_by": "Made by",
    "made_where": "Made where",
    "materials": "Materials it was made from",
    "history": "Whole history",
}


async def _list(page: Page) -> None:
    t = page.t
    page.head(t("Passports"), t("What can whoever holds a thing of ours read about it?"))
    may = await page.me.may("passport.write")
    after = page.query.get("after", "")

    async def read(actor: Actor) -> list[Product]:
        return await page.rooms.passports.passports(actor, after, MOST)

    async def issue() -> None:
        fields = [Field("gtin", "GTIN", required=True), Field("name", t("Name"), required=True), Field("material", t("Material"))]

        async def do(actor: Actor, said: Mapping[str, Any]) -> Product:
            said_ = {name: str(said[name] or "").strip() for name in ("name", "material")}
            return await page.rooms.passports.put_passport(actor, str(said["gtin"]).strip(), {name: text for name, text in said_.items() if text})

        note = t("Parts of ours with a GTIN have their passport by themselves; this is for an article that is not in the list of parts.")
        made = await page.form(t("Issue a passport"), fields, do, yes=t("Issue"), note=note)
        if made is not None:
            page.go(paths.passport(made.gtin))

    nothing = t("No passport yet. A part of ours that has a GTIN gets one by itself.")
    await page.block(read, lambda found: passports_shown(page, found), empty=Empty(nothing, t("See the parts"), paths.parts()), live=LIVE)
    if may:
        with ui.element("div").classes("p-row p-block"):
            page.button(t("Issue a passport"), issue, name="add")


def passports_shown(page: Page, found: list[Product]) -> Markup:
    """Return the passports, a row each."""
    t = page.t
    rows = []
    for each in found:
        materials = t("everybody sees the materials") if each.materials_public else t("materials only with a legitimate interest")
        updated = when(parse_iso(each.updated), t, day=True)
        rows.append((link(each.fields.get("name") or each.gtin, paths.passport(each.gtin)), tag("code", each.gtin), t.number(each.version), updated, materials))
    columns = (t("Article"), "GTIN", t("Version"), t("Changed"), t("Who sees what"))
    answer = t("One article has a passport.") if len(found) == 1 else t("{count} articles have a passport.", count=t.number(len(found)))
    more: Any = ""
    if len(found) >= MOST:
        answer = t("These are {count} articles with a passport; there may be more.", count=t.number(len(found)))
        more = tag("p", link(t("Show the next"), f"{paths.passports()}?after={found[-1].gtin}", cls="p-quiet"))
    return tag("section", tag("p", answer, cls="p-answer"), table(columns, rows, label=t("Passports"), numbers=(2,), csv="CSV"), more, cls="p-card")


async def _one(page: Page) -> None:
    t = page.t
    lot, serial = page.query.get("lot", ""), page.query.get("serial", "")
    key = _key(page.path["passport"], lot, serial)
    page.head(t("Passport"), t("What does it say, and to whom?"), over=link(t("Passports"), paths.passports(), cls="p-over"))
    service = page.rooms.passports
    write, guests = await page.me.may("passport.write"), await page.me.may("guest.write")

    async def read(actor: Actor) -> tuple[Tiers, str]:
        found = await service.tiers(actor, key)
        return found, await asyncio.to_thread(_code, found.link)

    async def change(_: str) -> None:
        found: Tiers = block.data[0]
        fields = [*_fields(found, t), Field("more", t("More (a line each: name = text)"), kind="long", value=_others(found))]
        fields.append(Field("materials_public", t("Everybody may see what it was made from"), kind="tick", value=found.materials_public))

        async def do(actor: Actor, said: Mapping[str, Any]) -> Product:
            return await service.put_passport(actor, found.gtin, _said(said, t), bool(said["materials_public"]))

        note = t("This is said of every piece of the article, from now on. The name, material, mass and revision of a part of ours come from the part.")
        if await page.form(t("Change the passport"), fields, do, note=note, done=t("Saved as a new version.")) is not None:
            await block.load()

    async def guest(_: str) -> None:
        found: Tiers = block.data[0]
        tiers = {"public": t("what everybody may see"), "interest": t("also materials and the whole history")}
        fields = [
            Field("name", t("For whom"), required=True),
            Field("tier", t("What they see"), kind="choice", options=tiers, value="public", required=True),
            Field("days", t("For how many days"), kind="number", value="14"),
        ]

        async def do(actor: Actor, said: Mapping[str, Any]) -> MadeLink:
            days = str(said["days"] or "").strip()
            wanted = NewLink("passport", str(said["name"]).strip(), found.uri, int(days) if days.isdigit() else 0, "", tier=said["tier"])
            return await page.rooms.guests.make(actor, wanted)

        note = t("Whoever has the link sees this one thing and can answer it; every use is noted, and you can take it back.")
        made = await page.form(t("Send a link"), fields, do, yes=t("Make the link"), note=note)
        if made is not None:
            await show_link(page, made)

    on = ({"change": change} if write else {}) | ({"guest": guest} if guests else {})
    block: Block = await page.block(read, lambda data: passport_shown(page, *data, acts=frozenset(on)), live=LIVE, on=on)


def _key(gtin: str, lot: str, serial: str) -> str:
    """Return the identifier of what the address names; raise ``gs1-key``."""
    if serial:
        return gs1.sgtin(gtin, serial)
    return gs1.lgtin(gtin, lot) if lot else gs1.gtin(gtin)


def _code(text: str) -> str:
    from plait.labour.studio.codes import svg

    return svg("qr", text)


def _fields(found: Tiers, t: Texts) -> list[Field]:
    return [Field(name, t(FIELDS[name]), value=found.fields.get(name, "")) for name in ("name", "material", "process", "mass_kg", "revision")]


def _others(found: Tiers) -> str:
    return "\n".join(f"{name} = {value}" for name, value in sorted(found.fields.items()) if name not in FIELDS)


def _said(said: Mapping[str, Any], t: Texts) -> dict[str, str]:
    """Return the fields as typed: those with a place of their own, and a line each of the rest; raise ``invalid``."""
    fields = {name: str(said[name] or "").strip() for name in ("name", "material", "process", "mass_kg", "revision")}
    for line in str(said["more"] or "").splitlines():
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name or value):
            continue
        if not (name and equals and value):
            raise Problem(INVALID, t("“{line}” is not of the form name = text.", line=line.strip()[:80]))
        fields[name] = value
    return {name: value for name, value in fields.items() if value}


def passport_shown(page: Page, found: Tiers, qr: str, *, acts: frozenset[str] = frozenset()) -> Markup:
    """Return what everybody reads, what others besides, the code that leads there, and the acts."""
    t = page.t
    buttons = [
        tag("button", icon("edit"), t("Change"), type="button", cls="p-quiet", data_act="change") if "change" in acts else "",
        tag("button", icon("qr_code_2"), t("Send a link"), type="button", cls="p-quiet", data_act="guest") if "guest" in acts else "",
        link(join(icon("sell"), t("Label")), paths.labels(found.uri, name=found.name), cls="p-quiet"),
        link(join(icon("account_tree"), t("Trace")), paths.trace(found.uri), cls="p-quiet") if found.granularity != "model" else "",
    ]
    state = chip("good", t("in force")) if found.status == "active" else chip("silent", t("taken out of use"))
    updated = _moment(found.updated)
    what = pairs([("GTIN", found.gtin), (t("Lot"), found.lot), (t("Serial number"), found.serial), (t("Version"), t.number(found.version))])
    head = tag("header", tag("h2", found.name), state)
    top = tag("section", head, tag("p", tiers_said(found, t), cls="p-answer"), what, tag("div", buttons, cls="p-row p-acts"), cls="p-card")
    open_ = link(t("Open the page that everybody sees"), found.page)
    code = tag("section", tag("h2", t("The code that leads there")), drawing(qr, "p-qr"), tag("p", tag("code", found.link)), tag("p", open_), cls="p-card")
    everybody, besides = _tier(page, t("Everybody"), found.public, "good"), _tier(page, t("Besides, with a legitimate interest"), found.more, "wait")
    columns = tag("div", everybody, besides, cls="p-stack")
    named = [(t("Identifier"), tag("code", found.uri)), (t("Data"), tag("code", found.data)), (t("Changed"), when(updated, t))]
    data = details(t("Data and identifiers"), pairs(named))
    return tag("div", top, tag("div", columns, code, cls="p-cols"), data, cls="p-stack p-wide-stack")


def tiers_said(found: Tiers, t: Texts) -> str:
    """Return who reads what, in a sentence."""
    if not found.known:
        return t("No event names this lot or piece; only what is said of the article is shown.")
    text = "Everybody reads {public} statements; who got the thing, or has a legitimate interest, reads {more} more."
    return t(text, public=t.number(len(found.public)), more=t.number(len(found.more)))


def _tier(page: Page, title: str, elements: list[Element], state: str) -> Markup:
    t = page.t
    rows = [(t(FIELDS[each.element_id]) if each.element_id in FIELDS else each.element_id, _value(each, t)) for each in elements]
    shown = pairs(rows) if rows else tag("p", t("Nothing."), cls="p-soft")
    return tag("section", tag("h2", title, " ", chip(state, t.number(len(elements)))), shown, cls="p-card")


def _value(each: Element, t: Texts) -> Any:
    """Return a statement's value as people read it."""
    if isinstance(each.value, list):
        return tag("ul", [tag("li", _told(one, t)) for one in each.value[:50]], cls="p-list")
    if each.element_id == "made_at":
        return when(_moment(str(each.value)), t)
    if each.element_id in ("process", "material"):
        return t(name_of(str(each.value)))
    return t.number(Decimal(str(each.value))) if each.element_id == "mass_kg" and MASS.fullmatch(str(each.value)) else str(each.value)


def _told(one: Any, t: Texts) -> Any:
    if hasattr(one, "said"):
        return join(when(_moment(one.at), t), " ", t(one.said) if one.said else "")
    text = str(one)
    return link(text.rpartition("/")[2], paths.trace(text)) if text.startswith("https://id.gs1.org/") else text


def _moment(text: str) -> datetime | None:
    return parse_iso(text) if text else None


SCREENS = (
    Screen("/passports", "Passports", _list, action="passport.read", group="circulation", icon="badge", key="k", howto="passports"),
    Screen("/passports/{passport}", "Passport", _one, action="passport.read", group="circulation", howto="passports"),
)
