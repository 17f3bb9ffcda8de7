"""From a site to its calendar; public holidays by country and region (pure: the dates come from a table of rules)."""

import re
from functools import lru_cache

import msgspec

from plait.kernel.problems import Problem, register
from plait.manufacturing.schedule.calendar import check_calendar
from plait.manufacturing.schedule.model import Calendar, DayHours
from plait.manufacturing.schedule.site.model import PublicDay, PublicDays, Site

__all__ = ["BAD_SITE", "calendar_of", "check_site", "public_days"]

BAD_SITE = register("bad-site", 422, "The site breaks a rule", "Correct the named field.")
REGION = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")


@lru_cache(maxsize=64)
def public_days(region: str, first: int, last: int) -> PublicDays:
    """Return the public holidays of ``region`` (ISO 3166-2) from year ``first`` to ``last``; raise ``bad-site`` for a region not known."""
    if not region:
        return PublicDays(first, last, note="no region is given, so no public holidays are known")
    parts = REGION.fullmatch(region)
    if parts is None:
        raise Problem(BAD_SITE, f"region: {region!r} is no code such as DE or DE-BY (ISO 3166-2)")
    country, part = parts[1], parts[2]
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        raise Problem(BAD_SITE, f"region: public holidays of {country} are not known here; say public: false and enter your own days")
    subdivision = part if part in known[country] else None
    note = f"only the holidays of the whole of {country} are known, not those of {region}" if part and subdivision is None else ""
    found = holidays.country_holidays(country, subdiv=subdivision, years=range(first, last + 1))
    days = tuple(PublicDay(day.isoformat(), name) for day, name in sorted(found.items()) if first <= day.year <= last)
    moved = tuple(day.isoformat() for day in sorted(getattr(found, "weekend_workdays", ())) if first <= day.year <= last)
    return PublicDays(first, last, days, moved, note)


def calendar_of(site: Site, public: PublicDays) -> Calendar:
    """Return the calendar of a site: its shifts without public and own holidays, with its extra hours.

    A weekend day worked for a moved holiday has the hours of the first shift day of the week.
    """
    closed = {*site.holidays, *(day.date for day in public.days if site.public)}
    first = min((day for shift in site.shifts for day in shift.days), default=0)
    stated = {hours.date for hours in site.extra} | set(site.holidays)
    moved = [day for day in public.workdays if site.public and day not in stated]
    extra = [DayHours(day, shift.start, shift.end) for day in moved for shift in site.shifts if first in shift.days]
    return Calendar(site.zone, site.shifts, holidays=tuple(sorted(closed)), extra=(*site.extra, *extra))


def check_site(site: Site) -> None:
    """Raise ``bad-site`` or ``bad-calendar`` naming the field that cannot be used."""
    if not site.id or not site.name:
        raise Problem(BAD_SITE, "id and name must not be empty")
    check_calendar(calendar_of(msgspec.structs.replace(site, public=False), PublicDays(0, 0)))
