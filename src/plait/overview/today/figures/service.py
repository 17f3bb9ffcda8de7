"""The five numbers of the day, one method each: every number has something it is compared with where there is something to compare."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from plait.kernel.actor import Actor
from plait.kernel.clock import iso
from plait.overview import paths
from plait.overview.today.figures import tables
from plait.overview.today.figures.rules import on_time, share
from plait.overview.today.model import Figure
from plait.overview.today.sources.common import Ground
from plait.overview.today.sources.orders import LateOrders

__all__ = ["Figures"]

R = TypeVar("R")
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
QUARTER = timedelta(days=90)
CAME, WENT = ("book.line_entered",), ("book.line_closed", "book.line_removed")
OFFERED, TAKEN = ("trade.quotation_sent", "offer.sent"), ("trade.order_received", "offer.accepted")


class Figures:
    """Counts orders, deliveries, machines, money and offers."""

    def __init__(self, ground: Ground, late: LateOrders) -> None:
        self.ground = ground
        self.late = late
        self._kept: dict[str, tuple[tuple[int, datetime], Any]] = {}

    async def _once(self, name: str, call: Callable[[Connection], R]) -> R:
        """Return what ``call`` reads; while no fact has come and the minute is the same, what it read before."""
        mark = (await self.ground.store.head(), self.ground.clock.now().replace(second=0, microsecond=0))
        kept = self._kept.get(name)
        if kept is None or kept[0] != mark:
            kept = self._kept[name] = (mark, await self.ground.read(call))
        found: R = kept[1]
        return found

    async def open_orders(self, actor: Actor) -> Figure:
        """Return how many order lines are open and how many of them will be late; before: a week ago."""
        scope = self.ground.scope(actor, "desk.read", "desk.line")
        now, zone = self.ground.clock.now(), self.ground.guard.firm().zone
        today = now.astimezone(ZoneInfo(zone)).date().isoformat()
        number, overdue = await self.ground.read(lambda conn: tables.states(conn, scope, today))
        report = await self.late.known(actor)
        late = report.late if report is not None else overdue

        def moved(conn: Connection) -> int:
            found = tables.happened(conn, scope, (*CAME, *WENT), tables.place_of(conn, scope, iso(now - WEEK)))
            return sum(found[kind] for kind in CAME) - sum(found[kind] for kind in WENT)

        before = max(0, number - await self.ground.read(moved))
        return Figure(
            id="open-orders",
            name="Open orders",
            value=number,
            part=late,
            part_name="late",
            before=before,
            before_name="a week ago",
            link=paths.orders(state="open"),
        )

    async def deliveries(self, actor: Actor) -> Figure:
        """Return what per cent of the lines done in the last 30 days were on time; before: the 30 days before them."""
        scope = self.ground.scope(actor, "desk.read", "desk.line")
        now, zone = self.ground.clock.now(), self.ground.guard.firm().zone
        rows = await self._once("closed", lambda conn: tables.closed(conn, scope, tables.place_of(conn, scope, iso(now - 2 * MONTH))))
        (kept, all), (kept_before, all_before) = on_time(rows, now - MONTH, zone)
        return Figure(
            id="on-time",
            name="On time in the last 30 days",
            value=share(kept, all),
            unit="%",
            part=kept,
            part_name="on time",
            whole=all,
            before=share(kept_before, all_before),
            before_name="the 30 days before",
            better="up",
            link=paths.orders(state="done"),
        )

    async def machines(self, actor: Actor) -> Figure:
        """Return how many machines run, of all; before is the goal: all that could."""
        scope = self.ground.scope(actor, "machines.read", "machine")
        states = await self.ground.read(lambda conn: tables.machine_states(conn, scope))
        number = states.total()
        return Figure(
            id="machines",
            name="Machines running",
            value=states["running"] if number else None,
            part=states["down"],
            part_name="down",
            whole=number,
            before=number or None,
            before_name="all machines",
            better="up",
            link=paths.machines(),
        )

    async def value(self, actor: Actor) -> Figure:
        """Return what is still to be delivered of open orders in the firm's currency; amounts in others are left out and counted as ``part``."""
        scope = self.ground.scope(actor, "desk.read", "desk.line")
        currency = self.ground.guard.firm().currency
        sums = await self._once("worth", lambda conn: tables.worth(conn, scope))
        others = len(sums.keys() - {currency})
        return Figure(
            id="order-value",
            name="Value of open orders",
            value=sums.get(currency, 0) / 100 if sums else None,
            unit=currency,
            part=others or None,
            part_name="other currencies" if others else "",
            better="up",
            link=paths.orders(state="open"),
        )

    async def offers(self, actor: Actor) -> Figure:
        """Return what per cent of the offers of the last 90 days became orders, with those still open as ``part``; before: the 90 days before them."""
        scope = self.ground.scope(actor, "desk.read", "desk.offer")
        now = self.ground.clock.now()

        def count(conn: Connection) -> tuple[float | None, float | None, int, int]:
            since, before = (tables.place_of(conn, scope, iso(now - span)) for span in (QUARTER, 2 * QUARTER))
            new = tables.happened(conn, scope, (*OFFERED, *TAKEN), since)
            old = tables.happened(conn, scope, (*OFFERED, *TAKEN), before, since)
            rates = [share(sum(found[kind] for kind in TAKEN), sum(found[kind] for kind in OFFERED)) for found in (new, old)]
            return rates[0], rates[1], tables.open_offers(conn, scope), sum(new[kind] for kind in OFFERED)

        rate, rate_before, unanswered, sent = await self._once("offers", count)
        return Figure(
            id="offers",
            name="Offers won in the last 90 days",
            value=rate,
            unit="%",
            part=unanswered,
            part_name="unanswered",
            whole=sent,
            before=rate_before,
            before_name="the 90 days before",
            better="up",
            link=paths.offers(state="sent"),
        )
