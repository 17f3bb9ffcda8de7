"""What a screen is made with: its head, blocks that load and live, acts with their permission, questions and forms."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

import structlog
from nicegui import ui
from nicegui.element import Element

from plait.console.html import Markup, icon, join, link, loading, tag
from plait.console.live import Hub, Watcher
from plait.console.me import Me
from plait.console.rooms import Rooms
from plait.kernel.actor import Actor
from plait.kernel.problems import INTERNAL, UNAUTHENTICATED, Problem
from plait.kernel.texts import Texts

__all__ = ["Block", "Empty", "Field", "Page"]

T = TypeVar("T")
_AXIS = {"axisLine": {"lineStyle": {"color": "var(--line)"}}, "axisLabel": {"color": "var(--soft)"}, "splitLine": {"lineStyle": {"color": "var(--line)"}}}
_AXIS |= {"nameTextStyle": {"color": "var(--soft)"}, "axisTick": {"show": False}}
# Drawn as SVG, the colours are the tokens themselves, so that light and dark change under a chart that stands.
CHART_THEME = {
    "color": ["var(--ink)", "var(--setup)", "var(--running)", "var(--idle)", "var(--down)", "var(--silent)"],
    "backgroundColor": "transparent",
    "textStyle": {"color": "var(--ink)", "fontFamily": "inherit"},
    "bar": {"label": {"color": "var(--ink)"}, "emphasis": {"disabled": True}},
    "line": {"emphasis": {"disabled": True}},
    "categoryAxis": _AXIS | {"splitLine": {"show": False}},
    "valueAxis": _AXIS,
    "timeAxis": _AXIS,
    "legend": {"textStyle": {"color": "var(--soft)"}},
    "tooltip": {"backgroundColor": "var(--card)", "borderColor": "var(--line)", "textStyle": {"color": "var(--ink)"}},
}
# A choice of more than these is narrowed by typing.
MOST_LOOKED_THROUGH = 8
CLICK = "(e) => { const b = e.target.closest('[data-act]'); if (b) { e.preventDefault(); e.stopPropagation(); emit(b.dataset.act, b.dataset.arg || ''); } }"

_log = structlog.get_logger("plait.console")


@dataclass(frozen=True)
class Empty:
    """The mood of a block without anything: what to do, and where. ``act`` is an action of the block, ``href`` a page."""

    text: str
    button: str = ""
    href: str = ""
    act: str = ""


@dataclass(frozen=True)
class Field:
    """One field of a form. ``kind``: text, long, number, date, password, choice (of ``options``: value to label), tick."""

    name: str
    label: str
    kind: Literal["text", "long", "number", "date", "password", "choice", "tick"] = "text"
    value: Any = ""
    required: bool = False
    options: Mapping[str, str] | None = None
    hint: str = ""


class Block:
    """A part of a page that is read, shown and read again: loading, empty, error or full."""

    def __init__(
        self,
        page: "Page",
        fetch: Callable[[Actor], Awaitable[Any]],
        show: Callable[[Any], Markup],
        empty: Empty | None,
        keys: Callable[[Any], Sequence[str]] | None,
        on: Mapping[str, Callable[[str], Any]],
    ) -> None:
        self._page = page
        self._fetch = fetch
        self._show = show
        self._empty = empty
        self._keys = keys
        self._on: dict[str, Callable[[str], Any]] = {**on, "again": lambda _: self.load(), "fresh": lambda _: self._put(self._held)}
        self._shown: frozenset[str] = frozenset()
        self._held: Any = None
        self.data: Any = None
        self._pill = _markup("", "p-pill-box")
        self.element = _markup(loading(), "p-block")
        for each in (self.element, self._pill):
            each.on("click", self._clicked, js_handler=CLICK)

    async def _clicked(self, event: Any) -> None:
        args = event.args if isinstance(event.args, list) else [event.args]
        handler = self._on.get(str(args[0]) if args else "")
        if handler is None:
            return
        answer: Any = handler(str(args[1]) if len(args) > 1 else "")
        if isinstance(answer, Awaitable):
            await answer

    async def load(self) -> None:
        """Read and show; a refusal is shown in its place with a button to try again."""
        try:
            data = await self._fetch(await self._page.me.actor())
        except Problem as problem:
            self.failed(problem)
        except Exception as error:  # noqa: BLE001 - the rest of the page stays
            _log.error("a page's part tripped", exc_info=error)
            self.failed(Problem(INTERNAL))
        else:
            self._put(data)

    def _put(self, data: Any) -> None:
        self.data = data
        self._held = None
        self._pill.content = ""
        keys = self._keys(data) if self._keys is not None else ()
        self._shown = frozenset(keys)
        nothing = self._empty is not None and (data is None or (hasattr(data, "__len__") and len(data) == 0))
        made = str(_empty(self._empty) if nothing and self._empty is not None else self._show(data))
        if made != self.element.content:
            self.element.content = made

    def take(self, data: Any) -> None:
        """Show what has changed; rows that are new wait until somebody asks for them, so that nothing moves under the hand."""
        new = len(frozenset(self._keys(data)) - self._shown) if self._keys is not None else 0
        if new and self._shown:
            self._held = data
            self._pill.content = str(tag("button", icon("arrow_upward"), self._page.t("{count} new", count=new), cls="p-pill", type="button", data_act="fresh"))
        else:
            self._put(data)

    def into_view(self) -> None:
        """Bring the part into view, moving the page as little as that takes."""
        self.element.client.run_javascript(f'document.getElementById("{self.element.html_id}")?.scrollIntoView({{block: "nearest"}})')

    def failed(self, problem: Problem) -> None:
        """Show what went wrong and what to do."""
        if problem.code == UNAUTHENTICATED:
            self._page.sign_in_again()
        t = self._page.t
        again = tag("button", icon("refresh"), t("Try again"), cls="p-quiet", type="button", data_act="again")
        self.element.content = str(
            tag(
                "div",
                icon("error"),
                tag("div", tag("strong", t(problem.kind.title)), tag("p", problem.detail), tag("p", t(problem.kind.advice), cls="p-soft"), again),
                cls="p-mood is-bad",
                role="alert",
            )
        )


def _markup(content: str, classes: str) -> Any:
    """Return an element with markup of our own making: ``html.py`` has escaped every text in it."""
    return ui.html(str(content), sanitize=False).classes(classes)


def _empty(empty: Empty) -> Markup:
    button: Any = ""
    if empty.href:
        button = link(empty.button, empty.href, cls="p-button")
    elif empty.act:
        button = tag("button", empty.button, cls="p-button", type="button", data_act=empty.act)
    return tag("div", icon("inbox"), tag("div", tag("p", empty.text), button), cls="p-mood")


class Page:
    """One screen as one person sees it. ``path`` holds what stands in its address, ``query`` what follows the question mark."""

    def __init__(self, me: Me, hub: Hub, path: Mapping[str, str], query: Mapping[str, str], howto: str = "") -> None:
        self.me = me
        self.rooms: Rooms = me.rooms
        self.t: Texts = me.t
        self.path = path
        self.query = query
        self.howto = howto
        self._hub = hub
        self._client = ui.context.client
        self._machines: dict[str, str] = {}

    # -- what is shown

    def head(self, title: str, question: str = "", *, over: Markup | str = "") -> None:
        """Begin the screen: its name and the one question it answers; ``over`` leads to the page above."""
        ui.page_title(f"{title} · {self.rooms.identity.firm().name or 'plait'}")
        help_ = link(icon("help", self.t("How to use this page")), f"/console/help/{self.howto}", cls="p-help") if self.howto else ""
        _markup(tag("header", over, tag("h1", title, help_), tag("p", question, cls="p-question") if question else "", cls="p-head"), "p-block")

    def machine(self, id: str) -> str:
        """Return what a machine, or the work centre that it is, is called; its id where it has no name, beside the name where two bear the same."""
        if not self._machines:
            named = self.rooms.machines.machines()
            often = Counter(each.name for each in named)
            self._machines = {each.id: each.name if often[each.name] == 1 else f"{each.name} ({each.id})" for each in named if each.name}
        return self._machines.get(id, id)

    def show(self, *content: Any) -> Element:
        """Show markup that does not change."""
        return _markup(join(*content), "p-block")  # type: ignore[no-any-return]

    async def block(
        self,
        fetch: Callable[[Actor], Awaitable[T]],
        show: Callable[[T], Markup],
        *,
        empty: Empty | None = None,
        live: Sequence[str] = (),
        every_s: float = 0,
        key: str = "",
        keys: Callable[[T], Sequence[str]] | None = None,
        on: Mapping[str, Callable[[str], Any]] | None = None,
    ) -> Block:
        """Add a part that ``fetch`` reads and ``show`` draws, and return it once it is loaded.

        ``live``: beginnings of the kinds of facts after which it is read again, ``every_s``: how often in any case (0: not); one reading serves
        all who look, so ``key`` names what is looked at when the address alone does not. ``keys``: ids of its rows; new ones wait behind "3 new".
        ``on``: what a click on an element with ``data-act`` does (given its ``data-arg``).
        """
        block = Block(self, fetch, show, empty, keys, on or {})
        await block.load()
        if live or every_s:
            name = f"{sorted(self.path.items())}{sorted(self.query.items())}{key or fetch.__qualname__}{show.__qualname__}"
            leave = self._hub.watch(name, live, every_s, fetch, Watcher(self.me, partial(self._give, block), self._lost))
            self._client.on_delete(leave)
            _on_removal(block.element, leave)
        return block

    def _give(self, block: Block, data: Any) -> None:
        if not block.element.is_deleted:
            with self._client:
                block.take(data)

    def _lost(self) -> None:
        with self._client:
            self.sign_in_again()

    # -- what is done

    async def act(self, do: Callable[[Actor], Awaitable[T]], done: str = "") -> T | None:
        """Do something in the person's name and say ``done``; a refusal is said with what to do, and None returned."""
        try:
            result = await do(await self.me.actor())
        except Problem as problem:
            self.refused(problem)
            return None
        if done:
            self.say(done)
        return result

    def say(self, text: str, *, bad: bool = False) -> None:
        """Say something at the edge of the screen."""
        ui.notify(text, type="negative" if bad else "positive", position="bottom", multi_line=True, timeout=8000 if bad else 3500, close_button="×")

    def refused(self, problem: Problem) -> None:
        """Say why something was not done; an ended session asks for the password, and what was typed stays."""
        if problem.code == UNAUTHENTICATED:
            self.sign_in_again()
        else:
            self.say(f"{self.t(problem.kind.title)}. {problem.detail} {self.t(problem.kind.advice)}", bad=True)

    def sign_in_again(self) -> None:
        """Lay the login over the page; whatever was typed is still there afterwards."""
        self._client.run_javascript("plait.signInAgain()")

    def go(self, path: str) -> None:
        """Go to another page of the console."""
        ui.navigate.to(path.removeprefix("/console") or "/")

    async def ask(self, title: str, sentence: str, yes: str) -> bool:
        """Ask once before a dangerous act: ``sentence`` says what will happen and to whom."""
        with ui.dialog() as dialog, ui.element("div").classes("p-dialog"):
            _markup(join(tag("h2", title), tag("p", sentence)), "p-block")
            with ui.element("div").classes("p-row p-end"):
                ui.button(self.t("Cancel"), on_click=lambda: dialog.submit(False), color=None).props("flat no-caps").classes("p-quiet")
                ui.button(yes, on_click=lambda: dialog.submit(True), color=None).props("unelevated no-caps").classes("p-danger")
        answer = await dialog
        dialog.delete()
        return answer is True

    async def form(
        self, title: str, fields: Sequence[Field], do: Callable[[Actor, dict[str, Any]], Awaitable[T]], *, yes: str = "", done: str = "", note: Any = ""
    ) -> T | None:
        """Ask for the fields in a dialog and do; a refusal is shown in the dialog and nothing typed is lost. Return None when it was closed."""
        result: list[T] = []
        with ui.dialog().props("persistent") as dialog, ui.element("div").classes("p-dialog"):
            _markup(join(tag("h2", title), tag("p", note, cls="p-soft") if note else ""), "p-block")
            inputs = {field.name: _input(field, self.t) for field in fields}
            wrong = _markup("", "p-block")

            async def send() -> None:
                values = {name: each.value for name, each in inputs.items()}
                missing = [field.label for field in fields if field.required and values[field.name] in {None, ""}]
                if missing:
                    wrong.content = str(tag("p", self.t("Still missing: {names}", names=", ".join(missing)), cls="p-wrong", role="alert"))
                    return
                try:
                    result.append(await do(await self.me.actor(), values))
                except Problem as problem:
                    if problem.code == UNAUTHENTICATED:
                        self.sign_in_again()
                    wrong.content = str(
                        tag("p", tag("strong", self.t(problem.kind.title)), " ", problem.detail, " ", self.t(problem.kind.advice), cls="p-wrong", role="alert")
                    )
                    return
                dialog.submit(True)

            with ui.element("div").classes("p-row p-end"):
                ui.button(self.t("Cancel"), on_click=lambda: dialog.submit(False), color=None).props("flat no-caps").classes("p-quiet")
                ui.button(yes or self.t("Save"), on_click=send, color=None).props("unelevated no-caps").classes("p-go")
        answer = await dialog
        dialog.delete()
        if answer is not True or not result:
            return None
        if done:
            self.say(done)
        return result[0]

    def button(self, text: str, do: Callable[[], Any], *, name: str = "", primary: bool = False, danger: bool = False) -> Element:
        """Add a button; ``name`` is its icon."""
        look = "p-danger" if danger else "p-go" if primary else "p-quiet"
        return ui.button(text, icon=name or None, on_click=do, color=None).props("no-caps unelevated" if primary or danger else "no-caps outline").classes(look)

    def chart(self, options: dict[str, Any], label: str) -> Element:
        """Add a chart (ECharts) in the console's own theme; ``label`` says in words what it shows."""
        return ui.echart(options, theme=CHART_THEME, renderer="svg").classes("p-chart").props(f'role=img aria-label="{label.replace(chr(34), chr(39))}"')


