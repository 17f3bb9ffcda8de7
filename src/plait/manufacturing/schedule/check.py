"""The independent checker: says in words what is wrong with a plan. It shares no code with planner or repair."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from plait.manufacturing.schedule.model import Booking, Calendar, Outage, WorkCentre

__all__ = ["check", "closes_after"]


def _openings(calendar: Calendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(calendar.zone)
    free = day.isoformat() in calendar.holidays
    hours = [(shift.start, shift.end) for shift in calendar.shifts if day.weekday() in shift.days and not free]
    hours += [(extra.start, extra.end) for extra in calendar.extra if extra.date == day.isoformat()]
    for opens, closes in hours:
        start, end = time.fromisoformat(opens), time.fromisoformat(closes)
        last = day if start < end else day + timedelta(days=1)
        yield datetime.combine(day, start, zone).astimezone(UTC), datetime.combine(last, end, zone).astimezone(UTC)


def closes_after(calendar: Calendar, when: datetime) -> datetime | None:
    """Return the end of a shift that ``when`` falls in, or None when it is in closed time."""
    if calendar.always:
        return datetime.max.replace(tzinfo=UTC)
    local = when.astimezone(ZoneInfo(calendar.zone)).date()
    ends = [end for back in range(-1, 3) for start, end in _openings(calendar, local - timedelta(days=back)) if start <= when < end]
    return max(ends, default=None)


def _open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    total, when = timedelta(), start
    while when < end:
        closes = closes_after(calendar, when)
        if closes is None:
            when += timedelta(minutes=1)
            continue
        total += min(closes, end) - when
        when = closes
    return total


def _calendar(booking: Booking, centre: WorkCentre) -> Iterator[str]:
    work = timedelta(milliseconds=booking.work_ms)
    if closes_after(centre.calendar, booking.start) is None:
        yield f"{booking.job_id} starts on {centre.id} in closed time"
    elif centre.may_pause:
        if _open_time(centre.calendar, booking.start, booking.end) != work:
            yield f"{booking.job_id} has another open time on {centre.id} than it takes"
    elif booking.end - booking.start != work:
        yield f"{booking.job_id} takes another time on {centre.id} than planned"
    elif not centre.unattended and _open_time(centre.calendar, booking.start, booking.end) != work:
        yield f"{booking.job_id} runs over closing time on {centre.id}"


def _overlaps(spans: Iterable[tuple[datetime, datetime, str]], place: str) -> Iterator[str]:
    reach: tuple[datetime, str] | None = None
    for start, end, name in sorted(spans):
        if reach is not None and start < reach[0] and start < end:
            yield f"{name} begins on {place} before {reach[1]} ends"
        if reach is None or end > reach[0]:
            reach = (end, name)


def _precedence(bookings: Sequence[Booking]) -> Iterator[str]:
    chains: dict[tuple[str, int], list[Booking]] = {}
    for booking in sorted(bookings, key=lambda b: b.seq):
        chains.setdefault((booking.hold_id or booking.order, booking.batch), []).append(booking)
    for chain in chains.values():
        for before, after in pairwise(chain):
            if after.state in ("held", "planned") and after.start < before.end + timedelta(milliseconds=before.transfer_ms):
                yield f"{after.job_id} begins before {before.job_id} is done"


def _moved(bookings: Sequence[Booking], before: Sequence[Booking]) -> Iterator[str]:
    now = {booking.job_id: booking for booking in bookings}
    for was in before:
        booking = now.get(was.job_id)
        if booking is None:
            yield f"{was.job_id} is gone"
        elif booking.frozen and booking.state == "planned" and (booking.start, booking.work_centre) != (was.start, was.work_centre):
            yield f"{was.job_id} is frozen and was moved"
        elif was.state in ("started", "ended") and (booking.start, booking.work_centre) != (was.start, was.work_centre):
            yield f"{was.job_id} has begun and was moved"
        elif booking.start < was.start and booking.state in ("held", "planned"):
            yield f"{was.job_id} moved left"


def check(
    bookings: Sequence[Booking], centres: Mapping[str, WorkCentre], outages: Sequence[Outage] = (), before: Sequence[Booking] = (), now: datetime | None = None
) -> list[str]:
    """Return everything wrong with ``bookings``, [] when the plan holds.

    Checked: one operation at a time on a work centre and none in its outages, calendars and durations (of what has not begun),
    operations of a batch one after another, nothing unbegun planned before ``now``; against the plan ``before``: begun and
    frozen ones unmoved, none lost, none moved left.
    """
    faults: list[str] = []
    for centre in centres.values():
        mine = [b for b in bookings if b.work_centre == centre.id]
        live = [b for b in mine if b.state in ("held", "planned")]
        faults += _overlaps([(b.start, b.end, b.job_id) for b in mine if b.state != "ended"], centre.id)
        for outage in (o for o in outages if o.work_centre == centre.id):
            faults += [f"{b.job_id} lies in an outage of {centre.id}" for b in live if b.start < outage.end and outage.start < b.end]
        for booking in live:
            faults += _calendar(booking, centre)
    faults += [f"{b.job_id} is on no known work centre" for b in bookings if not b.outside and b.work_centre not in centres]
    faults += _precedence(bookings)
    faults += _moved(bookings, before)
    if now is not None:
        faults += [f"{b.job_id} is planned in the past" for b in bookings if b.state in ("held", "planned") and b.start < now]
    return faults
