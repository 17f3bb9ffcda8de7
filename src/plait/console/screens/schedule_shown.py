"""What the schedule looks like: the answer, the chart, the same as lists on a phone, the job looked at, what was tried, what is late."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from plait.console.drawings.gantt import draw, state_of
from plait.console.html import Markup, chip, icon, join, link, pairs, table, tag, when
from plait.console.page import Page
from plait.console.screens.lists import hint
from plait.console.screens.order_shown import what_if_shown
from plait.console.screens.orders_shown import late_by
from plait.console.screens.schedule_acts import Looked, ScheduleActs, Tried
from plait.kernel.texts import Texts
from plait.manufacturing.desk.late.model import LateLine, LateReport
from plait.manufacturing.desk.late.spoken import spoken
from plait.manufacturing.schedule.model import Moved, Shift
from plait.overview import paths
from plait.overview.chart.model import Bar, Chart, Lane

__all__ = ["answer_of", "chart_shown", "late_shown", "looked_at", "moved_shown", "why_said"]

MOST_LISTED = 20
MOST_LATE = 30
MINUTE = timedelta(minutes=1)
"""What moves by less is not worth a word."""
CHIPS = {"late": "bad", "running": "running", "done": "good", "planned": "wait", "held": "note", "proposed": "note"}
KEYS = (
    ("running", "running"),
    ("planned", "planned"),
    ("late", "its order will be late"),
    ("proposed", "planned, not booked"),
    ("held", "held for an offer"),
    ("done", "done"),
)


PREFIX = re.compile(r"Batch \d+, operation .* UTC: (?P<why>.+)\.")
WHYS = (
    (re.compile(r"(?P<cause>.+); (?P<supplier>.+) and transport take (?P<time>.+)"), "{cause}; {supplier} and transport take {time}"),
    (re.compile(r"(?P<centre>.+) is closed until then"), "{centre} is closed until then"),
    (re.compile(r"(?P<centre>.+) is busy until then"), "{centre} is busy until then"),
    (re.compile(r"the free time of (?P<centre>.+) before that is too short"), "the free time of {centre} before that is too short"),
    (re.compile(r"it follows operation (?P<seq>\d+)"), "it follows operation {seq}"),
)


def why_said(t: Texts, why: str) -> str:
    """Return why a job stands where it stands in the language; what is not known again stays as it is."""
    whole = PREFIX.fullmatch(why)
    why = whole["why"] if whole else why
    for pattern, text in WHYS:
        if found := pattern.fullmatch(why):
            values = {name: why_said(t, value) if name == "cause" else value for name, value in found.groupdict().items()}
            return t(text, **values)
    said = t(why)
    return said if said != why else spoken(t, why)


def answer_of(chart: Chart, t: Texts) -> str:
    """Return in words what runs and what will be late."""
    centres = [lane for lane in chart.lanes if lane.id]
    if not centres:
        return t("No work centre is known yet.")
    running = sum(any(bar.state == "started" for bar in lane.bars) for lane in centres)
    every = len(centres) + chart.more_rows
    busy = t("{running} of {all} work centres run now", running=running, all=every) if running else t("Nothing runs now")
    if chart.late_count is None:
        return t("{busy}; the plan of all orders is being worked out.", busy=busy)
    if not chart.late_count:
        return t("{busy}; nothing will be late.", busy=busy)
    if chart.late_count == 1:
        return t("{busy}; one order will be late.", busy=busy)
    return t("{busy}; {count} orders will be late.", busy=busy, count=t.number(chart.late_count))


def chart_shown(page: Page, chart: Chart, acts: ScheduleActs, shown: str, links: Mapping[str, str]) -> Markup:
    """Return the answer and the chart, with what leads to other days and sites, and what can be tried."""
    t = page.t
    if not any(lane.id for lane in chart.lanes):
        words = t("No work centre is known yet. Put in an order list and let the times be estimated, or enter work centres; the schedule follows from them.")
        return tag("div", icon("view_timeline"), tag("div", tag("p", words), link(t("Put an order list in"), paths.files(), cls="p-button")), cls="p-mood")
    notes: list[Any] = []
    if chart.unbooked:
        notes.append(_unbooked(t, chart.unbooked, acts))
    if chart.left_out or chart.more_rows:
        text = t(
            "{bars} more operations and {rows} more work centres are not drawn: look at fewer days or at one site.", bars=chart.left_out, rows=chart.more_rows
        )
        notes.append(hint(text))
    if not any(lane.bars for lane in chart.lanes):
        notes.append(hint(t("Nothing is planned in these days.")))
    move = tag(
        "div", _way(links["before"], "chevron_left", t("Earlier")), tag("span", _days(chart, t)), _way(links["after"], "chevron_right", t("Later")), cls="p-row"
    )
    tries = [_button(t("Try overtime"), "more_time", "overtime"), _button(t("Try another shift"), "dark_mode", "shift")] if "desk.read" in acts.may else []
    head = tag("div", move, _sites(page, chart, shown), tag("div", tries, cls="p-row"), cls="p-row g-head")
    drawn = draw(chart, t, lambda why: why_said(t, why), acts.chosen, movable=acts.writes, named=page.machine)
    wide = tag("div", drawn, cls="p-scroll g-wide", tabindex="0", role="region", aria_label=t("Schedule"))
    drop = tag("button", "", type="button", data_act="drop", data_arg="", hidden=True, cls="g-drop")
    dragged = hint(t("Drag a bar to another time or work centre to see what that would do; nothing changes before you save it.")) if acts.writes else ""
    return tag(
        "section",
        tag("p", answer_of(chart, t), cls="p-answer"),
        notes,
        head,
        wide,
        drop,
        _key(t),
        tag("div", dragged, cls="g-wide"),
        _lists(page, chart),
        cls="p-card p-stack",
    )


def _unbooked(t: Texts, count: int, acts: ScheduleActs) -> Markup:
    said = (
        t("One open order is planned, but not booked yet.") if count == 1 else t("{count} open orders are planned, but not booked yet.", count=t.number(count))
    )
    act = _button(t("Take the plan over"), "event_available", "adopt") if {"desk.write", "schedule.write"} <= acts.may else ""
    return tag("div", icon("info"), tag("span", said), act, cls="p-row")


def _button(text: str, sign: str, act: str, arg: str = "", cls: str = "p-quiet") -> Markup:
    return tag("button", icon(sign), text, type="button", cls=cls, data_act=act, data_arg=arg or None)


def _way(href: str, sign: str, label: str) -> Markup:
    return link(icon(sign, label), href, cls="p-quiet g-way")


def _days(chart: Chart, t: Texts) -> str:
    first, last = chart.since.astimezone(t.zone).date(), chart.until.astimezone(t.zone).date()
    days = (last - first).days
    return t.day(first) if days <= 1 else f"{t.day(first)} – {t.day(last - timedelta(days=1))}"


def _sites(page: Page, chart: Chart, shown: str) -> Markup | str:
    if len(chart.sites) < 2:
        return ""
    chosen = page.query.get("site", "")
    names = [("", page.t("All sites")), *((site, site) for site in chart.sites)]
    items = [link(name, paths.schedule(days=shown, site=site), cls="p-quiet", aria_current="page" if site == chosen else None) for site, name in names]
    return tag("nav", items, cls="p-row", aria_label=page.t("Sites"))


def _key(t: Texts) -> Markup:
    items = [tag("span", tag("i", cls=f"g-key is-{state}"), t(word)) for state, word in KEYS]
    items.append(tag("span", tag("i", cls="g-key is-closed"), t("closed")))
    return tag("p", items, cls="p-strands-note g-wide")


def _lists(page: Page, chart: Chart) -> Markup:
    """Return the same as a list a work centre, for a phone."""
    return tag("div", [_list(page, lane) for lane in chart.lanes if lane.bars], cls="g-narrow")


def _list(page: Page, lane: Lane) -> Markup:
    t = page.t
    name = page.machine(lane.machine_id or lane.id) or t("other firms")
    rows = [_listed(t, bar) for bar in lane.bars[:MOST_LISTED]]
    more = hint(t("{count} more", count=len(lane.bars) - MOST_LISTED)) if len(lane.bars) > MOST_LISTED else ""
    late = sum(bar.late and bar.state != "ended" for bar in lane.bars)
    count = t("{count} operations", count=len(lane.bars))
    summary = tag("summary", tag("strong", name), " ", tag("span", count, cls="p-soft"), " ", chip("bad", t("{count} late", count=late)) if late else "")
    return tag("details", summary, tag("ul", rows, cls="p-list"), more, cls="g-lane")


def _listed(t: Texts, bar: Bar) -> Markup:
    state = state_of(bar)
    word = t(next((name for key, name in KEYS if key == state), state))
    words = tag("div", link(bar.number, paths.order(bar.order)), " ", bar.name, tag("p", when(bar.start, t), " – ", when(bar.end, t), cls="p-soft p-small"))
    return tag("li", words, chip(CHIPS[state], word), _button(t("Look"), "search", "bar", bar.job_id))


def looked_at(page: Page, data: Looked, acts: ScheduleActs) -> Markup:
    """Return the job looked at with what can be done, and what was tried with its consequences."""
    parts = []
    if data.bar is not None and data.lane is not None:
        parts.append(_job(page, data.bar, data.lane, acts))
    if data.tried is not None:
        parts.append(_tried(page, data.tried, acts.number))
    return tag("div", parts, cls="p-stack") if parts else Markup("")


def _job(page: Page, bar: Bar, lane: Lane, acts: ScheduleActs) -> Markup:
    t = page.t
    state = state_of(bar)
    word = t(next((name for key, name in KEYS if key == state), state))
    place = link(page.machine(lane.machine_id), paths.machine(lane.machine_id)) if lane.machine_id else lane.id or t("other firms")
    rows = (
        (t("Order"), join(link(bar.number, paths.order(bar.order)), f" {bar.customer}" if bar.customer else "")),
        (t("Part"), link(bar.part_id, paths.part(bar.part_id)) if bar.part_id else ""),
        (t("Operation"), f"{bar.seq} {bar.name}"),
        (t("Batch"), f"{bar.batch}: {t.quantity(bar.quantity)}"),
        (t("Where"), place),
        (t("When"), join(when(bar.start, t), " – ", when(bar.end, t))),
        (t("Why there"), why_said(t, bar.why)),
    )
    buttons: list[Markup] = []
    if bar.state == "planned" and not bar.outside:
        buttons.append(_button(t("Move …"), "open_with", "move", cls="p-go"))
        buttons += [_button(t("Try on {centre}", centre=page.machine(other)), "swap_vert", "on", other) for other in lane.others[:6]]
        if acts.writes:
            buttons.append(_button(t("Let it move again"), "lock_open", "let-go") if bar.frozen else _button(t("Keep it here"), "lock", "keep"))
    elif bar.state == "proposed":
        buttons.append(hint(t("It is planned, but booked nowhere: take the plan over first, then it can be moved.")))
    buttons.append(_button(t("Close"), "close", "close"))
    pinned = chip("note", t("a person put it here")) if bar.frozen else ""
    head = tag("header", tag("h2", f"{bar.number} – {bar.name}"), tag("span", chip(CHIPS[state], word), " ", pinned))
    return tag("section", head, pairs(rows), tag("div", buttons, cls="p-row p-acts"), cls="p-card g-job")


def _tried(page: Page, tried: Tried, number: Callable[[str], str]) -> Markup:
    t = page.t
    shown = moved_shown(page, tried.answer, number) if isinstance(tried.answer, Moved) else what_if_shown(page, tried.answer)
    save = _button(t("Save"), "check", "save", cls="p-go") if tried.savable else hint(t("You may look, but not change the schedule."))
    acts = tag("div", save, _button(t("Discard"), "close", "discard"), cls="p-row p-acts")
    return tag("section", tag("p", tag("strong", t("Tried: {what}", what=tried.title))), shown, acts, cls="p-card g-tried")


def moved_shown(page: Page, moved: Moved, number: Callable[[str], str]) -> Markup:
    """Return what a move would do: where the job lands, and which orders become later or earlier, by how much; ``number`` says what an order is called."""
    t, shifts = page.t, [each for each in moved.repair.orders if abs(each.now - each.was) >= MINUTE]
    later, earlier = [each for each in shifts if each.now > each.was], [each for each in shifts if each.now < each.was]
    become_late = sum(each.late and not _was_late(each) for each in shifts)
    said = _moves(t, len(later), len(earlier), become_late)
    landed = ""
    if abs((moved.start - moved.asked).total_seconds()) >= 60:
        landed = hint(t("It cannot begin at {asked}; the first time free for it there is {start}.", asked=t.moment(moved.asked), start=t.moment(moved.start)))
    held = hint(t("{count} slots held for offers move too.", count=len(moved.repair.holds))) if moved.repair.holds else ""
    rows = [_shift(t, each, number(each.order)) for each in [*sorted(later, key=lambda each: each.was - each.now), *earlier][:MOST_LATE]]
    names = (t("Order"), t("Ready now"), t("Ready then"), t("Change"), t("Then"))
    made = table(names, rows, label=t("Orders whose end moves")) if rows else ""
    return tag("div", tag("p", said, cls="p-answer"), hint(t("Nothing was changed by this.")), landed, held, made, cls="p-stack")


def _moves(t: Texts, later: int, earlier: int, late: int) -> str:
    """Return in words how many orders end later or earlier, and how many become late by it."""
    parts = []
    if later:
        parts.append(t("One order ends later") if later == 1 else t("{count} orders end later", count=later))
    if earlier:
        parts.append(t("One order ends earlier") if earlier == 1 else t("{count} orders end earlier", count=earlier))
    if not parts:
        return t("No order ends at another time.")
    parts.append(t("none becomes late by it") if not late else t("one becomes late by it") if late == 1 else t("{count} become late by it", count=late))
    return "; ".join(parts) + "."


def _was_late(shift: Shift) -> bool:
    return shift.promised is not None and shift.was > shift.promised


def _shift(t: Texts, shift: Shift, number: str) -> tuple[Any, ...]:
    hours = (shift.now - shift.was).total_seconds() / 3600
    size = t("{count} h", count=t.number(abs(hours), 1)) if abs(hours) < 48 else t("{count} days", count=t.number(abs(hours) / 24, 1))
    change = t("{time} later", time=size) if hours > 0 else t("{time} earlier", time=size)
    verdict = chip("bad", t("late")) if shift.late else chip("good", t("on time"))
    return link(number, paths.order(shift.order)), when(shift.was, t), when(shift.now, t), change, verdict


def late_shown(page: Page, report: LateReport | None, acts: ScheduleActs) -> Markup:
    """Return the late orders, the worst first, each with its reason and what would help most cheaply; then what cannot be planned."""
    t = page.t
    if report is None:
        return Markup("")
    late = [line for line in report.lines if line.verdict == "late"]
    if not late:
        said = t("Nothing will be late.") if not report.unplanned else t("Nothing that can be planned will be late.")
        return tag("section", tag("h2", t("Late and why")), tag("p", said), _stuck(t, report), cls="p-card")
    rows = [_late(t, line) for line in late[:MOST_LATE]]
    names = (t("Order"), t("Late by"), t("Why"), t("What would help"), "")
    made = table(names, rows, label=t("Late orders"), keys=[line.id for line in late[:MOST_LATE]])
    more = tag("p", link(t("All {count} late orders", count=t.number(len(late))), paths.orders(late="1"))) if len(late) > MOST_LATE else ""
    return tag("section", tag("h2", t("Late and why")), made, more, _stuck(t, report), cls="p-card")


def _late(t: Texts, line: LateLine) -> tuple[Any, ...]:
    remedy = line.remedy
    order = tag("div", link(line.order_no or line.id, paths.order(line.id)), tag("p", line.customer, cls="p-soft p-small"))
    slack = chip("bad", late_by(t, line.slack_days) if line.slack_days is not None else t("late"))
    helps: Any = "–"
    act: Any = ""
    if remedy is not None:
        cost = t.money(remedy.cost.rounded()) if remedy.cost is not None and remedy.cost.amount else ""
        words = [t("ready {day}", day=t.day(remedy.day)), cost]
        helps = tag("div", spoken(t, remedy.text), tag("p", " · ".join(each for each in words if each), cls="p-soft p-small"))
        act = _button(t("Try"), "science", "remedy", line.id) if remedy.changes else ""
    return order, slack, spoken(t, line.reason), helps, act


def _stuck(t: Texts, report: LateReport) -> Markup | str:
    if not report.unplanned:
        return ""
    stuck = [line for line in report.lines if line.verdict == "unplanned"]
    said = t("{count} open orders cannot be planned.", count=t.number(report.unplanned)) if report.unplanned > 1 else t("One open order cannot be planned.")
    items = [_unplanned(t, line) for line in stuck[:5]]
    return join(tag("p", tag("strong", said), cls="p-acts"), tag("ul", items, cls="p-list"))


def _unplanned(t: Texts, line: LateLine) -> Markup:
    words = tag(
        "div", link(line.order_no or line.id, paths.order(line.id)), " – ", spoken(t, line.reason), tag("p", spoken(t, line.todo), cls="p-soft p-small")
    )
    return tag("li", words)