def _on_removal(element: Element, leave: Callable[[], None]) -> None:
    """Call ``leave`` when the element goes with the screen it stands on."""
    handle = element._handle_delete  # noqa: SLF001 - NiceGUI tells of an element's end in no other way

    def ended() -> None:
        leave()
        handle()

    element._handle_delete = ended  # type: ignore[method-assign]  # noqa: SLF001


def _input(field: Field, t: Texts) -> Any:
    label = f"{field.label} *" if field.required else field.label
    made: Any
    if field.kind == "choice":
        options = dict(field.options or {})
        made = ui.select(options, label=label, value=field.value if field.value in options else None, with_input=len(options) > MOST_LOOKED_THROUGH)
        made.props("outlined behavior=menu")
    elif field.kind == "tick":
        made = ui.checkbox(field.label, value=bool(field.value))
    elif field.kind == "long":
        made = ui.textarea(label, value=str(field.value or "")).props("autogrow outlined")
    elif field.kind == "number":
        made = ui.input(label, value="" if field.value in {None, ""} else str(field.value)).props('outlined inputmode="decimal"')
    elif field.kind == "date":
        made = ui.input(label, value=str(field.value or "")).props('outlined type="date" stack-label')
    else:
        made = ui.input(label, value=str(field.value or ""), password=field.kind == "password").props("outlined")
    if field.hint and field.kind != "tick":
        made.props(f'hint="{t(field.hint).replace(chr(34), chr(39))}"')
    return made.classes("p-input")
