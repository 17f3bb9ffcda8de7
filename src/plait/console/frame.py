"""The frame around every screen: rail, top bar, and the place where screens change without the page being loaded again."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import quote, unquote

import msgspec
import structlog
from fastapi import Request
from nicegui import PageArguments, app, ui

from plait.console.html import Markup, icon, join, loading, tag
from plait.console.live import Hub
from plait.console.me import Me
from plait.console.page import Page
from plait.console.screen import GROUPS, Screen
from plait.console.screens import SCREENS
from plait.kernel.problems import INTERNAL, NOT_FOUND, Problem

__all__ = ["mount_pages"]

IN_THE_BAR = 4
RECONNECT_S = 30.0

_log = structlog.get_logger("plait.console")


def mount_pages(me_of: Callable[[Request], Awaitable[Me]], hub: Hub) -> None:
    """Register the console's one page with NiceGUI: the frame, and in it whichever screen the address names."""

    @ui.page("/", reconnect_timeout=RECONNECT_S)
    @ui.page("/{_:path}", reconnect_timeout=RECONNECT_S)
    async def console(request: Request) -> None:
        me = await me_of(request)
        ui.context.client.sub_pages_router.current_path = _address(request)
        await _frame(me, hub)

    app.on_exception(lambda error: _log.error("the console tripped", exc_info=error))


def _address(request: Request) -> str:
    """Return the address below /console as the browser has it: NiceGUI would take the one decoded already, where a slash in a number is no longer told."""
    raw = request.scope.get("raw_path", b"").decode("latin-1") or quote(request.url.path)
    path = raw.partition("?")[0].removeprefix(request.scope.get("root_path", "")) or "/"
    return f"{path}?{request.url.query}" if request.url.query else path


async def _frame(me: Me, hub: Hub) -> None:
    client = ui.context.client
    client.plait_me = me  # type: ignore[attr-defined]  # the door finds the person of an open page by it
    allowed = [screen for screen in SCREENS if not screen.action or await me.may(screen.action)]
    ui.add_head_html(_head(me))
    rail = ui.html("", sanitize=False, tag="nav").classes("p-rail").props(f'aria-label="{me.t("Main menu")}"')
    with ui.element("header").classes("p-top"):
        firm = ui.html("", sanitize=False, tag="span").classes("p-firm")
        ui.html(str(_top(me)), sanitize=False).classes("p-top-rest")

    def mark(path: str) -> None:
        firm.content = str(tag("span", me.rooms.identity.firm().name or me.t("This firm has no name yet")))
        rail.content = str(_rail(me, allowed, path.partition("?")[0]))

    mark(client.sub_pages_router.current_path)
    client.sub_pages_router.on_path_changed(mark)
    with ui.element("main").classes("p-main").props("id=p-main tabindex=-1"):
        ui.sub_pages({screen.path: _opener(me, hub, screen, screen in allowed) for screen in SCREENS} | {"/{lost}": partial(_lost, me)}, show_404=False)


def _opener(me: Me, hub: Hub, screen: Screen, allowed: bool) -> Callable[[PageArguments], Awaitable[None]]:
    async def show(args: PageArguments) -> None:
        page = Page(me, hub, {name: unquote(value) for name, value in args.path_parameters.items()}, dict(args.query_parameters), screen.howto)
        if args.remaining_path:
            _mood(me, Problem(NOT_FOUND, args.path + args.remaining_path))
            return
        building = ui.html(str(loading()), sanitize=False).classes("p-block p-building")
        try:
            if not allowed:
                me.rooms.identity.require(await me.actor(), screen.action)
            await screen.build(page)
        except Problem as problem:
            _mood(me, problem)
        except Exception as error:  # noqa: BLE001 - the frame stays, and the log has the cause
            _log.error("a screen tripped", screen=screen.path, exc_info=error)
            _mood(me, Problem(INTERNAL))
        finally:
            if not building.is_deleted:
                building.delete()

    return show


async def _lost(me: Me, args: PageArguments) -> None:
    _mood(me, Problem(NOT_FOUND, args.path))


def _mood(me: Me, problem: Problem) -> None:
    t = me.t
    words = tag("div", tag("h1", t(problem.kind.title)), tag("p", problem.detail), tag("p", t(problem.kind.advice), cls="p-soft"))
    ui.html(str(tag("div", icon("error"), words, cls="p-mood is-bad", role="alert")), sanitize=False).classes("p-block")


def _rail(me: Me, allowed: list[Screen], path: str) -> Markup:
    t = me.t
    groups = []
    for group in GROUPS:
        items = [_item(me, screen, path) for screen in allowed if screen.icon and screen.group == group]
        if items:
            groups.append(tag("ul", items, cls=f"p-group is-{group}"))
    logo = tag("a", _logo(), tag("span", "plait"), href="/console/", cls="p-logo", aria_label=t("Today"))
    bar = [_item(me, screen, path) for screen in _bar(allowed)]
    more = tag("li", tag("button", icon("menu"), tag("span", t("More")), type="button", cls="p-item", data_more=True))
    return join(tag("div", logo, groups, cls="p-menu"), tag("ul", bar, more, cls="p-bar"))


