"""The verbs of sites."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from plait.kernel.actor import Actor, Scope, system_actor
from plait.kernel.clock import BusinessClock
from plait.kernel.ports import Guard
from plait.kernel.problems import Problem, register
from plait.manufacturing.schedule import tables as schedule_tables
from plait.manufacturing.schedule.model import Repair, WorkCentre
from plait.manufacturing.schedule.service import put_centres
from plait.manufacturing.schedule.site import tables
from plait.manufacturing.schedule.site.model import PublicDays, Site, SiteGone, SitePut, SiteView
from plait.manufacturing.schedule.site.rules import calendar_of, check_site, public_days
from plait.store import Store, Tx

__all__ = ["NO_SITE", "SiteService", "drop_in", "put_in"]

ALL = Scope(everything=True)
NO_SITE = register("no-such-site", 404, "There is no such site", "Check the id under Sites.")


def _years(site: Site, now: datetime) -> tuple[int, int]:
    year = now.astimezone(ZoneInfo(site.zone)).year
    return year, year + 1


def _public(site: Site, now: datetime) -> PublicDays:
    return public_days(site.region if site.public else "", *_years(site, now))


def put_in(tx: Tx, site: Site) -> Repair:
    """Enter or change a site inside another room's transaction; its work centres that have no hours of their own get its calendar.

    Public holidays are those of this year and the next. Raises ``bad-site``, ``bad-calendar``, or ``never-open``.
    """
    check_site(site)
    public = _public(site, tx.at)
    if tables.sites(tx.conn, ALL).get(site.id) == (site, public):
        return Repair([])
    tables.put_site(tx.conn, site, public)
    tx.append("schedule", SitePut(site))
    calendar = calendar_of(site, public)
    mine = [row for row in schedule_tables.centres(tx.conn, ALL).values() if row.site_id == site.id and row.inherits]
    return put_centres(tx, [msgspec.structs.replace(row, calendar=calendar) for row in mine], f"{site.name} has new working hours")


def drop_in(tx: Tx, id: str) -> bool:
    """Take a site out inside another room's transaction; tell whether that was possible (no work centre is at it)."""
    if any(row.site_id == id for row in schedule_tables.centres(tx.conn, ALL).values()):
        return False
    tables.drop_site(tx.conn, id)
    tx.append("schedule", SiteGone(id))
    return True


def _view(site: Site, public: PublicDays, centres: Sequence[WorkCentre], repair: Repair) -> SiteView:
    shared = [row.id for row in centres if row.site_id == site.id and row.inherits]
    return SiteView(site, public, calendar_of(site, public), shared, repair)


class SiteService:
    """The places where the firm works."""

    def __init__(self, store: Store, guard: Guard, clock: BusinessClock) -> None:
        self.store = store
        self.guard = guard
        self.clock = clock

    async def open(self) -> None:
        """Bring the public holidays of every site up to this year and the next, and do so again when the year is over."""
        rows = await self.store.read(lambda conn: list(tables.sites(conn, ALL).values()))
        if rows:
            me = system_actor(self.guard.firm().party_id, "sites")
            for site, _ in rows:
                await self._renew(me, site)
            self.clock.at(datetime(self.clock.now().year + 1, 1, 1, 12, tzinfo=UTC), "schedule/sites", self.open)

    async def _renew(self, actor: Actor, site: Site) -> None:
        await asyncio.to_thread(_public, site, self.clock.now())
        await self.store.write(actor, lambda tx: put_in(tx, site) and None)

    async def put(self, actor: Actor, site: Site) -> SiteView:
        """Enter or change a site (see ``put_in``); return it with what moved."""
        self.guard.require(actor, "schedule.write")
        check_site(site)
        await asyncio.to_thread(_public, site, self.clock.now())
        repair = await self.store.write(actor, lambda tx: put_in(tx, site), result=Repair)
        return msgspec.structs.replace(await self.get(actor, site.id), repair=repair)

    async def sites(self, actor: Actor) -> list[SiteView]:
        """Return the sites, by id."""
        scope = self.guard.scope(actor, "read", "schedule")
        rows, centres = await self.store.read(lambda conn: (tables.sites(conn, scope), schedule_tables.centres(conn, scope)))
        return [_view(site, public, list(centres.values()), Repair([])) for site, public in rows.values()]

    async def get(self, actor: Actor, id: str) -> SiteView:
        """Return one site; raise ``no-such-site``."""
        found = next((view for view in await self.sites(actor) if view.site.id == id), None)
        if found is None:
            raise Problem(NO_SITE, f"site {id} is not known")
        return found
