"""Schedule: what runs where and when, what will be late, and what would become of it if something were different."""

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from plait.console.page import Block, Empty, Page
from plait.console.screen import Screen
from plait.console.screens.lists import tabs
from plait.console.screens.schedule_acts import ScheduleActs
from plait.console.screens.schedule_shown import chart_shown, late_shown, looked_at
from plait.kernel.actor import Actor
from plait.manufacturing.desk.late.model import LateReport
from plait.overview import paths
from plait.overview.chart.model import Chart

__all__ = ["SCREENS"]

DAYS = {"day": 1, "3-days": 3, "week": 7, "4-weeks": 28}
LIVE = ("schedule.", "line.job", "book.", "desk.goods")
BARS = 800


async def _build(page: Page) -> None:
    t = page.t
    page.head(t("Schedule"), t("What runs where and when, and what will be late?"))
    asked = page.query.get("days", "")
    shown = asked if asked in DAYS else "3-days"
    site = page.query.get("site", "")[:200]
    step = _step(page.query.get("step", ""))
    acts = ScheduleActs(page, frozenset([action for action in ("schedule.write", "desk.write", "desk.read") if await page.me.may(action)]))

    async def fetch(actor: Actor) -> Chart:
        since, until = _window(page, DAYS[shown], step)
        return acts.now(await page.rooms.chart.chart(actor, since, until, site, BARS))

    async def late(actor: Actor) -> LateReport | None:
        return acts.report(await page.rooms.orders.known(actor))

    choices = {"day": t("One day"), "3-days": t("Three days"), "week": t("Week"), "4-weeks": t("Four weeks")}
    page.show(tabs(page, partial(paths.schedule, site=site), "days", shown, choices))
    links = {name: paths.schedule(days=shown, site=site, step=str(step + by) if step + by else "") for name, by in (("before", -1), ("after", 1))}
    on = acts.handlers()
    chart = await page.block(fetch, lambda found: chart_shown(page, found, acts, shown, links), live=LIVE, every_s=60, key=t.language, on=on)
    panel = await page.block(acts.looked, lambda data: looked_at(page, data, acts), on=on)
    below: Block | None = None
    if "desk.read" in acts.may:
        empty = Empty(t("The plan is being worked out; look again in a moment."))
        below = await page.block(late, lambda report: late_shown(page, report, acts), live=LIVE, every_s=120, key=t.language, on=on, empty=empty)
    acts.blocks(chart, panel, below)


def _step(text: str) -> int:
    try:
        return max(-400, min(400, int(text or "0")))
    except ValueError:
        return 0


def _window(page: Page, days: int, step: int) -> tuple[datetime, datetime]:
    """Return the local days shown: from today on, or as many windows further (back, when negative) as was asked."""
    zone = ZoneInfo(page.t.zone.key)
    first = page.me.now().astimezone(zone).date() + timedelta(days=days * step)
    return datetime.combine(first, time(), zone), datetime.combine(first + timedelta(days=days), time(), zone)


SCREENS = (Screen("/schedule", "Schedule", _build, action="schedule.read", group="manufacturing", icon="view_timeline", key="c", howto="schedule"),)
