"""Calendars: shifts, holidays and overtime of sites and work centres."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection

from plait.kernel.problems import Problem
from plait.manufacturing.desk.book.rules import fold
from plait.manufacturing.desk.inbox.model import Change, Context
from plait.manufacturing.desk.masters.common import ALL, SHIFT, Step, TableApplier, refused, text_of
from plait.manufacturing.desk.masters.days import Hours, Said, merged, said
from plait.manufacturing.desk.masters.images import Touched
from plait.manufacturing.desk.reading.model import DocumentKind, Record
from plait.manufacturing.schedule import tables as schedule_tables
from plait.manufacturing.schedule.calendar import check_calendar
from plait.manufacturing.schedule.model import Calendar, WorkCentre
from plait.manufacturing.schedule.service import put_centres
from plait.manufacturing.schedule.site import tables as site_tables
from plait.manufacturing.schedule.site.model import Site
from plait.manufacturing.schedule.site.rules import check_site
from plait.manufacturing.schedule.site.service import put_in

__all__ = ["CalendarApplier"]

MAIN = "main"


class CalendarApplier(TableApplier):
    """Puts shifts, closed days and overtime in. Rows without a group are for every site and every work centre with hours of its own.

    A work centre that shared its site's hours and is named for itself has hours of its own from then on.
    """

    kind: DocumentKind = "calendar"

    def decide(self, conn: Connection, records: Sequence[Record], context: Context) -> list[Step]:
        """Return what the rows change."""
        sites = {id: site for id, (site, _) in site_tables.sites(conn, ALL).items()}
        calendars = {id: site_tables.calendar(conn, ALL, id) for id in sites}
        centres = schedule_tables.centres(conn, ALL)
        rows, steps = _read(records, sites, centres)
        general = [each for name, each in rows if not name]
        if general and not sites and not any(not row.inherits for row in centres.values()):
            sites[MAIN] = Site(MAIN, MAIN, context.zone)
        for site in sites.values():
            mine = [each for name, each in rows if name and fold(name) in (fold(site.id), fold(site.name))]
            steps += _site(site, general, mine, context)
        for centre in centres.values():
            mine = [each for name, each in rows if name and fold(name) in _names(centre)]
            if mine or (general and not centre.inherits):
                own = calendars.get(centre.site_id) if centre.inherits else None
                steps += _centre(centre if own is None else msgspec.structs.replace(centre, calendar=own), general, mine, context)
        return sorted(steps, key=lambda step: step.change.row)


def _names(centre: WorkCentre) -> set[str]:
    return {fold(each) for each in (centre.id, centre.group, centre.machine_id) if each}


def _read(records: Sequence[Record], sites: dict[str, Site], centres: dict[str, WorkCentre]) -> tuple[list[tuple[str, Said]], list[Step]]:
    known = {fold(each) for site in sites.values() for each in (site.id, site.name)}
    known |= {name for centre in centres.values() for name in _names(centre)}
    rows: list[tuple[str, Said]] = []
    steps = []
    for record in records:
        group = text_of(record, "group")
        try:
            if group and fold(group) not in known:
                raise ValueError(f"there is no site, work centre or group {group}; enter it (with a list of routings) first")
            rows.append((group, said(record)))
        except ValueError as error:
            steps.append(refused(record.row, group or "calendar", str(error)))
    return rows, steps


def _heard(general: list[Said], mine: list[Said]) -> list[Said]:
    """Return the rows that count: shifts said for a place itself go before those said for all."""
    named = {day for row in mine for day in row.days}
    return [row for row in general if not named & set(row.days)] + mine


def _row(rows: list[Said]) -> int:
    return min(row.row for row in rows)


def _text(rows: list[Said]) -> str:
    shown = [row.text for row in rows[:4]]
    return "; ".join(shown) + (f"; and {len(rows) - 4} rows more" if len(rows) > 4 else "")


def _site(site: Site, general: list[Said], mine: list[Said], context: Context) -> list[Step]:
    rows = _heard(general, mine)
    if not rows:
        return []
    was = Hours(site.shifts, site.holidays, site.extra)
    hours = merged(was, rows, context.whole)
    after = msgspec.structs.replace(site, shifts=hours.shifts or (() if was.shifts else (SHIFT,)), holidays=hours.holidays, extra=hours.extra)
    key = f"site {site.name}"
    try:
        check_site(after)
    except Problem as error:
        return [refused(_row(rows), key, error.detail)]
    if after == site:
        return [Step(Change(_row(rows), key, "same"))]
    action: Literal["changed", "new"] = "changed" if site.shifts or site.extra else "new"
    return [Step(Change(_row(rows), key, action, _text(rows)), lambda tx: put_in(tx, after), touches=Touched("site", site.id))]


def _centre(centre: WorkCentre, general: list[Said], mine: list[Said], context: Context) -> list[Step]:
    rows = _heard(general, mine)
    before = centre.calendar
    key = f"work centre {centre.id}"
    if before.always and any(row.days for row in rows):
        before = Calendar(before.zone)
    elif before.always:
        return [Step(Change(_row(rows), key, "same", "it is always open"))]
    hours = merged(Hours(before.shifts, before.holidays, before.extra), rows, context.whole)
    calendar = Calendar(before.zone, hours.shifts, holidays=hours.holidays, extra=hours.extra)
    after = msgspec.structs.replace(centre, calendar=calendar, inherits=False, assumed=False)
    try:
        check_calendar(calendar)
    except Problem as error:
        return [refused(_row(rows), key, error.detail)]
    if calendar == centre.calendar:
        return [Step(Change(_row(rows), key, "same"))]
    reason = f"{centre.id} has new working hours"
    return [Step(Change(_row(rows), key, "changed", _text(rows)), lambda tx: put_centres(tx, [after], reason), touches=Touched("centre", centre.id))]
