"""Sites, their public holidays, and the fact about them."""

import msgspec

from plait.kernel.facts import fact
from plait.manufacturing.schedule.model import Calendar, DayHours, Repair, ShiftHours

__all__ = ["PublicDay", "PublicDays", "Site", "SiteGone", "SitePut", "SiteView"]


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place where the firm works. ``zone`` is an IANA time zone, ``region`` a country or its part (ISO 3166-2: ``DE``, ``DE-BY``).

    With ``public`` the public holidays of the region are closed; ``holidays`` (ISO dates) are days closed besides, ``extra`` are hours
    on single days, also on closed ones.
    """

    id: str
    name: str
    zone: str = "UTC"
    region: str = ""
    shifts: tuple[ShiftHours, ...] = ()
    public: bool = True
    holidays: tuple[str, ...] = ()
    extra: tuple[DayHours, ...] = ()


class PublicDay(msgspec.Struct, frozen=True):
    """A public holiday: ISO date and name."""

    date: str
    name: str


class PublicDays(msgspec.Struct, frozen=True):
    """The public holidays of a region in the years ``first`` to ``last``; on ``workdays`` (weekends) work is done for a holiday moved.

    ``note`` says what is not known, such as holidays of a part of the country.
    """

    first: int
    last: int
    days: tuple[PublicDay, ...] = ()
    workdays: tuple[str, ...] = ()
    note: str = ""


class SiteView(msgspec.Struct, frozen=True):
    """A site with its public holidays, the calendar that follows, the work centres that share it, and what the last change moved."""

    site: Site
    public: PublicDays
    calendar: Calendar
    work_centres: list[str]
    repair: Repair = Repair([])


@fact("schedule.site_put")
class SitePut(msgspec.Struct, frozen=True):
    """A site was entered or changed."""

    site: Site


@fact("schedule.site_gone")
class SiteGone(msgspec.Struct, frozen=True):
    """A site was taken out; no work centre was at it."""

    site: str
