"""Today: what needs me now, the figures of the day, and what a newcomer may do next."""

from typing import Any

from plait.console.html import Markup, chip, coded, figure, icon, join, link, since, tag
from plait.console.page import Block, Page
from plait.console.screen import Screen
from plait.kernel.actor import Actor
from plait.overview.today.model import Figure, Need, Step, Today

__all__ = ["SCREENS", "figures_shown", "needs_shown", "steps_shown"]

STATES = {"now": ("bad", "now"), "soon": ("wait", "soon"), "note": ("note", "when there is time")}
ICONS = {
    "late-order": "event_busy",
    "order-to-confirm": "assignment",
    "request-waiting": "request_quote",
    "offer-expiring": "hourglass_bottom",
    "offer-replied": "mark_email_read",
    "doubt-in-inbox": "rule",
    "machine-stopped": "report",
    "machine-silent": "sensors_off",
    "contract-to-sign": "handshake",
    "delivery-dead-letter": "unsubscribe",
    "repair": "build",
    "help-called": "front_hand",
    "times-measured": "timer",
    "alarm": "notifications_active",
    "first-start": "flag",
}
STEP_ICONS = {
    "orders": "upload_file",
    "firm": "badge",
    "class": "category",
    "capability": "precision_manufacturing",
    "machine": "developer_board",
    "partner": "hub",
    "people": "group_add",
    "phones": "phonelink",
}
LIVE = ("desk.", "trade.", "line.", "alarm.", "machines.", "sharing.", "outbox.", "overview.", "identity.", "schedule.", "capability.", "backup.")


async def _build(page: Page) -> None:
    page.head(page.t("Today"), page.t("What needs me now?"))
    service = page.rooms.today

    async def read(actor: Actor) -> Today:
        return await service.today(actor, page.t.language)

    async def skip(id: str) -> None:
        await page.act(lambda actor: service.skip(actor, id))
        await block.load()

    async def take_up(id: str) -> None:
        await page.act(lambda actor: service.take_up(actor, id))
        await block.load()

    def show(today: Today) -> Markup:
        first = steps_shown(page, today.steps)
        parts = (needs_shown(page, today), figures_shown(page, today.figures))
        fresh = first and not any(step.state == "done" for step in today.steps if step.id == "orders")
        return tag("div", first if fresh else "", *parts, "" if fresh else first, cls="p-stack p-wide-stack")

    block: Block = await page.block(read, show, live=LIVE, every_s=60, key=page.t.language, on={"skip": skip, "take-up": take_up})


def needs_shown(page: Page, today: Today) -> Markup:
    """Return what needs the person, in words, the most urgent first."""
    t = page.t
    needs = [need for need in today.needs if need.kind != "first-start"]
    urgent = sum(need.count for need in needs if need.severity == "now")
    if not needs:
        answer = t("Nothing needs you now.")
    elif not urgent:
        one, many = t("Nothing is urgent; one thing can wait a while."), t("Nothing is urgent; {count} things can wait a while.", count=len(needs))
        answer = one if len(needs) == 1 else many
    else:
        answer = t("One thing needs you now.") if urgent == 1 else t("{count} things need you now.", count=t.number(urgent))
    missing = tag("p", t("Could not be read just now: {names}", names=", ".join(today.missing)), cls="p-warn") if today.missing else ""
    rows = tag("ul", [_need(page, need) for need in needs], cls="p-list p-needs") if needs else ""
    return tag("section", tag("p", answer, cls="p-answer"), missing, rows, cls="p-card")


def _need(page: Page, need: Need) -> Markup:
    t = page.t
    state, word = STATES[need.severity]
    times: list[Any] = []
    if need.since is not None:
        times.append(since(need.since, t))
    if need.due is not None:
        times.append(join(t("due"), " ", since(need.due, t)))
    when_ = tag("p", [tag("span", each) for each in times], cls="p-soft p-small p-row") if times else ""
    words = tag("div", tag("p", link(coded(need.said or need.text), need.link)), when_)
    return tag("li", icon(ICONS.get(need.kind, "arrow_forward")), words, chip(state, t(word)))


def figures_shown(page: Page, figures: list[Figure]) -> Markup:
    """Return the five numbers, each with its comparison."""
    return tag("div", [_figure(page, each) for each in figures], cls="p-figures") if figures else Markup("")


def _figure(page: Page, each: Figure) -> Markup:
    t = page.t
    if each.value is None:
        return figure("–", each.said or t(each.name), note=t("nothing to count yet"), href=each.link)
    decimals = 0 if (each.unit != "%" and abs(each.value) >= 10) or float(each.value).is_integer() else 1
    value = t.number(_decimal(each.value), decimals)
    notes: list[str] = []
    if each.whole is not None and each.unit != "%":
        value = f"{value} / {t.number(_decimal(each.whole), 0)}"
    if each.part is not None:
        notes.append(f"{t.number(_decimal(each.part))} {t(each.part_name)}")
    if each.before is not None:
        notes.append(f"{t(each.before_name)}: {t.number(_decimal(each.before))}{' %' if each.unit == '%' else ''}")
    bad = each.part is not None and each.part > 0 and each.part_name == "late"
    return figure(value, each.said or t(each.name), unit=each.unit, note=" · ".join(notes), href=each.link, state="bad" if bad else "")


def _decimal(value: float) -> Any:
    from decimal import Decimal

    return Decimal(str(round(value, 2)))


def steps_shown(page: Page, steps: list[Step]) -> Markup:
    """Return the first start: what is done, what comes next and why; nothing once all of it is done or skipped."""
    t = page.t
    open_ = [step for step in steps if step.state == "open"]
    if not open_:
        return Markup("")
    done = sum(step.state != "open" for step in steps)
    head = join(tag("h2", t("Getting started")), tag("p", t("{done} of {all} done", done=done, all=len(steps)), cls="p-soft"))
    bar = tag("progress", "", value=done, max=len(steps), aria_label=t("Getting started"), cls="p-progress")
    return tag("section", tag("header", head), bar, tag("ol", [_step(page, step, first=step is open_[0]) for step in steps], cls="p-steps"), cls="p-card")


def _step(page: Page, step: Step, *, first: bool) -> Markup:
    t = page.t
    name = step.said or t(step.name)
    if step.state == "done":
        return tag("li", icon("check_circle", t("done")), tag("div", tag("p", name)), cls="is-done")
    if step.state == "skipped":
        again = tag("button", t("Take up again"), type="button", cls="p-quiet", data_act="take-up", data_arg=step.id)
        return tag("li", icon("skip_next", t("skipped")), tag("div", tag("p", name)), again, cls="is-skipped")
    go = link(t("Begin") if first else t("Open"), step.link, cls="p-button" if first else "p-quiet")
    skip = tag("button", t("Skip"), type="button", cls="p-quiet", data_act="skip", data_arg=step.id, aria_label=t("Skip: {name}", name=name))
    words = tag("div", tag("p", tag("strong", name)), tag("p", t(step.text), cls="p-soft p-small"))
    return tag("li", icon(STEP_ICONS.get(step.id, "flag")), words, tag("div", go, skip, cls="p-row"), cls="is-next" if first else None)


SCREENS = (Screen("/", "Today", _build, action="overview.read", group="now", icon="today", key="t", howto="today"),)
