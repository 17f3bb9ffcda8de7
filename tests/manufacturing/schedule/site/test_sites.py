"""Sites: their holidays, their hours, and the work centres that share them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from plait.kernel.clock import SimulatedClock
from plait.kernel.problems import Problem
from plait.manufacturing.schedule.calendar import opening
from plait.manufacturing.schedule.model import Calendar, DayHours, ShiftHours, WorkCentre
from plait.manufacturing.schedule.rules import check
from plait.manufacturing.schedule.service import ScheduleService
from plait.manufacturing.schedule.site.model import PublicDays, Site
from plait.manufacturing.schedule.site.rules import calendar_of, public_days
from plait.manufacturing.schedule.site.service import SiteService
from tests.manufacturing.house import ME, PARTNER, HouseGuard
from tests.manufacturing.schedule.shop import ask, op
from tests.support.stores import make_store

WEEK = (0, 1, 2, 3, 4)
DAY = ShiftHours(WEEK, "06:00", "14:00")
BERLIN = Site("berlin", "Berlin works", "Europe/Berlin", "DE-BY", (DAY,))


class Rooms:
    def __init__(self, sites: SiteService, schedule: ScheduleService, clock: SimulatedClock) -> None:
        self.sites, self.schedule, self.clock = sites, schedule, clock

    async def centre(self, id: str) -> WorkCentre:
        return next(row for row in await self.schedule.work_centres(ME) if row.id == id)


@pytest.fixture
async def rooms(tmp_path: Path) -> AsyncIterator[Rooms]:
    async with make_store(tmp_path) as store:
        assert isinstance(store.clock, SimulatedClock)
        yield Rooms(SiteService(store, HouseGuard(), store.clock), ScheduleService(store, HouseGuard(), store.clock), store.clock)


def is_open(calendar: Calendar, text: str) -> bool:
    return opening(calendar).is_open(datetime.fromisoformat(text).replace(tzinfo=UTC))


def test_public_days_by_region() -> None:
    """Tests that a part of a country has holidays the whole has not, and that an unknown part is said."""
    bavaria = {day.date for day in public_days("DE-BY", 2026, 2027).days}
    country = {day.date for day in public_days("DE", 2026, 2027).days}
    assert {"2026-01-06", "2026-06-04", "2027-01-06"} <= bavaria - country
    assert {"2026-12-25", "2027-01-01"} <= country
    assert all(day.startswith(("2026", "2027")) for day in bavaria)
    assert "whole of DE" in public_days("DE-QQ", 2026, 2026).note
    assert public_days("", 2026, 2027).days == ()


@pytest.mark.parametrize("region", ["Bavaria", "de", "QQ", "DE-"])
def test_regions_that_are_refused(region: str) -> None:
    """Tests that what is no region, or one whose holidays are not known, is refused rather than taken as a region without holidays."""
    with pytest.raises(Problem) as refusal:
        public_days(region, 2026, 2026)
    assert (refusal.value.code, "region" in refusal.value.detail) == ("bad-site", True)


def test_weekends_worked_for_moved_holidays() -> None:
    """Tests that a Saturday worked instead of a moved holiday is open, unless the firm has closed it."""
    public = public_days("CN", 2026, 2026)
    assert public.workdays
    day = public.workdays[0]
    site = Site("sh", "Shanghai", "Asia/Shanghai", "CN", (DAY,))
    assert DayHours(day, "06:00", "14:00") in calendar_of(site, public).extra
    assert all(hours.date != day for hours in calendar_of(msgspec.structs.replace(site, holidays=(day,)), public).extra)
    assert calendar_of(msgspec.structs.replace(site, public=False), public).extra == ()


def test_own_days() -> None:
    """Tests that own closed days and hours stand beside the public ones."""
    site = msgspec.structs.replace(BERLIN, holidays=("2026-12-24",), extra=(DayHours("2026-12-24", "06:00", "10:00"), DayHours("2026-12-26", "08:00", "12:00")))
    calendar = calendar_of(site, public_days("DE-BY", 2026, 2027))
    assert is_open(calendar, "2026-12-23T12:30")
    assert is_open(calendar, "2026-12-24T08:30")
    assert not is_open(calendar, "2026-12-24T10:30")
    assert not is_open(calendar, "2026-12-25T08:30")
    assert is_open(calendar, "2026-12-26T08:30")
    assert calendar_of(BERLIN, PublicDays(0, 0)).holidays == ()


async def test_work_centres_share_the_hours_of_their_site(rooms: Rooms) -> None:
    """Tests that a work centre without hours of its own follows its site, one with its own does not, and a plan is repaired."""
    await rooms.sites.put(ME, BERLIN)
    await rooms.schedule.put_work_centre(ME, WorkCentre("a", "a", site_id="berlin", inherits=True))
    own = WorkCentre("b", "b", Calendar(always=True), site_id="berlin")
    await rooms.schedule.put_work_centre(ME, own)
    assert (await rooms.centre("a")).calendar.zone == "Europe/Berlin"
    held = await rooms.schedule.promise(ME, ask("R", 10, 10, op(10, "a", cycle=6)), rooms.clock.now().replace(year=2027))
    await rooms.schedule.confirm(ME, held.hold_id, "PO-1", None)
    day = held.start.date().isoformat()
    view = await rooms.sites.put(ME, msgspec.structs.replace(BERLIN, holidays=(day,)))
    assert view.work_centres == ["a"]
    assert [shift.order for shift in view.repair.orders] == ["PO-1"]
    assert view.repair.orders[0].now > held.finish
    rows, centres = await rooms.schedule.plan(ME), {row.id: row for row in await rooms.schedule.work_centres(ME)}
    assert check(rows, centres) == []
    assert await rooms.centre("b") == own


async def test_the_same_site_again_changes_nothing(rooms: Rooms) -> None:
    """Tests that repeating a site leaves no second fact, and that sites are shown to our own people only."""
    await rooms.sites.put(ME, BERLIN)
    await rooms.sites.put(ME, BERLIN)
    assert len(await rooms.sites.store.facts(kinds=["schedule.site_put"])) == 1
    assert await rooms.sites.sites(PARTNER) == []
    with pytest.raises(Problem) as refusal:
        await rooms.sites.put(PARTNER, BERLIN)
    assert refusal.value.code == "forbidden"


async def test_holidays_are_renewed_with_the_year(rooms: Rooms) -> None:
    """Tests that in the next year the holidays of the year after it are known too, without anybody doing anything."""
    await rooms.sites.put(ME, BERLIN)
    await rooms.schedule.put_work_centre(ME, WorkCentre("a", "a", site_id="berlin", inherits=True))
    await rooms.sites.open()
    year = rooms.clock.now().year
    await rooms.clock.run_until(datetime(year + 1, 1, 3, tzinfo=UTC))
    view = await rooms.sites.get(ME, "berlin")
    assert (view.public.first, view.public.last) == (year + 1, year + 2)
    assert f"{year + 2}-12-25" in (await rooms.centre("a")).calendar.holidays


@pytest.mark.parametrize(
    ("site", "code"),
    [
        (msgspec.structs.replace(BERLIN, name=""), "bad-site"),
        (msgspec.structs.replace(BERLIN, region="XX-1"), "bad-site"),
        (msgspec.structs.replace(BERLIN, shifts=()), "bad-calendar"),
        (msgspec.structs.replace(BERLIN, zone="Mars/Base"), "bad-calendar"),
        (msgspec.structs.replace(BERLIN, holidays=("Christmas",)), "bad-calendar"),
    ],
)
async def test_sites_that_are_refused(rooms: Rooms, site: Site, code: str) -> None:
    """Tests that a site is refused with its field named and nothing is kept."""
    with pytest.raises(Problem) as refusal:
        await rooms.sites.put(ME, site)
    assert refusal.value.code == code
    assert await rooms.sites.sites(ME) == []


async def test_a_work_centre_of_no_site(rooms: Rooms) -> None:
    """Tests that hours cannot be shared with a site that is not there."""
    with pytest.raises(Problem) as refusal:
        await rooms.schedule.put_work_centre(ME, WorkCentre("a", "a", site_id="nowhere", inherits=True))
    assert (refusal.value.code, "site_id" in refusal.value.detail) == ("bad-work-centre", True)
    with pytest.raises(Problem) as refusal:
        await rooms.sites.get(ME, "nowhere")
    assert refusal.value.code == "no-such-site"
