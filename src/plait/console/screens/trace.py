"""Trace: where a thing comes from and where it went, across firms; what contains it, and where that is."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from plait.circulation.trace.model import Recall, TraceEvent
from plait.console.drawings.trace import called, draw, upright
from plait.console.html import Markup, chip, details, figure, icon, join, link, table, tag, when
from plait.console.page import Block, Empty, Page
from plait.console.screen import Screen
from plait.kernel.actor import Actor
from plait.kernel.clock import parse_iso
from plait.kernel.texts import Texts
from plait.overview import paths
from plait.overview.find.model import Hit
from plait.overview.trace.model import Hidden, Made, Story
from plait.overview.trace.rules import number_of

__all__ = ["SCREENS", "THINGS", "amount", "found_shown", "more_said", "recall_shown", "recent_shown", "story_said", "story_shown"]

THINGS = frozenset({"serial", "lot", "unit", "item"})
MOST_ROWS = 200
LIVE = ("epcis.",)
STEPS = {
    "commissioning": "made or numbered",
    "creating_class_instance": "made",
    "assembling": "assembled",
    "packing": "packed",
    "unpacking": "unpacked",
    "shipping": "shipped",
    "receiving": "received",
    "inspecting": "inspected",
    "arriving": "arrived",
    "decommissioning": "taken out of use",
    "destroying": "destroyed",
}


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Trace"), t("Where does this come from, and where did it go?"))
    epc, asked = page.query.get("epc", ""), page.query.get("q", "").strip()
    _search(page, asked or (number_of(epc) if epc else ""))
    if asked and not epc:
        await _found(page, asked)
    elif epc:
        await _story(page, epc)
    else:
        nothing = t("Nothing was made or received here yet. What the line makes and what arrives stands here by itself.")
        await page.block(page.rooms.stories.recent, lambda made: recent_shown(page, made), empty=Empty(nothing), live=LIVE)


def _search(page: Page, text: str) -> None:
    """Show the field for what is sought; a code is scanned with the button of the frame."""
    t = page.t
    with ui.element("div").classes("p-row p-block"):
        field = ui.input(t("Serial, lot, or what a scanner reads"), value=text).props("outlined dense maxlength=400").classes("p-input p-narrow")

        def go() -> None:
            wanted = str(field.value or "").strip()
            if wanted:
                page.go(paths.traces(q=wanted))

        field.on("keydown.enter", go)
        page.button(t("Trace it"), go, name="search", primary=True)
        page.show(tag("button", icon("qr_code_scanner"), t("Scan a code"), type="button", cls="p-quiet", data_scan=True))


async def _found(page: Page, text: str) -> None:
    """Show the things that ``text`` may mean; a single one is opened at once."""

    async def look(actor: Actor) -> list[Hit]:
        return [hit for hit in await page.rooms.find.find(actor, text) if hit.kind in THINGS]

    nothing = page.t("Nothing here bears {number}. Try the whole number, or scan the code on the label.", number=text)
    block: Block = await page.block(look, lambda hits: found_shown(page, hits), empty=Empty(nothing))
    exact = [hit for hit in block.data or () if hit.exact]
    if len(exact) == 1 and exact[0].link.startswith("/console/trace"):
        page.go(exact[0].link)


def found_shown(page: Page, hits: list[Hit]) -> Markup:
    """Return what was found, a row each."""
    t = page.t
    rows = [(link(hit.label, hit.link), t(hit.kind), tag("code", hit.detail)) for hit in hits]
    made = table((t("Number"), t("Kind"), t("Code")), rows, label=t("Found"))
    return tag("section", tag("p", t("Which one do you mean?"), cls="p-answer"), made, cls="p-card")


def recent_shown(page: Page, made: list[Made]) -> Markup:
    """Return what was made or received lately."""
    t = page.t
    rows = []
    for each in made:
        what = join(link(called(each.kind, each.number, 1, t), paths.trace(each.epc)), more_said(each, t))
        rows.append((what, each.name or tag("span", each.gtin, cls="p-soft"), amount(each.quantity, t), when(_moment(each.at), t)))
    shown = table((t("What"), t("Article"), t("Quantity"), t("When")), rows, label=t("Made or received lately"), numbers=(2,))
    return tag("section", tag("h2", t("Made or received lately")), shown, cls="p-card")


def amount(quantity: float, t: Texts) -> str:
    """Return a quantity as people write it."""
    return t.number(Decimal(f"{quantity:g}"))


def more_said(each: Made, t: Texts) -> Markup | str:
    """Return how many pieces of the same event are not listed."""
    return tag("div", t("and {count} more of the same", count=t.number(each.more)), cls="p-soft p-small") if each.more else ""


async def _story(page: Page, epc: str) -> None:
    async def read(actor: Actor) -> Story:
        return await page.rooms.stories.story(actor, epc)

    async def recall(_: str) -> None:
        if lists:
            return
        lists.append(await page.block(listed, lambda found: recall_shown(page, found)))

    async def listed(actor: Actor) -> Recall:
        return await page.rooms.trace.recall(actor, epc)

    lists: list[Block] = []
    on: dict[str, Callable[[str], Awaitable[Any]]] = {"recall": recall}
    await page.block(read, lambda story: story_shown(page, story), on=on)


def story_shown(page: Page, story: Story) -> Markup:
    """Return the answer in words, the picture, what others do not show, and the events."""
    t = page.t
    acts = tag(
        "div",
        tag("button", icon("assignment_late"), t("Recall list"), type="button", cls="p-quiet", data_act="recall"),
        link(join(icon("qr_code_2"), t("Label")), paths.labels(story.epc, name=story.name), cls="p-quiet"),
        link(join(icon("badge"), t("Passport")), _passport(story), cls="p-quiet") if story.gtin else "",
        cls="p-row p-acts",
    )
    top = tag("section", tag("p", story_said(story, t), cls="p-answer"), _figures(story, t), acts, cls="p-card")
    picture = tag("div", draw(story, t), upright(story, t), cls="p-scroll p-picture", tabindex="0", role="region", aria_label=t("The way of the thing"))
    drawn = tag("section", tag("h2", t("The way of the thing")), picture, cls="p-card")
    raw = details(t("Identifier"), tag("code", story.epc))
    return tag("div", top, drawn, _hidden(page, story.hidden), _moves(page, story), _events(page, story), raw, cls="p-stack p-wide-stack")


def _passport(story: Story) -> str:
    """Return where the passport of the thing is shown."""
    return paths.passport(story.gtin, **({"serial": story.number} if story.kind == "item" else {"lot": story.number}))


def story_said(story: Story, t: Texts) -> str:
    """Return where the thing comes from and where it went, in sentences."""
    what = called(story.kind, story.number, 1, t)
    parts = [t("{what} of {article}.", what=what, article=story.name) if story.name else f"{what}."]
    origins = ", ".join(t("{thing} of {firm}", thing=called(each.kind, each.number, 1, t, inside=True), firm=each.firm) for each in story.origins)
    if story.origin_count > len(story.origins):
        origins = t("{things} and {count} more", things=origins, count=t.number(story.origin_count - len(story.origins)))
    maker = story.made or t("a firm that is not known here")
    if origins:
        parts.append(t("It was made by {firm} from {things}.", firm=maker, things=origins))
    elif story.made:
        parts.append(t("It was made by {firm}; from what, no event says.", firm=maker))
    parts += [_moved(story, "in", t), _moved(story, "out", t)]
    if not story.moves:
        parts.append(t("It has not left this firm."))
    if story.hidden:
        firms = ", ".join(dict.fromkeys(each.firm for each in story.hidden if each.firm))
        parts.append(t("Not all of it is shown: {firms} did not say.", firms=firms) if firms else t("Not all of it is shown."))
    return " ".join(part for part in parts if part)


def _moved(story: Story, way: str, t: Texts) -> str:
    """Return the latest move in or out in words, and how many there were besides."""
    moves = [move for move in story.moves if move.way == way]
    if not moves:
        return ""
    last, firms = moves[-1], list(dict.fromkeys(move.firm for move in moves))
    day = t.day(parse_iso(last.at))
    if len(firms) > 1:
        text = "It came from {firms}, last on {day}." if way == "in" else "It went to {firms}, last on {day}."
        return t(text, firms=", ".join(firms), day=day)
    return t("It came from {firm} on {day}.", firm=last.firm, day=day) if way == "in" else t("It went to {firm} on {day}.", firm=last.firm, day=day)


def _figures(story: Story, t: Texts) -> Markup:
    firms = t("in {count} firms", count=len(story.firms))
    shown = [
        figure(t.number(story.things), t("things on its way"), note=firms),
        figure(t.number(story.affected), t("things that contain it"), note=t("{here} here, {gone} delivered", here=story.here, gone=story.delivered)),
        figure(t.number(len(story.hidden)), t("places not shown"), state="bad" if story.hidden else ""),
    ]
    return tag("div", shown, cls="p-figures")


def _hidden(page: Page, hidden: list[Hidden]) -> Markup | str:
    """Return what other firms do not show, and why."""
    t = page.t
    if not hidden:
        return ""
    rows = []
    for each in hidden:
        firm = link(each.firm, paths.partner(each.party)) if each.party else each.firm
        rows.append((firm or "–", each.number or t("the rest"), tag("span", each.reason, cls="p-soft")))
    made = table((t("Firm"), t("Of what"), t("Why")), rows, label=t("What is not shown"))
    why = tag(
        "p", t("A firm shows where its goods come from only under a contract and while its node can be reached; ask for a contract on its page."), cls="p-soft"
    )
    return tag("section", tag("h2", t("What is not shown")), why, made, cls="p-card is-dotted")


def _moves(page: Page, story: Story) -> Markup | str:
    t = page.t
    if not story.moves:
        return ""
    rows = []
    for each in reversed(story.moves):
        firm = link(each.firm, paths.partner(each.party)) if each.party else each.firm
        rows.append((when(_moment(each.at), t), chip("note", t("came from") if each.way == "in" else t("went to")), firm, t.number(each.count)))
    return tag(
        "section", tag("h2", t("From hand to hand")), table((t("When"), t("Way"), t("Firm"), t("Pieces")), rows, label=t("From hand to hand")), cls="p-card"
    )


def _events(page: Page, story: Story) -> Markup | str:
    t = page.t
    if not story.events:
        return ""
    rows = [_event(each, t) for each in reversed(story.events)]
    columns = (t("When"), t("What happened"), t("Firm"), t("From"), t("To"))
    more = ""
    if story.event_count > len(story.events):
        more = tag("p", t("The latest {shown} of {all} events.", shown=len(story.events), all=t.number(story.event_count)), cls="p-soft")
    return tag("section", tag("h2", t("Events")), more, table(columns, rows, label=t("Events"), csv="CSV"), cls="p-card")


def _event(each: TraceEvent, t: Texts) -> tuple[Any, ...]:
    step = t(STEPS[each.biz_step]) if each.biz_step in STEPS else each.biz_step.replace("_", " ") or each.type
    return when(_moment(each.at), t), step, each.firm, _some(each.inputs, t), _some(each.outputs, t)


def _some(epcs: list[str], t: Texts) -> Markup | str:
    """Return the first few things as links, and how many more there are."""
    shown = [link(number_of(epc), paths.trace(epc)) for epc in epcs[:3]]
    parts = [join(", " if index else "", each) for index, each in enumerate(shown)]
    return join(*parts, f" + {t.number(len(epcs) - 3)}" if len(epcs) > 3 else "")


def _recall_said(recall: Recall, t: Texts) -> str:
    """Return how much contains the thing and where that is, in words."""
    here, all_ = sum(item.state == "here" for item in recall.items), len(recall.items)
    firms = ", ".join(sorted({firm for item in recall.items for firm in item.delivered_to}))
    if not all_:
        return t("Nothing here contains it.")
    if all_ == 1:
        return t("One thing contains it; it went to {firms}.", firms=firms) if firms else t("One thing contains it; it is here.")
    if not firms:
        return t("{count} things contain it; all of them are here.", count=t.number(all_))
    if not here:
        return t("{count} things contain it; all of them went to {firms}.", count=t.number(all_), firms=firms)
    return t("{count} things contain it: {here} are here, the others went to {firms}.", count=t.number(all_), here=t.number(here), firms=firms)


def recall_shown(page: Page, recall: Recall) -> Markup:
    """Return what contains the thing and where it is."""
    t = page.t
    answer = _recall_said(recall, t)
    rows = []
    for item in recall.items[:MOST_ROWS]:
        state = chip("bad" if item.state == "delivered" else "warn", t("delivered") if item.state == "delivered" else t("here"))
        rows.append((link(called(item.kind, number_of(item.epc), 1, t), paths.trace(item.epc)), item.name, state, ", ".join(item.delivered_to) or "–"))
    made = table((t("What"), t("Article"), t("State"), t("Delivered to")), rows, label=t("Recall list")) if rows else ""
    more = tag("p", t("The first {count} are shown; the file has all.", count=MOST_ROWS), cls="p-soft") if len(recall.items) > MOST_ROWS else ""
    file = link(join(icon("download"), t("All as a file (CSV)")), f"/api/v1/trace/recall.csv?{urlencode({'epc': recall.epc})}", cls="p-quiet")
    gaps = tag("p", icon("info"), " ", t("{count} firms did not answer; there may be more.", count=len(recall.gaps)), cls="p-warn") if recall.gaps else ""
    return tag("section", tag("h2", t("Recall list")), tag("p", answer, cls="p-answer"), gaps, more, made, tag("p", file), cls="p-card")


def _moment(text: str) -> Any:
    return parse_iso(text) if text else None


SCREENS = (Screen("/trace", "Trace", _build, action="trace.read", group="circulation", icon="account_tree", key="e", howto="trace-and-recall"),)
