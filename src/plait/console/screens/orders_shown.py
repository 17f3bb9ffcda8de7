"""What the list of orders looks like: the answer, the rows, each with its small braid."""

from collections.abc import Mapping

from plait.console.html import Markup, chip, drawing, join, link, table, tag, when
from plait.console.page import Page
from plait.console.screens.lists import firm
from plait.kernel.texts import Texts
from plait.overview import paths
from plait.overview.braid.drawing_small import draw_small
from plait.overview.braid.model import SmallBraid
from plait.overview.orders.model import OrderRow, OrdersPage, Standing
from plait.overview.reasons import reason_said

__all__ = ["STATES", "answer_shown", "rows_shown", "verdict_shown"]

STATES = {
    "open": ("wait", "open"),
    "accepted": ("good", "confirmed"),
    "changed": ("warn", "date moved"),
    "sent": ("running", "on its way"),
    "done": ("good", "done"),
    "cancelled": ("silent", "cancelled"),
    "rejected": ("bad", "refused"),
    "withdrawn": ("silent", "taken back"),
}


def answer_shown(page: Page, standing: Standing) -> Markup:
    """Return in words whether orders will be there on time."""
    t = page.t
    count = t.number(standing.open)
    if not standing.open and not standing.late:
        said = t("No order is open.")
    elif standing.open == standing.unplanned:
        said = t("Nobody can say yet: no open order can be planned.")
    elif standing.unplanned and not standing.late:
        said = t("All open orders that can be planned will be there on time.")
    elif not standing.late:
        said = t("The one open order will be there on time.") if standing.open == 1 else t("All {count} open orders will be there on time.", count=count)
        said = said if standing.computed else t("No open order is past its date; the plan is being worked out.")
    else:
        one, many = (
            t("One of {count} open orders will be late.", count=count),
            t("{late} of {count} open orders will be late.", late=t.number(standing.late), count=count),
        )
        said = one if standing.late == 1 else many
        said = said if standing.computed else t("{late} open orders are past their date; the plan is being worked out.", late=t.number(standing.late))
    worst = standing.worst
    more: Markup | str = ""
    if worst is not None and worst.slack_days is not None:
        number = link(worst.number or worst.id, paths.order(worst.id), cls="p-inline")
        more = tag("p", t("The worst: "), number, " – ", worst.other, ", ", late_by(t, worst.slack_days), cls="p-soft")
    stuck = ""
    if standing.unplanned:
        one, many = t("One order cannot be planned yet: "), t("{count} orders cannot be planned yet: ", count=t.number(standing.unplanned))
        stuck = tag("p", one if standing.unplanned == 1 else many, link(t("see why"), paths.orders(shown="late"), cls="p-inline"), cls="p-soft")
    return tag("section", tag("p", said, cls="p-answer"), more, stuck, _bought_late(page, standing), cls="p-card")


def _bought_late(page: Page, standing: Standing) -> Markup | str:
    """Return what our own orders with partners are late with."""
    t, rows = page.t, standing.placed_late
    if not rows:
        return ""
    first = rows[0]
    said = (
        t("One order placed with partners comes late: ") if len(rows) == 1 else t("{count} orders placed with partners come late; the worst: ", count=len(rows))
    )
    return tag("p", said, link(first.number, paths.order(first.id), cls="p-inline"), " – ", first.other, ", ", late_by(t, first.slack_days or 0), cls="p-soft")


def late_by(t: Texts, slack: int) -> str:
    """Return how late (or early) something is, in days."""
    days = abs(slack)
    if slack < 0:
        return t("late by one day") if days == 1 else t("late by {days} days", days=days)
    if slack == 0:
        return t("on its day")
    return t("one day to spare") if days == 1 else t("{days} days to spare", days=days)


def verdict_shown(page: Page, row: OrderRow) -> Markup:
    """Return whether an order will be there, as a state and in words; what has ended says how."""
    t = page.t
    if row.side == "sold" and row.state == "open" and not row.verdict:
        return chip("wait", t("not planned yet"))
    if row.state in ("cancelled", "rejected", "withdrawn", "done") or not row.verdict:
        state, word = STATES.get(row.state, ("note", row.state))
        return join(chip(state, t(word)), _why(t, "" if row.state == "done" else row.reason))
    if row.verdict == "unplanned":
        return join(chip("warn", t("cannot be planned")), _why(t, row.reason))
    said = late_by(t, row.slack_days) if row.slack_days is not None else t("late") if row.verdict == "late" else t("on time")
    bad = row.verdict == "late"
    return join(chip("bad" if bad else "good", said), _why(t, row.reason if bad else ""))


def _why(t: Texts, reason: str) -> Markup | str:
    return tag("p", reason_said(t, reason), cls="p-soft p-small") if reason else ""


def rows_shown(page: Page, found: OrdersPage, braids: Mapping[str, SmallBraid]) -> Markup:
    """Return the rows of a page of orders."""
    t = page.t
    rows = []
    for row in found.rows:
        number = join(
            link(row.number or row.id, paths.order(row.id), cls="p-nowrap"), tag("p", row.id, cls="p-soft p-small") if row.side == "sold" and row.number else ""
        )
        small = braids.get(row.id)
        picture = (
            link(drawing(draw_small(small)), paths.order(row.id), aria_label=t("Braid of {order}", order=row.number or row.id)) if small is not None else ""
        )
        who = join(firm(row.other, row.party), tag("p", t("our order") if row.side == "bought" else "", cls="p-soft p-small") if row.side == "bought" else "")
        part = link(row.name or row.part, paths.part(row.part)) if row.part else row.name
        what = join(part, tag("p", t.quantity(row.quantity, row.unit), cls="p-soft p-small"))
        date = join(when(row.promised, t, day=True) if row.promised else t.day(row.due) if row.due else "–")
        if row.promised and row.due and row.promised.astimezone(t.zone).date() != row.due:
            date = join(date, tag("p", t("wanted {day}", day=t.day(row.due)), cls="p-soft p-small"))
        rows.append((number, picture, who, what, date, verdict_shown(page, row), t.money(row.value) if row.value else "–"))
    names = (t("Order"), t("Braid"), t("With whom"), t("What"), t("Date"), t("Will it be there?"), t("Value"))
    made = table(names, rows, label=t("Orders"), numbers=(6,), keys=[row.id for row in found.rows])
    return tag("section", made, cls="p-card p-orders")
