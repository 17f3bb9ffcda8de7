"""The verb of the chart: the schedule in a window of time, with what will be late and why."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from plait.kernel.actor import Actor, Scope
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import FORBIDDEN, INVALID, NOT_FOUND, Problem
from plait.manufacturing.desk.book.model import OrderLine
from plait.manufacturing.desk.book.tables import lines_by_id, lines_of_runs
from plait.manufacturing.desk.late.adopting import Proposed
from plait.manufacturing.desk.late.model import LateLine, LateReport
from plait.manufacturing.schedule import tables
from plait.manufacturing.schedule.calendar import ms
from plait.manufacturing.schedule.model import Booking, Outage, WorkCentre
from plait.overview.chart import rules
from plait.overview.chart.model import Bar, Chart
from plait.store import Store

__all__ = ["MOST", "MOST_DAYS", "ChartService"]

MOST = 2000
MOST_DAYS = 62
MOST_ROWS = 60
MOST_LATE = 20
Known = Callable[[Actor], Awaitable[LateReport | None]]
Unbooked = Callable[[Actor, datetime, datetime], Awaitable[Proposed]]


class _Read(msgspec.Struct, frozen=True):
    """What was read of the schedule: work centres shown (and how many more), bookings, outages, the order lines they serve."""

    centres: list[WorkCentre]
    sites: list[str]
    more: int
    bookings: list[Booking]
    left_out: int
    outages: list[Outage]
    lines: dict[str, OrderLine]


class ChartService:
    """The schedule as a picture. ``known`` gives the plan's report, None while it is worked out; ``unbooked`` what it places that nobody booked."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock, known: Known, unbooked: Unbooked) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock
        self.known = known
        self.unbooked = unbooked

    async def chart(self, actor: Actor, since: datetime | None = None, until: datetime | None = None, site: str = "", limit: int = 800) -> Chart:
        """Return the schedule between two moments (default: the next seven days), of one ``site``, with at most ``limit`` bars.

        Needs ``schedule.read``; lateness and customers are told to who may read the desk. Raises ``invalid`` for a window that is none.
        """
        self.guard.require(actor, "schedule.read")
        scope = self.guard.scope(actor, "read", "schedule")
        scope.own("work centres and what is planned on them")
        now = self.clock.now()
        since = since or now
        until = until or since + timedelta(days=7)
        if not timedelta() < until - since <= timedelta(days=MOST_DAYS):
            raise Problem(INVALID, f"until: the window must be at least a moment and at most {MOST_DAYS} days long")
        report = await self._report(actor)
        new = await self._unbooked(actor, since, until)
        limit = min(limit, MOST)
        found = await self.store.read(lambda conn: _read(conn, scope, since, until, now, site, limit, new.operations))
        return self._chart(found, report, new, since, until, now, limit)

    async def _report(self, actor: Actor) -> LateReport | None:
        try:
            return await self.known(actor)
        except Problem as problem:
            if problem.code not in {FORBIDDEN, NOT_FOUND}:
                raise
            return None

    async def _unbooked(self, actor: Actor, since: datetime, until: datetime) -> Proposed:
        try:
            self.guard.require(actor, "desk.read")
            return await self.unbooked(actor, since, until)
        except Problem as problem:
            if problem.code not in {FORBIDDEN, NOT_FOUND}:
                raise
            return Proposed(0, [])

    def _chart(self, found: _Read, report: LateReport | None, new: Proposed, since: datetime, until: datetime, now: datetime, limit: int) -> Chart:
        known = {line.id: line for line in report.lines} if report is not None else {}
        booked = {row.order for row in found.bookings}
        shown = {centre.id for centre in found.centres} | {""}
        rows = [(row, False) for row in found.bookings] + [(row, True) for row in new.operations if row.order not in booked and row.work_centre in shown]
        bars: dict[str, list[Bar]] = {}
        for row, proposed in rows:
            line = found.lines.get(row.order)
            bars.setdefault(row.work_centre, []).append(rules.bar_of(row, line, known.get(line.id) if line else None, proposed=proposed))
        bars, cut = rules.cut(bars, limit)
        flags = rules.flags_of(bars, self._due(found.lines.values(), known), since, until)
        late = [line for line in report.lines if line.verdict == "late"] if report is not None else []
        return Chart(
            since=since,
            until=until,
            now=now,
            lanes=rules.lanes(found.centres, bars, found.outages, flags, since, until),
            sites=found.sites,
            left_out=found.left_out + cut,
            more_rows=found.more,
            late_count=report.late if report is not None else None,
            unplanned=report.unplanned if report is not None else 0,
            unbooked=new.orders,
            late=late[:MOST_LATE],
        )

    def _due(self, lines: Iterable[OrderLine], known: dict[str, LateLine]) -> dict[str, tuple[datetime, bool]]:
        zone = ZoneInfo(self.guard.firm().zone)
        found = {}
        for line in lines:
            at = line.promised or datetime.combine(line.due + timedelta(days=1), time(), zone)
            found[line.id] = (at, line.id in known and known[line.id].verdict == "late")
        return found


def _read(conn: Connection, scope: Scope, since: datetime, until: datetime, now: datetime, site: str, limit: int, new: Sequence[Booking]) -> _Read:
    every = sorted(tables.centres(conn, scope).values(), key=lambda row: (row.site_id, row.group, row.id))
    wanted = [row for row in every if site in ("", row.site_id)]
    centres = wanted[:MOST_ROWS]
    ids = [*(row.id for row in centres), ""]
    bookings = tables.bookings(conn, scope, since=since, until=until, now=ms(now), centres=ids, limit=limit + 1)
    left = tables.count_bookings(conn, scope, since, until, ids) - limit if len(bookings) > limit else 0
    orders = {row.order for row in bookings} | {row.order for row in new[:limit]}
    lines = lines_by_id(conn, scope, orders)
    lines |= {line.run: line for line in lines_of_runs(conn, scope, orders - lines.keys())}
    outages = tables.outages(conn, scope, ms(since))
    return _Read(centres, sorted({row.site_id for row in every if row.site_id}), len(wanted) - len(centres), bookings[:limit], max(0, left), outages, lines)
