"""The live board: every work centre with its bookings and free gaps, kept in memory between promises."""

import heapq
from collections.abc import Iterable

import msgspec

from plait.kernel.problems import Problem, register
from plait.manufacturing.schedule.gaps import Gaps, never_fits
from plait.manufacturing.schedule.model import WorkCentre

__all__ = ["NO_CENTRE", "Board", "Slot"]

NO_CENTRE = register("no-work-centre", 409, "No work centre can do this operation", "Enter a work centre of that group, or correct the routing.")


class Slot(msgspec.Struct, frozen=True):
    """A span taken on a work centre; ``until`` (ms) is when it frees itself, None: never. ``hold_id`` says by whom."""

    work_centre: str
    start: int
    end: int
    hold_id: str = ""
    until: int | None = None


class Board:
    """Work centres and what is booked on them from ``since`` (ms) on."""

    def __init__(self, centres: Iterable[WorkCentre], slots: Iterable[Slot], since: int) -> None:
        self.centres = {centre.id: centre for centre in sorted(centres, key=lambda c: c.id)}
        self.groups: dict[str, list[WorkCentre]] = {}
        for centre in self.centres.values():
            self.groups.setdefault(centre.group, []).append(centre)
        self._since = since
        self._slots: dict[str, list[Slot]] = {}
        for slot in slots:
            self._slots.setdefault(slot.work_centre, []).append(slot)
        self._gaps: dict[str, Gaps] = {}
        self._expiries = [(slot.until, slot.hold_id) for rows in self._slots.values() for slot in rows if slot.until is not None]
        heapq.heapify(self._expiries)

    def gaps(self, centre: str) -> Gaps:
        """Return the free time of a work centre."""
        found = self._gaps.get(centre)
        if found is None:
            rows = sorted(((s.start, s.end) for s in self._slots.get(centre, ())), reverse=True)
            found = self._gaps[centre] = Gaps(self.centres[centre], self._since, rows)
        return found

    def of_group(self, group: str) -> list[WorkCentre]:
        """Return the work centres of ``group``; raise ``no-work-centre``."""
        if group not in self.groups:
            raise Problem(NO_CENTRE, f"no work centre belongs to the group {group!r}")
        return self.groups[group]

    def earliest(self, group: str, after: int, work: int) -> tuple[WorkCentre, int, int]:
        """Return the work centre of ``group`` where ``work`` ends first, with start and end; ties go to the lower id."""
        best: tuple[int, int, WorkCentre] | None = None
        centres = self.of_group(group)
        for centre in centres:
            span = self.gaps(centre.id).earliest(after, work)
            if span is not None and (best is None or span[1] < best[0]):
                best = (span[1], span[0], centre)
        if best is None:
            raise never_fits(" or ".join(centre.id for centre in centres), work)
        return best[2], best[1], best[0]

    def take(self, slot: Slot) -> None:
        """Book a span found by ``earliest``."""
        self._slots.setdefault(slot.work_centre, []).append(slot)
        self.gaps(slot.work_centre).take(slot.start, slot.end)

    def undo(self, slots: Iterable[Slot]) -> None:
        """Take back spans just taken."""
        for slot in slots:
            self._slots[slot.work_centre].remove(slot)
            self._gaps[slot.work_centre].give(slot.start, slot.end)

    def keep(self, hold_id: str, until: int | None) -> None:
        """Let the spans of a hold free themselves at ``until`` (None: never)."""
        for centre, rows in self._slots.items():
            self._slots[centre] = [msgspec.structs.replace(s, until=until) if s.hold_id == hold_id else s for s in rows]
        if until is not None:
            heapq.heappush(self._expiries, (until, hold_id))

    def drop(self, hold_id: str) -> None:
        """Free all spans of a hold."""
        for centre, rows in self._slots.items():
            left = [slot for slot in rows if slot.hold_id != hold_id]
            if len(left) != len(rows):
                self._slots[centre] = left
                self._gaps.pop(centre, None)

    def expire(self, now: int) -> None:
        """Free the spans of every hold that has expired at ``now`` (ms)."""
        due = set()
        while self._expiries and self._expiries[0][0] <= now:
            due.add(heapq.heappop(self._expiries)[1])
        if not due:
            return
        for centre, rows in self._slots.items():
            left = [s for s in rows if not (s.hold_id in due and s.until is not None and s.until <= now)]
            if len(left) != len(rows):
                self._slots[centre] = left
                self._gaps.pop(centre, None)
