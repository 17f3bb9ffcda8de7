"""Machines: what runs, what stands, since when; and the same for a screen on the wall."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plait.console.html import Markup, chip, icon, join, link, since, table, tag, when
from plait.console.page import Block, Field, Page
from plait.console.screen import Screen
from plait.console.screens import machine
from plait.infrastructure.machines.practice.model import PracticeView
from plait.kernel.actor import Actor
from plait.kernel.texts import Texts
from plait.overview import paths
from plait.overview.wall.model import Wall, WallLink, WallLinkAsked
from plait.overview.wall.rules import LOUD, STATES
from plait.web.pages import environment

__all__ = ["SCREENS", "wall_shown"]

WORDS = {"running": "running", "idle": "idle", "down": "down", "setup": "set-up", "silent": "silent"}
LIVE = ("machine.", "line.", "alarm.")


@dataclass(frozen=True)
class Seen:
    """What the screen shows: the wall, the simulated machines beside the node, links for screens."""

    wall: Wall
    practice: PracticeView | None
    links: Sequence[WallLink]


async def _build(page: Page) -> None:
    t = page.t
    kiosk = "tv" in page.query
    if not kiosk:
        page.head(t("Machines"), t("What runs, what stands, since when?"))
    rooms = page.rooms
    may = await page.me.may("machines.write")
    area, wanted = page.query.get("area", ""), page.query.get("state", "")

    async def read(actor: Actor) -> Seen:
        wall = await rooms.wall.wall(actor, area if kiosk else "")
        if kiosk:
            return Seen(wall, None, ())
        return Seen(wall, await rooms.practice.status(actor), await rooms.wall.links(actor))

    async def begin(_: str) -> None:
        page.say(t("The simulated machines are being started …"))
        await page.act(rooms.practice.begin, t("Two simulated machines run beside the node."))
        await block.load()

    async def end(_: str) -> None:
        await page.act(rooms.practice.end, t("The simulated machines are gone."))
        await block.load()

    async def screen(_: str) -> None:
        await _new_link(page, sorted({tile.area for tile in block.data.wall.tiles if tile.area}))
        await block.load()

    async def close(id: str) -> None:
        named = next((each.title for each in block.data.links if each.id == id), "")
        if await page.ask(t("Close {name}?", name=named), t("Its screen shows nothing from now on."), t("Close")):
            await page.act(lambda actor: rooms.wall.close_link(actor, id), t("Closed."))
            await block.load()

    acts = {"practice": begin, "practice-end": end, "screen": screen, "close-screen": close} if may else {}

    def show(found: Seen) -> Markup:
        return _shown(page, found, may=may, area=area, only=wanted, kiosk=kiosk)

    block: Block = await page.block(read, show, live=LIVE, every_s=1, key=t.language, on=acts)


def _shown(page: Page, found: Seen, *, may: bool, area: str, only: str, kiosk: bool) -> Markup:
    if kiosk:
        return tag("div", _tiles(page, found.wall, kiosk=True), cls="k-kiosk is-night")
    return wall_shown(page, found, may=may, area=area, only=only)


def wall_shown(page: Page, found: Seen, *, may: bool, area: str = "", only: str = "") -> Markup:
    """Return the wall: what it says in words, filters, a tile a machine by place."""
    t, every = page.t, found.wall.tiles
    if not every:
        return _empty(page, may)
    counts = Counter(tile.state for tile in every)
    answer = t("{running} of {all} run.", running=counts["running"], all=len(every))
    stands = sum(counts[state] for state in LOUD)
    answer += " " + (_need(t, stands) if stands else t("None stands for a fault."))
    filters = [_filter(page, state, counts[state], only, area) for state in STATES if counts[state] or state == only]
    areas = sorted({tile.area for tile in every if tile.area})
    if len(areas) > 1:
        filters += [tag("span", cls="p-gap"), *(_area(page, each, area, only) for each in areas)]
    shown = tuple(tile for tile in every if (not only or tile.state == only) and (not area or tile.area == area))
    tiles = _tiles(page, Wall(found.wall.now, shown), kiosk=False) if shown else tag("p", t("No machine is so now."), cls="p-soft")
    below = _below(page, found) if may else ""
    return tag("div", tag("p", answer, cls="p-answer"), tag("div", filters, cls="p-row"), tag("div", tiles), below, cls="p-stack")


def _need(t: Texts, count: int) -> str:
    return t("One needs somebody.") if count == 1 else t("{count} need somebody.", count=count)


def _tiles(page: Page, wall: Wall, *, kiosk: bool) -> Markup:
    """Return the tiles as the page without a login draws them too; every text in them is escaped there."""
    t = page.t
    made = environment().get_template("tiles.html")
    clock = f"{wall.now.astimezone(t.zone):%H:%M}"
    title = page.query.get("area", "") or page.rooms.identity.firm().name
    return Markup(made.render(say=t, wall=wall, kiosk=kiosk, href=paths.machine, ago=lambda moment: since(moment, t), clock=clock, title=title))


def _empty(page: Page, may: bool) -> Markup:
    t = page.t
    buttons = join(
        tag("button", icon("smart_toy"), t("Run simulated machines"), type="button", cls="p-button", data_act="practice"),
        link(join(icon("add_link"), t("Connect a machine")), paths.connect(), cls="p-quiet"),
    )
    words = t("No machine yet. Simulated ones are there in one click, to see what you would see.")
    return tag("div", icon("precision_manufacturing"), tag("div", tag("p", words), tag("div", buttons, cls="p-row") if may else ""), cls="p-mood")


def _narrowed(**by: str) -> str:
    return paths.machines(**{name: value for name, value in by.items() if value})


def _filter(page: Page, state: str, count: int, only: str, area: str) -> Markup:
    href = _narrowed(area=area) if only == state else _narrowed(state=state, area=area)
    return link(join(chip(state, f"{page.t(WORDS[state])} {count}")), href, cls="p-inline", aria_pressed="true" if only == state else None)


def _area(page: Page, name: str, area: str, only: str) -> Markup:
    del page
    href = _narrowed(state=only) if name == area else _narrowed(state=only, area=name)
    return link(join(chip("note", name)), href, cls="p-inline", aria_pressed="true" if name == area else None)


def _below(page: Page, found: Seen) -> Markup:
    t, practice = page.t, found.practice
    act: Any = ""
    if practice is not None:
        act = (
            tag("button", t("Take the simulated machines away"), type="button", cls="p-quiet", data_act="practice-end")
            if practice.wanted
            else tag("button", icon("smart_toy"), t("Run simulated machines"), type="button", cls="p-quiet", data_act="practice")
        )
    buttons = (
        link(join(icon("add_link"), t("Connect a machine")), paths.connect(), cls="p-quiet"),
        act,
        link(join(icon("fullscreen"), t("Fill this screen")), f"{paths.machines()}?tv=1", cls="p-quiet"),
        tag("button", icon("tv"), t("For a screen on the wall"), type="button", cls="p-quiet", data_act="screen"),
    )
    why = tag("p", practice.why, cls="p-bad") if practice is not None and practice.why else ""
    return tag("div", tag("div", buttons, why, cls="p-row"), _links(page, found.links), cls="p-stack")


def _links(page: Page, links: Sequence[WallLink]) -> Markup | str:
    t = page.t
    if not links:
        return ""
    rows = [
        (
            each.title,
            each.area or t("all machines"),
            when(each.made, t),
            since(each.seen, t),
            tag("button", t("Close"), type="button", cls="p-quiet", data_act="close-screen", data_arg=each.id),
        )
        for each in links
    ]
    made = table((t("Screen"), t("Shows"), t("Made"), t("Last looked at"), ""), rows, label=t("Screens on the wall"))
    return tag("section", tag("h2", t("Screens on the wall")), made, cls="p-card")


async def _new_link(page: Page, areas: Sequence[str]) -> None:
    """Ask for a link for a screen, and show what opens it, this once."""
    t = page.t
    languages = {"en": "English", "de": "Deutsch", "zh": "中文"}
    fields = [
        Field("title", t("Where does it hang?"), required=True, hint=t("such as: hall 2, beside the door")),
        Field("language", t("Language"), "choice", t.language, options=languages),
    ]
    if areas:
        fields.insert(1, Field("area", t("Machines"), "choice", "", options={"": t("all machines"), **{each: each for each in areas}}))
    note = t("Whoever has the link sees states and jobs of the machines, without a login. Nothing can be done with it.")

    async def make(actor: Actor, said: dict[str, Any]) -> Any:
        return await page.rooms.wall.open_link(actor, WallLinkAsked(str(said["title"]), str(said.get("area") or ""), str(said["language"])))

    made = await page.form(t("For a screen on the wall"), fields, make, yes=t("Make a link"), note=note)
    if made is not None:
        address = page.rooms.url().rstrip("/") + made.path
        copied = join(t("Open this address on the screen. It is shown this once:"), tag("p", tag("code", address)))
        await page.form(t("The link for {name}", name=made.link.title), [], _nothing, yes=t("Done"), note=copied)


async def _nothing(actor: Actor, said: dict[str, Any]) -> bool:
    del actor, said
    return True


SCREENS = (
    Screen("/machines", "Machines", _build, action="machines.read", group="infrastructure", icon="precision_manufacturing", key="m", howto="machines"),
    *machine.SCREENS,
)
