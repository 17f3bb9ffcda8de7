"""People: who may sign in and do what, with which badge; and whether phones of this network may come."""

import asyncio
from typing import Any

import msgspec
from nicegui import ui

from plait.console.html import Markup, chip, icon, join, pairs, since, table, tag
from plait.console.page import Block, Field, Page
from plait.console.screen import Screen
from plait.identity.model import NewPerson, Person
from plait.identity.people.badges.model import BadgeView
from plait.identity.people.model import SessionView
from plait.kernel.actor import Actor
from plait.kernel.texts import Texts
from plait.upkeep.phones.model import PhonesView, PhonesWanted

__all__ = ["SCREENS", "people_shown", "phones_shown", "sessions_shown"]

ROLES = ("viewer", "operator", "manager", "admin")


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("People"), t("Who may sign in here, and what may they do?"))
    if await page.me.may("admin.people"):
        await _people(page)
    await _sessions(page)


async def _people(page: Page) -> None:
    t = page.t
    identity, badges, people = page.rooms.identity, page.rooms.badges, page.rooms.people

    async def read(actor: Actor) -> list[tuple[Person, BadgeView]]:
        found = await identity.people(actor)
        return list(zip(found, await asyncio.gather(*(badges.view(actor, each.id) for each in found)), strict=True))

    async def add(_: str) -> None:
        roles = {role: t(role) for role in ROLES}
        fields = [Field("name", t("Name"), required=True), Field("role", t("Role"), kind="choice", options=roles, value="operator", required=True)]
        note = t("They set their own password with a code that is shown once.")
        made = await page.form(t("Let somebody in"), fields, lambda actor, said: identity.enter_person(actor, msgspec.convert(said, NewPerson)), note=note)
        if made is not None:
            await block.load()
            await code(made.id)

    async def code(id: str) -> None:
        made = await page.act(lambda actor: people.make_code(actor, id))
        if made is not None:
            where = f"{page.rooms.url()}/login/code"
            rows = ((t("For"), made.name), (t("Code"), tag("code", made.code)), (t("Where"), tag("code", where)), (t("Good until"), t.moment(made.expires)))
            await _shown(page, t("A code to set a password with"), join(tag("p", t("Shown this once. It is good for one use.")), pairs(rows)))

    async def badge(id: str) -> None:
        if not await page.ask(t("Make a new badge?"), t("An earlier badge of this person ends at once."), t("Make the badge")):
            return
        made = await page.act(lambda actor: badges.make(actor, id))
        if made is None:
            return
        drawn = await asyncio.to_thread(badges.drawn, made, "pdf")
        ui.download.content(drawn, f"badge-{made.name}.pdf", "application/pdf")
        await _shown(
            page,
            t("Badge of {name}", name=made.name),
            tag("p", t("It was saved as a PDF to print. Its number is shown this once: {number}", number=made.number)),
        )
        await block.load()

    async def pin(id: str) -> None:
        fields = [Field("pin", t("PIN (4 to 8 digits)"), kind="password", required=True)]
        await page.form(t("Set a PIN"), fields, lambda actor, said: badges.set_pin(actor, id, str(said["pin"])), done=t("The PIN is set."))
        await block.load()

    async def leave(id: str) -> None:
        person = people.person(id)
        name = person.name if person is not None else id
        if await page.ask(
            t("Take {name} out?", name=name), t("{name} is signed out everywhere at once; what they did stays in the log.", name=name), t("Take out")
        ):
            await page.act(lambda actor: identity.leave(actor, id), t("{name} may no longer sign in.", name=name))
            await block.load()

    acts = {"add": add, "code": code, "badge": badge, "pin": pin, "leave": leave}
    block: Block = await page.block(read, lambda found: people_shown(page, found), live=("identity.",), on=acts)


def people_shown(page: Page, found: list[tuple[Person, BadgeView]]) -> Markup:
    """Return who works here, with role and badge."""
    t = page.t
    rows = []
    for person, badge in found:
        acts = [tag("button", text, type="button", cls="p-quiet", data_act=act, data_arg=person.id) for act, text in _acts(t, person)]
        rows.append((person.name, t(person.role), _badge(t, badge), tag("div", acts, cls="p-row")))
    add = tag("button", icon("person_add"), t("Let somebody in"), type="button", cls="p-button", data_act="add")
    body = table((t("Name"), t("Role"), t("Badge"), ""), rows, label=t("People"))
    return tag("section", tag("header", tag("h2", t("Who works here")), add), body, cls="p-card")


