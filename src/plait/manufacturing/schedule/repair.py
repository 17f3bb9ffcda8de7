"""Right-shift repair (pure): after a disturbance everything not begun moves right just as far as it must."""

import heapq
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from plait.manufacturing.schedule.calendar import ms, to_time
from plait.manufacturing.schedule.gaps import Gaps, never_fits
from plait.manufacturing.schedule.model import Booking, WorkCentre
from plait.manufacturing.schedule.workdays import WorkDays, place_days

__all__ = ["Down", "Leads", "moved_outside", "repair"]

Chain = tuple[str, int]
Leads = Mapping[tuple[str, int], float]
"""Working days of outside steps by hold and seq, for those that are not given in minutes."""


class Down(msgspec.Struct, frozen=True):
    """A span (ms) in which a work centre is not available."""

    work_centre: str
    start: int
    end: int


def _chains(bookings: Sequence[Booking]) -> dict[Chain, list[Booking]]:
    chains: dict[Chain, list[Booking]] = {}
    for booking in sorted(bookings, key=lambda b: b.seq):
        chains.setdefault((booking.hold_id, booking.batch), []).append(booking)
    return chains


def _impossible(bookings: Sequence[Booking], downs: Sequence[Down], now: int) -> set[str]:
    """Return the frozen bookings that cannot stay: past, inside an outage, on an occupied machine, or before their predecessor's end."""
    bad = set()
    for chain in _chains(bookings).values():
        for before, booking in zip([None, *chain], chain, strict=False):
            start, end = ms(booking.start), ms(booking.end)
            early = before is not None and ms(before.end) + before.transfer_ms > start
            down = any(d.work_centre == booking.work_centre and d.start < end and start < d.end for d in downs)
            if booking.frozen and booking.state in ("held", "planned") and (start < now or early or (down and bool(booking.work_centre))):
                bad.add(booking.job_id)
    started = [b for b in bookings if b.state == "started" and b.work_centre]
    for booking in bookings:
        if booking.frozen and booking.state == "planned":
            clash = any(s.work_centre == booking.work_centre and s.start < booking.end and booking.start < s.end for s in started)
            bad |= {booking.job_id} if clash else set()
    return bad


def moved_outside(booking: Booking, start: int, leads: Leads, days: WorkDays) -> Booking:
    """Return an outside step that leaves at ``start`` (ms): its working days are counted anew, what its supplier takes more or less stays."""
    lead, left = leads.get((booking.hold_id, booking.seq)), ms(booking.end) - booking.work_ms
    work = booking.work_ms
    if lead is not None and left != start:
        work = max(1, days.after(start, lead) - start + booking.work_ms - (days.after(left, lead) - left))
    return msgspec.structs.replace(booking, start=to_time(start), end=to_time(start + work), work_ms=work)


class _Shifter:
    """One pass of list scheduling in the order of the present starts."""

    def __init__(self, fixed: Sequence[Booking], centres: Mapping[str, WorkCentre], downs: Sequence[Down], now: int, leads: Leads) -> None:
        self.centres = centres
        self.now = now
        self.leads = leads
        self.days = place_days(centres.values())
        self.busy: dict[str, list[tuple[int, int]]] = {}
        for booking in fixed:
            if booking.work_centre and ms(booking.end) > now:
                self.busy.setdefault(booking.work_centre, []).append((ms(booking.start), ms(booking.end)))
        for down in downs:
            self.busy.setdefault(down.work_centre, []).append((down.start, down.end))
        self.gaps: dict[str, Gaps] = {}

    def place(self, booking: Booking, ready: int) -> Booking:
        after = max(ms(booking.start), self.now, ready)
        if not booking.work_centre:
            return moved_outside(booking, after, self.leads, self.days)
        key = booking.work_centre
        if key not in self.gaps:
            self.gaps[key] = Gaps(self.centres[key], self.now, self.busy.get(key, ()))
        span = self.gaps[key].earliest(after, booking.work_ms)
        if span is None:
            raise never_fits(key, booking.work_ms)
        self.gaps[key].take(*span)
        return msgspec.structs.replace(booking, start=to_time(span[0]), end=to_time(span[1]))


def _is_fixed(booking: Booking) -> bool:
    return booking.frozen or booking.state in ("started", "ended")


def _shift(bookings: Sequence[Booking], centres: Mapping[str, WorkCentre], downs: Sequence[Down], now: int, leads: Leads) -> list[Booking]:
    shifter = _Shifter([b for b in bookings if _is_fixed(b)], centres, downs, now, leads)
    chains = _chains(bookings)
    done: list[Booking] = []
    heap: list[tuple[int, str, int, int]] = []
    ready: dict[Chain, int] = {}

    def advance(key: Chain, index: int) -> None:
        """Pass over what is fixed and queue the chain's next movable booking."""
        chain = chains[key]
        while index < len(chain) and _is_fixed(chain[index]):
            done.append(chain[index])
            ready[key] = ms(chain[index].end) + chain[index].transfer_ms
            index += 1
        if index < len(chain):
            heapq.heappush(heap, (ms(chain[index].start), key[0], key[1], index))

    for key in chains:
        advance(key, 0)
    while heap:
        _, hold, batch, index = heapq.heappop(heap)
        key = (hold, batch)
        placed = shifter.place(chains[key][index], ready.get(key, 0))
        done.append(placed)
        ready[key] = ms(placed.end) + placed.transfer_ms
        advance(key, index + 1)
    return done


def repair(
    bookings: Sequence[Booking], centres: Mapping[str, WorkCentre], downs: Sequence[Down], now: int, leads: Leads = MappingProxyType({})
) -> list[Booking]:
    """Return ``bookings`` with everything that has not begun moved right until the plan holds again at ``now`` (ms).

    Started and ended bookings stay as they are, frozen ones too unless that is impossible (then they are thawed). Where two
    want the same time the one that was to start first has it; what can stay stays, nothing moves left.
    Raises ``never-open`` when a booking fits nowhere any more.
    """
    while True:
        moved = _shift(bookings, centres, downs, now, leads)
        thaw = _impossible(moved, downs, now)
        if not thaw:
            return moved
        bookings = [msgspec.structs.replace(b, frozen=False) if b.job_id in thaw else b for b in bookings]
