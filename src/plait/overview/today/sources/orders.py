"""Orders that will be late, that cannot be planned, and that wait for a supplier's word before we can confirm them."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from plait.kernel.actor import Actor, system_actor
from plait.kernel.clock import SYSTEM
from plait.manufacturing.desk.late.model import LateLine, LateReport
from plait.manufacturing.desk.late.service import LateService
from plait.overview import paths
from plait.overview.today.model import MOST, Need
from plait.overview.today.rules import end_of, urgency
from plait.overview.today.sources import tables
from plait.overview.today.sources.common import Ground, rest
from plait.overview.words import Value, count, day, word

__all__ = ["LateOrders", "orders_to_confirm"]

FEW = 200
"""So many open lines are planned while a person waits; more are planned beside, and what was known before is shown."""
AGAIN = timedelta(minutes=10)
REST = 10
AHEAD = timedelta(days=7)

_log = structlog.get_logger("plait.overview")


class LateOrders:
    """Says which orders will be late, from the plan of all open orders."""

    def __init__(self, ground: Ground, late: LateService) -> None:
        self.ground = ground
        self.late = late
        self._planning: asyncio.Task[None] | None = None
        self._rest = 0.0

    async def known(self, actor: Actor) -> LateReport | None:
        """Return the plan's report: anew for a small book; else the last one, None while there is none.

        One older than ten minutes is made anew beside; one that takes long to make may be older, so that planning never takes more than a tenth of the time.
        """
        scope = self.ground.scope(actor, "desk.read", "desk.line")
        if await self.ground.read(lambda conn: tables.few_open(conn, scope, FEW)):
            return await self.late.report(actor)
        report = self.late.known(actor)
        old = report is None or not timedelta() <= self.ground.clock.now() - report.computed < AGAIN
        old = old and SYSTEM.monotonic() >= self._rest
        if old and (self._planning is None or self._planning.done()):
            self._planning = asyncio.create_task(self._plan())
        return report

    async def _plan(self) -> None:
        began = SYSTEM.monotonic()
        try:
            await self.late.report(system_actor(self.ground.guard.firm().party_id, "overview"))
        except Exception as error:  # noqa: BLE001 - the next one who looks has it tried again
            _log.warning("the open orders could not be planned", exc_info=error)
        self._rest = SYSTEM.monotonic() + REST * (SYSTEM.monotonic() - began)

    async def close(self) -> None:
        """Stop planning."""
        if self._planning is not None:
            self._planning.cancel()
            await asyncio.gather(self._planning, return_exceptions=True)

    async def __call__(self, actor: Actor) -> list[Need]:
        """Return late orders, those due first."""
        report = await self.known(actor)
        if report is None:
            return await self._overdue(actor)
        now, zone = self.ground.clock.now(), report.zone
        rows = sorted((row for row in report.lines if row.verdict == "late"), key=lambda row: (row.due, row.id))
        needs = [self._late(row, zone) for row in rows[:MOST]]
        found = rest(needs, len(rows), "{count} more orders will be late", paths.orders(late="1"))
        stuck = [row for row in report.lines if row.verdict == "unplanned"]
        if stuck:
            values = {"count": count(len(stuck)), "first": word(stuck[0].id), "reason": Value("reason", stuck[0].reason)}
            text = "{first} cannot be planned: {reason}" if len(stuck) == 1 else "{count} orders cannot be planned, such as {first}: {reason}"
            link = paths.order(stuck[0].id) if len(stuck) == 1 else paths.orders(late="1")
            found.append(Need(id="order-unplanned", kind="order-unplanned", severity="soon", text=text, values=values, link=link, since=now, count=len(stuck)))
        return found

    def _late(self, row: LateLine, zone: str) -> Need:
        due = end_of(row.due, zone)
        return Need(
            id=f"late-order/{row.id}",
            kind="late-order",
            severity=urgency(due, self.ground.clock.now(), AHEAD),
            text="{order} for {customer}: {reason}",
            values={"order": word(row.id), "customer": word(row.customer), "reason": Value("reason", row.reason), "due": day(row.due)},
            link=paths.order(row.id),
            subject=row.id,
            due=due,
        )

    async def _overdue(self, actor: Actor) -> list[Need]:
        scope = self.ground.scope(actor, "desk.read", "desk.line")
        zone = self.ground.guard.firm().zone
        today = self.ground.clock.now().astimezone(ZoneInfo(zone)).date()
        lines, total = await self.ground.read(lambda conn: tables.overdue(conn, scope, today.isoformat(), MOST))
        needs = [
            Need(
                id=f"late-order/{line.id}",
                kind="late-order",
                severity="now",
                text="{order} for {customer} was due on {due}",
                values={"order": word(line.id), "customer": word(line.customer), "due": day(line.due)},
                link=paths.order(line.id),
                subject=line.id,
                due=end_of(line.due, zone),
            )
            for line in lines
        ]
        return rest(needs, total, "{count} more orders are past their date", paths.orders(late="1"))


async def orders_to_confirm(ground: Ground, actor: Actor) -> list[Need]:
    """Return the orders of partners that are not confirmed, because our own suppliers have not answered."""
    scope = ground.scope(actor, "desk.read", "desk.inquiry")
    rows, total = await ground.read(lambda conn: tables.inquiries(conn, scope, "confirming", MOST))
    needs = [
        Need(
            id=f"order-to-confirm/{row.rfq_id}",
            kind="order-to-confirm",
            severity="now",
            text="An order of {customer} for {quantity} x {part} waits for our word: suppliers have not confirmed yet",
            values={"customer": word(row.customer_name), "quantity": count(row.quantity), "part": word(row.part_id)},
            link=paths.rfq(row.rfq_id),
            subject=row.rfq_id,
        )
        for row in rows
    ]
    return rest(needs, total, "{count} more orders wait for our word", paths.rfqs())
