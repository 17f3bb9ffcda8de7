"""Observatory: what the reports of many firms show together: who could not be replaced, how concentrated each trade is, what there is to do."""

from decimal import Decimal
from typing import Any

from nicegui import ui

from plait.console.html import Markup, chip, details, figure, icon, link, pairs, table, tag, when
from plait.console.page import Block, Page
from plait.console.screen import Screen
from plait.kernel.texts import Texts
from plait.observatory.model import ClassView, Collected, FirmView, Stop, View
from plait.overview import paths

__all__ = ["SCREENS", "collected_shown", "concentration", "fragility", "tables_shown", "view_said", "view_shown"]

MOST = 12
# Above 1,000 a market counts as concentrated, above 1,800 as highly so (US merger guidelines of 2023, section 2.1).
CONCENTRATED, HIGHLY = 1000, 1800


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Observatory"), t("Where is the network fragile, and who could not be replaced?"))
    service = page.rooms.observatory
    charts: list[Any] = []

    async def collect() -> None:
        got: Collected | None = await page.act(service.collect)
        if got is not None:
            page.say(t("{count} firms reported, {refused} did not.", count=len(got.received), refused=len(got.refused)))
            await block.load()
            await behind.load()
            _draw(page, block.data, place, charts)
            said.content = str(collected_shown(page, got))

    block: Block = await page.block(service.view, lambda view: view_shown(page, view), live=("observatory.",))
    if await page.me.may("observatory.collect"):
        with ui.element("div").classes("p-row p-block"):
            page.button(t("Ask every firm for its report"), collect, name="sync")
    said = ui.html("", sanitize=False).classes("p-block")
    place = ui.element("div").classes("p-cols p-block")
    _draw(page, block.data, place, charts)
    behind = await page.block(service.view, lambda view: tables_shown(page, view))


def _draw(page: Page, view: View | None, place: Any, charts: list[Any]) -> None:
    """Put the charts in their place, in stead of those that stood there."""
    place.clear()
    charts.clear()
    if view is None:
        return
    t = page.t
    with place:
        for options, label in ((fragility(view, t), t("If one firm stops")), (concentration(view, t), t("How concentrated each trade is"))):
            if options:
                with ui.element("section").classes("p-card"):
                    ui.html(str(tag("h2", label, cls="p-h2")), sanitize=False).classes("p-block")
                    charts.append(page.chart(options, label))


def view_said(view: View, t: Texts) -> str:
    """Return the answer in words: of how many firms, and which of them would be missed most."""
    if not view.firms:
        return t("No firm's report is here yet, so nothing can be said. Each firm reports only under a contract for its aggregates.")
    worst = max(view.stops, key=lambda each: (each.share, each.esri), default=None)
    firms = t("Computed from the reports of {count} firms.", count=len(view.firms)) if len(view.firms) != 1 else t("Computed from the report of one firm.")
    if worst is None or not (worst.direct or worst.through):
        return f"{firms} {t('No firm stops another one.')}"
    hit = len(worst.direct) + len(worst.through)
    text = "If {firm} stops, {count} other firms stop with it: {share} % of all that is sold here."
    return f"{t(text, firm=worst.firm, count=hit, share=t.number(Decimal(str(round(worst.share * 100, 1)))))} {firms}"


def view_shown(page: Page, view: View) -> Markup:
    """Return the answer, the figures it rests on, and what is missing."""
    t = page.t
    total = sum((firm.revenue for firm in view.firms), Decimal(0))
    jobs = sum(count for firm in view.firms for count in firm.jobs.values())
    hours = round(sum(firm.machine_hours for firm in view.firms))
    gaps = sum(each.gap for each in view.links)
    shown = [
        figure(t.number(len(view.firms)), t("firms that report"), note=t("{count} do not", count=len(view.missing)) if view.missing else ""),
        figure(t.number(total, 0), t("sold in the period"), unit=view.currency),
        figure(t.number(jobs), t("jobs at the machines"), note=t("{hours} machine hours", hours=t.number(hours))),
        figure(t.number(len(view.links)), t("supplies from firm to firm"), note=t("{count} told differently by the two", count=gaps)),
    ]
    parts: list[Any] = [tag("p", view_said(view, t), cls="p-answer"), tag("div", shown, cls="p-figures") if view.firms else ""]
    if view.missing:
        named = ", ".join(view.missing[:MOST]) + (" …" if len(view.missing) > MOST else "")
        parts.append(tag("p", icon("visibility_off"), " ", t("Not in these numbers, for want of a report: {firms}.", firms=named), cls="p-soft"))
    if view.left_out:
        parts.append(tag("p", icon("warning"), " ", t("Reports that could not be used: {reasons}", reasons="; ".join(view.left_out[:MOST])), cls="p-warn"))
    if view.firms:
        parts.append(tag("p", t("As of"), " ", when(view.at, t), cls="p-soft p-small"))
    return tag("section", *parts, cls="p-card")


def _ranked(view: View) -> list[Stop]:
    return sorted(view.stops, key=lambda each: (-each.esri, -each.share, each.firm))


