"""What will be late, now that an order list is in: the answer in words, the worst of them, and what is missing for a date."""

from typing import Any

from plait.console.html import Markup, chip, icon, join, link, tag
from plait.console.page import Page
from plait.console.screens.orders_shown import late_by
from plait.manufacturing.desk.late.model import LateReport
from plait.manufacturing.desk.late.spoken import spoken
from plait.overview import paths

__all__ = ["late_shown"]

WORST = 3


def late_shown(page: Page, report: LateReport, estimates: int, *, may: bool) -> Markup:
    """Return whether open orders will be late; ``estimates``: parts whose times could be estimated."""
    t = page.t
    planned = report.total - report.unplanned
    if report.late:
        said = t("{late} of {count} orders will be late.", late=t.number(report.late), count=t.number(report.total))
    elif planned:
        said = t("All {count} orders that can be planned will be there on time.", count=t.number(planned))
    else:
        said = t("No date can be said yet: nobody has said how these parts are made.")
    parts: list[Any] = [tag("h2", t("What will be late?")), tag("p", said, cls="p-answer")]
    late = [line for line in report.lines if line.verdict == "late"][:WORST]
    if late:
        rows = []
        for line in late:
            number = link(f"{line.order_no} / {line.line_no}" if line.line_no else line.order_no or line.id, paths.order(line.id))
            words = tag("div", tag("p", number, " · ", line.customer, " · ", line.name or line.part_no), tag("p", spoken(t, line.reason), cls="p-soft p-small"))
            rows.append(tag("li", icon("event_busy"), words, chip("bad", late_by(t, line.slack_days) if line.slack_days is not None else t("late"))))
        parts.append(tag("ul", rows, cls="p-list"))
    if report.unplanned:
        one, many = t("One order cannot be planned yet."), t("{count} orders cannot be planned yet.", count=t.number(report.unplanned))
        missing = one if report.unplanned == 1 else many
        why = t("Times of {count} parts can be estimated from their prices and past jobs; they are marked as estimates.", count=estimates) if estimates else ""
        parts.append(tag("p", missing, " ", why, cls="p-soft"))
    buttons: list[Any] = []
    if estimates and may:
        buttons.append(tag("button", icon("timer"), t("Estimate the times and see what will be late"), type="button", cls="p-button", data_act="estimate"))
    if report.late:
        buttons.append(link(t("See which are late, why, and what would help"), paths.orders(late="1"), cls="p-quiet" if buttons else "p-button"))
    elif planned:
        buttons.append(link(t("See all orders"), paths.orders(), cls="p-quiet"))
    return tag("section", join(parts), tag("div", buttons, cls="p-row p-acts") if buttons else "", cls="p-card")
