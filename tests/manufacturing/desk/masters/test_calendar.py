"""Calendars in tables."""

from datetime import UTC, date, datetime, time

import pytest

from plait.manufacturing.desk.masters.days import weekdays
from plait.manufacturing.schedule.calendar import opening
from plait.manufacturing.schedule.check import closes_after
from plait.manufacturing.schedule.model import Calendar, ShiftHours, WorkCentre
from plait.manufacturing.schedule.site.model import Site
from tests.manufacturing.desk.masters.rooms import Rooms
from tests.manufacturing.house import ME

WEEK = (0, 1, 2, 3, 4)
DAY = ShiftHours(WEEK, "06:00", "14:00")
SHIFT = {"weekday": "Mo-Fr", "start": time(6), "end": time(14)}


def is_open(calendar: Calendar, text: str) -> bool:
    when = datetime.fromisoformat(text).replace(tzinfo=UTC)
    assert (closes_after(calendar, when) is not None) == opening(calendar).is_open(when)
    return opening(calendar).is_open(when)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Fri", WEEK),
        ("Mo–Fr", WEEK),
        ("Montag bis Freitag", WEEK),
        ("周一至周五", WEEK),
        ("Mon to Thu", (0, 1, 2, 3)),
        ("Mo, Mi und Fr", (0, 2, 4)),
        ("Fri-Mon", (0, 4, 5, 6)),
        ("Sa.", (5,)),
        ("星期六、星期日", (5, 6)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("werktags", WEEK),
        ("Tues/Thurs", (1, 3)),
    ],
)
def test_days_in_words(text: str, days: tuple[int, ...]) -> None:
    """Tests the ways in which people write days of the week."""
    assert weekdays(text) == days


@pytest.mark.parametrize("text", ["", "Shift 1", "Mon-Wed-Fri", "M"])
def test_words_that_are_no_days(text: str) -> None:
    """Tests that other words are refused rather than half understood."""
    with pytest.raises(ValueError, match="day"):
        weekdays(text)


async def test_the_first_calendar_makes_a_site(rooms: Rooms) -> None:
    """Tests that a calendar that comes before anything else is kept, as the site whose hours later work centres share."""
    (change,) = await rooms.put("calendar", SHIFT)
    assert (change.action, change.key) == ("new", "site main")
    (view,) = await rooms.sites.sites(ME)
    assert (view.site.zone, view.site.shifts) == ("Europe/Berlin", (DAY,))
    await rooms.put("routings", {"part_no": "P", "op_no": 10, "group": "lathe", "cycle_min": 1})
    assert (await rooms.centres())["lathe"].calendar.shifts == (DAY,)
    await rooms.again("calendar", SHIFT)


async def test_holidays_short_days_and_overtime(rooms: Rooms) -> None:
    """Tests closed days and spans, a short day instead of the shift, and overtime on top, in the plan's hours and the checker's alike."""
    await rooms.put(
        "calendar",
        SHIFT,
        {"date": date(2026, 3, 9), "until": date(2026, 3, 10), "note": "works holiday"},
        {"date": date(2026, 3, 11), "start": time(6), "end": time(10)},
        {"date": date(2026, 3, 12), "start": time(14), "end": time(18)},
        {"date": date(2026, 3, 14), "start": time(7), "end": time(12)},
        {"date": date(2026, 3, 13), "closed": True},
    )
    calendar = (await rooms.sites.sites(ME))[0].calendar
    assert not is_open(calendar, "2026-03-09T08:00")
    assert not is_open(calendar, "2026-03-10T08:00")
    assert (is_open(calendar, "2026-03-11T08:30"), is_open(calendar, "2026-03-11T10:00")) == (True, False)
    assert (is_open(calendar, "2026-03-12T08:00"), is_open(calendar, "2026-03-12T16:00")) == (True, True)
    assert not is_open(calendar, "2026-03-13T08:00")
    assert (is_open(calendar, "2026-03-14T08:00"), is_open(calendar, "2026-03-21T08:00")) == (True, False)


async def test_hours_of_one_group(rooms: Rooms) -> None:
    """Tests that rows for a group go before those for all, make its hours its own, and that closed days for all reach it too."""
    await rooms.sites.put(ME, Site("main", "Works", "Europe/Berlin", "", (DAY,)))
    for id in ("lathe-1", "lathe-2"):
        await rooms.schedule.put_work_centre(ME, WorkCentre(id, "lathe", site_id="main", inherits=True, assumed=True))
    await rooms.schedule.put_work_centre(ME, WorkCentre("saw", "saw", site_id="main", inherits=True))
    night = {"group": "Lathe", "weekday": "Mon-Fri", "start": time(22), "end": time(6)}
    await rooms.put("calendar", SHIFT, night, {"date": date(2026, 3, 9), "closed": True})
    centres = await rooms.centres()
    assert (centres["lathe-1"].inherits, centres["lathe-1"].assumed, centres["saw"].inherits) == (False, False, True)
    assert centres["lathe-1"].calendar.shifts == (ShiftHours(WEEK, "22:00", "06:00"),)
    assert all("2026-03-09" in centre.calendar.holidays for centre in centres.values())
    assert centres["saw"].calendar.shifts == (DAY,)


async def test_only_the_days_named_change(rooms: Rooms) -> None:
    """Tests that a Saturday shift leaves the week alone, and that of a whole list days that are not named are closed."""
    await rooms.put("calendar", SHIFT)
    await rooms.put("calendar", {"weekday": "Sat", "start": time(6), "end": time(12)})
    shifts = (await rooms.sites.sites(ME))[0].site.shifts
    assert {day for shift in shifts for day in shift.days} == {0, 1, 2, 3, 4, 5}
    await rooms.put("calendar", {**SHIFT, "weekday": "Mon-Thu"}, whole=True)
    assert (await rooms.sites.sites(ME))[0].site.shifts == (ShiftHours((0, 1, 2, 3), "06:00", "14:00"),)


async def test_machines_that_never_close(rooms: Rooms) -> None:
    """Tests that a holiday list leaves a work centre that is always open alone, and that shifts end that."""
    await rooms.schedule.put_work_centre(ME, WorkCentre("oven", "oven", Calendar(always=True)))
    (change,) = await rooms.put("calendar", {"date": date(2026, 3, 9), "group": "oven"})
    assert change.action == "same"
    await rooms.put("calendar", {**SHIFT, "group": "oven"})
    assert (await rooms.centres())["oven"].calendar == Calendar(shifts=(DAY,))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"group": "nobody", **SHIFT}, "nobody"),
        ({"weekday": "Funday", "start": time(6), "end": time(14)}, "funday"),
        ({"weekday": "Mon", "start": time(6)}, "from when to when"),
        ({"date": date(2026, 3, 9), "until": date(2026, 3, 1)}, "no span"),
        ({"date": date(2026, 3, 9), "closed": False}, "from when to when"),
    ],
)
async def test_rows_that_are_refused(rooms: Rooms, row: dict[str, object], says: str) -> None:
    """Tests that a row that cannot be used is refused while the others go in."""
    changes = await rooms.put("calendar", row, SHIFT)
    assert sorted(change.action for change in changes) == ["new", "refused"]
    assert says in next(change.text for change in changes if change.action == "refused")