def _acts(t: Texts, person: Person) -> list[tuple[str, str]]:
    found = [("code", t("Password code"))]
    if person.role != "viewer":
        found += [("badge", t("Badge")), ("pin", t("PIN"))]
    return [*found, ("leave", t("Take out"))]


def _badge(t: Texts, badge: BadgeView) -> Markup:
    if badge.blocked:
        return chip("bad", t("blocked"))
    if badge.made is None:
        return tag("span", t("none"), cls="p-soft")
    return chip("good", t("badge and PIN")) if badge.pin else chip("warn", t("badge without PIN"))


async def _sessions(page: Page) -> None:
    people, t = page.rooms.people, page.t

    async def end(id: str) -> None:
        await page.act(lambda actor: people.end(actor, id), t("The session has ended."))
        await block.load()

    block: Block = await page.block(people.sessions, lambda found: sessions_shown(page, found), every_s=60, key=page.me.id, on={"end": end})


def sessions_shown(page: Page, found: list[SessionView]) -> Markup:
    """Return who is signed in, and where."""
    t = page.t
    rows = [
        (
            each.name,
            _device(t, each.device),
            each.address,
            since(each.seen, t, real=True),
            tag("button", t("End"), type="button", cls="p-quiet", data_act="end", data_arg=each.id),
        )
        for each in found
    ]
    columns = (t("Name"), t("Device"), t("Address"), t("Last seen"), "")
    return tag("section", tag("h2", t("Signed in now")), table(columns, rows, label=t("Sessions")), cls="p-card")


def _device(t: Texts, device: str) -> str:
    """Return browser and system of a session; only the words between them are ours."""
    browser, found, system = device.partition(" on ")
    return t("{browser} on {system}", browser=browser, system=system) if found else t(device)


async def _shown(page: Page, title: str, content: Markup) -> None:
    with ui.dialog() as dialog, ui.element("div").classes("p-dialog"):
        ui.html(str(join(tag("h2", title), content)), sanitize=False)
        ui.button(page.t("Close"), on_click=lambda: dialog.submit(True), color=None).props("unelevated no-caps").classes("p-go")
    await dialog
    dialog.delete()


async def _phones(page: Page) -> None:
    t = page.t
    page.head(t("Phones"), t("May phones and tablets of this network come in?"))
    service = page.rooms.phones

    async def read(actor: Actor) -> PhonesView:
        return await service.status(actor, t.language)

    async def allow(_: str) -> None:
        sentence = t("Everybody in the same network as this computer can then open its pages; signing in is still asked for.")
        if await page.ask(t("Allow phones here?"), sentence, t("Allow")):
            await page.act(lambda actor: service.allow(actor, PhonesWanted(), t.language), t("Phones can come in now."))
            await block.load()

    async def stop(_: str) -> None:
        await page.act(lambda actor: service.stop(actor, t.language), t("Phones are shut out."))
        await block.load()

    block: Block = await page.block(read, lambda found: phones_shown(page, found), live=("admin.phones",), key=t.language, on={"allow": allow, "stop": stop})


def phones_shown(page: Page, found: PhonesView) -> Markup:
    """Return how it stands, what it means, and the code to scan."""
    t = page.t
    state = chip("running", t("phones may come")) if found.listening else chip("silent", t("only this computer"))
    if found.allowed and not found.listening:
        state = join(chip("bad", t("allowed, but it does not work")), " ", found.why)
    words = tag("ul", [tag("li", tag("div", each)) for each in found.words], cls="p-list")
    act = (
        tag("button", t("Shut phones out"), type="button", cls="p-danger", data_act="stop")
        if found.allowed
        else tag("button", icon("phonelink"), t("Allow phones here"), type="button", cls="p-button", data_act="allow")
    )
    qr: Any = tag("div", _drawing(found.qr), cls="p-qr volatile") if found.qr else ""
    urls = pairs(((t("Address"), tag("ul", [tag("li", tag("code", url)) for url in found.urls], cls="volatile")),)) if found.urls else ""
    return tag("section", tag("p", state), words, tag("div", qr, urls, cls="p-row"), tag("p", act), cls="p-card p-stack")


def _drawing(svg: str) -> Markup:
    """Return a symbol the node has drawn itself."""
    return Markup(svg)


SCREENS = (
    Screen("/people", "People", _build, action="people.sessions", group="node", icon="group", key="u", howto="people-and-tokens"),
    Screen("/phones", "Phones", _phones, action="admin.phones", howto="sign-in-and-phones"),
)