def fragility(view: View, t: Texts) -> dict[str, Any]:
    """Return the chart of what stops with each firm, in percent of all revenue; nothing without reports."""
    worst = sorted(view.stops, key=lambda each: (-each.share, each.firm))[:MOST][::-1]
    return _bars([(each.firm, round(each.share * 100, 1)) for each in worst], t("% of all sales"), 100) if worst else {}


def concentration(view: View, t: Texts) -> dict[str, Any]:
    """Return the chart of concentration by class; nothing where it was not measured."""
    measured = sorted((each for each in view.classes if each.hhi is not None), key=lambda each: each.hhi or 0)[-MOST:]
    rows: list[tuple[str, float]] = [(f"{each.isic} {each.title}"[:42], round(each.hhi or 0)) for each in measured]
    return _bars(rows, t("HHI (10,000: one firm has all)"), 10000) if rows else {}


def _bars(rows: list[tuple[str, float]], unit: str, most: float) -> dict[str, Any]:
    bars = {"type": "bar", "data": [value for _, value in rows], "barMaxWidth": 20, "itemStyle": {"color": "var(--setup)"}}
    bars["label"] = {"show": True, "position": "right"}
    return {
        "grid": {"left": 8, "right": 48, "top": 8, "bottom": 28, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "max": most, "name": unit, "nameLocation": "middle", "nameGap": 24},
        "yAxis": {"type": "category", "data": [name for name, _ in rows], "axisLabel": {"width": 150, "overflow": "truncate"}},
        "series": [bars],
        "animation": False,
    }


def tables_shown(page: Page, view: View) -> Markup:
    """Return the numbers behind the charts, and how they were made."""
    t = page.t
    if not view.firms:
        return Markup("")
    stops = [_stop(page, each) for each in _ranked(view)[:100]]
    columns: tuple[str, ...] = (t("If this firm stops"), t("hit at once"), t("hit through others"), t("sales that stop"), t("systemic risk (ESRI)"))
    first = details(t("Who stops with whom, ranked by systemic risk"), table(columns, stops, label=t("Systemic risk"), numbers=(3, 4), csv="CSV"))
    classes = [_class(page, each) for each in view.classes[:100]]
    columns = (t("Class"), t("Firms"), t("Sales"), "HHI", t("share of the largest four"), t("State"))
    second = details(t("Concentration by class"), table(columns, classes, label=t("Concentration by class"), numbers=(2, 3, 4), csv="CSV"))
    firms = [_firm(page, each) for each in sorted(view.firms, key=lambda each: -each.revenue)[:100]]
    columns = (t("Firm"), t("Class"), t("Region"), t("Tier"), t("Jobs"), t("Machine hours"), t("Sales"))
    third = details(t("The firms, as they report themselves"), table(columns, firms, label=t("Firms"), numbers=(3, 4, 5, 6), csv="CSV"))
    how = details(t("How the numbers were made"), _method(page, view))
    return tag("section", tag("h2", t("Behind the charts")), first, second, third, how, cls="p-card")


def _stop(page: Page, each: Stop) -> tuple[Any, ...]:
    t = page.t
    share = t("{share} %", share=t.number(Decimal(str(round(each.share * 100, 1)))))
    return each.firm, ", ".join(each.direct) or "–", ", ".join(each.through) or "–", share, t.number(Decimal(str(round(each.esri, 3))), 3)


def _class(page: Page, each: ClassView) -> tuple[Any, ...]:
    t = page.t
    state: Markup | str = "–"
    if each.hhi is not None:
        mood, word = ("bad", "highly concentrated") if each.hhi > HIGHLY else ("warn", "concentrated") if each.hhi > CONCENTRATED else ("good", "many firms")
        state = chip(mood, t(word))
    share = t("{share} %", share=t.number(Decimal(str(round(each.cr4, 1))))) if each.cr4 is not None else "–"
    hhi = t.number(round(each.hhi)) if each.hhi is not None else "–"
    return f"{each.isic} {each.title}", ", ".join(each.firms[:MOST]), t.number(each.revenue, 0), hhi, share, state


def _firm(page: Page, each: FirmView) -> tuple[Any, ...]:
    t = page.t
    counts = each.tier, t.number(sum(each.jobs.values())), t.number(round(each.machine_hours)), t.number(each.revenue, 0)
    return link(each.name, paths.partner(each.party)), f"{each.isic} {each.title}", each.region, *counts


def _method(page: Page, view: View) -> Markup:
    t = page.t
    rows = [(t("Essential"), view.method.essential), (t("Market"), view.method.market), (t("Weights"), view.method.weights), ("eps", f"{view.method.eps:g}")]
    return pairs(rows)


def collected_shown(page: Page, got: Collected) -> Markup:
    """Return who reported and who refused, and why."""
    t = page.t
    if not got.refused:
        return Markup("")
    rows = [(each.name, each.reason) for each in got.refused]
    return tag("section", tag("h2", t("Who gave no report")), table((t("Firm"), t("Why")), rows, label=t("Who gave no report")), cls="p-card")


SCREENS = (Screen("/observatory", "Observatory", _build, action="observatory.read", group="network", icon="insights", key="v", howto="observatory"),)
