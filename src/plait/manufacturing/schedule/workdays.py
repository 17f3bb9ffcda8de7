"""Working days of a place: dates to moments, leads in working days, and how many working days lie between two dates."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plait.manufacturing.schedule.calendar import ms, to_time
from plait.manufacturing.schedule.model import WorkCentre

__all__ = ["WorkDays", "place_days"]

MOST_DAYS = 3650
LAST = date(9000, 1, 1)
MONDAY_TO_FRIDAY = frozenset(range(5))
DAY = timedelta(days=1)


class WorkDays:
    """Working days by local date of IANA ``zone``: ``weekdays`` 0 (Monday) to 6 without ``holidays``."""

    def __init__(self, zone: str = "UTC", weekdays: Iterable[int] = MONDAY_TO_FRIDAY, holidays: Iterable[str] = ()) -> None:
        self.zone = ZoneInfo(zone)
        self.weekdays = frozenset(weekdays) or MONDAY_TO_FRIDAY
        self.holidays = frozenset(date.fromisoformat(day) for day in holidays)

    def works(self, day: date) -> bool:
        """Tell whether ``day`` is a working day."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def local(self, when: int) -> datetime:
        """Return a moment (ms) as local time."""
        return to_time(when).astimezone(self.zone)

    def day_of(self, when: int) -> date:
        """Return the local date in which a moment (ms) falls."""
        return self.local(when).date()

    def day_end(self, day: date) -> int:
        """Return the end of a local day (ms); a day far off counts as the year 9000."""
        return ms(datetime.combine(min(day, LAST) + DAY, time(), self.zone).astimezone(UTC))

    def ends_on(self, when: int) -> date:
        """Return the local date on which something that ends at ``when`` (ms) is there: midnight belongs to the day before."""
        return self.day_of(when - 1)

    def after(self, start: int, days: float) -> int:
        """Return when ``days`` working days from ``start`` (ms) are over, at the same time of day; at most ten years."""
        if days <= 0:
            return start
        local = self.local(start)
        day, clock = local.date(), local.time()
        whole, rest = divmod(min(max(days, 0.0), MOST_DAYS), 1)
        if not self.works(day):
            day, clock = self._next(day), time()
        for _ in range(int(whole)):
            day = self._next(day)
        end = datetime.combine(day, clock, self.zone) + rest * DAY
        while not self.works(end.date()):
            end = datetime.combine(self._next(end.date()), end.time(), self.zone)
        return max(start, ms(end.astimezone(UTC)))

    def _next(self, day: date) -> date:
        for _ in range(MOST_DAYS):
            day += DAY
            if self.works(day):
                return day
        return day

    def between(self, first: date, last: date) -> int:
        """Return how many working days lie after ``first`` up to and with ``last``; negative when ``last`` is before ``first``."""
        if last < first:
            return -self.between(last, first)
        weeks, rest = divmod((last - first).days, 7)
        count = weeks * len(self.weekdays) + sum((first + n * DAY).weekday() in self.weekdays for n in range(1, rest + 1))
        return count - sum(first < day <= last and day.weekday() in self.weekdays for day in self.holidays)


def place_days(centres: Iterable[WorkCentre]) -> WorkDays:
    """Return the working days of a place from its work centres: the commonest zone, days with a shift, holidays all of them keep."""
    calendars = [centre.calendar for centre in centres]
    zones = Counter(calendar.zone for calendar in calendars if not calendar.always) or Counter(calendar.zone for calendar in calendars)
    zone = min(zones, key=lambda name: (-zones[name], name), default="UTC")
    timed = [calendar for calendar in calendars if not calendar.always]
    weekdays = {day for calendar in timed for shift in calendar.shifts for day in shift.days}
    holidays = frozenset.intersection(*(frozenset(calendar.holidays) for calendar in timed)) if timed else frozenset()
    return WorkDays(zone, weekdays, holidays)
