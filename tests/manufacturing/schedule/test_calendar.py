"""Open hours across shifts, holidays and both changes of the clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from plait.kernel.problems import Problem
from plait.manufacturing.schedule.calendar import OpenHours, check_calendar, ms, opening, to_time
from plait.manufacturing.schedule.check import closes_after
from plait.manufacturing.schedule.model import Calendar, ShiftHours
from tests.manufacturing.schedule.brute import is_open
from tests.manufacturing.schedule.shop import ALWAYS, DAY, NIGHT, TWO

HOUR = 3_600_000
ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)
NIGHTS = Calendar(zone="Europe/Berlin", shifts=(ShiftHours(ALL_DAYS, "22:00", "06:00"),))
ROUND = Calendar(zone="Europe/Berlin", shifts=(ShiftHours(ALL_DAYS, "06:00", "14:00"), ShiftHours(ALL_DAYS, "14:00", "22:00"), NIGHTS.shifts[0]))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-27T12:00", 8), ("2026-03-28T12:00", 7), ("2026-10-24T12:00", 9), ("2026-10-25T12:00", 8)],
    ids=["ordinary", "clocks go forward", "clocks go back", "the day after"],
)
def test_the_night_of_the_change(day: str, hours: int) -> None:
    """Tests that the night shift is an hour shorter in spring and longer in autumn."""
    start = ms(utc(day))
    ((begin, end),) = OpenHours(NIGHTS).spans(start, start + 24 * HOUR)
    assert (end - begin) / HOUR == hours


def test_work_pauses_over_the_change() -> None:
    """Tests that ten hours of work begun on the night the clocks go forward end an hour later the next night than otherwise."""
    hours = OpenHours(NIGHTS)
    assert to_time(hours.after_work(ms(utc("2026-03-28T21:00")), 10 * HOUR)) == utc("2026-03-29T23:00")
    assert to_time(hours.after_work(ms(utc("2026-10-24T20:00")), 10 * HOUR)) == utc("2026-10-25T22:00")


def test_times_that_do_not_exist_or_exist_twice() -> None:
    """Tests that a shift from 02:30 begins at the moment meant on both days of the change."""
    hours = OpenHours(Calendar(zone="Europe/Berlin", shifts=(ShiftHours(ALL_DAYS, "02:30", "10:00"),)))
    assert hours.next_open(utc("2026-03-28T23:00")) == utc("2026-03-29T01:30")
    assert hours.next_open(utc("2026-10-24T23:00")) == utc("2026-10-25T00:30")


def test_three_shifts_are_one_span() -> None:
    """Tests that shifts that touch let work run on, over a week with a change of clocks."""
    start = ms(utc("2026-10-20T00:00"))
    assert OpenHours(ROUND).spans(start, start + 10 * 24 * HOUR) == [(start, start + 10 * 24 * HOUR)]


@pytest.mark.parametrize("calendar", [DAY, TWO, NIGHT, NIGHTS, ROUND, ALWAYS])
@pytest.mark.parametrize("first", ["2026-03-01T00:00", "2026-03-27T00:00", "2026-10-23T00:00", "2027-01-01T00:00"])
def test_every_quarter_of_an_hour(calendar: Calendar, first: str) -> None:
    """Tests that open hours, the checker and a reading of the wall clock agree at every quarter of an hour of six days."""
    hours = OpenHours(calendar)
    for step in range(6 * 96):
        when = utc(first) + timedelta(minutes=15 * step)
        expected = is_open(calendar, when)
        assert hours.is_open(when) is expected, when
        assert (closes_after(calendar, when) is not None) is expected, when


def test_asked_backwards_and_far_ahead() -> None:
    """Tests that the order in which times are asked for does not matter."""
    hours, fresh = OpenHours(DAY), OpenHours(DAY)
    for day in ("2027-06-01T00:00", "2026-03-07T00:00", "2028-01-03T00:00", "2026-03-07T00:00"):
        assert hours.next_open(utc(day)) == OpenHours(DAY).next_open(utc(day))
    assert fresh.next_open(utc("2026-03-07T00:00")) == utc("2026-03-09T05:00")
    assert opening(DAY) is opening(Calendar(zone="Europe/Berlin", shifts=DAY.shifts))


def test_never_open() -> None:
    """Tests that a calendar closed for two years is refused rather than searched for ever."""
    first = datetime(2026, 1, 1, tzinfo=UTC).date()
    shut = tuple((first + timedelta(days=day)).isoformat() for day in range(900))
    with pytest.raises(Problem) as refusal:
        OpenHours(Calendar(shifts=(ShiftHours(ALL_DAYS, "06:00", "14:00"),), holidays=shut)).next_open(utc("2026-01-02T00:00"))
    assert refusal.value.code == "never-open"


@pytest.mark.parametrize(
    ("calendar", "names"),
    [
        (Calendar(zone="Europe/Atlantis", always=True), "zone"),
        (Calendar(zone="../etc", always=True), "zone"),
        (Calendar(zone="", always=True), "zone"),
        (Calendar(), "shifts"),
        (Calendar(always=True, shifts=DAY.shifts), "shifts"),
        (Calendar(shifts=(ShiftHours((), "06:00", "14:00"),)), "days"),
        (Calendar(shifts=(ShiftHours((7,), "06:00", "14:00"),)), "days"),
        (Calendar(shifts=(ShiftHours((1,), "6 am", "14:00"),)), "start"),
        (Calendar(shifts=(ShiftHours((1,), "06:00", "24:00"),)), "end"),
        (Calendar(shifts=DAY.shifts, holidays=("4 March",)), "holidays"),
    ],
)
def test_bad_calendars(calendar: Calendar, names: str) -> None:
    """Tests that a calendar is refused with its field named."""
    with pytest.raises(Problem) as refusal:
        check_calendar(calendar)
    assert refusal.value.code == "bad-calendar"
    assert refusal.value.detail.startswith((names, "shifts[0]."))
    assert names in refusal.value.detail
