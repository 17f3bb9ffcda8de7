"""The oracle: insertion by trying every minute. It shares nothing with the planner but the model."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from plait.manufacturing.schedule.model import Calendar, PromiseRequest, WorkCentre


def is_open(calendar: Calendar, when: datetime) -> bool:
    """Read the wall clock at ``when`` and look whether a shift covers it (for times of day every change of clocks leaves alone)."""
    if calendar.always:
        return True
    local = when.astimezone(ZoneInfo(calendar.zone))
    text = local.strftime("%H:%M")
    for shift in calendar.shifts:
        same = local.date().isoformat() not in calendar.holidays and local.weekday() in shift.days
        eve = local.date() - timedelta(days=1)
        before = eve.isoformat() not in calendar.holidays and eve.weekday() in shift.days
        if shift.start < shift.end:
            if same and shift.start <= text < shift.end:
                return True
        elif (same and text >= shift.start) or (before and text < shift.end):
            return True
    return False


class BruteShop:
    """Work centres minute by minute from ``origin`` on."""

    def __init__(self, centres: list[WorkCentre], origin: datetime, days: int = 20) -> None:
        self.centres = sorted(centres, key=lambda c: c.id)
        self.origin = origin
        self.minutes = days * 1440
        self.open = {c.id: [is_open(c.calendar, origin + timedelta(minutes=m)) for m in range(self.minutes)] for c in centres}
        self.busy = {c.id: [False] * self.minutes for c in centres}

    def span(self, centre: WorkCentre, start: int, work: int) -> int | None:
        """Return the end of ``work`` minutes begun in minute ``start``, None when it cannot begin there."""
        opened, busy = self.open[centre.id], self.busy[centre.id]
        if not opened[start]:
            return None
        minute, left = start, work
        while left:
            if busy[minute]:
                return None
            if opened[minute] or (centre.unattended and not centre.may_pause):
                left -= 1
            elif not centre.may_pause:
                return None
            minute += 1
        return minute

    def earliest(self, centre: WorkCentre, after: int, work: int) -> tuple[int, int]:
        """Return (start, end) of the earliest fit."""
        for start in range(after, self.minutes):
            end = self.span(centre, start, work)
            if end is not None:
                return start, end
        raise AssertionError("the oracle's horizon is too short")

    def book(self, centre: str, start: int, end: int) -> None:
        """Take the minutes."""
        for minute in range(max(0, start), end):
            self.busy[centre][minute] = True

    def plan(self, request: PromiseRequest, ready: int) -> list[tuple[int, int, str, int, int]]:
        """Insert batch by batch; return (batch, seq, centre, start, end) in minutes."""
        placed = []
        left, batch = request.quantity, 0
        while left:
            batch += 1
            pieces = min(left, request.batch_size)
            left -= pieces
            now = ready
            for op in request.operations:
                if op.service is not None:
                    place, start, end = "", now, now + int(request.step_leads[op.seq])
                else:
                    work = int(op.setup_min + op.cycle_min * pieces)
                    fits = [(self.earliest(c, now, work)[::-1], c.id) for c in self.centres if c.group == op.group]
                    (end, start), place = min(fits, key=lambda fit: (fit[0][0], fit[1]))
                    self.book(place, start, end)
                placed.append((batch, op.seq, place, start, end))
                now = end + int(request.transfer_min)
        return placed
