"""The free time of one work centre as sorted gaps, and the earliest fit in it.

All times are milliseconds since 1970 UTC. Where an operation must end before closing the gaps are open time minus bookings;
where it may run or stand over closed time they are all time minus bookings, and only its start must fall in open time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from plait.kernel.problems import Problem
from plait.manufacturing.schedule.calendar import DAY_MS, FAR, HORIZON_DAYS, NEVER_OPEN, opening
from plait.manufacturing.schedule.model import WorkCentre

__all__ = ["Gaps", "span_of"]

STRIDE_MS = 60 * DAY_MS


def span_of(centre: WorkCentre, start: int, work: int) -> int:
    """Return when ``work`` begun at ``start`` on ``centre`` ends, whatever else is booked there."""
    return opening(centre.calendar).after_work(start, work) if centre.may_pause else start + work


class Gaps:
    """Free gaps of ``centre`` from ``since`` on; ``busy`` are the spans taken."""

    def __init__(self, centre: WorkCentre, since: int, busy: Iterable[tuple[int, int]] = ()) -> None:
        self.centre = centre
        self.hours = opening(centre.calendar)
        self._strict = not (centre.calendar.always or centre.unattended or centre.may_pause)
        self._since = self._until = since
        self._busy_later: list[tuple[int, int]] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        if self._strict:
            self._extend()
        else:
            self._starts, self._ends, self._until = [since], [FAR], FAR
        for start, end in busy:
            self.take(start, end)

    def copy(self) -> "Gaps":
        """Return the same gaps, to be changed apart from these."""
        other = Gaps.__new__(Gaps)
        vars(other).update(vars(self), _busy_later=self._busy_later[:], _starts=self._starts[:], _ends=self._ends[:])
        return other

    def _extend(self) -> bool:
        if self._until >= self._since + HORIZON_DAYS * DAY_MS:
            return False
        since, self._until = self._until, self._until + STRIDE_MS
        for start, end in self.hours.spans(since, self._until):
            if self._ends and self._ends[-1] == start == since:
                self._ends[-1] = end
            else:
                self._starts.append(start)
                self._ends.append(end)
        waiting, self._busy_later = self._busy_later, []
        for start, end in waiting:
            self.take(start, end)
        return True

    def take(self, start: int, end: int) -> None:
        """Take ``start`` to ``end`` out of the gaps, wherever it overlaps them."""
        if end > self._until:
            self._busy_later.append((max(start, self._until), end))
        first = bisect_right(self._ends, start)
        last = bisect_left(self._starts, end)
        if first >= last:
            return
        left, right = self._starts[first], self._ends[last - 1]
        starts, ends = [], []
        if left < start:
            starts.append(left)
            ends.append(start)
        if end < right:
            starts.append(end)
            ends.append(right)
        self._starts[first:last] = starts
        self._ends[first:last] = ends

    def give(self, start: int, end: int) -> None:
        """Give back a span that was found by ``earliest`` and taken."""
        index = bisect_left(self._starts, start)
        if index < len(self._starts) and self._starts[index] == end:
            end = self._ends.pop(index)
            self._starts.pop(index)
        if index and self._ends[index - 1] == start:
            self._ends[index - 1] = end
        else:
            self._starts.insert(index, start)
            self._ends.insert(index, end)

    @property
    def strict(self) -> bool:
        """True when operations must end before closing, so that the gaps are open time."""
        return self._strict

    def earliest(self, after: int, work: int) -> tuple[int, int] | None:
        """Return (start, end) of the earliest fit of ``work`` not before ``after``; None when none is within two years."""
        starts, ends, strict = self._starts, self._ends, self._strict
        index = bisect_left(ends, after + work)
        while True:
            while index >= len(starts):
                if not self._extend():
                    return None
                index = bisect_left(ends, after + work)
            start = max(after, starts[index])
            if strict:
                if start + work <= ends[index]:
                    return start, start + work
            else:
                found = self._in_gap(start, ends[index], work)
                if found is not None:
                    return found
            index += 1

    def _in_gap(self, start: int, limit: int, work: int) -> tuple[int, int] | None:
        if limit - start < work:
            return None
        start, _ = self.hours.open_from(start)
        end = self.hours.after_work(start, work) if self.centre.may_pause else start + work
        return (start, end) if end <= limit else None

    def busy_at(self, when: int) -> bool:
        """Tell whether ``when`` is inside no gap (booked, or closed where operations must end before closing)."""
        index = bisect_right(self._ends, when)
        return index >= len(self._starts) or self._starts[index] > when


def never_fits(centre: str, work: int) -> Problem:
    """Return the refusal for work that finds no gap."""
    return Problem(NEVER_OPEN, f"{centre} has no free open time of {work / 60_000:g} minutes within two years")