def _bar(allowed: list[Screen]) -> list[Screen]:
    """Return what the phone's bar holds besides the menu."""
    wanted = {"/": 0, "/orders": 1, "/desk": 2, "/machines": 3}
    return sorted((screen for screen in allowed if screen.path in wanted), key=lambda screen: wanted[screen.path])[:IN_THE_BAR]


def _item(me: Me, screen: Screen, path: str) -> Markup:
    here = path.rstrip("/") == screen.path.rstrip("/") or (screen.path != "/" and path.startswith(f"{screen.path}/"))
    words = (icon(screen.icon), tag("span", me.t(screen.title)))
    keyed = {"data_key": screen.key} if screen.key else {}
    return tag("li", tag("a", *words, href=f"/console{screen.path}", cls="p-item", aria_current="page" if here else None, title=me.t(screen.title), **keyed))


def _top(me: Me) -> Markup:
    t = me.t
    search = tag(
        "form",
        icon("search"),
        tag(
            "input",
            type="search",
            id="p-search",
            name="q",
            placeholder=t("Order, serial, lot, partner …"),
            aria_label=t("Search for any id"),
            autocomplete="off",
            maxlength=200,
        ),
        tag("button", icon("qr_code_scanner", t("Scan a code")), type="button", cls="p-scan", data_scan=True),
        tag("div", id="p-hits", role="listbox", aria_label=t("Found")),
        cls="p-search",
        role="search",
    )
    health = tag("a", tag("span", cls="p-dot"), tag("span", t("Node"), cls="p-wide"), href="/console/health", cls="p-health", title=t("Node health"))
    clock = tag("time", "", cls="p-clock volatile", title=t("The firm's time ({zone})", zone=t.zone.key))
    return join(search, health, clock, _person(me))


def _person(me: Me) -> Markup:
    t = me.t
    languages = [
        tag("button", name, type="button", data_lang=code, aria_pressed="true" if code == t.language else "false", lang=code)
        for code, name in (("en", "English"), ("de", "Deutsch"), ("zh", "中文"))
    ]
    themes = [
        tag("button", icon(sign), t(name), type="button", data_theme_to=code, aria_pressed="true" if code == me.theme else "false")
        for code, name, sign in (("auto", "As the device", "contrast"), ("light", "Light", "light_mode"), ("dark", "Dark", "dark_mode"))
    ]
    out = tag("button", icon("logout"), t("Sign out"), type="button", data_sign_out=True)
    menu = tag(
        "div",
        tag("p", me.name, tag("span", t(me.role), cls="p-soft")),
        tag("div", languages, cls="p-set"),
        tag("div", themes, cls="p-set"),
        out,
        cls="p-person-menu",
    )
    return tag(
        "details", tag("summary", icon("account_circle"), tag("span", me.name, cls="p-wide"), aria_label=t("Language, theme, sign out")), menu, cls="p-person"
    )


def _logo() -> Markup:
    strands = [tag("path", d=path, cls=f"s-{name}") for name, path in LOGO]
    return tag("svg", strands, viewBox="0 0 32 32", aria_hidden="true")


KINDS = {
    "order": "order",
    "rfq": "request",
    "offer": "offer",
    "document": "document",
    "part": "part",
    "lot": "lot",
    "serial": "serial number",
    "unit": "shipping unit",
    "item": "item",
    "machine": "machine",
    "partner": "partner",
    "contract": "contract",
    "file": "file",
}

LOGO = (
    ("infrastructure", "M4 8 C12 8 20 24 28 24"),
    ("circulation", "M4 24 C12 24 20 8 28 8"),
    ("manufacturing", "M4 16 C10 6 22 26 28 16"),
)


def _head(me: Me) -> str:
    """Return what stands in the page's head: styles, our script, and what it needs to know (nobody's texts but our own)."""
    clock = me.rooms.clock
    kinds = {kind: me.t(text) for kind, text in KINDS.items()}
    known: dict[str, Any] = {
        "lang": me.t.language,
        "theme": me.theme,
        "now": clock.now().isoformat(),
        "factor": getattr(clock, "factor", 1.0),
        "stepped": type(clock).__name__ == "SteppedClock",
        "zone": me.t.zone.key,
        "words": {"kinds": kinds}
        | {
            key: me.t(text)
            for key, text in {
                "nothing": "Nothing is known under this.",
                "lost": "The connection is lost. What you typed stays; trying again …",
                "noCamera": "This browser gives no camera here; take or choose a photo of the code.",
                "scan": "Scan a code",
                "photo": "Photo of a code",
                "close": "Close",
                "noCode": "No code was found in the picture.",
                "signIn": "Your session has ended. Sign in to go on; what you typed is still here.",
            }.items()
        },
    }
    words = msgspec.json.encode(known).decode().replace("<", "\\u003c")
    return (
        f"<script>window.plaitKnown = {words}</script>"
        '<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/wall.css">'
        '<link rel="stylesheet" href="/console/static/console.css">'
        '<script src="/console/static/console.js"></script><script src="/console/static/drop.js"></script>'
        '<script src="/console/static/machine.js" defer></script>'
    )
