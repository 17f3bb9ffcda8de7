"""Longer hours (pure): where overtime lies on a day, and work centres with hours added."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from plait.manufacturing.schedule.calendar import DAY_MS, OpenHours, ms, opening, to_time
from plait.manufacturing.schedule.model import DayHours, WorkCentre
from plait.manufacturing.schedule.workdays import WorkDays

__all__ = ["overtime_hours", "with_hours"]

MORNING = time(6)
MOST_HOURS = 24.0


def overtime_hours(hours: OpenHours, days: WorkDays, day: date, count: float) -> list[tuple[int, int]]:
    """Return the span (ms) of ``count`` hours of overtime on a local ``day``: after the last closing, else from 06:00; none where it is open by then."""
    start = ms(datetime.combine(day, time(), days.zone))
    spans = hours.spans(start, start + 2 * DAY_MS)
    until = ms(datetime.combine(day + timedelta(days=1), time(), days.zone))
    mine = [span for span in spans if start < span[0] < until or span[0] == start < span[1]]
    begin = mine[-1][1] if mine else ms(datetime.combine(day, MORNING, days.zone))
    later = [span[0] for span in spans if span[0] >= begin]
    end = min([begin + round(min(count, MOST_HOURS) * 3_600_000), *later])
    return [(begin, end)] if end > begin else []


def with_hours(centre: WorkCentre, days: WorkDays, rows: Sequence[tuple[date, float]]) -> WorkCentre:
    """Return ``centre`` with overtime (day and hours) in its calendar; one that is always open stays as it is."""
    if centre.calendar.always:
        return centre
    extra = list(centre.calendar.extra)
    zone = opening(centre.calendar)
    for day, count in rows:
        for start, end in overtime_hours(zone, days, day, count):
            extra += _pieces(start, end, centre)
    return msgspec.structs.replace(centre, calendar=msgspec.structs.replace(centre.calendar, extra=tuple(extra)))


def _pieces(start: int, end: int, centre: WorkCentre) -> list[DayHours]:
    """Return a span as hours on local dates of the centre's own zone, to the minute."""
    zone = WorkDays(centre.calendar.zone).zone
    first, last = to_time(start).astimezone(zone), to_time(end).astimezone(zone)
    return [DayHours(first.date().isoformat(), f"{first:%H:%M}", f"{last:%H:%M}")]
